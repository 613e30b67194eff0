"""Prepare what Pipedrive exported."""

from __future__ import annotations

from pathlib import Path

from airflow.sdk import Param, dag

from airflow_provider_calendars.operators.contacts import PrepareContactsOperator

EXPORT = Path(__file__).parent / "data" / "exports" / "pipedrive.csv"


@dag(
    schedule=None,
    params={
        "export": Param(str(EXPORT), type="string"),
        "files": Param("/tmp/airflow-calendars", type="string"),
    },
)
def pipedrive_contacts() -> None:
    """Prepare what Pipedrive exported."""
    PrepareContactsOperator(
        task_id="prepare_contacts",
        path="{{ params.export }}",
        output_path="{{ params.files }}/people.csv",
        # not the private address, even if somebody has no other
        columns={"email": "Person - Email - Work"},
    )


example = pipedrive_contacts()
