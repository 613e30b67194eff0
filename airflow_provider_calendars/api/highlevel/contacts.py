"""Contacts: search, get, create, upsert, update, delete, tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.base import path
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.highlevel.account import Account
from airflow_provider_calendars.api.highlevel.appointment_records import Event
from airflow_provider_calendars.api.highlevel.contact_records import (
    Contact,
    ContactContent,
    ContactPage,
    ContactSearch,
    UpsertedContact,
)
from airflow_provider_calendars.api.highlevel.wire import items, listed
from airflow_provider_calendars.api.policy import Repeat
from airflow_provider_calendars.exceptions import ConfigurationError

_CONTACT = "/contacts/{contact_id}"


class Contacts(Account):
    """Operations on contacts. For all others on contacts use the generic call."""

    def search_contacts_page(
        self, search: ContactSearch, following: Mapping[str, Any] | None = None
    ) -> Flow[ContactPage]:
        """Return a part of the contacts that are searched for.  POST /contacts/search

        The search lags behind writes by some seconds.

        https://marketplace.gohighlevel.com/docs/ghl/contacts/search-contacts-advanced

        :param search: which ones.
        :param following: where the part begins, from the one before.
        """
        position = dict(following or {"page": 1})
        body = {"locationId": self.location_id, **search.to_wire(), **position}
        request = self.request("POST", "/contacts/search", repeat=Repeat.ALWAYS, json=body, reads=True)
        return self.call(request, lambda answer: _read_page(answer, search.page_size, position))

    def get_contact(self, contact_id: str) -> Flow[Contact]:
        """Return a contact.  GET /contacts/{contact_id}

        https://marketplace.gohighlevel.com/docs/ghl/contacts/get-contact
        """
        where = path(_CONTACT, contact_id=contact_id)
        return self.call(self.request("GET", where, repeat=Repeat.ALWAYS), Contact.from_single)

    def find_duplicate_contact(
        self, *, email: str | None = None, phone: str | None = None
    ) -> Flow[Contact | None]:
        """Return the contact that a new one with this address or number would double.

        GET /contacts/search/duplicate;
        https://marketplace.gohighlevel.com/docs/ghl/contacts/get-duplicate-contact
        """
        if not (email or phone):
            raise ConfigurationError("Give email or phone.")
        params = {"locationId": self.location_id, "email": email, "number": phone}
        request = self.request("GET", "/contacts/search/duplicate", repeat=Repeat.ALWAYS, params=params)
        return self.call(request, _read_duplicate)

    def upsert_contact(self, content: ContactContent) -> Flow[UpsertedContact]:
        """Create a contact, or change the one that is the same person.  POST /contacts/upsert

        https://marketplace.gohighlevel.com/docs/ghl/contacts/upsert-contact
        """
        body = content.to_create(self.location_id)
        request = self.request("POST", "/contacts/upsert", repeat=Repeat.ALWAYS, json=body)
        return self.call(request, UpsertedContact.from_answer)

    def create_contact(self, content: ContactContent, *, tags: Sequence[str] = ()) -> Flow[Contact]:
        """Create a contact; one who is there already may be a ``Conflict``.  POST /contacts/

        https://marketplace.gohighlevel.com/docs/ghl/contacts/create-contact
        """
        body = content.to_create(self.location_id)
        if tags:
            body["tags"] = list(checks.texts("tags", tags))
        request = self.request("POST", "/contacts/", repeat=Repeat.IF_UNSENT, json=body)
        return self.call(request, Contact.from_single)

    def update_contact(self, contact_id: str, content: ContactContent) -> Flow[Contact]:
        """Change what is set of a contact.  PUT /contacts/{contact_id}

        https://marketplace.gohighlevel.com/docs/ghl/contacts/update-contact
        """
        where = path(_CONTACT, contact_id=contact_id)
        request = self.request("PUT", where, repeat=Repeat.ALWAYS, json=content.to_update())
        return self.call(request, Contact.from_single)

    def delete_contact(self, contact_id: str) -> Flow[Done]:
        """Delete a contact.  DELETE /contacts/{contact_id}

        https://marketplace.gohighlevel.com/docs/ghl/contacts/delete-contact
        """
        return self._delete(path(_CONTACT, contact_id=contact_id))

    def add_contact_tags(self, contact_id: str, tags: Sequence[str]) -> Flow[Done]:
        """Add tags to a contact, beside those it has.  POST /contacts/{contact_id}/tags

        https://marketplace.gohighlevel.com/docs/ghl/contacts/add-tags
        """
        return self._tag("POST", contact_id, tags)

    def remove_contact_tags(self, contact_id: str, tags: Sequence[str]) -> Flow[Done]:
        """Take tags from a contact.  DELETE /contacts/{contact_id}/tags

        https://marketplace.gohighlevel.com/docs/ghl/contacts/remove-tags
        """
        return self._tag("DELETE", contact_id, tags)

    def list_contact_appointments(self, contact_id: str, *, timezone: str | None = None) -> Flow[list[Event]]:
        """Return the appointments of a contact.  GET /contacts/{contact_id}/appointments

        https://marketplace.gohighlevel.com/docs/ghl/contacts/get-appointments-for-contact

        :param contact_id: the contact.
        :param timezone: the zone of the location, which these times do not name; looked up if None.
        """
        where = path(f"{_CONTACT}/appointments", contact_id=contact_id)
        zone = timezone or (yield from self.timezone_of_location())
        checks.timezone("timezone", zone)
        request = self.request("GET", where, repeat=Repeat.ALWAYS)
        return (
            yield from self.call(
                request, lambda answer: listed(answer, "events", lambda item: _localised(item, zone))
            )
        )

    def _tag(self, method: str, contact_id: str, tags: Sequence[str]) -> Flow[Done]:
        where = path(f"{_CONTACT}/tags", contact_id=contact_id)
        given = list(checks.texts("tags", tags))
        if not given:
            raise ConfigurationError("tags must not be empty.")
        # a set: what is there stays once
        request = self.request(method, where, repeat=Repeat.ALWAYS, json={"tags": given})
        return self.call(request, Done.from_answer)


def _read_page(answer: Any, page_size: int, position: Mapping[str, Any]) -> ContactPage:
    found = items(answer["contacts"])
    total = answer.get("total")
    return ContactPage(
        contacts=tuple(Contact.from_answer(item) for item in found),
        total=total if isinstance(total, int) and not isinstance(total, bool) else None,
        following=_following(found, position),
        is_full=len(found) >= page_size,
    )


def _following(found: Sequence[Mapping[str, Any]], position: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return where the next part begins: the cursor is hidden in the last record."""
    if not found:
        return None
    cursor = found[-1].get("searchAfter")
    if isinstance(cursor, list) and cursor:
        return None if cursor == position.get("searchAfter") else {"searchAfter": cursor}
    return {"page": int(position.get("page", 1)) + 1}


def _read_duplicate(answer: Any) -> Contact | None:
    found = answer.get("contact") if answer is not None else None
    return Contact.from_answer(found) if isinstance(found, Mapping) and found else None


def _localised(item: Any, zone: str) -> Event:
    """Read an appointment whose times are those of the location's clocks, without saying so."""
    times = {name: _with_offset(item.get(name), zone) for name in ("startTime", "endTime")}
    return Event.from_answer({**item, **times})


def _with_offset(value: Any, zone: str) -> Any:
    try:
        read = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value
    return value if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone)).isoformat()
