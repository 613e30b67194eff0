"""Every day, the meetings that were booked the day before, as a file.

Each run writes the bookings of its own data interval, so running a day again writes the same file
again, and a backfill writes the files of days gone by.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from airflow.sdk import Param, dag
from airflow.timetables.interval import CronDataIntervalTimetable

from airflow_provider_calendars.operators.lemcal import LemcalListMeetingsOperator
from airflow_provider_calendars.retry_policy import retry_arguments

OUTPUT = Path(tempfile.gettempdir()) / "airflow-calendars"


@dag(
    # a plain "@daily" has data intervals of no length
    schedule=CronDataIntervalTimetable("@daily", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    tags=["calendars", "lemcal", "example"],
    default_args=retry_arguments(),
    params={
        "output_folder": Param(
            str(OUTPUT), type="string", description="Where the files go, any storage path."
        ),
    },
    doc_md=__doc__,
)
def lemcal_meetings_export() -> None:
    """Write yesterday's bookings to a file."""
    LemcalListMeetingsOperator(
        task_id="export_meetings",
        path="{{ params.output_folder }}/meetings-{{ data_interval_start | ds }}.jsonl",
        booked_since="{{ data_interval_start }}",
        booked_before="{{ data_interval_end }}",
        # a booking that was cancelled later was made all the same
        include_cancelled=True,
    )


example = lemcal_meetings_export()

if __name__ == "__main__":
    example.test()
