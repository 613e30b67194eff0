"""HighLevel's webhooks, delivered to the receiver: signed ones become events, once, and nothing else does."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from airflow_provider_calendars.assets.highlevel import highlevel_appointments_asset
from airflow_provider_calendars.exceptions import ConfigurationError
from airflow_provider_calendars.hooks.highlevel.base import WEBHOOK_PUBLIC_KEY
from airflow_provider_calendars.plugin import highlevel as receiving
from airflow_provider_calendars.plugin.highlevel import Appointments, NotBelieved, public_key
from airflow_provider_calendars.sandbox import Sandbox
from airflow_provider_calendars.sandbox.highlevel.seeds import DEMO_CALENDAR
from airflow_provider_calendars.sandbox.highlevel.signatures import HEADER
from tests.airflow.receiving import Served, events_of, queued, schedule_on, wait_until
from tests.airflow.running import hasten

_NUMBERS = itertools.count()


class Receiver(Served):
    """The receiver of a connection to HighLevel."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.conn_id = f"highlevel_{next(_NUMBERS)}"
        self._monkeypatch = monkeypatch
        self.connect(webhook_public_key=sandbox.highlevel.webhook_public_key)
        super().__init__(monkeypatch, self.conn_id)
        self.url = f"{self.base}/webhooks/highlevel/{self.conn_id}"
        sandbox.settings.webhook_pause = 0.05
        sandbox.highlevel.deliver_to(self.url)

    def connect(self, **extra: Any) -> None:
        known = json.loads(self.sandbox.connection_json("highlevel"))
        text = json.dumps({**known, "extra": json.dumps(extra)})
        self._monkeypatch.setenv(f"AIRFLOW_CONN_{self.conn_id.upper()}", text)

    def post(self, body: bytes, signature: str | None = None) -> int:
        signed = self.sandbox.highlevel.webhooks.signer.sign(body) if signature is None else signature
        headers = {HEADER: signed, "Content-Type": "application/json"}
        return requests.post(self.url, data=body, headers=headers, timeout=5).status_code

    def events(self) -> list[dict[str, Any]]:
        return [each["payload"] for each in events_of(f"highlevel://{self.conn_id}/appointments")]

    def answers(self) -> list[int | None]:
        assert self.sandbox.highlevel.wait_for_deliveries()
        return [each.status for each in self.sandbox.highlevel.deliveries]


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch, calendars_sandbox: Sandbox) -> Iterator[Receiver]:
    hasten(monkeypatch, attempts=1)
    running = Receiver(monkeypatch, calendars_sandbox)
    yield running
    running.stop()


@pytest.fixture
def dag_id(receiver: Receiver, airflow_database: Path) -> str:
    return schedule_on(highlevel_appointments_asset(receiver.conn_id), f"on_{receiver.conn_id}")


def event(receiver: Receiver, **others: Any) -> bytes:
    """Return an event as HighLevel writes it."""
    given = {
        "type": "AppointmentCreate",
        "locationId": receiver.sandbox.highlevel.location_id,
        "appointment": {"id": "a1", "calendarId": "c1", "appointmentStatus": "confirmed", "title": "Ada"},
        "timestamp": datetime.now(UTC).isoformat(),
        "webhookId": f"w{next(_NUMBERS)}",
        **others,
    }
    return json.dumps({name: value for name, value in given.items() if value is not None}).encode()


def test_what_happens_to_an_appointment_wakes_a_dag(receiver: Receiver, dag_id: str) -> None:
    """Made, changed, deleted: each is an event with ids and a status, and no name."""
    highlevel = receiver.sandbox.highlevel
    made = highlevel.book(DEMO_CALENDAR, title="unmistakable").id
    assert receiver.answers() == [200]
    highlevel.set_status(made, "showed")
    assert receiver.answers() == [200, 200]
    highlevel.delete(made)
    assert receiver.answers() == [200, 200, 200]
    assert [each["change"] for each in receiver.events()] == ["created", "updated", "deleted"]
    first = receiver.events()[0]
    assert first == {
        "highlevel_conn_id": receiver.conn_id,
        "count": 1,
        "change": "created",
        "appointment_id": made,
        "calendar_id": DEMO_CALENDAR,
        "status": "confirmed",
    }
    assert queued(dag_id)
    assert "unmistakable" not in json.dumps(receiver.events())


def test_an_event_counts_once(receiver: Receiver, dag_id: str) -> None:
    """However often it is delivered, and however its bytes are ordered."""
    receiver.sandbox.highlevel.book(DEMO_CALENDAR)
    receiver.answers()
    receiver.sandbox.highlevel.deliver_again()
    receiver.sandbox.highlevel.deliver_again(reordered=True)
    assert receiver.answers() == [200, 200, 200]
    assert len(receiver.events()) == 1
    # without an id of its own, the same bytes are the same event
    body = event(receiver, webhookId=None)
    assert [receiver.post(body), receiver.post(body)] == [200, 200]
    assert len(receiver.events()) == 2


@pytest.mark.parametrize("signature", ["wrong", "missing"])
def test_what_is_not_signed_is_not_believed(receiver: Receiver, dag_id: str, signature: str) -> None:
    """Nobody but HighLevel makes events."""
    receiver.sandbox.highlevel.book(DEMO_CALENDAR)
    receiver.answers()
    receiver.sandbox.highlevel.deliver_again(signature=signature)
    assert receiver.answers()[-1] == 401
    assert len(receiver.events()) == 1


def test_bytes_that_were_changed_are_not_believed(receiver: Receiver, dag_id: str) -> None:
    """The signature is of the very bytes, not of what they mean."""
    body = event(receiver)
    signed = receiver.sandbox.highlevel.webhooks.signer.sign(body)
    assert receiver.post(body + b" ", signed) == 401
    assert receiver.post(body.replace(b"a1", b"a2"), signed) == 401
    for odd in ("", "!", "AAAA", signed[:-4]):
        assert receiver.post(body, odd) == 401
    assert receiver.post(body, signed) == 200
    assert len(receiver.events()) == 1


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_event_is_not_believed(receiver: Receiver, dag_id: str, minutes: int) -> None:
    """Who has recorded a delivery cannot play it back later; a little late is not old."""
    sent_at = datetime.now(UTC) + timedelta(minutes=minutes)
    assert receiver.post(event(receiver, timestamp=sent_at.isoformat())) == 401
    late = datetime.now(UTC) - timedelta(minutes=4)
    assert receiver.post(event(receiver, timestamp=late.isoformat().replace("+00:00", "Z"))) == 200
    # where events have no time, their ids and bytes remain
    assert receiver.post(event(receiver, timestamp=None)) == 200
    assert len(receiver.events()) == 2


def test_another_location_is_not_believed(receiver: Receiver, dag_id: str) -> None:
    """An app can be installed in many locations; a connection is of one."""
    assert receiver.post(event(receiver, locationId="locOther")) == 401
    assert receiver.events() == []


def test_other_events_are_taken_and_left(receiver: Receiver, dag_id: str) -> None:
    """HighLevel need not try those again."""
    assert receiver.post(event(receiver, type="ContactCreate", appointment=None)) == 200
    assert receiver.events() == []


@pytest.mark.parametrize(
    "odd",
    [
        b"",
        b"[]",
        b"{",
        b"{}",
        b'{"type": 7}',
        b'{"type": "AppointmentCreate"}',
        b'{"type": "AppointmentCreate", "appointment": {"id": 7}}',
        b'{"type": "AppointmentCreate", "appointment": {"id": "a"}, "timestamp": "noon"}',
        b'{"type": "AppointmentCreate", "appointment": {"id": "a"}, "timestamp": "2026-01-01T00:00:00"}',
        b"[" * 100_000,
    ],
)
def test_junk_that_is_signed(receiver: Receiver, dag_id: str, odd: bytes) -> None:
    """It is refused and leaves nothing behind."""
    assert receiver.post(odd) == 400
    assert receiver.events() == []


def test_what_cannot_be_saved_is_delivered_again(
    receiver: Receiver, dag_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is not ready: HighLevel hears the one answer after which it tries again."""
    real, failures = receiving.update_asset, [RuntimeError("database is locked")] * 2

    def update(*given: Any) -> None:
        if failures:
            raise failures.pop()
        real(*given)

    monkeypatch.setattr(receiving, "update_asset", update)
    receiver.sandbox.highlevel.book(DEMO_CALENDAR)
    wait_until(lambda: len(receiver.events()) == 1)
    assert receiver.answers() == [200]
    assert not failures


def test_what_was_put_off_may_come_late(
    receiver: Receiver, dag_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HighLevel tries again after ten minutes, and whether it says a new time then is not documented."""
    real_time, real = time.time, receiving.update_asset

    def fail(*_: Any) -> None:
        raise RuntimeError("database is locked")

    body, other = event(receiver), event(receiver)
    monkeypatch.setattr(receiving, "update_asset", fail)
    assert receiver.post(body) == 429
    monkeypatch.setattr(receiving, "update_asset", real)
    monkeypatch.setattr(receiving.time, "time", lambda: real_time() + 660)
    assert receiver.post(body) == 200
    assert receiver.post(body) == 200
    # who was not put off is still too late
    assert receiver.post(other) == 401
    assert len(receiver.events()) == 1


def delayed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let eleven minutes pass."""
    real_time = time.time
    monkeypatch.setattr(receiving.time, "time", lambda: real_time() + 660)


def test_what_came_while_the_connection_could_not_be_read_may_come_late(
    receiver: Receiver, dag_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is believed when it comes again, if it was new and is signed; what was old then is old still."""
    body, forged = event(receiver), event(receiver)
    old = event(receiver, timestamp=(datetime.now(UTC) - timedelta(minutes=6)).isoformat())
    monkeypatch.delenv(f"AIRFLOW_CONN_{receiver.conn_id.upper()}")
    assert [receiver.post(each) for each in (body, forged, old, b"junk")] == [429] * 4
    receiver.connect(webhook_public_key=receiver.sandbox.highlevel.webhook_public_key)
    delayed(monkeypatch)
    assert receiver.post(body) == 200
    assert [receiver.post(old), receiver.post(forged, "AAAA"), receiver.post(event(receiver))] == [
        401,
        401,
        401,
    ]
    assert len(receiver.events()) == 1


def test_what_was_put_off_may_come_to_another_process(
    receiver: Receiver, dag_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The API server has several, and can be restarted; each delivery counts once all the same."""
    body = event(receiver)
    first, second, third = (Appointments(receiver.conn_id) for _ in range(3))
    location = receiver.sandbox.highlevel.location_id
    real = receiving.update_asset

    def fail(*_: Any) -> None:
        raise RuntimeError("database is locked")

    monkeypatch.setattr(receiving, "update_asset", fail)
    with pytest.raises(RuntimeError):
        first.take(body, location)
    monkeypatch.setattr(receiving, "update_asset", real)
    delayed(monkeypatch)
    second.take(body, location)
    with pytest.raises(NotBelieved, match="older than five minutes"):
        third.take(body, location)
    assert len(receiver.events()) == 1


def test_an_event_that_comes_twice_at_once_counts_once(
    receiver: Receiver, dag_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one does not wait until the first one is saved."""
    real, body, saved = receiving.update_asset, event(receiver), []

    def slow(*given: Any) -> None:
        saved.append(given)
        assert receiver.post(body) == 200
        real(*given)

    monkeypatch.setattr(receiving, "update_asset", slow)
    assert receiver.post(body) == 200
    assert (len(saved), len(receiver.events())) == (1, 1)


def test_a_connection_that_receives_none(
    receiver: Receiver, dag_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A wrong key, or a connection that is not listed, looks like a wrong signature from outside."""
    body = event(receiver)
    receiver.connect(webhook_public_key="not a key")
    assert receiver.post(body) == 401
    assert "webhook_public_key must be an Ed25519 key" in caplog.text
    receiver.connect()
    assert receiver.post(body) == 401
    assert requests.post(f"{receiver.base}/webhooks/highlevel/other", data=body, timeout=5).status_code == 401
    assert receiver.events() == []


def test_a_connection_that_cannot_be_read_now(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is listed, so it is there as soon as the database is, and HighLevel shall try again."""
    monkeypatch.delenv(f"AIRFLOW_CONN_{receiver.conn_id.upper()}")
    assert receiver.post(event(receiver)) == 429


def test_keys_in_every_form_they_are_published_in() -> None:
    """One line of base64, or with PEM's lines around it."""
    pem = f"-----BEGIN PUBLIC KEY-----\n{WEBHOOK_PUBLIC_KEY}\n-----END PUBLIC KEY-----\n"
    assert public_key(WEBHOOK_PUBLIC_KEY) == public_key(pem) == public_key(f" {WEBHOOK_PUBLIC_KEY}\n")
    for wrong in ("", "AAAA", WEBHOOK_PUBLIC_KEY[:-8], "-----BEGIN PUBLIC KEY-----"):
        with pytest.raises(ConfigurationError, match="webhook_public_key"):
            public_key(wrong)


def test_an_asset_nobody_uses(
    receiver: Receiver, airflow_database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The delivery is taken, and the log says that it wakes nobody."""
    assert receiver.post(event(receiver)) == 200
    assert f"No DAG uses the asset highlevel://{receiver.conn_id}/appointments" in caplog.text


def test_the_name_of_the_asset() -> None:
    """It is that of the connection; another form is refused when the DAG is parsed."""
    asset = highlevel_appointments_asset()
    assert asset.uri == "highlevel://highlevel_default/appointments"
