"""Answers that are asked for in threads of their own, and kept for a moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from airflow_provider_calendars.exceptions import TransportError

KEPT_FOR = 30.0
# however often somebody asks anew
SOONEST = 5.0
_PATIENCE = 25.0
_THREADS = 8


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question on its way, or answered.

    :param begun: when it was asked, on the monotonic clock.
    """

    begun: float
    answer: Future[Any]

    def is_as_young_as(self, seconds: float) -> bool:
        return not self.answer.done() or time.monotonic() - self.begun < seconds


class Answers:
    """Asks each question once at a time, so that reloading a page does not use up a vendor's limits."""

    def __init__(self) -> None:
        self._asked: dict[Hashable, _Asked] = {}
        # Airflow's own threads stay free for Airflow, however slow a vendor is
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="calendars-page")

    async def get(self, question: Hashable, ask: Callable[[], Any], *, fresh: bool = False) -> Any:
        """Return the answer to a question, one that is kept if it is young enough.

        :param question: what the answer is kept under.
        :param ask: finds the answer, in a thread.
        :param fresh: whether what is kept may be some seconds old only.
        :raises TransportError: it takes too long; the answer will be kept when it comes.
        """
        asked = self._asked.get(question)
        if asked is None or not asked.is_as_young_as(SOONEST if fresh else KEPT_FOR):
            self._forget_old()
            asked = self._asked[question] = _Asked(time.monotonic(), self._threads.submit(ask))
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(asked.answer)), _PATIENCE)
        except TimeoutError:
            raise TransportError(f"There was no answer within {_PATIENCE:.0f} seconds.") from None

    def _forget_old(self) -> None:
        self._asked = {
            question: asked for question, asked in self._asked.items() if asked.is_as_young_as(KEPT_FOR)
        }
