"""HighLevel on the page: how many appointments each calendar has on which day, in which status."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.highlevel import HighLevelApi
from airflow_provider_calendars.api.highlevel.appointment_records import Event
from airflow_provider_calendars.api.highlevel.calendar_records import Calendar
from airflow_provider_calendars.hooks.highlevel import HighLevelHook
from airflow_provider_calendars.plugin.page.patience import within
from airflow_provider_calendars.plugin.page.tables import Column, Table, capped, plural, shortened

_DAYS = 14
# each costs a request of its own
_MOST_CALENDARS = 20
_STATUSES = {
    "new": "New",
    "confirmed": "Confirmed",
    "showed": "Showed",
    "noshow": "No-show",
    "cancelled": "Cancelled",
}

_COLUMNS = (
    Column("date", "Date (UTC)", "time"),
    Column("calendar", "Calendar"),
    Column("total", "Appointments", "number"),
    *(Column(status, label, "number") for status, label in _STATUSES.items()),
    Column("other", "Other", "number"),
)


def appointments_table(hook: HighLevelHook, now: datetime) -> Table:
    """Return the appointments by date, from today on for two weeks."""
    calendars, events = hook.run(lambda api: within(_read(api, now)))
    names = {each.calendar_id: shortened(each.name) or each.calendar_id for each in calendars}
    groups: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for each in events:
        if each.start and not each.deleted:
            groups[each.start.date().isoformat(), each.calendar_id].append(each)
    in_order = sorted(groups, key=lambda key: (key[0], names.get(key[1], key[1])))
    rows, left_out = capped(_row(date, names.get(one, one), groups[date, one]) for date, one in in_order)
    number = sum(map(len, groups.values()))
    return Table(
        columns=_COLUMNS,
        rows=rows,
        summary=f"{plural(number, 'appointment')} in {_DAYS} days, {plural(len(calendars), 'calendar')}",
        empty=f"No appointment in the next {_DAYS} days.",
        left_out=left_out,
        notes=_notes(calendars),
    )


def _read(api: HighLevelApi, now: datetime) -> Flow[tuple[list[Calendar], list[Event]]]:
    calendars = yield from api.list_calendars()
    # those that can be booked first
    calendars.sort(key=lambda each: (each.is_active is False, each.name))
    chosen = [each.calendar_id for each in calendars[:_MOST_CALENDARS]]
    if not chosen:
        return [], []
    today = datetime.combine(now.astimezone(UTC), time(), UTC)
    events = yield from api.list_appointments(today, today + timedelta(days=_DAYS), chosen)
    return calendars, events


def _row(date: str, calendar: str, events: Iterable[Event]) -> Mapping[str, Any]:
    statuses = Counter(each.status for each in events)
    known = {status: statuses[status] for status in _STATUSES}
    total = statuses.total()
    return {"date": date, "calendar": calendar, "total": total, **known, "other": total - sum(known.values())}


def _notes(calendars: Sequence[Calendar]) -> list[str]:
    if len(calendars) <= _MOST_CALENDARS:
        return []
    return [f"Appointments are read of {_MOST_CALENDARS} of {len(calendars)} calendars, active ones first."]
