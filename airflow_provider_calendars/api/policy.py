"""When a request is sent again, and how long to wait before."""

from __future__ import annotations

import enum
import math
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from airflow_provider_calendars.exceptions import TransportError

if TYPE_CHECKING:
    from airflow_provider_calendars.api.flow import Response

# 408 and 425 say that the server did not look at the request, but a proxy may say them too late
TRANSIENT = frozenset({408, 425, 500, 502, 503, 504})
_EPOCH_IN_2001 = 1e9


class Repeat(enum.Enum):
    """Whether a call may be sent again when nobody knows what became of it.

    ``ALWAYS`` for reads and absolute states; ``IF_UNSENT`` where the server provably saw nothing
    of the first; ``NEVER`` where people get mail.
    """

    ALWAYS = "always"
    IF_UNSENT = "if_unsent"
    NEVER = "never"

    def allows(self, failure: TransportError) -> bool:
        """Return whether the call may be sent again after this failure."""
        return self is Repeat.ALWAYS or (self is Repeat.IF_UNSENT and not failure.sent)


@dataclass(frozen=True, slots=True)
class Retries:
    """How often and how patiently a call is tried again.

    :param attempts: how often a call is sent at most.
    :param first_delay: seconds before the second attempt; doubled for each further one.
    :param longest_delay: the most seconds of back-off.
    :param longest_wait: the most seconds a server's ``Retry-After`` is obeyed on the spot;
        beyond that the call fails with ``RateLimited`` and the task's own retry can wait.
    :param jitter: gives a number from 0 to 1, so that parallel tasks do not return in step.
    """

    attempts: int = 5
    first_delay: float = 1.0
    longest_delay: float = 60.0
    longest_wait: float = 300.0
    jitter: Callable[[], float] = random.random

    def delay(self, outcome: Response | TransportError, repeat: Repeat, attempt: int) -> float | None:
        """Return the seconds to wait before the next attempt, or None to leave it at this one."""
        if attempt >= self.attempts:
            return None
        if isinstance(outcome, TransportError):
            return self._back_off(attempt) if repeat.allows(outcome) else None
        if outcome.status == 429:
            return self._after_rate_limit(outcome, attempt)
        if repeat is Repeat.ALWAYS and (outcome.status in TRANSIENT or outcome.garbled):
            return self._after_rate_limit(outcome, attempt)
        return None

    def _after_rate_limit(self, response: Response, attempt: int) -> float | None:
        asked = retry_after(response)
        if asked is None:
            return self._back_off(attempt)
        if asked > self.longest_wait:
            return None
        return asked + self.jitter() * min(1.0, 0.1 + 0.1 * asked)

    def _back_off(self, attempt: int) -> float:
        delay = min(self.longest_delay, self.first_delay * 2.0 ** (attempt - 1))
        return delay * (0.5 + 0.5 * self.jitter())


def retry_after(response: Response) -> float | None:
    """Return the seconds a server asks to wait, or None where it does not say."""
    value = response.headers.get("retry-after")
    return None if value is None else seconds_until(value, response.received_at)


def seconds_until(value: str, now: float) -> float | None:
    """Return the seconds until the moment a header names, never negative, or None if unreadable.

    Reads a number of seconds, a time in seconds since the epoch, an HTTP date
    (``Wed, 21 Oct 2026 07:28:00 GMT``) and what JavaScript prints for a date
    (``Tue Feb 16 2021 09:02:42 GMT+0100 (Central European Standard Time)``).

    :param value: the header.
    :param now: when the response came, in seconds since the epoch.
    """
    number = _number(value)
    if number is not None:
        return max(0.0, number - now if number > _EPOCH_IN_2001 else number)
    moment = _javascript_date(value) or _http_date(value)
    return None if moment is None else max(0.0, moment.timestamp() - now)


def _number(value: str) -> float | None:
    # some servers send the header twice, which clients join: "2, Tue Feb 16 2021 ..."
    match = re.match(r"\s*(\d+(?:\.\d+)?)\s*(?:,|$)", value)
    return float(match[1]) if match and math.isfinite(float(match[1])) else None


def _javascript_date(value: str) -> datetime | None:
    text = value.split("(", maxsplit=1)[0].strip()
    try:
        return datetime.strptime(text, "%a %b %d %Y %H:%M:%S GMT%z")
    except ValueError:
        return None


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class RateBudget:
    """What the server's headers say is left, so that a process stops before it is told to."""

    def __init__(self) -> None:
        self._closed_until = 0.0

    def note(self, response: Response) -> None:
        """Take in the rate limit headers of a response.

        :param response: any response; headers it lacks are not missed.
        """
        if response.headers.get("x-ratelimit-remaining", "").strip() != "0":
            return
        reset = response.headers.get("x-ratelimit-reset") or response.headers.get("retry-after", "")
        wait = seconds_until(reset, response.received_at)
        if wait is not None:
            self._closed_until = response.received_at + wait

    def wait(self, now: float) -> float:
        """Return the seconds to wait before the next request, 0 when there is no need."""
        return max(0.0, self._closed_until - now)
