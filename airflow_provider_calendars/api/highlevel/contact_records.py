"""Contacts: what may be written, what is read, and which are searched for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.highlevel.wire import body, flag, inside, items, moment, text, texts
from airflow_provider_calendars.exceptions import ConfigurationError

LARGEST_PAGE = 500
_LONGEST_VALUE = 75
# what a contact cannot be reached through any more; permanent cannot even be taken back
_DISTURBED = {"active": True, "permanent": True, "inactive": False}
_EMAIL = "Email"
_OTHER_CHANNELS = frozenset({"Call", "SMS", "WhatsApp", "GMB", "FB"})


@dataclass(frozen=True, slots=True)
class CustomField:
    """The value of a field that the location has defined.

    :param id: of the field; or
    :param key: its key.
    """

    id: str | None = None
    key: str | None = None
    field_value: Any = field(default=None, repr=False)

    def to_wire(self) -> dict[str, Any]:
        """Return the field as HighLevel expects it, which spells this name in its own way."""
        named = {"id": self.id, "key": self.key}
        return {**{name: value for name, value in named.items() if value}, "field_value": self.field_value}


@dataclass(frozen=True, slots=True)
class ContactContent:
    """What of a contact may be written. What is None is not sent and keeps its value.

    Do-not-disturb and tags are not here: they say what a person wants, and what others have noted, and
    a write would replace all of it. Tags are added and removed by calls of their own.

    :param phone: with country code, ``+4930123456``.
    :param date_of_birth: ``YYYY-MM-DD``.
    :param company_name: can only be set when creating or upserting.
    """

    first_name: str | None = field(default=None, repr=False)
    last_name: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    address1: str | None = field(default=None, repr=False)
    city: str | None = field(default=None, repr=False)
    state: str | None = field(default=None, repr=False)
    postal_code: str | None = field(default=None, repr=False)
    country: str | None = None
    website: str | None = field(default=None, repr=False)
    timezone: str | None = None
    source: str | None = None
    company_name: str | None = field(default=None, repr=False)
    assigned_to: str | None = None
    date_of_birth: str | None = field(default=None, repr=False)
    custom_fields: tuple[CustomField, ...] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.timezone is not None:
            checks.timezone("timezone", self.timezone)
        if self.date_of_birth is not None:
            checks.date("date_of_birth", self.date_of_birth)

    def to_create(self, location_id: str) -> dict[str, Any]:
        """Return the body that makes a contact, or changes the one that is the same person."""
        if not (self.email or self.phone):
            # without either every call would make another contact
            raise ConfigurationError("A contact needs an email or a phone.")
        return {"locationId": location_id, **self._fields()}

    def to_update(self) -> dict[str, Any]:
        """Return the body that changes a contact."""
        return self._fields("company_name")

    def _fields(self, *without: str) -> dict[str, Any]:
        given = body(self, without=("custom_fields", *without))
        if self.custom_fields is not None:
            given["customFields"] = [each.to_wire() for each in self.custom_fields]
        return given


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact as HighLevel shows it.

    :param email: the primary address, in lower case.
    :param additional_emails: further addresses.
    :param tags: in lower case, as HighLevel keeps them.
    :param email_disturbed: whether the person must not be mailed; None where that cannot be known.
    :param fields: everything HighLevel said, under its own names.
    """

    contact_id: str
    email: str = field(repr=False)
    additional_emails: tuple[str, ...] = field(repr=False)
    phone: str = field(repr=False)
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    name: str = field(repr=False)
    company_name: str = field(repr=False)
    tags: tuple[str, ...]
    email_disturbed: bool | None
    date_added: datetime | None
    date_updated: datetime | None
    fields: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_answer(cls, item: Any) -> Contact:
        """Read a contact."""
        return cls(
            contact_id=str(item["id"]),
            email=text(item, "email").strip().lower(),
            additional_emails=_addresses(item.get("additionalEmails")),
            phone=text(item, "phone"),
            first_name=text(item, "firstName", "firstNameRaw", "firstNameLowerCase"),
            last_name=text(item, "lastName", "lastNameRaw", "lastNameLowerCase"),
            name=text(item, "name", "contactName", "fullNameLowerCase"),
            company_name=text(item, "companyName", "businessName"),
            tags=tuple(each.strip().lower() for each in texts(item.get("tags"))),
            email_disturbed=_email_disturbed(item),
            date_added=moment(item.get("dateAdded")),
            date_updated=moment(item.get("dateUpdated")),
            fields=dict(item),
        )

    @classmethod
    def from_single(cls, answer: Any) -> Contact:
        """Read the answer for one contact."""
        return cls.from_answer(inside(answer, "contact"))


def _addresses(value: Any) -> tuple[str, ...]:
    """Return further addresses, which come as texts or as objects."""
    found = (*texts(value), *(text(item, "email") for item in items(value)))
    return tuple(each.strip().lower() for each in found if each.strip())


def _email_disturbed(item: Mapping[str, Any]) -> bool | None:
    """Return whether mail is unwanted: by the global switch, or by that of the channel.

    A value that is not documented is None: whoever it belongs to is not to be mailed by mistake.
    """
    wishes = [False if item.get("dnd") is None else flag(item, "dnd"), *_by_channel(item.get("dndSettings"))]
    if any(wishes):
        return True
    return None if None in wishes else False


def _by_channel(settings: Any) -> Iterator[bool | None]:
    if not settings:
        return
    if not isinstance(settings, Mapping):
        yield None
        return
    for name, channel in settings.items():
        if name == _EMAIL:
            yield _wish(channel)
        elif name not in _OTHER_CHANNELS and _wish(channel) is not False:
            # whoever wants nothing on a channel nobody knows may want no mail
            yield None


def _wish(channel: Any) -> bool | None:
    """Return whether a channel is closed: ``{"status": "active", ...}``."""
    if not channel:
        return None if channel is False else False
    if not isinstance(channel, Mapping) or channel.get("status") is None:
        said = channel.values() if isinstance(channel, Mapping) else (channel,)
        return None if any(each is not None for each in said) else False
    return _DISTURBED.get(str(channel["status"]).strip().lower())


@dataclass(frozen=True, slots=True)
class UpsertedContact:
    """What an upsert did.

    :param is_new: whether the contact was made, not changed; None where HighLevel does not say it.
    """

    contact: Contact
    is_new: bool | None

    @classmethod
    def from_answer(cls, answer: Any) -> UpsertedContact:
        """Read ``{"new": ..., "contact": {...}}``."""
        return cls(Contact.from_single(answer), flag(answer, "new"))


@dataclass(frozen=True, slots=True)
class ContactSearch:
    """Which contacts are searched for.

    :param tags: those that have all of these tags.
    :param updated_since: aware; those that were changed then or later.
    :param updated_before: aware; those that were changed before.
    :param filters: further filters, as HighLevel documents them.
    :param query: words to look for.
    :param page_size: contacts in an answer, at most 500.
    """

    tags: tuple[str, ...] = ()
    updated_since: datetime | None = None
    updated_before: datetime | None = None
    filters: tuple[Mapping[str, Any], ...] = ()
    query: str | None = None
    page_size: int = LARGEST_PAGE

    def __post_init__(self) -> None:
        if not 1 <= checks.integer("page_size", self.page_size) <= LARGEST_PAGE:
            raise ConfigurationError(f"page_size must be from 1 to {LARGEST_PAGE}, not {self.page_size}.")
        for name, value in (("query", self.query or ""), *(("tags", tag) for tag in self.tags)):
            if len(value) > _LONGEST_VALUE:
                raise ConfigurationError(
                    f"{name} has {len(value)} characters; HighLevel takes {_LONGEST_VALUE} at most."
                )
        for number, each in enumerate(self.filters):
            checks.json_object(f"filters[{number}]", each)

    def to_wire(self) -> dict[str, Any]:
        """Return the part of the body that chooses contacts."""
        filters = [*map(_by_tag, self.tags), *self._by_time(), *self.filters]
        wire: dict[str, Any] = {"pageLimit": self.page_size}
        if filters:
            wire["filters"] = filters
        return {**wire, "query": self.query} if self.query else wire

    def holds(self, contact: Contact) -> bool:
        """Return whether a contact is one of those, as far as its own fields tell.

        How exactly the search compares tags and times is not documented.
        """
        shows_tags = isinstance(contact.fields.get("tags", ""), list | Mapping | None)
        if shows_tags and not {tag.strip().lower() for tag in self.tags} <= set(contact.tags):
            return False
        changed = contact.date_updated or contact.date_added
        if changed is None:
            return True
        if self.updated_since is not None and changed < self.updated_since:
            return False
        return self.updated_before is None or changed < self.updated_before

    @property
    def without_times(self) -> ContactSearch:
        """The same search for contacts of any time, where the server does not search by time."""
        return ContactSearch(self.tags, None, None, self.filters, self.query, self.page_size)

    def _by_time(self) -> list[dict[str, Any]]:
        bounds = {"gte": self.updated_since, "lt": self.updated_before}
        value = {name: _ZULU[name](bound) for name, bound in bounds.items() if bound is not None}
        return [{"field": "dateUpdated", "operator": "range", "value": value}] if value else []


def _by_tag(tag: str) -> dict[str, Any]:
    """Return the filter for a tag; tags are kept in lower case, and whether that is looked for is unknown."""
    spellings = dict.fromkeys((tag, tag.strip().lower()))
    filters = [{"field": "tags", "operator": "contains", "value": each} for each in spellings]
    return filters[0] if len(filters) == 1 else {"group": "OR", "filters": filters}


def _zulu(bound: datetime) -> str:
    given = checks.moment("updated_since", bound)
    return f"{given:%Y-%m-%dT%H:%M:%S}.{given.microsecond // 1000:03}Z"


def _zulu_after(bound: datetime) -> str:
    # HighLevel counts milliseconds, and what was changed in the last one must not be passed over
    return _zulu(checks.moment("updated_before", bound) + timedelta(microseconds=999))


_ZULU = {"gte": _zulu, "lt": _zulu_after}


@dataclass(frozen=True, slots=True)
class ContactPage:
    """A part of the contacts that were found.

    :param total: how many there are in all; None where it is not said.
    :param following: where the next part begins; None after an empty one.
    :param is_full: whether it holds as many as were asked for.
    """

    contacts: tuple[Contact, ...]
    total: int | None
    following: Mapping[str, Any] | None
    is_full: bool
