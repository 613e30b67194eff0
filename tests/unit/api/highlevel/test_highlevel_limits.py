"""The limits are what the headers say, and a day that is over is not waited for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_calendars.api.highlevel import HighLevelApi
from airflow_provider_calendars.api.highlevel.limits import HighLevelBudget, Limits
from airflow_provider_calendars.api.pacing import NoBudget
from airflow_provider_calendars.api.policy import Retries
from airflow_provider_calendars.exceptions import RateLimited
from tests.contract.highlevel_calls import CALLS
from tests.unit.feeding import Conversation, answer, conversation

GROUPS: dict[str, Any] = {"groups": []}
REFUSED = {"statusCode": 429, "message": "Too Many Requests"}


def run(*outcomes: Any, times: int = 1, jitter: float = 0.0, attempts: int = 5) -> Conversation:
    """List groups so many times with one API."""
    retries = Retries(attempts=attempts, jitter=lambda: jitter)
    api = HighLevelApi("pit-1", base_url="https://vendor.example", location_id="l1", retries=retries)
    talked = conversation(outcomes)
    for _ in range(times):
        talked.run(api.list_groups())
    return talked


def limits(**headers: str) -> Any:
    return {f"x_ratelimit_{name}": value for name, value in headers.items()}


def test_an_interval_that_is_used_up_is_waited_for() -> None:
    """With nothing remaining the next request goes when the interval is over."""
    used_up = limits(max="25", remaining="0", interval_milliseconds="10000")
    talked = run(answer(GROUPS, **used_up), answer(GROUPS), times=2)
    assert talked.waits == [10.0]


def test_requests_that_remain_are_sent_at_once() -> None:
    """Whatever the limit is, nobody waits before it is reached."""
    talked = run(*[answer(GROUPS, **limits(max="25", remaining=str(left))) for left in (3, 2, 1)], times=3)
    assert talked.waits == []


@pytest.mark.parametrize(
    ("headers", "wait"), [(limits(interval_milliseconds="4000"), 4.0), ({}, 10.0)], ids=["said", "silent"]
)
def test_a_refusal_waits_the_interval_and_a_jitter(headers: dict[str, str], wait: float) -> None:
    """A 429 names no time to wait, so the interval is waited, and tasks do not return in step."""
    talked = run(answer(REFUSED, 429, **headers), answer(GROUPS), jitter=0.5)
    assert len(talked.requests) == 2
    assert wait < sum(talked.waits) <= wait + 1


def test_a_day_that_is_over_is_one_clear_error() -> None:
    """Nothing is repeated, and the error says when there are requests again."""
    over = limits(remaining="5", daily_remaining="0", daily_reset="83274000")
    with pytest.raises(RateLimited) as caught:
        run(answer(REFUSED, 429, **over))
    assert caught.value.retry_after == 83274.0
    # the conversation begins at 1000000 s
    assert "1970-01-13 12:54:34 UTC" in str(caught.value)
    assert "23.1 hours" in str(caught.value)


def test_a_day_that_is_soon_over_is_not_waited_for_either() -> None:
    """Even a short rest of the day is left to the task's own retry."""
    over = limits(remaining="5", daily_remaining="0", daily_reset="30000")
    with pytest.raises(RateLimited) as caught:
        run(answer(REFUSED, 429, **over), answer(GROUPS))
    assert caught.value.retry_after == 30.0


def test_a_call_without_a_budget_says_when_the_day_resets() -> None:
    """A hurried call, which paces nothing, tells the same."""
    api = HighLevelApi("pit-1", base_url="https://vendor.example", location_id="l1")
    api.budget = NoBudget()
    over = limits(daily_remaining="0", daily_reset="83274000")
    with pytest.raises(RateLimited, match="resets at") as caught:
        conversation([answer(REFUSED, 429, **over)]).run(api.list_groups())
    assert caught.value.retry_after == 83274.0


def test_a_day_that_is_over_without_saying_when_is_not_repeated_either() -> None:
    """Where the reset is not said, the wait is a day at most."""
    with pytest.raises(RateLimited) as caught:
        run(answer(REFUSED, 429, **limits(daily_remaining="0")))
    assert caught.value.retry_after == 86_400.0


def test_the_last_request_of_a_day_counts_and_the_next_is_not_sent() -> None:
    """A success that used the budget up is a success; the next call is refused before it is sent."""
    over = limits(remaining="5", daily_remaining="0", daily_reset="60000")
    with pytest.raises(RateLimited) as caught:
        run(answer(GROUPS, **over), times=2)
    assert caught.value.retry_after == 60.0
    assert "resets at" in str(caught.value)


def test_a_new_day_is_a_new_budget() -> None:
    """When the reset is over, requests go again."""
    budget = HighLevelBudget(jitter=lambda: 0.0)
    talked = conversation([])
    noted = answer(GROUPS, **limits(daily_remaining="0", daily_reset="60000"))
    talked.run(budget.note(noted))
    talked.run(budget.admit())
    assert talked.waits == []


@given(st.dictionaries(st.sampled_from(["remaining", "interval-milliseconds", "daily-reset"]), st.text()))
def test_odd_headers_are_not_missed(headers: dict[str, str]) -> None:
    """Whatever the headers hold, they are read as something or nothing."""
    response = answer(GROUPS)
    read = Limits.from_response(
        type(response)(200, {f"x-ratelimit-{name}": text for name, text in headers.items()}, b"", 0.0)
    )
    assert read.interval >= 0
    assert read.day_is_over is False


def test_a_booking_refused_for_its_rate_is_sent_again() -> None:
    """A 429 was not looked at, so even a creation goes again."""
    booked = {"id": "e1", "status": "booked", "appoinmentStatus": "confirmed"}
    talked = conversation([answer(REFUSED, 429), answer(booked)])
    retries = Retries(jitter=lambda: 0.0)
    api = HighLevelApi("pit-1", base_url="https://vendor.example", location_id="l1", retries=retries)
    assert talked.run(CALLS["create-appointment"](api)).status == "confirmed"


@pytest.mark.parametrize("reset", ["99999999999999999999", "1790000000000", "-5"])
def test_a_reset_that_makes_no_sense_is_a_day_at_most(reset: str) -> None:
    """An odd header is no reason to crash, or to wait for years."""
    with pytest.raises(RateLimited, match="daily budget") as caught:
        run(answer(REFUSED, 429, **limits(daily_remaining="-1", daily_reset=reset)))
    assert caught.value.retry_after is not None
    assert 0 <= caught.value.retry_after <= 86_400
