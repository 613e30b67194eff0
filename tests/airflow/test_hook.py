"""The hook: what the test button says, calls without a method, and logins shared by tasks."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import Variable, task

from airflow_provider_calendars import exceptions
from airflow_provider_calendars.hooks.lets_calendar import LetsCalendarHook
from airflow_provider_calendars.sandbox import Fault, Sandbox
from tests.airflow.running import hasten, run_dag, states

NAME = "AIRFLOW_CONN_LETS_CALENDAR_DEFAULT"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hasten(monkeypatch)


def connect(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, **fields: Any) -> None:
    """Make the default connection the sandbox's, with some other fields."""
    monkeypatch.setenv(NAME, json.dumps({**json.loads(sandbox.connection_json("lets_calendar")), **fields}))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"login": "lc_inactive"}, ["inactive", "Activate the key"]),
        ({"login": "lc_expired"}, ["expired", "new secret"]),
        ({"password": "wrong"}, ["Unauthorized", "Check the client key (login) and the secret key"]),
        ({"login": "lc_no_user"}, ["User not found"]),
        ({"login": None}, ["lets_calendar_default", "login (client key) is empty"]),
        ({"host": "http://10.0.0.1"}, ["allow_http"]),
    ],
)
def test_the_test_button_says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, calendars_sandbox: Sandbox, fields: dict[str, Any], said: list[str]
) -> None:
    """Who presses it reads which field to change, and no secret."""
    connect(monkeypatch, calendars_sandbox, **fields)
    worked, message = LetsCalendarHook().test_connection()
    assert not worked
    assert [words for words in said if words not in message] == []
    assert "sandbox-secret" not in message
    assert len(calendars_sandbox.journal.entries) <= 1


def test_the_test_button_tells_an_account_without_sender(calendars_connections: Sandbox) -> None:
    """An account that can log in but not send is not called ready."""
    worked, message = LetsCalendarHook().test_connection()
    assert (worked, "2 sender" in message) == (True, True)
    calendars_connections.settings.senders = 0
    worked, message = LetsCalendarHook().test_connection()
    assert (worked, "no sender mailbox" in message) == (False, True)


def test_the_test_button_without_network(monkeypatch: pytest.MonkeyPatch, calendars_sandbox: Sandbox) -> None:
    """A server that cannot be reached, or is another one, is told as that."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    connect(monkeypatch, calendars_sandbox, host=f"http://127.0.0.1:{port}")
    worked, message = LetsCalendarHook().test_connection()
    assert not worked
    assert message.startswith("Let's Calendar did not answer POST /access_token: no connection (refused")
    assert f"Check the host and port of the connection (127.0.0.1:{port})" in message
    connect(monkeypatch, calendars_sandbox)
    calendars_sandbox.faults.add(Fault("html", status=200, times=None))
    worked, message = LetsCalendarHook().test_connection()
    assert (worked, "Check the host" in message) == (False, True)


def test_a_call_without_a_method(calendars_connections: Sandbox) -> None:
    """Any operation can be called under the same login, rules and errors."""
    hook = LetsCalendarHook()
    campaign = calendars_connections.lets_calendar.add_campaign()
    answer = hook.request("GET", "/campaigns", repeat="always", params={"page": 1, "search": None})
    assert answer["campaigns"]["data"][0]["campaign_id"] == campaign.id
    assert calendars_connections.journal.calls("campaigns")[0].query == {"page": "1"}
    with pytest.raises(exceptions.Rejected, match="No New Attendees"):
        hook.request("POST", "/send-invite", repeat="never", json={"campaign_id": campaign.id})
    calendars_connections.faults.add(Fault("lost_after", operation="send-invite"))
    with pytest.raises(exceptions.OutcomeUnknown):
        hook.request("POST", "/send-invite", repeat="never", json={"campaign_id": campaign.id})
    calendars_connections.faults.add(Fault("lost_after", operation="campaigns"))
    assert hook.request("GET", "/campaigns", repeat="always")["campaigns"]["data"]
    assert len(calendars_connections.journal.calls("access_token")) == 1


@pytest.mark.parametrize(
    ("method", "path", "repeat", "named"),
    [
        ("get", "/x", "always", "method"),
        ("GET", "x", "always", "path"),
        ("GET", "https://evil.example/x", "always", "path"),
        ("GET", "/x?next=http://evil.example", "always", "path"),
        ("GET", "", "always", "path"),
        ("GET", None, "always", "path"),
        ("GET", "/x", "sometimes", "repeat"),
        ("GET", "/x", None, "repeat"),
    ],
)
def test_a_call_without_a_method_refuses_bad_arguments(
    calendars_connections: Sandbox, method: str, path: Any, repeat: Any, named: str
) -> None:
    """The argument is named and nothing was sent."""
    with pytest.raises(exceptions.ConfigurationError, match=named):
        LetsCalendarHook().request(method, path, repeat=repeat)
    assert calendars_connections.journal.entries == []


def list_senders_in_tasks(*names: str) -> None:
    """Make tasks that each look at the senders with a hook of their own, one after the other."""

    def look() -> int:
        return len(LetsCalendarHook().list_senders())

    before: Any = None
    for name in names:
        now = task(task_id=name)(look)()
        _ = before and before >> now
        before = now


@pytest.mark.slow
def test_tasks_share_a_login_where_the_connection_says_so(
    monkeypatch: pytest.MonkeyPatch, calendars_sandbox: Sandbox, airflow_database: Path
) -> None:
    """With share_login one login serves three tasks, also where new logins end older ones."""
    calendars_sandbox.settings.new_token_ends_older = True
    connect(monkeypatch, calendars_sandbox, extra=json.dumps({"share_login": True}))
    run = run_dag(lambda: list_senders_in_tasks("one", "two", "three"))
    assert set(states(run).values()) == {"success"}
    assert len(calendars_sandbox.journal.calls("access_token")) == 1
    # the vendor ends the login: the next task makes one, the one after it uses that
    calendars_sandbox.lets_calendar.tokens.clear()
    assert set(states(run_dag(lambda: list_senders_in_tasks("one", "two"))).values()) == {"success"}
    assert len(calendars_sandbox.journal.calls("access_token")) == 2


@pytest.mark.slow
def test_tasks_do_not_share_a_login_unasked(calendars_connections: Sandbox, airflow_database: Path) -> None:
    """Without the switch no token is stored in Airflow."""

    def look() -> None:
        LetsCalendarHook().list_senders()
        assert Variable.get("calendars.lets_calendar.lets_calendar_default.none", default=None) is None

    run = run_dag(lambda: [task(task_id=name)(look)() for name in ("one", "two")])
    assert set(states(run).values()) == {"success"}
    assert len(calendars_connections.journal.calls("access_token")) == 2


WORKER = """
import json, os, sys
from pathlib import Path
from airflow_provider_calendars import memory
from airflow_provider_calendars.hooks.lets_calendar import LetsCalendarHook
from tests.file_variables import FileVariables

memory.Variable = FileVariables(Path(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    assert len(LetsCalendarHook().list_senders()) == 2
"""


@pytest.mark.slow
def test_parallel_processes_share_a_login_that_ends_older_ones(
    monkeypatch: pytest.MonkeyPatch, calendars_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Every call of four processes is answered, although each new login ends all others."""
    calendars_sandbox.settings.new_token_ends_older = True
    connect(monkeypatch, calendars_sandbox, extra=json.dumps({"share_login": True}))
    command = [sys.executable, "-c", WORKER, str(tmp_path), "15"]
    workers = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    complaints = [worker.communicate(timeout=120)[1] for worker in workers]
    assert [each[-2000:] for each, worker in zip(complaints, workers, strict=True) if worker.returncode] == []
    assert len(calendars_sandbox.journal.calls("access_token")) <= 8
