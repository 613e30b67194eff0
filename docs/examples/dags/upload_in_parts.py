"""Upload a long list of people in parts, each by a task of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from airflow.sdk import Param, dag, task

from airflow_provider_calendars.operators.contacts import PrepareContactsOperator
from airflow_provider_calendars.operators.lets_calendar import LetsCalendarUploadContactsOperator

PEOPLE = Path(__file__).parent / "data" / "people.csv"


@dag(
    schedule=None,
    params={
        "campaign_id": Param("", type="string"),
        "files": Param("/tmp/airflow-calendars", type="string"),
    },
)
def upload_in_parts() -> None:
    """Split the people, then upload part after part."""
    prepare = PrepareContactsOperator(
        task_id="prepare_contacts",
        path=str(PEOPLE),
        output_path="{{ params.files }}/people.csv",
        rows_per_file=2,
    )

    LetsCalendarUploadContactsOperator.partial(
        task_id="upload",
        campaign_id="{{ params.campaign_id }}",
        max_active_tis_per_dagrun=1,
    ).expand(path=paths_of(prepare.output))


@task
def paths_of(prepared: dict[str, Any]) -> list[str]:
    """Return the files to map over."""
    paths: list[str] = prepared["paths"]
    return paths


example = upload_in_parts()
