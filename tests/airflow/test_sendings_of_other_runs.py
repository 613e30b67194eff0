"""Two runs, or two tasks, that send one campaign: nobody is mailed by both."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from airflow_provider_calendars.exceptions import GuardError, RateLimited
from airflow_provider_calendars.operators.lets_calendar import (
    LetsCalendarStopCampaignOperator,
    LetsCalendarUndoInvitesOperator,
    other_runs,
)
from airflow_provider_calendars.sandbox import Fault, Sandbox
from tests.airflow.mailing import PEOPLE, mailed, sending, with_people
from tests.airflow.running import context, hasten, run_dag, states, xcom


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hasten(monkeypatch)


@pytest.fixture
def sandbox(calendars_connections: Sandbox) -> Sandbox:
    return calendars_connections


@pytest.fixture
def campaign_id(sandbox: Sandbox) -> str:
    """A campaign whose sendings wait a minute before anybody is in process."""
    campaign_id = with_people(sandbox)
    sandbox.settings.send_delay = 60
    return campaign_id


def add(sandbox: Sandbox, campaign_id: str, email: str) -> None:
    campaign = sandbox.lets_calendar.campaign(campaign_id)
    assert campaign is not None
    sandbox.lets_calendar.add_attendee(campaign, {"firstname": "P", "email": email})


@pytest.mark.slow
def test_a_run_does_not_send_what_another_one_is_about_to(
    sandbox: Sandbox, campaign_id: str, airflow_database: Path
) -> None:
    """While the vendor has not begun, a second request would mail everybody twice."""
    assert states(run_dag(lambda: sending(campaign_id))) == {"send": "success"}
    assert states(run_dag(lambda: sending(campaign_id))) == {"send": "failed"}
    assert len(sandbox.journal.calls("send-invite")) == 1
    assert mailed(sandbox) == sorted(PEOPLE)
    assert xcom(run_dag(lambda: sending(campaign_id)), "send", "outcome") == "nothing_to_do"


def test_a_run_waits_until_the_other_one_has_reached_everybody(sandbox: Sandbox, campaign_id: str) -> None:
    """Then it invites those who came later, and only those."""
    sandbox.settings.send_delay = 0.3
    sending(campaign_id).execute(context())
    add(sandbox, campaign_id, "late@example.com")
    result = sending(campaign_id, outcome_timeout=20).execute(context(run_id="another"))
    assert (result["outcome"], result["new_attendees"]) == ("started", 1)
    assert mailed(sandbox) == sorted([*PEOPLE, "late@example.com"])


@pytest.mark.parametrize("kind", [LetsCalendarStopCampaignOperator, LetsCalendarUndoInvitesOperator])
def test_a_sending_that_was_stopped_is_waited_for_no_more(
    sandbox: Sandbox, campaign_id: str, kind: type[LetsCalendarStopCampaignOperator]
) -> None:
    """A new run may send at once."""
    sending(campaign_id).execute(context())
    kind(task_id="stop", campaign_id=campaign_id).execute(context())
    assert sending(campaign_id).execute(context(run_id="another"))["outcome"] == "started"
    assert mailed(sandbox) == sorted(PEOPLE)


def test_a_sending_that_never_began_is_forgotten(
    sandbox: Sandbox, campaign_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody has heard of for an hour blocks nothing, and the refusal says so."""
    sandbox.faults.add(Fault("lost_before", operation="send-invite"))
    with pytest.raises(Exception, match="not known"):
        sending(campaign_id).execute(context())
    with pytest.raises(GuardError, match=r"asked for 0 minutes ago.*forgotten after 60 minutes"):
        sending(campaign_id).execute(context(run_id="another"))
    monkeypatch.setattr(other_runs, "_BEGUN_WITHIN", 0)
    sending(campaign_id).execute(context(run_id="a third"))
    assert mailed(sandbox) == sorted(PEOPLE)


def test_a_refused_sending_blocks_nobody(sandbox: Sandbox, campaign_id: str) -> None:
    """The vendor has said that it will not begin."""
    sandbox.faults.add(Fault("status", operation="send-invite", status=429, times=3))
    with pytest.raises(RateLimited):
        sending(campaign_id).execute(context())
    assert sending(campaign_id).execute(context(run_id="another"))["outcome"] == "started"


def test_a_campaign_of_another_server_is_another_one(
    sandbox: Sandbox, campaign_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that led to a sandbox before does not keep the real campaign from being sent."""
    sending(campaign_id).execute(context())
    with Sandbox() as other:
        monkeypatch.setenv("AIRFLOW_CONN_LETS_CALENDAR_DEFAULT", other.connection_json("lets_calendar"))
        campaign = other.lets_calendar.add_campaign()
        campaign.id, other.lets_calendar._campaigns = campaign_id, {campaign_id: campaign}
        add(other, campaign_id, "somebody@example.com")
        assert sending(campaign_id).execute(context(run_id="another"))["outcome"] == "started"


def test_rehearsals_do_not_wait_for_each_other(
    sandbox: Sandbox, campaign_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dry run sends nothing that another one, or a live run, could repeat."""
    live = json.loads(sandbox.connection_json("lets_calendar"))
    for mode, name in (("dry_run", "one"), ("dry_run", "two"), ("live", "three")):
        extra = json.dumps({**json.loads(live.get("extra") or "{}"), "mode": mode})
        monkeypatch.setenv("AIRFLOW_CONN_LETS_CALENDAR_DEFAULT", json.dumps({**live, "extra": extra}))
        assert sending(campaign_id).execute(context(run_id=name))["outcome"] == "started"
    assert mailed(sandbox) == sorted(PEOPLE)


def test_where_attendees_cannot_be_read(sandbox: Sandbox, campaign_id: str) -> None:
    """Nobody can tell whether the other sending is over, so it is taken to be on its way."""
    sandbox.settings.missing_operations = True
    sending(campaign_id).execute(context())
    with pytest.raises(GuardError, match="has not reached everybody"):
        sending(campaign_id).execute(context(run_id="another"))
    assert mailed(sandbox) == sorted(PEOPLE)
