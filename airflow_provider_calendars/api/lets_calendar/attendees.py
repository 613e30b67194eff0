"""Attendees: add, upload, list, export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow_provider_calendars.api.base import Api, path
from airflow_provider_calendars.api.flow import Flow, Request, Upload
from airflow_provider_calendars.api.lets_calendar.people import (
    AddedContacts,
    Attendee,
    AttendeeFilter,
    AttendeeSummary,
    Contact,
    ContactsExport,
)
from airflow_provider_calendars.api.lets_calendar.redirect import Redirect
from airflow_provider_calendars.api.paging import Page, is_last_of, numbered_pages
from airflow_provider_calendars.api.policy import Repeat
from airflow_provider_calendars.exceptions import CANNOT_BE_READ, GuardError

_LARGEST_PAGE = 100


class Attendees(Api):
    """Operations on the attendees of a campaign."""

    redirect: Redirect | None = None

    def add_contact(self, campaign_id: str, contact: Contact) -> Flow[int]:
        """Add one contact and return its id.  POST /add-single-contact

        What happens with an address that is already in the campaign is not documented;
        :meth:`add_contacts` says it.

        https://panel.letscalendar.com/docs#apis-POSTapi-lc-add-single-contact
        """
        (kept,) = self._redirected(campaign_id, [contact]) or (None,)
        if kept is None:
            return 0
        body = {"campaign_id": campaign_id, **kept.to_wire()}
        request = self.request("POST", "/add-single-contact", repeat=Repeat.IF_UNSENT, json=body)
        return (yield from self.call(request, lambda answer: int(answer["contact_id"])))

    def add_contacts(self, campaign_id: str, contacts: Sequence[Contact]) -> Flow[AddedContacts]:
        """Add contacts and return what became of each.  POST /add-contacts

        https://panel.letscalendar.com/docs#apis-POSTapi-lc-add-contacts
        """
        kept = self._redirected(campaign_id, contacts)
        if contacts and not kept:
            return AddedContacts(0, (), 0)
        body = {"campaign_id": campaign_id, "contacts": [contact.to_wire() for contact in kept]}
        request = self.request("POST", "/add-contacts", repeat=Repeat.IF_UNSENT, json=body)
        return (yield from self.call(request, AddedContacts.from_answer))

    def upload_contacts(self, campaign_id: str, file: Upload, *, allow_duplicates: bool = False) -> Flow[str]:
        """Upload a file of contacts, imported in the background, and return the import's id.

        POST /upload-contacts; https://panel.letscalendar.com/docs#apis-POSTapi-lc-upload-contacts
        """
        if self.redirect is not None:
            file = self.redirect.upload(campaign_id, file)
        form = {"campaign_id": campaign_id, "allow_duplicates": "1" if allow_duplicates else "0"}
        # two imports at once may each find that the other's people are not there
        request = self.request(
            "POST", "/upload-contacts", repeat=Repeat.IF_UNSENT, form=form, files={"file": file}
        )
        return self.call(request, lambda answer: str(answer["import_id"]))

    def check_redirected(self, campaign_id: str) -> Flow[None]:
        """Refuse to mail anybody whom the connection's mode does not allow to be mailed.

        :raises GuardError: the campaign holds others, or its attendees cannot be read.
        """
        if self.redirect is None:
            return
        try:
            attendees = yield from self.list_attendees(campaign_id)
        except CANNOT_BE_READ:
            raise GuardError(
                f"Who is in campaign {campaign_id} cannot be read, so mode redirect does not mail it."
            ) from None
        self.redirect.check(campaign_id, attendees)

    def _redirected(self, campaign_id: str, contacts: Sequence[Contact]) -> Sequence[Contact]:
        return contacts if self.redirect is None else self.redirect.contacts(campaign_id, contacts)

    def attendee_summary(self, campaign_id: str, source: str | None = None) -> Flow[AttendeeSummary]:
        """Return how many attendees are in which state.  GET /campaign/{campaign_id}/attendees

        https://panel.letscalendar.com/docs#apis-GETapi-lc-campaign--campaign_id--attendees
        """
        request = self._attendees_request(campaign_id, AttendeeFilter(source=source), page=1, per_page=1)
        return self.call(request, AttendeeSummary.from_answer)

    def list_attendees(self, campaign_id: str, chosen: AttendeeFilter | None = None) -> Flow[list[Attendee]]:
        """Return the attendees of a campaign, without their passwords.

        GET /campaign/{campaign_id}/attendees;
        https://panel.letscalendar.com/docs#apis-GETapi-lc-campaign--campaign_id--attendees
        """

        def fetch(number: int) -> Flow[Page[Attendee]]:
            request = self._attendees_request(
                campaign_id, chosen or AttendeeFilter(), page=number, per_page=_LARGEST_PAGE
            )
            return self.call(request, _read_page)

        return numbered_pages(fetch, key=lambda attendee: attendee.attendee_id)

    def export_contacts(self, campaign_id: str) -> Flow[ContactsExport]:
        """Have the vendor write a file of the campaign's contacts.

        GET /campaign/{campaign_id}/export-contacts;
        https://panel.letscalendar.com/docs#apis-GETapi-lc-campaign--campaign_id--export-contacts
        """
        where = path("/campaign/{campaign_id}/export-contacts", campaign_id=campaign_id)
        return self.call(self.request("GET", where, repeat=Repeat.ALWAYS), ContactsExport.from_answer)

    def _attendees_request(
        self, campaign_id: str, chosen: AttendeeFilter, *, page: int, per_page: int
    ) -> Request:
        where = path("/campaign/{campaign_id}/attendees", campaign_id=campaign_id)
        params = {**chosen.to_wire(), "page": page, "per_page": per_page}
        return self.request("GET", where, repeat=Repeat.ALWAYS, params=params)


def _read_page(answer: Any) -> Page[Attendee]:
    page = answer["attendees"]
    items = [Attendee.from_answer(item) for item in page["data"]]
    return Page(items, is_last_of(page))
