"""Hooks of the sandbox's lemcal really deliver, and the page and the control API can book."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from airflow_provider_calendars.sandbox import Sandbox
from airflow_provider_calendars.sandbox.courier import is_loopback
from airflow_provider_calendars.sandbox.lemcal.accounts import API_KEY, USER_ID


class Receiver(ThreadingHTTPServer):
    """Takes what hooks deliver; answers with the statuses it was given, then with 200."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[tuple[str, dict[str, str], Any]] = []
        self.statuses: list[int] = []
        self.answers = threading.Event()
        self.answers.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/in?token=secret"

    @property
    def ids(self) -> list[str]:
        return [body["_id"] for _, _, body in self.got]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), json.loads(content)))
        self.server.answers.wait(10)
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
        server.answers.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        running.settings.hook_pause = 0.01
        yield running


def control(sandbox: Sandbox, path: str, body: Any) -> requests.Response:
    return requests.post(f"{sandbox.url}/sandbox/{path}", json=body, timeout=5, allow_redirects=False)


def hook_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "calendars-sandbox-hooks"]


def facts(sandbox: Sandbox) -> list[tuple[str, int | None, int]]:
    assert sandbox.lemcal.wait_for_deliveries()
    return [(one.state, one.status, one.attempts) for one in sandbox.lemcal.deliveries]


def test_booking_is_delivered(sandbox: Sandbox, receiver: Receiver) -> None:
    """A booking is posted as the API shows it, unsigned, to the whole URL; a cancellation is not."""
    body = {"targetUrl": receiver.url, "anyMeetingType": True}
    auth = (USER_ID, API_KEY)
    requests.post(f"{sandbox.url}/api/lemcal/hooks", json=body, auth=auth, timeout=5)
    meeting = sandbox.lemcal.book()
    assert facts(sandbox) == [("delivered", 200, 1)]
    sandbox.lemcal.cancel(meeting.id)
    sandbox.settings.cancelled_meetings = "canceledAt"
    (path, headers, delivered) = receiver.got[0]
    (shown,) = requests.get(f"{sandbox.url}/api/lemcal/meetings", auth=auth, timeout=5).json()
    shown.pop("canceledAt")
    assert delivered == shown
    assert path == "/in?token=secret"
    assert headers["Content-Type"] == "application/json"
    assert not [name for name in headers if "signature" in name.lower() or name == "Authorization"]
    one = sandbox.lemcal.deliveries[0]
    assert (one.hook_id, one.meeting_id) == (sandbox.lemcal.hooks[0].id, meeting.id)
    assert len(receiver.got) == 1


def test_hooks_get_what_they_asked_for(sandbox: Sandbox, receiver: Receiver) -> None:
    """A hook of one meeting type gets only that; a deleted hook gets nothing; twice, if set so."""
    sandbox.lemcal.add_hook(receiver.url, "met_demo")
    deleted = sandbox.lemcal.add_hook(f"{receiver.url}2", any_meeting_type=True)
    assert deleted is not None
    sandbox.lemcal.delete_hook(deleted.id)
    sandbox.settings.duplicate_deliveries = True
    sandbox.lemcal.book()
    demo = sandbox.lemcal.book(meeting_type_id="met_demo")
    assert facts(sandbox) == [("delivered", 200, 1)] * 2
    assert receiver.ids == [demo.id] * 2


def test_refused_deliveries_are_tried_again(sandbox: Sandbox, receiver: Receiver) -> None:
    """Whatever is not a 2xx is tried again, a few times; a redirect is not followed."""
    sandbox.lemcal.add_hook(receiver.url, any_meeting_type=True)
    receiver.statuses = [503, 302]
    sandbox.lemcal.book()
    assert facts(sandbox) == [("delivered", 200, 3)]
    receiver.statuses = [500] * 9
    sandbox.settings.hook_attempts = 2
    sandbox.lemcal.book()
    assert facts(sandbox)[1] == ("failed", 500, 2)


def test_nobody_listens(sandbox: Sandbox) -> None:
    """A target where nobody listens, or whose path makes no sense, fails without a status."""
    sandbox.lemcal.add_hook("http://localhost:9/in", any_meeting_type=True)
    sandbox.lemcal.add_hook("http://127.0.0.1:9/a b", any_meeting_type=True)
    sandbox.lemcal.book()
    assert facts(sandbox) == [("failed", None, 3)] * 2
    with pytest.raises(ValueError, match="`target_url` must be a URL"):
        sandbox.lemcal.add_hook("127.0.0.1:9", any_meeting_type=True)


def test_only_this_machine_is_called(sandbox: Sandbox) -> None:
    """Other machines are never called: such deliveries are noted down as not made."""
    for host in ("example.com", "192.0.2.1", "127.0.0.1@example.com", "127.0.0.1.example.com"):
        sandbox.lemcal.add_hook(f"http://{host}/in", any_meeting_type=True)
    sandbox.lemcal.book()
    assert facts(sandbox) == [("not loopback", None, 0)] * 4
    assert all(is_loopback(host) for host in ("127.0.0.1", "127.9.9.9", "LOCALHOST", "::1"))
    assert not any(is_loopback(host) for host in ("0.0.0.0", "127.1", "::2", "", "localhost.example.com"))


def test_booking_does_not_wait_and_stop_gives_up(sandbox: Sandbox, receiver: Receiver) -> None:
    """A receiver that does not answer delays neither bookings nor the stop, after which no thread is left."""
    sandbox.lemcal.add_hook(receiver.url, any_meeting_type=True)
    receiver.answers.clear()
    begin = time.monotonic()
    for _ in range(10):
        sandbox.lemcal.book()
    assert not sandbox.lemcal.wait_for_deliveries(0.05)
    assert hook_threads()
    sandbox.stop()
    assert time.monotonic() - begin < 2
    assert hook_threads() == []
    assert {one.state for one in sandbox.lemcal.deliveries} == {"stopped"}
    receiver.answers.set()
    with sandbox:
        sandbox.lemcal.book()
        assert facts(sandbox)[-1] == ("delivered", 200, 1)


def test_slow_receivers_time_out(sandbox: Sandbox, receiver: Receiver) -> None:
    """An attempt waits for an answer only so long, and threads end when nothing is left to deliver."""
    sandbox.lemcal.add_hook(receiver.url, any_meeting_type=True)
    receiver.answers.clear()
    sandbox.settings.update({"hook_timeout": 0.05, "hook_attempts": 2})
    sandbox.lemcal.book()
    assert facts(sandbox) == [("failed", None, 2)]
    for thread in hook_threads():
        thread.join(5)
    assert hook_threads() == []


def test_book_and_cancel_over_http(sandbox: Sandbox, receiver: Receiver) -> None:
    """Another process can book and cancel; state shows it all, but no secret of a target."""
    sandbox.lemcal.add_hook(receiver.url, any_meeting_type=True)
    invented = control(sandbox, "lemcal/book", {}).json()
    given = control(
        sandbox,
        "lemcal/book",
        {"guest_email": "a@example.com", "start": "2027-05-15T14:00Z", "public": False},
    ).json()
    assert given["lead"]["email"] == "a@example.com"
    assert control(sandbox, "lemcal/cancel", {"meeting_id": invented["_id"]}).json()["canceledAt"]
    assert sandbox.lemcal.wait_for_deliveries()
    answer = requests.get(f"{sandbox.url}/sandbox/state", timeout=5)
    state = answer.json()["lemcal"]
    assert [one["_id"] for one in state["meetings"]] == [invented["_id"], given["_id"]]
    assert [one["meeting_id"] for one in state["deliveries"]] == [invented["_id"], given["_id"]]
    assert state["hooks"][0]["targetUrl"].endswith("/in?…")
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("book", {"guest": "a@example.com"}),
        ("book", {"guest_email": 5}),
        ("book", {"start": []}),
        ("book", {"start": "2027-05-15T14:00"}),
        ("book", {"public": "perhaps"}),
        ("book", {"public": []}),
        ("book", {"meeting_type_id": "met_retired"}),
        ("cancel", {}),
    ],
)
def test_nonsense_over_http(sandbox: Sandbox, action: str, body: dict[str, Any]) -> None:
    """A booking that makes no sense is refused with a reason."""
    answer = control(sandbox, f"lemcal/{action}", body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert sandbox.lemcal.meetings == []


def test_book_on_the_page(sandbox: Sandbox) -> None:
    """The form of the page books and leads back to the page, which escapes what others wrote."""
    evil = "<script>alert(1)</script>"
    form = {"guest_email": "", "guest_name": evil, "meeting_type_id": "met_demo", "public": "false"}
    page = requests.post(f"{sandbox.url}/sandbox/lemcal/book", data=form, timeout=5)
    assert (page.url, page.status_code) == (f"{sandbox.url}/", 200)
    assert evil not in page.text
    assert "&lt;script&gt;" in page.text
    (meeting,) = sandbox.lemcal.meetings
    assert (meeting.meeting_type.id, meeting.public, meeting.guest_email) == (
        "met_demo",
        False,
        "guest1@example.com",
    )
    sandbox.lemcal.add_hook("http://example.com/in?token=secret", any_meeting_type=True)
    sandbox.lemcal.book()
    page = requests.post(f"{sandbox.url}/sandbox/lemcal/cancel", data={"meeting_id": meeting.id}, timeout=5)
    assert meeting.canceled_at is not None
    for text in ("cancelled 20", "http://example.com/in?…", "not loopback", "lemcal: 2 meetings"):
        assert text in page.text
    assert "secret" not in page.text


def test_reset(sandbox: Sandbox, receiver: Receiver) -> None:
    """A reset forgets meetings, hooks and deliveries, gives up what is on its way, and counts anew."""
    sandbox.lemcal.add_hook(receiver.url, any_meeting_type=True)
    sandbox.lemcal.add_meeting_type("Follow up")
    receiver.answers.clear()
    sandbox.lemcal.book()
    sandbox.settings.lemcal_rate_limit = (1, 60)
    url = f"{sandbox.url}/api/lemcal/me"
    assert [requests.get(url, timeout=5).status_code for _ in range(2)] == [401, 429]
    control(sandbox, "reset", {})
    assert (sandbox.lemcal.meetings, sandbox.lemcal.hooks, sandbox.lemcal.deliveries) == ([], [], [])
    assert len(sandbox.lemcal.meeting_types) == 3
    assert hook_threads() == []
    assert requests.get(url, timeout=5).status_code == 401
