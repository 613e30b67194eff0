"""Operators for Let's Calendar, one for every action."""

from __future__ import annotations

from airflow_provider_calendars.operators.lets_calendar.account import (
    LetsCalendarListSendersOperator,
    LetsCalendarListTimezonesOperator,
)
from airflow_provider_calendars.operators.lets_calendar.adding import (
    LetsCalendarAddContactOperator,
    LetsCalendarAddContactsOperator,
)
from airflow_provider_calendars.operators.lets_calendar.campaigns import (
    LetsCalendarCreateCampaignOperator,
    LetsCalendarListCampaignsOperator,
    LetsCalendarToggleAutomationOperator,
    LetsCalendarUpdateCampaignOperator,
)
from airflow_provider_calendars.operators.lets_calendar.contacts import (
    LetsCalendarExportAttendeesOperator,
    LetsCalendarUploadContactsOperator,
)
from airflow_provider_calendars.operators.lets_calendar.invites import (
    LetsCalendarCancelScheduledInvitesOperator,
    LetsCalendarScheduleInvitesOperator,
    LetsCalendarSendInvitesOperator,
    LetsCalendarStopCampaignOperator,
    LetsCalendarUpdateInvitesOperator,
)

__all__ = [
    "LetsCalendarAddContactOperator",
    "LetsCalendarAddContactsOperator",
    "LetsCalendarCancelScheduledInvitesOperator",
    "LetsCalendarCreateCampaignOperator",
    "LetsCalendarExportAttendeesOperator",
    "LetsCalendarListCampaignsOperator",
    "LetsCalendarListSendersOperator",
    "LetsCalendarListTimezonesOperator",
    "LetsCalendarScheduleInvitesOperator",
    "LetsCalendarSendInvitesOperator",
    "LetsCalendarStopCampaignOperator",
    "LetsCalendarToggleAutomationOperator",
    "LetsCalendarUpdateCampaignOperator",
    "LetsCalendarUpdateInvitesOperator",
    "LetsCalendarUploadContactsOperator",
]
