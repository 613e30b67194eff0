"""When a calendar can be booked, and by whom it can be kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from airflow_provider_calendars.sandbox.highlevel.records import APPOINTMENT, BLOCK, Event

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_LENGTHS = {"mins": _MINUTE, "hours": _HOUR, "days": _DAY, "weeks": 7 * _DAY, "months": 30 * _DAY}
# Monday to Friday, nine to five: what a new calendar has
_NINE_TO_FIVE = {"openHour": 9, "openMinute": 0, "closeHour": 17, "closeMinute": 0}
_WORKING_DAYS: Sequence[Mapping[str, Any]] = [{"daysOfTheWeek": [1, 2, 3, 4, 5], "hours": [_NINE_TO_FIVE]}]
NOBODY = ""


def length(calendar: Mapping[str, Any], name: str, default: float = 0, unit: str = "mins") -> float:
    """Read a length of time of a calendar, in seconds.

    :param calendar: the calendar, under HighLevel's names.
    :param name: e.g. ``slotDuration``; its unit is under ``slotDurationUnit``.
    :param default: the number where there is none.
    :param unit: the unit where there is none.
    """
    value = calendar.get(name)
    seconds = _LENGTHS[calendar.get(f"{name}Unit") or unit]
    return float(default if value is None else value) * seconds


def local_date(moment: float, zone: ZoneInfo) -> date:
    """Tell the date of a moment.

    :param moment: seconds since 1970.
    :param zone: where.
    """
    return datetime.fromtimestamp(moment, zone).date()


def openings(calendar: Mapping[str, Any], day: date, zone: ZoneInfo) -> Iterator[tuple[float, float]]:
    """List from when to when a calendar is open on a day, in seconds since 1970.

    :param calendar: the calendar, under HighLevel's names.
    :param day: the day, on the calendar's clocks.
    :param zone: of these clocks.
    """
    for hours in _hours(calendar, day):
        yield (
            _moment(day, hours["openHour"], hours["openMinute"], zone),
            _moment(day, hours["closeHour"], hours["closeMinute"], zone),
        )


def _hours(calendar: Mapping[str, Any], day: date) -> list[Mapping[str, Any]]:
    kind = calendar.get("availabilityType")
    # the Z behind the date is false: it is a date on the calendar's clocks
    dated = [one for one in calendar.get("availabilities") or () if one["date"][:10] == day.isoformat()]
    if kind != 0 and dated:
        return [hours for one in dated for hours in one["hours"]]
    if kind == 1:
        return []
    weekday = day.isoweekday() % 7  # 0 is Sunday
    weekly = calendar.get("openHours") or _WORKING_DAYS
    return [hours for one in weekly if weekday in one["daysOfTheWeek"] for hours in one["hours"]]


def _moment(day: date, hour: float, minute: float, zone: ZoneInfo) -> float:
    # minute 60 of hour 23 is midnight, which is on the next day
    local = datetime.combine(day, datetime.min.time()) + timedelta(hours=hour, minutes=minute)
    return local.replace(tzinfo=zone).timestamp()


@dataclass(frozen=True)
class Diary:
    """What is known about the times of one calendar.

    :param calendar: the calendar, under HighLevel's names.
    :param events: everything that may take its time.
    :param zone: of its clocks.
    :param now: in seconds since 1970.
    """

    calendar: Mapping[str, Any]
    events: Sequence[Event]
    zone: ZoneInfo
    now: float

    @property
    def duration(self) -> float:
        """How long a slot is, in seconds."""
        return length(self.calendar, "slotDuration", 30)

    @property
    def members(self) -> tuple[str, ...]:
        """The users of the calendar; nobody is one, too, where there is none."""
        members = tuple(member["userId"] for member in self.calendar.get("teamMembers") or ())
        return members or (NOBODY,)

    def free_slots(
        self, first: float, last: float, users: Collection[str] = (), *, any_date: bool = False
    ) -> list[float]:
        """List when slots begin that can be booked, in seconds since 1970.

        :param first: no slot begins earlier.
        :param last: no slot begins later.
        :param users: only slots of these.
        :param any_date: also slots before the minimum notice and after the range of dates.
        """
        first, last = max(first, self._earliest(any_date)), min(last, self._latest(any_date))
        starts = self._starts(first, last)
        return [one for one in starts if self.free_members(one, one + self.duration, users)]

    def free_members(self, start: float, end: float, users: Collection[str] = ()) -> list[str]:
        """List who has time, those with the fewest appointments first.

        :param start: from when.
        :param end: until when.
        :param users: only these.
        """
        if self._day_is_full(start):
            return []
        free = [one for one in self.members if self._has_time(one, start, end)]
        if self.calendar.get("calendarType") == "collective" and len(free) < len(self.members):
            return []
        return sorted((one for one in free if not users or one in users), key=self._load)

    def _earliest(self, any_date: bool) -> float:
        return self.now if any_date else self.now + length(self.calendar, "allowBookingAfter", unit="hours")

    def _latest(self, any_date: bool) -> float:
        horizon = length(self.calendar, "allowBookingFor", unit="days")
        return self.now + horizon if horizon and not any_date else float("inf")

    def _starts(self, first: float, last: float) -> Iterator[float]:
        if last < first or self.duration <= 0:
            return
        day, until = local_date(first, self.zone), local_date(last, self.zone)
        while day <= until:
            yield from (one for one in self._starts_on(day) if first <= one <= last)
            day += timedelta(days=1)

    def _starts_on(self, day: date) -> Iterator[float]:
        interval = length(self.calendar, "slotInterval", 30) or self.duration
        for begin, end in openings(self.calendar, day, self.zone):
            steps = max(int((end - begin - self.duration) // interval) + 1, 0)
            yield from (begin + step * interval for step in range(steps))

    def _day_is_full(self, start: float) -> bool:
        most = self.calendar.get("appoinmentPerDay")
        if not most:
            return False
        day = local_date(start, self.zone)
        return sum(local_date(one.start, self.zone) == day for one in self._own) >= float(most)

    def _has_time(self, member: str, start: float, end: float) -> bool:
        before, after = length(self.calendar, "preBuffer"), length(self.calendar, "slotBuffer")
        if any(one.overlaps(start, end) for one in self._elsewhere(member)):
            return False
        beside = [
            one
            for one in self._own
            if one.assigned_user_id in (member, NOBODY)
            and (one.overlaps(start - before, end + after) or one.overlaps(start - after, end + before))
        ]
        return len(beside) < float(self.calendar.get("appoinmentPerSlot") or 1)

    def _elsewhere(self, member: str) -> Iterator[Event]:
        """List what keeps a member busy beside the appointments of this calendar."""
        for one in self.events:
            is_ours = one.calendar_id == self.calendar["id"]
            if one.takes_time and (
                (one.kind == BLOCK and is_ours)
                or (one.assigned_user_id == member != NOBODY and not (one.kind == APPOINTMENT and is_ours))
            ):
                yield one

    @cached_property
    def _own(self) -> list[Event]:
        ours = (one for one in self.events if one.calendar_id == self.calendar["id"])
        return [one for one in ours if one.kind == APPOINTMENT and one.takes_time]

    def _load(self, member: str) -> int:
        return sum(one.assigned_user_id == member for one in self._own)
