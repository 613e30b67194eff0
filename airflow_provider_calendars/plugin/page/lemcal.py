"""lemcal on the page: how many meetings are booked for which day, of which type, with which host."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.lemcal import LemcalApi
from airflow_provider_calendars.api.lemcal.records import Meeting
from airflow_provider_calendars.hooks.lemcal import LemcalHook
from airflow_provider_calendars.plugin.page.patience import within
from airflow_provider_calendars.plugin.page.tables import Column, Table, capped, plural, shortened

_SINCE = timedelta(days=1)

_COLUMNS = (
    Column("date", "Date (UTC)", "time"),
    Column("type", "Meeting type"),
    Column("host", "Host"),
    Column("from", "From", "time"),
    Column("until", "Until", "time"),
    Column("booked", "Booked", "number"),
    Column("cancelled", "Cancelled", "number"),
)


def meetings_table(hook: LemcalHook, now: datetime) -> Table:
    """Return the booked meetings by date, from yesterday on."""
    meetings, names = hook.run(lambda api: within(_read(api)))
    groups: dict[tuple[str, str, str], list[Meeting]] = defaultdict(list)
    for each in meetings:
        if each.start and each.start >= now - _SINCE:
            groups[each.start.date().isoformat(), each.meeting_type_id, each.user_id].append(each)
    rows, left_out = capped(_row(*key, groups[key], names) for key in sorted(groups))
    coming = sum(_is_to_come(each, now) for each in meetings)
    return Table(
        columns=_COLUMNS,
        rows=rows,
        summary=f"{plural(coming, 'meeting')} to come",
        empty="No meeting is booked from yesterday on.",
        left_out=left_out,
    )


def _read(api: LemcalApi) -> Flow[tuple[list[Meeting], Mapping[str, str]]]:
    meetings = yield from api.meetings()
    types = yield from api.meeting_types()
    return meetings, {each.meeting_type_id: each.name for each in types}


def _row(
    date: str, type_id: str, host: str, meetings: Sequence[Meeting], names: Mapping[str, str]
) -> Mapping[str, Any]:
    booked = [each for each in meetings if not each.is_cancelled]
    starts = sorted(each.start for each in booked or meetings if each.start)
    ends = sorted(each.end for each in booked or meetings if each.end)
    return {
        "date": date,
        "type": shortened(names.get(type_id) or type_id),
        "host": shortened(host),
        "from": starts[0].strftime("%H:%M"),
        "until": ends[-1].strftime("%H:%M") if ends else "",
        "booked": len(booked),
        "cancelled": len(meetings) - len(booked),
    }


def _is_to_come(meeting: Meeting, now: datetime) -> bool:
    return meeting.start is not None and meeting.start > now and not meeting.is_cancelled
