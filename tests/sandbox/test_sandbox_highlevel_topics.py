"""Groups, notes, resources, notifications and schedules of the sandbox's HighLevel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from airflow_provider_calendars.sandbox import Sandbox
from tests.sandbox.highlevel_client import ADA, DEMO, GRACE, LINUS, NOW, PERSONAL, Client, refused

ROOM = {
    "name": "Blue",
    "description": "A room",
    "quantity": 0,
    "outOfService": 0,
    "capacity": 4,
    "calendarIds": [],
}
REMINDER = {"receiverType": "contact", "channel": "email", "notificationType": "reminder"}
RULE = {"type": "wday", "day": "monday", "intervals": [{"from": "09:00", "to": "17:00"}]}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(clock=lambda: NOW) as running:
        running.settings.highlevel_rate_limit = None
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    return Client(sandbox)


def test_groups(sandbox: Sandbox, client: Client) -> None:
    """A group is found by its slug, which no other may have; deleted, it leaves its calendars behind."""
    path, fields = "calendars/groups", {"name": "Sales", "description": "All", "slug": "sales"}
    assert client.post(f"{path}/validate-slug", slug="sales").json()["available"] is True
    created = client.post(path, **fields)
    group = created.json()["group"]
    assert (created.status_code, group["slug"], group["isActive"]) == (201, "sales", True)
    assert client.post(f"{path}/validate-slug", slug="sales").json()["available"] is False
    assert refused(client.post(path, **fields)) == (400, "The slug is already taken")
    assert client.put(f"{path}/{group['id']}", **{**fields, "name": "All"}).json()["group"]["name"] == "All"
    assert refused(client.put(f"{path}/{group['id']}", name="x"))[0] == 422
    assert client.put(f"{path}/{group['id']}/status", isActive=False).json()["success"] is True
    (listed,) = client.get(path).json()["groups"]
    assert (listed["name"], listed["isActive"]) == ("All", False)
    client.put(f"calendars/{DEMO}", groupId=group["id"])
    assert len(client.get("calendars/", groupId=group["id"]).json()["calendars"]) == 1
    assert client.delete(f"{path}/{group['id']}").json()["success"] is True
    assert client.delete(f"{path}/{group['id']}").status_code == 404
    assert "groupId" not in client.get(f"calendars/{DEMO}").json()["calendar"]


def test_notes(sandbox: Sandbox, client: Client) -> None:
    """Notes come in pages of at most twenty, whose limits are required."""
    event = sandbox.highlevel.book(contact_id=ADA)
    path = f"calendars/appointments/{event.id}/notes"
    for number in range(3):
        created = client.call("POST", path, {"body": f"Note {number}", "userId": GRACE})
        assert (created.status_code, created.json()["note"]["contactId"]) == (201, ADA)
    page = client.get(path, limit=2, offset=0).json()
    assert ([one["body"] for one in page["notes"]], page["hasMore"]) == (["Note 0", "Note 1"], True)
    rest = client.get(path, limit=2, offset=2).json()
    assert ([one["body"] for one in rest["notes"]], rest["hasMore"]) == (["Note 2"], False)
    for wrong in ({}, {"limit": 21, "offset": 0}, {"limit": 5}, {"limit": 5, "offset": -1}):
        assert refused(client.get(path, **wrong))[0] == 422
    note = f"{path}/{rest['notes'][0]['id']}"
    assert client.put(note, body="Better").json()["note"]["body"] == "Better"
    assert refused(client.put(note, body="x" * 5001))[0] == 422
    assert client.delete(note).json()["success"] is True
    assert client.delete(note).status_code == 404
    assert client.get("calendars/appointments/nope/notes", limit=5, offset=0).status_code == 404


def test_resources(client: Client) -> None:
    """Rooms and equipment come in pages, as bare lists; both kinds of number are needed."""
    path = "calendars/resources/rooms"
    created = client.post(path, **ROOM)
    room = f"{path}/{created.json()['_id']}"
    assert (created.status_code, created.json()["resourceType"]) == (201, "rooms")
    assert refused(client.post(path, name="Blue", capacity=4))[0] == 422
    listed = client.get(path, limit=10, skip=0).json()
    assert [one["name"] for one in listed] == ["Blue"]
    assert client.get(path, limit=10, skip=1).json() == []
    assert refused(client.get(path))[0] == 422
    assert client.get("calendars/resources/equipments", limit=10, skip=0).json() == []
    assert refused(client.get("calendars/resources/cars", limit=10, skip=0))[0] == 422
    assert client.call("GET", room).json()["capacity"] == 4
    assert client.put(room, capacity=5, isActive=False).json()["capacity"] == 5
    two = {**ROOM, "calendarIds": [DEMO, PERSONAL]}
    assert client.post(path, **two).status_code == 201
    assert refused(client.post("calendars/resources/equipments", **two))[0] == 422
    assert client.delete(room.replace("rooms", "equipments")).status_code == 404
    assert client.delete(room).json()["success"] is True
    assert client.call("GET", room).status_code == 404


def test_notifications(sandbox: Sandbox, client: Client) -> None:
    """Notifications are created and listed as bare lists; a limit breaks the list, as reported."""
    path = f"calendars/{DEMO}/notifications"
    created = client.call("POST", path, [REMINDER, {**REMINDER, "isActive": False}])
    first, second = created.json()
    assert (created.status_code, first["isActive"], second["isActive"]) == (200, True, False)
    assert client.call("GET", path).json() == [first, second]
    assert client.call("GET", path, params={"isActive": "true"}).json() == [first]
    assert client.call("GET", path, params={"skip": 1}).json() == [second]
    broken = client.call("GET", path, params={"limit": 5})
    assert (broken.status_code, broken.json()["status"], broken.json()["name"]) == (400, 400, "HttpException")
    assert broken.json()["message"].startswith("MongoError: BSON field 'FindCommandRequest.limit'")
    sandbox.settings.notification_limit_fails = False
    assert client.call("GET", path, params={"limit": 1}).json() == [first]
    one = f"{path}/{first['_id']}"
    assert set(client.put(one, deleted=True).json()) == {"message", "traceId"}
    assert client.call("GET", one).json()["deleted"] is True
    assert client.call("GET", path).json() == [second]
    assert client.call("GET", path, params={"deleted": "true"}).json() == [{**first, "deleted": True}]
    assert "message" in client.delete(one).json()
    assert client.call("GET", f"calendars/{PERSONAL}/notifications").json() == []


@pytest.mark.parametrize(
    "body", [REMINDER, [{}], [{**REMINDER, "channel": "pigeon"}], [{**REMINDER, "x": 1}]]
)
def test_notifications_that_are_refused(client: Client, body: Any) -> None:
    """A notification that is no list, lacks something or says too much is a 422."""
    assert refused(client.call("POST", f"calendars/{DEMO}/notifications", body))[0] == 422
    assert client.call("GET", f"calendars/{DEMO}/notifications").json() == []


def test_schedules(client: Client) -> None:
    """A schedule belongs to a user, and to calendars by association; deleted twice it is a 404."""
    path = "calendars/schedules"
    fields = {"name": "Weekdays", "timezone": "Europe/Berlin", "userId": GRACE, "rules": [RULE]}
    created = client.post(path, **fields, calendarIds=[PERSONAL])
    schedule = created.json()["schedule"]
    one = f"{path}/{schedule['id']}"
    assert (created.status_code, schedule["rules"], schedule["deleted"]) == (201, [RULE], False)
    assert [each["id"] for each in client.get(f"{path}/search", userId=GRACE).json()["schedules"]] == [
        schedule["id"]
    ]
    assert client.get(f"{path}/search", userId=LINUS).json()["schedules"] == []
    assert client.get(f"{path}/search", userId=GRACE, calendarId=DEMO).json()["schedules"] == []
    assert refused(client.get(f"{path}/search"))[0] == 422
    assert refused(client.get(f"{path}/search", userId=GRACE, limit=501))[0] == 422
    assert client.put(one, name="Mondays").json()["schedule"]["name"] == "Mondays"
    for method, calendars in (("PUT", [PERSONAL, DEMO]), ("PUT", [PERSONAL, DEMO]), ("DELETE", [PERSONAL])):
        assert client.call(method, f"{one}/associations/{DEMO}").json()["success"] is True
        assert client.call("GET", one).json()["schedule"]["calendarIds"] == calendars
    assert client.delete(one).json()["success"] is True
    for method in ("GET", "DELETE"):
        assert client.call(method, one).status_code == 404


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"timezone": "UTC"}, "timezone must match /^[A-Za-z_]+/[A-Za-z_]+$/ regular expression"),
        ({"timezone": "America/Argentina/Buenos_Aires"}, "timezone must match"),
        ({"userId": "nope"}, "User not found"),
        ({"rules": [{**RULE, "day": "Monday"}]}, "rules.0.day must be one of"),
        (
            {"rules": [{**RULE, "intervals": [{"from": "9", "to": "24:00"}]}]},
            "rules.0.intervals.0.from must match",
        ),
    ],
)
def test_schedules_that_are_refused(client: Client, fields: dict[str, Any], message: str) -> None:
    """Zones with one or three parts, odd days and odd clocks are a 422."""
    body = {"name": "Weekdays", "timezone": "Europe/Berlin", "userId": GRACE, **fields}
    status, messages = refused(client.post("calendars/schedules", **body))
    assert status == 422
    assert any(one.startswith(message) for one in messages)


def test_schedules_of_event_calendars(client: Client) -> None:
    """An event calendar has one schedule, in v3 only."""
    path = f"calendars/schedules/event-calendar/{DEMO}"
    fields = {"timezone": "Europe/Berlin", "rules": [RULE]}
    assert client.call("POST", path, fields).status_code == 404
    client.session.headers["Version"] = "v3"
    assert client.call("GET", path).status_code == 404
    created = client.call("POST", path, fields)
    assert (created.status_code, created.json()["schedule"]["calendarId"]) == (201, DEMO)
    assert client.call("POST", path, fields).status_code == 400
    assert client.put(path, rules=[]).json()["schedule"]["rules"] == []
    assert client.call("GET", path).json()["schedule"]["timezone"] == "Europe/Berlin"
