"""Prepare a report of Salesforce."""

from __future__ import annotations

from pathlib import Path

from airflow.sdk import Param, dag

from airflow_provider_calendars.operators.contacts import PrepareContactsOperator

EXPORT = Path(__file__).parent / "data" / "exports" / "salesforce.csv"


@dag(
    schedule=None,
    params={
        "export": Param(str(EXPORT), type="string"),
        "files": Param("/tmp/airflow-calendars", type="string"),
    },
)
def salesforce_contacts() -> None:
    """Prepare a report of Salesforce."""
    PrepareContactsOperator(
        task_id="prepare_contacts",
        path="{{ params.export }}",
        output_path="{{ params.files }}/people.csv",
    )


example = salesforce_contacts()
