"""Nobody is invited by mistake: what is refused, what is approved, the first few, and calling it off."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from airflow.providers.standard.operators import hitl

from airflow_provider_calendars._compat import AirflowFailException
from airflow_provider_calendars.exceptions import (
    CalendarsError,
    ConfigurationError,
    ContactsError,
    GuardError,
    OperationUnavailable,
)
from airflow_provider_calendars.operators.guards import ApproveInvitesOperator, CheckInvitesOperator
from airflow_provider_calendars.operators.lets_calendar import (
    LetsCalendarAddContactsOperator,
    LetsCalendarCreateCampaignOperator,
    LetsCalendarScheduleInvitesOperator,
    LetsCalendarSendCanaryOperator,
    LetsCalendarSendInvitesOperator,
    LetsCalendarToggleAutomationOperator,
    LetsCalendarUndoInvitesOperator,
    LetsCalendarUpdateCampaignOperator,
    LetsCalendarUpdateInvitesOperator,
    LetsCalendarUploadContactsOperator,
)
from airflow_provider_calendars.sandbox import Fault, Sandbox
from tests.airflow.running import Store, TaskDeferred, context, hasten
from tests.airflow.test_lemcal_operators import Shelf

PEOPLE = [f"guest{number}@example.com" for number in range(10)]
CONTENT = {
    "title": "t",
    "subject": "s",
    "sender_email_id": 123,
    "start_datetime": "2037-05-01 16:00",
    "end_datetime": "2037-05-01 17:00",
    "timezone": "Europe/Berlin",
    "description": "d",
    "email_content": "e",
}
SUMMARY = {"total_contacts": 1, "new_contacts": 0, "inprocess_contacts": 0, "sent_contacts": 1}
SEEDS = [{"email": "qa@example.org", "first_name": "Quality"}]


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    hasten(monkeypatch)
    shelf = Shelf()
    monkeypatch.setattr("airflow_provider_calendars.memory.Variable", shelf)
    return shelf


@pytest.fixture
def sandbox(calendars_connections: Sandbox) -> Sandbox:
    return calendars_connections


@pytest.fixture
def campaign_id(sandbox: Sandbox) -> str:
    created = LetsCalendarCreateCampaignOperator(
        task_id="create",
        title="Webinar",
        subject="Come",
        sender_email_id=123,
        start_datetime=datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(days=10),
        end_datetime=datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(days=10, hours=1),
        timezone="Europe/Berlin",
        description="d",
        email_content="<p>e</p>",
    ).execute(context())
    return str(created["campaign_id"])


@pytest.fixture
def audience(tmp_path: Path) -> str:
    return written(tmp_path / "contacts.csv", PEOPLE)


def written(path: Path, people: list[str]) -> str:
    lines = "".join(f"Jo,Doe,{each},,,\n" for each in people)
    path.write_text(f"firstname,lastname,email,loginurl,username,password\n{lines}")
    return str(path)


def checking(campaign_id: str, path: str, **arguments: Any) -> CheckInvitesOperator:
    return CheckInvitesOperator(task_id="check", campaign_id=campaign_id, path=path, **arguments)


def mailed(sandbox: Sandbox) -> list[str]:
    sandbox.clock.advance(120)
    return sorted(each.email for each in sandbox.lets_calendar.mailbox())


def backfill(run_type: str = "backfill", **given: Any) -> Any:
    return {**context(), "dag_run": SimpleNamespace(run_type=run_type, **given)}


# --- check


def test_what_is_as_it_should_be_passes(campaign_id: str, audience: str) -> None:
    """Numbers and fingerprints, and no address."""
    result = checking(campaign_id, audience, max_invites="10", min_lead_time=3600).execute(context())
    assert (result["invites"], result["previous_invites"]) == (10, None)
    assert len(result["send_fingerprint"]) == len(result["audience_fingerprint"]) == 64
    assert "@" not in json.dumps(result)
    other = checking(campaign_id, audience, audience_fingerprint=result["audience_fingerprint"])
    assert other.execute(context())["send_fingerprint"] == result["send_fingerprint"]


def test_everything_that_is_wrong_is_told_at_once(campaign_id: str, tmp_path: Path, audience: str) -> None:
    """Not only the first thing, and nobody's address."""
    report, blocked = tmp_path / "report.json", tmp_path / "suppressed.csv"
    report.write_text(json.dumps({"rows": 100, "rejected": 60}))
    blocked.write_text("guest3@example.com\n")
    os.utime(blocked, (time.time() - 7200,) * 2)
    operator = checking(
        campaign_id,
        audience,
        max_invites=5,
        max_reject_ratio=0.5,
        report_path=str(report),
        allowed_domains=["example.org"],
        blocked_domains="@Example.COM",
        min_lead_time=30 * 86_400,
        suppression_paths=str(blocked),
        suppression_max_age=3600,
        audience_fingerprint="0" * 64,
    )
    run = {**context(), "dag_run": SimpleNamespace(run_type="backfill")}
    with pytest.raises(GuardError) as raised:
        operator.execute(run)
    said = str(raised.value)
    wanted = [
        "9 things are wrong",
        "makes up for the past",
        "does not hold the audience that was prepared",
        "2.0 hours old",
        "max_invites, 5",
        "60 of 100 rows",
        "1 people are on a suppression list",
        "10 people are at blocked domains: example.com",
        "10 people are at domains not allowed",
        "sooner than min_lead_time, 30.0 days",
    ]
    assert [each for each in wanted if each not in said] == []
    assert "@" not in said


def test_domains_are_compared_however_they_are_written(campaign_id: str, tmp_path: Path) -> None:
    """Blocked and allowed domains and lists mean the same as when the audience was prepared."""
    suppressed = tmp_path / "suppressed.csv"
    suppressed.write_text("anna@xn--mnchen-3ya.de\nben@berlin.test\n")
    audience = written(tmp_path / "people.csv", ["anna@münchen.de", "ben@berlin.test"])
    for blocked in ("MÜNCHEN.de", [" xn--mnchen-3ya.de."], ["@münchen.de", "*.berlin.test"]):
        with pytest.raises(GuardError, match=r"at blocked domains: .*xn--mnchen-3ya.de"):
            checking(campaign_id, audience, blocked_domains=blocked).execute(context())
    with pytest.raises(GuardError, match=r"(?s)1 people are at domains not allowed: berlin\.test"):
        checking(campaign_id, audience, allowed_domains=["*.berlin.test", "münchen.de"]).execute(context())
    with pytest.raises(GuardError, match="2 people are on a suppression list"):
        checking(campaign_id, audience, suppression_paths=str(suppressed)).execute(context())


def test_an_audience_that_grew_overnight(campaign_id: str, tmp_path: Path, audience: str) -> None:
    """Compared with the last time that passed; a run that is repeated compares with the same."""
    small = written(tmp_path / "small.csv", PEOPLE[:3])
    checking(campaign_id, small, max_growth=2).execute(context(run_id="monday"))
    for _ in range(2):
        with pytest.raises(GuardError, match=r"3\.3 times the 3 of the last time"):
            checking(campaign_id, audience, max_growth=2).execute(context(run_id="tuesday"))
    passed = checking(campaign_id, audience, max_growth=4)
    assert passed.execute(context(run_id="tuesday"))["previous_invites"] == 3
    assert passed.execute(context(run_id="tuesday"))["previous_invites"] == 3
    assert passed.execute(context(run_id="wednesday"))["previous_invites"] == 10


def test_an_event_of_the_past_and_nobody(sandbox: Sandbox, tmp_path: Path) -> None:
    """Both are refused without any limit being set."""
    campaign = sandbox.lets_calendar.add_campaign()
    campaign.start_date, campaign.end_date = "2020-01-01", "2020-01-01"
    with pytest.raises(GuardError, match=r"2 things.*nobody to invite.*which is past"):
        checking(campaign.id, written(tmp_path / "none.csv", [])).execute(context())


def test_an_account_that_cannot_read_campaigns(sandbox: Sandbox, campaign_id: str, audience: str) -> None:
    """The list of campaigns says enough."""
    sandbox.settings.missing_operations = True
    result = checking(campaign_id, audience).execute(context())
    assert result["starts_at"] is not None
    with pytest.raises(GuardError, match="min_lead_time"):
        checking(campaign_id, audience, min_lead_time=30 * 86_400).execute(context())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"max_invites": "many"}, "max_invites"),
        ({"max_growth": -1}, "max_growth"),
        ({"max_reject_ratio": 0.5}, "needs report_path"),
        ({"suppression_max_age": 5}, "needs suppression_paths"),
        ({"allowed_domains": "['example.com']"}, "allowed_domains: .* is no domain"),
        ({"blocked_domains": ["com"]}, "blocked_domains: 'com' is no domain"),
        ({"campaign_id": ""}, "campaign_id"),
    ],
)
def test_bad_arguments_are_refused_before_any_request(
    sandbox: Sandbox, audience: str, wrong: dict[str, Any], said: str
) -> None:
    """The argument is named and nothing was sent."""
    with pytest.raises(ConfigurationError, match=said):
        CheckInvitesOperator(task_id="bad", **{"campaign_id": "c", "path": audience, **wrong}).execute(
            context()
        )
    assert sandbox.journal.entries == []


def test_files_that_are_none(campaign_id: str, tmp_path: Path, audience: str) -> None:
    """An audience or a report of another kind is named."""
    odd = tmp_path / "odd.csv"
    odd.write_text("a,b\n1,2\n")
    with pytest.raises(ContactsError, match=r"odd\.csv"):
        checking(campaign_id, str(odd)).execute(context())
    with pytest.raises(ContactsError, match="is not a report"):
        checking(campaign_id, audience, report_path=str(odd), max_reject_ratio=1).execute(context())


# --- backfill


@pytest.mark.parametrize(
    "late",
    [
        backfill(),
        backfill(
            "scheduled",
            data_interval_start=datetime(2026, 1, 1, tzinfo=UTC),
            data_interval_end=datetime(2026, 1, 2, tzinfo=UTC),
            run_after=datetime(2026, 1, 2, tzinfo=UTC),
            start_date=datetime(2026, 1, 9, tzinfo=UTC),
        ),
    ],
    ids=["backfill", "catch-up"],
)
def test_the_past_invites_nobody(sandbox: Sandbox, campaign_id: str, late: Any) -> None:
    """Sending, updating and scheduling refuse before anything is asked, unless that is meant."""
    sandbox.journal.clear()
    given: dict[str, Any] = {"task_id": "mail", "campaign_id": campaign_id}
    when = {"schedule_date": "2037-01-01", "schedule_time": "09:00", "timezone": "UTC"}
    for operator in (
        LetsCalendarSendInvitesOperator(**given),
        LetsCalendarUpdateInvitesOperator(**given),
        LetsCalendarScheduleInvitesOperator(**given, **when),
        LetsCalendarSendCanaryOperator(seeds=SEEDS, **given),
    ):
        with pytest.raises(GuardError, match="allow_backfill"):
            operator.execute(late)
    assert sandbox.journal.entries == []
    allowed = LetsCalendarSendInvitesOperator(allow_backfill=True, **given)
    assert allowed.execute(late)["outcome"] == "nothing_to_do"


def test_a_run_that_is_on_time_is_not_of_the_past(sandbox: Sandbox, campaign_id: str) -> None:
    """A scheduled run that waited a while for its turn sends."""
    now = datetime.now(UTC)
    on_time = backfill(
        "scheduled",
        data_interval_start=now - timedelta(days=1, hours=3),
        data_interval_end=now - timedelta(hours=3),
        run_after=now - timedelta(hours=3),
        start_date=now,
    )
    result = LetsCalendarSendInvitesOperator(task_id="send", campaign_id=campaign_id).execute(on_time)
    assert result["outcome"] == "nothing_to_do"


# --- approval


def approved(campaign_id: str, path: str) -> str:
    """Return what an approval would return, had somebody given it."""
    result = checking(campaign_id, path).execute(context(task_id="other"))
    return str(result["send_fingerprint"])


def upload(campaign_id: str, path: str) -> None:
    LetsCalendarAddContactsOperator(task_id="add", campaign_id=campaign_id, path=path).execute(context())


def sending(campaign_id: str, path: str, fingerprint: Any, **arguments: Any) -> Any:
    return LetsCalendarSendInvitesOperator(
        task_id="send",
        campaign_id=campaign_id,
        approved_fingerprint=fingerprint,
        audience_path=path,
        **arguments,
    ).execute(context())


def test_what_was_approved_is_sent(sandbox: Sandbox, campaign_id: str, audience: str) -> None:
    """The same people, text and time: the invites go out."""
    fingerprint = approved(campaign_id, audience)
    upload(campaign_id, audience)
    assert sending(campaign_id, audience, fingerprint)["outcome"] == "started"
    assert mailed(sandbox) == sorted(PEOPLE)


@pytest.mark.parametrize("fingerprint", [None, "", "None"])
def test_what_was_not_approved_is_not_sent(
    sandbox: Sandbox, campaign_id: str, audience: str, fingerprint: Any
) -> None:
    """A rejection leaves no fingerprint, and without one nothing goes out."""
    upload(campaign_id, audience)
    with pytest.raises(GuardError, match="was not approved"):
        sending(campaign_id, audience, fingerprint)
    assert mailed(sandbox) == []


@pytest.mark.parametrize(
    ("change", "readable"),
    [
        *((change, readable) for change in ("audience", "text", "time") for readable in (True, False)),
        # an account that cannot read attendees cannot tell
        ("somebody_else", True),
    ],
)
def test_what_has_changed_since_is_not_sent(
    sandbox: Sandbox, campaign_id: str, tmp_path: Path, audience: str, change: str, readable: bool
) -> None:
    """Another file, text, time or person than was approved is refused."""
    sandbox.settings.missing_operations = not readable
    fingerprint = approved(campaign_id, audience)
    upload(campaign_id, audience)
    (campaign,) = sandbox.lets_calendar.campaigns
    if change == "audience":
        written(tmp_path / "contacts.csv", [*PEOPLE, "late@example.com"])
    elif change == "text":
        campaign.subject = "Something else"
    elif change == "time":
        campaign.start_time = "03:00"
    else:
        sandbox.lets_calendar.add_attendee(campaign, {"firstname": "X", "email": "x@example.com"})
    with pytest.raises(GuardError, match=r"not what was approved|not in the audience"):
        sending(campaign_id, audience, fingerprint)
    assert mailed(sandbox) == []


def test_an_update_reaches_only_who_was_approved(
    sandbox: Sandbox, campaign_id: str, tmp_path: Path, audience: str
) -> None:
    """An update mails who has an invite, so it is they who are compared with the audience."""
    sandbox.settings.update({"send_delay": 0.0, "send_seconds": 0.1})
    upload(campaign_id, audience)
    LetsCalendarSendInvitesOperator(task_id="send", campaign_id=campaign_id).execute(context())
    assert len(mailed(sandbox)) == 10
    (campaign,) = sandbox.lets_calendar.campaigns
    sandbox.lets_calendar.add_attendee(campaign, {"firstname": "New", "email": "new@example.com"})
    campaign.subject = "Another hour"

    def update(people: list[str]) -> Any:
        path = written(tmp_path / "approved.csv", people)
        return LetsCalendarUpdateInvitesOperator(
            task_id="update",
            campaign_id=campaign_id,
            approved_fingerprint=approved(campaign_id, path),
            audience_path=path,
        ).execute(context(task_id="update"))

    with pytest.raises(GuardError, match=r"1 of the 10 attendees .* that would be mailed are not in"):
        update(PEOPLE[1:])
    assert len(mailed(sandbox)) == 10
    assert update(PEOPLE)["outcome"] == "started"
    assert len(mailed(sandbox)) == 20


def test_a_schedule_is_approved_as_well(sandbox: Sandbox, campaign_id: str, audience: str) -> None:
    """What is sent later is checked when it is scheduled."""
    when = {"schedule_date": "2037-01-01", "schedule_time": "09:00", "timezone": "UTC"}
    with pytest.raises(GuardError, match="was not approved"):
        LetsCalendarScheduleInvitesOperator(
            task_id="s", campaign_id=campaign_id, approved_fingerprint=None, audience_path=audience, **when
        ).execute(context())
    with pytest.raises(GuardError, match="needs audience_path"):
        LetsCalendarScheduleInvitesOperator(
            task_id="s", campaign_id=campaign_id, approved_fingerprint="0" * 64, **when
        ).execute(context())


def test_what_a_person_sees(sandbox: Sandbox, campaign_id: str, audience: str, tmp_path: Path) -> None:
    """Numbers, domains, both clocks, the sender and a sample without names."""
    from airflow_provider_calendars.hooks.lets_calendar import LetsCalendarHook
    from airflow_provider_calendars.operators.lets_calendar.plans import audience_of, make_plan

    story = make_plan(LetsCalendarHook(), campaign_id, audience_of(audience)).story(20, 7)
    for shown in ("| 10 |", "example.com (10)", "Europe/Berlin", "UTC", "`g***@example.com`", "7 of 20 rows"):
        assert shown in story
    assert [each for each in PEOPLE if each in story] == []
    assert "mailbox 123" in story


def test_nobody_need_not_be_approved(campaign_id: str, tmp_path: Path) -> None:
    """A person is not asked about an empty list."""
    operator = ApproveInvitesOperator(
        task_id="approve", campaign_id=campaign_id, path=written(tmp_path / "none.csv", [])
    )
    assert operator.defaults == ["Reject"]
    with pytest.raises(GuardError, match="nobody to invite"):
        operator.execute(context())


def test_a_person_has_a_day(campaign_id: str, audience: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait for an answer ends by itself, however long the task may take, with any standard provider."""
    monkeypatch.setattr(hitl, "upsert_hitl_detail", lambda **_: None)
    operator = ApproveInvitesOperator(task_id="approve", campaign_id=campaign_id, path=audience)
    assert operator.execution_timeout is None
    # Airflow 3.3 has a state of its own for this, earlier ones defer
    kinds = (TaskDeferred, getattr(hitl, "TaskAwaitingInput", TaskDeferred))
    with pytest.raises(kinds) as raised:
        operator.execute({**context(), "task_instance": SimpleNamespace(id=uuid4())})
    waiting: Any = raised.value
    left = waiting.timeout or waiting.trigger.timeout_datetime - datetime.now(UTC)
    assert timedelta(hours=23) < left <= timedelta(hours=24)


# --- canary


def canary(campaign_id: str, **arguments: Any) -> Any:
    given = {"seeds": SEEDS, "poll_interval": 0.05, "timeout": 10, **arguments}
    operator = LetsCalendarSendCanaryOperator(task_id="canary", campaign_id=campaign_id, **given)
    return operator.execute(context())


def test_our_own_people_first(sandbox: Sandbox, campaign_id: str, audience: str) -> None:
    """They get their invites, then everybody else does, and nobody twice."""
    sandbox.settings.update({"send_delay": 0.0, "send_seconds": 0.1})
    first = canary(campaign_id)
    assert first["sent"] == 1
    assert mailed(sandbox) == ["qa@example.org"]
    upload(campaign_id, audience)
    fingerprint = approved(campaign_id, audience)
    sending(campaign_id, audience, fingerprint, canary_sent=first["sent"])
    assert mailed(sandbox) == sorted([*PEOPLE, "qa@example.org"])
    assert sandbox.lets_calendar.mailed_twice() == []


def test_a_canary_with_others_in_the_campaign(sandbox: Sandbox, campaign_id: str, audience: str) -> None:
    """Who was added before would be mailed with the seeds, so nobody is."""
    upload(campaign_id, audience)
    with pytest.raises(GuardError, match="10 attendees without an invite who are no seeds"):
        canary(campaign_id)
    assert mailed(sandbox) == []


def test_a_canary_nobody_can_watch(sandbox: Sandbox, campaign_id: str) -> None:
    """Without a look at the attendees it proves nothing."""
    sandbox.settings.missing_operations = True
    with pytest.raises(OperationUnavailable):
        canary(campaign_id)
    assert mailed(sandbox) == []


@pytest.mark.parametrize(("sent", "said"), [(2, "shows 1 sent"), (None, None), ("None", "has not sent")])
def test_a_canary_that_is_not_out(
    sandbox: Sandbox, campaign_id: str, audience: str, sent: Any, said: str | None
) -> None:
    """Everybody waits until the canary's invites show."""
    sandbox.settings.update({"send_delay": 0.0, "send_seconds": 0.1})
    canary(campaign_id)
    upload(campaign_id, audience)
    operator = LetsCalendarSendInvitesOperator(task_id="send", campaign_id=campaign_id, canary_sent=sent)
    if said is None:
        assert operator.execute(context())["outcome"] == "started"
        return
    with pytest.raises(GuardError, match=said):
        operator.execute(context())
    assert mailed(sandbox) == ["qa@example.org"]


@pytest.mark.parametrize("seeds", [[], "qa@example.org", [{"email": "qa@example.org"}], [7]])
def test_bad_seeds_are_refused(sandbox: Sandbox, seeds: Any) -> None:
    """Before anything is asked or sent."""
    with pytest.raises(ConfigurationError, match="seeds"):
        canary("c1", seeds=seeds)
    assert sandbox.journal.entries == []


# --- automation


def toggle(campaign_id: str, *, enabled: bool) -> None:
    LetsCalendarToggleAutomationOperator(
        task_id="toggle", campaign_id=campaign_id, enabled=enabled, accept_unattended_sending=True
    ).execute(context())


def test_nobody_is_added_to_a_campaign_that_mails_by_itself(
    sandbox: Sandbox, campaign_id: str, audience: str
) -> None:
    """Not in this run and not in another one, unless that is accepted or it was turned off."""
    toggle(campaign_id, enabled=True)
    adding = LetsCalendarAddContactsOperator(task_id="add", campaign_id=campaign_id, path=audience)
    uploading = LetsCalendarUploadContactsOperator(task_id="up", campaign_id=campaign_id, path=audience)
    for operator in (adding, uploading):
        with pytest.raises(GuardError, match="automation of campaign"):
            operator.execute(context(run_id="tomorrow"))
    uploading.accept_unattended_sending = True
    assert uploading.execute(context())["import_id"]
    toggle(campaign_id, enabled=False)
    assert adding.execute(context())["invalid"] == 0


@pytest.mark.parametrize(
    "answer",
    [
        Fault("status", operation="toggle-automation", status=504, acts=True, times=3),
        Fault("html", operation="toggle-automation", status=200, acts=True, times=3),
        Fault(
            "status", operation="toggle-automation", status=200, acts=True, times=3, body={"message": "ok"}
        ),
        Fault("status", operation="toggle-automation", status=200, acts=True, body={"status": "disabled"}),
    ],
    ids=["gateway", "page", "no status", "other state"],
)
def test_automation_that_may_be_on_is_remembered_as_on(
    sandbox: Sandbox, campaign_id: str, audience: str, answer: Fault
) -> None:
    """Where nobody knows whether it was turned on, nobody is added."""
    sandbox.faults.add(answer)
    with pytest.raises(CalendarsError):
        toggle(campaign_id, enabled=True)
    assert sandbox.lets_calendar.campaigns[0].automation
    with pytest.raises(GuardError, match="automation of campaign"):
        LetsCalendarUploadContactsOperator(task_id="up", campaign_id=campaign_id, path=audience).execute(
            context()
        )


def test_nothing_is_sent_beside_automation(sandbox: Sandbox, campaign_id: str, audience: str) -> None:
    """Both would mail whoever has no invite yet."""
    upload(campaign_id, audience)
    toggle(campaign_id, enabled=True)
    at = {"schedule_date": "2037-01-01", "schedule_time": "09:00", "timezone": "UTC"}
    for operator in (
        LetsCalendarSendInvitesOperator(task_id="send", campaign_id=campaign_id),
        LetsCalendarScheduleInvitesOperator(task_id="schedule", campaign_id=campaign_id, **at),
    ):
        with pytest.raises(GuardError, match=r"automation of campaign .* is on"):
            operator.execute(context())
    assert sandbox.journal.calls("send-invite") == []


@pytest.mark.parametrize("state", ["Enabled", "on", True, 1])
def test_automation_is_on_however_that_is_said(sandbox: Sandbox, campaign_id: str, state: Any) -> None:
    """The vendor's word for it is compared loosely."""
    sandbox.faults.add(
        Fault("status", operation="toggle-automation", status=200, acts=True, body={"status": state})
    )
    toggle(campaign_id, enabled=True)


def test_automation_that_stays_on_is_told(sandbox: Sandbox, campaign_id: str) -> None:
    """Undoing and the canary go on only if the vendor says that it is off."""
    toggle(campaign_id, enabled=True)
    still_on = Fault("status", operation="toggle-automation", status=200, body={"status": "enabled"}, times=2)
    sandbox.faults.add(still_on)
    with pytest.raises(CalendarsError, match="says that it is on"):
        LetsCalendarUndoInvitesOperator(task_id="undo", campaign_id=campaign_id).execute(context())
    with pytest.raises(CalendarsError, match="says that it is on"):
        canary(campaign_id)
    assert sandbox.lets_calendar.mailbox() == []


def test_a_backfill_turns_no_automation_on(sandbox: Sandbox, campaign_id: str) -> None:
    """It would mail the people of the past, unless that is meant; off it goes always."""
    run = {**context(), "dag_run": SimpleNamespace(run_type="backfill")}
    arguments = {"campaign_id": campaign_id, "accept_unattended_sending": True}
    turning_on = LetsCalendarToggleAutomationOperator(task_id="on", enabled=True, **arguments)
    with pytest.raises(GuardError, match="makes up for the past"):
        turning_on.execute(run)
    assert sandbox.journal.calls("toggle-automation") == []
    LetsCalendarToggleAutomationOperator(task_id="off", enabled=False, **arguments).execute(run)
    turning_on.allow_backfill = True
    assert turning_on.execute(run)["enabled"] is True


def test_a_canary_turns_automation_off(sandbox: Sandbox, campaign_id: str, audience: str) -> None:
    """It would mail everybody else within the hour."""
    sandbox.settings.update({"send_delay": 0.0, "send_seconds": 0.1})
    toggle(campaign_id, enabled=True)
    canary(campaign_id)
    assert not sandbox.lets_calendar.campaigns[0].automation
    upload(campaign_id, audience)


# --- undo


def test_everything_is_called_off(sandbox: Sandbox, campaign_id: str, audience: str) -> None:
    """Automation, schedule and sending; what there is not is nothing to do."""
    upload(campaign_id, audience)
    LetsCalendarScheduleInvitesOperator(
        task_id="s",
        campaign_id=campaign_id,
        schedule_date="2037-01-01",
        schedule_time="09:00",
        timezone="UTC",
    ).execute(context())
    toggle(campaign_id, enabled=True)
    undo = LetsCalendarUndoInvitesOperator(task_id="undo", campaign_id=campaign_id)
    result = undo.execute(context())
    assert (result["automation"], result["schedule"]) == ("done", "done")
    again = undo.execute(context())
    assert (again["schedule"], again["sending"]) == ("nothing_to_do", "nothing_to_do")
    sandbox.clock.advance(40 * 365 * 86_400)
    assert sandbox.lets_calendar.mailbox() == []


def test_one_part_that_fails_does_not_keep_the_others_from_being_tried(
    sandbox: Sandbox, campaign_id: str, audience: str
) -> None:
    """All are tried, and the error names those that failed."""
    upload(campaign_id, audience)
    LetsCalendarSendInvitesOperator(task_id="send", campaign_id=campaign_id).execute(context())
    sandbox.faults.add(Fault("status", operation="toggle-automation", status=500, times=None))
    sandbox.faults.add(Fault("status", operation="cancel-scheduled-invite", status=500, times=None))
    with pytest.raises(CalendarsError, match=r"automation: .*schedule: "):
        LetsCalendarUndoInvitesOperator(task_id="undo", campaign_id=campaign_id).execute(context())
    assert len(sandbox.journal.calls("stop-campaign")) == 1


@pytest.mark.parametrize("nothing", [None, "", "None"])
def test_what_was_never_created_is_not_called_off(sandbox: Sandbox, nothing: Any) -> None:
    """A teardown after a creation that failed succeeds."""
    result = LetsCalendarUndoInvitesOperator(task_id="undo", campaign_id=nothing).execute(context())
    assert set(result.values()) == {None, "nothing_to_do"}
    assert sandbox.journal.entries == []


# --- time zones


@pytest.mark.parametrize(("start", "said"), [("2037-03-29 02:30", "never"), ("2037-10-25 02:30", "twice")])
def test_clocks_that_are_changed(sandbox: Sandbox, start: str, said: str) -> None:
    """A time that the clocks show twice or never is nobody's time."""
    with pytest.raises(ConfigurationError, match=f"show {start} {said}"):
        LetsCalendarCreateCampaignOperator(
            task_id="create",
            title="t",
            subject="s",
            sender_email_id=123,
            start_datetime=start,
            end_datetime="2037-12-01 10:00",
            timezone="Europe/Berlin",
            description="d",
            email_content="e",
        ).execute(context())
    date, clock = start.split()
    with pytest.raises(ConfigurationError, match=said):
        LetsCalendarScheduleInvitesOperator(
            task_id="s", campaign_id="c", schedule_date=date, schedule_time=clock, timezone="Europe/Berlin"
        ).execute(context())
    assert sandbox.journal.entries == []


def test_a_zone_the_vendor_does_not_know(sandbox: Sandbox, campaign_id: str) -> None:
    """It is compared with the vendor's own list before anything is made."""
    with pytest.raises(ConfigurationError, match="is not one of the"):
        LetsCalendarScheduleInvitesOperator(
            task_id="s",
            campaign_id=campaign_id,
            schedule_date="2037-01-01",
            schedule_time="09:00",
            timezone="EST5EDT",
        ).execute(context())


def test_a_campaign_that_was_made_for_another_time(sandbox: Sandbox) -> None:
    """The vendor's answer is compared with what was asked, and another time is final."""

    body = {
        "campaign": {
            "id": "c9",
            "title": "t",
            "start_datetime": "2037-05-01 17:00:00",
            "end_datetime": "2037-05-01 18:00:00",
            "timezone": "Europe/Berlin",
        }
    }
    sandbox.faults.add(Fault("status", operation="create-campaign", status=201, body=body))
    store = Store()
    for _ in range(2):
        operator = LetsCalendarCreateCampaignOperator(task_id="create", **CONTENT)
        with pytest.raises(AirflowFailException, match=r"c9 was created for 2037-05-01 17:00:00"):
            operator.execute(context(store))
    assert len(sandbox.journal.calls("create-campaign")) == 1


@pytest.mark.parametrize(
    "shown",
    [
        {"start_datetime": "2037-05-01T16:00"},
        {"start_datetime": None, "timezone": None},
        {"start_datetime": "May 1st"},
        {"timezone": "europe/berlin"},
    ],
    ids=str,
)
def test_the_same_time_however_it_is_written(sandbox: Sandbox, shown: dict[str, Any]) -> None:
    """Another form of the time, or none, is no other time."""
    campaign = {"id": "c9", "start_datetime": "2037-05-01 16:00:00", "timezone": "Europe/Berlin", **shown}
    for operation in ("create-campaign", "PUT /campaign/{campaign_id}"):
        body = {"message": "ok", "campaign": campaign}
        sandbox.faults.add(Fault("status", operation=operation, status=200, body=body))
    created = LetsCalendarCreateCampaignOperator(task_id="create", **CONTENT).execute(context(Store()))
    assert created["campaign_id"] == "c9"
    LetsCalendarUpdateCampaignOperator(task_id="update", campaign_id="c9", **CONTENT).execute(context())


def test_an_update_to_another_time_is_told(sandbox: Sandbox, campaign_id: str) -> None:
    """Before the new time is mailed to everybody; nor is a zone taken that the vendor does not know."""
    body = {"campaign": {"id": "c9", "start_datetime": "2037-05-01 17:00:00", "timezone": "Europe/Berlin"}}
    sandbox.faults.add(Fault("status", operation="PUT /campaign/{campaign_id}", status=200, body=body))
    updating = LetsCalendarUpdateCampaignOperator(task_id="update", campaign_id=campaign_id, **CONTENT)
    with pytest.raises(
        AirflowFailException, match=r"was changed to 2037-05-01 17:00:00 Europe/Berlin, not for"
    ):
        updating.execute(context())
    known = {"timezones": ["America/New_York"]}
    sandbox.faults.add(Fault("status", operation="timezone-list", status=200, body=known))
    with pytest.raises(ConfigurationError, match="'Europe/Berlin' is not one of the 1"):
        updating.execute(context())


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("2037-05-15T16:00:00.000000Z", "2037-05-15T16:00:00"),
        ("2037-05-15 16:00", "2037-05-15T20:00:00"),
        (None, None),
        ("03/04/2037 04:00 PM", None),
    ],
)
def test_starts_in_forms_nobody_documents(
    sandbox: Sandbox, audience: str, start: str | None, said: str | None
) -> None:
    """An offset counts, and what cannot be read is not known rather than wrong."""
    shown = {"campaign": {"campaign_id": "c9", "start_datetime": start, "timezone": "America/New_York"}}
    edit = Fault("status", operation="GET /campaign/{campaign_id}/edit", status=200, body=shown, times=2)
    sandbox.faults.add(edit)
    found = checking("c9", audience).execute(context())["starts_at"]
    assert (found and found[:19]) == said
    if said is None:
        with pytest.raises(GuardError, match="is not known"):
            checking("c9", audience, min_lead_time=3600).execute(context())


def test_a_canary_is_afraid_of_states_it_does_not_know(sandbox: Sandbox) -> None:
    """Whoever is not known to have an invite might be mailed with the seeds."""
    people = [{"id": 1, "email": "customer@example.com", "status": "new"}]
    body = {"summary": SUMMARY, "attendees": {"current_page": 1, "per_page": 50, "total": 1, "data": people}}
    sandbox.faults.add(
        Fault("status", operation="GET /campaign/{campaign_id}/attendees", status=200, body=body, times=None)
    )
    with pytest.raises(GuardError, match="1 attendees without an invite"):
        canary(sandbox.lets_calendar.add_campaign().id)
