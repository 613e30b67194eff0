"""Notes on appointments: list, create, update, delete."""

from __future__ import annotations

from typing import Any

from airflow_provider_calendars.api.base import path
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.highlevel.base import HighLevelBase
from airflow_provider_calendars.api.highlevel.records import Note, NoteContent
from airflow_provider_calendars.api.highlevel.wire import inside, listed
from airflow_provider_calendars.api.paging import Page, numbered_pages
from airflow_provider_calendars.api.policy import Repeat

_NOTES = "/calendars/appointments/{appointment_id}/notes"
_NOTE = f"{_NOTES}/{{note_id}}"
_LARGEST_PAGE = 20


class Notes(HighLevelBase):
    """Operations on notes of appointments."""

    def list_notes(self, appointment_id: str) -> Flow[list[Note]]:
        """Return the notes on an appointment.  GET /calendars/appointments/{appointment_id}/notes

        https://marketplace.gohighlevel.com/docs/ghl/calendars/get-appointment-notes
        """
        where = path(_NOTES, appointment_id=appointment_id)

        def fetch(number: int) -> Flow[Page[Note]]:
            params = {"limit": _LARGEST_PAGE, "offset": (number - 1) * _LARGEST_PAGE}
            request = self.request("GET", where, repeat=Repeat.ALWAYS, params=params)
            return self.call(request, _read_page)

        return numbered_pages(fetch, key=lambda note: note.note_id)

    def create_note(self, appointment_id: str, content: NoteContent) -> Flow[Note]:
        """Write a note on an appointment.  POST /calendars/appointments/{appointment_id}/notes

        https://marketplace.gohighlevel.com/docs/ghl/calendars/create-appointment-note
        """
        where = path(_NOTES, appointment_id=appointment_id)
        request = self.request("POST", where, repeat=Repeat.IF_UNSENT, json=content.to_wire())
        return self.call(request, _read_note)

    def update_note(self, appointment_id: str, note_id: str, content: NoteContent) -> Flow[Note]:
        """Rewrite a note.  PUT /calendars/appointments/{appointment_id}/notes/{note_id}

        https://marketplace.gohighlevel.com/docs/ghl/calendars/update-appointment-note
        """
        where = path(_NOTE, appointment_id=appointment_id, note_id=note_id)
        request = self.request("PUT", where, repeat=Repeat.ALWAYS, json=content.to_wire())
        return self.call(request, _read_note)

    def delete_note(self, appointment_id: str, note_id: str) -> Flow[Done]:
        """Delete a note.  DELETE /calendars/appointments/{appointment_id}/notes/{note_id}

        https://marketplace.gohighlevel.com/docs/ghl/calendars/delete-appointment-note
        """
        return self._delete(path(_NOTE, appointment_id=appointment_id, note_id=note_id))


def _read_note(answer: Any) -> Note:
    return Note.from_answer(inside(answer, "note"))


def _read_page(answer: Any) -> Page[Note]:
    notes = listed(answer, "notes", Note.from_answer)
    return Page(notes, is_last=not (notes and answer.get("hasMore")))
