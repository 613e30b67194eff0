"""Triggers for Let's Calendar. They only read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_calendars.triggers.base import CalendarsTrigger

if TYPE_CHECKING:
    from airflow_provider_calendars.api.lets_calendar.watches import (
        CampaignStarted,
        ContactsImported,
        InvitesSent,
    )
    from airflow_provider_calendars.hooks.lets_calendar import LetsCalendarHook


class LetsCalendarTrigger(CalendarsTrigger):
    """Base of the triggers for Let's Calendar."""

    def make_hook(self) -> LetsCalendarHook:
        """Return the hook to ask with."""
        from airflow_provider_calendars.hooks.lets_calendar import LetsCalendarHook

        return LetsCalendarHook(self.conn_id)


class LetsCalendarContactsImportedTrigger(LetsCalendarTrigger):
    """Fires when the attendees of a campaign are there."""

    def make_watch(self) -> ContactsImported:
        """Return the question."""
        from airflow_provider_calendars.api.lets_calendar.watches import ContactsImported

        return ContactsImported(**self.watch)


class LetsCalendarInvitesSentTrigger(LetsCalendarTrigger):
    """Fires when the sending of a campaign's invites is over."""

    def make_watch(self) -> InvitesSent:
        """Return the question."""
        from airflow_provider_calendars.api.lets_calendar.watches import InvitesSent

        return InvitesSent(**self.watch)


class LetsCalendarCampaignStartedTrigger(LetsCalendarTrigger):
    """Fires when a campaign's event has started."""

    def make_watch(self) -> CampaignStarted:
        """Return the question."""
        from airflow_provider_calendars.api.lets_calendar.watches import CampaignStarted

        return CampaignStarted(**self.watch)
