"""Makes the operators that mail people, and counts who got mail."""

from __future__ import annotations

from typing import Any

from airflow_provider_calendars.operators.lets_calendar import (
    LetsCalendarScheduleInvitesOperator,
    LetsCalendarSendInvitesOperator,
    LetsCalendarUpdateInvitesOperator,
)
from airflow_provider_calendars.sandbox import Sandbox

PEOPLE = ("ava@example.com", "ben@example.com", "cleo@example.com")


def with_people(sandbox: Sandbox) -> str:
    """Make a campaign with people in it, and let its sendings take their time."""
    sandbox.settings.send_delay = 0
    sandbox.settings.send_seconds = 3000
    campaign = sandbox.lets_calendar.add_campaign()
    for email in PEOPLE:
        sandbox.lets_calendar.add_attendee(campaign, {"firstname": "P", "email": email})
    return campaign.id


def sending(campaign_id: str, **arguments: Any) -> LetsCalendarSendInvitesOperator:
    return LetsCalendarSendInvitesOperator(
        task_id="send", campaign_id=campaign_id, **{"outcome_timeout": 0.3, **arguments}
    )


def updating(campaign_id: str, **arguments: Any) -> LetsCalendarUpdateInvitesOperator:
    return LetsCalendarUpdateInvitesOperator(task_id="update", campaign_id=campaign_id, **arguments)


def mailed(sandbox: Sandbox) -> list[str]:
    """Let every sending end, and return who got an invite."""
    sandbox.clock.advance(10_000)
    assert sandbox.lets_calendar.mailed_twice() == []
    return sorted(delivery.email for delivery in sandbox.lets_calendar.mailbox(kind="invite"))


def scheduling(campaign_id: str, **arguments: Any) -> LetsCalendarScheduleInvitesOperator:
    when = {"schedule_date": "2037-05-01", "schedule_time": "09:00", "timezone": "Europe/Berlin"}
    return LetsCalendarScheduleInvitesOperator(
        task_id="schedule", campaign_id=campaign_id, **{**when, **arguments}
    )


def waiting(sandbox: Sandbox, campaign_id: str) -> int:
    campaign = sandbox.lets_calendar.campaign(campaign_id)
    assert campaign is not None
    return sum(schedule.status == "waiting" for schedule in campaign.schedules)
