"""Who is told what, read in the mailbox the mails of a DAG end up in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.execution_time import task_runner

from airflow_provider_calendars.operators.contacts import PrepareContactsOperator
from airflow_provider_calendars.sandbox import Sandbox
from tests.airflow.running import hasten, states
from tests.docs.mailbox import Mailbox, mailbox
from tests.docs.test_examples import load

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("airflow_of_the_pages")]

PEOPLE = "First Name,Last Name,Email\nAda,Byron,ada@example.com\nEmmy,Noether,emmy@example.com\n"


@pytest.fixture
def sandbox(calendars_connections: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A sandbox that sends at once."""
    hasten(monkeypatch)
    calendars_connections.settings.update({"send_delay": 0.1, "send_seconds": 0.2})
    return calendars_connections


@pytest.fixture
def campaign_id(sandbox: Sandbox) -> str:
    """A campaign of nobody."""
    return str(sandbox.lets_calendar.add_campaign(title="Product webinar").id)


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """What Airflow sends, all of which comes here."""
    with mailbox() as server:
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", server.connection)
        yield server


@pytest.fixture(autouse=True)
def as_in_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell callbacks the error, as a worker does; ``dag.test()`` of Airflow 3.1 leaves it out."""
    real = task_runner.finalize

    def finalize(ti: Any, state: Any, context: Any, log: Any, error: Any = None) -> None:
        context["exception"] = error
        real(ti, state, context, log, error)

    monkeypatch.setattr(task_runner, "finalize", finalize)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """An export without a flaw."""
    path = tmp_path / "export.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    return path


def run(folder: Path, retries: int = 0, **conf: Any) -> Any:
    """Run the DAG of the page to its end, without its long waits."""
    dag = load("notify_team")
    for task in dag.tasks:
        task.retries, task.retry_delay = retries, task.retry_delay * 0
    sent: Any = dag.get_task("wait_until_sent")
    sent.poke_interval, sent.grace_period, sent.stalled_after = 0.1, 0.5, 1
    return dag.test(run_conf={key: str(value) for key, value in {"files": folder, **conf}.items()})


def test_rejected_rows_are_told(sandbox: Sandbox, campaign_id: str, mails: Mailbox, tmp_path: Path) -> None:
    """One mail, with how many, why, and where they are listed; who it is stays in that file."""
    assert states(run(tmp_path, campaign_id=campaign_id))["wait_until_sent"] == "success"
    assert mails.subjects == ["notify_team: 1 rows were rejected"]
    assert mails.receivers == ["events-team@example.com"]
    (text,) = mails.texts
    assert "1 of 6 rows cannot be used" in text
    for reason in ("invalid_email: 1", "opted_out: 1", "duplicate_of_row: 1"):
        assert reason in text
    assert f"{tmp_path}/people.rejected.csv" in text
    assert "@" not in text


def test_no_mail_without_a_reason(
    sandbox: Sandbox, campaign_id: str, mails: Mailbox, people: Path, tmp_path: Path
) -> None:
    """Nobody gets used to mails that say that all is well."""
    done = run(tmp_path, campaign_id=campaign_id, people=people)
    assert set(states(done).values()) == {"success"}
    assert len(sandbox.lets_calendar.mailbox()) == 2
    assert mails.subjects == []


def test_failed_invites_are_told(
    sandbox: Sandbox, campaign_id: str, mails: Mailbox, people: Path, tmp_path: Path
) -> None:
    """One mail, when the sending is over, with the report of the campaign."""
    sandbox.settings.update({"sender_quota": 1, "quota_reached": "fails"})
    assert run(tmp_path, campaign_id=campaign_id, people=people).state == "success"
    assert mails.subjects == ["notify_team: 1 invites failed"]
    (text,) = mails.texts
    assert f"## Invites of campaign `{campaign_id}`" in text
    assert "1 sent, 1 failed, 0 waiting" in text
    assert "@" not in text


def test_a_sending_that_stops_is_told(
    sandbox: Sandbox, campaign_id: str, mails: Mailbox, people: Path, tmp_path: Path
) -> None:
    """Where the sender's quota is used up, one mail says which campaign, how far it came, what to do."""
    sandbox.settings.sender_quota = 1
    assert states(run(tmp_path, campaign_id=campaign_id, people=people))["wait_until_sent"] == "failed"
    assert mails.subjects == ["notify_team: wait_until_sent failed"]
    (text,) = mails.texts
    assert f"Campaign {campaign_id}: nothing has changed for 1 seconds, with 1 sent, 0 failed, 1 new" in text
    assert "sender&#39;s quota" in text
    assert "The wait ended before all invites were out.** 1 sent, 0 failed, 1 waiting." in text
    assert "@" not in text


def test_an_export_of_nobody_is_told(
    sandbox: Sandbox, campaign_id: str, mails: Mailbox, tmp_path: Path
) -> None:
    """Where all rows are rejected the task fails, and the mail has the reasons, too."""
    export = tmp_path / "export.csv"
    export.write_text(PEOPLE.replace("@", " at "), encoding="utf-8")
    assert run(tmp_path, campaign_id=campaign_id, people=export).state == "failed"
    assert mails.subjects == ["notify_team: prepare_contacts failed"]
    assert "Nobody of 2 contacts can be invited (invalid_email: 2)" in mails.texts[0]


def test_the_last_try_is_told_and_the_words_of_others_are_not(
    sandbox: Sandbox, campaign_id: str, mails: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task that is tried again has not failed yet; and an error of a library may quote a row."""
    tries = []

    def fail(_: Any) -> None:
        tries.append(mails.subjects)
        raise ValueError("row 7: ada@example.com")

    monkeypatch.setattr(PrepareContactsOperator, "_check", fail)
    run(tmp_path, retries=1, campaign_id=campaign_id)
    assert tries == [[], []]
    assert mails.subjects == ["notify_team: prepare_contacts failed"]
    assert "Its log says why." in mails.texts[0]
    assert "ada" not in mails.texts[0]


def test_a_mail_server_that_is_down_stops_no_sending(
    sandbox: Sandbox, campaign_id: str, mails: Mailbox, tmp_path: Path
) -> None:
    """Whoever is to be invited is, once, and no task fails or runs again."""
    mails.refuses = True
    done = run(tmp_path, retries=1, campaign_id=campaign_id)
    assert set(states(done).values()) == {"success"}
    assert {task.try_number for task in done.get_task_instances()} == {1}
    assert len(sandbox.journal.calls("send-invite")) == 1
    assert len(sandbox.lets_calendar.mailbox()) == 3
    assert (mails.subjects, mails.refused) == ([], 1)
