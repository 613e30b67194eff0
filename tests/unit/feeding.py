"""Has the conversation of a flow with answers that a test wrote down, without server or sleep."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_calendars.api.flow import (
    Flow,
    Now,
    Recall,
    Remember,
    Request,
    Response,
    Send,
    Sleep,
    Together,
)
from airflow_provider_calendars.api.pacing import Slots
from airflow_provider_calendars.exceptions import TransportError

Outcome = Response | TransportError


def answer(body: Any = None, status: int = 200, **headers: str) -> Response:
    """Return a response with a JSON body; ``retry_after="3"`` becomes a header."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return Response(status, names, content, 0.0)


@dataclass
class Conversation:
    """What was said: requests, waits, and what was remembered."""

    outcomes: list[Outcome]
    time: float = 1_000_000.0
    memory: dict[str, str] = field(default_factory=dict)
    # what other processes wrote meanwhile
    elsewhere: dict[str, str] = field(default_factory=dict)
    slots: dict[str, Slots] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def run(self, flow: Flow[Any]) -> Any:
        """Run a flow to its end and return its result."""
        reply: Any = None
        while True:
            try:
                effect = flow.send(reply)
            except StopIteration as end:
                return end.value
            reply = self._perform(effect)

    def _perform(self, effect: object) -> Any:
        match effect:
            case Send(request):
                self.requests.append(request)
                return self._next()
            case Sleep(seconds):
                self.waits.append(seconds)
                self.time += seconds
            case Now():
                return self.time
            case Recall(key, fresh):
                return (self.elsewhere.get(key) if fresh else None) or self.memory.get(key)
            case Remember(key, value):
                self.memory[key] = value
            case Together(key, change):
                self.slots[key], result = change(self.slots.get(key, Slots()), self.time)
                return result
        return None

    def _next(self) -> Outcome:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, TransportError):
            return outcome
        return Response(outcome.status, outcome.headers, outcome.body, self.time)


def conversation(outcomes: Iterable[Outcome]) -> Conversation:
    """Return a conversation with these answers to come."""
    return Conversation(list(outcomes))
