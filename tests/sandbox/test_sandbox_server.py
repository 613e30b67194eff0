"""The sandbox as a process, as a page, as a fixture, and steered from outside."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from airflow_provider_calendars.sandbox import Sandbox
from airflow_provider_calendars.sandbox.pytest_plugin import (  # noqa: F401 - fixtures are used by their names
    calendars_connections,
    calendars_sandbox,
)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def control(sandbox: Sandbox, method: str, path: str, body: Any = None) -> Any:
    return requests.request(method, f"{sandbox.url}/sandbox/{path}", json=body, timeout=5).json()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_stop_frees_the_port_and_ends_the_thread() -> None:
    """After the block nobody listens, no thread is left, and the sandbox can be started again."""
    before = threading.active_count()
    sandbox = Sandbox()
    for _ in range(2):
        with sandbox:
            port = int(sandbox.url.rpartition(":")[2])
            assert requests.get(sandbox.url, timeout=5).status_code == 200
        assert is_free(port)
        assert threading.active_count() == before
    with pytest.raises(RuntimeError, match="no URL before it is started"):
        _ = sandbox.url


def test_port_that_is_taken(sandbox: Sandbox) -> None:
    """A port that is taken is named in the error."""
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(OSError, match=f"port {port} of 127.0.0.1"):
        Sandbox(port=port).start()
    with pytest.raises(RuntimeError, match="already running"):
        sandbox.start()


def test_connections(sandbox: Sandbox) -> None:
    """Airflow reads the same connection from the URI as from the JSON."""
    from airflow.models.connection import Connection

    from_uri = Connection(uri=sandbox.connection_uri("lets_calendar"))
    from_json = json.loads(sandbox.connection_json("lets_calendar"))
    assert from_json == {
        "conn_type": "lets_calendar",
        "login": "lc_sandbox",
        "password": "sandbox-secret",
        "host": sandbox.url,
    }
    assert {name: getattr(from_uri, name) for name in from_json} == from_json
    from_uri = Connection(uri=sandbox.connection_uri("lemcal"))
    from_json = json.loads(sandbox.connection_json("lemcal"))
    assert (from_json["login"], from_json["password"]) == ("usr_sandboxHost000001", "sandbox-api-key")
    assert {name: getattr(from_uri, name) for name in from_json} == from_json
    with pytest.raises(ValueError, match="no system 'outlook'; it has lets_calendar, lemcal"):
        sandbox.connection_uri("outlook")


def test_fixture(calendars_connections: Sandbox) -> None:  # noqa: F811 - the fixture
    """The fixture serves, and points the default connections at itself."""
    assert json.loads(os.environ["AIRFLOW_CONN_LEMCAL_DEFAULT"])["host"] == calendars_connections.url
    connection = json.loads(os.environ["AIRFLOW_CONN_LETS_CALENDAR_DEFAULT"])
    assert connection["host"] == calendars_connections.url
    assert requests.get(f"{connection['host']}/api/lc/timezone-list", timeout=5).status_code == 200


def test_import_costs_nothing() -> None:
    """Neither the package nor the plugin for pytest loads a web framework, requests or Airflow."""
    code = (
        "import sys, airflow_provider_calendars.sandbox, airflow_provider_calendars.sandbox.pytest_plugin;"
        "print([name for name in ('fastapi', 'starlette', 'uvicorn', 'requests', 'airflow', 'jinja2') "
        "if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_state_over_http(sandbox: Sandbox) -> None:
    """Another process sees campaigns, counts and deliveries, and can move time."""
    campaign = sandbox.lets_calendar.add_campaign(title="Launch")
    for name in ("a", "b"):
        row = {"firstname": name, "email": f"{name}@example.com"}
        sandbox.lets_calendar.add_attendee(campaign, row)
    who = {"campaign_id": campaign.id, "email": "b@example.com", "status": "U"}
    assert control(sandbox, "POST", "lets_calendar/status", who) == {"changed": 1}
    sandbox.lets_calendar.send(campaign, "invite")
    control(sandbox, "POST", "clock", {"advance": 60})
    state = control(sandbox, "GET", "state")["lets_calendar"]
    assert state["campaigns"][0]["counts"] == {"N": 0, "P": 0, "S": 1, "F": 0, "U": 1, "C": 0}
    assert state["mailbox"] == {"total": 1, "invite": 1, "update": 0, "mailed_twice": 0}
    assert state["deliveries"][0]["email"] == "a@example.com"


def test_faults_and_settings_over_http(sandbox: Sandbox) -> None:
    """Another process can add faults and change settings; nonsense is refused with a reason."""
    control(sandbox, "POST", "faults", {"kind": "status", "operation": "timezone-list", "status": 503})
    assert [one["status"] for one in control(sandbox, "GET", "faults")] == [503]
    assert requests.get(f"{sandbox.url}/api/lc/timezone-list", timeout=5).status_code == 503
    control(sandbox, "POST", "faults", {"kind": "slow", "seconds": 60, "times": None})
    control(sandbox, "DELETE", "faults")
    assert requests.get(f"{sandbox.url}/api/lc/timezone-list", timeout=5).status_code == 200
    changed = control(sandbox, "PATCH", "settings", {"rate_limit": [5, 60], "send_seconds": 9})
    assert (changed["rate_limit"], changed["send_seconds"]) == ([5, 60], 9)
    assert control(sandbox, "GET", "settings") == changed
    for method, path, body in (
        ("POST", "faults", {"kind": "explode"}),
        ("POST", "faults", {"sort": "status"}),
        ("PATCH", "settings", {"sned_seconds": 1}),
        ("PATCH", "settings", [1]),
        ("POST", "clock", {"advance": -1}),
        ("POST", "clock", {}),
    ):
        assert "error" in control(sandbox, method, path, body)


def test_journal_over_http(sandbox: Sandbox) -> None:
    """Requests are noted down in order, without token and without the values of the body."""
    keys = {"client_key": "lc_sandbox", "secret_key": "sandbox-secret"}
    headers = {"Authorization": "Bearer 1|abc", "User-Agent": "test"}
    requests.post(f"{sandbox.url}/api/lc/access_token", json=keys, headers=headers, timeout=5)
    requests.get(f"{sandbox.url}/api/lc/nope", timeout=5)
    first, second = control(sandbox, "GET", "journal")
    assert (first["operation"], first["status"], first["authorized"]) == ("POST /access_token", 200, True)
    assert first["body_keys"] == ["client_key", "secret_key"]
    assert first["headers"]["user-agent"] == "test"
    assert (second["operation"], second["path"], second["status"]) == ("", "/api/lc/nope", 404)
    assert "abc" not in json.dumps([first, second])
    assert sandbox.journal.calls("access_token")[0].body == keys


def test_reset(sandbox: Sandbox) -> None:
    """A reset sandbox is as good as new."""
    sandbox.lets_calendar.add_campaign()
    sandbox.settings.token_in_data = True
    sandbox.clock.advance(3600)
    requests.get(f"{sandbox.url}/api/lc/timezone-list", timeout=5)
    control(sandbox, "POST", "faults", {"kind": "status"})
    control(sandbox, "POST", "reset")
    assert sandbox.lets_calendar.campaigns == []
    assert not sandbox.settings.token_in_data
    assert abs(sandbox.clock.now() - time.time()) < 60
    assert sandbox.journal.entries == []
    assert sandbox.faults.waiting() == []


def test_pages_escape_what_others_wrote(sandbox: Sandbox) -> None:
    """Titles and names appear as text on the page, never as markup."""
    evil = "<script>alert(1)</script>"
    campaign = sandbox.lets_calendar.add_campaign(title=evil, description=evil, subject=evil)
    sandbox.lets_calendar.add_attendee(campaign, {"firstname": evil, "email": "a@example.com"})
    sandbox.lets_calendar.send(campaign, "invite")
    sandbox.clock.advance(60)
    for path in ("/", f"/campaign/{campaign.id}/edit"):
        page = requests.get(sandbox.url + path, timeout=5)
        assert page.status_code == 200
        assert evil not in page.text
        assert "&lt;script&gt;" in page.text
        assert "a@example.com" in page.text
    assert requests.get(f"{sandbox.url}/campaign/nope/edit", timeout=5).status_code == 404
    assert requests.get(f"{sandbox.url}/nope", timeout=5).status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_command_line(number: signal.Signals) -> None:
    """The command serves until it gets a signal, then ends quickly; its log names no address and no token."""
    command = [sys.executable, "-m", "airflow_provider_calendars.sandbox", "--port=0", "--verbose"]
    command += ["--seed-campaigns=3", "--send-seconds=0.1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[2]
        exports = [process.stdout.readline() for _ in range(3)]
        state = requests.get(f"{url}/sandbox/state", timeout=5).json()
        assert len(state["lets_calendar"]["campaigns"]) == 3
        assert requests.get(f"{url}/sandbox/settings", timeout=5).json()["send_seconds"] == 0.1
        requests.get(f"{url}/api/lc/campaigns?email=a@example.com", timeout=5)
        begin = time.monotonic()
        process.send_signal(number)
        log = process.stdout.read()
        assert process.wait(5) == 0
    assert time.monotonic() - begin < 2
    assert exports[0].startswith("export AIRFLOW_CONN_LETS_CALENDAR_DEFAULT=")
    assert exports[1].startswith("export AIRFLOW_CONN_LEMCAL_DEFAULT=")
    assert exports[2].startswith("export AIRFLOW_CONN_HIGHLEVEL_DEFAULT=")
    assert log == "lets_calendar GET /campaigns 302\n"
    assert is_free(int(url.rpartition(":")[2]))


@pytest.mark.slow
def test_command_line_with_nonsense(sandbox: Sandbox) -> None:
    """A port that is taken and a time that makes no sense end the command with one line."""
    port = sandbox.url.rpartition(":")[2]
    for option in (f"--port={port}", "--import-seconds=-1"):
        command = [sys.executable, "-m", "airflow_provider_calendars.sandbox", option]
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1
