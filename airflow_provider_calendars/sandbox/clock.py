"""Time that tests can move, and the things that are due at some time."""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo


class Clock:
    """The sandbox's time: the real one, plus what it was advanced by.

    :param source: where the time comes from, in seconds since 1970.
    """

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        # a machine that corrects its clock must not make a window of time longer or shorter
        self._lengths = time.monotonic if source is time.time else source
        self._ahead = 0.0
        self._watchers: list[Callable[[], None]] = []

    def watch(self, watcher: Callable[[], None]) -> None:
        """Tell somebody whenever the clock is advanced.

        :param watcher: called after the clock was advanced.
        """
        self._watchers.append(watcher)

    def now(self) -> float:
        """Tell the time, in seconds since 1970."""
        return self._source() + self._ahead

    def steady(self) -> float:
        """Tell the time for measuring how long something takes: never set back, not since 1970."""
        return self._lengths() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass at once: imports, sendings and schedules due until then happen.

        :param seconds: how much later it is; time never goes back, because nothing can be undone.
        """
        if seconds < 0:
            raise ValueError(f"the clock can only be advanced by 0 seconds or more, not by {seconds}")
        self._ahead += seconds
        for watcher in self._watchers:
            watcher()

    def reset(self) -> None:
        """Go back to the time of the source."""
        self._ahead = 0.0


Action = Callable[[float], None]


class Timeline:
    """What is still going to happen. No thread waits for it: it happens when somebody looks.

    :param clock: tells what is due.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due: list[tuple[float, int, Action]] = []
        self._numbers = itertools.count()
        self._busy = False

    def at(self, moment: float, action: Action) -> None:
        """Do something at a moment; it is told that moment.

        :param moment: when, in seconds since 1970.
        :param action: what to do.
        """
        heapq.heappush(self._due, (moment, next(self._numbers), action))

    def catch_up(self) -> None:
        """Do everything that is due by now, in the order of time."""
        if self._busy:
            return  # an action looks at what it is about to change: the rest is not its business
        self._busy = True
        try:
            self._do_until(self._clock.now())
        finally:
            self._busy = False

    def _do_until(self, now: float) -> None:
        while self._due and self._due[0][0] <= now:
            moment, _, action = heapq.heappop(self._due)
            action(moment)

    def clear(self) -> None:
        """Forget everything that was going to happen."""
        self._due.clear()


def utc(moment: float) -> datetime:
    """Turn seconds since 1970 into a date and time in UTC.

    :param moment: seconds since 1970.
    """
    return datetime.fromtimestamp(moment, UTC)


Moment = datetime | str | float


def moment_of(name: str, value: Moment) -> float:
    """Turn a date and time that somebody gave into seconds since 1970.

    :param name: what it is, for the message.
    :param value: aware, as a date or in ISO 8601; or seconds since 1970.
    """
    if isinstance(value, int | float):
        return float(value)
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if moment.tzinfo is None:
        raise ValueError(f"`{name}` needs a time zone, e.g. 2027-05-15T14:00:00Z, not {value}")
    return moment.timestamp()


def timestamp(moment: float) -> str:
    """Write a moment as Let's Calendar does: UTC, without saying so.

    :param moment: seconds since 1970.
    """
    return utc(moment).strftime("%Y-%m-%d %H:%M:%S")


def iso_timestamp(moment: float) -> str:
    """Write a moment as JavaScript does in JSON: ``2023-03-24T15:30:00.000Z``.

    :param moment: seconds since 1970.
    """
    return f"{utc(moment).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


_PARIS = ZoneInfo("Europe/Paris")
_ZONE_NAMES = {
    "UTC": "Coordinated Universal Time",
    "CET": "Central European Standard Time",
    "CEST": "Central European Summer Time",
}


def script_date(moment: float, zone: tzinfo = _PARIS) -> str:
    """Write a moment as JavaScript prints a date; it knows no parts of a second.

    :param moment: seconds since 1970.
    :param zone: where the script runs; it can be in Paris or in UTC.
    """
    local = utc(moment).astimezone(zone)
    return f"{local:%a %b %d %Y %H:%M:%S GMT%z} ({_ZONE_NAMES[local.tzname() or 'UTC']})"
