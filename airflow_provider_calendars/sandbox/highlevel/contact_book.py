"""The contacts of the location: who is whom, and what a search knows of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from airflow_provider_calendars.sandbox.clock import Clock
from airflow_provider_calendars.sandbox.highlevel import seeds, webhook_bodies
from airflow_provider_calendars.sandbox.highlevel.contact_shapes import CHANNELS, DND_STATUSES
from airflow_provider_calendars.sandbox.highlevel.marketplace import Marketplace
from airflow_provider_calendars.sandbox.highlevel.records import Contact, Enrolment
from airflow_provider_calendars.sandbox.highlevel.settings import HighLevelSettings
from airflow_provider_calendars.sandbox.highlevel.tables import Table, new_id


class ContactBook(Marketplace):
    """The contacts of a location.

    :param settings: what makes two contacts the same, and what the vendor leaves open.
    :param clock: the time.
    """

    def __init__(self, settings: HighLevelSettings, clock: Clock) -> None:
        super().__init__(settings, clock)
        self._begin_contacts()

    def _begin_contacts(self) -> None:
        self._contacts: dict[str, Contact] = {}
        self._deleted_contacts: set[str] = set()
        self._index = _Index()
        self.contact_notes = Table("Note", self.settings)
        self._enrolments: list[Enrolment] = []
        for one in seeds.CONTACTS:
            self.keep_contact(one)

    @property
    def contacts(self) -> dict[str, Contact]:
        """All contacts by their ids, in the order in which they were made."""
        with self.lock:
            return dict(self._contacts)

    @property
    def enrolments(self) -> list[Enrolment]:
        """Who was put into or taken out of a workflow or a campaign, in order."""
        with self.lock:
            return list(self._enrolments)

    def contact(self, contact_id: str) -> Contact | None:
        """Find a contact.

        :param contact_id: its id.
        """
        return self._contacts.get(contact_id)

    def add_contact(
        self,
        contact_id: str | None = None,
        name: str = "",
        email: str | None = None,
        *,
        phone: str = "",
        tags: Iterable[str] = (),
        dnd: bool = False,
        dnd_settings: Mapping[str, Any] | None = None,
        additional_emails: Iterable[str] = (),
        custom_fields: Mapping[str, Any] | None = None,
        **details: Any,
    ) -> Contact:
        """Make a contact, whether or not there is one like it.

        :param contact_id: its id; invented, if left out.
        :param name: first and last name; the id, if left out.
        :param email: invented, if left out; empty for none.
        :param phone: with the country code, e.g. ``+4930123456``.
        :param tags: its tags.
        :param dnd: it wants no message at all.
        :param dnd_settings: what it does not want by channel, ``{"Email": {"status": "permanent"}}``.
        :param additional_emails: secondary addresses, which the API cannot write.
        :param custom_fields: values by the id of the field.
        :param details: the rest, under HighLevel's names, e.g. ``city="Berlin"``.
        """
        contact_id = contact_id or new_id()
        first, _, last = (name or contact_id).partition(" ")
        contact = Contact(
            contact_id,
            first,
            last,
            f"{contact_id}@example.com" if email is None else email,
            phone,
            self.as_tags(tags),
            dnd,
            dnd_settings or {},
            tuple(additional_emails),
            custom_fields or {},
            details,
        )
        with self.lock:
            return self.keep_contact(contact)

    def add_contacts(self, number: int, *, tags: Iterable[str] = (), prefix: str = "person") -> list[Contact]:
        """Make many contacts quickly: ``person1@example.com`` and so on.

        :param number: how many.
        :param tags: the tags of each.
        :param prefix: what their ids and addresses begin with.
        """
        kept = self.as_tags(tags)
        with self.lock:
            return [
                self.keep_contact(
                    Contact(f"{prefix}{at:08d}", prefix, str(at), f"{prefix}{at}@example.com", tags=kept)
                )
                for at in range(1, number + 1)
            ]

    def keep_contact(self, contact: Contact) -> Contact:
        """Remember a new contact.

        :param contact: the contact; when it was made is now.
        """
        now = self.clock.now()
        kept = self._write(replace(contact, added=now, updated=now))
        self._tell("ContactCreate", kept)
        return kept

    def change_contact(self, contact: Contact, **fields: Any) -> Contact:
        """Remember what has become of a contact.

        :param contact: the contact.
        :param fields: what changes.
        """
        changed = self._write(replace(contact, **fields, updated=self.clock.now()))
        self._tell("ContactUpdate", changed)
        if changed.tags != contact.tags:
            self._tell("ContactTagUpdate", changed)
        if (changed.dnd, changed.dnd_settings) != (contact.dnd, contact.dnd_settings):
            self._tell("ContactDndUpdate", changed)
        return changed

    def delete_contact(self, contact_id: str) -> None:
        """Delete a contact.

        :param contact_id: its id.
        :raises ValueError: there is no such contact.
        """
        with self.lock:
            self._tell("ContactDelete", self._known_contact(contact_id))
            del self._contacts[contact_id]
            self._deleted_contacts.add(contact_id)
            self._index.put(contact_id, None, self.clock.now(), self.settings.search_lag)

    def was_deleted(self, contact_id: str) -> bool:
        """Tell whether there was a contact once.

        :param contact_id: its id.
        """
        return contact_id in self._deleted_contacts

    def set_dnd(
        self, contact_id: str, dnd: bool = True, *, channel: str | None = None, status: str = "active"
    ) -> Contact:
        """Let a contact want no messages, or want them again.

        :param contact_id: its id.
        :param dnd: whether it wants no message at all; without meaning for one channel.
        :param channel: only this one, e.g. ``Email``.
        :param status: of the channel: ``active`` (no messages), ``inactive`` or ``permanent``.
        :raises ValueError: there is no such contact, channel or status.
        """
        with self.lock:
            contact = self._known_contact(contact_id)
            if channel is None:
                return self.change_contact(contact, dnd=dnd)
            _one_of("channel", channel, CHANNELS)
            _one_of("status", status, DND_STATUSES)
            settings = {**contact.dnd_settings, channel: {"status": status}}
            return self.change_contact(contact, dnd_settings=settings)

    def tag(self, contact_id: str, *tags: str) -> Contact:
        """Give a contact tags that it may have already.

        :param contact_id: its id.
        :param tags: the tags.
        :raises ValueError: there is no such contact.
        """
        with self.lock:
            contact = self._known_contact(contact_id)
            return self.change_contact(contact, tags=self.as_tags((*contact.tags, *tags)))

    def untag(self, contact_id: str, *tags: str) -> Contact:
        """Take tags from a contact.

        :param contact_id: its id.
        :param tags: the tags.
        :raises ValueError: there is no such contact.
        """
        with self.lock:
            contact, gone = self._known_contact(contact_id), self.as_tags(tags)
            return self.change_contact(contact, tags=tuple(one for one in contact.tags if one not in gone))

    def contacts_made_twice(self) -> list[tuple[Contact, Contact]]:
        """List the pairs of contacts with the same e-mail or phone; there should be none."""
        pairs: list[tuple[Contact, Contact]] = []
        first: dict[str, Contact] = {}
        for one in self.contacts.values():
            keys = [key for key in (one.email.lower(), bare_phone(one.phone)) if key]
            twins = {first[key].id: first[key] for key in keys if key in first}
            pairs += [(twin, one) for twin in twins.values()]
            for key in keys:
                first.setdefault(key, one)
        return pairs

    def enrol(self, contact_id: str, into: str, id: str, *, added: bool) -> None:  # noqa: A002
        """Note down that a contact was put into something, or taken out.

        :param contact_id: the contact.
        :param into: ``workflow`` or ``campaign``.
        :param id: which one.
        :param added: False for taken out.
        """
        self._enrolments.append(Enrolment(contact_id, into, id, added))

    def same_contact(self, field: str, value: str, besides: str = "") -> Contact | None:
        """Find the contact that has an address or a number, also as a secondary address.

        :param field: ``email`` or ``phone``.
        :param value: the address or the number.
        :param besides: the id of a contact that is not meant.
        """
        wanted = value.lower() if field == "email" else bare_phone(value)
        found = (one for one in self._contacts.values() if wanted and wanted in _identities(one, field))
        return next((one for one in found if one.id != besides), None)

    def searchable_contacts(self) -> list[Contact]:
        """List the contacts as a search sees them."""
        return self._index.contacts(self.clock.now())

    def as_tags(self, tags: Iterable[str]) -> tuple[str, ...]:
        """Write tags as they are kept: each once.

        :param tags: the tags.
        """
        lower = self.settings.lower_case_tags
        return tuple(dict.fromkeys(one.lower() if lower else one for one in tags))

    def _tell(self, kind: str, contact: Contact) -> None:
        self.webhooks.tell(kind, lambda: webhook_bodies.contact(contact))

    def _write(self, contact: Contact) -> Contact:
        self._contacts[contact.id] = contact
        self._index.put(contact.id, contact, self.clock.now(), self.settings.search_lag)
        return contact

    def _known_contact(self, contact_id: str) -> Contact:
        contact = self.contact(contact_id)
        if contact is None:
            raise ValueError(f"no such contact: {contact_id!r}")
        return contact


class _Index:
    """What a search sees: every change, some time after it was made."""

    def __init__(self) -> None:
        self._seen: dict[str, Contact] = {}
        self._coming: deque[tuple[float, str, Contact | None]] = deque()

    def put(self, contact_id: str, contact: Contact | None, now: float, lag: float) -> None:
        """Let a change be seen; None is a deletion."""
        self._coming.append((now + lag, contact_id, contact))
        self._catch_up(now)

    def contacts(self, now: float) -> list[Contact]:
        """List what is seen now."""
        self._catch_up(now)
        return list(self._seen.values())

    def _catch_up(self, now: float) -> None:
        while self._coming and self._coming[0][0] <= now:
            _, contact_id, contact = self._coming.popleft()
            if contact is None:
                self._seen.pop(contact_id, None)
            else:
                self._seen[contact_id] = contact


def bare_phone(phone: str) -> str:
    """Write a number without what only helps to read it.

    :param phone: the number.
    """
    return "".join(one for one in phone if one in "+0123456789")


def _identities(contact: Contact, field: str) -> tuple[str, ...]:
    return contact.emails if field == "email" else (bare_phone(contact.phone),)


def _one_of(name: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise ValueError(f"no such {name}: {value!r}; there are {', '.join(known)}")
