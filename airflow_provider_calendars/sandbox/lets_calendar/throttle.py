"""A limit on the number of requests, with the headers that Laravel's throttle sends."""

from __future__ import annotations

import math
import time

from airflow_provider_calendars.sandbox.clock import Clock
from airflow_provider_calendars.sandbox.exchange import Answer, Call, Headers
from airflow_provider_calendars.sandbox.lets_calendar.settings import LetsCalendarSettings
from airflow_provider_calendars.sandbox.rate_limit import Standing, Windows


class LetsCalendarThrottle:
    """Limits all clients together: the vendor documents no limit, its framework has this one.

    :param settings: ``rate_limit`` is read at every request.
    :param clock: tells when a window is over.
    """

    def __init__(self, settings: LetsCalendarSettings, clock: Clock) -> None:
        self._settings = settings
        self._windows = Windows(clock)

    def admit(self, call: Call) -> tuple[Answer | None, Headers]:  # noqa: ARG002 - all clients together
        """Count a request: the refusal if it is one too many, and the headers of its answer.

        :param call: the request.
        """
        if self._settings.rate_limit is None:
            return None, {}
        standing = self._windows.count("", self._settings.rate_limit)
        headers = {"X-RateLimit-Limit": str(standing.allowed), "X-RateLimit-Remaining": str(standing.left)}
        return (None if standing.admitted else _refusal(standing)), headers

    def clear(self) -> None:
        """Start counting anew."""
        self._windows.clear()


def _refusal(standing: Standing) -> Answer:
    wait = standing.whole_seconds
    # told in real time: the client's clock is not the one that tests advance
    headers = {"Retry-After": str(wait), "X-RateLimit-Reset": str(math.ceil(time.time()) + wait)}
    return Answer(429, {"message": "Too Many Attempts."}, headers)
