"""What lemcal says, read into records, and what is refused before it is said to lemcal.

https://developer.lemcal.com/
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from airflow_provider_calendars import exceptions
from airflow_provider_calendars.api.lemcal import LemcalApi
from airflow_provider_calendars.api.lemcal.records import HookRequest, Meeting, MeetingType, User
from tests.unit.feeding import answer, conversation

HOST = {"email": "host@example.com", "name": "Host", "owner": True}
ALICE = {"email": "alice@example.com", "name": "Alice"}
BOB = {"email": "bob@example.com"}
LEAD = {"email": "lead@example.com", "firstName": "Lee", "lastName": "Ad"}


def meeting(**fields: Any) -> Meeting:
    """Read a meeting that has nothing but what every one must have, and some fields."""
    return Meeting.from_answer({"_id": "mee_1", "createdAt": "2026-05-01T10:00:00.000Z", **fields})


def api() -> LemcalApi:
    return LemcalApi("usr_1", "key", base_url="https://api.lemcal.example")


def listed(body: Any) -> list[Meeting]:
    """Have the list of meetings answered with a body."""
    found: list[Meeting] = conversation([answer(body)]).run(api().meetings())
    return found


@pytest.mark.parametrize(
    ("fields", "email", "name"),
    [
        ({"attendees": [HOST, BOB, {**ALICE, "primary": True}]}, "alice@example.com", "Alice"),
        ({"attendees": [HOST, BOB, ALICE]}, "bob@example.com", ""),
        ({"attendees": [HOST, BOB], "lead": LEAD}, "bob@example.com", ""),
        ({"attendees": [HOST], "lead": LEAD}, "lead@example.com", "Lee Ad"),
        ({"lead": {"email": "lead@example.com", "lastName": "Ad"}}, "lead@example.com", "Ad"),
        ({"attendees": None, "lead": LEAD}, "lead@example.com", "Lee Ad"),
        # a primary attendee without address is nobody to write to
        ({"attendees": [{"primary": True, "name": "X", "owner": True}, BOB]}, "bob@example.com", ""),
        ({"attendees": [{"primary": True, "email": None}], "lead": LEAD}, "lead@example.com", "Lee Ad"),
        ({"attendees": ["junk", None, {"email": " Bob@Example.COM ", "name": None}]}, "bob@example.com", ""),
        ({"attendees": [{**ALICE, "owner": False}]}, "alice@example.com", "Alice"),
    ],
)
def test_the_guest(fields: dict[str, Any], email: str, name: str) -> None:
    """The primary attendee, else the first who is not the owner, else the lead."""
    guest = meeting(**fields).guest
    assert guest is not None
    assert (guest.email, guest.name) == (email, name)


@pytest.mark.parametrize(
    "fields",
    [{}, {"attendees": []}, {"attendees": [HOST]}, {"lead": None}, {"lead": {}, "attendees": [HOST]}],
)
def test_no_guest(fields: dict[str, Any]) -> None:
    """A meeting of the host alone has no guest, above all not the host."""
    assert meeting(**fields).guest is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-01T10:00:00.000Z", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        ("2026-05-01T12:00:00+02:00", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        ("2026-05-01T10:00:00", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        ("2026-12-31T23:30:00.250-01:00", datetime(2027, 1, 1, 0, 30, 0, 250_000, UTC)),
    ],
)
def test_times_are_utc(text: str, moment: datetime) -> None:
    """Whatever offset lemcal writes, or none, the moment is an aware one in UTC."""
    read = meeting(start=text, end=text, createdAt=text, canceledAt=text)
    for each in (read.start, read.end, read.created_at, read.canceled_at):
        assert each == moment
        assert each.tzinfo is UTC


def test_times_that_are_not_there() -> None:
    """A missing, empty or null time is None, not now and not an error."""
    for empty in ({}, {"start": None, "end": None, "canceledAt": None}, {"start": "", "canceledAt": ""}):
        read = meeting(**empty)
        assert (read.start, read.end, read.canceled_at) == (None, None, None)


@pytest.mark.parametrize(
    "said", [True, 1689773019910, "Tue Feb 16 2021 09:02:42 GMT+0100 (CET)", {"at": "x"}]
)
def test_a_meeting_is_cancelled_however_that_is_said(said: Any) -> None:
    """The field is not documented, so its form is not either; and an odd one breaks no list."""
    assert meeting(canceledAt=said).is_cancelled
    assert not meeting(canceledAt=None).is_cancelled


def test_unknown_fields_are_kept() -> None:
    """What this package does not know is there for who does, under lemcal's own names."""
    read = meeting(timezone="Europe/Paris", questions=[{"question": "Why?"}], brandNew={"a": 1})
    assert read.fields["brandNew"] == {"a": 1}
    assert read.fields["questions"] == [{"question": "Why?"}]
    assert read.fields["_id"] == read.meeting_id == "mee_1"


def test_people_are_not_shown() -> None:
    """Neither a meeting nor a user nor a hook shows an address or a secret in a log."""
    shown = repr(meeting(attendees=[{**ALICE, "primary": True}], providedInfos="call 555"))
    shown += repr(User.from_answer({"_id": "usr_1", "email": "host@example.com"}))
    shown += repr(HookRequest("https://a.example/?token=s3cret", any_meeting_type=True))
    assert [leak for leak in ("@", "555", "Alice", "s3cret") if leak in shown] == []


@pytest.mark.parametrize(
    "wrap", [lambda items: items, lambda items: {"meetings": items}, lambda i: {"data": i}]
)
def test_shapes_of_the_list(wrap: Any) -> None:
    """The bare list that is documented, and the two others clients have been written for."""
    item = {"_id": "mee_1", "createdAt": "2026-05-01T10:00:00Z", "meetingTypeId": "met_1", "userId": "usr_1"}
    (read,) = listed(wrap([item]))
    assert (read.meeting_id, read.meeting_type_id, read.user_id) == ("mee_1", "met_1", "usr_1")
    assert listed(wrap([])) == []


@pytest.mark.parametrize(
    "body",
    [None, "text", 7, {"items": []}, [7], [{}], [{"_id": "mee_1"}], {"data": None}]
    + [[{"_id": "mee_1", "createdAt": said}] for said in (None, "yesterday", 7)],
)
def test_a_list_that_is_none(body: Any) -> None:
    """What is no list of meetings is lemcal's error, never an empty list."""
    with pytest.raises(exceptions.ServerError, match="not what its documentation describes"):
        listed(body)


def test_meeting_types() -> None:
    """The id is ``_id`` in lemcal's sample and ``id`` in its table; both are read."""
    read = MeetingType.from_answer({"_id": "met_1", "name": "Intro", "duration": 30, "status": "enabled"})
    assert (read.meeting_type_id, read.name, read.duration, read.status) == ("met_1", "Intro", 30, "enabled")
    assert MeetingType.from_answer({"id": "met_2"}).meeting_type_id == "met_2"
    assert MeetingType.from_answer({"_id": "met_1", "id": "x"}).meeting_type_id == "met_1"
    assert MeetingType.from_answer({"_id": "m", "duration": None}).duration is None
    assert MeetingType.from_answer({"_id": "m", "color": "#EC6181"}).fields["color"] == "#EC6181"


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        "example.com",
        "ftp://example.com",
        "https://",
        "https:///path",
        "//example.com",
        None,
        7,
        "javascript:alert(1)",
        "http://[::1",
        "https://example.com:99999",
        "https://a b.example",
        " https://a.b",
    ],
)
def test_bad_urls_of_hooks(url: Any) -> None:
    """A target that lemcal could not post to is refused by the name of the argument."""
    with pytest.raises(exceptions.ConfigurationError, match="target_url"):
        HookRequest(url, any_meeting_type=True)


@pytest.mark.parametrize(("type_id", "any_type"), [(None, False), ("", False), ("met_1", True)])
def test_hooks_for_both_or_neither(type_id: str | None, any_type: bool) -> None:
    """Exactly one of the two arguments; the message names both."""
    with pytest.raises(exceptions.ConfigurationError, match="meeting_type_id or any_meeting_type"):
        HookRequest("https://a.example", type_id, any_type)


def test_hooks_on_the_wire() -> None:
    """Only what was chosen is sent: lemcal documents the two as exclusive."""
    assert HookRequest("https://a.example/x?y=1", "met_1").to_wire() == {
        "targetUrl": "https://a.example/x?y=1",
        "meetingTypeId": "met_1",
    }
    assert HookRequest("http://a.example", any_meeting_type=True).to_wire() == {
        "targetUrl": "http://a.example",
        "anyMeetingType": True,
    }
