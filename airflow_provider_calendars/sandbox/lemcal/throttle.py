"""lemcal's limit on the number of requests: https://developer.lemcal.com/, "Rate limit"."""

from __future__ import annotations

import math
import time

from airflow_provider_calendars.sandbox.clock import Clock, script_date
from airflow_provider_calendars.sandbox.exchange import Answer, Call, Headers
from airflow_provider_calendars.sandbox.lemcal import views
from airflow_provider_calendars.sandbox.lemcal.accounts import api_key
from airflow_provider_calendars.sandbox.lemcal.settings import LemcalSettings
from airflow_provider_calendars.sandbox.rate_limit import Standing, Windows


class LemcalThrottle:
    """Limits the requests with the same API key, on all routes together.

    :param settings: the limit and the form of its headers; read at every request.
    :param clock: tells when a window is over.
    """

    def __init__(self, settings: LemcalSettings, clock: Clock) -> None:
        self._settings = settings
        self._windows = Windows(clock)

    def admit(self, call: Call) -> tuple[Answer | None, Headers]:
        """Count a request: the refusal if it is one too many, and the headers of its answer.

        :param call: the request.
        """
        limit = self._settings.lemcal_rate_limit
        if limit is None:
            return None, {}
        sliding = self._settings.lemcal_rate_window == "sliding"
        standing = self._windows.count(api_key(call), limit, sliding=sliding)
        # told in real time: the client's clock is not the one that tests advance
        reset = script_date(math.ceil(time.time() + standing.seconds))
        headers = {
            "X-RateLimit-Limit": str(standing.allowed),
            "X-RateLimit-Remaining": str(standing.left),
            "X-RateLimit-Reset": reset,
        }
        return (None if standing.admitted else self._refusal(standing, reset)), headers

    def clear(self) -> None:
        """Start counting anew."""
        self._windows.clear()

    def _refusal(self, standing: Standing, reset: str) -> Answer:
        seconds = str(standing.whole_seconds)
        # the example in the documentation has the header twice, once with the date of the reset
        forms: Headers = {"seconds": seconds, "js-date": reset, "both": (seconds, reset)}
        answer = views.error(self._settings, 429, "Too Many Requests")
        headers = {"Retry-After": forms[self._settings.retry_after_form]}
        return Answer(answer.status, answer.body, headers, answer.media_type)
