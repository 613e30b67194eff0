"""Nothing a run leaves behind in Airflow tells who was invited or how it logged in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_provider_calendars.sandbox import Fault, Sandbox
from airflow_provider_calendars.sandbox.highlevel.seeds import TOKEN

PEOPLE = ["unmistakable.one@example.com", "unmistakable.two@example.com", "unmistakable.three@example.com"]
JOIN_PASSWORD = "unmistakable-join-password"
SEED, GUEST, CONTACT = (f"unmistakable.{who}@example.com" for who in ("seed", "guest", "contact"))
PHONE, TITLE = "+4930918273645", "unmistakable title of an appointment"
DAG = """
from airflow.sdk import dag
from airflow_provider_calendars.operators.contacts import PrepareContactsOperator
from airflow_provider_calendars.operators.guards import CheckInvitesOperator
from airflow_provider_calendars.operators.highlevel import *
from airflow_provider_calendars.operators.lemcal import LemcalListMeetingsOperator
from airflow_provider_calendars.operators.lets_calendar import *
from airflow_provider_calendars.sensors.lets_calendar import *

@dag(schedule=None, render_template_as_native_obj=True)
def private():
    prepare = PrepareContactsOperator(
        task_id="prepare", path="{folder}/export.csv", output_path="{folder}/contacts.csv",
        columns={{"password": "Join password"}})
    create = LetsCalendarCreateCampaignOperator(
        task_id="create", title="Private", subject="s", sender_email_id=123, timezone="UTC",
        start_datetime="2033-01-01 10:00", end_datetime="2033-01-01 11:00",
        description="d", email_content="<p>e</p>")
    campaign_id = create.output["campaign_id"]
    add = LetsCalendarAddContactsOperator(
        task_id="add", campaign_id=campaign_id, path=prepare.output["path"])
    upload = LetsCalendarUploadContactsOperator(
        task_id="upload", campaign_id=campaign_id, path=prepare.output["path"])
    send = LetsCalendarSendInvitesOperator(task_id="send", campaign_id=campaign_id)
    sent = LetsCalendarInvitesSentSensor(
        task_id="sent", campaign_id=campaign_id, poll_interval=0.3, deferrable=True)
    export = LetsCalendarExportAttendeesOperator(
        task_id="export", campaign_id=campaign_id, path="{folder}/attendees.csv")
    senders = LetsCalendarListSendersOperator(task_id="senders")
    refused = LetsCalendarAddContactOperator(
        task_id="refused", campaign_id=campaign_id, email="{{{{ var.value.person }}}}", first_name="Jo")
    canary = LetsCalendarSendCanaryOperator(
        task_id="canary", campaign_id=campaign_id, seeds="{{{{ var.json.seeds }}}}", poll_interval=0.3)
    check = CheckInvitesOperator(task_id="check", campaign_id=campaign_id, path=prepare.output["path"])
    meetings = LemcalListMeetingsOperator(task_id="meetings", path="{folder}/meetings.csv")
    contacts = HighLevelExportContactsOperator(task_id="contacts", path="{folder}/crm.csv")
    crm = PrepareContactsOperator(
        task_id="crm", path=contacts.output["path"], output_path="{folder}/crm.contacts.csv")
    upsert = HighLevelUpsertContactsOperator(
        task_id="upsert", path=crm.output["path"], tags=["seen"], report_path="{folder}/crm.report.csv")
    book = HighLevelBookNextSlotOperator(
        task_id="book", calendar_id="calDemo0000000000001", contact_id="conAda00000000000001",
        title="{{{{ var.value.title }}}}")
    meetings >> contacts >> upsert >> book >> canary >> check
    check >> add >> upload >> send >> sent >> export >> senders >> refused

private()
"""


def leaks(secrets: list[str], where: Iterator[Path]) -> list[str]:
    """Return which secrets stand in which files."""
    found = []
    for path in where:
        content = path.read_bytes()
        found += [f"{secret} in {path.name}" for secret in secrets if secret.encode() in content]
    return found


@pytest.mark.slow
def test_a_run_leaves_no_person_and_no_secret_behind(
    calendars_sandbox: Sandbox, airflow_database: Path, tmp_path: Path
) -> None:
    """Logs, XComs, rendered fields and trigger rows hold counts, ids and paths only."""
    rows = "".join(f"Jo,Doe,{person},{JOIN_PASSWORD}\n" for person in PEOPLE)
    (tmp_path / "export.csv").write_text(f"First Name,Last Name,Email,Join password\n{rows}")
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "private.py").write_text(DAG.format(folder=tmp_path))
    home = tmp_path / "airflow"
    home.mkdir()
    (home / "airflow.db").write_bytes(airflow_database.read_bytes())
    calendars_sandbox.lemcal.book(GUEST, "Unmistakable Guest")
    calendars_sandbox.highlevel.add_contact("x", "Unmistakable Contact", CONTACT, phone=PHONE)
    # the vendor repeats what it was sent, as vendors do
    echo = {"error": f"{PEOPLE[0]} is on no list; your token was {JOIN_PASSWORD}@example.com"}
    calendars_sandbox.faults.add(Fault("status", operation="add-contacts", skip=2, status=422, body=echo))
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__CORE__DAGS_FOLDER": str(tmp_path / "dags"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
        **{
            f"AIRFLOW_CONN_{system.upper()}_DEFAULT": calendars_sandbox.connection_json(system)
            for system in calendars_sandbox.systems
        },
        "AIRFLOW_VAR_PERSON": "unmistakable.four@example.com",
        "AIRFLOW_VAR_SEEDS": json.dumps([{"email": SEED, "first_name": "Quality"}]),
        "AIRFLOW_VAR_TITLE": TITLE,
    }
    done = subprocess.run(
        [sys.executable, "-m", "airflow", "dags", "test", "private"],
        env=environment,
        capture_output=True,
        check=False,
    )
    log = home / "output.log"
    log.write_bytes(done.stdout + done.stderr)
    assert b"422" in log.read_bytes(), "the last task was to fail with what the vendor said"
    mailed = {delivery.email for delivery in calendars_sandbox.lets_calendar.mailbox()}
    assert mailed == {*PEOPLE, SEED}
    assert [each.title for each in calendars_sandbox.highlevel.appointments] == [TITLE]
    assert "seen" in calendars_sandbox.highlevel.contacts["x"].tags
    tokens = [token.rpartition("|")[2] for token in calendars_sandbox.lets_calendar.tokens.values]
    assert tokens
    secrets = [*PEOPLE, "unmistakable.four@example.com", JOIN_PASSWORD, "sandbox-secret", *tokens]
    secrets += [SEED, GUEST, CONTACT, PHONE, TITLE, "Unmistakable", TOKEN, "sandbox-api-key"]
    assert leaks(secrets, (path for path in home.rglob("*") if path.is_file())) == []
    kept = [tmp_path / name for name in ("contacts.csv", "contacts.rejected.csv", "attendees.csv")]
    assert [oct(path.stat().st_mode & 0o777) for path in kept] == ["0o600"] * 3
    assert leaks([JOIN_PASSWORD], iter([tmp_path / "attendees.csv"])) == []
