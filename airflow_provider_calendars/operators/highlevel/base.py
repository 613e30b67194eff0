"""What the operators for HighLevel share."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from airflow.sdk import Context

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.hooks.highlevel import HighLevelHook
from airflow_provider_calendars.operators.base import CalendarsOperator

_DELETE = "delete"


class HighLevelOperator(CalendarsOperator):
    """Base of the operators for HighLevel.

    :param highlevel_conn_id: the Airflow connection (templated).
    """

    ui_color: str = "#e6f4fb"

    def __init__(self, *, highlevel_conn_id: str = HighLevelHook.default_conn_name, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.highlevel_conn_id = highlevel_conn_id

    @cached_property
    def hook(self) -> HighLevelHook:
        """The hook, made once."""
        return HighLevelHook(self.highlevel_conn_id)


class DeletingOperator(HighLevelOperator):
    """Base of the operators that delete a thing: what an earlier try has deleted counts as deleted.

    :param if_nothing_to_do: when it is gone already: ``succeed``, ``skip`` or ``fail``.
    """

    def __init__(self, *, if_nothing_to_do: str = "succeed", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.if_nothing_to_do = if_nothing_to_do

    def is_there(self) -> bool | None:
        """Return whether the thing is there; None where only its deletion tells."""
        raise NotImplementedError

    def send_deletion(self) -> Done:
        """Delete the thing."""
        raise NotImplementedError

    def delete(self, context: Context, kind: str, thing_id: str) -> str:
        """Delete the thing, and return ``deleted`` or ``nothing_to_do``."""
        self.check_nothing_to_do(self.if_nothing_to_do)
        memory, intent = self.run_memory(context), {"id": thing_id}
        is_ours, is_there = memory.get(_DELETE) == intent, self.is_there()
        done = Done.NOTHING_TO_DO
        if is_there is not False:
            memory.set(_DELETE, intent)
            done = self.send_deletion()
        if done is Done.DONE or is_ours or is_there:
            return "deleted"
        memory.set(_DELETE, {})
        self.settle_nothing_to_do(self.if_nothing_to_do, f"There is no {kind} {thing_id} any more.")
        return Done.NOTHING_TO_DO.value


class HighLevelCalendarOperator(HighLevelOperator):
    """Base of the operators that work on one calendar.

    :param calendar_id: HighLevel's id of the calendar (templated).
    """

    def __init__(self, *, calendar_id: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.calendar_id = calendar_id

    def check_calendar(self) -> None:
        """Refuse a calendar id that cannot be one, before anything is sent."""
        checks.text("calendar_id", self.calendar_id)
