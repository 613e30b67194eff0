"""Every DAG that a page quotes, run for real against the sandbox."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import DAG

from airflow_provider_calendars.sandbox import Sandbox
from tests.airflow.running import hasten, load_dag, states, xcom
from tests.docs.conftest import DAGS

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("airflow_of_the_pages")]


def load(name: str) -> DAG:
    """Import a DAG of the pages."""
    dag = load_dag(DAGS / f"{name}.py")
    assert dag.dag_id == name
    return dag


def run(name: str, **conf: Any) -> Any:
    """Run a DAG to its end, and return the run, which must have succeeded."""
    done = load(name).test(run_conf={key: str(value) for key, value in conf.items()})
    assert done.state == "success", states(done)
    return done


def column(path: Path | str, name: str) -> list[str]:
    """Return a column of a CSV file."""
    with open(path, encoding="utf-8", newline="") as stream:
        return [row[name] for row in csv.DictReader(stream)]


@pytest.fixture
def sandbox(calendars_connections: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A sandbox that imports at once."""
    hasten(monkeypatch)
    calendars_connections.settings.import_seconds = 0.1
    return calendars_connections


@pytest.fixture
def campaign_id(sandbox: Sandbox) -> str:
    """A campaign of nobody."""
    return str(sandbox.lets_calendar.add_campaign(title="Product webinar").id)


def test_the_first_campaign_is_sent_to_who_may_be_invited(sandbox: Sandbox, tmp_path: Path) -> None:
    """Three of six people are invited, once each, as the tutorial says."""
    sandbox.settings.send_seconds = 3  # long enough to be seen under way
    done = run("first_campaign", files=tmp_path)
    prepared = xcom(done, "prepare_people")
    assert [prepared[name] for name in ("rows", "accepted", "rejected", "suppressed", "duplicates")] == [
        *(6, 3, 1, 1, 1)
    ]
    mailed = sorted(delivery.email for delivery in sandbox.lets_calendar.mailbox())
    assert mailed == ["ada@example.com", "blaise@example.com", "emmy@example.com"]
    assert sandbox.lets_calendar.mailed_twice() == []


@pytest.mark.parametrize(
    ("name", "reasons", "people"),
    [
        ("hubspot", {"opted_out": 1}, ["ada", "blaise"]),
        ("salesforce", {"opted_out": 1}, ["ada", "blaise"]),
        ("pipedrive", {"opted_out": 2, "no_email": 1}, ["ada"]),
        ("zoho", {"opted_out": 2}, ["ada", "blaise"]),
    ],
)
def test_the_exports_are_read_as_their_pages_say(
    tmp_path: Path, name: str, reasons: dict[str, int], people: list[str]
) -> None:
    """Each system is recognised, and who opted out in its own way stays out."""
    prepared = xcom(run(f"{name}_contacts", files=tmp_path), "prepare_contacts")
    assert (prepared["source"], prepared["reasons"]) == (name, reasons)
    assert column(tmp_path / "people.csv", "email") == [f"{each}@example.com" for each in people]


def test_a_query_is_read_as_its_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parameter is bound by the driver, and an opt-out in the database counts."""
    from airflow.providers.common.sql.hooks.sql import DbApiHook
    from airflow.sdk import BaseHook

    with closing(sqlite3.connect(tmp_path / "crm.db")) as database, database:
        database.execute("create table people (event, first_name, last_name, email, email_opt_out)")
        rows = [("spring", "Ada", 0), ("spring", "Grace", 1), ("autumn", "Blaise", 0)]
        people = [(event, name, "", f"{name}@example.com", opt_out) for event, name, opt_out in rows]
        database.executemany("insert into people values (?, ?, ?, ?, ?)", people)

    class CrmHook(DbApiHook):
        conn_name_attr = "crm_conn_id"

        def get_conn(self) -> Any:
            return sqlite3.connect(tmp_path / "crm.db")

    monkeypatch.setattr(BaseHook, "get_connection", {"crm": SimpleNamespace(get_hook=CrmHook)}.__getitem__)
    run("sql_contacts", files=tmp_path)
    assert column(tmp_path / "people.csv", "email") == ["ada@example.com"]


def test_lists_and_campaigns_keep_people_out(sandbox: Sandbox, campaign_id: str, tmp_path: Path) -> None:
    """The list keeps one out, the campaign another; without a campaign only the list does."""
    run("suppressed_contacts", files=tmp_path)
    assert column(tmp_path / "people.csv", "email") == ["ada@example.com"]
    campaign = sandbox.lets_calendar.campaign(campaign_id)
    sandbox.lets_calendar.add_attendee(campaign, {"firstname": "Ada", "email": "ada@example.com"})
    dag = load("suppressed_contacts")
    done = dag.test(run_conf={"files": str(tmp_path / "again"), "campaign_id": campaign_id})
    assert done.state == "failed"  # nobody is left
    assert not (tmp_path / "again").exists()


def test_contacts_come_from_many_files(tmp_path: Path) -> None:
    """A directory, a pattern and a list are one audience each."""
    done = run("contact_sources", files=tmp_path)
    rows = {name: xcom(done, name)["rows"] for name in ("directory", "pattern", "list")}
    assert rows == {"directory": 14, "pattern": 4, "list": 7}


def test_contacts_come_from_another_task(tmp_path: Path) -> None:
    """A DataFrame is prepared like a file of the same rows."""
    pytest.importorskip("pyarrow")
    if version("apache-airflow-core").startswith("3.1.") and not version("pandas").startswith("2."):
        pytest.skip("Airflow 3.1 hands no DataFrame of pandas 3 from task to task")
    prepared = xcom(run("dataframe_contacts", files=tmp_path), "prepare_contacts")
    assert (prepared["rows"], prepared["accepted"]) == (6, 3)


def test_a_slot_is_booked_once(sandbox: Sandbox) -> None:
    """A second run finds the appointment of the first."""
    calendar, contact = sandbox.highlevel.calendars[0]["id"], "conAda00000000000001"
    for outcome in ("created", "adopted"):
        done = run("book_slot", calendar_id=calendar, contact_id=contact)
        assert xcom(done, "book")["outcome"] == outcome
    assert [each.contact_id for each in sandbox.highlevel.appointments].count(contact) == 1


def test_columns_can_be_named(tmp_path: Path) -> None:
    """Odd headers, a second address by its number, and opt-outs of three kinds."""
    prepared = xcom(run("contact_columns", files=tmp_path), "prepare_contacts")
    assert column(tmp_path / "people.csv", "email") == ["ada@example.com", "blaise@example.com"]
    assert column(tmp_path / "people.csv", "loginurl")[0] == "https://example.com/ada"
    assert prepared["reasons"] == {"opted_out": 2}


def test_a_long_list_goes_up_in_parts(sandbox: Sandbox, campaign_id: str, tmp_path: Path) -> None:
    """Each part is uploaded once, and nobody is lost or twice there."""
    run("upload_in_parts", files=tmp_path, campaign_id=campaign_id)
    assert len(sandbox.journal.calls("upload-contacts")) == 2
    sandbox.clock.advance(60)
    attendees = sandbox.lets_calendar.campaign(campaign_id).attendees
    assert sorted(each.email for each in attendees) == [f"{n}@example.com" for n in ("ada", "blaise", "emmy")]


def test_one_list_has_everybody_who_was_left_out(sandbox: Sandbox, campaign_id: str, tmp_path: Path) -> None:
    """The vendor's refusals stand beside the rejected rows."""
    campaign = sandbox.lets_calendar.campaign(campaign_id)
    sandbox.lets_calendar.add_attendee(campaign, {"firstname": "Ada", "email": "ada@example.com"})
    run("refused_contacts", files=tmp_path, campaign_id=campaign_id)
    reasons = Counter(column(tmp_path / "people.rejected.csv", "reason"))
    assert reasons["opted_out"] == reasons["invalid_email"] == 1
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["reasons"]["vendor_duplicate"] == 1


def test_any_call_can_be_made(sandbox: Sandbox) -> None:
    """The hook asks what has no operator."""
    assert xcom(run("sender_mailboxes"), "count_senders") == sandbox.settings.senders


def test_meetings_are_listed_once(sandbox: Sandbox, tmp_path: Path) -> None:
    """A second run lists only what was booked since the first."""
    for guest in ("ada@example.com", "blaise@example.com"):
        sandbox.lemcal.book(guest_email=guest)
        run("booked_meetings", files=tmp_path)
    written = [column(path, "guest_email") for path in tmp_path.glob("*/meetings.csv")]
    assert sorted(written) == [["ada@example.com"], ["blaise@example.com"]]


def test_the_hook_is_there_once(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often the DAG is run, lemcal knows one hook, which brings the secret."""
    connection = {**json.loads(sandbox.connection_json("lemcal")), "extra": {"webhook_secret": "s" * 24}}
    monkeypatch.setenv("AIRFLOW_CONN_LEMCAL_DEFAULT", json.dumps(connection))
    for _ in range(2):
        run("lemcal_webhook", address="https://airflow.example.com")
    (hook,) = sandbox.lemcal.hooks
    assert hook.target_url.startswith(
        "https://airflow.example.com/calendars/webhooks/lemcal/lemcal_default?token="
    )


def test_appointments_are_compared_with_the_run_before(sandbox: Sandbox, tmp_path: Path) -> None:
    """What was booked between two runs is what has been created."""
    run("changed_appointments", files=tmp_path)
    sandbox.highlevel.book(start=datetime.now(UTC) + timedelta(days=2))
    assert xcom(run("changed_appointments", files=tmp_path), "export_appointments")["created"] == 1


def test_files_go_where_all_workers_are(sandbox: Sandbox, campaign_id: str, tmp_path: Path) -> None:
    """A storage address stands in for a folder, in every task."""
    run("many_workers", storage=f"file://{tmp_path}", campaign_id=campaign_id)
    sandbox.clock.advance(60)
    assert len(sandbox.lets_calendar.campaign(campaign_id).attendees) == 3


def test_every_dag_of_the_pages_is_run() -> None:
    """No DAG is quoted that no test has run."""
    source = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    exports = ["hubspot", "salesforce", "pipedrive", "zoho"]
    names = {path.stem for path in DAGS.glob("*.py")} - {f"{each}_contacts" for each in exports}
    assert [name for name in sorted(names) if f'"{name}"' not in source] == []
