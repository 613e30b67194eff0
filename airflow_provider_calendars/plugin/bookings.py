"""From a delivery, which anybody who knows the URL can make, to an event, which must be true."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from airflow_provider_calendars.assets.lemcal import meetings_uri
from airflow_provider_calendars.hooks.lemcal import LemcalHook
from airflow_provider_calendars.plugin.events import update_asset

log = logging.getLogger(__name__)

# a delivery can be faster than lemcal's own list
_LOOKS = (0.2, 2.0, 10.0, 30.0)
_REMEMBERED = 10_000


@dataclass(slots=True)
class _Awaited:
    """A meeting that is to be looked up.

    :param due: when next, on the monotonic clock.
    :param looks: how often it was not there.
    """

    due: float
    looks: int = 0


class Bookings:
    """The bookings announced for one connection.

    There is no call for a meeting by its id, so deliveries that come together are looked up in one list.

    :param hook: asks lemcal.
    """

    def __init__(self, hook: LemcalHook) -> None:
        self.hook = hook
        self._known: OrderedDict[str, None] = OrderedDict()
        self._pending: dict[str, _Awaited] = {}
        self._announced = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def announce(self, meeting_id: str) -> None:
        """Have a meeting looked up soon; a second delivery of the same one changes nothing."""
        if meeting_id in self._known:
            log.info("Meeting %s was delivered before.", meeting_id)
            return
        self._known[meeting_id] = None
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        self._pending[meeting_id] = _Awaited(time.monotonic() + _LOOKS[0])
        self._announced.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look_up())

    async def _look_up(self) -> None:
        while self._pending:
            await self._until_one_is_due()
            begun = time.monotonic()
            try:
                found = await self._found()
            except Exception as error:  # noqa: BLE001 - whatever it was: the meetings must not be forgotten
                log.warning("The announced meetings could not be looked up: %s", error)
                found = []
            self._settle(found, begun)

    async def _until_one_is_due(self) -> None:
        """Wait; a new announcement does not have to wait for an old one's next turn."""
        while (wait := min(each.due for each in self._pending.values()) - time.monotonic()) > 0:
            self._announced.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._announced.wait(), wait)

    async def _found(self) -> list[str]:
        meetings = await run_in_threadpool(self.hook.meetings)
        there = {each.meeting_id for each in meetings}
        found = [each for each in self._pending if each in there]
        if found:
            uri, conn_id = meetings_uri(self.hook.conn_id), self.hook.conn_id
            payload = {"lemcal_conn_id": conn_id, "count": len(found), "meeting_ids": found}
            await run_in_threadpool(update_asset, uri, payload)
        return found

    def _settle(self, found: list[str], begun: float) -> None:
        for meeting_id in found:
            del self._pending[meeting_id]
        for meeting_id, awaited in list(self._pending.items()):
            if awaited.due > begun:
                continue
            awaited.looks += 1
            if awaited.looks < len(_LOOKS):
                awaited.due = time.monotonic() + _LOOKS[awaited.looks]
                continue
            del self._pending[meeting_id]
            # it may still come true; a later delivery shall be looked up again
            self._known.pop(meeting_id, None)
            log.warning("Meeting %s was delivered, but is not at lemcal.", meeting_id)
