"""The sandbox's lemcal answers as the vendor documents it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from airflow_provider_calendars.sandbox import Fault, Sandbox

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC).timestamp() + 0.1234567
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
TARGET = "http://127.0.0.1:9/callback"


class Client:
    """A client of the sandbox's lemcal."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.base = f"{sandbox.url}/api/lemcal"
        self.session = requests.Session()
        self.session.auth = ("usr_sandboxHost000001", "sandbox-api-key")

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        options = {"timeout": 5, "allow_redirects": False, **options}
        return self.session.request(method, f"{self.base}/{path}", **options)

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.call("GET", path, params=query)

    def hook(self, **body: Any) -> requests.Response:
        return self.call("POST", "hooks", json=body)

    def meetings(self, **query: Any) -> list[dict[str, Any]]:
        return self.get("meetings", **query).json()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(clock=lambda: NOW) as running:
        running.settings.lemcal_rate_limit = None
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    return Client(sandbox)


def test_me(client: Client) -> None:
    """The credentials belong to a user, whose id is their first half."""
    answer = client.get("me")
    assert answer.status_code == 200
    assert answer.json() == {
        "_id": "usr_sandboxHost000001",
        "email": "host@example.com",
        "publicIdentifier": "sandbox-host",
        "createdAt": "2022-10-17T07:43:50.740Z",
    }


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "Basic",
        "Basic not-base64",
        "Basic /w==",
        "Basic dXNyX3NhbmRib3hIb3N0MDAwMDAxOndyb25n",
        "Basic OnNhbmRib3gtYXBpLWtleQ==",  # as lemlist wants it: no user id
        "Bearer sandbox-api-key",
    ],
)
def test_credentials_that_are_refused(sandbox: Sandbox, authorization: str | None) -> None:
    """Without the user id and its key, every operation is a 401."""
    headers = {"Authorization": authorization} if authorization else {}
    for path in ("me", "meetings", "meetingTypes"):
        answer = requests.get(f"{sandbox.url}/api/lemcal/{path}", headers=headers, timeout=5)
        assert (answer.status_code, answer.json()) == (401, {"error": "Unauthorized"})


def test_public_booking(sandbox: Sandbox, client: Client) -> None:
    """A public booking has flags and no lead; times are UTC with milliseconds."""
    booked = sandbox.lemcal.book("ada@example.com", "Ada Byron", "met_demo", "2027-05-15T16:00:00+02:00")
    (meeting,) = client.meetings()
    assert meeting["_id"] == booked.id
    assert "lead" not in meeting
    assert (meeting["start"], meeting["end"]) == ("2027-05-15T14:00:00.000Z", "2027-05-15T14:45:00.000Z")
    assert meeting["createdAt"] == "2026-11-21T12:00:00.123Z"
    host, guest = meeting["attendees"]
    assert host == {"email": "host@example.com", "type": "required", "response": "accepted", "owner": True}
    assert (guest["email"], guest["name"], guest["primary"]) == ("ada@example.com", "Ada Byron", True)
    assert meeting["meetingTypeName"] == "Product demo"
    assert meeting["questions"][0]["answer"] == meeting["providedInfos"]
    assert meeting["timezone"] == "Europe/Paris"


def test_booking_of_a_lead(sandbox: Sandbox, client: Client) -> None:
    """The booking of a lead looks as documented: with lead, without flags, one attendee without name."""
    sandbox.lemcal.book("ada@example.com", "Ada Byron", public=False)
    (meeting,) = client.meetings()
    assert meeting["lead"] == {"email": "ada@example.com", "firstName": "Ada", "lastName": "Byron"}
    assert meeting["attendees"] == [
        {"email": "ada@example.com", "name": "Ada Byron", "type": "required", "response": "accepted"},
        {"email": "host@example.com", "type": "required", "response": "accepted"},
    ]


def test_bookings_without_details(sandbox: Sandbox, client: Client) -> None:
    """Guests are invented; an address without a name stays without; the same moment is possible."""
    sandbox.lemcal.book()
    sandbox.lemcal.book("ada@example.com")
    sandbox.lemcal.book(created_at="2026-11-21T11:00:00.5Z")
    first, second, third = client.meetings()
    assert first["attendees"][1]["email"] == "guest1@example.com"
    assert "name" not in second["attendees"][1]
    assert first["createdAt"] == second["createdAt"] > third["createdAt"] == "2026-11-21T11:00:00.500Z"
    assert first["start"] < second["start"]
    assert all(ISO.fullmatch(first[name]) for name in ("start", "end", "createdAt"))


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"meeting_type_id": "met_nope"}, "no such meeting type: 'met_nope'; there are met_intro"),
        ({"meeting_type_id": "met_retired"}, "'met_retired' is disabled"),
        ({"start": "2027-05-15T14:00:00"}, "`start` needs a time zone"),
        ({"created_at": "yesterday"}, "yesterday"),
    ],
)
def test_bookings_that_cannot_be(sandbox: Sandbox, fields: dict[str, Any], text: str) -> None:
    """A booking that makes no sense is refused, and nothing is booked."""
    with pytest.raises(ValueError, match=text):
        sandbox.lemcal.book(**fields)
    assert sandbox.lemcal.meetings == []


def test_meetings_of_one_type(sandbox: Sandbox, client: Client) -> None:
    """Meetings can be filtered by type; an unknown type has none."""
    intro, demo = sandbox.lemcal.book(), sandbox.lemcal.book(meeting_type_id="met_demo")
    assert [one["_id"] for one in client.meetings()] == [intro.id, demo.id]
    assert [one["_id"] for one in client.meetings(meetingTypeId="met_demo")] == [demo.id]
    assert client.meetings(meetingTypeId="met_nope") == []


def test_shapes_of_the_list(sandbox: Sandbox, client: Client) -> None:
    """The list is bare as documented, or inside an object if the setting says so."""
    sandbox.lemcal.book()
    (bare,) = client.get("meetings").json()
    for shape in ("meetings", "data"):
        sandbox.settings.meetings_shape = shape
        assert client.get("meetings").json() == {shape: [bare]}


def test_cancelled_meetings(sandbox: Sandbox, client: Client) -> None:
    """A cancelled meeting disappears, or stays with the moment, as the setting says."""
    gone, kept = sandbox.lemcal.book(), sandbox.lemcal.book()
    sandbox.lemcal.cancel(gone.id)
    sandbox.lemcal.cancel(gone.id)
    assert [one["_id"] for one in client.meetings()] == [kept.id]
    sandbox.settings.cancelled_meetings = "canceledAt"
    first, second = client.meetings()
    assert ISO.fullmatch(first["canceledAt"])
    assert "canceledAt" not in second
    assert len(sandbox.lemcal.meetings) == 2
    with pytest.raises(ValueError, match="no such meeting: 'mee_nope'"):
        sandbox.lemcal.cancel("mee_nope")


def test_meeting_types(sandbox: Sandbox, client: Client) -> None:
    """Meeting types are listed, one of them disabled; each can be had alone."""
    added = sandbox.lemcal.add_meeting_type("Follow up", duration=15)
    types = client.get("meetingTypes").json()
    assert {one["_id"]: one["status"] for one in types} == {
        "met_intro": "enabled",
        "met_demo": "enabled",
        "met_retired": "disabled",
        added.id: "enabled",
    }
    assert types[3]["duration"] == 15
    assert [client.get(f"meetingTypes/{one['_id']}").json() for one in types] == types
    missing = client.get("meetingTypes/met_nope")
    assert (missing.status_code, missing.json()) == (404, {"error": "meeting type not found"})


@pytest.mark.parametrize("status", [200, 201])
def test_hook_is_created_and_deleted(sandbox: Sandbox, client: Client, status: int) -> None:
    """A hook is created once; the second time its id is not told; deleted it is gone."""
    sandbox.settings.hook_status = status
    created = client.hook(targetUrl=TARGET, meetingTypeId="met_intro")
    hook = created.json()
    assert created.status_code == status
    assert hook.pop("_id") == sandbox.lemcal.hooks[0].id
    assert ISO.fullmatch(hook.pop("createdAt"))
    assert hook == {"targetUrl": TARGET, "meetingTypeId": "met_intro"}
    again = client.hook(targetUrl=TARGET, meetingTypeId="met_intro")
    assert (again.status_code, again.json()) == (409, {"error": "Duplicate hook"})
    path = f"hooks/{sandbox.lemcal.hooks[0].id}"
    deleted = client.call("DELETE", path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert "Content-Type" not in deleted.headers
    again = client.call("DELETE", path)
    assert (again.status_code, again.json()) == (404, {"error": "hook not found"})


def test_any_meeting_type_wins(client: Client) -> None:
    """With both fields the hook is for any type and echoes both, as in the documentation's example."""
    both = client.hook(targetUrl=TARGET, meetingTypeId="met_elsewhere", anyMeetingType=True).json()
    assert (both["meetingTypeId"], both["anyMeetingType"]) == ("met_elsewhere", True)
    assert client.hook(targetUrl=TARGET, anyMeetingType=True).status_code == 409
    assert client.hook(targetUrl=TARGET, meetingTypeId="met_intro").status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"anyMeetingType": True}, 400, "You must provide a targetUrl"),
        ({"targetUrl": "example.com", "anyMeetingType": True}, 400, "Invalid targetUrl"),
        ({"targetUrl": "ftp://example.com", "anyMeetingType": True}, 400, "Invalid targetUrl"),
        ({"targetUrl": "http://[", "anyMeetingType": True}, 400, "Invalid targetUrl"),
        ({"targetUrl": 5, "anyMeetingType": True}, 400, "Invalid targetUrl"),
        ({"targetUrl": TARGET}, 400, "You must provide either a meetingTypeId or anyMeetingType"),
        (
            {"targetUrl": TARGET, "anyMeetingType": False},
            400,
            "You must provide either a meetingTypeId or anyMeetingType",
        ),
        ({"targetUrl": TARGET, "meetingTypeId": "met_nope"}, 404, "meeting type not found"),
    ],
)
def test_hooks_that_are_refused(
    sandbox: Sandbox, client: Client, body: dict[str, Any], status: int, text: str
) -> None:
    """Each documented refusal of a hook can be had."""
    answer = client.hook(**body)
    assert (answer.status_code, answer.json()) == (status, {"error": text})
    assert sandbox.lemcal.hooks == []


def test_error_bodies(sandbox: Sandbox, client: Client) -> None:
    """Errors come under `error`, under `message` or as a text; faults do too."""
    for shape, expected in (
        ("json", '{"error": "Not Found"}'),
        ("message", '{"message": "Not Found"}'),
        ("text", "Not Found"),
    ):
        sandbox.settings.error_bodies = shape
        answer = client.get("meeting-types")
        assert (answer.status_code, answer.text) == (404, expected)
        sandbox.faults.add(Fault("status"))
        assert client.get("me").text == expected.replace("Not Found", "Server Error")
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_wrong_methods_and_the_slash(client: Client) -> None:
    """A wrong method is a 405; the documented slash behind `hooks` is a redirect."""
    for method, path, allowed in (("GET", "hooks", "POST"), ("POST", "meetings", "GET")):
        answer = client.call(method, path)
        assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
        assert answer.json() == {"error": "Method Not Allowed"}
    answer = client.call("POST", "hooks/", json={"targetUrl": TARGET, "anyMeetingType": True})
    assert (answer.status_code, answer.headers["Location"]) == (301, "/api/lemcal/hooks")


def test_faults_of_one_vendor(sandbox: Sandbox, client: Client) -> None:
    """A fault may name a vendor; then only its operations are known, and only its requests are hit."""
    with pytest.raises(ValueError, match="expected '\\*' or one of GET /me, GET /meetings"):
        sandbox.faults.add(Fault("status", operation="send-invite", system="lemcal"))
    sandbox.faults.add(Fault("lost_after", operation="hooks", system="lemcal"))
    sandbox.faults.add(Fault("status", system="lets_calendar"))
    assert client.get("me").status_code == 200
    with pytest.raises(requests.ConnectionError):
        client.hook(targetUrl=TARGET, anyMeetingType=True)
    assert len(sandbox.lemcal.hooks) == 1
    assert client.hook(targetUrl=TARGET, anyMeetingType=True).status_code == 409
    assert [one.status for one in sandbox.journal.calls("hooks", system="lemcal")] == [None, 409]
    assert sandbox.journal.calls("hooks", system="lets_calendar") == []


def test_retry_after_of_a_fault_comes_twice(sandbox: Sandbox, client: Client) -> None:
    """A fault can send `Retry-After` twice, as in the vendor's example."""
    sandbox.faults.add(Fault("status", status=429, retry_after=2, retry_after_form="both"))
    answer = client.get("me")
    seconds, date = answer.raw.headers.getlist("Retry-After")
    assert seconds == "2"
    assert date.endswith("GMT+0000 (Coordinated Universal Time)")
