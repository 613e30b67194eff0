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
from airflow_provider_calendars.operators.lets_calendar.canary import (
    LetsCalendarSendCanaryOperator,
    LetsCalendarUndoInvitesOperator,
)
from airflow_provider_calendars.operators.lets_calendar.contacts import (
    LetsCalendarExportAttendeesOperator,
    LetsCalendarUploadContactsOperator,
)
from airflow_provider_calendars.operators.lets_calendar.invites import (
    LetsCalendarCancelScheduledInvitesOperator,
    LetsCalendarScheduleInvitesOperator,
    LetsCalendarStopCampaignOperator,
)
from airflow_provider_calendars.operators.lets_calendar.sending import (
    LetsCalendarSendInvitesOperator,
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
    "LetsCalendarSendCanaryOperator",
    "LetsCalendarSendInvitesOperator",
    "LetsCalendarStopCampaignOperator",
    "LetsCalendarToggleAutomationOperator",
    "LetsCalendarUndoInvitesOperator",
    "LetsCalendarUpdateCampaignOperator",
    "LetsCalendarUpdateInvitesOperator",
    "LetsCalendarUploadContactsOperator",
]
