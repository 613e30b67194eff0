"""HighLevel's two limits, so many requests in an interval and in a day.

https://marketplace.gohighlevel.com/docs/oauth/Faqs#what-are-current-rate-limits-for-api-20
"""

from __future__ import annotations

from airflow_provider_calendars.sandbox.clock import Clock
from airflow_provider_calendars.sandbox.exchange import Answer, Call, Headers
from airflow_provider_calendars.sandbox.highlevel.refusals import error
from airflow_provider_calendars.sandbox.highlevel.settings import HighLevelSettings
from airflow_provider_calendars.sandbox.rate_limit import Windows

_DAY = 86400.0


class HighLevelThrottle:
    """Limits all requests to the location together; it says how much is left, but never `Retry-After`.

    :param settings: the limits; read at every request.
    :param clock: tells when an interval or a day is over.
    """

    def __init__(self, settings: HighLevelSettings, clock: Clock) -> None:
        self._settings = settings
        self._windows = Windows(clock)
        self._days = Windows(clock)

    def admit(self, call: Call) -> tuple[Answer | None, Headers]:  # noqa: ARG002 - all clients together
        """Count a request: the refusal if it is one too many, and the headers of its answer.

        :param call: the request.
        """
        headers: dict[str, str] = {}
        is_admitted = all([self._count_in_day(headers), self._count_in_interval(headers)])
        return (None if is_admitted else error(429, "Too Many Requests")), headers

    def clear(self) -> None:
        """Start counting anew."""
        self._windows.clear()
        self._days.clear()

    def _count_in_day(self, headers: dict[str, str]) -> bool:
        limit = self._settings.highlevel_daily_limit
        if limit is None:
            return True
        standing = self._days.count("", (limit, _DAY))
        headers["X-RateLimit-Limit-Daily"] = str(limit)
        headers["X-RateLimit-Daily-Remaining"] = str(standing.left)
        # a length of time, although it is called like a moment
        headers["X-RateLimit-Daily-Reset"] = str(round(standing.seconds * 1000))
        return standing.admitted

    def _count_in_interval(self, headers: dict[str, str]) -> bool:
        limit = self._settings.highlevel_rate_limit
        if limit is None:
            return True
        standing = self._windows.count("", limit)
        headers["X-RateLimit-Interval-Milliseconds"] = str(round(limit[1] * 1000))
        headers["X-RateLimit-Max"] = str(standing.allowed)
        headers["X-RateLimit-Remaining"] = str(standing.left)
        return standing.admitted
