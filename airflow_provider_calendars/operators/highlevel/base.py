"""What the operators for HighLevel share."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.hooks.highlevel import HighLevelHook
from airflow_provider_calendars.operators.base import CalendarsOperator


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
