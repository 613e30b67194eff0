"""Staying within a rate limit, alone and together with other processes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Protocol

from airflow_provider_calendars.api.flow import Flow, Response, now, sleep, together
from airflow_provider_calendars.api.policy import RateBudget, retry_after

_LONGEST_HOLD = 60.0
_REJECTED_WITHOUT_WORDS = 2.0


class Budget(Protocol):
    """Decides when the next request may go."""

    def admit(self) -> Flow[None]:
        """Wait until a request may be sent."""

    def note(self, response: Response) -> Flow[None]:
        """Take in what a response says about the limit."""


class NoBudget:
    """Lets every request go at once."""

    def admit(self) -> Flow[None]:
        """Wait for nothing."""
        yield from ()

    def note(self, response: Response) -> Flow[None]:  # noqa: ARG002
        """Learn nothing."""
        yield from ()


class HeaderBudget:
    """Stops when the server's headers say that nothing is left, and until they say it is again.

    :param longest_wait: the most seconds to wait on the spot.
    """

    def __init__(self, longest_wait: float = 300.0) -> None:
        self.longest_wait = longest_wait
        self._budget = RateBudget()

    def admit(self) -> Flow[None]:
        """Wait until the server's window is over."""
        time = yield from now()
        wait = self._budget.wait(time)
        if wait:
            yield from sleep(min(wait, self.longest_wait))

    def note(self, response: Response) -> Flow[None]:
        """Remember what the headers say."""
        self._budget.note(response)
        yield from ()


@dataclass(frozen=True, slots=True)
class Pace:
    """So many requests in so many seconds.

    :param limit: requests.
    :param per: seconds.
    :param guard: seconds to stay away from the edge, because requests travel at different speeds.
    """

    limit: int
    per: float
    guard: float


@dataclass(frozen=True, slots=True)
class Slots:
    """The moments processes have reserved for their requests.

    :param taken: the latest ones, oldest first, in seconds.
    :param closed_until: nobody may send before.
    """

    taken: tuple[float, ...] = ()
    closed_until: float = 0.0


class SharedPacing:
    """Reserves a moment for every request, together with all processes of this machine that use the key.

    No request is sent before its moment, so a process alone is never refused, and several are not
    either. Other machines may use the same key unseen: after a 429 everybody here waits as long as
    the server says.

    :param key: what is shared; may be a file name.
    :param pace: the limit.
    """

    def __init__(self, key: str, pace: Pace) -> None:
        self.key = key
        self.pace = pace

    def admit(self) -> Flow[None]:
        """Reserve the next moment and wait for it; another one if everybody was told to wait meanwhile."""
        while True:
            wait, moment = yield from together(self.key, self._reserve)
            if wait <= 0:
                return
            yield from sleep(wait)
            if (yield from together(self.key, partial(depart, moment=moment))) <= 0:
                return

    def _reserve(self, slots: Slots, time: float) -> tuple[Slots, tuple[float, float]]:
        slots, wait = reserve(slots, time, pace=self.pace)
        return slots, (wait, slots.taken[-1])

    def note(self, response: Response) -> Flow[None]:
        """After a refusal, keep everybody from sending for as long as the server says."""
        limit = response.headers.get("x-ratelimit-limit", "")
        if limit.isdecimal() and int(limit) > 0:
            self.pace = Pace(int(limit), self.pace.per, self.pace.guard)
        if response.status == 429:
            asked = retry_after(response)
            hold = _REJECTED_WITHOUT_WORDS if asked is None else min(asked, _LONGEST_HOLD)
            yield from together(self.key, partial(close, seconds=hold))


def reserve(slots: Slots, time: float, *, pace: Pace) -> tuple[Slots, float]:
    """Reserve the next moment that keeps the pace, and return the seconds until then.

    :param slots: what is reserved.
    :param time: the time, on the clock of the slots.
    :param pace: the limit.
    """
    slots = _of_this_clock(slots, time, pace)
    # not before the last one either: they stay in order when the limit changes
    moment = max(time, slots.closed_until, *slots.taken[-1:])
    if len(slots.taken) >= pace.limit:
        moment = max(moment, slots.taken[-pace.limit] + pace.per + pace.guard)
    taken = (*slots.taken, moment)[-pace.limit :]
    return Slots(taken, slots.closed_until), moment - time


def close(slots: Slots, time: float, *, seconds: float) -> tuple[Slots, None]:
    """Let nobody send for some seconds.

    :param slots: what is reserved.
    :param time: the time, on the clock of the slots.
    :param seconds: how long.
    """
    return Slots(slots.taken, max(slots.closed_until, time + seconds)), None


def depart(slots: Slots, time: float, *, moment: float) -> tuple[Slots, float]:
    """Say when a request really goes, and return for how many seconds nobody may send.

    A process on a busy machine wakes late; whoever comes a window later must know.

    :param slots: what is reserved.
    :param time: the time, on the clock of the slots.
    :param moment: the moment that was reserved for the request.
    """
    taken = list(slots.taken)
    if moment in taken:
        taken[taken.index(moment)] = max(moment, time)
    return Slots(tuple(sorted(taken)), slots.closed_until), slots.closed_until - time


def _of_this_clock(slots: Slots, time: float, pace: Pace) -> Slots:
    """Forget slots that lie too far ahead: they are from before a restart of the machine."""
    horizon = time + _LONGEST_HOLD + 100 * pace.per
    latest = max((*slots.taken, slots.closed_until))
    return Slots() if latest > horizon else slots
