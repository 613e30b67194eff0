"""What goes in and out of a vendor's operation, without a word about the web server."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from airflow_provider_calendars.sandbox.clock import Clock

JSON = "application/json"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class UploadedFile:
    """One file of a multipart request."""

    name: str
    content: bytes

    def __repr__(self) -> str:
        """Show name and size; the content holds addresses."""
        return f"UploadedFile(name={self.name!r}, size={len(self.content)})"


@dataclass(frozen=True)
class Call:
    """One request, read and taken apart.

    :param origin: ``http://host:port`` as the client wrote it.
    :param headers: header names are in lower case.
    :param queries: every value of each query parameter; ``query`` has the last one.
    :param body: the fields of a JSON object or of a form; empty where the body is neither.
    :param json: the whole JSON document, whatever it is; None where there is none.
    """

    method: str
    path: str
    origin: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    path_values: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    queries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    files: Mapping[str, UploadedFile] = field(default_factory=dict)

    @property
    def wants_json(self) -> bool:
        """Tell whether the client asked for JSON (``*/*`` does not)."""
        accept = self.headers.get("accept", "")
        return "/json" in accept or "+json" in accept


# a header that is sent more than once has a tuple of values
Headers = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True)
class Answer:
    """What the client gets: JSON, unless ``media_type`` says that the body is a text; no body with 204."""

    status: int
    body: Any = None
    headers: Headers = field(default_factory=dict)
    media_type: str = JSON


class Refusal(Exception):
    """Ends an operation early with an answer.

    :param answer: what the client gets.
    """

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"answered with {answer.status}")
        self.answer = answer


class Limiter(Protocol):
    """A vendor's limit on the number of requests."""

    def admit(self, call: Call) -> tuple[Answer | None, Headers]:
        """Count a request: the refusal if it is one too many, and the headers of its answer."""

    def clear(self) -> None:
        """Start counting anew."""


Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Operation:
    """One thing a vendor's API can do."""

    method: str
    path: str
    handler: Handler

    @property
    def name(self) -> str:
        """The operation as its vendor writes it, e.g. ``POST /send-invite``."""
        return f"{self.method} {self.path}"


def is_called(operation: str, words: str) -> bool:
    """Tell whether somebody means an operation.

    :param operation: e.g. ``GET /campaign/{campaign_id}/attendees``.
    :param words: all of it, its path with or without the first slash, or the end of its path.
    """
    path = operation.partition(" ")[2]
    bare = path.strip("/")
    return bool(words) and words in (operation, path, f"/{bare}", bare, bare.rpartition("/")[2])


class State(Protocol):
    """What a vendor remembers."""

    settings: Any
    clock: Clock
    # the web server's thread and the test's thread both look at the state
    lock: threading.RLock

    def reset(self) -> None:
        """Forget everything that happened."""


StateT = TypeVar("StateT", bound=State)
Act = Callable[[StateT, Call], Answer]


class System(ABC, Generic[StateT]):
    """One vendor: its operations, its state, its part of the page.

    :cvar name: the connection type, e.g. ``lets_calendar``.
    :cvar prefix: the path in front of all operations, without a slash at the end.
    :cvar routes: what does each operation, by its method and its path below the prefix.
    :cvar throttle: makes the limiter from the settings and the clock of the state.
    :param state: what it remembers, and how it behaves.
    """

    name: ClassVar[str]
    prefix: ClassVar[str]
    routes: ClassVar[Mapping[tuple[str, str], Act[Any]]]
    throttle: ClassVar[type[Any]]

    def __init__(self, state: StateT) -> None:
        self.lock = state.lock
        self.limiter: Limiter = self.throttle(state.settings, state.clock)
        self._state = state

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The operations of the API, their paths below the prefix."""
        return tuple(Operation(*route, self._bound(act)) for route, act in self.routes.items())

    @property
    def pages(self) -> tuple[Operation, ...]:
        """What is served beside the API: no faults, no rate limit, full paths."""
        return ()

    @property
    @abstractmethod
    def actions(self) -> Mapping[str, Callable[[Mapping[str, Any]], Any]]:
        """What the control API can do to this system alone, by name."""

    @property
    @abstractmethod
    def credentials(self) -> tuple[str, str]:
        """Login and password of a connection that works."""

    def paths(self, operation: Operation) -> tuple[str, ...]:
        """List the full paths under which an operation is served."""
        return (self.prefix + operation.path,)

    def owns(self, path: str) -> bool:
        """Tell whether a path without an operation is for this vendor to refuse."""
        return path.startswith(f"{self.prefix}/")

    @abstractmethod
    def handle(self, operation: Operation, call: Call) -> Answer:
        """Do what a request asks for."""

    @abstractmethod
    def error(self, status: int, text: str) -> Answer:
        """Say that something went wrong, in the vendor's shape."""

    @abstractmethod
    def unknown_route(self, call: Call) -> Answer:
        """Answer a request for a path that does not exist."""

    @abstractmethod
    def wrong_method(self, call: Call, allowed: str) -> Answer:
        """Answer a request for a path that exists, with a method that does not."""

    @abstractmethod
    def snapshot(self) -> dict[str, Any]:
        """Describe the state as JSON."""

    @abstractmethod
    def section(self) -> str:
        """Describe the state as a piece of HTML."""

    def stop(self) -> None:
        """End what runs in the background; called without the lock."""

    def reset(self) -> None:
        """Forget everything that happened."""
        self._state.reset()
        self.limiter.clear()

    def _bound(self, act: Act[StateT]) -> Handler:
        return lambda call: act(self._state, call)
