"""How HighLevel shows what it remembers: as it was observed, or as it is documented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from airflow_provider_calendars.sandbox.clock import iso_timestamp
from airflow_provider_calendars.sandbox.exchange import Answer
from airflow_provider_calendars.sandbox.highlevel.records import Event
from airflow_provider_calendars.sandbox.highlevel.seeds import LOCATION_ID
from airflow_provider_calendars.sandbox.highlevel.state import HighLevelState

Json = dict[str, Any]


def is_live(state: HighLevelState) -> bool:
    """Tell whether answers are as they were observed.

    :param state: its settings tell.
    """
    return state.settings.highlevel_answers == "live"


def listed(state: HighLevelState, name: str, items: Sequence[Json], **beside: Any) -> Answer:
    """Answer with a list; what stands for an empty one is a setting.

    :param state: its settings tell.
    :param name: where the list stands.
    :param items: the list.
    :param beside: what else stands in the answer.
    """
    empty: dict[str, Json] = {"list": {name: []}, "null": {name: None}, "object": {name: {}}, "missing": {}}
    shown = {name: list(items)} if items else empty[state.settings.empty_lists]
    return Answer(200, {**shown, **beside})


def calendar(row: Mapping[str, Any]) -> Json:
    """Describe a calendar, with both spellings of what the API itself misspells.

    :param row: the calendar.
    """
    shown = {name: value for name, value in row.items() if value is not None or name == "availabilityType"}
    for name in ("PerSlot", "PerDay"):
        if f"appoinment{name}" in shown:
            shown[f"appointment{name}"] = shown[f"appoinment{name}"]
    shown["eventColor"] = str(shown.get("eventColor", "")).upper()
    shown["openHours"] = shown.get("openHours") or {}
    shown["teamMembers"] = [_member(one) for one in shown.get("teamMembers") or ()]
    if "locationConfigurations" in shown:
        shown["locationConfigurations"] = _places(shown["locationConfigurations"])
    return shown


def _member(member: Mapping[str, Any]) -> Json:
    shown = {"priority": 0.5, "isPrimary": False, **member}
    return {**shown, "locationConfigurations": _places(shown.get("locationConfigurations") or ())}


def _places(places: Sequence[Mapping[str, Any]]) -> list[Json]:
    return [{**place, "meetingId": f"{place['kind']}_{at}"} for at, place in enumerate(places)]


def local(state: HighLevelState, moment: float) -> str:
    """Write a moment with the offset of the location.

    :param state: where the location is.
    :param moment: in seconds since 1970.
    """
    return datetime.fromtimestamp(moment, state.zone).isoformat(timespec="seconds")


def written(state: HighLevelState, event: Event) -> Json:
    """Describe an appointment after a write: as observed without its times.

    :param state: where it is.
    :param event: the appointment.
    """
    shown = {
        **_core(event),
        "assignedUserId": event.assigned_user_id or None,
        "isRecurring": bool(event.rrule),
    }
    if event.rrule:
        shown["rrule"] = event.rrule
    if is_live(state):
        dates = {"dateAdded": iso_timestamp(event.added), "dateUpdated": iso_timestamp(event.updated)}
        return {**shown, "status": "booked", "appoinmentStatus": event.status, **dates}
    return {**shown, **_times(state, event)}


def single(state: HighLevelState, event: Event) -> Json:
    """Describe an appointment by its id; a deleted one is shown, too.

    :param state: where it is.
    :param event: the appointment.
    """
    shown = {**_whole(state, event), "assignedUserId": event.assigned_user_id or None, "users": []}
    if not is_live(state):
        return {"event": shown}
    return {"appointment": {**shown, "appoinmentStatus": event.status, "deleted": event.deleted}}


def item(state: HighLevelState, event: Event) -> Json:
    """Describe an event of a list: as observed without what is documented as required.

    :param state: where it is.
    :param event: the event.
    """
    shown = _whole(state, event)
    if is_live(state):
        return shown
    group = (state.calendar_table.get(event.calendar_id) or {}).get("groupId") or ""
    return {**shown, "groupId": group, "users": [], "assignedUserId": event.assigned_user_id}


def block(state: HighLevelState, event: Event) -> Json:
    """Describe a blocked slot.

    :param state: where it is.
    :param event: the blocked slot.
    """
    whose = {"calendarId": event.calendar_id, "assignedUserId": event.assigned_user_id}
    shown = {"id": event.id, "locationId": LOCATION_ID, "title": event.title, **_times(state, event)}
    return {**shown, **{name: value for name, value in whose.items() if value}}


def _core(event: Event) -> Json:
    return {
        "id": event.id,
        "calendarId": event.calendar_id,
        "locationId": LOCATION_ID,
        "contactId": event.contact_id,
        "title": event.title,
        "appointmentStatus": event.status,
        **event.details,
    }


def _whole(state: HighLevelState, event: Event) -> Json:
    return {
        **_core(event),
        **_times(state, event),
        "isRecurring": bool(event.rrule),
        **({"rrule": event.rrule} if event.rrule else {}),
        "dateAdded": iso_timestamp(event.added),
        "dateUpdated": iso_timestamp(event.updated),
        "createdBy": {"source": "third_party"},
    }


def _times(state: HighLevelState, event: Event) -> Json:
    return {"startTime": local(state, event.start), "endTime": local(state, event.end)}
