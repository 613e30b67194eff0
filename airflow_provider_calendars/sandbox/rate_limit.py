"""Counts requests in windows of time; how a vendor tells its clients is the vendor's own business."""

from __future__ import annotations

import math
import threading
from collections import deque
from dataclasses import dataclass

from airflow_provider_calendars.sandbox.clock import Clock


@dataclass(frozen=True)
class Standing:
    """Where a client stands after a request.

    :param admitted: whether the request is to be answered.
    :param allowed: how many requests a window has.
    :param left: how many of those are left.
    :param seconds: how long until the window ends (fixed) or its oldest request leaves it (sliding).
    """

    admitted: bool
    allowed: int
    left: int
    seconds: float

    @property
    def whole_seconds(self) -> int:
        """How long until then, rounded up; never 0."""
        # the difference of two moments is off by less than a microsecond
        return max(math.ceil(round(self.seconds, 6)), 1)


class Windows:
    """Counts the requests of every client. Requests that are refused count for nothing.

    :param clock: tells when a window is over.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._admitted: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def count(self, client: str, rate: tuple[int, float], *, sliding: bool = False) -> Standing:
        """Count a request.

        :param client: who sends it.
        :param rate: how many requests are allowed in how many seconds.
        :param sliding: a request leaves the window when it is old enough; otherwise a window begins
            with the first request after the last window, and all its requests leave it together.
        """
        allowed, seconds = rate
        with self._lock:
            now = self._clock.steady()
            admitted = self._admitted.setdefault(client, deque())
            _forget(admitted, now - seconds, sliding=sliding)
            is_admitted = len(admitted) < allowed
            if is_admitted:
                admitted.append(now)
            left = max(allowed - len(admitted), 0)
            first = admitted[0] if admitted else now
            return Standing(is_admitted, allowed, left, first + seconds - now)

    def clear(self) -> None:
        """Start counting anew."""
        with self._lock:
            self._admitted.clear()


def _forget(admitted: deque[float], until: float, *, sliding: bool) -> None:
    while admitted and admitted[0] <= until:
        if not sliding:
            admitted.clear()
            return
        admitted.popleft()
