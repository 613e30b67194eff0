"""Operators for lemcal, one for every action."""

from __future__ import annotations

from airflow_provider_calendars.operators.lemcal.meetings import (
    LemcalListMeetingsOperator,
    LemcalListMeetingTypesOperator,
)
from airflow_provider_calendars.operators.lemcal.webhooks import (
    LemcalDeleteHookOperator,
    LemcalEnsureHookOperator,
)

__all__ = [
    "LemcalDeleteHookOperator",
    "LemcalEnsureHookOperator",
    "LemcalListMeetingTypesOperator",
    "LemcalListMeetingsOperator",
]
