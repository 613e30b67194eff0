"""What is written holds what may be written, and whatever comes is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_calendars.api.highlevel.appointment_records import (
    AppointmentContent,
    BlockContent,
    Event,
)
from airflow_provider_calendars.api.highlevel.calendar_records import Calendar, CalendarContent, TeamMember
from airflow_provider_calendars.api.highlevel.events import Window
from airflow_provider_calendars.api.highlevel.hours import Availability, Hours, LookBusy, OpenHours
from airflow_provider_calendars.api.highlevel.notification_records import NotificationContent
from airflow_provider_calendars.api.highlevel.records import (
    Group,
    GroupContent,
    Location,
    Note,
    NoteContent,
    Resource,
    ResourceContent,
    User,
)
from airflow_provider_calendars.api.highlevel.schedule_records import (
    Interval,
    Schedule,
    ScheduleContent,
    ScheduleRule,
)
from airflow_provider_calendars.api.highlevel.wire import UNSET, iso, milliseconds, moment
from airflow_provider_calendars.exceptions import ConfigurationError
from tests.contract.highlevel_calls import CALENDAR

NOTHING: list[Any] = [None, {}, [], "", 0]
WHEN = "2026-06-23T03:30:00+05:30"


def test_misspelt_names_are_misspelt_on_the_wire_only() -> None:
    """Python reads well, and the vendor gets its own spelling."""
    body = CalendarContent(
        name="Demo", appointments_per_slot=2, appointments_per_day=9, look_busy_config=LookBusy(True, 30)
    ).to_create("l1")
    assert body == {
        "locationId": "l1",
        "name": "Demo",
        "appoinmentPerSlot": 2,
        "appoinmentPerDay": 9,
        "lookBusyConfig": {"enabled": True, "LookBusyPercentage": 30},
    }


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (CalendarContent(), {}),
        (CalendarContent(availability_type=None), {"availabilityType": None}),
        (CalendarContent(availability_type=UNSET), {}),
        (CalendarContent(availability_type=0), {"availabilityType": 0}),
        (CalendarContent(team_members=()), {"teamMembers": []}),
        (CalendarContent(team_members=(TeamMember("u1"),)), {"teamMembers": [{"userId": "u1"}]}),
        (CalendarContent(calendar_type="event", slot_buffer_unit="mins", slug="s"), {"slug": "s"}),
        (
            CalendarContent(availabilities=(Availability("2026-09-24", (), True, "a1"),)),
            {
                "availabilities": [
                    {"date": "2026-09-24T00:00:00.000Z", "hours": [], "deleted": True, "id": "a1"}
                ]
            },
        ),
    ],
)
def test_an_update_sends_what_is_set_and_can_be_changed(content: CalendarContent, body: Any) -> None:
    """Unset is not null, an empty list is sent, and what only a creation takes is left out."""
    assert content.to_update() == body


def test_a_creation_has_no_ids_of_availabilities() -> None:
    """An id is of an existing one, and the vendor refuses it in a new calendar."""
    assert "id" not in CALENDAR.to_create("l1")["availabilities"][0]


def test_a_calendar_that_was_read_can_be_written() -> None:
    """Reading the answer to a write gives the same content, but for what is read in both spellings."""
    body = CALENDAR.to_update()
    read = Calendar.from_answer({"id": "c1", "traceId": "t", **CALENDAR.to_create("l1"), **body})
    assert read.content.to_update() == body
    assert replace(read.content, name="Other").to_update()["name"] == "Other"


@given(
    st.dictionaries(
        st.sampled_from(sorted({*CALENDAR.to_create("l1"), "appointmentPerSlot", "id", "traceId"})),
        st.sampled_from(NOTHING),
    )
)
def test_a_calendar_of_nothings_is_read(item: dict[str, Any]) -> None:
    """Null, missing and {} are read without error, wherever they stand."""
    calendar = Calendar.from_answer({**item, "id": "c1"})
    assert calendar.calendar_id == "c1"
    assert calendar.content.open_hours in (None, ())


def test_both_spellings_of_a_calendar_are_read() -> None:
    """The server says a name right and wrong, or only right."""
    content = CalendarContent.from_answer({"appointmentPerSlot": 3, "appoinmentPerDay": 4})
    assert (content.appointments_per_slot, content.appointments_per_day) == (3, 4)
    assert content.availability_type is UNSET
    assert CalendarContent.from_answer({"availabilityType": None}).availability_type is None


@pytest.mark.parametrize(
    "content",
    [
        CalendarContent(slot_duration_unit="days"),
        CalendarContent(availability_type=2),
        CalendarContent(open_hours=(OpenHours((7,), ()),)),
        CalendarContent(open_hours=(OpenHours((1,), (Hours(24, 0, 1, 0),)),)),
        CalendarContent(open_hours=(OpenHours((1,), (Hours(9, 61, 1, 0),)),)),
        CalendarContent(availabilities=(Availability("24.9.2026", ()),)),
    ],
)
def test_what_the_vendor_would_refuse_is_refused_by_name(content: CalendarContent) -> None:
    """An unknown unit, day, hour or date costs no request."""
    with pytest.raises(ConfigurationError):
        content.to_update()


def test_a_calendar_needs_a_name() -> None:
    """A creation without a name is refused here."""
    with pytest.raises(ConfigurationError):
        CalendarContent().to_create("l1")


def test_an_appointment_keeps_the_words_of_its_slot() -> None:
    """A slot is sent as it was offered; a datetime with its offset."""
    slot = AppointmentContent("c1", "p1", "2026-09-23T12:00:00-03:00").to_create("l1")
    assert slot["startTime"] == "2026-09-23T12:00:00-03:00"
    made = AppointmentContent("c1", "p1", datetime(2026, 9, 23, 12, tzinfo=UTC)).to_create("l1")
    assert made["startTime"] == "2026-09-23T12:00:00+00:00"


def test_an_appointment_moves_without_its_contact() -> None:
    """Contact and location of an appointment cannot be changed."""
    content = AppointmentContent(contact_id="p1", start_time=WHEN, to_notify=False)
    assert content.to_update() == {"startTime": WHEN, "toNotify": False}


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: AppointmentContent(start_time="2026-06-23T03:30:00"),
        lambda: AppointmentContent(start_time=WHEN, end_time=WHEN),
        lambda: AppointmentContent(appointment_status="no_show"),
        lambda: AppointmentContent(meeting_location_type="zoom_conference"),
        lambda: AppointmentContent(rrule="RRULE:FREQ=DAILY"),
        lambda: AppointmentContent("c1", "p1").to_create("l1"),
        lambda: AppointmentContent("c1", start_time=WHEN).to_create("l1"),
        lambda: BlockContent(WHEN),
        lambda: BlockContent(WHEN, calendar_id="c1", assigned_user_id="u1"),
        lambda: BlockContent(WHEN, calendar_id="c1").to_create("l1"),
        lambda: Window(WHEN, WHEN, calendar_id="c1"),
        lambda: Window(WHEN, "2027-01-01T00:00:00Z"),
        lambda: Window(1680373800, 1680373900, calendar_id="c1"),  # type: ignore[arg-type]
        lambda: GroupContent("", "", "slug"),
        lambda: NoteContent("x" * 5001),
        lambda: ResourceContent(calendar_ids=("c",) * 101),
        lambda: ResourceContent().to_create("l1"),
        lambda: NotificationContent(channel="fax"),
        lambda: NotificationContent(channel="email").to_create(),
        lambda: ScheduleContent(timezone="UTC"),
        lambda: ScheduleContent(timezone="America/Argentina/Buenos_Aires"),
        lambda: ScheduleContent(timezone="Europe/Nowhere"),
        lambda: ScheduleContent(name="A").to_create("l1"),
        lambda: ScheduleRule((), day="monday", date="2026-01-01").to_wire(),
        lambda: ScheduleRule((Interval("9", "17:00"),), day="monday").to_wire(),
    ],
)
def test_wrong_contents_are_refused_before_anything_is_sent(wrong: Any) -> None:
    """Seconds for milliseconds, a naive time, two owners of a block: each is named here."""
    with pytest.raises(ConfigurationError):
        wrong()


LIVE = {
    "id": "e1",
    "status": "booked",
    "appoinmentStatus": "confirmed",
    "dateAdded": "2026-07-17T10:00:00.000Z",
    "traceId": "t-1",
}


def test_a_booking_is_read_as_the_server_says_it() -> None:
    """The answer to a write has a misspelt status and no times."""
    event = Event.from_single(LIVE)
    assert (event.status, event.start, event.deleted) == ("confirmed", None, False)
    assert event.date_added == datetime(2026, 7, 17, 10, tzinfo=UTC)


@pytest.mark.parametrize("name", ["appointment", "event"])
def test_an_appointment_is_read_under_both_names(name: str) -> None:
    """The server says appointment where the documentation says event; a deleted one is read, too."""
    event = Event.from_single({name: {**LIVE, "startTime": WHEN, "deleted": True}})
    assert event.deleted is True
    assert event.start == datetime(2026, 6, 22, 22, tzinfo=UTC)


NAMES = ["title", "users", "startTime", "deleted", "groupId", "calendarIds", "rules", "timezone", "createdBy"]
READERS: list[Any] = [Event, Group, Location, Note, Schedule, User]


@given(st.sampled_from(READERS), st.dictionaries(st.sampled_from(NAMES), st.sampled_from([None, {}, []])))
def test_records_of_nothings_are_read(record: Any, item: dict[str, Any]) -> None:
    """Everything but the id may be null, missing or {}."""
    assert record.from_answer({**item, "id": "x1"})


@pytest.mark.parametrize("name", ["id", "_id", "other"])
def test_a_resource_may_have_no_documented_id(name: str) -> None:
    """Whichever id is there is taken."""
    resource = Resource.from_answer({name: "r1", "name": "Room"})
    assert resource.resource_id == ("" if name == "other" else "r1")


def test_a_new_resource_has_the_numbers_of_both_kinds() -> None:
    """The vendor requires the numbers of rooms and of equipment for either."""
    assert ResourceContent("Room", capacity=8, is_active=False).to_create("l1") == {
        "locationId": "l1",
        "name": "Room",
        "description": "",
        "quantity": 1,
        "outOfService": 0,
        "capacity": 8,
        "calendarIds": [],
    }


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_moments_survive_the_way_there_and_back(when: datetime) -> None:
    """Milliseconds and texts mean the same moment, to their precision."""
    assert moment(milliseconds("when", when)) == moment(milliseconds("when", when.isoformat()))
    assert moment(iso("when", when)) == when.replace(microsecond=0)
    assert abs(milliseconds("when", when) / 1000 - when.timestamp()) <= 0.001


@pytest.mark.parametrize("value", [None, "", {}, "2026-06-23 03:30:00", "soon", 1e300, float("nan")])
def test_a_moment_that_is_not_said_is_none(value: Any) -> None:
    """A time without an offset is nobody's moment, and an odd one spoils no answer."""
    assert moment(value) is None
