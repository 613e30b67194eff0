"""A list of people becomes a campaign that is sent: the DAG of the tutorial."""

from __future__ import annotations

import tempfile
from pathlib import Path

from airflow.sdk import Param, dag

from airflow_provider_calendars.operators.contacts import PrepareContactsOperator
from airflow_provider_calendars.operators.lets_calendar import (
    LetsCalendarCreateCampaignOperator,
    LetsCalendarSendInvitesOperator,
    LetsCalendarUploadContactsOperator,
)
from airflow_provider_calendars.retry_policy import retry_arguments
from airflow_provider_calendars.sensors.lets_calendar import (
    LetsCalendarContactsImportedSensor,
    LetsCalendarInvitesSentSensor,
)

PEOPLE = Path(__file__).parent / "data" / "people.csv"
FILES = Path(tempfile.gettempdir()) / "airflow-calendars"


@dag(
    schedule=None,
    default_args=retry_arguments(),
    params={
        "people": Param(str(PEOPLE), type="string", description="The list of people."),
        "files": Param(str(FILES), type="string", description="Where the files of a run go."),
    },
)
def first_campaign() -> None:
    """Prepare, create, upload, send, and wait until everybody has an invite."""
    folder = "{{ params.files }}/{{ run_id | replace(':', '') }}"

    people = PrepareContactsOperator(
        task_id="prepare_people",
        path="{{ params.people }}",
        output_path=f"{folder}/people.csv",
    )

    campaign = LetsCalendarCreateCampaignOperator(
        task_id="create_campaign",
        title="Product webinar",
        subject="Your invitation",
        sender_email_id=123,  # LetsCalendarListSendersOperator lists yours
        start_datetime="2037-03-04 16:00",
        end_datetime="2037-03-04 17:00",
        timezone="Europe/Berlin",
        description="What is new.",
        email_content="<p>Join us.</p>",
    )

    upload = LetsCalendarUploadContactsOperator(
        task_id="upload_people",
        campaign_id=campaign.output["campaign_id"],
        path=people.output["path"],
    )
    imported = LetsCalendarContactsImportedSensor(
        task_id="wait_until_imported",
        campaign_id=campaign.output["campaign_id"],
        expected=upload.output["expected_attendees"],
        poll_interval=1,
        timeout=3600,
    )

    send = LetsCalendarSendInvitesOperator(
        task_id="send_invites",
        campaign_id=campaign.output["campaign_id"],
    )
    sent = LetsCalendarInvitesSentSensor(
        task_id="wait_until_sent",
        campaign_id=campaign.output["campaign_id"],
        poll_interval=1,
        timeout=3600,
    )

    people >> campaign >> upload >> imported >> send >> sent


example = first_campaign()
