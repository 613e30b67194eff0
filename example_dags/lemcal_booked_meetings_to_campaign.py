"""Whoever books a meeting is invited to the follow-up webinar of the month.

Runs as soon as somebody books: the asset ``lemcal://lemcal_default/meetings`` is updated by a watcher
in the triggerer, or by the webhook receiver. An event only wakes the DAG. What is new is read from
lemcal itself, with a cursor of the DAG's own, so that merged or repeated events neither lose nor repeat
a guest, and a meeting that was cancelled meanwhile is left out.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from airflow.sdk import Param, dag, task

from airflow_provider_calendars.assets.lemcal import lemcal_meetings_asset
from airflow_provider_calendars.operators.contacts import PrepareContactsOperator
from airflow_provider_calendars.operators.lemcal import LemcalListMeetingsOperator
from airflow_provider_calendars.operators.lets_calendar import (
    LetsCalendarAddContactsOperator,
    LetsCalendarCreateCampaignOperator,
    LetsCalendarListSendersOperator,
    LetsCalendarSendInvitesOperator,
)
from airflow_provider_calendars.retry_policy import retry_arguments

OUTPUT = Path(tempfile.gettempdir()) / "airflow-calendars"

# the webinar is on the 15th of the month after the run
NEXT_MONTH = "(dag_run.run_after.replace(day=1) + macros.timedelta(days=32)).strftime('%Y-%m-15')"


@dag(
    schedule=[lemcal_meetings_asset(poll_interval=10)],
    catchup=False,
    # two runs at a time would share one cursor
    max_active_runs=1,
    tags=["calendars", "lemcal", "lets_calendar", "example"],
    default_args=retry_arguments(),
    params={
        "output_folder": Param(str(OUTPUT), type="string", description="Where files of this run go."),
        "timezone": Param("Europe/Berlin", type="string"),
    },
    doc_md=__doc__,
)
def lemcal_booked_meetings_to_campaign() -> None:
    """Invite new guests to the follow-up webinar."""
    folder = "{{ params.output_folder }}/{{ run_id | replace(':', '') }}"

    booked = LemcalListMeetingsOperator(
        task_id="list_new_meetings",
        path=f"{folder}/meetings.csv",
        cursor="follow_up",
    )

    prepare = PrepareContactsOperator(
        task_id="prepare_guests",
        path=booked.output["path"],
        output_path=f"{folder}/guests.csv",
        columns={"email": "guest_email", "full_name": "guest_name"},
        if_nobody="skip",
    )

    senders = LetsCalendarListSendersOperator(task_id="list_senders")

    campaign = LetsCalendarCreateCampaignOperator(
        task_id="follow_up_campaign",
        title="Follow-up webinar {{ " + NEXT_MONTH + " }}",
        subject="Good to meet you: the follow-up webinar",
        sender_email_id=first_sender(senders.output),
        start_datetime="{{ " + NEXT_MONTH + " }} 16:00",
        end_datetime="{{ " + NEXT_MONTH + " }} 17:00",
        timezone="{{ params.timezone }}",
        description="What we could not cover in the meeting.",
        email_content="<p>Thank you for your time. Here is more.</p>",
        # the first run of a month creates it, the others use it
        if_exists="adopt",
    )

    add = LetsCalendarAddContactsOperator(
        task_id="add_guests",
        campaign_id=campaign.output["campaign_id"],
        path=prepare.output["path"],
        only_new=True,
    )

    send = LetsCalendarSendInvitesOperator(
        task_id="send_invites",
        campaign_id=campaign.output["campaign_id"],
    )

    something_new(booked.output["count"]) >> prepare >> campaign >> add >> send


@task.short_circuit
def something_new(count: int) -> bool:
    """Go on only if there is somebody to invite: events can come twice."""
    return count > 0


@task
def first_sender(listed: dict[str, Any]) -> int:
    """Choose the mailbox to send from."""
    if not listed["senders"]:
        raise ValueError("No sender mailbox is connected in Let's Calendar. Connect one in its panel.")
    return int(listed["senders"][0]["sender_email_id"])


example = lemcal_booked_meetings_to_campaign()

if __name__ == "__main__":
    example.test()
