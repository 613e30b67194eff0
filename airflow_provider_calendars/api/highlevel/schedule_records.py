"""Schedules: what may be written, and what is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.highlevel.wire import body, flag, items, moment, text, texts
from airflow_provider_calendars.exceptions import ConfigurationError

DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_ZONE = re.compile(r"[A-Za-z_]+/[A-Za-z_]+")


@dataclass(frozen=True, slots=True)
class Interval:
    """From when to when on a day, ``HH:MM``."""

    start: str
    end: str

    def to_wire(self) -> dict[str, str]:
        """Return the interval as HighLevel expects it."""
        return {"from": checks.clock("start", self.start), "to": checks.clock("end", self.end)}

    @classmethod
    def from_answer(cls, item: Any) -> Interval:
        """Read an item of ``intervals``."""
        return cls(text(item, "from"), text(item, "to"))


@dataclass(frozen=True, slots=True)
class ScheduleRule:
    """When somebody is available on a day of the week, or on a date: exactly one of the two.

    :param day: ``sunday``, ``monday`` ...
    :param date: ``YYYY-MM-DD``.
    """

    intervals: tuple[Interval, ...]
    day: str | None = None
    date: str | None = None

    def to_wire(self) -> dict[str, Any]:
        """Return the rule as HighLevel expects it."""
        if bool(self.day) == bool(self.date):
            raise ConfigurationError("Give either day or date of a rule, not both.")
        intervals = [interval.to_wire() for interval in self.intervals]
        if self.day:
            return {"type": "wday", "day": checks.choice("day", self.day, DAYS), "intervals": intervals}
        return {"type": "date", "date": checks.date("date", self.date), "intervals": intervals}

    @classmethod
    def from_answer(cls, item: Any) -> ScheduleRule:
        """Read an item of ``rules``."""
        intervals = tuple(Interval.from_answer(each) for each in items(item.get("intervals")))
        return cls(intervals, text(item, "day") or None, text(item, "date") or None)


@dataclass(frozen=True, slots=True)
class ScheduleContent:
    """When a user is available. What is None is not sent and keeps its value.

    :param timezone: a name of two parts, such as ``Europe/Berlin``: HighLevel refuses ``UTC`` here, and
        names of three parts.
    :param user_id: whose it is; cannot be changed later.
    :param calendar_ids: the calendars it counts for; later changed by associations.
    """

    name: str | None = None
    timezone: str | None = None
    rules: tuple[ScheduleRule, ...] | None = None
    user_id: str | None = None
    calendar_ids: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.timezone is None:
            return
        if not _ZONE.fullmatch(checks.timezone("timezone", self.timezone)):
            raise ConfigurationError(
                f"timezone must have two parts like Europe/Berlin for HighLevel, not {self.timezone!r:.60}."
            )

    def to_create(self, location_id: str) -> dict[str, Any]:
        """Return the body that makes a schedule."""
        for name in ("name", "timezone", "user_id"):
            checks.text(name, getattr(self, name))
        return {"locationId": location_id, **body(self, without=("rules",)), **self._rules()}

    def to_update(self) -> dict[str, Any]:
        """Return the body that changes a schedule, without what cannot be changed."""
        return {**body(self, without=("rules", "user_id", "calendar_ids")), **self._rules()}

    def _rules(self) -> dict[str, Any]:
        return {} if self.rules is None else {"rules": [rule.to_wire() for rule in self.rules]}


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule as HighLevel shows it.

    :param fields: everything HighLevel said, under its own names.
    """

    schedule_id: str
    name: str
    timezone: str
    user_id: str
    calendar_ids: tuple[str, ...]
    rules: tuple[ScheduleRule, ...]
    date_added: datetime | None
    date_updated: datetime | None
    deleted: bool
    fields: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_answer(cls, item: Any) -> Schedule:
        """Read a schedule."""
        return cls(
            schedule_id=str(item["id"] if "id" in item else item["_id"]),
            name=text(item, "name"),
            timezone=text(item, "timezone"),
            user_id=text(item, "userId"),
            calendar_ids=texts(item.get("calendarIds")),
            rules=tuple(ScheduleRule.from_answer(each) for each in items(item.get("rules"))),
            date_added=moment(item.get("dateAdded")),
            date_updated=moment(item.get("dateUpdated")),
            deleted=flag(item, "deleted") or False,
            fields=dict(item),
        )
