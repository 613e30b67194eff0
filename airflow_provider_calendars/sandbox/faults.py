"""Faults on demand: what goes wrong, at which call, how often."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC
from email.utils import format_datetime
from typing import Any

from airflow_provider_calendars.sandbox.clock import script_date, utc
from airflow_provider_calendars.sandbox.exchange import HTML, Answer, Headers, is_called

# whether the server has acted when the fault shows, unless the fault says otherwise
_ACTS = {
    "status": False,
    "html": False,
    "truncated": True,
    "lost_before": False,
    "lost_after": True,
    "slow": True,
}
_FIXED = ("lost_before", "lost_after", "slow")
_STATUS = {"status": 500, "html": 502}
_TEXTS = {
    401: "Unauthenticated.",
    429: "Too Many Attempts.",
    500: "Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}
_RETRY_AFTER_FORMS = ("seconds", "http-date", "js-date", "both")


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong at the next matching request.

    :param kind: ``status`` (an error as JSON), ``html`` (a page instead of JSON), ``truncated``
        (half an answer), ``lost_before`` and ``lost_after`` (the connection drops without a byte,
        before or after the server acted), ``slow`` (the server acts, its answer takes a while).
    :param operation: ``POST /send-invite``, ``/send-invite`` or ``send-invite``; ``*`` is any.
    :param system: only requests to this vendor, e.g. ``lets_calendar``; None is any.
    :param times: how many requests it hits; None is all.
    :param skip: how many matching requests it lets through first.
    :param status: the HTTP status of ``status`` (default 500) and ``html`` (default 502).
    :param acts: whether the server does what it was asked before ``status``, ``html`` (default: no)
        or ``truncated`` (default: yes) shows.
    :param seconds: how long ``slow`` takes.
    :param retry_after: seconds in a ``Retry-After`` header; None is no header.
    :param retry_after_form: ``seconds``, ``http-date``, ``js-date`` (as JavaScript prints a date) or
        ``both`` (the header twice, with seconds and with that date).
    :param body: the JSON of ``status``, instead of the usual one.
    """

    kind: str
    operation: str = "*"
    system: str | None = None
    times: int | None = 1
    skip: int = 0
    status: int | None = None
    acts: bool | None = None
    seconds: float = 0.0
    retry_after: float | None = None
    retry_after_form: str = "seconds"
    body: Any = None

    def __post_init__(self) -> None:
        """Refuse a fault that could never happen."""
        _one_of("kind", self.kind, _ACTS)
        _one_of("retry_after_form", self.retry_after_form, _RETRY_AFTER_FORMS)
        _numbers_are_sensible(self)
        if self.kind in _FIXED and self.acts not in (None, _ACTS[self.kind]):
            raise ValueError(
                f"a fault of kind {self.kind!r} always has acts={_ACTS[self.kind]}; leave `acts` out"
            )

    @property
    def server_acts(self) -> bool:
        """Whether the request takes effect all the same."""
        return _ACTS[self.kind] if self.acts is None else self.acts

    def answer(self, error: Callable[[int, str], Answer]) -> Answer:
        """Make the answer that takes the place of the real one.

        :param error: puts a status and a text into the vendor's shape.
        """
        status = self.status or _STATUS.get(self.kind, 200)
        text = _TEXTS.get(status, "Error")
        headers = self._retry_after_header()
        if self.kind == "html":
            return Answer(status, _PAGE.format(status=status, text=text), headers, HTML)
        if self.body is not None:
            return Answer(status, self.body, headers)
        return replace(error(status, text), headers=headers)

    def _retry_after_header(self) -> Headers:
        if self.retry_after is None:
            return {}
        # in real time: the client's clock is not the one that tests advance
        moment = math.ceil(time.time() + self.retry_after)
        seconds, date = f"{self.retry_after:.15g}", script_date(moment, UTC)
        forms: Headers = {
            "seconds": seconds,
            "http-date": format_datetime(utc(moment), usegmt=True),
            "js-date": date,
            "both": (seconds, date),
        }
        return {"Retry-After": forms[self.retry_after_form]}


_PAGE = (
    "<!DOCTYPE html><html><head><title>{status} {text}</title></head>"
    "<body><center><h1>{status} {text}</h1></center><hr><center>nginx</center></body></html>"
)


def _one_of(name: str, value: str, known: Iterable[str]) -> None:
    if value not in known:
        raise ValueError(f"unknown {name} {value!r} of a fault; expected one of {', '.join(known)}")


def _numbers_are_sensible(fault: Fault) -> None:
    if fault.times is not None and fault.times < 1:
        raise ValueError(f"`times` of a fault must be 1 or more, or None for always, not {fault.times!r}")
    if fault.skip < 0 or fault.seconds < 0 or (fault.retry_after or 0) < 0:
        raise ValueError("`skip`, `seconds` and `retry_after` of a fault must be 0 or more")
    if fault.status is not None and not 200 <= fault.status <= 599:
        raise ValueError(f"`status` of a fault must be between 200 and 599, not {fault.status!r}")


@dataclass
class _Waiting:
    """A fault, and how often it is still to be skipped and to happen."""

    fault: Fault
    skip: int
    left: float

    def take(self) -> bool:
        """Count a matching request, and tell whether the fault hits it."""
        if self.skip:
            self.skip -= 1
            return False
        self.left -= 1
        return True


class Faults:
    """The faults that wait for their request.

    :param operations: the operations of every system, as ``(system, operation)`` pairs.
    """

    def __init__(self, operations: Iterable[tuple[str, str]]) -> None:
        self._known = tuple(operations)
        self._waiting: list[_Waiting] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        """Let something go wrong from now on.

        :param fault: what, where and how often.
        :raises ValueError: the fault names an operation or a system that does not exist.
        """
        if fault.system is not None:
            _one_of("system", fault.system, dict(self._known))
        if fault.operation != "*" and not any(_matches(fault, *known) for known in self._known):
            names = ", ".join(name for system, name in self._known if fault.system in (None, system))
            raise ValueError(
                f"unknown operation {fault.operation!r} of a fault; expected '*' or one of {names}"
            )
        with self._lock:
            left = math.inf if fault.times is None else fault.times
            self._waiting.append(_Waiting(fault, fault.skip, left))
        return fault

    def take(self, system: str, operation: str) -> Fault | None:
        """Find the fault that hits a request, and use it up.

        :param system: the vendor that was called.
        :param operation: method and path template of the request.
        """
        with self._lock:
            for waiting in self._waiting:
                if _matches(waiting.fault, system, operation) and waiting.take():
                    self._waiting = [other for other in self._waiting if other.left > 0]
                    return waiting.fault
        return None

    def waiting(self) -> list[Fault]:
        """List the faults that have not used up their `times`."""
        with self._lock:
            return [waiting.fault for waiting in self._waiting]

    def clear(self) -> None:
        """Let everything go right from now on."""
        with self._lock:
            self._waiting.clear()


def _matches(fault: Fault, system: str, operation: str) -> bool:
    if fault.system not in (None, system):
        return False
    return fault.operation == "*" or is_called(operation, fault.operation)


def fault_as_dict(fault: Fault) -> dict[str, Any]:
    """Describe a fault as JSON.

    :param fault: the fault.
    """
    return asdict(fault)
