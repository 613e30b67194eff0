"""Files on shared storage, one pool for each vendor, waiting in the triggerer."""

from __future__ import annotations

from pathlib import Path

from airflow.sdk import Param, dag

from airflow_provider_calendars.operators.contacts import PrepareContactsOperator
from airflow_provider_calendars.operators.lets_calendar import LetsCalendarUploadContactsOperator
from airflow_provider_calendars.retry_policy import retry_arguments
from airflow_provider_calendars.sensors.lets_calendar import LetsCalendarContactsImportedSensor

EXPORT = Path(__file__).parent / "data" / "people.csv"


@dag(
    schedule=None,
    default_args=retry_arguments(),
    params={
        "campaign_id": Param("", type="string"),
        "export": Param(str(EXPORT), type="string"),
        "storage": Param("s3://invites", type="string", description="What all workers can reach."),
    },
)
def many_workers() -> None:
    """Prepare on one worker, upload on another, wait on none."""
    prepare = PrepareContactsOperator(
        task_id="prepare_contacts",
        path="{{ params.export }}",
        output_path="{{ params.storage }}/people.csv",
    )
    upload = LetsCalendarUploadContactsOperator(
        task_id="upload_contacts",
        campaign_id="{{ params.campaign_id }}",
        path=prepare.output["path"],
        pool="lets_calendar",
    )
    LetsCalendarContactsImportedSensor(
        task_id="wait_until_imported",
        campaign_id="{{ params.campaign_id }}",
        expected=upload.output["expected_attendees"],
        poll_interval=1,
        timeout=3600,
        pool="lets_calendar",
        deferrable=True,
    )


example = many_workers()
