"""Operators for HighLevel, one for every action."""

from __future__ import annotations

from airflow_provider_calendars.operators.highlevel.appointment_changes import (
    HighLevelCancelAppointmentOperator,
    HighLevelDeleteAppointmentOperator,
    HighLevelUpdateAppointmentOperator,
)
from airflow_provider_calendars.operators.highlevel.appointments import HighLevelCreateAppointmentOperator
from airflow_provider_calendars.operators.highlevel.booking import HighLevelBookNextSlotOperator
from airflow_provider_calendars.operators.highlevel.calendars import (
    HighLevelCreateCalendarOperator,
    HighLevelDeleteCalendarOperator,
    HighLevelEnsureCalendarOperator,
    HighLevelListCalendarsOperator,
    HighLevelUpdateCalendarOperator,
)
from airflow_provider_calendars.operators.highlevel.contacts import HighLevelExportContactsOperator
from airflow_provider_calendars.operators.highlevel.export import HighLevelExportAppointmentsOperator
from airflow_provider_calendars.operators.highlevel.free_slots import (
    HighLevelBlockTimeOperator,
    HighLevelListFreeSlotsOperator,
)
from airflow_provider_calendars.operators.highlevel.upsert import HighLevelUpsertContactsOperator

__all__ = [
    "HighLevelBlockTimeOperator",
    "HighLevelBookNextSlotOperator",
    "HighLevelCancelAppointmentOperator",
    "HighLevelCreateAppointmentOperator",
    "HighLevelCreateCalendarOperator",
    "HighLevelDeleteAppointmentOperator",
    "HighLevelDeleteCalendarOperator",
    "HighLevelEnsureCalendarOperator",
    "HighLevelExportAppointmentsOperator",
    "HighLevelExportContactsOperator",
    "HighLevelListCalendarsOperator",
    "HighLevelListFreeSlotsOperator",
    "HighLevelUpdateAppointmentOperator",
    "HighLevelUpdateCalendarOperator",
    "HighLevelUpsertContactsOperator",
]
