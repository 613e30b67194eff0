"""The operations on appointments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from airflow_provider_calendars.sandbox.exchange import Answer, Call
from airflow_provider_calendars.sandbox.highlevel import views
from airflow_provider_calendars.sandbox.highlevel.records import APPOINTMENT, Event
from airflow_provider_calendars.sandbox.highlevel.refusals import SLOT_TAKEN, malformed, refusal
from airflow_provider_calendars.sandbox.highlevel.shapes import APPOINTMENT as APPOINTMENT_BODY
from airflow_provider_calendars.sandbox.highlevel.shapes import UPDATED_APPOINTMENT
from airflow_provider_calendars.sandbox.highlevel.slots import NOBODY, Diary
from airflow_provider_calendars.sandbox.highlevel.state import HighLevelState
from airflow_provider_calendars.sandbox.highlevel.validation import checked

Body = Mapping[str, Any]
_DETAILS = ("description", "address", "meetingLocationType", "meetingLocationId")


def create(state: HighLevelState, call: Call) -> Answer:
    """Book an appointment.  POST /calendars/events/appointments

    :param state: where it goes.
    :param call: the request.
    """
    body = checked(APPOINTMENT_BODY, call)
    if state.contact(body["contactId"]) is None and not state.settings.any_contact:
        raise malformed("Contact not found")
    diary = _diary(state, body["calendarId"])
    start, end = times(state, body, diary.duration)
    if not body.get("ignoreFreeSlotValidation"):
        state.lose_race(body["calendarId"], start)
        diary = _diary(state, body["calendarId"])
    user = _user(state, diary, body, start, end)
    default = "new" if diary.calendar.get("autoConfirm") is False else "confirmed"
    event = state.add_event(
        APPOINTMENT,
        body["calendarId"],
        start,
        end,
        contact_id=body["contactId"],
        assigned_user_id=user,
        title=body.get("title") or "",
        status=body.get("appointmentStatus") or default,
        rrule=_rrule(body),
        details=_details(body),
    )
    state.notify(event, "booked", body)
    return Answer(state.settings.created_status, views.written(state, event))


def get(state: HighLevelState, call: Call) -> Answer:
    """Show an appointment, also a deleted one.  GET /calendars/events/appointments/{eventId}

    :param state: where it is.
    :param call: the request.
    """
    return Answer(200, views.single(state, find(state, call.path_values["eventId"])))


def update(state: HighLevelState, call: Call) -> Answer:
    """Change what is sent of an appointment.  PUT /calendars/events/appointments/{eventId}

    :param state: where it is.
    :param call: the request.
    """
    event, body = find(state, call.path_values["eventId"]), checked(UPDATED_APPOINTMENT, call)
    if event.deleted:
        raise refusal(404, "Appointment not found")
    changes = {
        "title": body.get("title"),
        "status": body.get("appointmentStatus"),
        **_moved(state, event, body),
    }
    changes["details"] = {**event.details, **_details(body)}
    changes["rrule"] = _rrule(body) or event.rrule
    given = {name: value for name, value in changes.items() if value is not None}
    event = state.change_event(event, **given)
    state.notify(event, "cancelled" if body.get("appointmentStatus") == "cancelled" else "updated", body)
    return Answer(200, views.written(state, event))


def find(state: HighLevelState, event_id: str) -> Event:
    """Find an appointment, also a deleted one, or answer 404.

    :param state: where it is.
    :param event_id: its id.
    """
    event = state.event(event_id)
    if event is None or event.kind != APPOINTMENT:
        raise refusal(404, "Appointment not found")
    return event


def times(state: HighLevelState, body: Body, duration: float) -> tuple[float, float]:
    """Read the times of a request; a time without an offset is the location's.

    :param state: where the location is.
    :param body: the request.
    :param duration: how long it takes if that is not said.
    """
    start = _moment(state, "startTime", body.get("startTime"))
    end = start + duration if body.get("endTime") is None else _moment(state, "endTime", body["endTime"])
    if end <= start:
        raise malformed("endTime must be after startTime")
    return start, end


def _moment(state: HighLevelState, name: str, value: Any) -> float:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise malformed(f"{name} must be a valid ISO 8601 date string") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=state.zone)).timestamp()


def _moved(state: HighLevelState, event: Event, body: Body) -> dict[str, Any]:
    """Return what an update changes about when, where and with whom an appointment is."""
    if not any(body.get(name) for name in ("startTime", "endTime", "calendarId", "assignedUserId")):
        return {}
    diary = _diary(state, body.get("calendarId") or event.calendar_id, without=event.id)
    old = {"startTime": views.local(state, event.start)}
    start, end = times(state, {**old, **body}, event.end - event.start)
    wanted = {"assignedUserId": event.assigned_user_id or None, **body}
    place = diary.calendar["id"], wanted["assignedUserId"] or NOBODY, start
    stays = place == (event.calendar_id, event.assigned_user_id, event.start)
    user = _user(state, diary, wanted, start, end, stays=stays)
    return {"calendar_id": diary.calendar["id"], "start": start, "end": end, "assigned_user_id": user}


def _user(
    state: HighLevelState, diary: Diary, body: Body, start: float, end: float, *, stays: bool = False
) -> str:
    """Return who is met, or refuse what nobody has time for."""
    wanted = body.get("assignedUserId")
    if wanted is not None and wanted not in (*diary.members, *_strangers(diary, state)):
        raise malformed("The user id not part of calendar team.")
    if wanted is None and diary.members != (NOBODY,) and state.settings.assigned_user_required:
        raise malformed("A team member needs to be selected. assignedUserId is missing")
    if body.get("ignoreFreeSlotValidation") or stays:
        return str(wanted or (diary.free_members(start, end) or diary.members)[0])
    free = diary.free_members(start, end, () if wanted is None or wanted not in diary.members else (wanted,))
    any_date = bool(body.get("ignoreDateRange"))
    on_time = diary.free_slots(start, start, any_date=any_date)
    if not (free and on_time and _is_offered(state, diary, body, start)):
        raise refusal(400, SLOT_TAKEN)
    return str(wanted or free[0])


def _strangers(diary: Diary, state: HighLevelState) -> tuple[str, ...]:
    """Return the users that a calendar without a team may name: all of them."""
    return tuple(state.users) if diary.members == (NOBODY,) else ()


def _is_offered(state: HighLevelState, diary: Diary, body: Body, start: float) -> bool:
    """Tell whether a slot is called as it was offered: the same moment in other words is another slot."""
    words = body.get("startTime")
    if not state.settings.strict_slot_text or words is None:
        return True
    return words == views.local(state, start) or words in state.offered[diary.calendar["id"]]


def _diary(state: HighLevelState, calendar_id: str, without: str = "") -> Diary:
    try:
        return state.diary(calendar_id, without)
    except ValueError:
        raise malformed("Calendar not found") from None


def _rrule(body: Body) -> str:
    # without the flag it is not refused, but has no effect
    return str(body.get("rrule") or "") if body.get("ignoreFreeSlotValidation") else ""


def _details(body: Body) -> dict[str, Any]:
    details = {name: body[name] for name in _DETAILS if body.get(name) is not None}
    if "address" in details:
        details.setdefault("meetingLocationType", "custom")
    return details
