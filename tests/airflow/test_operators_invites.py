"""The operators that mail people, or keep them from being mailed: nobody is mailed twice."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_calendars._compat import AirflowFailException, AirflowSkipException
from airflow_provider_calendars.exceptions import (
    AuthError,
    ConfigurationError,
    NotFound,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    Rejected,
)
from airflow_provider_calendars.operators.lets_calendar import (
    LetsCalendarCancelScheduledInvitesOperator,
    LetsCalendarStopCampaignOperator,
)
from airflow_provider_calendars.sandbox import Fault, Sandbox
from tests.airflow.mailing import PEOPLE, mailed, scheduling, sending, updating, waiting, with_people
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


def test_send(sandbox: Sandbox, campaign_id: str) -> None:
    """Everybody gets one invite, and the result is small and holds no address."""
    result = sending(campaign_id).execute(context())
    assert result == {"campaign_id": campaign_id, "outcome": "started", "new_attendees": 3}
    assert mailed(sandbox) == sorted(PEOPLE)


@pytest.mark.parametrize("choice", ["succeed", "skip", "fail"])
def test_send_with_nobody_to_invite(sandbox: Sandbox, choice: str) -> None:
    """What "nothing to do" means is the DAG author's choice."""
    operator = sending(sandbox.lets_calendar.add_campaign().id, if_nothing_to_do=choice)
    if choice == "succeed":
        assert operator.execute(context())["outcome"] == "nothing_to_do"
        return
    with pytest.raises({"skip": AirflowSkipException, "fail": AirflowFailException}[choice]):
        operator.execute(context())


@pytest.mark.parametrize(
    "wrong",
    [
        {"campaign_id": ""},
        {"campaign_id": 5},
        {"if_nothing_to_do": "ignore"},
        {"extra_body": "ids=1"},
        {"extra_body": {"ids": {1, 2}}},
        {"extra_body": {"ids": float("nan")}},
        {"outcome_timeout": "soon"},
        {"outcome_timeout": -1},
        {"outcome_timeout": True},
    ],
    ids=str,
)
def test_send_refuses_bad_arguments_before_any_request(sandbox: Sandbox, wrong: dict[str, Any]) -> None:
    """The argument is named, nothing was sent, and nothing is remembered that would block a corrected try."""
    store = Store()
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        sending(**{"campaign_id": "c1", **wrong}).execute(context(store))
    assert sandbox.journal.entries == []
    assert store.values == {}


# each of them: what the client sees, and whether the vendor has begun to send
LOST = {
    "lost_before": (Fault("lost_before", operation="send-invite"), False),
    "lost_after": (Fault("lost_after", operation="send-invite"), True),
    "truncated": (Fault("truncated", operation="send-invite"), True),
    "truncated_idle": (Fault("truncated", operation="send-invite", acts=False), False),
    "500": (Fault("status", operation="send-invite", status=500), False),
    "500_acting": (Fault("status", operation="send-invite", status=500, acts=True), True),
    "503_page": (Fault("html", operation="send-invite", status=503), False),
    "502_page_acting": (Fault("html", operation="send-invite", acts=True), True),
    "200_page": (Fault("html", operation="send-invite", status=200), False),
    "200_page_acting": (Fault("html", operation="send-invite", status=200, acts=True), True),
}


@pytest.mark.parametrize(("fault", "acts"), LOST.values(), ids=LOST.keys())
def test_a_lost_reply_is_settled_by_the_attendees(
    sandbox: Sandbox, campaign_id: str, fault: Fault, acts: bool
) -> None:
    """A sending that began is recognised; one that cannot be seen fails for good, also when run again."""
    sandbox.faults.add(fault)
    store = Store()
    for _ in range(3):
        if acts:
            assert sending(campaign_id).execute(context(store))["outcome"] in {"started", "already_started"}
        else:
            with pytest.raises(AirflowFailException, match="not known"):
                sending(campaign_id, outcome_timeout=0.05).execute(context(store))
    assert len(sandbox.journal.calls("send-invite")) == 1
    assert mailed(sandbox) == (sorted(PEOPLE) if acts else [])


def test_people_who_unsubscribe_do_not_cause_a_second_sending(sandbox: Sandbox, campaign_id: str) -> None:
    """A cleared task does not take an unsubscription for a sending that ran, and mails nobody twice."""
    sandbox.settings.send_delay = 600
    store = Store()
    sending(campaign_id).execute(context(store))
    sandbox.lets_calendar.set_status(campaign_id, PEOPLE[0], "U")
    assert sending(campaign_id).execute(context(store))["outcome"] == "already_started"
    assert mailed(sandbox) == sorted(PEOPLE[1:])


def test_somebody_elses_sending_is_not_taken_for_ours(sandbox: Sandbox, campaign_id: str) -> None:
    """While an earlier sending runs, a lost request is not reported as begun."""
    sending(campaign_id).execute(context())
    campaign = sandbox.lets_calendar.campaign(campaign_id)
    assert campaign is not None
    sandbox.lets_calendar.add_attendee(campaign, {"firstname": "L", "email": "late@example.com"})
    sandbox.faults.add(Fault("lost_before", operation="send-invite"))
    with pytest.raises(AirflowFailException):
        sending(campaign_id).execute(context())
    assert mailed(sandbox) == sorted(PEOPLE)


@pytest.mark.parametrize("delay", [0, 600])
def test_a_cleared_task_does_not_send_again(sandbox: Sandbox, campaign_id: str, delay: int) -> None:
    """Whether the vendor has begun or not, a second run of the task sends nothing."""
    sandbox.settings.send_delay = delay
    store = Store()
    sending(campaign_id).execute(context(store))
    for _ in range(2):
        assert sending(campaign_id).execute(context(store))["outcome"] == "already_started"
    assert len(sandbox.journal.calls("send-invite")) == 1
    assert mailed(sandbox) == sorted(PEOPLE)


def test_a_cleared_task_sends_to_those_who_came_later(sandbox: Sandbox, campaign_id: str) -> None:
    """After the first sending is over, a cleared task invites the new people and only them."""
    store = Store()
    sending(campaign_id).execute(context(store))
    assert mailed(sandbox) == sorted(PEOPLE)
    campaign = sandbox.lets_calendar.campaign(campaign_id)
    assert campaign is not None
    sandbox.lets_calendar.add_attendee(campaign, {"firstname": "L", "email": "late@example.com"})
    assert sending(campaign_id).execute(context(store))["outcome"] == "started"
    assert mailed(sandbox) == sorted([*PEOPLE, "late@example.com"])


@pytest.mark.parametrize("after", [False, True])
def test_a_worker_that_dies_does_not_mail_twice(sandbox: Sandbox, campaign_id: str, after: bool) -> None:
    """Right after the call the next try recognises the sending; right before it fails for good."""
    store, dying = Store(), sending(campaign_id)
    die(dying, "send_invites", after=after)
    with pytest.raises(Killed):
        dying.execute(context(store))
    if after:
        assert sending(campaign_id).execute(context(store))["outcome"] == "already_started"
    else:
        with pytest.raises(AirflowFailException):
            sending(campaign_id).execute(context(store))
    assert mailed(sandbox) == (sorted(PEOPLE) if after else [])


@pytest.mark.parametrize("status", [401, 403, 429])
def test_a_refused_sending_can_be_tried_again(sandbox: Sandbox, campaign_id: str, status: int) -> None:
    """A refusal did nothing, so the task's retry sends."""
    store = Store()
    sandbox.faults.add(Fault("status", operation="send-invite", status=status, times=3))
    refusals = (AuthError, PermissionDenied, RateLimited)
    while sandbox.faults.waiting():
        with contextlib.suppress(*refusals):
            sending(campaign_id).execute(context(store))
    with contextlib.suppress(*refusals):
        sending(campaign_id).execute(context(store))
    assert mailed(sandbox) == sorted(PEOPLE)


def test_an_account_without_attendees_sends_but_never_after_a_lost_reply(
    sandbox: Sandbox, campaign_id: str
) -> None:
    """Where progress cannot be read, one sending works and a lost one fails for good."""
    sandbox.settings.missing_operations = True
    result = sending(campaign_id).execute(context())
    assert (result["outcome"], result["new_attendees"]) == ("started", None)
    sandbox.faults.add(Fault("lost_after", operation="send-invite"))
    store, another = Store(), with_people(sandbox)
    for _ in range(2):
        with pytest.raises(AirflowFailException):
            sending(another).execute(context(store))
    assert len(sandbox.journal.calls("send-invite")) == 2


def test_an_unknown_campaign_is_told(sandbox: Sandbox) -> None:
    """A wrong id fails, for each operator."""
    for operator in (sending("nope"), updating("nope")):
        with pytest.raises(NotFound):
            operator.execute(context())


@pytest.mark.slow
def test_send_in_a_real_run_with_retries(sandbox: Sandbox, campaign_id: str, airflow_database: Path) -> None:
    """Airflow's retries and memory: a lost reply is settled, later tries send nothing, all get one invite."""
    sandbox.faults.add(Fault("status", operation="send-invite", status=429, times=3))
    sandbox.faults.add(Fault("lost_after", operation="send-invite"))
    sandbox.faults.add(Fault("status", operation="attendees", status=503, skip=2, times=4))
    run = run_dag(lambda: sending(campaign_id), retries=4)
    assert states(run) == {"send": "success"}
    assert xcom(run, "send", "outcome") == "already_started"
    assert not any(person in json.dumps(xcom(run, "send")) for person in PEOPLE)
    assert mailed(sandbox) == sorted(PEOPLE)


@pytest.mark.slow
def test_a_lost_sending_fails_for_good_in_a_real_run(
    sandbox: Sandbox, campaign_id: str, airflow_database: Path
) -> None:
    """The task's retries are not used to mail people on a guess."""
    sandbox.faults.add(Fault("lost_before", operation="send-invite"))
    run = run_dag(lambda: sending(campaign_id), retries=5)
    assert states(run) == {"send": "failed"}
    assert len(sandbox.journal.calls("send-invite")) == 1


@pytest.mark.parametrize("kind", [None, "lost_before", "lost_after", "truncated", "html"])
def test_schedule_leaves_exactly_one(sandbox: Sandbox, campaign_id: str, kind: str | None) -> None:
    """However the first reply was lost, and when the task is cleared, one schedule waits."""
    for _ in range(2):
        if kind:
            sandbox.faults.add(Fault(kind, operation="schedule-invite"))
        result = scheduling(campaign_id).execute(context())
        assert result["outcome"] == "scheduled"
        assert (result["scheduled_time"], result["timezone"]) == ("2037-05-01 07:00:00", "Europe/Berlin")
        assert waiting(sandbox, campaign_id) == 1


def test_schedule_that_stays_unknown_is_left_to_the_retry(sandbox: Sandbox, campaign_id: str) -> None:
    """Two lost replies fail the try; the next one leaves one schedule."""
    sandbox.faults.add(Fault("lost_after", operation="schedule-invite", times=2))
    with pytest.raises(OutcomeUnknown):
        scheduling(campaign_id).execute(context())
    scheduling(campaign_id).execute(context())
    assert waiting(sandbox, campaign_id) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"campaign_id": " "},
        {"schedule_date": "1.5.2037"},
        {"schedule_time": "9am"},
        {"timezone": "Berlin"},
        {"if_nothing_to_do": "x"},
    ],
    ids=str,
)
def test_schedule_refuses_bad_arguments_before_any_request(sandbox: Sandbox, wrong: dict[str, Any]) -> None:
    """The argument is named and nothing was sent, nor an earlier schedule cancelled."""
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        scheduling(**{"campaign_id": "c1", **wrong}).execute(context())
    assert sandbox.journal.entries == []


def test_schedule_in_the_past_is_refused(sandbox: Sandbox, campaign_id: str) -> None:
    """Before anything is asked, so that a schedule that is there stays."""
    with pytest.raises(ConfigurationError, match=r"in the future, not 2020-01-01 09:00:00 Europe/Berlin"):
        scheduling(campaign_id, schedule_date="2020-01-01").execute(context())
    assert sandbox.journal.entries == []
    sandbox.faults.add(Fault("status", operation="schedule-invite", status=400, body={"error": "too soon"}))
    with pytest.raises(Rejected, match="too soon"):
        scheduling(campaign_id).execute(context())


def test_a_schedule_in_another_zone_is_cancelled(sandbox: Sandbox, campaign_id: str) -> None:
    """People would be mailed hours away from when it was meant."""
    body = {"schedule_id": 1, "scheduled_time": "2037-05-01 09:00:00", "timezone": "America/New_York"}
    fault = Fault("status", operation="schedule-invite", status=200, body=body, acts=True)
    sandbox.faults.add(fault)
    with pytest.raises(AirflowFailException, match="in the zone America/New_York, not in Europe/Berlin"):
        scheduling(campaign_id).execute(context())
    assert waiting(sandbox, campaign_id) == 0


@pytest.mark.parametrize("choice", ["succeed", "skip", "fail"])
def test_cancel_and_stop(sandbox: Sandbox, campaign_id: str, choice: str) -> None:
    """What runs is ended; what does not run is the DAG author's choice."""
    arguments = {"task_id": "undo", "campaign_id": campaign_id, "if_nothing_to_do": choice}
    scheduling(campaign_id).execute(context())
    sending(campaign_id).execute(context())
    cancel = LetsCalendarCancelScheduledInvitesOperator(**arguments)
    stop = LetsCalendarStopCampaignOperator(**arguments)
    assert cancel.execute(context())["outcome"] == "cancelled"
    assert stop.execute(context())["outcome"] == "stopped"
    for operator in (cancel, stop):
        if choice == "succeed":
            assert operator.execute(context())["outcome"] == "nothing_to_do"
        else:
            with pytest.raises({"skip": AirflowSkipException, "fail": AirflowFailException}[choice]):
                operator.execute(context())
    assert mailed(sandbox) == []
