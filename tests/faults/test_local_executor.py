"""Tasks that are really killed, in an Airflow with its own scheduler, LocalExecutor and heartbeats."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflow_provider_calendars.sandbox import Sandbox
from airflow_provider_calendars.sandbox.demo import airflow_environment, standalone
from tests.airflow.test_end_to_end import Airflow, _dags, free_port, until

DAG = """
import os, signal
from datetime import timedelta
from pathlib import Path
from airflow.sdk import dag
from airflow_provider_calendars.api import drivers
from airflow_provider_calendars.operators.lets_calendar import *

OPERATION, WHEN, WHOM = {case!r}
KILLED = Path({folder!r}) / "{dag_id}.killed"
real = drivers.Driver._send

def die():
    KILLED.touch()
    if WHOM == "supervisor":
        os.kill(os.getppid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)

def send(driver, session, request):
    due = request.operation == OPERATION and not KILLED.exists()
    if due and WHEN == "before":
        die()
    answer = real(driver, session, request)
    if due:
        die()
    return answer

drivers.Driver._send = send
PEOPLE = [{{"email": f"unmistakable{{n}}@example.com", "first_name": "Jo"}} for n in range(3)]

@dag(schedule="@once", catchup=True, start_date=__import__("datetime").datetime(2026, 1, 1),
     default_args={{"retries": 4, "retry_delay": timedelta(seconds=1)}})
def {dag_id}():
    create = LetsCalendarCreateCampaignOperator(
        task_id="create", title="{dag_id}", subject="s", sender_email_id=123, timezone="UTC",
        start_datetime="2037-01-01 10:00", end_datetime="2037-01-01 11:00",
        description="d", email_content="<p>e</p>")
    campaign_id = create.output["campaign_id"]
    add = LetsCalendarAddContactsOperator(task_id="add", campaign_id=campaign_id, contacts=PEOPLE)
    send = LetsCalendarSendInvitesOperator(
        task_id="send", campaign_id=campaign_id, outcome_timeout=20, allow_backfill=True)
    add >> send

{dag_id}()
"""
CASES = {
    "create_before": ("POST /create-campaign", "before", "task"),
    "create_after": ("POST /create-campaign", "after", "task"),
    "add_after": ("POST /add-contacts", "after", "task"),
    "send_before": ("POST /send-invite", "before", "task"),
    "send_after": ("POST /send-invite", "after", "task"),
    "supervisor_too": ("POST /create-campaign", "after", "supervisor"),
}


def finished(airflow: Airflow, dag_id: str) -> bool:
    return [run["state"] for run in airflow.runs(dag_id)][:1] in (["success"], ["failed"])


@pytest.mark.slow
def test_killed_tasks_are_run_again_by_airflow_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """However a task dies, there is one campaign, everybody is in it once, and nobody is mailed twice."""
    port, dags = free_port(), tmp_path / "dags"
    dags.mkdir()
    for dag_id, case in CASES.items():
        (dags / f"{dag_id}.py").write_text(DAG.format(case=case, dag_id=dag_id, folder=str(tmp_path)))
    with Sandbox() as sandbox:
        sandbox.settings.update({"send_delay": 0.1, "send_seconds": 0.2})
        environment = {
            **airflow_environment(tmp_path, sandbox, port),
            "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/airflow.db",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_SEC": "2",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "10",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "3",
            "TMPDIR": str(tmp_path),
        }
        airflow = Airflow(port)
        with (tmp_path / "airflow.log").open("wb") as log, standalone(environment, log):
            until(airflow.is_up, "Airflow answers", 90)
            until(lambda: set(CASES) <= _dags(airflow), "the DAGs are there", 60)
            for dag_id in CASES:
                until(lambda name=dag_id: finished(airflow, name), f"{dag_id} ends", 150)
            states = {dag_id: airflow.runs(dag_id)[0]["state"] for dag_id in CASES}
        campaigns = {each.title: each for each in sandbox.lets_calendar.campaigns}
        mailed = dict.fromkeys(CASES, 0)
        for delivery in sandbox.lets_calendar.mailbox():
            title = next(name for name, each in campaigns.items() if each.id == delivery.campaign_id)
            mailed[title] += 1
        assert len(sandbox.lets_calendar.campaigns) == len(CASES)
        assert {len(each.attendees) for each in campaigns.values()} == {3}
        assert sandbox.lets_calendar.mailed_twice() == []
    with capsys.disabled():
        print(f"\nkilled under LocalExecutor: {states}")
    # a sending that nobody can tell about stops; all others end well
    assert {name for name, state in states.items() if state == "failed"} <= {"send_before"}
    assert {name: count for name, count in mailed.items() if states[name] == "success" and count != 3} == {}
    assert {path.name for path in tmp_path.glob("*.killed")} == {f"{name}.killed" for name in CASES}
    # who is written into a DAG's own file is in Airflow's copy of it, and nowhere else
    logs = [tmp_path / "airflow.log", *(tmp_path / "airflow" / "logs").rglob("*.log")]
    assert [path for path in logs if b"unmistakable1@" in path.read_bytes()] == []
