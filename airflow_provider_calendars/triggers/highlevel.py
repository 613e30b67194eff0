"""Triggers for HighLevel. They only read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_calendars.hooks.highlevel import HighLevelHook
from airflow_provider_calendars.triggers.base import CalendarsTrigger

if TYPE_CHECKING:
    from airflow_provider_calendars.api.highlevel.watches import (
        AppointmentsChanged,
        AppointmentStatus,
        FreeSlot,
    )


class HighLevelTrigger(CalendarsTrigger):
    """Base of the triggers for HighLevel."""

    def make_hook(self) -> HighLevelHook:
        """Return the hook to ask with."""
        return HighLevelHook(self.conn_id)


class HighLevelFreeSlotTrigger(HighLevelTrigger):
    """Fires when a calendar has free slots."""

    def make_watch(self) -> FreeSlot:
        """Return the question."""
        from airflow_provider_calendars.api.highlevel.watches import FreeSlot

        return FreeSlot(**self.watch)


class HighLevelAppointmentStatusTrigger(HighLevelTrigger):
    """Fires when an appointment has a status."""

    def make_watch(self) -> AppointmentStatus:
        """Return the question."""
        from airflow_provider_calendars.api.highlevel.watches import AppointmentStatus

        return AppointmentStatus(**self.watch)


class HighLevelAppointmentsChangedTrigger(HighLevelTrigger):
    """Fires when something has become of the appointments of a time."""

    def make_watch(self) -> AppointmentsChanged:
        """Return the question."""
        from airflow_provider_calendars.api.highlevel.watches import AppointmentsChanged

        return AppointmentsChanged(**self.watch)
