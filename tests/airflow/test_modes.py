"""The modes of a connection: a whole DAG without a trace at the vendor, or with our own addresses only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_calendars import exceptions
from airflow_provider_calendars.hooks.highlevel import HighLevelHook
from airflow_provider_calendars.hooks.lets_calendar import LetsCalendarHook
from airflow_provider_calendars.operators.lemcal import LemcalEnsureHookOperator
from airflow_provider_calendars.operators.lets_calendar import (
    LetsCalendarAddContactsOperator,
    LetsCalendarSendInvitesOperator,
    LetsCalendarToggleAutomationOperator,
    LetsCalendarUpdateInvitesOperator,
    LetsCalendarUploadContactsOperator,
)
from airflow_provider_calendars.sandbox import Fault, Sandbox
from tests.airflow.running import Store, context, hasten, run_dag, states, xcom
from tests.airflow.test_example_dags import load

CONTACTS = [{"email": f"guest{number}@example.com", "first_name": f"Guest {number}"} for number in range(5)]
OURS = "qa1@example.com, QA2@example.com"
HARMLESS = {"POST /access_token", "POST /contacts/search"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hasten(monkeypatch)


def connect(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, **extra: Any) -> None:
    """Put all default connections to the sandbox into a mode."""
    sandbox.settings.highlevel_rate_limit = None
    for system in sandbox.systems:
        given = {**json.loads(sandbox.connection_json(system)), "extra": json.dumps(extra)}
        monkeypatch.setenv(f"AIRFLOW_CONN_{system.upper()}_DEFAULT", json.dumps(given))


def changes(sandbox: Sandbox) -> list[str]:
    """Return the calls that changed something."""
    calls = [entry.operation for entry in sandbox.journal.entries if entry.method != "GET"]
    return [call for call in calls if call not in HARMLESS]


# --- dry run


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "tasks"),
    [
        ("lets_calendar_crm_invites", {"create_campaign", "upload_contacts", "send_invites"}),
        ("highlevel_calendars_as_code", {"ensure"}),
        ("highlevel_book_from_waitlist", {"book"}),
    ],
)
def test_a_whole_dag_leaves_no_trace(
    monkeypatch: pytest.MonkeyPatch,
    calendars_sandbox: Sandbox,
    airflow_database: Path,
    tmp_path: Path,
    name: str,
    tasks: set[str],
) -> None:
    """Every task succeeds and says what it would have done, and the vendor has seen questions only."""
    connect(monkeypatch, calendars_sandbox, mode="dry_run")
    conf = {"output_folder": str(tmp_path)} if name == "lets_calendar_crm_invites" else {}
    run = load(name).test(run_conf=conf)
    assert run.state == "success"
    assert changes(calendars_sandbox) == []
    assert calendars_sandbox.lets_calendar.mailbox() == []
    told = {task for task in tasks if xcom_of_any(run, task)}
    assert told == tasks


def xcom_of_any(run: Any, task_id: str) -> Any:
    """Return what a task, or any of its mapped instances, says of a dry run."""
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        query = select(XComModel.value).where(
            XComModel.run_id == run.run_id, XComModel.task_id == task_id, XComModel.key == "dry_run"
        )
        return session.scalars(query).first()


def test_a_real_campaign_is_not_touched(monkeypatch: pytest.MonkeyPatch, calendars_sandbox: Sandbox) -> None:
    """What is read is real; what is sent, added, updated or turned on is not sent at all."""
    campaign = calendars_sandbox.lets_calendar.add_campaign()
    calendars_sandbox.lets_calendar.add_attendee(campaign, {"firstname": "Ava", "email": "ava@example.com"})
    connect(monkeypatch, calendars_sandbox, mode="dry_run")
    given: dict[str, Any] = {"campaign_id": campaign.id}
    here = context()
    result = LetsCalendarSendInvitesOperator(task_id="send", **given).execute(here)
    assert (result["outcome"], result["new_attendees"]) == ("started", 1)
    LetsCalendarAddContactsOperator(task_id="add", contacts=CONTACTS, **given).execute(context())
    LetsCalendarUpdateInvitesOperator(task_id="update", **given).execute(context())
    LetsCalendarToggleAutomationOperator(
        task_id="toggle", enabled=True, accept_unattended_sending=True, **given
    ).execute(context())
    assert changes(calendars_sandbox) == []


def test_a_dry_run_is_forgotten_by_the_real_one(
    monkeypatch: pytest.MonkeyPatch, calendars_sandbox: Sandbox
) -> None:
    """The same run, cleared after the connection went live, does what it did not do before."""
    campaign = calendars_sandbox.lets_calendar.add_campaign()
    calendars_sandbox.lets_calendar.add_attendee(campaign, {"firstname": "Ava", "email": "ava@example.com"})
    store = Store()
    for mode, mailed in (("dry_run", 0), ("live", 1)):
        connect(monkeypatch, calendars_sandbox, mode=mode)
        operator = LetsCalendarSendInvitesOperator(task_id="send", campaign_id=campaign.id)
        assert operator.execute(context(store))["outcome"] == "started"
        calendars_sandbox.clock.advance(60)
        assert len(calendars_sandbox.lets_calendar.mailbox()) == mailed


def test_every_vendor_has_dry_runs(monkeypatch: pytest.MonkeyPatch, calendars_sandbox: Sandbox) -> None:
    """Hooks, appointments and contacts are not made either, also where nobody can be reached."""
    connect(monkeypatch, calendars_sandbox, mode="dry_run")
    ensured = LemcalEnsureHookOperator(
        task_id="hook", target_url="https://a.example", any_meeting_type=True
    ).execute(context())
    assert ensured["hook_id"].startswith("dry-run-")
    made = HighLevelHook().request("POST", "/contacts/", repeat="if_unsent", json={"email": "a@example.com"})
    assert made["id"].startswith("dry-run-")
    assert changes(calendars_sandbox) == []


@pytest.mark.parametrize("mode", ["dry-run", "DRY_RUN", "off", 7, True])
def test_an_unknown_mode_is_refused(
    monkeypatch: pytest.MonkeyPatch, calendars_sandbox: Sandbox, mode: Any
) -> None:
    """A typing error must not be live."""
    connect(monkeypatch, calendars_sandbox, mode=mode)
    with pytest.raises(exceptions.ConfigurationError, match="mode must be one of"):
        LetsCalendarHook().list_campaigns()
    assert calendars_sandbox.journal.entries == []


def test_redirect_is_for_campaigns_only(monkeypatch: pytest.MonkeyPatch, calendars_sandbox: Sandbox) -> None:
    """Where nobody can be put in another's place, the mode is refused."""
    connect(monkeypatch, calendars_sandbox, mode="redirect", redirect_to=OURS)
    with pytest.raises(exceptions.ConfigurationError, match="mode must be one of live, dry_run"):
        HighLevelHook().list_calendars()


# --- redirect


def mailed(sandbox: Sandbox) -> list[str]:
    sandbox.clock.advance(120)
    return sorted(each.email for each in sandbox.lets_calendar.mailbox())


@pytest.mark.slow
def test_a_whole_dag_mails_only_us(
    monkeypatch: pytest.MonkeyPatch, calendars_sandbox: Sandbox, airflow_database: Path, tmp_path: Path
) -> None:
    """The first contacts get our addresses, the rest are dropped, and both numbers are told."""
    connect(monkeypatch, calendars_sandbox, mode="redirect", redirect_to=OURS)
    run = load("lets_calendar_crm_invites").test(run_conf={"output_folder": str(tmp_path)})
    assert run.state == "success"
    assert mailed(calendars_sandbox) == ["qa1@example.com", "qa2@example.com"]
    told = xcom(run, "upload_contacts", "redirect")
    assert (told["redirected"], told["dropped"] > 100) == (2, True)


@pytest.mark.parametrize("kind", ["lost_after", "lost_before"])
def test_adding_is_redirected_also_after_a_lost_reply(
    monkeypatch: pytest.MonkeyPatch, calendars_sandbox: Sandbox, kind: str
) -> None:
    """Whoever is tried again gets the same address again."""
    connect(
        monkeypatch, calendars_sandbox, mode="redirect", redirect_to=["qa1@example.com", "qa2@example.com"]
    )
    campaign = calendars_sandbox.lets_calendar.add_campaign()
    calendars_sandbox.faults.add(Fault(kind, operation="add-contacts"))

    def add(batch_size: int) -> Any:
        operator = LetsCalendarAddContactsOperator(
            task_id="add", campaign_id=campaign.id, contacts=CONTACTS, batch_size=batch_size
        )
        here = context()
        result = operator.execute(here)
        operator.post_execute(here, result)
        return here["ti"].xcoms["redirect"]

    assert add(2) == add(100) == {"redirected": 2, "dropped": 3}
    LetsCalendarSendInvitesOperator(task_id="send", campaign_id=campaign.id).execute(context())
    assert mailed(calendars_sandbox) == ["qa1@example.com", "qa2@example.com"]


@pytest.mark.parametrize("readable", [True, False])
def test_a_campaign_with_others_is_not_mailed(
    monkeypatch: pytest.MonkeyPatch, calendars_sandbox: Sandbox, tmp_path: Path, readable: bool
) -> None:
    """Whoever was added while the connection was live is not mailed by redirect, nor if nobody can tell."""
    campaign = calendars_sandbox.lets_calendar.add_campaign()
    calendars_sandbox.lets_calendar.add_attendee(campaign, {"firstname": "Ava", "email": "ava@example.com"})
    calendars_sandbox.settings.missing_operations = not readable
    connect(monkeypatch, calendars_sandbox, mode="redirect", redirect_to=OURS)
    given: dict[str, Any] = {"task_id": "mail", "campaign_id": campaign.id}
    for operator in (
        LetsCalendarSendInvitesOperator(**given),
        LetsCalendarUpdateInvitesOperator(**given),
        LetsCalendarToggleAutomationOperator(enabled=True, accept_unattended_sending=True, **given),
    ):
        with pytest.raises(exceptions.GuardError, match="redirect"):
            operator.execute(context())
    assert mailed(calendars_sandbox) == []
    with pytest.raises(exceptions.ConfigurationError, match="cannot be redirected"):
        LetsCalendarHook().request("POST", "/send-invite", repeat="never", json={"campaign_id": campaign.id})
    workbook = tmp_path / "contacts.xls"
    workbook.write_bytes(b"x")
    with pytest.raises(exceptions.ContactsError, match=r"uploads \.csv files only"):
        LetsCalendarUploadContactsOperator(
            task_id="upload", campaign_id=campaign.id, path=str(workbook)
        ).execute(context())


@pytest.mark.parametrize("to", [None, "", " , ", "nobody", 7])
def test_redirect_needs_addresses(
    monkeypatch: pytest.MonkeyPatch, calendars_sandbox: Sandbox, to: Any
) -> None:
    """Without a place to redirect to, nothing is done."""
    connect(monkeypatch, calendars_sandbox, mode="redirect", redirect_to=to)
    with pytest.raises(exceptions.ConfigurationError, match="redirect_to"):
        LetsCalendarHook().list_campaigns()
    assert calendars_sandbox.journal.entries == []


@pytest.mark.slow
def test_a_dry_run_tells_what_it_did_not_do(
    monkeypatch: pytest.MonkeyPatch, calendars_sandbox: Sandbox, airflow_database: Path
) -> None:
    """In Airflow, the task's XCom names the calls."""
    campaign = calendars_sandbox.lets_calendar.add_campaign()
    connect(monkeypatch, calendars_sandbox, mode="dry_run")
    run = run_dag(lambda: LetsCalendarSendInvitesOperator(task_id="send", campaign_id=campaign.id))
    assert states(run) == {"send": "success"}
    assert xcom(run, "send", "dry_run") == ["POST /send-invite"]
