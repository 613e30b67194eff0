"""The sandbox's HighLevel tells of appointments and contacts, signed as the vendor signs."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key

from airflow_provider_calendars.sandbox import Sandbox
from tests.sandbox.highlevel_client import ADA, DEMO, NOW, Client


class Receiver(ThreadingHTTPServer):
    """Takes what is delivered, byte by byte; answers with the statuses it was given, then with 200."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[tuple[bytes, dict[str, str]]] = []
        self.statuses: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/in?token=secret"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(content) for content, _ in self.got]

    @property
    def types(self) -> list[str]:
        return sorted(body["type"] for body in self.bodies)


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((content, {name.lower(): value for name, value in self.headers.items()}))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(clock=lambda: NOW) as running:
        running.settings.update({"highlevel_rate_limit": None, "webhook_pause": 0.01})
        yield running


def facts(sandbox: Sandbox) -> list[tuple[str, int | None, int]]:
    assert sandbox.highlevel.wait_for_deliveries()
    return [(one.state, one.status, one.attempts) for one in sandbox.highlevel.deliveries]


def is_signed(sandbox: Sandbox, content: bytes, headers: dict[str, str]) -> bool:
    """Check a signature with nothing but the public key."""
    key: Any = load_der_public_key(base64.b64decode(sandbox.highlevel.webhook_public_key))
    try:
        key.verify(base64.b64decode(headers["x-ghl-signature"]), content)
    except InvalidSignature:
        return False
    return True


def test_life_of_an_appointment(sandbox: Sandbox, receiver: Receiver) -> None:
    """Each thing that happens to an appointment is told once, signed, as the vendor describes it."""
    sandbox.highlevel.deliver_to(receiver.url)
    client = Client(sandbox)
    booked = client.book(client.slots()[0]).json()["id"]
    client.change(booked, appointmentStatus="showed")
    for _ in range(2):
        client.delete(f"calendars/events/{booked}")
    assert facts(sandbox) == [("delivered", 200, 1)] * 3
    assert receiver.types == ["AppointmentCreate", "AppointmentDelete", "AppointmentUpdate"]
    assert all(is_signed(sandbox, *one) for one in receiver.got)
    assert not [name for _, headers in receiver.got for name in headers if name == "x-wh-signature"]
    assert len({one["webhookId"] for one in receiver.bodies}) == 3
    created = sandbox.highlevel.webhook_events[0]
    assert created in receiver.bodies
    assert (created["locationId"], created["timestamp"]) == (client.location, "2026-11-23T08:00:00Z")
    about = created["appointment"]
    assert (about["id"], about["contactId"], about["calendarId"]) == (booked, ADA, DEMO)
    assert (about["appointmentStatus"], about["startTime"]) == ("confirmed", "2026-11-23T09:00:00+01:00")


def test_what_others_do_is_told(sandbox: Sandbox, receiver: Receiver) -> None:
    """Bookings of guests and changes by people of the location are told like those over the API."""
    sandbox.highlevel.deliver_to(receiver.url)
    event = sandbox.highlevel.book()
    sandbox.highlevel.set_status(event.id, "noshow")
    sandbox.highlevel.delete(event.id)
    sandbox.highlevel.block(NOW, NOW + 60, calendar_id=DEMO)
    assert facts(sandbox) == [("delivered", 200, 1)] * 3
    assert receiver.types == ["AppointmentCreate", "AppointmentDelete", "AppointmentUpdate"]


def test_contacts_are_told_on_request(sandbox: Sandbox, receiver: Receiver) -> None:
    """Only those who ask for it are told of contacts, each type by itself."""
    sandbox.highlevel.deliver_to(receiver.url, "ContactTagUpdate", "ContactDndUpdate", "ContactDelete")
    sandbox.highlevel.book()
    sandbox.highlevel.tag(ADA, "vip")
    sandbox.highlevel.tag(ADA, "vip")
    sandbox.highlevel.set_dnd(ADA, channel="Email")
    sandbox.highlevel.delete_contact(ADA)
    assert facts(sandbox) == [("delivered", 200, 1)] * 3
    assert receiver.types == ["ContactDelete", "ContactDndUpdate", "ContactTagUpdate"]
    assert {(one["id"], *one["tags"]) for one in receiver.bodies} == {(ADA, "vip")}
    with pytest.raises(ValueError, match="no such type of event"):
        sandbox.highlevel.deliver_to(receiver.url, "ContactTag")


def test_only_a_429_is_tried_again(sandbox: Sandbox, receiver: Receiver) -> None:
    """After a 429 an event comes again with the same bytes; after any other failure it is lost."""
    sandbox.highlevel.deliver_to(receiver.url)
    receiver.statuses = [429, 429]
    sandbox.highlevel.book()
    assert facts(sandbox) == [("delivered", 200, 3)]
    assert len({content for content, _ in receiver.got}) == 1
    for status in (500, 503, 404, 302):
        receiver.statuses = [status]
        sandbox.highlevel.book()
        assert facts(sandbox)[-1] == ("failed", status, 1)
    receiver.statuses = [429] * 9
    sandbox.highlevel.book()
    assert facts(sandbox)[-1] == ("failed", 429, 7)


def test_nobody_listens(sandbox: Sandbox) -> None:
    """An event for a closed port is lost, one for another machine is never sent."""
    sandbox.highlevel.deliver_to("http://127.0.0.1:9/in")
    sandbox.highlevel.deliver_to("http://example.com/in?token=secret")
    sandbox.highlevel.book()
    assert facts(sandbox) == [("failed", None, 1), ("not loopback", None, 0)]
    assert sandbox.highlevel.deliveries[1].url == "http://example.com/in?…"
    with pytest.raises(ValueError, match="`url` must be a URL"):
        sandbox.highlevel.deliver_to("127.0.0.1:9")


def test_events_are_delivered_again(sandbox: Sandbox, receiver: Receiver) -> None:
    """The same event can come again, later, in other bytes, and from somebody who is not the vendor."""
    highlevel = sandbox.highlevel
    highlevel.deliver_to(receiver.url)
    highlevel.book()
    first = highlevel.webhook_events[0]["webhookId"]
    highlevel.book()
    facts(sandbox)
    seen = []
    for options in (
        {},
        {"signature": "wrong"},
        {"signature": "missing"},
        {"timestamp": NOW - 600},
        {"reordered": True},
    ):
        highlevel.deliver_again(first, **options)
        facts(sandbox)
        content, headers = receiver.got[-1]
        seen.append(
            (json.loads(content), "x-ghl-signature" in headers and is_signed(sandbox, content, headers))
        )
    event = highlevel.webhook_events[0]
    assert [is_right for _, is_right in seen] == [True, False, False, True, True]
    old = {**event, "timestamp": "2026-11-23T07:50:00Z"}
    assert [body for body, _ in seen] == [event, event, event, old, event]
    assert receiver.got[-1][0] not in [content for content, _ in receiver.got[:-1]]
    highlevel.deliver_again()
    facts(sandbox)
    assert receiver.bodies[-1] == highlevel.webhook_events[1]
    for wrong in ({"webhook_id": "nope"}, {"signature": "none"}):
        with pytest.raises(ValueError, match="no such"):
            highlevel.deliver_again(**wrong)


def test_old_signatures(sandbox: Sandbox, receiver: Receiver) -> None:
    """On demand events are signed as they were before, alone or beside the new signature."""
    highlevel = sandbox.highlevel
    highlevel.deliver_to(receiver.url)
    key: Any = load_pem_public_key(highlevel.webhooks.signer.legacy_public_key.encode())
    for setting, names in (("rsa", {"x-wh-signature"}), ("both", {"x-wh-signature", "x-ghl-signature"})):
        sandbox.settings.webhook_signature = setting
        highlevel.book()
        facts(sandbox)
        content, headers = receiver.got[-1]
        assert {name for name in headers if "signature" in name} == names
        key.verify(base64.b64decode(headers["x-wh-signature"]), content, PKCS1v15(), SHA256())


def test_over_http_and_on_the_page(sandbox: Sandbox, receiver: Receiver) -> None:
    """Another process subscribes and has events repeated; the page tells what became of them."""
    control = f"{sandbox.url}/sandbox/highlevel"
    answer = requests.post(f"{control}/deliver_to", json={"url": receiver.url}, timeout=5).json()
    assert answer["public_key"] == sandbox.highlevel.webhook_public_key
    requests.post(f"{control}/book", json={}, timeout=5)
    body = {"timestamp": "2026-11-23T07:00:00Z", "signature": "wrong"}
    assert requests.post(f"{control}/deliver_again", json=body, timeout=5).json() == {"deliveries": 2}
    assert facts(sandbox) == [("delivered", 200, 1)] * 2
    for name, wrong in (("deliver_to", {}), ("deliver_again", {"id": "x"}), ("deliver_to", {"types": ["x"]})):
        assert requests.post(f"{control}/{name}", json=wrong, timeout=5).status_code == 400
    page = requests.post(f"{control}/deliver_to", data={"url": receiver.url}, timeout=5).text
    state = requests.get(f"{sandbox.url}/sandbox/state", timeout=5).text
    for shown in (page, state):
        assert "AppointmentCreate" in shown
        assert "secret" not in shown
    assert answer["public_key"] in page


def test_reset_forgets_subscriptions(sandbox: Sandbox, receiver: Receiver) -> None:
    """A reset forgets who is told of what, but keeps the key, which receivers were given."""
    key = sandbox.highlevel.webhook_public_key
    sandbox.highlevel.deliver_to(receiver.url)
    sandbox.highlevel.book()
    facts(sandbox)
    sandbox.reset()
    sandbox.highlevel.book()
    assert (facts(sandbox), sandbox.highlevel.webhook_events, len(receiver.got)) == ([], [], 1)
    assert sandbox.highlevel.webhook_public_key == key
    with pytest.raises(ValueError, match="no event yet"):
        sandbox.highlevel.deliver_again()


def test_stop_gives_up(sandbox: Sandbox, receiver: Receiver) -> None:
    """A stopped sandbox does not wait for the next attempt."""
    sandbox.settings.webhook_pause = 600
    sandbox.highlevel.deliver_to(receiver.url)
    receiver.statuses = [429]
    sandbox.highlevel.book()
    while not receiver.got:
        sandbox.highlevel.wait_for_deliveries(0.01)
    sandbox.stop()
    assert [one.state for one in sandbox.highlevel.deliveries] == ["stopped"]
