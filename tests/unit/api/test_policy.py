"""When a call is sent again, and how long to wait before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_calendars.api.policy import RateBudget, Repeat, Retries, retry_after, seconds_until
from airflow_provider_calendars.exceptions import TransportError
from tests.unit.feeding import answer

NOW = datetime(2026, 5, 31, 12, 0, 0, tzinfo=UTC)
STEADY = Retries(jitter=lambda: 0.0)


@pytest.mark.parametrize(
    ("repeat", "sent", "again"),
    [
        (Repeat.ALWAYS, True, True),
        (Repeat.ALWAYS, False, True),
        (Repeat.IF_UNSENT, True, False),
        (Repeat.IF_UNSENT, False, True),
        (Repeat.NEVER, True, False),
        (Repeat.NEVER, False, False),
    ],
)
def test_unanswered_calls_are_repeated_only_where_that_is_harmless(
    repeat: Repeat, sent: bool, again: bool
) -> None:
    """A lost reply is repeated for reads, a refused connection also for creations, neither for mails."""
    delay = STEADY.delay(TransportError("gone", sent=sent), repeat, attempt=1)
    assert (delay is not None) is again


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_server_errors_are_repeated_for_reads_only(status: int) -> None:
    """A 5xx does not say whether the server acted."""
    assert STEADY.delay(answer(status=status), Repeat.ALWAYS, 1) is not None
    assert STEADY.delay(answer(status=status), Repeat.IF_UNSENT, 1) is None
    assert STEADY.delay(answer(status=status), Repeat.NEVER, 1) is None


@pytest.mark.parametrize("status", [200, 201, 204, 301, 400, 401, 403, 404, 422])
def test_answers_are_taken_as_they_are(status: int) -> None:
    """Successes and refusals are final."""
    assert STEADY.delay(answer(status=status), Repeat.ALWAYS, 1) is None


@pytest.mark.parametrize("repeat", list(Repeat))
def test_rate_limited_calls_wait_as_long_as_asked(repeat: Repeat) -> None:
    """A 429 says that nothing was done, so even a sending may be tried again."""
    assert STEADY.delay(answer(status=429, retry_after="7"), repeat, 1) == pytest.approx(7.0)


def test_a_wait_that_is_too_long_is_left_to_the_task() -> None:
    """A worker does not sleep for an hour."""
    assert STEADY.delay(answer(status=429, retry_after="3600"), Repeat.ALWAYS, 1) is None


def test_attempts_are_counted() -> None:
    """The last attempt is the last."""
    patient = Retries(attempts=3, jitter=lambda: 0.0)
    lost = TransportError("gone")
    delays = [patient.delay(lost, Repeat.ALWAYS, attempt) for attempt in (1, 2, 3)]
    assert [delay is None for delay in delays] == [False, False, True]


@given(attempt=st.integers(1, 40), jitter=st.floats(0, 1))
def test_back_off_grows_to_its_limit_and_never_vanishes(attempt: int, jitter: float) -> None:
    """However often it failed and however the dice fall, a retry waits, but not for ever."""
    retries = Retries(attempts=99, jitter=lambda: jitter)
    delay = retries.delay(TransportError("gone"), Repeat.ALWAYS, attempt)
    assert delay is not None
    assert 0.5 <= delay <= retries.longest_delay


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("2", 2.0),
        (" 2 ", 2.0),
        ("1.5", 1.5),
        ("Sun, 31 May 2026 12:00:09 GMT", 9.0),
        ("Sun May 31 2026 14:00:09 GMT+0200 (Central European Summer Time)", 9.0),
        ("Sun May 31 2026 12:00:09 GMT+0000 (Coordinated Universal Time)", 9.0),
        ("2, Sun May 31 2026 14:00:09 GMT+0200 (Central European Summer Time)", 2.0),
        (str(int(NOW.timestamp()) + 11), 11.0),
        ("Sun, 31 May 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-3", None),
        ("inf", None),
        ("nan", None),
        ("Tue Feb 30 2021 09:02:42 GMT+0100 (Nowhere)", None),
    ],
)
def test_all_forms_of_retry_after_are_read(header: str, seconds: float | None) -> None:
    """Seconds, HTTP dates, JavaScript dates, epochs and doubled headers mean the same moment."""
    assert seconds_until(header, NOW.timestamp()) == seconds


@given(st.integers(0, 10_000), st.integers(-12, 14))
def test_both_date_forms_agree_in_every_zone(seconds: int, offset: int) -> None:
    """What JavaScript and HTTP write for one moment is one moment."""
    moment = NOW + timedelta(seconds=seconds)
    local = moment.astimezone(datetime.now(UTC).tzinfo) + timedelta(hours=offset)
    javascript = (
        f"{local:%a %b %d %Y %H:%M:%S} GMT{'-' if offset < 0 else '+'}{abs(offset):02d}00 (Somewhere)"
    )
    http = format_datetime(moment, usegmt=True)
    assert seconds_until(javascript, NOW.timestamp()) == seconds_until(http, NOW.timestamp()) == seconds


@given(st.text())
def test_no_header_breaks_the_reading(header: str) -> None:
    """Whatever a server sends, the answer is a wait or None."""
    wait = seconds_until(header, NOW.timestamp())
    assert wait is None or wait >= 0


def test_a_missing_header_is_no_wait() -> None:
    """No header, no number."""
    assert retry_after(answer(status=429)) is None


def test_a_spent_budget_waits_for_its_reset() -> None:
    """When nothing remains, the next request waits until the window ends, and not longer."""
    budget = RateBudget()
    budget.note(answer(x_ratelimit_remaining="0", x_ratelimit_reset="5"))
    assert budget.wait(0.0) == 5.0
    assert budget.wait(4.0) == 1.0
    assert budget.wait(6.0) == 0.0


@pytest.mark.parametrize("headers", [{}, {"x_ratelimit_remaining": "3"}, {"x_ratelimit_remaining": "0"}])
def test_a_budget_without_news_does_not_wait(headers: dict[str, str]) -> None:
    """Servers that say nothing, or not until when, are not waited for."""
    budget = RateBudget()
    budget.note(answer(**headers))
    assert budget.wait(0.0) == 0.0
