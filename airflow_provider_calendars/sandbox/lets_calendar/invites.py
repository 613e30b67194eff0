"""The operations that mail people, now or later, and those that keep that from happening."""

from __future__ import annotations

from airflow_provider_calendars.sandbox.clock import timestamp
from airflow_provider_calendars.sandbox.exchange import Answer, Call
from airflow_provider_calendars.sandbox.lets_calendar.campaigns import find
from airflow_provider_calendars.sandbox.lets_calendar.records import Campaign, moment
from airflow_provider_calendars.sandbox.lets_calendar.rules import refuse, required, schedule_errors
from airflow_provider_calendars.sandbox.lets_calendar.state import LetsCalendarState

_STARTED = Answer(200, {"message": "Invites sending initiated. You will get email once it is completed"})


def send(state: LetsCalendarState, call: Call) -> Answer:
    """Mail the attendees who have no invite yet.  POST /send-invite

    The documentation says that a list of attendees can be given, but not the name of its field:
    the sandbox ignores every field but ``campaign_id`` and mails them all.
    """
    if not state.send(_campaign(state, call), "invite"):
        return Answer(400, {"error": "No New Attendees to Send Calendar Invite"})
    return _STARTED


def update(state: LetsCalendarState, call: Call) -> Answer:
    """Mail everybody who has an invite once more.  POST /update-invite"""
    if not state.send(_campaign(state, call), "update"):
        return Answer(400, {"error": "No attendees to update"})
    return _STARTED


def schedule(state: LetsCalendarState, call: Call) -> Answer:
    """Mail the attendees who have no invite by then, later.  POST /schedule-invite"""
    refuse({**required(call.body, "campaign_id"), **schedule_errors(call.body)})
    campaign = find(state, call.body["campaign_id"])
    zone = call.body["timezone"]
    at = moment(call.body["schedule_date"], call.body["schedule_time"], zone)
    if at <= state.clock.now():
        return Answer(400, {"error": "Invalid schedule time. Schedule time must be in the future."})
    made = state.schedule(campaign, at)
    return Answer(
        200,
        {
            "message": "Invites scheduled successfully",
            "schedule_id": made.id,
            # the documented example is in neither the zone of the request nor UTC; the sandbox takes UTC
            "scheduled_time": timestamp(at),
            "timezone": zone,
        },
    )


def cancel_schedule(state: LetsCalendarState, call: Call) -> Answer:
    """Keep scheduled invites from being sent.  POST /cancel-scheduled-invite"""
    if not state.cancel_schedules(_campaign(state, call)):
        return Answer(404, {"error": "No scheduled invites found for this campaign"})
    return Answer(200, {"message": "Scheduled invites cancelled successfully"})


def stop(state: LetsCalendarState, call: Call) -> Answer:
    """Stop sending; the automation stays as it is.  POST /stop-campaign"""
    if not state.stop(_campaign(state, call)):
        return Answer(400, {"error": "Failed to stop campaign. No sending in progress"})
    return Answer(200, {"message": "Campaign sending stopped successfully"})


def _campaign(state: LetsCalendarState, call: Call) -> Campaign:
    refuse(required(call.body, "campaign_id"))
    return find(state, call.body["campaign_id"])
