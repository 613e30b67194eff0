"""Operators and sensors, mapped over what an earlier task returned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import task

from airflow_provider_calendars.operators.lemcal import LemcalDeleteHookOperator
from airflow_provider_calendars.operators.lets_calendar import (
    LetsCalendarAddContactOperator,
    LetsCalendarCreateCampaignOperator,
    LetsCalendarSendInvitesOperator,
)
from airflow_provider_calendars.sandbox import Sandbox
from airflow_provider_calendars.sensors.lets_calendar import LetsCalendarInvitesSentSensor
from tests.airflow.running import run_dag


def tasks() -> None:
    """Run one campaign a city, each with its own people."""

    @task
    def cities() -> list[dict[str, str]]:
        return [{"title": f"Roadshow {city}"} for city in ("Berlin", "Lyon", "Porto")]

    @task
    def ids(created: list[dict[str, Any]]) -> list[str]:
        return [each["campaign_id"] for each in created]

    @task
    def people(campaign_ids: list[str]) -> list[dict[str, str]]:
        return [
            {"campaign_id": one, "email": f"guest{n}@example.com", "first_name": "Gail"}
            for n, one in enumerate(campaign_ids)
        ]

    created = LetsCalendarCreateCampaignOperator.partial(
        task_id="create",
        subject="Come along",
        sender_email_id=123,
        start_datetime="2033-05-02 10:00",
        end_datetime="2033-05-02 11:00",
        timezone="Europe/Berlin",
        description="d",
        email_content="<p>e</p>",
    ).expand_kwargs(cities())
    campaign_ids = ids(created.output)  # type: ignore[arg-type]
    add = LetsCalendarAddContactOperator.partial(task_id="add").expand_kwargs(people(campaign_ids))  # type: ignore[arg-type]
    send = LetsCalendarSendInvitesOperator.partial(task_id="send").expand(campaign_id=campaign_ids)
    sent = LetsCalendarInvitesSentSensor.partial(
        task_id="sent", poll_interval=0.2, grace_period=1, deferrable=True
    ).expand(campaign_id=campaign_ids)
    delete = LemcalDeleteHookOperator.partial(task_id="delete").expand(hook_id=["hoo_a", "hoo_b"])
    add >> send >> sent >> delete


@pytest.mark.slow
def test_operators_and_sensors_can_be_mapped(calendars_connections: Sandbox, airflow_database: Path) -> None:
    """One task a campaign, deferral included; everybody is mailed for their own campaign, once."""
    run = run_dag(tasks)
    assert run.state == "success"
    mailed = [(each.campaign_id, each.email) for each in calendars_connections.lets_calendar.mailbox()]
    ids = [campaign.id for campaign in calendars_connections.lets_calendar.campaigns]
    titles = [campaign.title for campaign in calendars_connections.lets_calendar.campaigns]
    assert sorted(titles) == ["Roadshow Berlin", "Roadshow Lyon", "Roadshow Porto"]
    assert sorted(one for one, _ in mailed) == sorted(ids)
    assert sorted(email for _, email in mailed) == [f"guest{n}@example.com" for n in range(3)]
    assert "example.com" not in rendered_fields(run)


def rendered_fields(run: Any) -> str:
    """Return what Airflow keeps of a run's rendered fields."""
    from airflow.models.renderedtifields import RenderedTaskInstanceFields
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        query = select(RenderedTaskInstanceFields).where(RenderedTaskInstanceFields.run_id == run.run_id)
        rows = [str(row.rendered_fields) for row in session.scalars(query) if row.task_id in {"add", "send"}]
    assert len(rows) == 6
    return "".join(rows)
