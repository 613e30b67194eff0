"""The state as JSON for the control API, and as HTML for people."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from airflow_provider_calendars.sandbox.clock import timestamp
from airflow_provider_calendars.sandbox.exchange import HTML, Answer, Call
from airflow_provider_calendars.sandbox.lets_calendar.records import STATUS_LABELS, Campaign, Delivery
from airflow_provider_calendars.sandbox.lets_calendar.state import LetsCalendarState

LOGIN = "<!DOCTYPE html><html><head><title>Login</title></head><body><h1>Login</h1></body></html>"
_SHOWN = 200


def snapshot(state: LetsCalendarState) -> dict[str, Any]:
    """Describe campaigns and mailbox as JSON.

    :param state: what is described.
    """
    deliveries = state.mailbox()
    kinds = [one.kind for one in deliveries]
    return {
        "campaigns": [_campaign_as_dict(campaign) for campaign in state.campaigns],
        "mailbox": {
            "total": len(deliveries),
            "invite": kinds.count("invite"),
            "update": kinds.count("update"),
            "mailed_twice": len(state.mailed_twice()),
        },
        "deliveries": [{**asdict(one), "at": timestamp(one.at)} for one in deliveries],
    }


def _campaign_as_dict(campaign: Campaign) -> dict[str, Any]:
    schedules = [{"id": one.id, "at": timestamp(one.at), "status": one.status} for one in campaign.schedules]
    return {
        "campaign_id": campaign.id,
        "title": campaign.title,
        "start_datetime": campaign.start_datetime,
        "end_datetime": campaign.end_datetime,
        "timezone": campaign.timezone,
        "total": len(campaign.attendees),
        "counts": campaign.counts(),
        "automation": campaign.automation,
        "schedules": schedules,
        "sending": any(one.in_progress for one in campaign.sendings),
    }


def section(state: LetsCalendarState) -> str:
    """Describe all campaigns and the mailbox as HTML.

    :param state: what is described.
    """
    from airflow_provider_calendars.sandbox.page import render

    deliveries = state.mailbox()
    return render(
        "lets_calendar/templates/overview.html",
        campaigns=[_campaign_as_dict(campaign) for campaign in reversed(state.campaigns)],
        labels=STATUS_LABELS,
        deliveries=_rows(state, deliveries),
        total=len(deliveries),
        twice=len(state.mailed_twice()),
    )


def campaign_page(state: LetsCalendarState, call: Call) -> Answer:
    """Describe one campaign, its attendees and its deliveries as HTML.

    :param state: where the campaign is.
    :param call: the request for the page.
    """
    from airflow_provider_calendars.sandbox.page import layout, render

    campaign = state.campaign(call.path_values["campaign_id"])
    if campaign is None:
        return Answer(404, layout("No such campaign", "<p>There is no such campaign.</p>"), media_type=HTML)
    deliveries = state.mailbox(campaign.id)
    content = render(
        "lets_calendar/templates/campaign.html",
        campaign=_campaign_as_dict(campaign),
        details=campaign,
        labels=STATUS_LABELS,
        attendees=campaign.attendees[:_SHOWN],
        deliveries=_rows(state, deliveries),
        total=len(deliveries),
    )
    return Answer(200, layout(campaign.title, content), media_type=HTML)


def _rows(state: LetsCalendarState, deliveries: list[Delivery]) -> list[dict[str, Any]]:
    """Prepare the latest deliveries for a table, newest first."""
    rows = []
    for one in reversed(deliveries[-_SHOWN:]):
        campaign = state.campaign(one.campaign_id)
        title = campaign.title if campaign else ""
        rows.append({**asdict(one), "at": timestamp(one.at), "title": title})
    return rows
