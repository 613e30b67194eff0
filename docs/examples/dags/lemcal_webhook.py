"""Have lemcal call this Airflow whenever somebody books."""

from __future__ import annotations

from airflow.sdk import Param, dag

from airflow_provider_calendars.operators.lemcal import LemcalEnsureHookOperator


@dag(
    schedule=None,
    params={"address": Param("https://airflow.example.com", type="string")},
)
def lemcal_webhook() -> None:
    """Register the hook, once; run it again as often as you like."""
    LemcalEnsureHookOperator(
        task_id="ensure_hook",
        receiver_url="{{ params.address }}",
        any_meeting_type=True,
    )


example = lemcal_webhook()
