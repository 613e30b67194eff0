"""The webhook receiver, served on loopback: who gets in, how fast, and what becomes an event."""

from __future__ import annotations

import gc
import itertools
import json
import logging
import subprocess
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from airflow_provider_calendars.assets.lemcal import lemcal_meetings_asset, sanitize_uri
from airflow_provider_calendars.plugin import CalendarsPlugin, _apps, bookings, webhook_connections
from airflow_provider_calendars.sandbox import Fault, Sandbox
from tests.airflow.receiving import Served, events_of, queued, schedule_on, wait_until
from tests.airflow.running import hasten

SECRET = "unmistakable/secret+0123456789"
_NUMBERS = itertools.count()


class Receiver(Served):
    """The receiver of a connection to lemcal."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, *more: str) -> None:
        self.sandbox = sandbox
        self.conn_id = f"lemcal_{next(_NUMBERS)}"
        self._monkeypatch = monkeypatch
        self.connect(self.conn_id, webhook_secret=SECRET)
        super().__init__(monkeypatch, self.conn_id, *more)
        self.url = f"{self.base}/webhooks/lemcal/{self.conn_id}"

    def connect(self, conn_id: str, **extra: Any) -> None:
        known = json.loads(self.sandbox.connection_json("lemcal"))
        text = json.dumps({**known, "extra": json.dumps(extra)})
        self._monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", text)

    def post(self, body: Any, token: str | None = SECRET, url: str | None = None) -> requests.Response:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        params = {} if token is None else {"token": token}
        return requests.post(url or self.url, data=data, params=params, timeout=5)

    def deliver(self, *meeting_ids: str) -> None:
        for meeting_id in meeting_ids:
            assert self.post({"_id": meeting_id}).status_code == 200

    def looks(self) -> int:
        return len(self.sandbox.journal.calls("meetings"))


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch, calendars_sandbox: Sandbox) -> Iterator[Receiver]:
    hasten(monkeypatch, attempts=1)
    running = Receiver(monkeypatch, calendars_sandbox, "listed_only", "no_secret", "short_secret")
    running.connect("no_secret")
    running.connect("short_secret", webhook_secret="short")
    yield running
    running.stop()


@pytest.fixture
def asset_of(receiver: Receiver, airflow_database: Path) -> str:
    """Have a DAG scheduled on the receiver's asset, as the DAG processor would, and return its id."""
    asset = lemcal_meetings_asset(receiver.conn_id, poll_interval=10)
    return schedule_on(asset, f"on_{receiver.conn_id}")


def events(receiver: Receiver) -> list[dict[str, Any]]:
    """Return what the events of the receiver's asset hold, read from Airflow's database."""
    return events_of(f"lemcal://{receiver.conn_id}/meetings")


# --- who gets in


def test_nothing_is_mounted_unless_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed but not configured, the plugin has no endpoint for webhooks."""
    assert [each["url_prefix"] for each in CalendarsPlugin.fastapi_apps] == ["/calendars-page"]
    for listed in ("", " ", ","):
        monkeypatch.setenv("AIRFLOW__CALENDARS__WEBHOOK_CONNECTIONS", listed)
        assert webhook_connections() == ()
        assert [each["url_prefix"] for each in _apps()] == ["/calendars-page"]
    monkeypatch.setenv("AIRFLOW__CALENDARS__WEBHOOK_CONNECTIONS", " one,two , ")
    assert webhook_connections() == ("one", "two")
    assert [each["url_prefix"] for each in _apps()] == ["/calendars-page", "/calendars"]


@pytest.mark.slow
@pytest.mark.parametrize("listed", ["", "lemcal_default"])
def test_airflow_finds_the_plugin(monkeypatch: pytest.MonkeyPatch, listed: str) -> None:
    """By its entry point, without an import error, and without loading the web application."""
    monkeypatch.setenv("AIRFLOW__CALENDARS__WEBHOOK_CONNECTIONS", listed)
    code = """
import sys, json
from airflow import plugins_manager as manager
if hasattr(manager, "get_fastapi_plugins"):
    apps, errors = manager.get_fastapi_plugins()[0], manager.get_import_errors()
else:
    manager.initialize_fastapi_plugins()
    apps, errors = manager.fastapi_apps, manager.import_errors
late = [f"airflow_provider_calendars.plugin.{each}" for each in ("webhooks", "page", "page.app")]
print(json.dumps([[each["url_prefix"] for each in apps], errors, [each in sys.modules for each in late]]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    prefixes = ["/calendars-page", "/calendars"] if listed else ["/calendars-page"]
    assert json.loads(done.stdout.splitlines()[-1]) == [prefixes, {}, [False] * 3]


def test_the_wrong_ones_stay_out(receiver: Receiver, airflow_database: Path) -> None:
    """Whatever is wrong looks the same from outside, and lemcal is not asked."""
    where = f"{receiver.base}/webhooks/lemcal"
    answers = [
        receiver.post({"_id": "mee_1"}, token)
        for token in (
            "wrong",
            "",
            None,
            SECRET[:-1],
            f"{SECRET}x",
            SECRET.upper(),
            "é\U0001f511",
        )
    ]
    for conn_id in ("unknown", "listed_only", "no_secret", "lemcal_default", "%2e%2e"):
        answers += [receiver.post({"_id": "mee_1"}, token, f"{where}/{conn_id}") for token in (SECRET, "")]
    answers += [receiver.post({"_id": "mee_1"}, "short", f"{where}/short_secret")]
    # the token is checked before the body is
    answers += [receiver.post(b"x" * 1_000_000, "wrong")]
    seen = {(each.status_code, each.text, "www-authenticate" in each.headers) for each in answers}
    assert seen == {(401, '{"detail":"Unauthorized"}', False)}
    assert receiver.sandbox.journal.entries == []


def test_there_is_nothing_else(receiver: Receiver) -> None:
    """No documentation of the endpoint, no other method, no other path."""
    for path in ("/docs", "/redoc", "/openapi.json", "/", "/webhooks/lemcal", "/webhooks/lemcal/a/b"):
        assert requests.get(receiver.base + path, timeout=5).status_code == 404
    assert requests.get(receiver.url, params={"token": SECRET}, timeout=5).status_code == 405


def test_refusals_leave_nothing_in_memory(receiver: Receiver) -> None:
    """Who keeps guessing tokens does not fill the API server's memory with tracebacks."""

    def tracebacks() -> int:
        gc.collect()
        return sum(type(each) is types.TracebackType for each in gc.get_objects())

    receiver.post({}, "wrong")
    before = tracebacks()
    for _ in range(30):
        receiver.post({}, "wrong")
    assert tracebacks() < before + 30


def test_too_large_a_body(receiver: Receiver) -> None:
    """It is refused before it is read to its end, announced or in chunks."""
    large = json.dumps({"_id": "mee_1", "more": "x" * 300_000}).encode()
    assert receiver.post(large).status_code == 413
    chunks = (large[start : start + 9000] for start in range(0, len(large), 9000))
    answer = requests.post(receiver.url, data=chunks, params={"token": SECRET}, timeout=5)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b"{}",
        b"\xff\xfe\xfd",
        b"[" * 100000,
        b'{"_id": null}',
        b'{"_id": 7}',
        b'{"_id": ""}',
        b'{"_id": "a b"}',
        b'{"_id": "' + b"x" * 101 + b'"}',
        b'{"_id": "mee_1\\n"}',
    ],
)
def test_junk(receiver: Receiver, body: bytes) -> None:
    """What is no meeting is a 400, whatever it is, and lemcal is not asked."""
    assert receiver.post(body).status_code == 400
    assert receiver.looks() == 0


def test_tokens_do_not_show_in_access_logs(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the right token nor a wrong one, in the very first line neither."""
    access = logging.getLogger("uvicorn.access")
    access.addHandler(caplog.handler)
    try:
        with caplog.at_level(logging.INFO), caplog.at_level(logging.INFO, "uvicorn.access"):
            receiver.post({}, "a-wrong-token")
            receiver.post({})
    finally:
        access.removeHandler(caplog.handler)
    lines = {each.getMessage() for each in caplog.records if each.name == "uvicorn.access"}
    assert [("?token=***" in line, receiver.conn_id in line) for line in lines] == [(True, True)] * 2
    assert [leak for leak in ("a-wrong-token", "unmistakable") if leak in caplog.text] == []


# --- what becomes an event


@pytest.mark.slow
def test_a_booking_becomes_an_event(receiver: Receiver, asset_of: str) -> None:
    """lemcal delivers, twice; the meeting is there, so one event wakes the DAG, with ids and a count."""
    lemcal = receiver.sandbox.lemcal
    receiver.sandbox.settings.duplicate_deliveries = True
    lemcal.add_hook(f"{receiver.url}?token={requests.utils.quote(SECRET, safe='')}", any_meeting_type=True)
    meeting = lemcal.book("ada@example.com", "Ada Byron")
    (event,) = wait_until(lambda: events(receiver))
    payload = {"lemcal_conn_id": receiver.conn_id, "count": 1, "meeting_ids": [meeting.id]}
    assert event == {"from_webhook": True, "payload": payload}
    assert queued(asset_of)
    assert lemcal.wait_for_deliveries()
    assert [each.state for each in lemcal.deliveries] == ["delivered"] * 2
    receiver.deliver(meeting.id)
    # a further booking is looked up alone: the known one makes no second event
    other = lemcal.book("bob@example.com")
    _, second = wait_until(lambda: len(events(receiver)) == 2 and events(receiver))
    assert second["payload"]["meeting_ids"] == [other.id]


@pytest.mark.slow
def test_the_answer_does_not_wait_for_lemcal(receiver: Receiver, asset_of: str) -> None:
    """Many deliveries are answered at once, and looked up in one list."""
    meetings = [receiver.sandbox.lemcal.book().id for _ in range(10)]
    receiver.sandbox.faults.add(Fault("slow", operation="meetings", system="lemcal", seconds=1.0))
    # the connection was read and the app made
    receiver.post({}, "wrong")
    begun = time.monotonic()
    receiver.deliver(*meetings)
    assert time.monotonic() - begun < 0.8
    (event,) = wait_until(lambda: events(receiver))
    assert event["payload"]["count"] == 10
    assert sorted(event["payload"]["meeting_ids"]) == sorted(meetings)
    assert receiver.looks() == 1


@pytest.mark.slow
def test_what_is_not_at_lemcal_makes_no_event(
    receiver: Receiver, asset_of: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Who knows the URL can announce anything: four looks, a warning, and it is forgotten."""
    monkeypatch.setattr(bookings, "_LOOKS", (0.02, 0.02, 0.02, 0.02))
    receiver.deliver("mee_made_up")
    wait_until(lambda: "mee_made_up was delivered, but is not at lemcal" in caplog.text)
    assert (receiver.looks(), events(receiver)) == (4, [])
    receiver.deliver("mee_made_up")
    wait_until(lambda: receiver.looks() == 5)


@pytest.mark.slow
def test_lemcal_is_late_or_down(receiver: Receiver, asset_of: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A meeting that is not listed yet, an outage and a database that is locked lose nothing."""
    monkeypatch.setattr(bookings, "_LOOKS", (0.02,) * 5)
    faults: list[dict[str, Any]] = [{"status": 200, "body": []}, {"status": 503}, {"status": 401}]
    for fault in faults:
        receiver.sandbox.faults.add(Fault("status", operation="meetings", system="lemcal", **fault))
    real, failures = bookings.update_asset, [RuntimeError("database is locked")]

    def update(*arguments: Any) -> None:
        if failures:
            raise failures.pop()
        real(*arguments)

    monkeypatch.setattr(bookings, "update_asset", update)
    meeting = receiver.sandbox.lemcal.book().id
    receiver.deliver(meeting)
    (event,) = wait_until(lambda: events(receiver))
    assert event["payload"]["meeting_ids"] == [meeting]
    assert receiver.looks() == 5


@pytest.mark.slow
def test_a_booking_does_not_wait_for_an_older_riddle(
    receiver: Receiver, asset_of: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a meeting that was made up waits for its next look, a real one is looked up at once."""
    monkeypatch.setattr(bookings, "_LOOKS", (0.02, 60.0))
    receiver.deliver("mee_made_up")
    wait_until(lambda: receiver.looks() == 1)
    meeting = receiver.sandbox.lemcal.book().id
    receiver.deliver(meeting)
    (event,) = wait_until(lambda: events(receiver))
    assert event["payload"]["meeting_ids"] == [meeting]


@pytest.mark.slow
def test_an_asset_nobody_uses(
    receiver: Receiver, airflow_database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A booking that wakes no DAG is told in the log, without an address."""
    receiver.deliver(receiver.sandbox.lemcal.book("ada@example.com").id)
    wait_until(lambda: "No DAG uses the asset" in caplog.text)
    assert "@" not in caplog.text


def test_the_name_of_the_asset() -> None:
    """One asset for each connection, and none that names no connection."""
    from urllib.parse import urlsplit

    assert lemcal_meetings_asset("eu").uri == lemcal_meetings_asset("eu", watch=False).uri
    assert sanitize_uri(urlsplit("lemcal://eu/meetings/")).geturl() == "lemcal://eu/meetings"
    for wrong in ("lemcal:///meetings", "lemcal://eu", "lemcal://eu/other"):
        with pytest.raises(ValueError, match="lemcal://<connection>/meetings"):
            sanitize_uri(urlsplit(wrong))
