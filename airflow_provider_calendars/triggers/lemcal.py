"""Triggers for lemcal. They only read."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import Variable
from airflow.triggers.base import BaseEventTrigger, TriggerEvent
from asgiref.sync import sync_to_async

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import ConfigurationError
from airflow_provider_calendars.hooks.lemcal import LemcalHook
from airflow_provider_calendars.triggers.base import CalendarsTrigger

if TYPE_CHECKING:
    from airflow_provider_calendars.api.lemcal.records import Meeting
    from airflow_provider_calendars.api.lemcal.watches import BookingCursor, MeetingBooked

_CURSOR = "cursor"
_SAVED_BY_THEN = 2.0


class LemcalMeetingBookedTrigger(CalendarsTrigger):
    """Fires when somebody has booked a meeting."""

    def make_hook(self) -> LemcalHook:
        """Return the hook to ask with."""
        return LemcalHook(self.conn_id)

    def make_watch(self) -> MeetingBooked:
        """Return the question."""
        from airflow_provider_calendars.api.lemcal.watches import MeetingBooked

        return MeetingBooked(**self.watch)


class LemcalMeetingsTrigger(BaseEventTrigger):
    """Makes an asset event whenever meetings have been booked: one a look, with their ids and their number.

    Where it has got to is kept in the asset's state store on Airflow 3.3 and later, before that in
    the Variable ``calendars.lemcal.<connection>.watcher.<filter>``, so a restart of the triggerer
    neither repeats nor loses a booking. What was booked before the first look makes no event.

    An event is a doorbell, not a delivery: Airflow can merge events, so the task it wakes lists what is
    new itself, with a cursor of its own (``LemcalListMeetingsOperator(cursor=...)``).

    :param lemcal_conn_id: the Airflow connection.
    :param meeting_type_ids: only meetings of these types; all if empty.
    :param poll_interval: seconds between two looks; below 2 Airflow may lose the last of a burst.
    """

    def __init__(
        self,
        lemcal_conn_id: str = LemcalHook.default_conn_name,
        meeting_type_ids: Sequence[str] = (),
        poll_interval: float = 30.0,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        if isinstance(meeting_type_ids, str):
            raise ConfigurationError("meeting_type_ids must be a list of ids, not one text.")
        self.lemcal_conn_id = lemcal_conn_id
        self.meeting_type_ids = sorted(meeting_type_ids)
        self.poll_interval = checks.seconds("poll_interval", poll_interval)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return what the triggerer needs to make this trigger again."""
        return (
            f"{type(self).__module__}.{type(self).__qualname__}",
            {
                "lemcal_conn_id": self.lemcal_conn_id,
                "meeting_type_ids": self.meeting_type_ids,
                "poll_interval": self.poll_interval,
            },
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look for new bookings until the watcher is taken away."""
        from airflow_provider_calendars.api.lemcal.watches import BookingCursor

        hook = LemcalHook(self.lemcal_conn_id)
        if getattr(self, "asset_state_store", None) is None:
            self.log.info(
                "This Airflow has no asset state store; what was seen is kept in the Variable %s.",
                self._variable(),
            )
        cursor = BookingCursor.loads(await self._stored())
        while True:
            try:
                meetings = self._wanted(await hook.run_async(lambda api: api.meetings()))
            except Exception as error:  # noqa: BLE001 - who watches for ever must outlive any outage
                self.log.warning("Looking for new meetings failed, trying again: %s", error)
                # the next look reads the connection anew: what is wrong may be mended there
                hook = LemcalHook(self.lemcal_conn_id)
            else:
                fresh = [] if cursor is None else cursor.fresh(meetings)
                following = (cursor or BookingCursor()).after(meetings)
                if fresh:
                    self.log.info("%d new meetings.", len(fresh))
                    yield TriggerEvent(_payload(self.lemcal_conn_id, fresh))
                    # Airflow has not saved the event yet: rather ring twice than not at all
                    await asyncio.sleep(_SAVED_BY_THEN)
                if following != cursor:
                    await self._store(following)
                cursor = following
            await asyncio.sleep(self.poll_interval)

    def _wanted(self, meetings: list[Meeting]) -> list[Meeting]:
        chosen = set(self.meeting_type_ids)
        return [each for each in meetings if not chosen or each.meeting_type_id in chosen]

    async def _stored(self) -> Any:
        store = getattr(self, "asset_state_store", None)
        if store is not None:
            return await store.aget(_CURSOR, None)
        return await sync_to_async(Variable.get)(self._variable(), default=None, deserialize_json=True)

    async def _store(self, cursor: BookingCursor) -> None:
        store = getattr(self, "asset_state_store", None)
        if store is not None:
            await store.aset(_CURSOR, cursor.dumps())
        else:
            await sync_to_async(Variable.set)(self._variable(), cursor.dumps(), serialize_json=True)

    def _variable(self) -> str:
        chosen = hashlib.sha256(" ".join(self.meeting_type_ids).encode()).hexdigest()[:12]
        return f"calendars.lemcal.{self.lemcal_conn_id}.watcher.{chosen}"


def _payload(conn_id: str, meetings: Sequence[Meeting]) -> dict[str, Any]:
    return {
        "lemcal_conn_id": conn_id,
        "count": len(meetings),
        "meeting_ids": [each.meeting_id for each in meetings],
    }
