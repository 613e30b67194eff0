"""The installation of a marketplace app: renewed in time, by one at a time, and never lost."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import task

from airflow_provider_calendars import exceptions
from airflow_provider_calendars.api.drivers import Driver, Timeouts
from airflow_provider_calendars.api.highlevel import oauth
from airflow_provider_calendars.hooks.highlevel import HighLevelHook
from airflow_provider_calendars.sandbox import Fault, Sandbox
from tests.airflow.running import hasten, run_dag, states
from tests.file_variables import FileVariables

TOKEN = "POST /oauth/token"
CONNECTION = "AIRFLOW_CONN_HIGHLEVEL_DEFAULT"


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FileVariables:
    hasten(monkeypatch)
    monkeypatch.setattr(oauth, "_LOOKS_FOR_THE_WINNER", (0.0, 0.0))
    shelf = FileVariables(tmp_path)
    monkeypatch.setattr("airflow_provider_calendars.memory.Variable", shelf)
    return shelf


@pytest.fixture
def sandbox(calendars_sandbox: Sandbox) -> Sandbox:
    calendars_sandbox.settings.highlevel_rate_limit = None
    return calendars_sandbox


def connection(sandbox: Sandbox, **others: Any) -> str:
    """Return a connection to the sandbox as an app that was just installed there."""
    given = sandbox.highlevel.install()
    extra = {name: given[name] for name in ("client_id", "client_secret", "refresh_token")}
    known = {**json.loads(sandbox.connection_json("highlevel")), "password": None}
    return json.dumps({**known, "extra": json.dumps({**extra, **others})})


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, variables: FileVariables) -> Sandbox:
    monkeypatch.setenv(CONNECTION, connection(sandbox))
    return sandbox


def look() -> int:
    return len(HighLevelHook().list_calendars())


def tokens_asked_for(sandbox: Sandbox) -> int:
    return len([entry for entry in sandbox.journal.entries if entry.operation == TOKEN])


def test_one_renewal_serves_everybody(installed: Sandbox) -> None:
    """The first task brings an access token, and all others use it as long as it lives."""
    assert [look() for _ in range(4)] == [2] * 4
    assert tokens_asked_for(installed) == 1
    installed.clock.advance(86_399)
    # here and at HighLevel it is another day
    assert look() == 2
    assert tokens_asked_for(installed) == 2


def test_an_access_token_is_renewed_before_it_ends(
    monkeypatch: pytest.MonkeyPatch, installed: Sandbox
) -> None:
    """No request is refused for it, in workers and in the triggerer."""
    real = Driver.__init__

    def with_sandbox_time(self: Driver, *given: Any, **named: Any) -> None:
        real(self, *given, **{**named, "clock": installed.clock.now})

    monkeypatch.setattr(Driver, "__init__", with_sandbox_time)
    hook = HighLevelHook()
    for _ in range(3):
        hook.list_calendars()
        asyncio.run(HighLevelHook().run_async(lambda api: api.list_calendars()))
        installed.clock.advance(86_399 - 299)
    assert tokens_asked_for(installed) == 3
    assert [entry.status for entry in installed.journal.entries if entry.status == 401] == []


@pytest.mark.parametrize("said", ["token is expired", "Invalid JWT"])
def test_an_access_token_that_is_refused_is_renewed_once(installed: Sandbox, said: str) -> None:
    """A 401 about the token costs one renewal and no failure; one about a scope renews nothing."""
    installed.settings.expired_token_text = said
    assert look() == 2
    hook = HighLevelHook()
    installed.highlevel.oauth.remove_all()
    installed.clock.advance(0)
    fault = Fault("status", operation="calendars", status=401, body={"message": said})
    installed.faults.add(fault)
    installed.highlevel.install()
    assert hook.list_calendars()
    asked = tokens_asked_for(installed)
    installed.settings.highlevel_scopes = ()
    fault = Fault(
        "status",
        operation="calendars",
        status=401,
        body={"message": "The token is not authorized for this scope."},
    )
    installed.faults.add(fault)
    with pytest.raises(exceptions.PermissionDenied):
        HighLevelHook().list_calendars()
    assert tokens_asked_for(installed) == asked


def refusing(sandbox: Sandbox, said: str, operation: str = "calendars", times: int | None = None) -> None:
    body = {"statusCode": 401, "message": said}
    sandbox.faults.add(Fault("status", operation=operation, status=401, body=body, times=times))


def test_a_refusal_that_does_not_say_why_renews_once(installed: Sandbox) -> None:
    """It may be the token's end, so one renewal is tried; if that does not help, it is something else."""
    assert look() == 2
    refusing(installed, "Unauthorized", times=1)
    assert look() == 2
    assert tokens_asked_for(installed) == 2
    refusing(installed, "Unauthorized")
    for _ in range(3):
        with pytest.raises(exceptions.AuthError, match="app is still installed"):
            look()
    assert tokens_asked_for(installed) == 2


def test_a_location_that_is_out_of_reach_renews_nothing(installed: Sandbox) -> None:
    """Another token would not reach it either."""
    assert look() == 2
    refusing(installed, "The token does not have access to this location.")
    with pytest.raises(exceptions.PermissionDenied):
        look()
    assert tokens_asked_for(installed) == 1


def test_wrong_credentials_of_the_app_are_told(installed: Sandbox) -> None:
    """The server's description shows, and the advice is not about a token that nobody has."""
    for operation in (TOKEN, "POST /oauth/reconnect"):
        body = {"error": "UnAuthorized!", "error_description": "Invalid client credentials!"}
        installed.faults.add(Fault("status", operation=operation, status=401, body=body, times=None))
    with pytest.raises(exceptions.AuthError, match="Check client_id and client_secret") as raised:
        look()
    assert "Invalid client credentials!" in str(raised.value)
    assert "private integration" not in str(raised.value)


def test_a_renewal_that_cannot_be_kept_holds_nobody_up(
    installed: Sandbox, variables: FileVariables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next task need not wait for one that has failed."""

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the API server is down")

    with monkeypatch.context() as down:
        down.setattr(variables, "set", fail)
        with pytest.raises(exceptions.CalendarsError, match="could not be kept in an Airflow Variable"):
            look()
    paused: list[float] = []
    monkeypatch.setattr("time.sleep", paused.append)
    assert look() == 2
    assert sum(paused) < 1


@pytest.mark.parametrize("kind", ["lost_after", "truncated", "lost_before"])
def test_a_pair_that_is_lost_on_its_way_is_brought_back(installed: Sandbox, kind: str) -> None:
    """The refresh token is used up and nobody has the next one: the app is connected again."""
    installed.faults.add(Fault(kind, operation=TOKEN))
    assert look() == 2
    assert look() == 2
    assert installed.highlevel.oauth.refused_refreshes == (0 if kind == "lost_before" else 1)


def test_who_comes_too_late_takes_the_pair_of_the_first(
    monkeypatch: pytest.MonkeyPatch, installed: Sandbox, variables: FileVariables
) -> None:
    """On another machine somebody was faster, and keeps the pair a moment later."""
    monkeypatch.setattr(oauth, "_LOOKS_FOR_THE_WINNER", (0.0, 0.0, 0.0))
    first, stored = HighLevelHook(), variables.folder / "calendars.highlevel.highlevel_default.oauth_token"
    first.list_calendars()
    winner = stored.read_text()
    stored.unlink()
    looks = iter([None, None, None, winner, winner, winner])
    real = variables.get

    def late(key: str, default: Any = None, **named: Any) -> Any:
        return next(looks) if key.endswith("oauth_token") else real(key, default, **named)

    monkeypatch.setattr(variables, "get", late)
    assert look() == 2
    assert [entry.operation for entry in installed.journal.entries].count("POST /oauth/reconnect") == 0


@pytest.mark.parametrize("lifetime", [None, "soon"])
def test_a_pair_whose_lifetime_is_not_said_is_kept(
    monkeypatch: pytest.MonkeyPatch, installed: Sandbox, variables: FileVariables, lifetime: str | None
) -> None:
    """Its refresh token is the only one there is, so it must not be lost for an odd number."""
    kept, real = [], variables.set

    def keep(key: str, value: Any, **named: Any) -> None:
        kept.append(value)
        real(key, value, **named)

    monkeypatch.setattr(variables, "set", keep)
    body = {"access_token": "access-of-some-length", "refresh_token": "the-next", "expires_in": lifetime}
    installed.faults.add(Fault("status", operation=TOKEN, status=200, body=body))
    assert look() == 2
    assert any('"refresh_token": "the-next"' in value for value in kept)


@pytest.mark.parametrize("body", [{}, {"access_token": None, "expires_in": 9}, []])
def test_an_answer_without_tokens_is_one_clear_error(installed: Sandbox, body: Any) -> None:
    """It is an error of this package, and it does not hold the next one up."""
    installed.faults.add(Fault("status", operation=TOKEN, status=200, body=body))
    with pytest.raises(exceptions.ServerError, match="not with tokens"):
        look()
    assert look() == 2


def test_an_installation_that_is_gone_is_one_clear_error(installed: Sandbox) -> None:
    """The error says what to do, and shows no secret."""
    installed.highlevel.oauth.remove_all()
    with pytest.raises(exceptions.AuthError, match="Install the app in the location again") as raised:
        look()
    secrets = json.loads(json.loads(connection(installed))["extra"])
    assert secrets["client_secret"] not in str(raised.value)


def test_another_installation_begins_anew(
    monkeypatch: pytest.MonkeyPatch, installed: Sandbox, variables: FileVariables
) -> None:
    """A refresh token that somebody puts into the connection counts, whatever is kept of the old one."""
    assert look() == 2
    monkeypatch.setenv(CONNECTION, connection(installed))
    assert look() == 2
    assert tokens_asked_for(installed) == 2


def test_no_refresh_token_at_all(
    monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, variables: FileVariables
) -> None:
    """An app that is installed is connected by its id and secret alone."""
    monkeypatch.setenv(CONNECTION, connection(sandbox, refresh_token=None))
    assert look() == 2
    monkeypatch.setenv(CONNECTION, connection(sandbox, client_secret=None))
    with pytest.raises(exceptions.ConfigurationError, match="client_secret is empty"):
        look()


def test_outside_a_task_nothing_is_used_up(
    monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """What could not be kept is not brought: the test button says so, and the refresh token still works."""
    monkeypatch.setenv(CONNECTION, connection(sandbox))
    with caplog.at_level(logging.DEBUG):
        worked, message = HighLevelHook().test_connection()
    assert (worked, "Run a task" in message) == (False, True)
    assert tokens_asked_for(sandbox) == 0
    extra = json.loads(json.loads(connection(sandbox))["extra"])
    assert extra["client_secret"] not in caplog.text + message


WORKER = """
import os, sys
from pathlib import Path
from airflow_provider_calendars import memory
from airflow_provider_calendars.hooks.highlevel import HighLevelHook
from tests.file_variables import FileVariables

memory.Variable = FileVariables(Path(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    assert len(HighLevelHook().list_calendars()) == 2
"""


@pytest.mark.slow
@pytest.mark.parametrize("machines", [1, 4], ids=["one machine", "four machines"])
def test_parallel_processes_never_lose_the_installation(
    monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, tmp_path: Path, machines: int
) -> None:
    """Access ends all the time, everybody renews at once, and every call of everybody is answered."""
    sandbox.settings.access_token_seconds = 0.4
    monkeypatch.setenv(CONNECTION, connection(sandbox))
    (tmp_path / "variables").mkdir()
    workers = []
    for number in range(4):
        # what processes of a machine share is in its temporary folder
        folder = tmp_path / f"machine{number % machines}"
        folder.mkdir(exist_ok=True)
        monkeypatch.setenv("TMPDIR", str(folder))
        command = [sys.executable, "-c", WORKER, str(tmp_path / "variables"), "12"]
        workers.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
    complaints = [worker.communicate(timeout=120)[1] for worker in workers]
    assert [each[-2000:] for each, worker in zip(complaints, workers, strict=True) if worker.returncode] == []
    oauth_state = sandbox.highlevel.oauth
    assert oauth_state.refreshes > 3
    print(
        f"\n{machines} machines: {oauth_state.refreshes} renewals, {oauth_state.refused_refreshes} too late"
    )
    if machines == 1:
        assert oauth_state.refused_refreshes == 0


@pytest.mark.slow
def test_tasks_share_an_installation(
    monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, airflow_database: Path
) -> None:
    """In Airflow itself: one renewal for two tasks, kept in a Variable that hides it."""
    given = connection(sandbox)
    monkeypatch.setenv(CONNECTION, given)

    def tasks() -> None:
        first, second = (task(task_id=name)(look)() for name in ("one", "two"))
        first >> second

    assert set(states(run_dag(tasks)).values()) == {"success"}
    assert tokens_asked_for(sandbox) == 1
    assert (
        json.loads(json.loads(given)["extra"])["refresh_token"].encode() not in airflow_database.read_bytes()
    )


def test_timeouts_are_those_of_the_connection(installed: Sandbox) -> None:
    """The renewal waits no longer than other calls."""
    assert HighLevelHook().driver.timeouts == Timeouts(10.0, 60)
