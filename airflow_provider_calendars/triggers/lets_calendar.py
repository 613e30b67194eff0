"""Triggers for Let's Calendar. They only read."""

from __future__ import annotations

from typing import Any, ClassVar

from airflow_provider_calendars.api.lets_calendar.watches import (
    CampaignStarted,
    ContactsImported,
    InvitesSent,
)
from airflow_provider_calendars.hooks.lets_calendar import LetsCalendarHook
from airflow_provider_calendars.triggers.base import CalendarsTrigger


class LetsCalendarTrigger(CalendarsTrigger):
    """Base of the triggers for Let's Calendar."""

    def make_hook(self) -> LetsCalendarHook:
        """Return the hook to ask with."""
        return LetsCalendarHook(self.conn_id)


class LetsCalendarContactsImportedTrigger(LetsCalendarTrigger):
    """Fires when the attendees of a campaign are there."""

    watch_class: ClassVar[type[Any]] = ContactsImported


class LetsCalendarInvitesSentTrigger(LetsCalendarTrigger):
    """Fires when the sending of a campaign's invites is over."""

    watch_class: ClassVar[type[Any]] = InvitesSent


class LetsCalendarCampaignStartedTrigger(LetsCalendarTrigger):
    """Fires when a campaign's event has started."""

    watch_class: ClassVar[type[Any]] = CampaignStarted
