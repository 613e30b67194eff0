"""The people of a campaign, on the way to Let's Calendar and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.errors import scrub
from airflow_provider_calendars.exceptions import ConfigurationError

ATTENDEE_STATUSES = ("N", "S", "F", "U", "P", "C")
_LONGEST_FIELD = 150


@dataclass(frozen=True, slots=True)
class Contact:
    """A person to invite.

    :param email: the address.
    :param first_name: required by the vendor.
    :param last_name: optional.
    :param login_url: the person's own link to the event.
    :param username: to join with.
    :param password: to join with.
    """

    email: str = field(repr=False)
    first_name: str = field(repr=False)
    last_name: str | None = field(default=None, repr=False)
    login_url: str | None = field(default=None, repr=False)
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @classmethod
    def from_mapping(cls, mapping: Any, where: str) -> Contact:
        """Read a contact a DAG author wrote, under this package's names or the vendor's.

        :param mapping: a dictionary.
        :param where: names it in errors, e.g. ``contacts[3]``.
        :raises ConfigurationError: a field is missing, unknown, of a wrong type or too long.
        """
        if not isinstance(mapping, Mapping):
            raise ConfigurationError(f"{where} must be a dictionary, not {type(mapping).__name__}.")
        named = {_FROM_WIRE.get(str(name), str(name)): value for name, value in mapping.items()}
        known = {each.name for each in fields(cls)}
        if unknown := sorted(set(named) - known):
            raise ConfigurationError(f"{where} has unknown fields {unknown}; known are {sorted(known)}.")
        for name in sorted(known):
            required = name in _REQUIRED
            checks.contact_field(f"{where}.{name}", named.get(name), _LONGEST_FIELD, required=required)
        return cls(**{name: value for name, value in named.items() if value != ""})

    def to_wire(self) -> dict[str, str]:
        """Return the contact under the vendor's names."""
        return {_TO_WIRE[name]: value for name, value in asdict(self).items() if value is not None}


_REQUIRED = ("email", "first_name")
_TO_WIRE = {
    "first_name": "firstname",
    "last_name": "lastname",
    "email": "email",
    "login_url": "loginurl",
    "username": "username",
    "password": "password",
}
_FROM_WIRE = {wire: name for name, wire in _TO_WIRE.items()}


@dataclass(frozen=True, slots=True)
class InvalidContact:
    """A contact the vendor refused.

    :param index: its 0-based position in the call.
    :param errors: why.
    """

    index: int
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddedContacts:
    """What became of contacts that were added.

    :param valid_count: how many were added.
    :param invalid: those refused.
    :param duplicate_count: how many the campaign already had.
    """

    valid_count: int
    invalid: tuple[InvalidContact, ...]
    duplicate_count: int

    @classmethod
    def from_answer(cls, answer: Any) -> AddedContacts:
        """Read the answer of ``POST /add-contacts``, which is 200 even when contacts are refused."""
        invalid = tuple(
            InvalidContact(int(item["index"]), tuple(scrub(str(error)) for error in item.get("errors") or []))
            for item in answer.get("invalid_contacts") or []
        )
        return cls(int(answer["valid_count"]), invalid, int(answer.get("duplicate_count") or 0))


@dataclass(frozen=True, slots=True)
class AttendeeFilter:
    """Which attendees to list; None means any.

    :param status: ``N`` new, ``S`` sent, ``F`` failed, ``U`` unsubscribed, ``P`` in process, ``C`` cancelled.
    :param source: ``zapier``, ``api``, ``import``, ``manual``, ``copy``, ``zoom``, ``Public URL``
        or ``test-invite``.
    :param registered_from: ``YYYY-MM-DD``; so is ``registered_to``.
    """

    status: str | None = None
    source: str | None = None
    registered_from: str | None = None
    registered_to: str | None = None

    def __post_init__(self) -> None:
        if self.status is not None:
            checks.choice("status", self.status, ATTENDEE_STATUSES)
        for name in ("registered_from", "registered_to"):
            if getattr(self, name) is not None:
                checks.date(name, getattr(self, name))

    def to_wire(self) -> dict[str, Any]:
        """Return the query the vendor expects."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class AttendeeSummary:
    """How many attendees of a campaign are in which state.

    :param listed: how many the list holds under the filter it was asked with.
    """

    total: int
    new: int
    in_process: int
    sent: int
    failed: int
    unsubscribed: int
    cancelled: int
    listed: int

    @classmethod
    def from_answer(cls, answer: Any) -> AttendeeSummary:
        """Read the ``summary`` of ``GET /campaign/{campaign_id}/attendees``."""
        # how the vendor writes the keys is known from somebody else's camelCase only
        given = {key.replace("_", "").lower(): value for key, value in answer["summary"].items()}
        counts = {name: _count(given, key) for name, key in _SUMMARY_KEYS.items()}
        listed = (answer.get("attendees") or {}).get("total")
        return cls(**counts, listed=counts["total"] if listed is None else int(listed))

    def counts(self) -> dict[str, int]:
        """Return the counts by name, fit for XCom."""
        return {name: getattr(self, name) for name in _SUMMARY_KEYS}


_SUMMARY_KEYS = {
    "total": "totalcontacts",
    "new": "newcontacts",
    "in_process": "inprocesscontacts",
    "sent": "sentcontacts",
    "failed": "failedcontacts",
    "unsubscribed": "unsubscribecontacts",
    "cancelled": "cancelledcontacts",
}
_NEEDED = frozenset({"totalcontacts", "newcontacts", "inprocesscontacts", "sentcontacts"})


def _count(given: Mapping[str, Any], key: str) -> int:
    """Return a count; one that decides whether anybody is still to be mailed must be there."""
    value = given[key] if key in _NEEDED else given.get(key)
    return int(value or 0)


@dataclass(frozen=True, slots=True)
class Attendee:
    """A person in a campaign. The password the vendor lists in clear is dropped."""

    attendee_id: str
    name: str = field(repr=False)
    email: str = field(repr=False)
    username: str = field(repr=False)
    login_url: str = field(repr=False)
    status: str
    status_label: str
    source: str
    registered_at: str

    @classmethod
    def from_answer(cls, item: Any) -> Attendee:
        """Read an item of ``GET /campaign/{campaign_id}/attendees``."""
        names = (each.name for each in fields(cls) if each.name != "attendee_id")
        return cls(str(item["id"]), **{name: str(item.get(name) or "") for name in names})


@dataclass(frozen=True, slots=True)
class ContactsExport:
    """A file the vendor wrote. It holds passwords, so its URL is a secret."""

    total_contacts: int
    download_url: str = field(repr=False)

    @classmethod
    def from_answer(cls, answer: Any) -> ContactsExport:
        """Read the answer of ``GET /campaign/{campaign_id}/export-contacts``."""
        return cls(int(answer.get("total_contacts") or 0), str(answer["download_url"]))
