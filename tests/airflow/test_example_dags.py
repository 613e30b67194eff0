"""Every example DAG, run for real against the sandbox."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import DAG

from airflow_provider_calendars.sandbox import Sandbox
from airflow_provider_calendars.sandbox.demo import example_dags
from airflow_provider_calendars.sandbox.highlevel.seeds import CONTACTS, SOMEBODY_ELSE
from tests.airflow.answering import answering
from tests.airflow.running import load_dag

DAGS = example_dags()


def load(name: str) -> DAG:
    """Import an example DAG."""
    return load_dag(DAGS / f"{name}.py")


@pytest.mark.slow
def test_a_crm_export_becomes_a_sent_campaign(
    calendars_connections: Sandbox, airflow_database: Path, tmp_path: Path
) -> None:
    """The people of the export who may be invited are, once each; the report says who was not and why."""
    run = load("lets_calendar_crm_invites").test(run_conf={"output_folder": str(tmp_path)})
    assert run.state == "success"
    report: dict[str, Any] = json.loads(next(tmp_path.glob("*/report.json")).read_text())
    mailed = [delivery.email for delivery in calendars_connections.lets_calendar.mailbox()]
    with open(report["contacts_path"], encoding="utf-8", newline="") as stream:
        accepted = [row["email"] for row in csv.DictReader(stream)]
    assert sorted(mailed) == sorted(accepted)
    assert report["invites_sent"] == report["accepted"] == len(accepted) > 100
    assert report["rows"] == sum(report[n] for n in ("accepted", "rejected", "suppressed", "duplicates"))
    assert min(report[name] for name in ("rejected", "suppressed", "duplicates")) > 0
    assert calendars_connections.lets_calendar.mailed_twice() == []


@pytest.mark.slow
def test_bookings_become_guests_of_a_campaign_once(
    calendars_connections: Sandbox, airflow_database: Path, tmp_path: Path
) -> None:
    """New guests are invited; cancelled ones are not, and a run without news mails nobody."""
    sandbox, dag = calendars_connections, load("lemcal_booked_meetings_to_campaign")
    conf = {"output_folder": str(tmp_path)}
    sandbox.lemcal.book(guest_email="ann@example.com", guest_name="Ann Lee")
    sandbox.settings.cancelled_meetings = "canceledAt"
    cancelled = sandbox.lemcal.book(guest_email="bob@example.com", guest_name="Bob Ray")
    sandbox.lemcal.cancel(cancelled.id)
    assert dag.test(run_conf=conf).state == "success"
    assert dag.test(run_conf=conf).state == "success"
    sandbox.lemcal.book(guest_email="cy@example.com", guest_name="Cy Dow")
    sandbox.lemcal.book(guest_email="ann@example.com", guest_name="Ann Lee")
    assert dag.test(run_conf=conf).state == "success"
    sandbox.clock.advance(60)
    mailed = sorted(each.email for each in sandbox.lets_calendar.mailbox())
    assert mailed == ["ann@example.com", "cy@example.com"]
    assert len(sandbox.lets_calendar.campaigns) == 1


@pytest.mark.slow
def test_a_day_of_bookings_is_exported_again_and_again(
    calendars_connections: Sandbox, airflow_database: Path, tmp_path: Path
) -> None:
    """The run of a day writes the bookings of that day, the same ones when it is run again."""
    sandbox, dag = calendars_connections, load("lemcal_meetings_export")
    for day, guest in ((1, "ann@example.com"), (2, "bob@example.com"), (3, "cy@example.com")):
        sandbox.lemcal.book(guest_email=guest, created_at=datetime(2026, 5, day, 12, tzinfo=UTC))
    for _ in range(2):
        run = dag.test(
            logical_date=datetime(2026, 5, 3, tzinfo=UTC), run_conf={"output_folder": str(tmp_path)}
        )
        assert run.state == "success"
        rows = [
            json.loads(line) for line in (tmp_path / "meetings-2026-05-02.jsonl").read_text().splitlines()
        ]
        assert [row["guest_email"] for row in rows] == ["bob@example.com"]


@pytest.mark.parametrize("name", sorted(path.stem for path in DAGS.glob("*.py")))
def test_every_example_dag_parses_and_explains_itself(name: str) -> None:
    """Each example is called like its file and has a page of its own words."""
    dag = load(name)
    assert dag.dag_id == name
    assert dag.doc_md


@pytest.mark.slow
def test_calendars_are_as_their_file_says(calendars_connections: Sandbox, airflow_database: Path) -> None:
    """A plan changes nothing, a run changes what the plan said, and the next one finds nothing to do."""
    sandbox, name = calendars_connections, "highlevel_calendars_as_code"

    def calendars() -> list[tuple[str, int]]:
        return [(row["name"], row["slotDuration"]) for row in sandbox.highlevel.calendars]

    def writes() -> int:
        return sum(entry.method in {"POST", "PUT"} for entry in sandbox.journal.entries)

    before = calendars()
    assert load(name).test(run_conf={"apply": False}).state == "success"
    assert (calendars(), writes()) == (before, 0)
    for _ in range(2):
        assert load(name).test().state == "success"
        assert calendars() == [("Product demo", 45), ("Grace Hopper", 30), ("Office hours", 30)]
        assert writes() == 2


@pytest.mark.slow
def test_who_waits_gets_a_slot_once(calendars_connections: Sandbox, airflow_database: Path) -> None:
    """Everybody on the list gets one appointment, and a second run books nobody."""
    highlevel, dag = calendars_connections.highlevel, load("highlevel_book_from_waitlist")
    highlevel.race(1)
    assert dag.test().state == "success"
    waiting = [each for each in highlevel.appointments if each.contact_id != SOMEBODY_ELSE]
    assert sorted(each.contact_id for each in waiting) == [each.id for each in CONTACTS[:3]]
    assert dag.test().state == "success"
    assert [each for each in highlevel.appointments if each.contact_id != SOMEBODY_ELSE] == waiting
    assert highlevel.automations == []


@pytest.mark.slow
def test_tagged_contacts_are_invited_once(
    calendars_connections: Sandbox, airflow_database: Path, tmp_path: Path
) -> None:
    """Who carries the tag and wants mail is invited and marked; a later run invites only who is new."""
    sandbox, name = calendars_connections, "highlevel_crm_to_campaign"
    highlevel, conf = sandbox.highlevel, {"output_folder": str(tmp_path)}
    for contact in CONTACTS[:3]:
        highlevel.tag(contact.id, "spring webinar")
    highlevel.set_dnd(CONTACTS[1].id, channel="Email", status="permanent")
    assert load(name).test(run_conf=conf).state == "success"
    highlevel.tag(CONTACTS[3].id, "spring webinar")
    assert load(name).test(run_conf=conf).state == "success"
    sandbox.clock.advance(60)
    invited = [CONTACTS[number] for number in (0, 2, 3)]
    mailed = [delivery.email for delivery in sandbox.lets_calendar.mailbox()]
    assert sorted(mailed) == sorted(each.email for each in invited)
    assert len(sandbox.lets_calendar.campaigns) == 1
    marked = {each.id for each in highlevel.contacts.values() if "spring webinar invited" in each.tags}
    assert marked == {each.id for each in invited}


@pytest.mark.slow
@pytest.mark.skipif(
    version("apache-airflow-core").startswith("3.1."),
    reason="of Airflow 3.1 only the triggerer can wait for a person, not dag.test",
)
@pytest.mark.parametrize("option", ["Approve", "Reject"])
def test_a_person_decides_about_a_campaign(
    calendars_connections: Sandbox,
    airflow_database: Path,
    tmp_path: Path,
    option: str,
) -> None:
    """Approved, our own people and then everybody are invited once; rejected, nobody is."""
    sandbox, name = calendars_connections, "lets_calendar_approved_campaign"
    sandbox.settings.update({"send_delay": 0.1, "send_seconds": 0.2})
    with answering(name, "approve_invites", option) as shown:
        run = load(name).test(run_conf={"output_folder": str(tmp_path)})
    assert run.state == "success"
    assert len(shown) == 1
    assert "example.com" in shown[0]["body"] or "@" in shown[0]["body"]
    with open(next(tmp_path.glob("*/contacts.csv")), encoding="utf-8", newline="") as stream:
        accepted = [row["email"] for row in csv.DictReader(stream)]
    assert [address for address in accepted if address in json.dumps(shown)] == []
    mailed = sorted(delivery.email for delivery in sandbox.lets_calendar.mailbox())
    assert mailed == (sorted([*accepted, "qa@example.com"]) if option == "Approve" else [])
    assert sandbox.lets_calendar.mailed_twice() == []


@pytest.mark.slow
def test_everything_of_a_title_is_stopped(calendars_connections: Sandbox, airflow_database: Path) -> None:
    """Automation, schedules and sendings of the campaigns that are meant, and of no others."""
    lets_calendar = calendars_connections.lets_calendar
    meant, other = (lets_calendar.add_campaign(title=title) for title in ("Spring webinar", "Autumn demo"))
    for campaign in (meant, other):
        lets_calendar.add_attendee(campaign, {"firstname": "Ava", "email": "ava@example.com"})
        lets_calendar.automate(campaign, enabled=True)
    run = load("lets_calendar_emergency_stop").test(run_conf={"title": "spring"})
    assert run.state == "success"
    assert (meant.automation, other.automation) == (False, True)
