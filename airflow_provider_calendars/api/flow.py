"""The vocabulary of flows.

A *flow* is a generator that describes a conversation with a server without having it: it yields
what it wants done (:class:`Send`, :class:`Sleep`, :class:`Now`, :class:`Recall`,
:class:`Remember`, :class:`Together`), is sent what came of it, and returns a result. A driver
(:mod:`~airflow_provider_calendars.api.drivers`) has the conversation, so every rule about
retries, tokens, paging and errors is written once for workers and triggerer alike.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from airflow_provider_calendars.api.policy import Repeat
from airflow_provider_calendars.exceptions import TransportError

if TYPE_CHECKING:
    from airflow_provider_calendars.api.pacing import Slots

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to send in a form.

    :param filename: the name the server sees.
    :param content: the bytes of the file.
    :param content_type: its media type.
    """

    filename: str
    content: bytes = field(repr=False)
    content_type: str


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, as data.

    :param method: ``GET``, ``POST`` ...
    :param url: absolute, with quoted path segments.
    :param repeat: whether it may be sent again when nobody knows what became of it.
    :param operation: how messages name the call, e.g. ``POST /send-invite``.
    :param params: the query; a list is repeated.
    :param json: a body to send as JSON.
    :param form: fields to send as a form, multipart when there are ``files``.
    :param files: files to send with the form.
    :param headers: further headers.
    :param authenticated: False for calls that need no credentials.
    :param reads: whether a call changes nothing although its method is not ``GET``.
    """

    method: str
    url: str
    repeat: Repeat
    operation: str = ""
    params: Mapping[str, str | Sequence[str]] | None = field(default=None, repr=False)
    json: Any = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    files: Mapping[str, Upload] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    authenticated: bool = True
    reads: bool = False

    @property
    def changes(self) -> bool:
        """Whether the call may change the vendor's state."""
        return self.method != "GET" and not self.reads

    def with_headers(self, headers: Mapping[str, str]) -> Request:
        """Return the same request with further headers."""
        return replace(self, headers={**self.headers, **headers})


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered.

    :param status: the HTTP status.
    :param headers: names in lower case.
    :param body: the whole body, decompressed.
    :param received_at: the driver's clock when it came, in seconds since the epoch.
    :param repeats: whether an earlier attempt of the same call may have been heard.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    received_at: float
    repeats: bool = False

    @property
    def ok(self) -> bool:
        """Whether the server says that it did what was asked."""
        return 200 <= self.status < 300

    @property
    def garbled(self) -> bool:
        """Whether a success came with a body that is not JSON, e.g. a proxy's page."""
        return self.ok and bool(self.body.strip()) and not _is_json(self.body)

    def json(self) -> Any:
        """Return the decoded body, None for an empty one.

        :raises ValueError: the body is not JSON.
        """
        return json.loads(self.body) if self.body.strip() else None


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Send:
    """Ask for a request to be sent. Answered by a :class:`Response` or a ``TransportError``."""

    request: Request


@dataclass(frozen=True, slots=True)
class Sleep:
    """Ask to wait."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Now:
    """Ask for the time, in seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Recall:
    """Ask for a remembered text. Answered by the text or None.

    :param key: what it was remembered under.
    :param fresh: look where other processes can have written, not only in this process.
    """

    key: str
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Remember:
    """Ask for a secret text, such as a token, to be kept."""

    key: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Together:
    """Ask for a state that the processes of this machine share to be changed, one after the other.

    Answered by what the change returns.

    :param key: which state; a part of a file name.
    :param change: from the state and the time to the next state and a result.
    """

    key: str
    change: Callable[[Slots, float], tuple[Slots, Any]]


Effect = Send | Sleep | Now | Recall | Remember | Together
Flow = Generator[Effect, Any, T]


def send(request: Request) -> Flow[Response | TransportError]:
    """Send a request and return what came of it."""
    outcome: Response | TransportError = yield Send(request)
    return outcome


def sleep(seconds: float) -> Flow[None]:
    """Wait."""
    yield Sleep(seconds)


def now() -> Flow[float]:
    """Return the driver's time, in seconds since the epoch."""
    time: float = yield Now()
    return time


def recall(key: str, *, fresh: bool = False) -> Flow[str | None]:
    """Return what is remembered under a key, or None."""
    value: str | None = yield Recall(key, fresh)
    return value


def remember(key: str, value: str) -> Flow[None]:
    """Keep a secret text under a key."""
    yield Remember(key, value)


def together(key: str, change: Callable[[Slots, float], tuple[Slots, T]]) -> Flow[T]:
    """Change a state that the processes of this machine share, and return what the change returns."""
    result: T = yield Together(key, change)
    return result
