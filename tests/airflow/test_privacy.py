"""Nothing a run leaves behind in Airflow tells who was invited or how it logged in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_provider_calendars.sandbox import Fault, Sandbox

PEOPLE = ["unmistakable.one@example.com", "unmistakable.two@example.com", "unmistakable.three@example.com"]
JOIN_PASSWORD = "unmistakable-join-password"
DAG = """
from airflow.sdk import dag
from airflow_provider_calendars.operators.contacts import PrepareContactsOperator
from airflow_provider_calendars.operators.lets_calendar import *
from airflow_provider_calendars.sensors.lets_calendar import *

@dag(schedule=None)
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
    add >> upload >> send >> sent >> export >> senders >> refused

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
    # the vendor repeats what it was sent, as vendors do
    echo = {"error": f"{PEOPLE[0]} is on no list; your token was {JOIN_PASSWORD}@example.com"}
    calendars_sandbox.faults.add(Fault("status", operation="add-contacts", skip=1, status=422, body=echo))
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__CORE__DAGS_FOLDER": str(tmp_path / "dags"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
        "AIRFLOW_CONN_LETS_CALENDAR_DEFAULT": calendars_sandbox.connection_json("lets_calendar"),
        "AIRFLOW_VAR_PERSON": "unmistakable.four@example.com",
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
    assert mailed == set(PEOPLE)
    tokens = [token.rpartition("|")[2] for token in calendars_sandbox.lets_calendar.tokens.values]
    assert tokens
    secrets = [*PEOPLE, "unmistakable.four@example.com", JOIN_PASSWORD, "sandbox-secret", *tokens]
    assert leaks(secrets, (path for path in home.rglob("*") if path.is_file())) == []
    kept = [tmp_path / name for name in ("contacts.csv", "contacts.rejected.csv", "attendees.csv")]
    assert [oct(path.stat().st_mode & 0o777) for path in kept] == ["0o600"] * 3
    assert leaks([JOIN_PASSWORD], iter([tmp_path / "attendees.csv"])) == []
