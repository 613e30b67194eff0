"""Prepare what HubSpot exported."""

from __future__ import annotations

from pathlib import Path

from airflow.sdk import Param, dag

from airflow_provider_calendars.operators.contacts import PrepareContactsOperator

EXPORT = Path(__file__).parent / "data" / "exports" / "hubspot.csv"


@dag(
    schedule=None,
    params={
        "export": Param(str(EXPORT), type="string"),
        "files": Param("/tmp/airflow-calendars", type="string"),
    },
)
def hubspot_contacts() -> None:
    """Prepare what HubSpot exported."""
    PrepareContactsOperator(
        task_id="prepare_contacts",
        path="{{ params.export }}",
        output_path="{{ params.files }}/people.csv",
        # somebody with two addresses is invited at the first one; "expand" invites at each
        several_addresses="first",
    )


example = hubspot_contacts()
