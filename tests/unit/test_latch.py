"""Whether a sending has begun: the judgement that keeps people from being mailed twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_calendars.guards.latch import Sending, after_accepted, after_lost_reply

NAMES = ("total", "new", "in_process", "sent", "failed", "unsubscribed", "cancelled")


def counts(**given_counts: int) -> dict[str, int]:
    states = dict.fromkeys(NAMES, 0) | given_counts
    return states | {"total": sum(states[name] for name in NAMES[1:])}


SUMMARIES = st.builds(counts, **dict.fromkeys(NAMES[1:], st.integers(0, 50)))
MAYBE = st.none() | SUMMARIES

# what happens to a campaign between two looks: from state to state, or somebody comes new
MOVES = st.lists(
    st.sampled_from(
        [
            ("new", "unsubscribed"),
            ("new", "cancelled"),
            ("sent", "unsubscribed"),
            ("in_process", "sent"),
            ("in_process", "failed"),
            ("", "new"),
        ]
    ),
    max_size=30,
)


def moved(before: dict[str, int], moves: list[tuple[str, str]]) -> dict[str, int]:
    now = {name: before[name] for name in NAMES[1:]}
    for source, target in moves:
        if not source or now[source]:
            now[target] += 1
            if source:
                now[source] -= 1
    return counts(**now)


@given(before=MAYBE, now=MAYBE)
def test_a_lost_reply_never_leads_to_a_second_sending(
    before: dict[str, int] | None, now: dict[str, int] | None
) -> None:
    """Whatever the summary shows after a lost reply, the answer is never "send again"."""
    assert after_lost_reply(before, now) is not Sending.NEEDED


@given(before=SUMMARIES, moves=MOVES)
def test_what_our_sending_did_not_do_is_no_proof_of_it(
    before: dict[str, int], moves: list[tuple[str, str]]
) -> None:
    """People who unsubscribe, arrive, or get an earlier sending's mail do not prove that ours began."""
    assert after_lost_reply(before, moved(before, moves)) is Sending.UNKNOWN


@given(before=SUMMARIES, moves=MOVES)
def test_a_sending_that_has_not_begun_is_not_asked_for_again(
    before: dict[str, int], moves: list[tuple[str, str]]
) -> None:
    """As long as nobody moved on because of it, an accepted sending is still to come."""
    assert after_accepted(before, moved(before, moves)) is Sending.STARTED


@pytest.mark.parametrize("number", [1, 5])
def test_progress_proves_that_a_sending_began(number: int) -> None:
    """Attendees in process, sent or failed who were new before show that the lost request arrived."""
    before = counts(new=5, sent=2)
    for state in ("in_process", "sent", "failed"):
        now = moved(before, [("new", state)] * number)
        assert after_lost_reply(before, now) is Sending.STARTED


def test_people_who_came_after_a_finished_sending_need_another_one() -> None:
    """A task that is cleared after more people were added invites those."""
    before, now = counts(new=3), counts(sent=3, new=2)
    assert after_accepted(before, now) is Sending.NEEDED


def test_a_sending_that_has_not_reached_everybody_is_still_on_its_way() -> None:
    """Between two batches of a sending nobody is in process, and the rest must not be mailed by both."""
    assert after_accepted(counts(new=3), counts(sent=1, new=2)) is Sending.STARTED
    assert after_accepted(counts(new=3), counts(sent=1, unsubscribed=1, new=1)) is Sending.STARTED


@given(now=MAYBE)
def test_without_a_summary_nothing_is_sent_again(now: dict[str, int] | None) -> None:
    """Accounts that cannot read attendees never get a second sending by a rerun."""
    assert after_accepted(None, now) is Sending.STARTED
    assert after_lost_reply(None, now) is Sending.UNKNOWN


@given(before=SUMMARIES, now=SUMMARIES)
def test_nobody_new_means_nothing_to_send(before: dict[str, int], now: dict[str, int]) -> None:
    """With nobody left to invite, or a sending in progress, a rerun sends nothing."""
    if now["new"] == 0 or now["in_process"] > 0:
        assert after_accepted(before, now) is Sending.STARTED
