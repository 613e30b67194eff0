"""What is written so that a calendar is as it shall be: nothing where it is, and enough where it is not."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_calendars.api.highlevel.calendar_records import (
    Calendar,
    CalendarContent,
    Recurring,
    TeamMember,
)
from airflow_provider_calendars.api.highlevel.differences import Difference
from airflow_provider_calendars.api.highlevel.hours import Availability, Hours, LookBusy, OpenHours
from airflow_provider_calendars.api.highlevel.wire import UNSET

hours = st.builds(Hours, st.integers(0, 23), st.integers(0, 60), st.integers(0, 23), st.integers(0, 60))
several_hours = st.lists(hours, max_size=2).map(tuple)
days = st.lists(st.integers(0, 6), min_size=1, max_size=3, unique=True).map(tuple)
members = st.lists(
    st.builds(
        TeamMember,
        st.sampled_from(["u1", "u2", "u3"]),
        st.sampled_from([None, 0, 0.5, 1]),
        st.sampled_from([None, True, False]),
    ),
    max_size=3,
    unique_by=lambda member: member.user_id,
).map(tuple)
dates = st.lists(
    st.builds(Availability, st.dates().map(str), several_hours, id=st.none()),
    max_size=3,
    unique_by=lambda availability: availability.date,
).map(tuple)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


contents = st.builds(
    CalendarContent,
    name=st.sampled_from(["A", "B"]),
    description=maybe(st.text(max_size=5)),
    slot_duration=maybe(st.integers(1, 90)),
    event_color=maybe(st.sampled_from(["#039be5", "#039BE5", "#ff0000"])),
    enable_recurring=maybe(st.booleans()),
    team_members=maybe(members),
    open_hours=maybe(st.lists(st.builds(OpenHours, days, several_hours), max_size=2).map(tuple)),
    availabilities=maybe(dates),
    availability_type=st.sampled_from([UNSET, None, 0, 1]),
    look_busy_config=maybe(st.builds(LookBusy, st.booleans(), st.integers(0, 100))),
    recurring=maybe(st.builds(Recurring, freq=st.sampled_from(["DAILY", "WEEKLY"]))),
)


def shown(content: CalendarContent) -> CalendarContent:
    """Return a calendar's content as it comes back from HighLevel."""
    wire = {"id": "c1", **content.to_create("l1")}
    return Calendar.from_answer(wire).content


def updated(now: CalendarContent, wire: dict[str, Any]) -> CalendarContent:
    """Return a calendar's content after an update that replaces what it names, as a server does."""
    kept = {"id": "c1", **now.to_create("l1"), **wire}
    if "availabilities" in kept:
        kept["availabilities"] = [each for each in kept["availabilities"] if not each.get("deleted")]
    return Calendar.from_answer(kept).content


@given(contents)
def test_a_calendar_does_not_differ_from_itself(content: CalendarContent) -> None:
    """What was read and is wanted is written by nobody."""
    now = shown(content)
    assert Difference.between(now, now).fields == ()


@given(contents, contents)
def test_what_is_written_settles_the_difference(now: CalendarContent, wanted: CalendarContent) -> None:
    """After one update nothing differs any more, whatever differed before."""
    before = shown(now)
    difference = Difference.between(before, wanted)
    after = updated(before, difference.to_write.to_update())
    assert Difference.between(after, wanted).fields == ()


@given(contents, contents)
def test_what_is_not_wanted_is_kept(now: CalendarContent, wanted: CalendarContent) -> None:
    """An update changes nothing that nobody spoke of."""
    before = shown(now)
    after = updated(before, Difference.between(before, wanted).to_write.to_update())
    for name in ("description", "slot_duration", "open_hours", "team_members", "recurring"):
        if getattr(wanted, name) is None:
            assert getattr(after, name) == getattr(before, name)


def test_what_is_never_shown_and_cannot_be_written_is_no_difference() -> None:
    """Otherwise every run would write it again, and no run would be the last."""
    now = Calendar.from_answer({"id": "c1", "name": "A"}).content
    wanted = CalendarContent(name="A", slot_buffer_unit="mins", calendar_type="event", description="")
    assert Difference.between(now, wanted).fields == ()
