"""Stop everything, now: of all campaigns whose title contains a text.

Turns their automation off, cancels what is scheduled and stops what is being sent. What was sent stays
sent. Every campaign is tried, also if another one fails.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param, dag, task

from airflow_provider_calendars.operators.lets_calendar import (
    LetsCalendarListCampaignsOperator,
    LetsCalendarUndoInvitesOperator,
)
from airflow_provider_calendars.retry_policy import retry_arguments


@dag(
    schedule=None,
    catchup=False,
    tags=["calendars", "lets_calendar", "example"],
    default_args=retry_arguments(retries=5),
    params={
        "title": Param("", type="string", minLength=1, description="Campaigns whose title contains this."),
    },
    doc_md=__doc__,
)
def lets_calendar_emergency_stop() -> None:
    """Find the campaigns, and call off each."""
    campaigns = LetsCalendarListCampaignsOperator(task_id="list_campaigns", title="{{ params.title }}")

    LetsCalendarUndoInvitesOperator.partial(task_id="call_off").expand(
        campaign_id=ids_of(campaigns.output),
    )


@task
def ids_of(campaigns: dict[str, Any]) -> list[str]:
    """Return the ids to map over."""
    ids: list[str] = campaigns["campaign_ids"]
    return ids


example = lets_calendar_emergency_stop()

if __name__ == "__main__":
    example.test(run_conf={"title": "webinar"})
