"""Read contacts from many files at once."""

from __future__ import annotations

from pathlib import Path

from airflow.sdk import Param, dag

from airflow_provider_calendars.operators.contacts import PrepareContactsOperator

DATA = Path(__file__).parent / "data"


@dag(schedule=None, params={"files": Param("/tmp/airflow-calendars", type="string")})
def contact_sources() -> None:
    """Prepare a directory, a pattern and a list of files."""
    PrepareContactsOperator(
        task_id="directory",
        path=f"{DATA}/exports/",
        output_path="{{ params.files }}/directory.csv",
    )
    PrepareContactsOperator(
        task_id="pattern",
        path=f"{DATA}/exports/*o.csv",
        output_path="{{ params.files }}/pattern.csv",
    )
    PrepareContactsOperator(
        task_id="list",
        path=[f"{DATA}/exports/hubspot.csv", f"{DATA}/exports/pipedrive.csv"],
        output_path="{{ params.files }}/list.csv",
    )


example = contact_sources()
