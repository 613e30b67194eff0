"""Updates are sent once for one content, and killed tasks take back what they began."""

from __future__ import annotations

import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_calendars._compat import AirflowFailException
from airflow_provider_calendars.operators.lets_calendar import LetsCalendarUpdateInvitesOperator
from airflow_provider_calendars.sandbox import Fault, Sandbox
from tests.airflow.mailing import mailed, scheduling, sending, updating, waiting, with_people
from tests.airflow.running import Killed, Store, context, die, hasten, run_dag, states, xcom


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hasten(monkeypatch)


@pytest.fixture
def sandbox(calendars_connections: Sandbox) -> Sandbox:
    return calendars_connections


@pytest.fixture
def campaign_id(sandbox: Sandbox) -> str:
    return with_people(sandbox)


@pytest.mark.parametrize("kind", ["send", "schedule"])
def test_killing_the_task_takes_back_what_it_began(sandbox: Sandbox, campaign_id: str, kind: str) -> None:
    """A task that is killed while it waits stops the sending, or cancels the schedule."""
    operator = sending(campaign_id) if kind == "send" else scheduling(campaign_id)
    die(operator, f"{kind}_invites", after=True)
    with pytest.raises(Killed):
        operator.execute(context())
    operator.on_kill()
    assert waiting(sandbox, campaign_id) == 0
    assert mailed(sandbox) == []


@pytest.mark.parametrize("kind", ["send", "update", "schedule"])
def test_killing_a_task_that_did_nothing_does_nothing(sandbox: Sandbox, campaign_id: str, kind: str) -> None:
    """Killed before it began, a task does not stop what others began."""
    make = {"send": sending, "update": updating, "schedule": scheduling}[kind]
    operator = make(campaign_id)
    operator.on_kill()
    assert sandbox.journal.entries == []


def test_killing_the_task_is_quick_although_the_vendor_is_not(sandbox: Sandbox, campaign_id: str) -> None:
    """Airflow kills the process five seconds later, so on_kill neither retries nor waits out a rate limit."""
    operator = sending(campaign_id)
    die(operator, "send_invites", after=True)
    with pytest.raises(Killed):
        operator.execute(context())
    operator.hook.api.budget._closed_until = time.time() + 100
    sandbox.faults.add(Fault("status", operation="stop-campaign", status=503, times=None, retry_after=30))
    begun = time.monotonic()
    operator.on_kill()
    assert time.monotonic() - begun < 3
    assert len(sandbox.journal.calls("stop-campaign")) == 1


def test_killing_a_task_logs_in_no_more(sandbox: Sandbox, campaign_id: str) -> None:
    """on_kill uses the login of the task: asking Airflow for it could block for ever."""
    operator = sending(campaign_id)
    die(operator, "send_invites", after=True)
    with pytest.raises(Killed):
        operator.execute(context())
    logins = len(sandbox.journal.calls("access_token"))
    operator.on_kill()
    assert len(sandbox.journal.calls("access_token")) == logins


@pytest.fixture
def invited(sandbox: Sandbox, campaign_id: str) -> str:
    """A campaign whose people have an invite, to be updated."""
    sending(campaign_id).execute(context())
    sandbox.clock.advance(10_000)
    return campaign_id


def updates(sandbox: Sandbox) -> int:
    sandbox.clock.advance(10_000)
    return len(sandbox.lets_calendar.mailbox(kind="update"))


@pytest.mark.slow
def test_update_is_sent_once_for_one_content(sandbox: Sandbox, invited: str, airflow_database: Path) -> None:
    """A second run sends nothing while the campaign is the same, and sends when it has changed."""
    assert states(run_dag(lambda: updating(invited))) == {"update": "success"}
    run = run_dag(lambda: updating(invited))
    assert xcom(run, "update", "outcome") == "unchanged"
    assert states(run_dag(lambda: updating(invited, if_nothing_to_do="skip"))) == {"update": "skipped"}
    assert updates(sandbox) == 3
    campaign = sandbox.lets_calendar.campaign(invited)
    assert campaign is not None
    campaign.subject = "A new subject"
    assert xcom(run_dag(lambda: updating(invited)), "update", "outcome") == "started"
    assert updates(sandbox) == 6


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["lost_before", "lost_after"])
def test_an_update_with_a_lost_reply_is_not_sent_again(
    sandbox: Sandbox, invited: str, airflow_database: Path, kind: str
) -> None:
    """It fails for good, whatever retries there are."""
    sandbox.faults.add(Fault(kind, operation="update-invite"))
    assert states(run_dag(lambda: updating(invited), retries=3)) == {"update": "failed"}
    assert len(sandbox.journal.calls("update-invite")) == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["lost_before", "lost_after"])
def test_an_update_with_a_lost_reply_is_not_sent_again_by_other_runs(
    sandbox: Sandbox, invited: str, airflow_database: Path, kind: str
) -> None:
    """Tomorrow's run does not mail everybody what today's may have sent, unless somebody says so."""
    sandbox.faults.add(Fault(kind, operation="update-invite"))
    assert states(run_dag(lambda: updating(invited))) == {"update": "failed"}
    assert states(run_dag(lambda: updating(invited))) == {"update": "failed"}
    assert len(sandbox.journal.calls("update-invite")) == 1
    if kind == "lost_after":
        looked = run_dag(lambda: updating(invited, if_unknown="unchanged"))
        assert xcom(looked, "update", "outcome") == "unchanged"
    else:
        assert xcom(run_dag(lambda: updating(invited, if_unknown="send")), "update", "outcome") == "started"
    assert xcom(run_dag(lambda: updating(invited)), "update", "outcome") == "unchanged"
    assert updates(sandbox) == 3


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("unreadable_first", [True, False])
def test_an_update_is_sent_once_although_the_content_can_be_read_only_once(
    sandbox: Sandbox, invited: str, accepted: bool, unreadable_first: bool
) -> None:
    """A gateway's 404 between two tries does not make it another update."""
    store, unreadable = Store(), Fault("html", operation="GET /campaign/{campaign_id}/edit", status=404)
    if not accepted:
        sandbox.faults.add(Fault("lost_after", operation="update-invite"))
    for place in range(2):
        if unreadable_first is (place == 0):
            sandbox.faults.add(unreadable)
        with nullcontext() if accepted else pytest.raises(AirflowFailException):
            updating(invited).execute(context(store))
    assert len(sandbox.journal.calls("update-invite")) == 1


@pytest.mark.slow
def test_a_changed_update_goes_out_after_an_unknown_one(
    sandbox: Sandbox, invited: str, airflow_database: Path
) -> None:
    """New content is news to everybody, whatever became of the old; a refused update is no unknown one."""
    sandbox.faults.add(Fault("lost_after", operation="update-invite"))
    assert states(run_dag(lambda: updating(invited))) == {"update": "failed"}
    assert updates(sandbox) == 3
    campaign = sandbox.lets_calendar.campaign(invited)
    assert campaign is not None
    campaign.subject = "A new subject"
    sandbox.faults.add(Fault("status", operation="update-invite", status=400))
    assert states(run_dag(lambda: updating(invited))) == {"update": "failed"}
    assert xcom(run_dag(lambda: updating(invited)), "update", "outcome") == "started"
    assert updates(sandbox) == 6


@pytest.mark.slow
def test_an_update_is_not_sent_again_by_retries(
    sandbox: Sandbox, invited: str, airflow_database: Path
) -> None:
    """A refusal is retried, an accepted update never."""
    sandbox.faults.add(Fault("status", operation="update-invite", status=429, times=3))
    assert states(run_dag(lambda: updating(invited), retries=3)) == {"update": "success"}
    assert updates(sandbox) == 3


@pytest.mark.slow
def test_an_accepted_update_is_remembered_although_the_worker_died(
    sandbox: Sandbox, invited: str, airflow_database: Path
) -> None:
    """A task that died right after it noted the acceptance keeps other runs from mailing everybody again."""

    class Dying(LetsCalendarUpdateInvitesOperator):
        """Dies once, between its two notes."""

        def _remember(self, memory: Any, state: str, content: str | None) -> None:
            super()._remember(memory, state, content)
            if state == "accepted":
                raise RuntimeError("the worker is gone")

    run = run_dag(lambda: Dying(task_id="update", campaign_id=invited), retries=1)
    assert xcom(run, "update", "outcome") == "already_started"
    assert xcom(run_dag(lambda: updating(invited)), "update", "outcome") == "unchanged"
    assert updates(sandbox) == 3
