"""Contacts: the hook's methods for them."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow_provider_calendars.exceptions import ApiError
from airflow_provider_calendars.hooks.highlevel.base import HighLevelBaseHook

if TYPE_CHECKING:
    from airflow_provider_calendars.api.done import Done
    from airflow_provider_calendars.api.highlevel.appointment_records import Event
    from airflow_provider_calendars.api.highlevel.contact_records import (
        Contact,
        ContactContent,
        ContactPage,
        ContactSearch,
        UpsertedContact,
    )

_MOST_PAGES = 20_000
_READINGS = 2


class ContactMethods(HighLevelBaseHook):
    """What can be done with contacts. For all other operations on them use :meth:`request`."""

    def search_contacts(self, search: ContactSearch) -> Iterator[Contact]:
        """Return the contacts that are searched for, however many, each once, a page at a time.

        :raises ApiError: the list does not end, or shows fewer than it says there are, twice.
        """
        seen: set[str] = set()
        # a list that shifts while it is read can pass somebody over
        for _ in range(_READINGS):
            announced = yield from self._unseen_contacts(search, seen)
            if len(seen) >= announced:
                return
        raise ApiError(
            f"HighLevel says there are {announced} contacts and showed {len(seen)}, in {_READINGS} readings. "
            "A list with gaps can miss who must not be mailed, so it is not used. Search for fewer at once, "
            "by tags or by when they were changed, or ask HighLevel's support.",
            system="HighLevel",
        )

    def _unseen_contacts(self, search: ContactSearch, seen: set[str]) -> Generator[Contact, None, int]:
        """Read the list to its end; yield who is new in it, and return how many there are said to be."""
        announced, shown = 0, set[str]()
        following: Mapping[str, Any] | None = None
        for _ in range(_MOST_PAGES):
            page = self.search_contacts_page(search, following)
            # a list that shifts while it is read shows some contacts twice
            yield from (each for each in page.contacts if each.contact_id not in seen)
            ids = {each.contact_id for each in page.contacts}
            announced = announced if page.total is None else page.total
            is_at_its_end = page.following is None or ids <= shown
            seen |= ids
            shown |= ids
            # a server may give less at a time than it is asked for
            if is_at_its_end or not (page.is_full or len(shown) < announced):
                return announced
            following = page.following
        raise ApiError(f"The list of contacts did not end within {_MOST_PAGES} pages.", system="HighLevel")

    def search_contacts_page(
        self, search: ContactSearch, following: Mapping[str, Any] | None = None
    ) -> ContactPage:
        """Return a part of the contacts that are searched for; the next one is at its ``following``."""
        return self.run(lambda api: api.search_contacts_page(search, following))

    def get_contact(self, contact_id: str) -> Contact:
        """Return a contact."""
        return self.run(lambda api: api.get_contact(contact_id))

    def find_duplicate_contact(self, *, email: str | None = None, phone: str | None = None) -> Contact | None:
        """Return the contact that a new one with this address or number would double."""
        return self.run(lambda api: api.find_duplicate_contact(email=email, phone=phone))

    def upsert_contact(self, content: ContactContent) -> UpsertedContact:
        """Create a contact, or change the one that is the same person."""
        return self.run(lambda api: api.upsert_contact(content))

    def create_contact(self, content: ContactContent, *, tags: Sequence[str] = ()) -> Contact:
        """Create a contact. One who is there already may be a ``Conflict``."""
        return self.run(lambda api: api.create_contact(content, tags=tags))

    def update_contact(self, contact_id: str, content: ContactContent) -> Contact:
        """Change what is set of a contact."""
        return self.run(lambda api: api.update_contact(contact_id, content))

    def delete_contact(self, contact_id: str) -> Done:
        """Delete a contact."""
        return self.run(lambda api: api.delete_contact(contact_id))

    def add_contact_tags(self, contact_id: str, tags: Sequence[str]) -> Done:
        """Add tags to a contact, beside those it has."""
        return self.run(lambda api: api.add_contact_tags(contact_id, tags))

    def remove_contact_tags(self, contact_id: str, tags: Sequence[str]) -> Done:
        """Take tags from a contact."""
        return self.run(lambda api: api.remove_contact_tags(contact_id, tags))

    def list_contact_appointments(self, contact_id: str, *, timezone: str | None = None) -> list[Event]:
        """Return the appointments of a contact.

        :param contact_id: the contact.
        :param timezone: the zone of the location; looked up if None.
        """
        return self.run(lambda api: api.list_contact_appointments(contact_id, timezone=timezone))
