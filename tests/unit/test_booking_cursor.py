"""Which bookings are new: each one once, however they arrive."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_calendars.api.lemcal import LemcalApi
from airflow_provider_calendars.api.lemcal.records import Meeting
from airflow_provider_calendars.api.lemcal.watches import BookingCursor, MeetingBooked, hash_of
from tests.unit.feeding import answer, conversation

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)

# minutes after noon; few, so that many are equal, and none later than the overlap of an hour
MINUTES = st.sampled_from([0, 1, 1, 2, 30, 59, 60])
# bookings as they show up: several at a look, in any order
ARRIVALS = st.lists(st.lists(MINUTES, max_size=5), max_size=8)


def item(name: str, minutes: float, **fields: Any) -> dict[str, Any]:
    created = (NOON + timedelta(minutes=minutes)).isoformat()
    return {"_id": name, "createdAt": created, **fields}


def meeting(name: str, minutes: float, **fields: Any) -> Meeting:
    return Meeting.from_answer(item(name, minutes, **fields))


def through_json(cursor: BookingCursor) -> BookingCursor:
    stored = BookingCursor.loads(json.loads(json.dumps(cursor.dumps())))
    assert stored is not None
    return stored


@given(ARRIVALS, st.booleans())
def test_each_booking_is_new_once(arrivals: list[list[int]], newest_first: bool) -> None:
    """Late ones, equal times, any order of the list: none is lost and none comes twice."""
    cursor, there, told = BookingCursor(), [], []
    for look, minutes in enumerate(arrivals):
        there += [meeting(f"mee_{look}_{number}", minute) for number, minute in enumerate(minutes)]
        shown = there[::-1] if newest_first else there
        told += [each.meeting_id for each in cursor.fresh(shown)]
        cursor = through_json(cursor.after(shown))
    assert sorted(told) == sorted(each.meeting_id for each in there)
    assert cursor.fresh(there) == []


@given(st.lists(st.lists(st.integers(-10_000, 10_000), max_size=5), max_size=8), st.data())
def test_no_booking_is_new_twice(arrivals: list[list[int]], data: st.DataObject) -> None:
    """Not even where bookings vanish from the list, come back, or come hours late."""
    cursor, there, told = BookingCursor(), [], []
    for look, minutes in enumerate(arrivals):
        there += [meeting(f"mee_{look}_{number}", minute) for number, minute in enumerate(minutes)]
        shown = [each for each in there if data.draw(st.integers(0, 4))]
        told += [each.meeting_id for each in cursor.fresh(shown)]
        cursor = through_json(cursor.after(shown))
    assert len(told) == len(set(told))


@given(ARRIVALS)
def test_new_ones_come_oldest_first(arrivals: list[list[int]]) -> None:
    """In the order of booking, equal times by id, so that two readers agree."""
    there = [meeting(f"mee_{n}", minute) for n, minute in enumerate(chain(*arrivals))]
    fresh = BookingCursor().fresh(there)
    assert fresh == sorted(there, key=lambda each: (each.created_at, each.meeting_id))


def test_an_empty_list_changes_nothing() -> None:
    """An account without a meeting, or a list that is empty for a moment, forgets nothing."""
    cursor = BookingCursor().after([meeting("mee_1", 0)])
    assert cursor.after([]) == cursor
    assert BookingCursor().after([]) == BookingCursor()


def test_the_cursor_does_not_grow_for_ever() -> None:
    """Ids of bookings that are old by their time are dropped: Airflow's stores take some kilobytes."""
    cursor, there = BookingCursor(), []
    for day in range(200):
        there.append(meeting(f"mee_{day}", 24 * 60 * day))
        assert len(cursor.fresh(there)) == 1
        cursor = through_json(cursor.after(there))
    assert len(cursor.seen) <= 2


@pytest.mark.parametrize(
    "stored",
    [
        None,
        "",
        7,
        [],
        {},
        {"since": "x", "seen": []},
        {"since": None, "seen": []},
        {"since": "2026-05-01T12:00:00+00:00"},
        {"since": "2026-05-01T12:00:00+00:00", "seen": None},
        {"since": "2026-05-01T12:00:00", "seen": []},
    ],
)
def test_what_is_no_cursor(stored: Any) -> None:
    """What somebody else wrote in its place, or a time without an offset, is no cursor."""
    assert BookingCursor.loads(stored) is None


def looks(watch: MeetingBooked, *lists: list[dict[str, Any]]) -> list[Any]:
    api = LemcalApi("usr_1", "key", base_url="https://api.lemcal.example")
    return [conversation([answer(each)]).run(watch.look(api)) for each in lists]


@given(st.lists(MINUTES, min_size=1, max_size=8), st.integers(0, 7))
def test_sensors_hand_over_without_a_gap(minutes: list[int], cut: int) -> None:
    """What one sensor did not report, the next one does, also of bookings with the same time."""
    ordered = sorted(minutes)
    items = [item(f"mee_{number}", minute) for number, minute in enumerate(ordered)]
    first = MeetingBooked(booked_since=NOON.isoformat())
    told: list[str] = []
    for shown in (items[:cut], items):
        (verdict,) = looks(first, shown)
        told += verdict.report["meeting_ids"]
        first = MeetingBooked(verdict.report["booked_since"], verdict.report["seen"])
    assert sorted(told) == sorted(each["_id"] for each in items)


def test_the_first_look_sets_the_mark() -> None:
    """Without a moment to begin with, what is there already is old, also what shows up a little late."""
    old, late, new = item("mee_old", 0), item("mee_late", -5), item("mee_new", 3)
    watch = MeetingBooked()
    first, second, third = looks(watch, [old], [old], [old, late, new])
    assert [first.done, second.done, third.done] == [False, False, True]
    assert third.report["meeting_ids"] == ["mee_late", "mee_new"]


def test_cancelled_and_other_guests_do_not_count() -> None:
    """A cancelled booking is none, and an address counts whatever its case."""
    guest = {"attendees": [{"email": "Ada@Example.com", "primary": True}]}
    gone = item("mee_gone", 1, **guest, canceledAt="2026-05-01T12:02:00Z")
    other = item("mee_other", 2, attendees=[{"email": "bob@example.com", "primary": True}])
    nobody = item("mee_nobody", 2)
    watch = MeetingBooked(NOON.isoformat(), [], None, hash_of(" ada@example.com"))
    before, after = looks(watch, [gone, other, nobody], [gone, other, nobody, item("mee_ada", 3, **guest)])
    assert (before.done, after.report["meeting_ids"]) == (False, ["mee_ada"])
    assert "@" not in json.dumps([before.report, after.report, before.story, after.story])
