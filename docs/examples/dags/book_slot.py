"""Book the next free slot of a calendar for a contact."""

from __future__ import annotations

from airflow.sdk import Param, dag

from airflow_provider_calendars.operators.highlevel import HighLevelBookNextSlotOperator


@dag(
    schedule=None,
    max_active_runs=1,
    params={"calendar_id": Param("", type="string"), "contact_id": Param("", type="string")},
)
def book_slot() -> None:
    """Book a slot, once, and tell nobody."""
    HighLevelBookNextSlotOperator(
        task_id="book",
        calendar_id="{{ params.calendar_id }}",
        contact_id="{{ params.contact_id }}",
        choose="round_robin",
        to_notify=False,
        if_exists="adopt",
    )


example = book_slot()
