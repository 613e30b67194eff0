"""The limit is kept, alone and together, whatever happens to the file that is shared."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.lemcal import PACE
from airflow_provider_calendars.api.pacing import Pace, SharedPacing, Slots, close, depart, reserve
from airflow_provider_calendars.api.shared_slots import SharedSlots
from tests.unit.feeding import answer, conversation

PACES = st.builds(Pace, st.integers(1, 25), st.sampled_from([0.5, 2.0, 10.0]), st.sampled_from([0.0, 0.1]))
PAUSES = st.lists(st.floats(0, 1) | st.floats(0, 30) | st.just(0.0), max_size=120)


def reserved(pace: Pace, pauses: list[float], start: float = 1000.0) -> tuple[list[float], list[float]]:
    """Let requests arrive after these pauses; return when they arrived and their moments."""
    slots, time, arrived, moments = Slots(), start, [], []
    for pause in pauses:
        time += pause
        slots, wait = reserve(slots, time, pace=pace)
        arrived.append(time)
        moments.append(time + wait)
    return arrived, moments


@given(PACES, PAUSES)
def test_no_window_holds_more_than_the_limit(pace: Pace, pauses: list[float]) -> None:
    """Whenever requests come, the limit-th after one is a whole window and the guard later."""
    arrived, moments = reserved(pace, pauses)
    assert all(moment >= time for time, moment in zip(arrived, moments, strict=True))
    assert all(earlier <= later for earlier, later in pairwise(moments))
    for earlier, later in zip(moments, moments[pace.limit :], strict=False):
        assert later - earlier >= pace.per + pace.guard - 1e-6


@given(PACES, st.integers(1, 100))
def test_nobody_waits_without_need(pace: Pace, count: int) -> None:
    """A burst goes at once as far as the limit allows, and then as fast as the pace."""
    _, moments = reserved(pace, [0.0] * count)
    expected = [1000.0 + n // pace.limit * (pace.per + pace.guard) for n in range(count)]
    assert moments == pytest.approx(expected)


@given(st.lists(st.tuples(st.integers(1, 25), st.floats(0, 3)), max_size=80))
def test_a_limit_that_changes(arrivals: list[tuple[int, float]]) -> None:
    """Moments stay in order when lemcal says another limit; at every one, that limit is kept."""
    slots, time, moments = Slots(), 1000.0, [0.0]
    for limit, pause in arrivals:
        time += pause
        pace = Pace(limit, 2.0, 0.1)
        known = list(slots.taken)
        slots, wait = reserve(slots, time, pace=pace)
        moments.append(time + wait)
        inside = [each for each in known if each > moments[-1] - pace.per]
        assert len(inside) < max(limit, 1)
    assert moments == sorted(moments)


@given(PAUSES, st.floats(0, 60), st.integers(0, 60))
def test_closed_is_closed(pauses: list[float], seconds: float, when: int) -> None:
    """After a refusal nobody gets a moment before the server's, and a shorter refusal opens nothing."""
    slots, time = Slots(), 1000.0
    until = 0.0
    for number, pause in enumerate(pauses):
        time += pause
        if number == when:
            slots, _ = close(slots, time, seconds=seconds)
            slots, _ = close(slots, time, seconds=seconds / 2)
            until = time + seconds
            assert depart(slots, time, moment=0.0)[1] == pytest.approx(seconds)
        slots, wait = reserve(slots, time, pace=PACE)
        assert time + wait >= until - 1e-6


@given(st.lists(st.floats(0, 0.5), min_size=40, max_size=120))
def test_who_leaves_late_moves_whoever_comes_a_window_later(delays: list[float]) -> None:
    """When processes wake late, still no window holds more requests than the limit."""
    slots, time, departures = Slots(), 1000.0, []
    for delay in delays:
        slots, wait = reserve(slots, time, pace=PACE)
        moment = slots.taken[-1]
        time += wait + delay
        slots, _ = depart(slots, time, moment=moment)
        departures.append(time)
    apart = [late - early for early, late in zip(departures, departures[PACE.limit :], strict=False)]
    assert min(apart) >= PACE.per + PACE.guard - 1e-6


def test_moments_from_before_a_restart_are_forgotten() -> None:
    """The clock begins anew with the machine: what lies absurdly far ahead is from before."""
    for old in (Slots((90_000.0,) * 20), Slots((), 90_000.0), Slots((1.0,), 90_000.0)):
        slots, wait = reserve(old, 50.0, pace=PACE)
        assert (wait, slots.closed_until) == (0.0, 0.0)
        assert slots.taken == (50.0,)


def test_a_queue_is_not_taken_for_a_restart() -> None:
    """Many who wait for their turn do not make each other forget."""
    _, moments = reserved(PACE, [0.0] * 1500)
    assert moments[-1] - moments[0] == pytest.approx(74 * 2.1)


def admit(budget: SharedPacing, talk: object) -> list[float]:
    """Pass the gate, and return the waits."""
    talk.waits.clear()  # type: ignore[attr-defined]
    talk.run(budget.admit())  # type: ignore[attr-defined]
    return list(talk.waits)  # type: ignore[attr-defined]


def test_a_refusal_holds_everybody() -> None:
    """Who shares the key waits as long as the server told one of them, a minute at most."""
    for header, hold in (({"retry_after": "7"}, 7.0), ({}, 2.0), ({"retry_after": "9999"}, 60.0)):
        talk = conversation([])
        one, other = SharedPacing("key", PACE), SharedPacing("key", PACE)
        assert admit(one, talk) == []
        talk.run(one.note(answer(status=429, **header)))
        assert admit(other, talk) == [pytest.approx(hold, abs=1.0)]


def test_who_waits_already_is_held_too() -> None:
    """A moment that was reserved before the refusal is given up for a later one."""
    talk = conversation([])
    budget = SharedPacing("key", Pace(1, 2.0, 0.0))
    admit(budget, talk)
    flow: Flow[None] = budget.admit()
    effect = flow.send(None)
    talk.slots["key"], reserved = effect.change(talk.slots["key"], talk.time)  # type: ignore[union-attr]
    assert flow.send(reserved).seconds == 2.0  # type: ignore[union-attr]
    talk.time += 2.0
    talk.slots["key"], _ = close(talk.slots["key"], talk.time, seconds=5)
    effect = flow.send(None)
    talk.slots["key"], left = effect.change(talk.slots["key"], talk.time)  # type: ignore[union-attr]
    assert left == 5
    effect = flow.send(left)
    talk.slots["key"], reserved = effect.change(talk.slots["key"], talk.time)  # type: ignore[union-attr]
    assert flow.send(reserved).seconds >= 5  # type: ignore[union-attr]


@pytest.mark.parametrize(("header", "limit"), [("5", 5), ("0", 20), ("", 20), ("many", 20), ("²", 20)])
def test_the_limit_lemcal_says(header: str, limit: int) -> None:
    """A limit in the headers replaces the documented one, if it is one."""
    budget = SharedPacing("key", PACE)
    conversation([]).run(budget.note(answer(x_ratelimit_limit=header)))
    assert budget.pace.limit == limit


# --- the file


@dataclass
class Clock:
    time: float = 1000.0

    def __call__(self) -> float:
        return self.time


TAKE = partial(reserve, pace=Pace(1000, 2.0, 0.0))
MANY = """
import sys
from functools import partial
from pathlib import Path
from airflow_provider_calendars.api.pacing import Pace, reserve
from airflow_provider_calendars.api.shared_slots import SharedSlots
slots = SharedSlots(Path(sys.argv[1]))
for _ in range(150):
    slots.change("key", partial(reserve, pace=Pace(1000, 3600.0, 0.0)))
"""


def stored(folder: Path) -> list[float]:
    taken: list[float] = json.loads((folder / "key.json").read_bytes())["taken"]
    return taken


def test_threads_lose_no_slot(tmp_path: Path) -> None:
    """Two objects on one folder, eight threads: every reservation is in the file."""
    pair = [SharedSlots(tmp_path), SharedSlots(tmp_path)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: pair[n % 2].change("key", TAKE), range(400)))
    assert len(stored(tmp_path)) == 400


def test_processes_lose_no_slot(tmp_path: Path) -> None:
    """Three processes at a time: every reservation is in the file, in order."""
    command = [sys.executable, "-c", MANY, str(tmp_path)]
    running = [subprocess.Popen(command) for _ in range(3)]
    assert [each.wait(30) for each in running] == [0, 0, 0]
    taken = stored(tmp_path)
    assert len(taken) == 450
    assert taken == sorted(taken)


def test_the_file_is_the_owners(tmp_path: Path) -> None:
    """Nobody else may read when a key is used, and the key itself is nowhere."""
    folder = tmp_path / "slots"
    SharedSlots(folder).change("key", TAKE)
    assert oct(folder.stat().st_mode & 0o777) == "0o700"
    assert oct((folder / "key.json").stat().st_mode & 0o777) == "0o600"


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    """Each process keeps the pace for itself, with all its threads and hooks."""
    taken = tmp_path / "a file"
    taken.touch()
    clock, pace = Clock(), Pace(3, 2.0, 0.0)
    hooks = [SharedSlots(taken, clock) for _ in range(4)]
    assert [each.change("key", partial(reserve, pace=pace)) for each in hooks] == [0, 0, 0, 2]
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda n: hooks[n % 4].change("other", TAKE), range(1100)))
    assert sorted(waits)[1000:] == [2.0] * 100


def test_a_link_somebody_put_there(tmp_path: Path) -> None:
    """A file that is a link is not written through."""
    (tmp_path / "precious").write_text("precious")
    folder = tmp_path / "slots"
    folder.mkdir()
    (folder / "key.json").symlink_to(tmp_path / "precious")
    assert SharedSlots(folder, Clock()).change("key", TAKE) == 0
    assert (tmp_path / "precious").read_text() == "precious"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"taken": 7, "closed_until": 0}',
        b'{"taken": []}',
        b'{"taken": ["x"], "closed_until": 0}',
        b'{"taken": [], "closed_until": ' + b"9" * 400 + b"}",
        b'{"taken": [Infinity], "closed_until": 0}',
        b'{"taken": [], "closed_until": null}',
    ],
)
def test_a_file_that_was_cut_off(tmp_path: Path, content: bytes) -> None:
    """A process that was killed while it wrote costs the others the count, not their requests."""
    (tmp_path / "key.json").write_bytes(content)
    slots = SharedSlots(tmp_path, Clock())
    assert slots.change("key", TAKE) == 0
    assert stored(tmp_path) == [1000.0]
