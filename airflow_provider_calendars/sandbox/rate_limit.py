"""A limit on the number of requests, with the headers that Laravel's throttle sends."""

from __future__ import annotations

import math
import time

from airflow_provider_calendars.sandbox.clock import Clock
from airflow_provider_calendars.sandbox.exchange import Answer
from airflow_provider_calendars.sandbox.settings import Settings


class RateLimit:
    """Counts the requests of each system in windows of time.

    :param settings: ``rate_limit`` is read at every request.
    :param clock: tells when a window is over.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._windows: dict[str, tuple[float, int]] = {}

    def admit(self, system: str) -> tuple[Answer | None, dict[str, str]]:
        """Count a request: the refusal if it is one too many, and the headers of its answer.

        :param system: the vendor that was called.
        """
        if self._settings.rate_limit is None:
            return None, {}
        allowed, seconds = self._settings.rate_limit
        end, used = self._window(system, seconds)
        self._windows[system] = end, used + 1
        headers = {
            "X-RateLimit-Limit": str(allowed),
            "X-RateLimit-Remaining": str(max(allowed - used - 1, 0)),
        }
        return (None if used < allowed else self._refusal(end)), headers

    def clear(self) -> None:
        """Start counting anew."""
        self._windows.clear()

    def _window(self, system: str, seconds: float) -> tuple[float, int]:
        now = self._clock.now()
        end, used = self._windows.get(system, (now, 0))
        return (end, used) if now < end else (now + seconds, 0)

    def _refusal(self, end: float) -> Answer:
        # Let's Calendar documents no limit; this is what its framework answers by default
        wait = max(math.ceil(end - self._clock.now()), 1)
        # told in real time: the client's clock is not the one that tests advance
        headers = {"Retry-After": str(wait), "X-RateLimit-Reset": str(math.ceil(time.time()) + wait)}
        return Answer(429, {"message": "Too Many Attempts."}, headers)
