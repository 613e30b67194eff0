"""The limit of the sandbox's lemcal: how much it admits, and what it says about it."""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import requests

from airflow_provider_calendars.sandbox import Clock, Sandbox
from airflow_provider_calendars.sandbox.clock import iso_timestamp, script_date
from airflow_provider_calendars.sandbox.lemcal.accounts import API_KEY, USER_ID
from airflow_provider_calendars.sandbox.rate_limit import Windows

KEY = (USER_ID, API_KEY)
DATE = re.compile(
    r"(\w{3} \w{3} \d\d \d{4} \d\d:\d\d:\d\d GMT\+\d{4}) \(Central European (Standard|Summer) Time\)"
)


class StoppedClock:
    """A clock that stands still until the sandbox is told to advance."""

    def __call__(self) -> float:
        return 1_800_000_000.0


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(clock=StoppedClock()) as running:
        yield running


def me(sandbox: Sandbox, auth: tuple[str, str] = KEY) -> requests.Response:
    return requests.get(f"{sandbox.url}/api/lemcal/me", auth=auth, timeout=5)


def burst(sandbox: Sandbox, times: int) -> Counter[int]:
    with ThreadPoolExecutor(8) as pool:
        return Counter(pool.map(lambda _: me(sandbox).status_code, range(times)))


def moment(text: str) -> float:
    match = DATE.fullmatch(text)
    assert match is not None
    return datetime.strptime(match[1], "%a %b %d %Y %H:%M:%S GMT%z").timestamp()


def test_headers_of_every_answer(sandbox: Sandbox) -> None:
    """Good and bad answers tell the limit, what is left, and when it ends, in whole seconds."""
    base = f"{sandbox.url}/api/lemcal"
    for number, (method, path, status) in enumerate(
        [("GET", "me", 200), ("GET", "nope", 404), ("GET", "hooks", 405), ("POST", "hooks/", 301)], 1
    ):
        before = time.time()
        answer = requests.request(method, f"{base}/{path}", auth=KEY, timeout=5, allow_redirects=False)
        assert answer.status_code == status
        assert answer.headers["X-RateLimit-Limit"] == "20"
        assert answer.headers["X-RateLimit-Remaining"] == str(20 - number)
        assert before + 2 <= moment(answer.headers["X-RateLimit-Reset"]) <= math.ceil(time.time() + 2)
        assert "Retry-After" not in answer.headers


def test_one_request_too_many(sandbox: Sandbox) -> None:
    """The 21st request within 2 seconds is a 429 that tells when to come back."""
    assert burst(sandbox, 25) == {200: 20, 429: 5}
    sandbox.clock.advance(0.5)
    refused = me(sandbox)
    assert (refused.status_code, refused.json()) == (429, {"error": "Too Many Requests"})
    assert (refused.headers["Retry-After"], refused.headers["X-RateLimit-Remaining"]) == ("2", "0")
    sandbox.clock.advance(1.4)
    assert me(sandbox).headers["Retry-After"] == "1"
    sandbox.clock.advance(0.1)
    assert burst(sandbox, 21) == {200: 20, 429: 1}


def test_forms_of_retry_after(sandbox: Sandbox) -> None:
    """`Retry-After` is a number, a date as JavaScript prints it, or both one after the other."""
    sandbox.settings.lemcal_rate_limit = (1, 2.0)
    sandbox.settings.error_bodies = "text"
    me(sandbox)
    for form, expected in (("seconds", ["2"]), ("js-date", [None]), ("both", ["2", None])):
        sandbox.settings.retry_after_form = form
        refused = me(sandbox)
        got = refused.raw.headers.getlist("Retry-After")
        assert got == [one or refused.headers["X-RateLimit-Reset"] for one in expected]
        assert refused.text == "Too Many Requests"


def test_every_key_has_its_own_limit(sandbox: Sandbox) -> None:
    """Requests are counted by API key, also where the key is wrong."""
    sandbox.settings.lemcal_rate_limit = (1, 2.0)
    assert me(sandbox).status_code == 200
    assert [me(sandbox, (USER_ID, "wrong")).status_code for _ in range(2)] == [401, 429]
    assert me(sandbox, ("usr_other", API_KEY)).status_code == 429


def test_limit_can_be_switched_off(sandbox: Sandbox) -> None:
    """Without a limit nothing is refused, and no header speaks of one."""
    sandbox.settings.lemcal_rate_limit = None
    assert burst(sandbox, 30) == {200: 30}
    assert not [name for name in me(sandbox).headers if name.startswith("X-RateLimit")]


def test_limits_of_both_vendors_are_apart(sandbox: Sandbox) -> None:
    """The limit of one vendor does not count the requests of the other."""
    sandbox.settings.rate_limit = (1, 60)
    assert burst(sandbox, 3) == {200: 3}
    answer = requests.get(f"{sandbox.url}/api/lc/timezone-list", timeout=5)
    assert (answer.status_code, answer.headers["X-RateLimit-Remaining"]) == (200, "0")


class MovingClock:
    """A clock that a test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def admitted(moments: list[float], *, sliding: bool) -> list[float]:
    clock = MovingClock()
    windows = Windows(Clock(clock))
    passed = []
    for clock.now in moments:
        if windows.count("key", (3, 2.0), sliding=sliding).admitted:
            passed.append(clock.now)
    return passed


def test_fixed_and_sliding_windows() -> None:
    """Fixed windows begin with a request and end all at once; from sliding ones requests go one by one."""
    moments = [0.5, 1.5, 2.25, 2.375, 2.5, 3.5, 4.0, 4.25, 4.5]
    assert admitted(moments, sliding=False) == [0.5, 1.5, 2.25, 2.5, 3.5, 4.0, 4.5]
    assert admitted(moments, sliding=True) == [0.5, 1.5, 2.25, 2.5, 3.5, 4.25, 4.5]


@pytest.mark.parametrize("sliding", [False, True])
def test_no_window_ever_admits_more(sliding: bool) -> None:
    """However the requests fall, a window has at most its limit, and a busy one reaches it."""
    passed = admitted([n / 64 for n in range(1, 4000, 3)], sliding=sliding)
    assert all(later - first >= 2 for first, later in zip(passed, passed[3:], strict=False))
    assert len(passed) >= 3 * (4000 / 64 / 2.05)


def test_dates() -> None:
    """Dates look as JavaScript prints them in Paris, winter and summer, and as it writes them in JSON."""
    winter = datetime(2021, 2, 16, 8, 2, 42, 910999, tzinfo=UTC).timestamp()
    assert script_date(winter) == "Tue Feb 16 2021 09:02:42 GMT+0100 (Central European Standard Time)"
    summer = datetime(2021, 7, 16, 8, 2, 42, tzinfo=UTC).timestamp()
    assert script_date(summer) == "Fri Jul 16 2021 10:02:42 GMT+0200 (Central European Summer Time)"
    assert script_date(winter, UTC).endswith("08:02:42 GMT+0000 (Coordinated Universal Time)")
    assert iso_timestamp(winter) == "2021-02-16T08:02:42.910Z"


def test_a_corrected_clock_changes_no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lengths are measured by a clock that nobody sets, and advancing moves it too."""
    clock = Clock()
    begin = clock.steady()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    clock.advance(5)
    assert 5 <= clock.steady() - begin < 60
