"""The operators on campaigns and on the account, against the sandbox."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_calendars.exceptions import (
    CalendarsError,
    ConfigurationError,
    OperationUnavailable,
    OutcomeUnknown,
    Rejected,
)
from airflow_provider_calendars.operators.lets_calendar import (
    LetsCalendarCreateCampaignOperator,
    LetsCalendarListCampaignsOperator,
    LetsCalendarListSendersOperator,
    LetsCalendarListTimezonesOperator,
    LetsCalendarToggleAutomationOperator,
    LetsCalendarUpdateCampaignOperator,
)
from airflow_provider_calendars.sandbox import Fault, Sandbox
from tests.airflow.running import Killed, Store, context, die, hasten, run_dag, states, xcom

CONTENT: dict[str, Any] = {
    "title": "Spring Webinar",
    "subject": "Join us",
    "sender_email_id": 123,
    "start_datetime": "2037-05-15 14:00",
    "end_datetime": "2037-05-15 15:00",
    "timezone": "America/New_York",
    "description": "New products",
    "email_content": "<p>Join us</p>",
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hasten(monkeypatch)
    looks = "airflow_provider_calendars.operators.creation.LOOKS_AFTER_LOST_REPLY"
    monkeypatch.setattr(looks, (0.0, 0.0))


def creating(**arguments: Any) -> LetsCalendarCreateCampaignOperator:
    return LetsCalendarCreateCampaignOperator(task_id="create", **{**CONTENT, **arguments})


def test_create(calendars_connections: Sandbox) -> None:
    """The campaign is made, and the small result names it."""
    here = context()
    result = creating().execute(here)
    (campaign,) = calendars_connections.lets_calendar.campaigns
    assert result == {
        "campaign_id": campaign.id,
        "outcome": "created",
        "start_datetime": "2037-05-15 14:00:00",
        "timezone": "America/New_York",
    }
    assert here["ti"].xcoms["campaign_id"] == campaign.id
    assert campaign.id in str(here["ti"].xcoms)


def test_create_converts_a_start_with_an_offset(calendars_connections: Sandbox) -> None:
    """A start in UTC comes out on the clocks of the campaign's zone."""
    start, end = datetime(2037, 5, 15, 18, tzinfo=UTC), "2037-05-15T21:00+02:00"
    result = creating(start_datetime=start, end_datetime=end).execute(context())
    assert result["start_datetime"] == "2037-05-15 14:00:00"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", ""),
        ("subject", None),
        ("event_type", "webinar"),
        ("sender_email_id", "abc"),
        ("start_datetime", "tomorrow"),
        ("start_datetime", "2037-05-15 14:00:30"),
        ("end_datetime", "2037-05-15 13:00"),
        ("timezone", "Berlin"),
        ("description", 5),
        ("email_content", " "),
        ("login_url", 5),
        ("if_exists", "maybe"),
    ],
)
def test_create_refuses_bad_arguments_before_any_request(
    calendars_connections: Sandbox, name: str, value: Any
) -> None:
    """The argument is named and nothing was sent."""
    with pytest.raises(ConfigurationError, match=name):
        creating(**{name: value}).execute(context())
    assert calendars_connections.journal.entries == []


SAME = {"title": "Spring Webinar", "start_date": "2037-05-15", "end_date": "2037-05-15"}


def test_create_does_not_take_a_stranger_for_its_own(calendars_connections: Sandbox) -> None:
    """A campaign of the same title and time is somebody else's: fail, adopt or create, as was chosen."""
    other = calendars_connections.lets_calendar.add_campaign(**SAME)
    with pytest.raises(CalendarsError, match=other.id):
        creating().execute(context())
    adopted = creating(if_exists="adopt").execute(context())
    assert (adopted["campaign_id"], adopted["outcome"]) == (other.id, "adopted")
    created = creating(if_exists="create").execute(context())
    assert created["campaign_id"] != other.id
    with pytest.raises(CalendarsError, match="Several"):
        creating(if_exists="adopt").execute(context())
    assert len(calendars_connections.lets_calendar.campaigns) == 2


def test_create_again_finds_its_own(calendars_connections: Sandbox) -> None:
    """A cleared task takes the campaign its first run made."""
    store = Store()
    first = creating().execute(context(store))
    again = creating().execute(context(store))
    assert (again["campaign_id"], again["outcome"]) == (first["campaign_id"], "adopted")
    assert len(calendars_connections.lets_calendar.campaigns) == 1


@pytest.mark.parametrize("known", [0, 1])
@pytest.mark.parametrize("kind", ["lost_after", "truncated", "status", "html"])
def test_create_finds_what_a_lost_reply_made(calendars_connections: Sandbox, kind: str, known: int) -> None:
    """Whatever broke after the server acted, there is one campaign more and the task has its id."""
    for _ in range(known):
        calendars_connections.lets_calendar.add_campaign(**SAME)
    calendars_connections.faults.add(
        Fault(kind, operation="create-campaign", acts=None if "_" in kind else True)
    )
    result = creating(if_exists="create").execute(context())
    assert result["outcome"] == "adopted"
    campaigns = calendars_connections.lets_calendar.campaigns
    assert [each.id for each in campaigns][known:] == [result["campaign_id"]]


def test_create_after_a_reply_that_was_lost_before_the_server_acted(calendars_connections: Sandbox) -> None:
    """The first try fails as unknown, the retry creates: one campaign."""
    store = Store()
    calendars_connections.faults.add(Fault("lost_before", operation="create-campaign"))
    with pytest.raises(OutcomeUnknown):
        creating().execute(context(store))
    assert creating().execute(context(store))["outcome"] == "created"
    assert len(calendars_connections.lets_calendar.campaigns) == 1


@pytest.mark.parametrize("after", [False, True])
def test_create_when_the_worker_dies(calendars_connections: Sandbox, after: bool) -> None:
    """Right before or right after the call: the retry leaves one campaign."""
    store, dying = Store(), creating()
    die(dying, "create_campaign", after=after)
    with pytest.raises(Killed):
        dying.execute(context(store))
    result = creating().execute(context(store))
    assert result["outcome"] == ("adopted" if after else "created")
    assert [each.id for each in calendars_connections.lets_calendar.campaigns] == [result["campaign_id"]]


def test_create_that_was_refused_can_be_corrected(calendars_connections: Sandbox) -> None:
    """After a 400 the corrected task creates its campaign."""
    store = Store()
    with pytest.raises(Rejected):
        creating(sender_email_id=9).execute(context(store))
    assert creating().execute(context(store))["outcome"] == "created"


@pytest.mark.slow
def test_create_in_a_real_run_with_retries(calendars_connections: Sandbox, airflow_database: Path) -> None:
    """Airflow's own retry, with Airflow's own memory, leaves one campaign; its parts are XComs."""
    calendars_connections.faults.add(Fault("lost_before", operation="create-campaign"))
    calendars_connections.faults.add(Fault("lost_after", operation="create-campaign"))
    calendars_connections.faults.add(Fault("status", operation="campaigns", skip=3, times=6))
    run = run_dag(creating, retries=3)
    assert states(run) == {"create": "success"}
    (campaign,) = calendars_connections.lets_calendar.campaigns
    assert xcom(run, "create", "campaign_id") == campaign.id
    assert len(calendars_connections.journal.calls("create-campaign")) == 2
    assert len(json.dumps(xcom(run, "create"))) < 300


def test_update(calendars_connections: Sandbox) -> None:
    """The whole content is replaced."""
    campaign = calendars_connections.lets_calendar.add_campaign()
    operator = LetsCalendarUpdateCampaignOperator(task_id="update", campaign_id=campaign.id, **CONTENT)
    assert operator.execute(context())["campaign_id"] == campaign.id
    assert campaign.title == "Spring Webinar"


@pytest.mark.parametrize("wrong", [{"campaign_id": ""}, {"campaign_id": None}, {"title": ""}])
def test_update_refuses_bad_arguments_before_any_request(
    calendars_connections: Sandbox, wrong: dict[str, Any]
) -> None:
    """The argument is named and nothing was sent."""
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        LetsCalendarUpdateCampaignOperator(
            task_id="update", **{"campaign_id": "c1", **CONTENT, **wrong}
        ).execute(context())
    assert calendars_connections.journal.entries == []


def test_update_on_an_account_without_it(calendars_connections: Sandbox) -> None:
    """The missing operation is told."""
    calendars_connections.settings.missing_operations = True
    with pytest.raises(OperationUnavailable):
        LetsCalendarUpdateCampaignOperator(task_id="update", campaign_id="c", **CONTENT).execute(context())


def test_list_campaigns(calendars_connections: Sandbox, tmp_path: Path) -> None:
    """The ids come, chosen by title, and the file holds the rest."""
    for title in ("Spring one", "SPRING two", "=Autumn"):
        calendars_connections.lets_calendar.add_campaign(title=title)
    path = tmp_path / "campaigns.csv"
    result = LetsCalendarListCampaignsOperator(task_id="list", path=str(path)).execute(context())
    assert (result["count"], result["path"]) == (3, str(path))
    rows = list(csv.DictReader(path.open()))
    assert {row["title"] for row in rows} == {"Spring one", "SPRING two", "'=Autumn"}
    chosen = LetsCalendarListCampaignsOperator(task_id="spring", title="spring").execute(context())
    assert (chosen["count"], chosen["path"]) == (2, None)


@pytest.mark.parametrize("wrong", [{"path": "campaigns.txt"}, {"title": 5}, {"path": 5}])
def test_list_campaigns_refuses_bad_arguments(calendars_connections: Sandbox, wrong: dict[str, Any]) -> None:
    """The argument is named and nothing was sent."""
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        LetsCalendarListCampaignsOperator(task_id="list", **wrong).execute(context())
    assert calendars_connections.journal.entries == []


def test_toggle_automation(calendars_connections: Sandbox) -> None:
    """Automation goes on only where that was accepted by name, and off always."""
    campaign = calendars_connections.lets_calendar.add_campaign()

    def toggle(**arguments: Any) -> dict[str, Any]:
        return LetsCalendarToggleAutomationOperator(
            task_id="toggle", campaign_id=campaign.id, **arguments
        ).execute(context())

    for accepted in ({}, {"accept_unattended_sending": False}, {"accept_unattended_sending": "True"}):
        with pytest.raises(ConfigurationError, match="accept_unattended_sending"):
            toggle(enabled="True", **accepted)
    with pytest.raises(ConfigurationError, match="enabled"):
        toggle(enabled="on")
    assert calendars_connections.journal.entries == []
    assert toggle(enabled=True, accept_unattended_sending=True) == {
        "campaign_id": campaign.id,
        "enabled": True,
    }
    assert campaign.automation
    assert toggle(enabled="false")["enabled"] is False
    assert not campaign.automation


def test_account_lists(calendars_connections: Sandbox) -> None:
    """Senders come without their addresses, time zones by name."""
    senders = LetsCalendarListSendersOperator(task_id="senders").execute(context())
    assert senders["count"] == 2
    assert senders["senders"][0]["sender_email_id"] == 123
    assert "@" not in json.dumps(senders)
    zones = LetsCalendarListTimezonesOperator(task_id="zones").execute(context())
    assert zones["count"] == len(zones["timezones"]) > 100
    calendars_connections.settings.senders = 0
    assert LetsCalendarListSendersOperator(task_id="senders").execute(context())["count"] == 0
