"""What the triggers of the three systems share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from airflow_provider_calendars.exceptions import CalendarsError, RateLimited, ServerError, TransportError

if TYPE_CHECKING:
    from airflow_provider_calendars.api.watching import Verdict
    from airflow_provider_calendars.hooks.base import CalendarsHook

TRANSIENT_ERRORS = (TransportError, RateLimited, ServerError)


class CalendarsTrigger(BaseTrigger):
    """Asks a watch until it says that the wait is over. It only reads.

    All arguments are plain JSON and the deadline is absolute, so a restart of the triggerer neither
    loses the question nor prolongs the wait.

    :param conn_id: the Airflow connection.
    :param watch: the fields of the watch.
    :param poll_interval: seconds between two looks.
    :param deadline: when to give up, in seconds since the epoch.
    :param tolerated_failures: how many looks in a row may fail for a passing reason.
    :param first_look_at: when to look first, in seconds since the epoch: whoever deferred has just looked.
    """

    def __init__(
        self,
        *,
        conn_id: str,
        watch: dict[str, Any],
        poll_interval: float,
        deadline: float,
        tolerated_failures: int = 5,
        first_look_at: float = 0.0,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.conn_id = conn_id
        self.watch = watch
        self.poll_interval = poll_interval
        self.deadline = deadline
        self.tolerated_failures = tolerated_failures
        self.first_look_at = first_look_at

    def make_hook(self) -> CalendarsHook[Any]:
        """Return the hook to ask with."""
        raise NotImplementedError

    def make_watch(self) -> Any:
        """Return the question, from the fields this trigger was made with."""
        raise NotImplementedError

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return what the triggerer needs to make this trigger again."""
        return (
            f"{type(self).__module__}.{type(self).__qualname__}",
            {
                "conn_id": self.conn_id,
                "watch": self.watch,
                "poll_interval": self.poll_interval,
                "deadline": self.deadline,
                "tolerated_failures": self.tolerated_failures,
                "first_look_at": self.first_look_at,
            },
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look until it is over, it failed or the deadline has come, and say which in one event."""
        hook, watch, failures = self.make_hook(), self.make_watch(), 0
        await asyncio.sleep(max(0.0, min(self.first_look_at, self.deadline) - time.time()))
        while True:
            try:
                verdict: Verdict = await hook.run_async(watch.look)
                failures = 0
            except TRANSIENT_ERRORS as error:
                failures += 1
                self.log.warning("Look failed (%d in a row): %s", failures, error)
                if failures > self.tolerated_failures:
                    yield error_event(error, watch)
                    return
            except CalendarsError as error:
                yield error_event(error, watch)
                return
            else:
                self.log.info("%s", verdict.story)
                if verdict.done:
                    yield TriggerEvent({"status": "done", "report": verdict.report, **_progress(watch)})
                    return
            if time.time() >= self.deadline:
                yield TriggerEvent({"status": "timeout", "watch": asdict(watch), **_progress(watch)})
                return
            await asyncio.sleep(max(0.0, min(self.poll_interval, self.deadline - time.time())))


def error_event(error: CalendarsError, watch: Any) -> TriggerEvent:
    """Return the event for a failure: its class and its message, which holds no address or secret."""
    said = {"status": "error", "error": type(error).__name__, "message": str(error)}
    return TriggerEvent({**said, **_progress(watch)})


def _progress(watch: Any) -> dict[str, Any]:
    """Return what was seen when, where a watch keeps that."""
    points = getattr(watch, "progress", None)
    return {"progress": points} if points else {}
