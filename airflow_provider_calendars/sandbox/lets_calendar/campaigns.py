"""The operations on campaigns, senders and time zones."""

from __future__ import annotations

from typing import Any

from airflow_provider_calendars.sandbox.exchange import Answer, Call, Refusal
from airflow_provider_calendars.sandbox.lets_calendar import views
from airflow_provider_calendars.sandbox.lets_calendar.records import Campaign
from airflow_provider_calendars.sandbox.lets_calendar.rules import (
    campaign_errors,
    is_blank,
    is_boolean,
    is_true,
    refuse,
    required,
)
from airflow_provider_calendars.sandbox.lets_calendar.state import LetsCalendarState
from airflow_provider_calendars.sandbox.zones import timezones

CAMPAIGNS_A_PAGE = 15


def find(state: LetsCalendarState, campaign_id: Any) -> Campaign:
    """Find the campaign of a request, or answer the documented 404.

    :param state: where campaigns are.
    :param campaign_id: the id as the request has it.
    """
    campaign = state.campaign(str(campaign_id))
    if campaign is None:
        raise Refusal(Answer(404, {"error": "Campaign not found"}))
    return campaign


def page_number(call: Call) -> int:
    """Read the number of the page; like Laravel, take nonsense for the first page.

    :param call: the request.
    """
    text = call.query.get("page", "1")
    return max(int(text), 1) if text.isdecimal() else 1


def list_timezones(_: LetsCalendarState, __: Call) -> Answer:
    """List the time zones.  GET /timezone-list"""
    return Answer(200, {"timezones": list(timezones())})


def list_senders(state: LetsCalendarState, _: Call) -> Answer:
    """List the senders; none is a documented 404.  GET /sender-emails"""
    if not state.senders:
        return Answer(404, {"error": "No sender emails found"})
    return Answer(200, {"sender_emails": [views.sender(one) for one in state.senders]})


def create(state: LetsCalendarState, call: Call) -> Answer:
    """Create a campaign; the same one as often as it is asked for.  POST /create-campaign"""
    campaign = state.add_campaign(**_fields(state, call))
    return Answer(201, {"message": "Campaign created successfully", "campaign": views.created(campaign)})


def list_all(state: LetsCalendarState, call: Call) -> Answer:
    """List the campaigns, newest first.  GET /campaigns"""
    now = state.clock.now()
    hide = state.settings.hide_past_campaigns
    shown = [one for one in reversed(state.campaigns) if not hide or one.ends_at() > now]
    url = f"{call.origin}{call.path}"
    off_by = views.LAST_PAGE_IS_OFF_BY
    page = views.page_of(
        shown, page_number(call), CAMPAIGNS_A_PAGE, url=url, show=views.listed, off_by=off_by
    )
    return Answer(200, {"campaigns": page})


def details(state: LetsCalendarState, call: Call) -> Answer:
    """Show a campaign in full.  GET /campaign/{campaign_id}/edit"""
    campaign = find(state, call.path_values["campaign_id"])
    senders = [views.sender_choice(one) for one in state.senders]
    return Answer(200, {"campaign": views.detailed(campaign), "sender_emails": senders})


def update(state: LetsCalendarState, call: Call) -> Answer:
    """Replace a campaign; invites that were sent stay as they are.  PUT /campaign/{campaign_id}"""
    campaign = find(state, call.path_values["campaign_id"])
    for name, value in _fields(state, call).items():
        setattr(campaign, name, value)
    return Answer(200, {"message": "Campaign updated successfully", "campaign": views.created(campaign)})


def toggle_automation(state: LetsCalendarState, call: Call) -> Answer:
    """Turn the hourly sending on or off.  POST /toggle-automation"""
    errors = required(call.body, "campaign_id", "enabled")
    enabled = call.body.get("enabled")
    if "enabled" not in errors and not is_boolean(enabled):
        errors["enabled"] = ["The enabled field must be true or false."]
    refuse(errors)
    state.automate(find(state, call.body["campaign_id"]), enabled=is_true(enabled))
    word = "enabled" if is_true(enabled) else "disabled"
    return Answer(200, {"message": f"Automation {word} successfully", "status": word})


_TEXTS = (
    "title",
    "subject",
    "event_type",
    "start_date",
    "start_time",
    "end_date",
    "end_time",
    "timezone",
    "description",
    "email_content",
)


def _fields(state: LetsCalendarState, call: Call) -> dict[str, Any]:
    refuse(campaign_errors(call.body, [one.id for one in state.senders]))
    optional = {
        name: "" if is_blank(call.body.get(name)) else str(call.body[name])
        for name in ("location", "login_url")
    }
    needed = {name: call.body[name] for name in _TEXTS}
    return {**needed, "sender_email_id": int(call.body["sender_email_id"]), **optional}
