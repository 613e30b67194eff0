"""The two limits of HighLevel, so many requests in ten seconds and in a day, read from its headers.

https://marketplace.gohighlevel.com/docs/oauth/Faqs#what-are-current-rate-limits-for-api-20
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from airflow_provider_calendars.api.flow import Flow, Response, now, sleep
from airflow_provider_calendars.exceptions import RateLimited

_INTERVAL = 10.0
_DAY = 86_400.0
_NUMBER = re.compile(r"-?[0-9]{1,30}")


@dataclass(frozen=True, slots=True)
class Limits:
    """What the headers of a response say.

    :param remaining: requests left in this interval.
    :param interval: its length in seconds.
    :param daily_remaining: requests left today.
    :param daily_reset: seconds until there are new ones.
    """

    remaining: int | None
    interval: float
    daily_remaining: int | None
    daily_reset: float | None

    @classmethod
    def from_response(cls, response: Response) -> Limits:
        """Read the headers; those that are missing or odd are not missed."""
        interval = _seconds(response.headers, "x-ratelimit-interval-milliseconds")
        reset = _seconds(response.headers, "x-ratelimit-daily-reset")
        return cls(
            remaining=_count(response.headers, "x-ratelimit-remaining"),
            interval=_INTERVAL if interval is None else interval,
            daily_remaining=_count(response.headers, "x-ratelimit-daily-remaining"),
            # a duration, although it is called like a moment; no day is longer than a day
            daily_reset=None if reset is None else min(reset, _DAY),
        )

    @property
    def day_is_over(self) -> bool:
        """Whether no request is left today."""
        return self.daily_remaining is not None and self.daily_remaining <= 0

    @property
    def until_tomorrow(self) -> float:
        """Seconds until there are requests again, at most a day where it is not said."""
        return _DAY if self.daily_reset is None else self.daily_reset


def _count(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if _NUMBER.fullmatch(text) else None


def _seconds(headers: Mapping[str, str], name: str) -> float | None:
    milliseconds = _count(headers, name)
    return None if milliseconds is None else max(0, milliseconds) / 1000


def with_retry_after(response: Response) -> Response:
    """Return a 429 with the seconds to wait in a header, which HighLevel itself does not send."""
    if response.status != 429 or "retry-after" in response.headers:
        return response
    limits = Limits.from_response(response)
    wait = limits.until_tomorrow if limits.day_is_over else limits.interval
    return replace(response, headers={**response.headers, "retry-after": str(wait)})


def out_of_day(wait: float, time: float) -> str:
    """Return the sentences that tell when requests are possible again.

    :param wait: seconds from now.
    :param time: now, in seconds since the epoch.
    """
    resets = datetime.fromtimestamp(time + wait, UTC)
    return (
        f"The daily budget of HighLevel is used up; it resets at {resets:%Y-%m-%d %H:%M:%S} UTC, "
        f"in {wait / 3600:.1f} hours. Nothing is sent until then."
    )


def _day_is_over(wait: float, time: float) -> RateLimited:
    return RateLimited(out_of_day(wait, time), system="HighLevel", retry_after=wait)


class HighLevelBudget:
    """Waits when an interval's requests are used up, and refuses to wait when the day's are.

    :param longest_wait: the most seconds to wait on the spot.
    :param jitter: gives a number from 0 to 1, so that parallel tasks do not return in step.
    """

    def __init__(self, longest_wait: float = 300.0, jitter: Callable[[], float] = random.random) -> None:
        self.longest_wait = longest_wait
        self._jitter = jitter
        self._closed_until = 0.0
        self._day_ends_at = 0.0

    def admit(self) -> Flow[None]:
        """Wait for the next interval.

        :raises RateLimited: the day's requests are used up.
        """
        time = yield from now()
        if time < self._day_ends_at:
            raise _day_is_over(self._day_ends_at - time, time)
        if time < self._closed_until:
            yield from sleep(min(self._closed_until - time, self.longest_wait))

    def note(self, response: Response) -> Flow[None]:
        """Remember what the headers say.

        :raises RateLimited: the request was refused because the day's are used up.
        """
        limits = Limits.from_response(response)
        if limits.day_is_over and response.status == 429:
            raise _day_is_over(limits.until_tomorrow, response.received_at)
        if limits.day_is_over and limits.daily_reset is not None:
            self._day_ends_at = response.received_at + limits.daily_reset
        elif limits.remaining == 0:
            pause = limits.interval * (1 + 0.1 * self._jitter())
            self._closed_until = response.received_at + pause
        yield from ()
