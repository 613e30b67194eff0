"""A DAG that starts when an appointment at HighLevel changes, and every night in any case."""

from __future__ import annotations

from airflow.sdk import Param, dag
from airflow.timetables.assets import AssetOrTimeSchedule
from airflow.timetables.trigger import CronTriggerTimetable

from airflow_provider_calendars.assets.highlevel import highlevel_appointments_asset
from airflow_provider_calendars.operators.highlevel import HighLevelExportAppointmentsOperator


@dag(
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("0 3 * * *", timezone="UTC"),
        assets=[highlevel_appointments_asset()],
    ),
    max_active_runs=1,
    params={"files": Param("/tmp/airflow-calendars", type="string")},
)
def changed_appointments() -> None:
    """Write down what has become of the appointments since the run before."""
    HighLevelExportAppointmentsOperator(
        task_id="export_appointments",
        path="{{ params.files }}/{{ run_id | replace(':', '') }}/appointments.csv",
        snapshot_path="{{ params.files }}/appointments.snapshot.json",
    )


example = changed_appointments()
