"""Who waits for a demo gets the next free slot.

Waits, without a worker slot, until the calendar has free slots, then books one for each contact. A
slot that somebody else takes meanwhile is passed over; a contact who has an appointment keeps it and gets
no second one, however often the DAG is run, retried or cleared.
"""

from __future__ import annotations

import csv
from pathlib import Path

from airflow.sdk import Param, dag, task

from airflow_provider_calendars.operators.highlevel import (
    HighLevelBookNextSlotOperator,
)
from airflow_provider_calendars.retry_policy import retry_arguments
from airflow_provider_calendars.sensors.highlevel import HighLevelFreeSlotSensor

WAITLIST = Path(__file__).parent / "data" / "highlevel_waitlist.csv"

IN_TWO_WEEKS = "{{ (dag_run.run_after + macros.timedelta(days=14)).isoformat() }}"


@dag(
    schedule=None,
    max_active_runs=1,
    tags=["calendars", "highlevel", "example"],
    default_args=retry_arguments(),
    params={
        "waitlist": Param(str(WAITLIST), type="string", description="A CSV file with a column contact_id."),
        "calendar": Param("Product demo", type="string", description="The name of the calendar."),
        "notify": Param(False, type="boolean", description="Let HighLevel's automations tell the contacts."),
    },
    doc_md=__doc__,
)
def highlevel_book_from_waitlist() -> None:
    """Wait for free slots, then book."""
    calendar_id = find_calendar("{{ params.calendar }}")

    free = HighLevelFreeSlotSensor(
        task_id="wait_for_free_slots",
        calendar_id=calendar_id,
        end_datetime=IN_TWO_WEEKS,
        poll_interval=300,
        timeout=86_400,
        deferrable=True,
    )

    book = HighLevelBookNextSlotOperator.partial(
        task_id="book",
        calendar_id=calendar_id,
        end_datetime=IN_TWO_WEEKS,
        choose="round_robin",
        to_notify="{{ params.notify }}",
        # who has an appointment keeps it
        if_exists="adopt",
        if_nothing_to_do="skip",
    ).expand(contact_id=read_waitlist("{{ params.waitlist }}"))

    free >> book


@task
def find_calendar(name: str) -> str:
    """Return the id of the calendar of a name."""
    from airflow_provider_calendars.hooks.highlevel import HighLevelHook

    ids = [each.calendar_id for each in HighLevelHook().list_calendars() if each.name == name]
    if len(ids) != 1:
        raise ValueError(f"There are {len(ids)} calendars named {name!r}; there must be one.")
    return ids[0]


@task
def read_waitlist(path: str) -> list[str]:
    """Return the contacts who wait, each once: bookings at the same moment do not see each other."""
    with Path(path).open(encoding="utf-8", newline="") as stream:
        return list(dict.fromkeys(row["contact_id"] for row in csv.DictReader(stream)))


example = highlevel_book_from_waitlist()

if __name__ == "__main__":
    example.test()
