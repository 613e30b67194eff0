"""Keep one list of everybody who was left out, by the rules or by the vendor."""

from __future__ import annotations

from pathlib import Path

from airflow.sdk import Param, dag

from airflow_provider_calendars.operators.contacts import (
    MergeRejectedContactsOperator,
    PrepareContactsOperator,
)
from airflow_provider_calendars.operators.lets_calendar import LetsCalendarAddContactsOperator

PEOPLE = Path(__file__).parent / "data" / "people.csv"


@dag(
    schedule=None,
    params={
        "campaign_id": Param("", type="string"),
        "files": Param("/tmp/airflow-calendars", type="string"),
    },
)
def refused_contacts() -> None:
    """Prepare, add, and put those whom Let's Calendar refused beside the rejected rows."""
    prepare = PrepareContactsOperator(
        task_id="prepare_contacts",
        path=str(PEOPLE),
        output_path="{{ params.files }}/people.csv",
        report_path="{{ params.files }}/report.json",
    )

    add = LetsCalendarAddContactsOperator(
        task_id="add_contacts",
        campaign_id="{{ params.campaign_id }}",
        path=prepare.output["path"],
        rejected_path="{{ params.files }}/refused.csv",
    )

    MergeRejectedContactsOperator(
        task_id="merge",
        upload_paths=prepare.output["paths"],
        rejected_path=prepare.output["rejected_path"],
        report_path=prepare.output["report_path"],
        vendor_rejected_path=add.output["rejected_path"],
        vendor_duplicates=add.output["duplicates"],
    )


example = refused_contacts()
