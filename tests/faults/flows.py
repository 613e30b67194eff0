"""What is done under faults: the tasks of a DAG run, one after the other, and what must come of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_calendars.operators.highlevel import (
    HighLevelBlockTimeOperator,
    HighLevelBookNextSlotOperator,
    HighLevelCancelAppointmentOperator,
    HighLevelCreateAppointmentOperator,
    HighLevelCreateCalendarOperator,
    HighLevelEnsureCalendarOperator,
    HighLevelUpdateAppointmentOperator,
)
from airflow_provider_calendars.operators.lemcal import LemcalEnsureHookOperator
from airflow_provider_calendars.operators.lets_calendar import (
    LetsCalendarAddContactsOperator,
    LetsCalendarCreateCampaignOperator,
    LetsCalendarScheduleInvitesOperator,
    LetsCalendarSendInvitesOperator,
    LetsCalendarUpdateInvitesOperator,
    LetsCalendarUploadContactsOperator,
)
from airflow_provider_calendars.sandbox import Sandbox
from airflow_provider_calendars.sandbox.highlevel.seeds import CONTACTS, DEMO_CALENDAR
from airflow_provider_calendars.sensors.lets_calendar import (
    LetsCalendarContactsImportedSensor,
    LetsCalendarInvitesSentSensor,
)

Results = Mapping[str, Any]
Make = Callable[[Results], Any]

PEOPLE = [{"email": f"guest{number}@example.com", "first_name": f"Guest {number}"} for number in range(3)]
SOON, LATER = "2037-06-01T00:00:00+02:00", "2037-06-13T00:00:00+02:00"


@dataclass(frozen=True)
class Flow:
    """The tasks of a run.

    :param tasks: what makes each from the results of those before it.
    :param state: what the vendor has in the end; the same after every fault.
    :param mailing: calls after which a lost reply may stop the run for good.
    """

    tasks: Mapping[str, Make]
    state: Callable[[Sandbox], Any]
    mailing: frozenset[str] = frozenset()


def _campaign(results: Results) -> dict[str, Any]:
    return {
        "title": "Webinar",
        "subject": "Come",
        "sender_email_id": 123,
        "start_datetime": "2037-03-04 16:00",
        "end_datetime": "2037-03-04 17:00",
        "timezone": "Europe/Berlin",
        "description": "d",
        "email_content": "<p>e</p>",
    }


def _id(results: Results) -> str:
    return str(results["create"]["campaign_id"])


def _create(results: Results) -> Any:
    return LetsCalendarCreateCampaignOperator(task_id="create", **_campaign(results))


def _add(results: Results) -> Any:
    return LetsCalendarAddContactsOperator(task_id="add", campaign_id=_id(results), contacts=PEOPLE)


def _upload(results: Results) -> Any:
    return LetsCalendarUploadContactsOperator(
        task_id="upload",
        campaign_id=_id(results),
        path=results["folder"] + "/contacts.csv",
        outcome_timeout=1.0,
    )


def _wait_for_import(results: Results) -> Any:
    return LetsCalendarContactsImportedSensor(
        task_id="imported",
        campaign_id=_id(results),
        expected=2 * len(PEOPLE),
        poll_interval=0.05,
        timeout=20,
        deferrable=False,
    )


def _wait_for_sending(results: Results) -> Any:
    return LetsCalendarInvitesSentSensor(
        task_id="sent",
        campaign_id=_id(results),
        poll_interval=0.05,
        grace_period=0.3,
        timeout=20,
        deferrable=False,
    )


def _send(results: Results) -> Any:
    return LetsCalendarSendInvitesOperator(task_id="send", campaign_id=_id(results), outcome_timeout=0.6)


def _update(results: Results) -> Any:
    return LetsCalendarUpdateInvitesOperator(task_id="update", campaign_id=_id(results))


def _schedule(results: Results) -> Any:
    return LetsCalendarScheduleInvitesOperator(
        task_id="schedule",
        campaign_id=_id(results),
        schedule_date="2037-03-01",
        schedule_time="09:00",
        timezone="Europe/Berlin",
    )


def campaigns(sandbox: Sandbox) -> Any:
    """Return the campaigns with their people, and who was mailed what."""
    sandbox.clock.advance(120)
    state = sandbox.lets_calendar
    return {
        "campaigns": [
            (campaign.title, sorted(each.email for each in campaign.attendees))
            for campaign in state.campaigns
        ],
        "mail": sorted((each.email, each.kind) for each in state.mailbox()),
        "waiting": [
            each.at for campaign in state.campaigns for each in campaign.schedules if each.status == "waiting"
        ],
    }


def highlevel(sandbox: Sandbox) -> Any:
    """Return calendars, appointments and blocks, and what automations ran."""
    state = sandbox.highlevel
    return {
        "calendars": sorted(row["name"] for row in state.calendars),
        "appointments": sorted((each.contact_id, each.status, each.title) for each in state.appointments),
        "blocks": len(state.blocked_slots),
        "told": sorted(each.what for each in state.automations),
    }


def _appointment(results: Results) -> str:
    return str(results["appointment"]["appointment_id"])


FLOWS: Mapping[str, Flow] = {
    "send": Flow(
        {
            "create": _create,
            "add": _add,
            "upload": _upload,
            "imported": _wait_for_import,
            "send": _send,
            "sent": _wait_for_sending,
            "update": _update,
        },
        campaigns,
        frozenset({"POST /send-invite", "POST /update-invite"}),
    ),
    "schedule": Flow({"create": _create, "add": _add, "schedule": _schedule}, campaigns),
    "highlevel": Flow(
        {
            "calendar": lambda _: HighLevelCreateCalendarOperator(
                task_id="calendar", calendar={"name": "Webinar"}
            ),
            "ensure": lambda _: HighLevelEnsureCalendarOperator(
                task_id="ensure", calendar={"name": "Webinar", "slot_duration": 45}
            ),
            "book": lambda _: HighLevelBookNextSlotOperator(
                task_id="book",
                calendar_id=DEMO_CALENDAR,
                contact_id=CONTACTS[0].id,
                start_datetime=SOON,
                end_datetime=LATER,
                choose="round_robin",
                to_notify=True,
            ),
            "appointment": lambda _: HighLevelCreateAppointmentOperator(
                task_id="appointment",
                calendar_id=DEMO_CALENDAR,
                contact_id=CONTACTS[1].id,
                start_time="2037-06-02T10:00:00+02:00",
                title="Demo",
                to_notify=True,
            ),
            "update": lambda results: HighLevelUpdateAppointmentOperator(
                task_id="update", appointment_id=_appointment(results), title="Moved", to_notify=True
            ),
            "cancel": lambda results: HighLevelCancelAppointmentOperator(
                task_id="cancel", appointment_id=_appointment(results), to_notify=True
            ),
            "block": lambda _: HighLevelBlockTimeOperator(
                task_id="block",
                calendar_id=DEMO_CALENDAR,
                start_datetime=LATER,
                end_datetime="2037-06-14T00:00Z",
            ),
        },
        highlevel,
    ),
    "lemcal": Flow(
        {
            "hook": lambda _: LemcalEnsureHookOperator(
                task_id="hook", target_url="https://receiver.example/", any_meeting_type=True
            )
        },
        lambda sandbox: len(sandbox.lemcal.hooks),
    ),
}
