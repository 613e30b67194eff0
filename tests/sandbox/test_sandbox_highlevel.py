"""The sandbox's HighLevel answers as it was observed to: its gate, calendars, strictness, limits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from airflow_provider_calendars.sandbox import Fault, Sandbox
from tests.sandbox.highlevel_client import DEMO, GRACE, LINUS, NOW, PERSONAL, Client, refused

LIMITS = {
    "X-RateLimit-Limit-Daily",
    "X-RateLimit-Daily-Remaining",
    "X-RateLimit-Daily-Reset",
    "X-RateLimit-Interval-Milliseconds",
    "X-RateLimit-Max",
    "X-RateLimit-Remaining",
}


class StoppedClock:
    """A clock that stands still until the sandbox is told to advance."""

    def __call__(self) -> float:
        return NOW


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(clock=StoppedClock()) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    return Client(sandbox)


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({"Version": None}, "version header was not found."),
        ({"Version": "2020-01-01"}, "version header is invalid"),
        ({"Authorization": None}, "Invalid JWT"),
        ({"Authorization": "Bearer eyJ"}, "Invalid JWT"),
        ({"Authorization": "Basic pit-5a9db0c0-0000-4000-8000-000000000001"}, "Invalid token: access token"),
        ({"Authorization": "Bearer pit-other"}, "Invalid token: access token is invalid"),
    ],
)
def test_meanings_of_401(client: Client, headers: dict[str, str | None], text: str) -> None:
    """A missing version is a 401 like a wrong token; only the text tells them apart."""
    answer = client.call("GET", "calendars/", headers=headers)
    status, message = refused(answer)
    assert (status, answer.json()["error"]) == (401, "Unauthorized")
    assert message.startswith(text)


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("calendars.readonly", "GET", "calendars/"),
        ("calendars.write", "DELETE", f"calendars/{DEMO}"),
        ("calendars.readonly", "GET", "calendars/schedules/search"),
        ("calendars/events.readonly", "GET", "calendars/events"),
        ("calendars/events.readonly", "GET", "calendars/blocked-slots"),
        ("calendars/events.write", "DELETE", "calendars/events/nope"),
        ("calendars/events.write", "POST", "calendars/appointments/nope/notes"),
        ("calendars/events.write", "POST", f"calendars/{DEMO}/notifications"),
        ("calendars/groups.write", "POST", "calendars/groups/validate-slug"),
        ("calendars/resources.readonly", "GET", "calendars/resources/rooms"),
        ("locations.readonly", "GET", "locations/locSandbox0000000001"),
        ("users.readonly", "GET", "users/"),
    ],
)
def test_scopes(sandbox: Sandbox, client: Client, scope: str, method: str, path: str) -> None:
    """Each operation needs its scope; without it the answer is a 401, with it alone it is not."""
    everything = sandbox.settings.highlevel_scopes
    sandbox.settings.highlevel_scopes = tuple(one for one in everything if one != scope)
    assert refused(client.call(method, path)) == (401, "The token is not authorized for this scope.")
    sandbox.settings.highlevel_scopes = (scope,)
    assert client.call(method, path).status_code != 401


def test_other_locations(client: Client) -> None:
    """What concerns another location is a 403, wherever it is named; so is a search."""
    foreign = (403, "The token does not have access to this location.")
    assert refused(client.get("calendars/", locationId="other")) == foreign
    assert refused(client.post("calendars/", locationId="other", name="New")) == foreign
    assert refused(client.call("GET", "locations/other")) == foreign
    assert client.call("GET", "locations/search").status_code == 403


def test_location_and_users(sandbox: Sandbox, client: Client) -> None:
    """The location tells its zone, and its users have ids; a slash at the end does not matter."""
    location = client.call("GET", f"locations/{client.location}").json()["location"]
    assert (location["id"], location["timezone"]) == (client.location, "Europe/Berlin")
    assert "Europe/Berlin" in client.call("GET", f"locations/{client.location}/timezones").json()["timeZones"]
    for path in ("users", "users/"):
        users = client.get(path).json()["users"]
        assert [one["id"] for one in users] == [GRACE, LINUS]
    assert client.call("GET", f"users/{GRACE}").json()["name"] == "Grace Hopper"
    assert client.call("GET", "users/nope").status_code == 404


def test_paths_at_the_root(sandbox: Sandbox, client: Client) -> None:
    """Unknown paths are refused by whom they belong to; the page and the control API stay where they are."""
    for method, path in (("PATCH", "calendars/"), ("GET", "calendars/a/b/c"), ("PATCH", "contacts/")):
        assert refused(client.call(method, path)) == (404, f"Cannot {method} /{path}")
    assert client.call("GET", "nope").json() == {"error": "the sandbox has no GET /nope"}
    assert "route" in client.call("GET", "api/lc/nope").json()["message"]
    assert client.call("GET", "api/lemcal/nope").json() == {"error": "Not Found"}
    assert "HighLevel" in client.call("GET", "").text
    assert client.call("GET", "sandbox/state").json()["highlevel"]["location"]["id"] == client.location
    assert [one.system for one in sandbox.journal.entries if one.path == "/nope"] == []


def test_services_are_of_v3(client: Client) -> None:
    """What only v3 has does not exist for another version."""
    path = "calendars/services/locations"
    assert refused(client.get(path)) == (404, f"Cannot GET /{path}")
    client.session.headers["Version"] = "v3"
    created = client.post(path, name="Midtown", slug="midtown")
    place = created.json()
    assert (created.status_code, place["name"], place["isActive"]) == (201, "Midtown", True)
    assert client.put(f"{path}/{place['id']}", name="Uptown").json()["name"] == "Uptown"
    assert [one["name"] for one in client.get(path).json()["serviceLocations"]] == ["Uptown"]
    assert client.delete(f"{path}/{place['id']}").json()["success"] is True
    assert client.call("GET", f"{path}/{place['id']}").status_code == 404
    assert client.get("calendars/services/catalog").json()["services"] == []
    assert client.get("calendars/").status_code == 200


def test_calendars_of_the_beginning(sandbox: Sandbox, client: Client) -> None:
    """There are a round robin of two users and a personal calendar; drafts can be left out of the list."""
    demo, personal = client.get("calendars/").json()["calendars"]
    assert (demo["id"], demo["calendarType"]) == (DEMO, "round_robin")
    assert [one["userId"] for one in demo["teamMembers"]] == [GRACE, LINUS]
    assert (personal["id"], personal["calendarType"]) == (PERSONAL, "personal")
    client.put(f"calendars/{DEMO}", isActive=False)
    assert [one["id"] for one in client.get("calendars", showDrafted="false").json()["calendars"]] == [
        PERSONAL
    ]
    assert len(client.get("calendars", showDrafted="true").json()["calendars"]) == 2
    assert refused(client.call("GET", "calendars/"))[0] == 422
    assert client.get("calendars/", groupId="nope").json()["calendars"] == []


@pytest.mark.parametrize("status", [200, 201])
def test_calendar_as_observed(sandbox: Sandbox, client: Client, status: int) -> None:
    """A calendar comes back with more, and in another form, than it was sent."""
    sandbox.settings.created_status = status
    member = {"userId": GRACE, "locationConfigurations": [{"kind": "custom", "location": "+14455550132"}]}
    created = client.post(
        "calendars/", name="Intro Call", calendarType="personal", teamMembers=[member], appoinmentPerDay=3
    )
    calendar = created.json()["calendar"]
    assert created.status_code == status
    assert created.json()["traceId"]
    assert calendar["appoinmentPerSlot"] == calendar["appointmentPerSlot"] == 1
    assert calendar["appoinmentPerDay"] == calendar["appointmentPerDay"] == 3
    assert (calendar["openHours"], calendar["eventColor"]) == ({}, "#039BE5")
    assert (calendar["googleInvitationEmails"], calendar["slug"]) == (True, "intro-call")
    assert calendar["teamMembers"][0]["locationConfigurations"][0]["meetingId"] == "custom_0"
    assert calendar["teamMembers"][0]["priority"] == 0.5
    read = client.get(f"calendars/{calendar['id']}").json()["calendar"]
    assert read == calendar
    assert client.get("calendars/nope").status_code == 404


def test_update_of_a_calendar(sandbox: Sandbox, client: Client) -> None:
    """An update changes what it names, replaces lists, and can say null; the rest stays, or it does not."""
    path = f"calendars/{DEMO}"
    client.put(path, slotDuration=45, openHours=[], availabilityType=None)
    changed = client.put(path, name="Demo", teamMembers=[{"userId": LINUS}]).json()["calendar"]
    assert (changed["name"], changed["slotDuration"], changed["availabilityType"]) == ("Demo", 45, None)
    assert [one["userId"] for one in changed["teamMembers"]] == [LINUS]
    sandbox.settings.update_restores_defaults = True
    assert client.put(path, name="Demo 2").json()["calendar"]["slotDuration"] == 30


def test_availabilities_have_ids(client: Client) -> None:
    """An availability is changed and deleted by its id; others are left alone."""
    path, hours = f"calendars/{DEMO}", [{"openHour": 8, "openMinute": 0, "closeHour": 9, "closeMinute": 0}]
    dates = ["2026-11-28T00:00:00.000Z", "2026-11-29T00:00:00.000Z"]
    first, second = client.put(
        path, availabilities=[{"date": date, "hours": hours} for date in dates]
    ).json()["calendar"]["availabilities"]
    gone = {"id": first["id"], "date": first["date"], "hours": hours, "deleted": True}
    assert client.put(path, availabilities=[gone]).json()["calendar"]["availabilities"] == [second]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"calendarType": "personal"}, "property calendarType should not exist"),
        ({"slotBufferUnit": "mins"}, "property slotBufferUnit should not exist"),
        ({"locationId": "locSandbox0000000001"}, "property locationId should not exist"),
        ({"id": DEMO}, "property id should not exist"),
        ({"appointmentPerSlot": 1}, "property appointmentPerSlot should not exist"),
        (
            {"lookBusyConfig": {"enabled": True, "lookBusyPercentage": 3}},
            "lookBusyConfig.property lookBusyPercentage should not exist",
        ),
        (
            {
                "teamMembers": [
                    {"userId": GRACE, "locationConfigurations": [{"kind": "custom", "meetingId": "1"}]}
                ]
            },
            "teamMembers.0.locationConfigurations.0.property meetingId should not exist",
        ),
        ({"teamMembers": [{}]}, "teamMembers.0.userId should not be empty"),
        ({"slotDuration": "30"}, "slotDuration must be a number conforming to the specified constraints"),
        ({"slotDurationUnit": "days"}, "slotDurationUnit must be one of the following values: mins, hours"),
        ({"isActive": "yes"}, "isActive must be a boolean value"),
        ({"name": 5}, "name must be a string"),
        ({"openHours": {}}, "openHours must be an array"),
        ({"openHours": ["x"]}, "nested property openHours.0 must be either object or array"),
        (
            {"openHours": [{"daysOfTheWeek": [7], "hours": []}]},
            "openHours.0.each value in daysOfTheWeek must not be greater than 6",
        ),
        ({"availabilityType": 2}, "availabilityType must be one of the following values: 0, 1"),
        ({"recurring": {"count": 25}}, "recurring.count must not be greater than 24"),
        ({"teamMembers": []}, "teamMembers are required for round_robin calendar"),
        ({"teamMembers": [{"userId": "u1"}]}, "user u1 does not exist"),
        ({"groupId": "nope"}, "groupId must be a valid group"),
    ],
)
def test_updates_that_are_refused(
    sandbox: Sandbox, client: Client, body: dict[str, Any], message: str
) -> None:
    """What an update may not hold is a 422 with all reasons, and changes nothing."""
    before = json.dumps(sandbox.highlevel.calendars)
    answer = client.put(f"calendars/{DEMO}", **body)
    status, messages = refused(answer)
    assert (status, answer.json()["error"]) == (422, "Unprocessable Entity")
    assert message in messages
    assert json.dumps(sandbox.highlevel.calendars) == before


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "name should not be empty"),
        ({"name": "New", "calendarType": "personal"}, "Personal calendar must have exactly one team member"),
        ({"name": "New", "calendarType": "round_robin"}, "teamMembers are required for round_robin calendar"),
        (
            {"name": "New", "calendarType": "collective", "teamMembers": [{"userId": GRACE}]},
            "Collective calendar must have exactly one primary team member",
        ),
        ({"name": "New", "availabilities": [{"id": "1"}]}, "availabilities.0.property id should not exist"),
    ],
)
def test_calendars_that_are_refused(client: Client, body: dict[str, Any], message: str) -> None:
    """What cannot be a calendar is a 422; nothing is created."""
    status, messages = refused(client.post("calendars/", **body))
    assert status == 422
    assert message in messages
    assert len(client.get("calendars/").json()["calendars"]) == 2


def test_slugs(sandbox: Sandbox, client: Client) -> None:
    """A taken slug is rejected or altered, as the setting says."""
    taken = client.post("calendars/", name="Second", slug="product-demo")
    assert refused(taken) == (400, "The slug is already taken")
    assert client.put(f"calendars/{DEMO}", slug="product-demo").status_code == 200
    sandbox.settings.taken_slug = "alter"
    slug = client.post("calendars/", name="Second", slug="product-demo").json()["calendar"]["slug"]
    assert slug.startswith("product-demo-")


@pytest.mark.parametrize("repeated", [404, 200, 400])
def test_deletion(sandbox: Sandbox, client: Client, repeated: int) -> None:
    """A deletion answers with what was deleted, not with `success`; repeated, as the setting says."""
    sandbox.settings.repeated_delete = repeated
    deleted = client.delete(f"calendars/{DEMO}").json()
    assert (deleted["message"], deleted["calendar"]["deleted"]) == ("calendar deleted", False)
    assert "success" not in deleted
    assert client.delete(f"calendars/{DEMO}").status_code == repeated
    assert client.delete("calendars/nope").status_code == 404
    assert [one["id"] for one in sandbox.highlevel.calendars] == [PERSONAL]
    sandbox.settings.highlevel_answers = "documented"
    assert client.delete(f"calendars/{PERSONAL}").json()["success"] is True


def test_empty_lists(sandbox: Sandbox, client: Client) -> None:
    """An empty list can be a list, null, an object, or not there."""
    expected: list[tuple[str, Any]] = [("list", []), ("null", None), ("object", {}), ("missing", "missing")]
    for kind, value in expected:
        sandbox.settings.empty_lists = kind
        assert client.get("calendars/groups").json().get("groups", "missing") == value


def test_limit_headers(sandbox: Sandbox, client: Client) -> None:
    """Good and bad answers tell both limits, in milliseconds; none says `Retry-After`."""
    for number, path in enumerate(("calendars/", "calendars/nope", "calendars/a/b/c"), 1):
        headers = client.get(path).headers
        assert all(name in headers for name in LIMITS)
        assert "Retry-After" not in headers
        assert headers["X-RateLimit-Remaining"] == str(100 - number)
        assert headers["X-RateLimit-Daily-Remaining"] == str(200_000 - number)
    assert (headers["X-RateLimit-Interval-Milliseconds"], headers["X-RateLimit-Max"]) == ("10000", "100")
    sandbox.clock.advance(3600)
    assert client.get("calendars/").headers["X-RateLimit-Daily-Reset"] == "82800000"
    assert "X-RateLimit-Max" not in requests.get(f"{sandbox.url}/api/lc/timezone-list", timeout=5).headers


def test_limits(sandbox: Sandbox, client: Client) -> None:
    """Beyond a limit everything is a 429 without `Retry-After`, until the interval or the day is over."""
    sandbox.settings.highlevel_rate_limit = (2, 10)
    assert [client.get("calendars/").status_code for _ in range(3)] == [200, 200, 429]
    answer = client.post("calendars/", name="New")
    assert (answer.status_code, answer.headers["X-RateLimit-Remaining"]) == (429, "0")
    assert "Retry-After" not in answer.headers
    assert len(sandbox.highlevel.calendars) == 2
    sandbox.clock.advance(10)
    assert client.get("calendars/").status_code == 200
    sandbox.settings.highlevel_daily_limit = 3
    sandbox.clock.advance(86400)
    sandbox.settings.highlevel_rate_limit = None
    assert [client.get("calendars/").status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = client.get("calendars/")
    assert answer.headers["X-RateLimit-Daily-Remaining"] == "0"
    assert "X-RateLimit-Max" not in answer.headers
    sandbox.settings.highlevel_daily_limit = 0
    assert client.get("calendars/").status_code == 429


def test_faults(sandbox: Sandbox, client: Client) -> None:
    """Faults come in HighLevel's shape, and can name its operations."""
    sandbox.faults.add(Fault("status", operation="calendars", system="highlevel", status=503))
    assert refused(client.get("calendars/")) == (503, "Service Unavailable")
    sandbox.faults.add(Fault("lost_after", operation="POST /calendars/", system="highlevel"))
    with pytest.raises(requests.ConnectionError):
        client.post("calendars/", name="New")
    assert len(sandbox.highlevel.calendars) == 3
    sandbox.faults.add(Fault("status", operation="appointments", status=599))
    assert refused(client.post("calendars/events/appointments"))[0] == 599


def test_reset(sandbox: Sandbox, client: Client) -> None:
    """A reset sandbox has what it had at the beginning, and nothing else."""
    client.delete(f"calendars/{DEMO}")
    sandbox.highlevel.timezone = "America/New_York"
    sandbox.highlevel.book(PERSONAL)
    sandbox.highlevel.add_contact("conNew")
    sandbox.reset()
    assert [one["id"] for one in sandbox.highlevel.calendars] == [DEMO, PERSONAL]
    assert sandbox.highlevel.events == []
    assert (sandbox.highlevel.timezone, len(sandbox.highlevel.contacts)) == ("Europe/Berlin", 5)
    assert client.get(f"calendars/{DEMO}").status_code == 200


def test_page_escapes_what_others_wrote(sandbox: Sandbox, client: Client) -> None:
    """Titles and names appear as text on the page, never as markup."""
    evil = "<script>alert(1)</script>"
    client.put(f"calendars/{DEMO}", name=evil)
    sandbox.highlevel.book(title=evil)
    sandbox.highlevel.block("2026-11-24T10:00:00+01:00", "2026-11-24T11:00:00+01:00", user_id=GRACE)
    page = client.call("GET", "").text
    assert evil not in page
    assert "&lt;script&gt;" in page
