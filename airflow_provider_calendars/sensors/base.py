"""What the sensors of the three systems share: one watch, asked from a worker or from the triggerer."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from functools import cached_property
from typing import Any, ClassVar

from airflow.exceptions import AirflowRescheduleException
from airflow.sdk import BaseSensorOperator, Context, PokeReturnValue

from airflow_provider_calendars import exceptions
from airflow_provider_calendars._compat import AirflowSensorTimeout, AirflowSkipException, conf
from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.rehearsal import is_rehearsed
from airflow_provider_calendars.exceptions import CalendarsError, ConfigurationError
from airflow_provider_calendars.hooks.base import CalendarsHook
from airflow_provider_calendars.memory import RunMemory
from airflow_provider_calendars.triggers.base import TRANSIENT_ERRORS, CalendarsTrigger

_MEMORY = "watch"


class CalendarsSensor(BaseSensorOperator):
    """Waits until a watch says that the wait is over.

    :param poll_interval: seconds between two looks.
    :param deferrable: wait in the triggerer, without a worker slot; by default what
        ``[operators] default_deferrable`` says.
    :param tolerated_failures: how many looks in a row may fail for a passing reason, such as a 503.
    """

    trigger_class: ClassVar[type[CalendarsTrigger]]
    # whether what is waited for follows from what a DAG does itself, which a dry run does not do
    waits_for_own_doing: ClassVar[bool] = False

    def __init__(
        self,
        *,
        poll_interval: float = 60.0,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        tolerated_failures: int = 5,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("poke_interval", poll_interval)
        kwargs.setdefault("multiple_outputs", True)
        super().__init__(**kwargs)
        self.deferrable = deferrable
        self.tolerated_failures = tolerated_failures
        self._failures = 0
        self._watch: Any = None

    def make_watch(self) -> Any:
        """Return the question, from checked arguments."""
        raise NotImplementedError

    def make_hook(self) -> CalendarsHook[Any]:
        """Return the hook to ask with."""
        raise NotImplementedError

    def show(self, context: Context) -> None:
        """Put a link to what is waited for on the task's page."""

    def record(
        self, context: Context, progress: Sequence[Any] | None, report: Mapping[str, Any] | None
    ) -> None:
        """Leave behind how the wait went, as XComs.

        :param progress: what was seen when, if the watch keeps that.
        :param report: what the sensor returns; None if the wait was given up.
        """

    @cached_property
    def hook(self) -> CalendarsHook[Any]:
        """The hook, made once."""
        return self.make_hook()

    def execute(self, context: Context) -> Any:
        """Wait, here or in the triggerer."""
        watch = self.make_watch()
        self.show(context)
        if self._is_rehearsed(watch):
            self.log.warning("This is a dry run, so there is nothing to wait for.")
            return watch.report_as_if()
        if not self.deferrable:
            return self._wait_here(context)
        with self._as_poked():
            seen = self.poke(context)
        if seen.is_done:
            self.record(context, self._progress, seen.xcom_value)
            return seen.xcom_value
        return self._defer()

    def _wait_here(self, context: Context) -> Any:
        try:
            report = super().execute(context)
        except AirflowRescheduleException:
            raise
        except Exception:
            self._record_failure(context, self._progress)
            raise
        self.record(context, self._progress, report)
        return report

    @property
    def _progress(self) -> Sequence[Any] | None:
        return getattr(self._watch, "progress", None)

    def _record_failure(self, context: Context, progress: Sequence[Any] | None) -> None:
        """Leave behind how the wait went, without hiding why it failed."""
        try:
            self.record(context, progress, None)
        except Exception as error:  # noqa: BLE001 - whatever it was: the failure itself is to be seen
            self.log.warning("How the wait went cannot be recorded: %s", type(error).__name__)

    def _is_rehearsed(self, watch: Any) -> bool:
        if not self.hook.is_dry_run:
            return False
        return self.waits_for_own_doing or any(map(is_rehearsed, asdict(watch).values()))

    @contextmanager
    def _as_poked(self) -> Iterator[None]:
        """Treat a failure of a deferred wait as Airflow treats one in poke mode."""
        try:
            yield
        except CalendarsError as error:
            if self.never_fail:
                raise AirflowSkipException("Skipping due to never_fail is set to True.") from error
            raise

    def poke(self, context: Context) -> PokeReturnValue:
        """Look once."""
        memory = RunMemory(context) if self.reschedule else None
        attempt = getattr(context.get("ti"), "try_number", None)
        watch = self._current_watch(memory, attempt)
        try:
            verdict = self.hook.run(watch.look)
            self._failures = 0
        except TRANSIENT_ERRORS as error:
            self._failures += 1
            if self._failures > self.tolerated_failures:
                raise
            self.log.warning("Look failed (%d in a row): %s", self._failures, error)
            return PokeReturnValue(False)
        finally:
            if memory is not None:
                seen = {"try": attempt, "watch": asdict(watch), "failures": self._failures}
                memory.set(_MEMORY, seen)
        self.log.info("%s", verdict.story)
        return PokeReturnValue(verdict.done, verdict.report if verdict.done else None)

    def _current_watch(self, memory: RunMemory | None, attempt: int | None = None) -> Any:
        if self._watch is None:
            self._watch = self.make_watch()
            # in reschedule mode every look is a process of its own; a retry or a Clear begins anew
            stored = memory and memory.get(_MEMORY)
            if stored and stored.get("try") == attempt:
                self._failures = int(stored["failures"])
                self._watch = type(self._watch)(**stored["watch"])
        return self._watch

    def _defer(self) -> None:
        seconds, interval = _seconds(self.timeout), _seconds(self.poke_interval)
        self.defer(
            trigger=self.trigger_class(
                conn_id=self.hook.conn_id,
                watch=asdict(self._current_watch(None)),
                poll_interval=interval,
                deadline=time.time() + seconds,
                tolerated_failures=self.tolerated_failures,
                first_look_at=time.time() + interval,
            ),
            method_name="execute_complete",
            # the trigger itself keeps the deadline; this is for a triggerer that is gone
            timeout=timedelta(seconds=seconds + 60),
        )

    def execute_complete(self, context: Context, event: dict[str, Any] | None = None) -> Any:
        """Take the trigger's verdict over.

        :raises AirflowSensorTimeout: the deadline came first.
        :raises CalendarsError: the vendor refused, or kept failing; of the class that was raised.
        """
        self.show(context)
        event = event or {}
        if event.get("status") == "done":
            self.record(context, event.get("progress"), event["report"])
            return event["report"]
        self._record_failure(context, event.get("progress"))
        if event.get("status") == "timeout":
            raise AirflowSensorTimeout(f"The wait was not over within {_seconds(self.timeout):.0f} seconds.")
        kind = getattr(exceptions, str(event.get("error")), CalendarsError)
        with self._as_poked():
            raise kind(
                event.get("message") or "The trigger ended without a verdict. Clear the task to wait again."
            )


def _seconds(value: Any) -> float:
    return value.total_seconds() if isinstance(value, timedelta) else float(value)


def check_count(name: str, value: Any) -> int | None:
    """Return a number of things, at least 1, or None."""
    if value is None or value in ("", "None"):
        return None
    if (number := checks.integer(name, value)) < 1:
        raise ConfigurationError(f"{name} must be at least 1, not {number}.")
    return number
