"""When a calendar is open: weekly hours, dates of their own, and how busy it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.highlevel.wire import flag, items
from airflow_provider_calendars.exceptions import ConfigurationError


def _whole(value: Any) -> Any:
    """Return a number as a whole one if it is; 11.5, which HighLevel shows as an hour, is left as it is."""
    number = checks.number("hour", value)
    return int(number) if number == int(number) else number


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when on a day. Midnight at its end is 23:60, because 24 is no hour."""

    open_hour: int
    open_minute: int
    close_hour: int
    close_minute: int

    def check(self) -> None:
        """Refuse what no clock shows. HighLevel's own answers are read without."""
        for name, most in (("open_hour", 23), ("open_minute", 60), ("close_hour", 23), ("close_minute", 60)):
            if not 0 <= checks.integer(name, getattr(self, name)) <= most:
                raise ConfigurationError(f"{name} must be from 0 to {most}, not {getattr(self, name)}.")

    @classmethod
    def from_answer(cls, item: Any) -> Hours:
        """Read an item of ``hours``."""
        names = ("openHour", "openMinute", "closeHour", "closeMinute")
        return cls(*(_whole(item.get(name) or 0) for name in names))


@dataclass(frozen=True, slots=True)
class OpenHours:
    """The hours of some days of the week.

    :param days_of_the_week: 0 is Sunday, 6 is Saturday.
    """

    days_of_the_week: tuple[int, ...]
    hours: tuple[Hours, ...]

    def check(self) -> None:
        """Refuse what is no day of the week, and what no clock shows."""
        for day in self.days_of_the_week:
            if not 0 <= checks.integer("days_of_the_week", day) <= 6:
                raise ConfigurationError(f"days_of_the_week must be from 0 to 6, not {day}.")
        for each in self.hours:
            each.check()

    @classmethod
    def from_answer(cls, item: Any) -> OpenHours:
        """Read an item of ``openHours``."""
        days = item.get("daysOfTheWeek")
        return cls(
            tuple(_whole(day) for day in days) if isinstance(days, list) else (),
            tuple(Hours.from_answer(each) for each in items(item.get("hours"))),
        )


@dataclass(frozen=True, slots=True)
class Availability:
    """The hours of one date.

    :param date: ``YYYY-MM-DD`` on the calendar's own clocks.
    :param deleted: True to remove an existing one, when updating.
    :param id: of an existing one, when updating.
    """

    date: str
    hours: tuple[Hours, ...]
    deleted: bool | None = None
    id: str | None = None

    def check(self) -> None:
        """Refuse what is no date, and what no clock shows."""
        checks.date("date", self.date)
        for each in self.hours:
            each.check()

    @classmethod
    def from_answer(cls, item: Any) -> Availability:
        """Read an item of ``availabilities``. The Z of its date is false, so it is never converted."""
        return cls(
            date=checks.date("date", checks.text("date", item["date"])[:10]),
            hours=tuple(Hours.from_answer(each) for each in items(item.get("hours"))),
            deleted=flag(item, "deleted"),
            id=item.get("id") or item.get("_id"),
        )


@dataclass(frozen=True, slots=True)
class LookBusy:
    """Hides a part of the slots.

    :param look_busy_percentage: how many of a hundred.
    """

    enabled: bool
    look_busy_percentage: float

    @classmethod
    def from_answer(cls, item: Any) -> LookBusy:
        """Read ``lookBusyConfig``."""
        return cls(bool(item.get("enabled")), item.get("LookBusyPercentage") or 0)
