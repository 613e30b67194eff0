"""Keep people out who must not be invited, wherever that is written down."""

from __future__ import annotations

from pathlib import Path

from airflow.sdk import Param, dag

from airflow_provider_calendars.operators.contacts import PrepareContactsOperator

DATA = Path(__file__).parent / "data"


@dag(
    schedule=None,
    params={
        "campaign_id": Param(None, type=["null", "string"]),
        "files": Param("/tmp/airflow-calendars", type="string"),
    },
    render_template_as_native_obj=True,
)
def suppressed_contacts() -> None:
    """Keep people out who must not be invited, wherever that is written down."""
    PrepareContactsOperator(
        task_id="prepare_contacts",
        path=str(DATA / "exports" / "hubspot.csv"),
        output_path="{{ params.files }}/people.csv",
        suppression_paths=[str(DATA / "never.txt")],
        blocked_domains=["rival.example.com"],
        allowed_domains=["example.com", "*.example.com"],
        only_new_against="{{ params.campaign_id }}",
    )


example = suppressed_contacts()
