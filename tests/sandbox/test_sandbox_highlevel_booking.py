"""Free slots and appointments of the sandbox's HighLevel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_calendars.sandbox import Sandbox
from airflow_provider_calendars.sandbox.clock import Clock
from airflow_provider_calendars.sandbox.highlevel.state import HighLevelState
from airflow_provider_calendars.sandbox.settings import Settings
from tests.sandbox.highlevel_client import (
    ADA,
    BLAISE,
    DAY,
    DEMO,
    GRACE,
    LINUS,
    NOW,
    PERSONAL,
    TAKEN,
    Client,
    refused,
)

TEN = "2026-11-23T10:00:00+01:00"
HALF_PAST_TEN = "2026-11-23T10:30:00+01:00"
MORNING = {"openHour": 9, "openMinute": 0, "closeHour": 10, "closeMinute": 0}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(clock=lambda: NOW) as running:
        running.settings.highlevel_rate_limit = None
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    return Client(sandbox)


def test_slots_of_a_new_calendar(client: Client) -> None:
    """Without hours of its own a calendar is open on working days from nine to five, where it is."""
    slots = client.slots(days=7)
    assert slots[0] == "2026-11-23T09:00:00+01:00"
    assert slots[15] == "2026-11-23T16:30:00+01:00"
    assert len(slots) == 16 * 5 + 1  # the last one is at the very end of the week that was asked for
    assert {slot[:10] for slot in slots} == {f"2026-11-{day}" for day in (23, 24, 25, 26, 27, 30)}


def test_shape_of_slots(client: Client) -> None:
    """Dates stand beside a trace id; days without slots are not there."""
    window = {"startDate": round(NOW * 1000), "endDate": round((NOW + 6 * DAY) * 1000)}
    answer = client.get(f"calendars/{DEMO}/free-slots", **window).json()
    assert isinstance(answer.pop("traceId"), str)
    assert list(answer) == [f"2026-11-{day}" for day in (23, 24, 25, 26, 27)]
    assert all(list(day) == ["slots"] for day in answer.values())


def test_zones_of_slots(sandbox: Sandbox, client: Client) -> None:
    """Slots are written, and sorted into dates, in the zone that was asked for."""
    tokyo = client.slots(timezone="Asia/Tokyo")
    assert tokyo[0] == "2026-11-23T17:00:00+09:00"
    assert tokyo[14] == "2026-11-24T00:00:00+09:00"
    sandbox.settings.slots_default_zone = "UTC"
    assert client.slots()[0] == "2026-11-23T08:00:00+00:00"
    window = {"startDate": round(NOW * 1000), "endDate": round(NOW * 1000)}
    assert refused(client.get(f"calendars/{DEMO}/free-slots", **window, timezone="Mars/Base"))[0] == 422


def test_change_of_the_clocks(client: Client) -> None:
    """A slot is where the clocks show it: two o'clock of the last Sunday in March does not exist."""
    night = {"openHour": 1, "openMinute": 0, "closeHour": 4, "closeMinute": 0}
    client.put(f"calendars/{DEMO}", openHours=[{"daysOfTheWeek": [0], "hours": [night]}])
    spring = datetime(2027, 3, 27, 12, tzinfo=UTC).timestamp()
    assert [slot[11:] for slot in client.slots(start=spring)] == [
        "01:00:00+01:00",
        "01:30:00+01:00",
        "03:00:00+02:00",
        "03:30:00+02:00",
    ]
    autumn = datetime(2027, 10, 30, 12, tzinfo=UTC).timestamp()
    slots = [slot[11:] for slot in client.slots(start=autumn)]
    assert slots[2:6] == ["02:00:00+02:00", "02:30:00+02:00", "02:00:00+01:00", "02:30:00+01:00"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"openHours": [{"daysOfTheWeek": [1], "hours": [MORNING]}]}, ["09:00", "09:30"]),
        ({"openHours": [{"daysOfTheWeek": [2], "hours": [MORNING]}]}, []),
        ({"slotDuration": 4, "slotDurationUnit": "hours", "slotInterval": 2, "slotIntervalUnit": "hours"},
         ["09:00", "11:00", "13:00"]),
        ({"allowBookingAfter": 7}, ["16:00", "16:30"]),
        ({"allowBookingAfter": 1, "allowBookingAfterUnit": "days"}, []),
        ({"availabilityType": 1}, []),
        ({"availabilityType": 1,
          "availabilities": [{"date": "2026-11-23T00:00:00.000Z", "hours": [MORNING]}]}, ["09:00", "09:30"]),
        ({"availabilities": [{"date": "2026-11-23T00:00:00.000Z", "hours": []}]}, []),
        ({"availabilityType": 0, "availabilities": [{"date": "2026-11-23T00:00:00.000Z", "hours": []}],
          "openHours": [{"daysOfTheWeek": [1], "hours": [MORNING]}]}, ["09:00", "09:30"]),
        ({"openHours": [{"daysOfTheWeek": [1], "hours": [
            {"openHour": 23, "openMinute": 0, "closeHour": 23, "closeMinute": 60}]}]}, ["23:00", "23:30"]),
    ],
)  # fmt: skip
def test_hours_of_a_calendar(client: Client, fields: dict[str, Any], expected: list[str]) -> None:
    """Open hours, dates, lengths and the notice decide what is free on a Monday."""
    assert client.put(f"calendars/{DEMO}", **fields).status_code == 200
    assert [slot[11:16] for slot in client.slots(days=0.65)] == expected


def test_range_of_dates(client: Client) -> None:
    """Nothing is free in the past, nor later than the calendar allows."""
    client.put(f"calendars/{DEMO}", allowBookingFor=2, allowBookingForUnit="days")
    assert {slot[:10] for slot in client.slots(start=NOW - DAY, days=30)} == {
        "2026-11-23",
        "2026-11-24",
        "2026-11-25",
    }


def test_wrong_ranges(client: Client) -> None:
    """More than 31 days are refused; seconds instead of milliseconds are long ago, and so just empty."""
    path = f"calendars/{DEMO}/free-slots"
    begin = round(NOW * 1000)
    too_long = client.get(path, startDate=begin, endDate=begin + 31 * 86_400_000 + 1)
    assert refused(too_long) == (400, "Date range cannot be more than 31 days")
    seconds = client.get(path, startDate=round(NOW), endDate=round(NOW + DAY))
    assert (seconds.status_code, list(seconds.json())) == (200, ["traceId"])
    assert refused(client.get(path, startDate="today", endDate=begin))[0] == 422
    assert refused(client.get(path))[0] == 422


def test_whole_days(sandbox: Sandbox, client: Client) -> None:
    """Where the setting says so, a window is as long as its days."""
    sandbox.settings.slots_in = "days"
    assert len(client.slots(days=0)) == 16


def test_members_of_a_team(client: Client) -> None:
    """A slot of a round robin is free while one member is; each booking goes to who has fewest."""
    first, second = client.book(TEN).json(), client.book(TEN, contact=BLAISE).json()
    assert {first["assignedUserId"], second["assignedUserId"]} == {GRACE, LINUS}
    assert TEN not in client.slots()
    assert refused(client.book(TEN)) == (400, TAKEN)
    assert client.book(HALF_PAST_TEN, assignedUserId=LINUS).json()["assignedUserId"] == LINUS
    assert HALF_PAST_TEN not in client.slots(userId=LINUS)
    assert HALF_PAST_TEN in client.slots(userId=GRACE)
    assert HALF_PAST_TEN in client.slots(userIds=[GRACE, LINUS])
    assert HALF_PAST_TEN not in client.slots(PERSONAL, userIds=[LINUS])
    assert refused(client.book(HALF_PAST_TEN, assignedUserId=LINUS)) == (400, TAKEN)
    assert refused(client.book(TEN, assignedUserId="nope"))[0] == 422


def test_member_has_other_calendars(client: Client) -> None:
    """Who is booked in one calendar has no time in another; a collective needs all of its members."""
    team = [{"userId": GRACE, "isPrimary": True}, {"userId": LINUS}]
    both = client.post("calendars/", name="Both", calendarType="collective", teamMembers=team).json()[
        "calendar"
    ]
    assert TEN in client.slots(both["id"])
    client.book(TEN, PERSONAL)
    assert TEN not in client.slots(both["id"])
    assert TEN not in client.slots(both["id"], userId=LINUS)
    assert TEN in client.slots(DEMO)
    assert client.book(TEN).json()["assignedUserId"] == LINUS


def test_seats_and_days(client: Client) -> None:
    """A slot can have several seats, and a day a most."""
    client.put(f"calendars/{PERSONAL}", appoinmentPerSlot=2, appoinmentPerDay=3)
    assert [client.book(TEN, PERSONAL).status_code for _ in range(3)] == [200, 200, 400]
    assert client.book(HALF_PAST_TEN, PERSONAL).status_code == 200
    assert {slot[:10] for slot in client.slots(PERSONAL, days=1.2)} == {"2026-11-24"}


def test_buffers(client: Client) -> None:
    """Time before and after an appointment is not free."""
    client.put(f"calendars/{PERSONAL}", preBuffer=10, slotBuffer=40)
    client.book("2026-11-23T12:00:00+01:00", PERSONAL)
    free = {slot[11:16] for slot in client.slots(PERSONAL)}
    assert {"10:30", "13:30"} <= free
    assert not {"11:00", "11:30", "12:00", "12:30", "13:00"} & free


def test_answers_to_a_booking(sandbox: Sandbox, client: Client) -> None:
    """As observed an answer has a typo twin and no times; as documented it has times and no twin."""
    live = client.book(TEN, title="Demo", address="Main Street 1").json()
    assert (live["status"], live["appoinmentStatus"]) == ("booked", "confirmed")
    assert (live["title"], live["meetingLocationType"]) == ("Demo", "custom")
    assert not {"startTime", "endTime"} & set(live)
    assert {"dateAdded", "dateUpdated", "traceId", "isRecurring"} <= set(live)
    shown = client.appointment(live["id"])
    assert (shown["startTime"], shown["endTime"], shown["deleted"]) == (TEN, HALF_PAST_TEN, False)
    assert shown["createdBy"] == {"source": "third_party"}
    sandbox.settings.highlevel_answers = "documented"
    documented = client.book(TEN).json()
    assert (documented["startTime"], documented["endTime"]) == (TEN, HALF_PAST_TEN)
    assert "appoinmentStatus" not in documented
    event = client.get(f"calendars/events/appointments/{documented['id']}").json()["event"]
    assert event["appointmentStatus"] == "confirmed"


@pytest.mark.parametrize(
    ("start", "status"),
    [
        (TEN, 200),
        ("2026-11-23T04:00:00-05:00", 400),
        ("2026-11-23T09:00:00Z", 400),
        ("2026-11-23T09:00:00.000Z", 400),
        ("2026-11-23T10:00:00", 400),
        ("2026-11-23T10:15:00+01:00", 400),
        ("2026-11-23T08:30:00+01:00", 400),
        ("tomorrow", 422),
    ],
)
def test_words_of_a_slot(sandbox: Sandbox, client: Client, start: str, status: int) -> None:
    """A slot is booked in the words it was offered in: the same moment in other words is not available."""
    assert client.book(start).status_code == status
    if start.startswith("2026-11-23T04"):
        assert start in client.slots(timezone="America/New_York")
        assert client.book(start).status_code == 200
    sandbox.settings.strict_slot_text = False
    other_words = status == 200 or datetime.fromisoformat(TEN) == _moment(start)
    assert (client.book(start).status_code == 200) == other_words


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.fromisoformat(TEN).tzinfo)


def test_switches_of_a_booking(client: Client) -> None:
    """The notice can be ignored, the free slots can be; a rule of repetition needs the latter."""
    client.put(f"calendars/{PERSONAL}", allowBookingAfter=1, allowBookingAfterUnit="weeks")
    assert refused(client.book(TEN, PERSONAL)) == (400, TAKEN)
    assert client.book(TEN, PERSONAL, ignoreDateRange=True).status_code == 200
    assert refused(client.book(TEN, PERSONAL, ignoreDateRange=True)) == (400, TAKEN)
    forced = client.book(
        TEN, PERSONAL, ignoreFreeSlotValidation=True, rrule="RRULE:FREQ=DAILY;COUNT=5"
    ).json()
    assert (forced["isRecurring"], forced["rrule"]) == (True, "RRULE:FREQ=DAILY;COUNT=5")
    assert client.appointment(f"{forced['id']}_1700000000000_1800")["id"] == forced["id"]
    ignored = client.book("2026-11-30T10:00:00+01:00", PERSONAL, rrule="RRULE:FREQ=DAILY").json()
    assert ignored["isRecurring"] is False


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"contactId": ""}, "contactId should not be empty"),
        ({"contactId": "nope"}, "Contact not found"),
        ({"calendarId": "nope"}, "Calendar not found"),
        ({"endTime": TEN}, "endTime must be after startTime"),
        (
            {"appointmentStatus": "booked"},
            "appointmentStatus must be one of the following values: new, confirmed",
        ),
        ({"toNotify": "false"}, "toNotify must be a boolean value"),
        ({"notify": False}, "property notify should not exist"),
        ({"meetingLocationType": "teams"}, "meetingLocationType must be one of the following values"),
    ],
)
def test_bookings_that_are_refused(
    sandbox: Sandbox, client: Client, body: dict[str, Any], message: str
) -> None:
    """What cannot be an appointment is a 422; nothing is booked and nobody is told."""
    fields = {"calendarId": DEMO, "contactId": ADA, "startTime": TEN, **body}
    status, messages = refused(client.post("calendars/events/appointments", **fields))
    assert status == 422
    assert any(one.startswith(message) for one in messages)
    assert sandbox.highlevel.events == []
    assert sandbox.highlevel.automations == []


def test_contacts_and_users_as_settings_say(sandbox: Sandbox, client: Client) -> None:
    """Unknown contacts can be allowed, a user can be required, statuses come from the calendar."""
    sandbox.settings.any_contact = True
    assert client.book(TEN, contact="conElsewhere").status_code == 200
    sandbox.settings.assigned_user_required = True
    assert refused(client.book(HALF_PAST_TEN))[0] == 422
    client.put(f"calendars/{DEMO}", autoConfirm=False)
    assert client.book(HALF_PAST_TEN, assignedUserId=GRACE).json()["appointmentStatus"] == "new"


def test_four_at_once(client: Client) -> None:
    """Of identical concurrent bookings of a slot with one seat exactly one wins."""
    with ThreadPoolExecutor(4) as pool:
        answers = Counter(pool.map(lambda _: client.book(TEN, PERSONAL).status_code, range(4)))
    assert answers == {200: 1, 400: 3}


def test_somebody_else_is_faster(sandbox: Sandbox, client: Client) -> None:
    """A slot can be taken from outside, also in the moment in which it is booked."""
    assert len(sandbox.highlevel.take_slot(DEMO, TEN)) == 2
    assert TEN not in client.slots()
    assert sandbox.highlevel.take_slot(DEMO, TEN) == []
    sandbox.highlevel.race(2)
    for start in client.slots()[:2]:
        assert refused(client.book(start)) == (400, TAKEN)
        assert start not in client.slots()
    assert client.book(client.slots()[0]).status_code == 200


def test_automations(sandbox: Sandbox, client: Client) -> None:
    """Automations run for every write that does not say that they shall not."""
    quiet = client.book(TEN, toNotify=False).json()["id"]
    client.change(quiet, title="Quiet", toNotify=False)
    assert sandbox.highlevel.automations == []
    loud = client.book(TEN).json()["id"]
    client.change(loud, title="Loud")
    client.change(loud, appointmentStatus="cancelled")
    assert [(one.event_id, one.what) for one in sandbox.highlevel.automations] == [
        (loud, "booked"),
        (loud, "updated"),
        (loud, "cancelled"),
    ]


def test_moving_an_appointment(sandbox: Sandbox, client: Client) -> None:
    """An appointment moves into a free slot only; its own slot is free for itself."""
    event_id = client.book(TEN, PERSONAL).json()["id"]
    client.book(HALF_PAST_TEN, PERSONAL, contact=BLAISE)
    assert refused(client.change(event_id, startTime=HALF_PAST_TEN)) == (400, TAKEN)
    assert client.change(event_id, startTime=TEN, title="Same").status_code == 200
    eleven = "2026-11-23T11:00:00+01:00"
    assert client.change(event_id, startTime=eleven).status_code == 200
    shown = client.appointment(event_id)
    assert (shown["startTime"], shown["endTime"]) == (eleven, "2026-11-23T11:30:00+01:00")
    assert TEN in client.slots(PERSONAL)
    assert client.change(event_id, startTime=HALF_PAST_TEN, ignoreFreeSlotValidation=True).status_code == 200
    assert refused(client.change(event_id, contactId=BLAISE))[0] == 422
    assert client.change("nope", title="x").status_code == 404


def test_cancelling_frees_the_slot(client: Client) -> None:
    """A cancelled appointment is still listed, but its slot is free again."""
    event_id = client.book(TEN, PERSONAL).json()["id"]
    client.change(event_id, appointmentStatus="cancelled", toNotify=False)
    assert TEN in client.slots(PERSONAL)
    assert [one["appointmentStatus"] for one in client.events(calendarId=PERSONAL)] == ["cancelled"]


@pytest.mark.parametrize("repeated", [404, 200, 400])
def test_soft_deletion(sandbox: Sandbox, client: Client, repeated: int) -> None:
    """A deleted appointment can be read by its id, but is not listed, and its slot is free."""
    sandbox.settings.repeated_delete = repeated
    event_id = client.book(TEN, PERSONAL).json()["id"]
    deleted = client.delete(f"calendars/events/{event_id}")
    assert (deleted.status_code, deleted.json()["succeeded"]) == (200, True)
    assert client.appointment(event_id)["deleted"] is True
    assert client.events(calendarId=PERSONAL) == []
    assert TEN in client.slots(PERSONAL)
    assert client.change(event_id, title="x").status_code == 404
    assert client.delete(f"calendars/events/{event_id}").status_code == repeated
    assert client.delete("calendars/events/nope").status_code == 404
    assert refused(client.call("DELETE", f"calendars/events/{event_id}", {"force": True}))[0] == 422
    sandbox.settings.highlevel_answers = "documented"
    other = sandbox.highlevel.book(PERSONAL)
    assert client.delete(f"calendars/events/{other.id}").status_code == 201


def test_lists_of_events(sandbox: Sandbox, client: Client) -> None:
    """A list holds what starts in the window, without what is documented as required."""
    group = client.post("calendars/groups", name="Sales", description="", slug="sales").json()
    assert group["statusCode"] == 422  # an empty description is none
    group_id = client.post("calendars/groups", name="Sales", description="All", slug="sales").json()["group"][
        "id"
    ]
    client.put(f"calendars/{DEMO}", groupId=group_id)
    event_id = client.book(TEN, assignedUserId=LINUS).json()["id"]
    client.book(TEN, PERSONAL)
    (event,) = client.events()
    assert (event["id"], event["startTime"], event["endTime"]) == (event_id, TEN, HALF_PAST_TEN)
    assert not {"groupId", "users", "assignedUserId", "deleted"} & set(event)
    assert [one["id"] for one in client.events(userId=LINUS)] == [event_id]
    assert [one["id"] for one in client.events(groupId=group_id)] == [event_id]
    assert client.events(calendarId=DEMO, userId=GRACE) == []
    assert client.events(days=0.01) == []
    sandbox.settings.highlevel_answers = "documented"
    (event,) = client.events()
    assert (event["groupId"], event["users"], event["assignedUserId"]) == (group_id, [], LINUS)


def test_wrong_questions_for_events(client: Client) -> None:
    """Seconds instead of milliseconds are an empty list; whose events is to be said."""
    client.book(TEN)
    seconds = {"startTime": round(NOW), "endTime": round(NOW + 7 * DAY)}
    answer = client.get("calendars/events", **seconds, calendarId=DEMO)
    assert (answer.status_code, answer.json()["events"]) == (200, [])
    nobody = client.get("calendars/events", **seconds)
    assert refused(nobody) == (422, ["Either of userId, groupId or calendarId is required"])
    assert refused(client.get("calendars/events", calendarId=DEMO))[0] == 422
    assert (
        refused(client.get("calendars/events", startTime="now", endTime="later", calendarId=DEMO))[0] == 422
    )


def test_blocked_slots(client: Client) -> None:
    """Time of a calendar or of a user is blocked, not of both; blocks have a list of their own."""
    times = {"startTime": TEN, "endTime": "2026-11-23T12:00:00+01:00"}
    path = "calendars/events/block-slots"
    ours = client.post(path, calendarId=DEMO, title="Holiday", **times)
    assert (ours.status_code, ours.json()["startTime"]) == (201, TEN)
    assert not {TEN, HALF_PAST_TEN} & set(client.slots())
    assert TEN in client.slots(PERSONAL)
    assert client.post(path, assignedUserId=GRACE, **times).status_code == 201
    assert TEN not in client.slots(PERSONAL)
    for whose in (
        {},
        {"calendarId": DEMO, "assignedUserId": GRACE},
        {"calendarId": "x"},
        {"assignedUserId": "x"},
    ):
        assert refused(client.post(path, **whose, **times))[0] == 422
    assert refused(client.post(path, calendarId=DEMO, startTime=TEN))[0] == 422
    window = {"startTime": round(NOW * 1000), "endTime": round((NOW + DAY) * 1000)}
    listed = client.get("calendars/blocked-slots", **window, calendarId=DEMO).json()["events"]
    assert [one["title"] for one in listed] == ["Holiday"]
    assert client.events() == []
    shorter = {"locationId": client.location, "calendarId": DEMO, "endTime": HALF_PAST_TEN}
    changed = client.put(f"{path}/{ours.json()['id']}", **shorter)
    assert (changed.status_code, changed.json()["endTime"]) == (201, HALF_PAST_TEN)
    assert HALF_PAST_TEN in client.slots()
    assert client.delete(f"calendars/events/{ours.json()['id']}").status_code == 200
    assert client.put(f"{path}/{ours.json()['id']}", **shorter).status_code == 404
    assert TEN in client.slots()


def test_what_others_do(sandbox: Sandbox, client: Client) -> None:
    """A test books, changes and deletes without HTTP; nothing of it runs an automation."""
    state = sandbox.highlevel
    first, second = state.book(), state.book(PERSONAL, TEN, ADA, status="new", title="Talk")
    assert (first.start, first.title) == (NOW, "Somebody Else")
    assert (second.contact_id, second.assigned_user_id, second.title) == (ADA, GRACE, "Talk")
    state.set_status(second.id, "showed")
    assert client.appointment(second.id)["appointmentStatus"] == "showed"
    state.delete(second.id)
    assert client.appointment(second.id)["deleted"] is True
    assert [one.id for one in state.appointments] == [first.id, second.id]
    assert state.automations == []
    with pytest.raises(ValueError, match="no such event: 'nope'"):
        state.delete("nope")
    with pytest.raises(ValueError, match="no such calendar: 'nope'; there are calDemo"):
        state.book("nope")
    state.block(NOW, NOW + 40 * DAY, calendar_id=DEMO)
    with pytest.raises(ValueError, match="has no free slot in the next month"):
        state.book()
    assert state.free_slots(DEMO) == []


def test_two_bookings_of_one_contact(sandbox: Sandbox, client: Client) -> None:
    """A test can ask whether a contact was booked twice into one slot."""
    client.book(TEN)
    assert sandbox.highlevel.booked_twice() == []
    second = client.book(TEN).json()["id"]
    ((_, again),) = sandbox.highlevel.booked_twice()
    assert again.id == second
    client.change(second, appointmentStatus="cancelled")
    assert sandbox.highlevel.booked_twice() == []


def test_control(sandbox: Sandbox, client: Client) -> None:
    """Another process books, takes slots, makes races, changes and deletes; nonsense is refused."""

    def control(action: str, **body: Any) -> Any:
        url = f"{sandbox.url}/sandbox/highlevel/{action}"
        return requests.post(url, json=body, timeout=5).json()

    booked = control("book", calendar_id=DEMO, contact_id=ADA)
    assert (booked["start"], booked["status"]) == ("2026-11-23T09:00:00+01:00", "confirmed")
    assert control("status", event_id=booked["id"], status="noshow")["status"] == "noshow"
    assert control("delete", event_id=booked["id"])["deleted"] is True
    assert len(control("take_slot", calendar_id=DEMO, start=TEN)) == 2
    assert control("race", times=1) == {"times": 1}
    assert refused(client.book(HALF_PAST_TEN)) == (400, TAKEN)
    for action, body in (
        ("book", {"guest": "x"}),
        ("status", {"event_id": "nope", "status": "showed"}),
        ("status", {"event_id": booked["id"], "status": "gone"}),
        ("take_slot", {"calendar_id": DEMO}),
        ("race", {"times": "many"}),
    ):
        assert "error" in control(action, **body)
    state = requests.get(f"{sandbox.url}/sandbox/state", timeout=5).json()["highlevel"]
    assert [one["status"] for one in state["events"]].count("noshow") == 1


offsets = st.integers(0, 14 * 24 * 4).map(lambda quarters: quarters * 900)


@given(
    busy=st.lists(st.tuples(offsets, st.integers(1, 12)), max_size=8),
    duration=st.sampled_from([15, 30, 45, 90]),
    interval=st.sampled_from([15, 30, 60]),
    members=st.integers(1, 2),
)
def test_free_slots_can_be_booked(
    busy: list[tuple[int, int]], duration: int, interval: int, members: int
) -> None:
    """Free slots lie in the open hours and outside the blocks, and can be booked."""
    state = HighLevelState(Settings(), Clock(lambda: NOW))
    team = [{"userId": user} for user in (GRACE, LINUS)[:members]]
    calendar = state.add_calendar(
        calendarType="round_robin", teamMembers=team, slotDuration=duration, slotInterval=interval
    )
    blocks = [
        state.block(NOW + start, NOW + start + 900 * length, calendar_id=calendar["id"])
        for start, length in busy
    ]
    for slot in state.free_slots(calendar["id"]):
        end = slot + timedelta(minutes=duration)
        assert (slot.hour, slot.date()) >= (9, end.date())
        assert end <= end.replace(hour=17, minute=0)
        assert not any(one.overlaps(slot.timestamp(), end.timestamp()) for one in blocks)
    first = state.free_slots(calendar["id"])[0]
    assert len(state.take_slot(calendar["id"], first)) == members
    assert first not in state.free_slots(calendar["id"])
