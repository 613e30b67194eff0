"""What a client sees of each fault, and what the server did all the same."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from airflow_provider_calendars.sandbox import Fault, Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def create(sandbox: Sandbox, timeout: float = 5) -> requests.Response:
    headers = {
        "Accept": "application/json",
        "Authorization": f"Bearer {sandbox.lets_calendar.tokens.issue()}",
    }
    body: dict[str, Any] = {
        **dict.fromkeys(("title", "subject", "description", "email_content"), "text"),
        **dict.fromkeys(("start_date", "end_date"), "2027-05-15"),
        "start_time": "14:00",
        "end_time": "15:00",
        "timezone": "UTC",
        "event_type": "online",
        "sender_email_id": 123,
    }
    return requests.post(f"{sandbox.url}/api/lc/create-campaign", json=body, headers=headers, timeout=timeout)


def created(sandbox: Sandbox) -> int:
    return len(sandbox.lets_calendar.campaigns)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_status(sandbox: Sandbox, status: int) -> None:
    """An error status comes as JSON, once, and the server has done nothing."""
    sandbox.faults.add(Fault("status", operation="create-campaign", status=status))
    answer = create(sandbox)
    assert answer.status_code == status
    assert answer.json()["message"]
    assert created(sandbox) == 0
    assert create(sandbox).status_code == 201


@pytest.mark.parametrize(("status", "expected"), [(None, 502), (200, 200)])
def test_html(sandbox: Sandbox, status: int | None, expected: int) -> None:
    """A page comes instead of JSON, even with a good status."""
    sandbox.faults.add(Fault("html", status=status))
    answer = create(sandbox)
    assert answer.status_code == expected
    assert answer.headers["Content-Type"].startswith("text/html")
    assert created(sandbox) == 0


@pytest.mark.parametrize("kind", ["status", "html"])
def test_server_may_have_acted_behind_an_error(sandbox: Sandbox, kind: str) -> None:
    """With `acts` the campaign exists although the client saw an error."""
    sandbox.faults.add(Fault(kind, acts=True))
    assert create(sandbox).status_code >= 500
    assert created(sandbox) == 1


@pytest.mark.parametrize(("kind", "expected"), [("lost_before", 0), ("lost_after", 1)])
def test_lost_reply(sandbox: Sandbox, kind: str, expected: int) -> None:
    """Both losses look the same to the client; only the state tells them apart."""
    sandbox.faults.add(Fault(kind, operation="POST /create-campaign"))
    with pytest.raises(requests.ConnectionError):
        create(sandbox)
    assert created(sandbox) == expected
    entry = sandbox.journal.entries[-1]
    assert (entry.fault, entry.status, entry.acted) == (kind, None, bool(expected))


@pytest.mark.parametrize("acts", [None, False])
def test_truncated_reply(sandbox: Sandbox, acts: bool | None) -> None:
    """Half a body is an error for the client; by default the server has acted."""
    sandbox.faults.add(Fault("truncated", acts=acts))
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        create(sandbox)
    assert created(sandbox) == (0 if acts is False else 1)


def test_slow_reply(sandbox: Sandbox) -> None:
    """A client that does not wait long enough gets nothing, and the server has acted."""
    sandbox.faults.add(Fault("slow", seconds=30))
    with pytest.raises(requests.ReadTimeout):
        create(sandbox, timeout=0.1)
    assert created(sandbox) == 1
    sandbox.faults.add(Fault("slow", seconds=0.05))
    answer = create(sandbox)
    assert answer.status_code == 201
    assert answer.elapsed.total_seconds() >= 0.05


def test_retry_after_forms(sandbox: Sandbox) -> None:
    """`Retry-After` comes as seconds, as an HTTP date or as JavaScript prints a date."""
    for form in ("seconds", "http-date", "js-date"):
        sandbox.faults.add(Fault("status", status=429, retry_after=30, retry_after_form=form))
    seconds, dated, script = (create(sandbox).headers["Retry-After"] for _ in range(3))
    assert seconds == "30"
    moment = parsedate_to_datetime(dated)
    assert 25 < moment.timestamp() - time.time() <= 31
    assert script.startswith(f"{moment:%a %b %d %Y %H:%M}")
    assert script.endswith("GMT+0000 (Coordinated Universal Time)")


def test_times_and_skip(sandbox: Sandbox) -> None:
    """A fault lets some requests through, hits some, and is over; without `times` it never is."""
    sandbox.faults.add(Fault("status", skip=1, times=2))
    assert [create(sandbox).status_code for _ in range(4)] == [201, 500, 500, 201]
    assert sandbox.faults.waiting() == []
    sandbox.faults.add(Fault("status", times=None, body={"error": "x"}))
    assert [create(sandbox).json() for _ in range(3)] == [{"error": "x"}] * 3
    sandbox.faults.clear()
    assert create(sandbox).status_code == 201


@pytest.mark.parametrize("operation", ["/send-invite", "attendees", "GET /campaigns"])
def test_other_operations_are_left_alone(sandbox: Sandbox, operation: str) -> None:
    """A fault at one operation does not show at another."""
    sandbox.faults.add(Fault("status", operation=operation, system="lets_calendar"))
    assert create(sandbox).status_code == 201


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"kind": "explode"}, "unknown kind 'explode' of a fault; expected one of status, html"),
        ({"kind": "status", "operation": "send-invites"}, "unknown operation 'send-invites'"),
        ({"kind": "status", "system": "outlook"}, "unknown system 'outlook'"),
        ({"kind": "status", "times": 0}, "1 or more, or None for always, not 0"),
        ({"kind": "status", "status": 99}, "between 200 and 599, not 99"),
        ({"kind": "lost_after", "acts": False}, "always has acts=True"),
        ({"kind": "status", "retry_after_form": "iso"}, "unknown retry_after_form 'iso'"),
    ],
)
def test_fault_that_cannot_happen(sandbox: Sandbox, fields: dict[str, Any], text: str) -> None:
    """A fault that could never happen is refused, and the message says what was expected."""
    with pytest.raises(ValueError, match=text):
        sandbox.faults.add(Fault(**fields))


def test_fault_during_a_stop(sandbox: Sandbox) -> None:
    """Stopping does not wait for a slow answer."""
    sandbox.faults.add(Fault("slow", seconds=60))
    with pytest.raises(requests.ReadTimeout):
        create(sandbox, timeout=0.05)
    sandbox.stop()
