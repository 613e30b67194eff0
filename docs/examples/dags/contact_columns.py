"""Say which column is what, where it cannot be told from the header."""

from __future__ import annotations

from pathlib import Path

from airflow.sdk import Param, dag

from airflow_provider_calendars.operators.contacts import PrepareContactsOperator

EXPORT = Path(__file__).parent / "data" / "members.csv"


@dag(schedule=None, params={"files": Param("/tmp/airflow-calendars", type="string")})
def contact_columns() -> None:
    """Say which column is what, where it cannot be told from the header."""
    PrepareContactsOperator(
        task_id="prepare_contacts",
        path=str(EXPORT),
        output_path="{{ params.files }}/people.csv",
        columns={
            "email": ["Reach at", 4],  # by header, or by number counted from 1; best first
            "first_name": "Called",
            "login_url": "Portal link",  # taken only if named here
        },
        opt_out_columns={"Keep away": "negative", "Newsletter": "positive", "Email status": "ignore"},
    )


example = contact_columns()
