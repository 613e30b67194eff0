"""What the operators for lemcal share."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from airflow_provider_calendars.hooks.lemcal import LemcalHook
from airflow_provider_calendars.operators.base import CalendarsOperator


class LemcalOperator(CalendarsOperator):
    """Base of the operators for lemcal.

    :param lemcal_conn_id: the Airflow connection (templated).
    """

    ui_color: str = "#eefbe7"

    def __init__(self, *, lemcal_conn_id: str = LemcalHook.default_conn_name, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.lemcal_conn_id = lemcal_conn_id

    @cached_property
    def hook(self) -> LemcalHook:
        """The hook, made once."""
        return LemcalHook(self.lemcal_conn_id)
