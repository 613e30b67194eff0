"""The operations on events of any kind, and on blocked slots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airflow_provider_calendars.sandbox.exchange import Answer, Call
from airflow_provider_calendars.sandbox.highlevel import views
from airflow_provider_calendars.sandbox.highlevel.appointments import times
from airflow_provider_calendars.sandbox.highlevel.records import APPOINTMENT, BLOCK, Event
from airflow_provider_calendars.sandbox.highlevel.refusals import malformed, refusal, refuse
from airflow_provider_calendars.sandbox.highlevel.shapes import BLOCK as BLOCK_BODY
from airflow_provider_calendars.sandbox.highlevel.shapes import NOTHING
from airflow_provider_calendars.sandbox.highlevel.state import HighLevelState
from airflow_provider_calendars.sandbox.highlevel.tables import check_repetition
from airflow_provider_calendars.sandbox.highlevel.validation import checked, query_number, query_texts


def list_events(state: HighLevelState, call: Call) -> Answer:
    """List the appointments that start in a window.  GET /calendars/events

    :param state: where they are.
    :param call: the request.
    """
    shown = [views.item(state, one) for one in _chosen(state, call, APPOINTMENT)]
    return views.listed(state, "events", shown)


def list_blocked(state: HighLevelState, call: Call) -> Answer:
    """List the blocked slots that start in a window.  GET /calendars/blocked-slots

    :param state: where they are.
    :param call: the request.
    """
    return views.listed(state, "events", [views.block(state, one) for one in _chosen(state, call, BLOCK)])


def delete(state: HighLevelState, call: Call) -> Answer:
    """Delete an appointment or a blocked slot; its id can still be read.  DELETE /calendars/events/{eventId}

    :param state: where it is.
    :param call: the request.
    """
    checked(NOTHING, call)
    event = state.event(call.path_values["eventId"])
    if event is None:
        raise refusal(404, "Event not found")
    if event.deleted:
        check_repetition("Event", state.settings)
    state.change_event(event, deleted=True)
    return Answer(200 if views.is_live(state) else 201, {"succeeded": True})


def block(state: HighLevelState, call: Call) -> Answer:
    """Block time of a calendar or of a user.  POST /calendars/events/block-slots

    :param state: where it is.
    :param call: the request.
    """
    body = checked(BLOCK_BODY, call)
    whose = _whose(state, body)
    if not body.get("endTime"):
        raise malformed("endTime must be a valid ISO 8601 date string")
    start, end = times(state, body, 0)
    event = state.add_event(
        BLOCK, whose.pop("calendar_id"), start, end, title=body.get("title") or "", **whose
    )
    return Answer(201, views.block(state, event))


def update_block(state: HighLevelState, call: Call) -> Answer:
    """Change blocked time.  PUT /calendars/events/block-slots/{eventId}

    :param state: where it is.
    :param call: the request.
    """
    event = state.event(call.path_values["eventId"])
    if event is None or event.kind != BLOCK or event.deleted:
        raise refusal(404, "Blocked slot not found")
    body = checked(BLOCK_BODY, call)
    changes: dict[str, Any] = {**_whose(state, body), "title": body.get("title") or event.title}
    old = {"startTime": views.local(state, event.start)}
    changes["start"], changes["end"] = times(state, {**old, **body}, event.end - event.start)
    return Answer(201, views.block(state, state.change_event(event, **changes)))


def _whose(state: HighLevelState, body: dict[str, Any]) -> dict[str, str]:
    calendar_id, user_id = body.get("calendarId") or "", body.get("assignedUserId") or ""
    if bool(calendar_id) == bool(user_id):
        raise malformed("Either calendarId or assignedUserId can be set, not both.")
    if calendar_id and state.calendar_table.get(calendar_id) is None:
        raise malformed("Calendar not found")
    if user_id and user_id not in state.users:
        raise malformed("User not found")
    return {"calendar_id": calendar_id, "assigned_user_id": user_id}


def _chosen(state: HighLevelState, call: Call, kind: str) -> list[Event]:
    query_texts(call, "locationId", "startTime", "endTime")
    chosen = [_CHOICES[name](state, call.query[name]) for name in _CHOICES if call.query.get(name)]
    refuse([] if chosen else ["Either of userId, groupId or calendarId is required"])
    first, last = (query_number(call, name) / 1000 for name in ("startTime", "endTime"))
    return [
        one
        for one in state.events
        if one.kind == kind
        and not one.deleted
        and first <= one.start <= last
        and all(is_chosen(one) for is_chosen in chosen)
    ]


def _in_group(state: HighLevelState, group_id: str) -> Callable[[Event], bool]:
    ids = {row["id"] for row in state.calendars if row.get("groupId") == group_id}
    return lambda event: event.calendar_id in ids


_CHOICES: dict[str, Callable[[HighLevelState, str], Callable[[Event], bool]]] = {
    "userId": lambda _, wanted: lambda event: event.assigned_user_id == wanted,
    "calendarId": lambda _, wanted: lambda event: event.calendar_id == wanted,
    "groupId": _in_group,
}
