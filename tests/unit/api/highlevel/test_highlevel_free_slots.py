"""Free slots of any range come as one list, in the words of the vendor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_calendars.api.highlevel import HighLevelApi
from airflow_provider_calendars.api.highlevel.free_slots import LONGEST_WINDOW, read_slots, windows
from airflow_provider_calendars.exceptions import ConfigurationError
from tests.unit.feeding import Conversation, answer, conversation

START = datetime(2026, 6, 1, tzinfo=UTC)


def ask(*answers: Any, days: float = 10, **more: Any) -> tuple[list[str], Conversation]:
    api = HighLevelApi("pit-1", base_url="https://vendor.example", location_id="l1")
    talked = conversation([answer(each) for each in answers])
    slots = talked.run(api.list_free_slots("c1", START, START + timedelta(days=days), **more))
    return [slot.text for slot in slots], talked


@given(st.integers(0, 10**13), st.integers(1, 150 * LONGEST_WINDOW))
def test_windows_cover_a_range_without_gap(first: int, length: int) -> None:
    """Each window begins where the one before ends, and none is longer than 30 days."""
    cut = list(windows(first, first + length))
    assert cut[0][0] == first
    assert cut[-1][1] == first + length
    assert all(earlier[1] == later[0] for earlier, later in pairwise(cut))
    assert all(0 < until - begin <= LONGEST_WINDOW for begin, until in cut)


@pytest.mark.parametrize("length", [0, -1, 151 * LONGEST_WINDOW])
def test_ranges_that_make_no_sense_are_refused(length: int) -> None:
    """Nothing is asked for an empty range, or for one without end."""
    with pytest.raises(ConfigurationError):
        list(windows(0, length))


def test_slots_are_flat_verbatim_and_in_order() -> None:
    """The offset stays as it was written, and traceId is no date."""
    body = {
        "traceId": "t-1",
        "2026-06-03": {"slots": ["2026-06-03T09:00:00+02:00"]},
        "2026-06-02": {"slots": ["2026-06-02T10:00:00-03:00", "2026-06-02T11:00:00-03:00"]},
    }
    slots, talked = ask(body, timezone="Europe/Berlin")
    assert slots == ["2026-06-02T10:00:00-03:00", "2026-06-02T11:00:00-03:00", "2026-06-03T09:00:00+02:00"]
    assert talked.requests[0].params == {
        "startDate": "1780272000000",
        "endDate": "1781136000000",
        "timezone": "Europe/Berlin",
    }


def test_a_slot_at_the_edge_of_two_windows_comes_once() -> None:
    """Windows touch, and what lies outside the range is left out."""
    edge = {"2026-07-01": {"slots": ["2026-07-01T00:00:00+00:00"]}}
    outside = {"2026-08-01": {"slots": ["2026-08-01T00:00:00+00:00"]}}
    slots, talked = ask(edge, {**edge, **outside}, days=40, timezone="UTC")
    assert slots == ["2026-07-01T00:00:00+00:00"]
    assert len(talked.requests) == 2


def test_the_zone_of_the_location_is_looked_up() -> None:
    """The vendor's own default is not documented, so a zone is always sent."""
    _, talked = ask({"location": {"id": "l1", "timezone": "America/Chicago"}}, {})
    assert talked.requests[0].url.endswith("/locations/l1")
    assert talked.requests[1].params is not None
    assert talked.requests[1].params["timezone"] == "America/Chicago"


def test_several_users_are_a_repeated_query() -> None:
    """Ids of users are a list in the query."""
    _, talked = ask({}, timezone="UTC", user_ids=["u1", "u2"])
    assert talked.requests[0].params is not None
    assert talked.requests[0].params["userIds"] == ["u1", "u2"]


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"traceId": "t"},
        {"2026-06-02": None},
        {"2026-06-02": {}},
        {"2026-06-02": {"slots": None}},
        {"2026-06-02": []},
    ],
)
def test_days_without_slots_are_no_slots(body: Any) -> None:
    """A full calendar is an empty list, however it is said."""
    assert read_slots(body) == []


def test_times_without_an_offset_are_refused() -> None:
    """Nobody has to guess whose clock is meant."""
    api = HighLevelApi("pit-1", base_url="https://vendor.example", location_id="l1")
    with pytest.raises(ConfigurationError):
        conversation([]).run(api.list_free_slots("c1", datetime(2026, 6, 1), START))  # noqa: DTZ001


def test_a_single_user_is_named_alone() -> None:
    """A list of one looks like a text in a query, which a server that wants a list may refuse."""
    _, one = ask({}, timezone="UTC", user_ids=["u1"])
    assert one.requests[0].params is not None
    assert (one.requests[0].params["userId"], "userIds" in one.requests[0].params) == ("u1", False)
    _, two = ask({}, timezone="UTC", user_ids=["u1", "u2"])
    assert two.requests[0].params is not None
    assert (two.requests[0].params["userIds"], "userId" in two.requests[0].params) == (["u1", "u2"], False)
