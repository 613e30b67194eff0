"""The operations on calendars, and on their free slots."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from airflow_provider_calendars.sandbox.exchange import Answer, Call
from airflow_provider_calendars.sandbox.highlevel import views
from airflow_provider_calendars.sandbox.highlevel.refusals import malformed, refusal, refuse
from airflow_provider_calendars.sandbox.highlevel.seeds import DEFAULTS, UPDATE_DEFAULTS
from airflow_provider_calendars.sandbox.highlevel.shapes import CALENDAR, UPDATED_CALENDAR
from airflow_provider_calendars.sandbox.highlevel.state import HighLevelState
from airflow_provider_calendars.sandbox.highlevel.tables import Row, new_id, object_id
from airflow_provider_calendars.sandbox.highlevel.validation import (
    checked,
    query_flag,
    query_number,
    query_texts,
)
from airflow_provider_calendars.sandbox.zones import timezones

_TEAMS = ("round_robin", "collective", "class_booking", "service_booking")
_LONGEST_RANGE = 31 * 86_400_000


def list_all(state: HighLevelState, call: Call) -> Answer:
    """List the calendars.  GET /calendars/

    :param state: where they are.
    :param call: the request.
    """
    query_texts(call, "locationId")
    group, drafts = call.query.get("groupId"), query_flag(call, "showDrafted")
    rows = [row for row in state.calendars if group in (None, row.get("groupId"))]
    shown = [views.calendar(row) for row in rows if drafts is not False or row.get("isActive")]
    return views.listed(state, "calendars", shown)


def create(state: HighLevelState, call: Call) -> Answer:
    """Create a calendar.  POST /calendars/

    :param state: where it goes.
    :param call: the request.
    """
    fields = {**DEFAULTS, **checked(CALENDAR, call)}
    _check_references(state, fields)
    fields["slug"] = _free_slug(state, fields.get("slug") or "", fields["name"])
    fields["availabilities"] = _availabilities([], fields["availabilities"] or [])
    return Answer(
        state.settings.created_status, {"calendar": views.calendar(state.calendar_table.add(fields))}
    )


def get(state: HighLevelState, call: Call) -> Answer:
    """Show a calendar.  GET /calendars/{calendarId}

    :param state: where it is.
    :param call: the request.
    """
    return Answer(200, {"calendar": views.calendar(_find(state, call))})


def update(state: HighLevelState, call: Call) -> Answer:
    """Change what is sent of a calendar; lists are replaced.  PUT /calendars/{calendarId}

    :param state: where it is.
    :param call: the request.
    """
    row, changes = _find(state, call), checked(UPDATED_CALENDAR, call)
    if state.settings.update_restores_defaults:
        changes = {**UPDATE_DEFAULTS, **changes}
    _check_references(state, {**row, **changes})
    if changes.get("slug") not in (None, row.get("slug")):
        changes["slug"] = _free_slug(state, changes["slug"], "")
    if "availabilities" in changes:
        changes["availabilities"] = _availabilities(row["availabilities"], changes["availabilities"] or [])
    return Answer(200, {"calendar": views.calendar(state.calendar_table.change(row["id"], changes))})


def delete(state: HighLevelState, call: Call) -> Answer:
    """Delete a calendar; its appointments stay.  DELETE /calendars/{calendarId}

    :param state: where it is.
    :param call: the request.
    """
    calendar_id = call.path_values["calendarId"]
    row = state.calendar_table.get(calendar_id) or {"id": calendar_id}
    state.calendar_table.remove(calendar_id)
    if not views.is_live(state):
        return Answer(200, {"success": True})
    return Answer(200, {"message": "calendar deleted", "calendar": {**views.calendar(row), "deleted": False}})


def free_slots(state: HighLevelState, call: Call) -> Answer:
    """List the free slots by date.  GET /calendars/{calendarId}/free-slots

    :param state: where they are.
    :param call: the request.
    """
    row, zone = _find(state, call), _zone(state, call)
    first, last = (query_number(call, name) for name in ("startDate", "endDate"))
    if last - first > _LONGEST_RANGE:
        raise refusal(400, "Date range cannot be more than 31 days")
    begin, end = _window(state, first / 1000, last / 1000, zone)
    days: defaultdict[str, list[str]] = defaultdict(list)
    for start in state.diary(row["id"]).free_slots(begin, end, _users(call)):
        slot = datetime.fromtimestamp(start, zone)
        days[slot.date().isoformat()].append(slot.isoformat(timespec="seconds"))
    state.offered[row["id"]].update(text for texts in days.values() for text in texts)
    return Answer(200, {day: {"slots": texts} for day, texts in days.items()})


def _find(state: HighLevelState, call: Call) -> Row:
    return state.calendar_table.find(call.path_values["calendarId"])


def _users(call: Call) -> list[str]:
    names = ("userId", "userIds", "userIds[]")
    return [one for name in names for one in call.queries.get(name, ()) if one]


def _zone(state: HighLevelState, call: Call) -> ZoneInfo:
    default = "UTC" if state.settings.slots_default_zone == "UTC" else state.timezone
    name = call.query.get("timezone") or default
    if name not in timezones():
        raise malformed("timezone must be a valid IANA time zone")
    return ZoneInfo(name)


def _window(state: HighLevelState, first: float, last: float, zone: ZoneInfo) -> tuple[float, float]:
    if state.settings.slots_in == "moments" or not 0 < last < 1e11:
        return first, last
    begin = datetime.fromtimestamp(first, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    end = datetime.fromtimestamp(last, zone).replace(hour=23, minute=59, second=59)
    return begin.timestamp(), end.timestamp()


def _check_references(state: HighLevelState, fields: Mapping[str, Any]) -> None:
    members, kind = fields.get("teamMembers") or [], fields.get("calendarType")
    messages = [f"user {one['userId']} does not exist" for one in members if one["userId"] not in state.users]
    if fields.get("groupId") and state.groups.get(fields["groupId"]) is None:
        messages.append("groupId must be a valid group")
    if kind in _TEAMS and not members:
        messages.append(f"teamMembers are required for {kind} calendar")
    if kind == "personal" and len(members) != 1:
        messages.append("Personal calendar must have exactly one team member")
    if kind == "collective" and sum(bool(one.get("isPrimary")) for one in members) != 1:
        messages.append("Collective calendar must have exactly one primary team member")
    refuse(messages)


def _free_slug(state: HighLevelState, wanted: str, name: str) -> str:
    slugs = {row.get("slug") for row in state.calendars}
    if wanted in slugs and state.settings.taken_slug == "reject":
        raise refusal(400, "The slug is already taken")
    slug = wanted or re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")
    return f"{slug}-{new_id()[:6].lower()}" if slug in slugs else slug


def _availabilities(old: Sequence[Row], new: Sequence[Row]) -> list[Row]:
    """Return the availabilities after an update: those with an id are changed, the others are new."""
    kept = {one["id"]: one for one in old}
    for one in new:
        key = one.get("id") or object_id()
        kept[key] = {"deleted": False, **kept.get(key, {}), **one, "id": key}
    return [one for one in kept.values() if not one["deleted"]]
