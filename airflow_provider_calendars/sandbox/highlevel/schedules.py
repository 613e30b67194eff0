"""The operations on schedules; those of event calendars are of v3 only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_provider_calendars.sandbox.clock import iso_timestamp
from airflow_provider_calendars.sandbox.exchange import Answer, Call
from airflow_provider_calendars.sandbox.highlevel import views
from airflow_provider_calendars.sandbox.highlevel.refusals import malformed, refusal
from airflow_provider_calendars.sandbox.highlevel.shapes import (
    EVENT_SCHEDULE,
    SCHEDULE,
    UPDATED_EVENT_SCHEDULE,
    UPDATED_SCHEDULE,
)
from airflow_provider_calendars.sandbox.highlevel.state import HighLevelState
from airflow_provider_calendars.sandbox.highlevel.tables import Row
from airflow_provider_calendars.sandbox.highlevel.validation import checked, query_number, query_texts


def search(state: HighLevelState, call: Call) -> Answer:
    """List a page of the schedules of a user.  GET /calendars/schedules/search

    :param state: where they are.
    :param call: the request.
    """
    _, user_id = query_texts(call, "locationId", "userId")
    skip, limit = query_number(call, "skip", 0), query_number(call, "limit", 50, least=1, most=500)
    calendar_id = call.query.get("calendarId")
    rows = [
        row
        for row in state.schedules.rows
        if row["userId"] == user_id and (not calendar_id or calendar_id in row["calendarIds"])
    ]
    return views.listed(state, "schedules", rows[skip : skip + limit])


def create(state: HighLevelState, call: Call) -> Answer:
    """Create a schedule of a user.  POST /calendars/schedules

    :param state: where it goes.
    :param call: the request.
    """
    fields = {"rules": [], "calendarIds": [], **checked(SCHEDULE, call), "deleted": False}
    if fields["userId"] not in state.users:
        raise malformed("User not found")
    for calendar_id in fields["calendarIds"]:
        state.calendar_table.find(calendar_id)
    return Answer(201, {"schedule": state.schedules.add({**fields, **_dates(state)})})


def get(state: HighLevelState, call: Call) -> Answer:
    """Show a schedule.  GET /calendars/schedules/{id}

    :param state: where it is.
    :param call: the request.
    """
    return Answer(200, {"schedule": state.schedules.find(call.path_values["id"])})


def update(state: HighLevelState, call: Call) -> Answer:
    """Change what is sent of a schedule.  PUT /calendars/schedules/{id}

    :param state: where it is.
    :param call: the request.
    """
    changes = _updated(state, checked(UPDATED_SCHEDULE, call))
    return Answer(200, {"schedule": state.schedules.change(call.path_values["id"], changes)})


def delete(state: HighLevelState, call: Call) -> Answer:
    """Delete a schedule: 404 the second time.  DELETE /calendars/schedules/{id}

    :param state: where it is.
    :param call: the request.
    """
    state.schedules.find(call.path_values["id"])
    state.schedules.remove(call.path_values["id"])
    return Answer(200, {"success": True})


def associate(state: HighLevelState, call: Call) -> Answer:
    """Have a schedule count for a calendar.  PUT /calendars/schedules/{id}/associations/{calendarId}

    :param state: where it is.
    :param call: the request.
    """
    row, calendar_id = _associated(state, call)
    row["calendarIds"] = list(dict.fromkeys([*row["calendarIds"], calendar_id]))
    return Answer(200, {"success": True})


def dissociate(state: HighLevelState, call: Call) -> Answer:
    """Have it count no longer.  DELETE /calendars/schedules/{id}/associations/{calendarId}

    :param state: where it is.
    :param call: the request.
    """
    row, calendar_id = _associated(state, call)
    row["calendarIds"] = [one for one in row["calendarIds"] if one != calendar_id]
    return Answer(200, {"success": True})


def get_of_calendar(state: HighLevelState, call: Call) -> Answer:
    """Show the schedule of an event calendar.  GET /calendars/schedules/event-calendar/{calendarId}

    :param state: where it is.
    :param call: the request.
    """
    return Answer(200, {"schedule": _shown(state.event_schedules.find(call.path_values["calendarId"]))})


def create_of_calendar(state: HighLevelState, call: Call) -> Answer:
    """Give an event calendar its schedule.  POST /calendars/schedules/event-calendar/{calendarId}

    :param state: where it goes.
    :param call: the request.
    """
    calendar_id = state.calendar_table.find(call.path_values["calendarId"])["id"]
    fields = {**checked(EVENT_SCHEDULE, call), "calendarId": calendar_id, **_dates(state)}
    if state.event_schedules.get(calendar_id):
        raise refusal(400, "The calendar already has a schedule")
    return Answer(201, {"schedule": _shown(state.event_schedules.add(fields, calendar_id))})


def update_of_calendar(state: HighLevelState, call: Call) -> Answer:
    """Change the schedule of an event calendar.  PUT /calendars/schedules/event-calendar/{calendarId}

    :param state: where it is.
    :param call: the request.
    """
    changes = _updated(state, checked(UPDATED_EVENT_SCHEDULE, call))
    row = state.event_schedules.change(call.path_values["calendarId"], changes)
    return Answer(200, {"schedule": _shown(row)})


def _associated(state: HighLevelState, call: Call) -> tuple[Row, str]:
    calendar = state.calendar_table.find(call.path_values["calendarId"])
    return state.schedules.find(call.path_values["id"]), calendar["id"]


def _dates(state: HighLevelState) -> dict[str, str]:
    return dict.fromkeys(("dateAdded", "dateUpdated"), iso_timestamp(state.clock.now()))


def _updated(state: HighLevelState, changes: Mapping[str, Any]) -> Row:
    return {**changes, "dateUpdated": iso_timestamp(state.clock.now())}


def _shown(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "id"}
