"""Operators for HighLevel, one for every action."""

from __future__ import annotations

from airflow_provider_calendars.operators.highlevel.appointments import (
    HighLevelCancelAppointmentOperator,
    HighLevelCreateAppointmentOperator,
    HighLevelDeleteAppointmentOperator,
    HighLevelUpdateAppointmentOperator,
)
from airflow_provider_calendars.operators.highlevel.booking import HighLevelBookNextSlotOperator
from airflow_provider_calendars.operators.highlevel.calendars import (
    HighLevelCreateCalendarOperator,
    HighLevelDeleteCalendarOperator,
    HighLevelEnsureCalendarOperator,
    HighLevelListCalendarsOperator,
    HighLevelUpdateCalendarOperator,
)
from airflow_provider_calendars.operators.highlevel.free_slots import (
    HighLevelBlockTimeOperator,
    HighLevelListFreeSlotsOperator,
)

__all__ = [
    "HighLevelBlockTimeOperator",
    "HighLevelBookNextSlotOperator",
    "HighLevelCancelAppointmentOperator",
    "HighLevelCreateAppointmentOperator",
    "HighLevelCreateCalendarOperator",
    "HighLevelDeleteAppointmentOperator",
    "HighLevelDeleteCalendarOperator",
    "HighLevelEnsureCalendarOperator",
    "HighLevelListCalendarsOperator",
    "HighLevelListFreeSlotsOperator",
    "HighLevelUpdateAppointmentOperator",
    "HighLevelUpdateCalendarOperator",
]
