"""A DAG that starts when somebody books a meeting at lemcal."""

from __future__ import annotations

from airflow.sdk import Param, dag

from airflow_provider_calendars.assets.lemcal import lemcal_meetings_asset
from airflow_provider_calendars.operators.lemcal import LemcalListMeetingsOperator


@dag(
    schedule=[lemcal_meetings_asset()],
    max_active_runs=1,
    params={"files": Param("/tmp/airflow-calendars", type="string")},
)
def booked_meetings() -> None:
    """Write down the meetings that no earlier run has written down."""
    LemcalListMeetingsOperator(
        task_id="list_new_meetings",
        path="{{ params.files }}/{{ run_id | replace(':', '') }}/meetings.csv",
        cursor="follow_up",
    )


example = booked_meetings()
