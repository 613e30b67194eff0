"""The operations on the notes of appointments."""

from __future__ import annotations

from typing import Any

from airflow_provider_calendars.sandbox.clock import iso_timestamp
from airflow_provider_calendars.sandbox.exchange import Answer, Call
from airflow_provider_calendars.sandbox.highlevel import views
from airflow_provider_calendars.sandbox.highlevel.appointments import find
from airflow_provider_calendars.sandbox.highlevel.shapes import NOTE
from airflow_provider_calendars.sandbox.highlevel.state import HighLevelState
from airflow_provider_calendars.sandbox.highlevel.tables import Row
from airflow_provider_calendars.sandbox.highlevel.validation import checked, query_number

_LARGEST_PAGE = 20


def list_all(state: HighLevelState, call: Call) -> Answer:
    """List a page of the notes of an appointment.  GET /calendars/appointments/{appointmentId}/notes

    :param state: where they are.
    :param call: the request.
    """
    limit, offset = query_number(call, "limit", least=1, most=_LARGEST_PAGE), query_number(call, "offset")
    whose = find(state, call.path_values["appointmentId"]).id
    notes = [_shown(row) for row in state.notes.rows if row["appointmentId"] == whose]
    page = notes[offset : offset + limit]
    return views.listed(state, "notes", page, hasMore=len(notes) > offset + limit)


def create(state: HighLevelState, call: Call) -> Answer:
    """Write a note.  POST /calendars/appointments/{appointmentId}/notes

    :param state: where it goes.
    :param call: the request.
    """
    event = find(state, call.path_values["appointmentId"])
    about = {"appointmentId": event.id, "contactId": event.contact_id}
    fields = {**checked(NOTE, call), **about, "dateAdded": iso_timestamp(state.clock.now())}
    return Answer(201, {"note": _shown(state.notes.add(fields))})


def update(state: HighLevelState, call: Call) -> Answer:
    """Rewrite a note.  PUT /calendars/appointments/{appointmentId}/notes/{noteId}

    :param state: where it is.
    :param call: the request.
    """
    row = state.notes.change(call.path_values["noteId"], checked(NOTE, call), **_whose(call))
    return Answer(200, {"note": _shown(row)})


def delete(state: HighLevelState, call: Call) -> Answer:
    """Delete a note.  DELETE /calendars/appointments/{appointmentId}/notes/{noteId}

    :param state: where it is.
    :param call: the request.
    """
    state.notes.remove(call.path_values["noteId"], **_whose(call))
    return Answer(200, {"success": True})


def _whose(call: Call) -> dict[str, str]:
    return {"appointmentId": call.path_values["appointmentId"]}


def _shown(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "appointmentId"}
