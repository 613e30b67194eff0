"""A whole Airflow: somebody books, and a DAG runs."""

from __future__ import annotations

import json
import os
import shutil
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_calendars.operators.lemcal import LemcalEnsureHookOperator
from airflow_provider_calendars.sandbox import Sandbox
from airflow_provider_calendars.sandbox.demo import airflow_environment, example_dags, standalone

WATCHED = "lemcal_booked_meetings_to_campaign"
RUNG = "rung_by_webhook"
RUNG_DAG = """
from airflow.sdk import dag
from airflow_provider_calendars.assets.lemcal import lemcal_meetings_asset
from airflow_provider_calendars.operators.lemcal import LemcalListMeetingsOperator

@dag(schedule=[lemcal_meetings_asset("lemcal_hooks", watch=False)])
def rung_by_webhook():
    LemcalListMeetingsOperator(
        task_id="list", lemcal_conn_id="lemcal_hooks", path="{folder}/rung.csv", cursor="rung")

rung_by_webhook()
"""


class Airflow:
    """A running Airflow, asked over its REST API."""

    def __init__(self, port: int) -> None:
        self.url = f"http://localhost:{port}"
        self.token = ""

    def get(self, path: str) -> Any:
        """Return the decoded answer."""
        return self._ask(path, None)

    def post(self, path: str, body: Any) -> Any:
        """Send something and return the decoded answer."""
        return self._ask(path, json.dumps(body).encode())

    def _ask(self, path: str, body: bytes | None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}{path}", data=body, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)

    def is_up(self) -> bool:
        """Return whether it answers, logged in."""
        try:
            self.token = self.get("/auth/token")["access_token"]
        except OSError:
            return False
        return True

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """Return the runs of a DAG."""
        runs: list[dict[str, Any]] = self.get(f"/api/v2/dags/{dag_id}/dagRuns")["dag_runs"]
        return runs


def until(true: Callable[[], bool], what: str, seconds: float) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.3)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Serve both vendors."""
    with Sandbox() as running:
        yield running


@pytest.mark.slow
def test_a_booking_starts_a_dag_by_watcher_and_by_webhook(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Scheduler, triggerer and API server together turn one booking into an invite, sent once."""
    port = free_port()
    dags = tmp_path / "dags"
    dags.mkdir()
    shutil.copy(example_dags() / f"{WATCHED}.py", dags)
    (dags / f"{RUNG}.py").write_text(RUNG_DAG.replace("{folder}", str(tmp_path)))
    connection = {**json.loads(sandbox.connection_json("lemcal")), "extra": {"webhook_secret": "s" * 24}}
    environment = {
        **airflow_environment(tmp_path, sandbox, port),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/airflow.db",
        "AIRFLOW__CALENDARS__WEBHOOK_CONNECTIONS": "lemcal_hooks",
        "AIRFLOW_CONN_LEMCAL_HOOKS": json.dumps(connection),
        "TMPDIR": str(tmp_path),
    }
    monkeypatch.setenv("AIRFLOW_CONN_LEMCAL_HOOKS", environment["AIRFLOW_CONN_LEMCAL_HOOKS"])
    airflow = Airflow(port)
    with (tmp_path / "airflow.log").open("wb") as log, standalone(environment, log):
        until(airflow.is_up, "Airflow answers", 90)
        until(lambda: {WATCHED, RUNG} <= _dags(airflow), "the DAGs are there", 60)
        hook = LemcalEnsureHookOperator(
            task_id="hook", lemcal_conn_id="lemcal_hooks", receiver_url=airflow.url, any_meeting_type=True
        ).execute({})
        assert hook["outcome"] == "created"
        until(lambda: bool(sandbox.journal.calls("GET /meetings")), "the watcher looks", 60)
        time.sleep(1)  # what was there at the first look is not new; let that look end
        booked = time.time()
        sandbox.lemcal.book(guest_email="guest@example.com", guest_name="Gail Guest")
        for dag_id in (RUNG, WATCHED):
            until(lambda name=dag_id: _state(airflow, name) == "success", f"{dag_id} succeeds", 120)
        seconds = {dag_id: _started(airflow, dag_id) - booked for dag_id in (RUNG, WATCHED)}
    with capsys.disabled():
        print(f"\nbooking to run start: webhook {seconds[RUNG]:.1f} s, watcher {seconds[WATCHED]:.1f} s")
    until(lambda: len(sandbox.lets_calendar.mailbox()) > 0, "the guest is mailed", 20)
    assert [each.email for each in sandbox.lets_calendar.mailbox()] == ["guest@example.com"]
    assert seconds[RUNG] < seconds[WATCHED] + 10
    assert b"s" * 24 not in (tmp_path / "airflow.log").read_bytes()
    assert os.path.getsize(tmp_path / "rung.csv") > 0


def _dags(airflow: Airflow) -> set[str]:
    return {each["dag_id"] for each in airflow.get("/api/v2/dags")["dags"]}


def _state(airflow: Airflow, dag_id: str) -> str:
    states = [run["state"] for run in airflow.runs(dag_id)]
    assert "failed" not in states, f"{dag_id} failed"
    return states[0] if states else "none"


def _started(airflow: Airflow, dag_id: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(airflow.runs(dag_id)[0]["start_date"]).timestamp()
