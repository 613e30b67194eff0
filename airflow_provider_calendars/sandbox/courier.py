"""Posts what vendors tell of, in the background and to this machine only."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Generic, TypeVar
from urllib.parse import SplitResult, urlsplit

_THREADS = 4
_PATIENCE = 5.0


@dataclass(kw_only=True)
class Delivery:
    """Something on its way to a URL.

    :param at: when it happened, in seconds since 1970.
    :param state: ``waiting``, ``delivered``, ``failed`` (no 2xx in any attempt), ``not loopback`` (the
        sandbox posts to this machine only) or ``stopped`` (the sandbox was stopped or reset before).
    :param status: of the last answer; None without an answer.
    :param attempts: how often it was tried.
    """

    at: float
    state: str = "waiting"
    status: int | None = None
    attempts: int = 0


DeliveryT = TypeVar("DeliveryT", bound=Delivery)


@dataclass(frozen=True)
class Patience:
    """How a vendor delivers.

    :param attempts: how often at most.
    :param pause: seconds between two attempts.
    :param timeout: seconds an attempt waits for an answer.
    :param tries_again: tells whether a status that is not a 2xx is worth another attempt; None is no answer.
    """

    attempts: int
    pause: float
    timeout: float
    tries_again: Callable[[int | None], bool]


@dataclass(frozen=True)
class _Parcel:
    """What is posted where."""

    delivery: Delivery
    target: SplitResult
    content: bytes
    headers: Mapping[str, str]


class Courier(Generic[DeliveryT]):
    """Delivers what it is given. Its threads end when there is nothing left to deliver.

    :param patience: tells how; asked at every delivery.
    """

    def __init__(self, patience: Callable[[], Patience]) -> None:
        self._patience = patience
        self._changed = threading.Condition()
        self._deliveries: list[DeliveryT] = []
        self._waiting: deque[_Parcel] = deque()
        self._threads: set[threading.Thread] = set()
        self._connections: set[http.client.HTTPConnection] = set()
        self._stopping = threading.Event()

    @property
    def deliveries(self) -> list[DeliveryT]:
        """All deliveries as they are now, oldest first."""
        with self._changed:
            return [replace(one) for one in self._deliveries]

    def send(self, delivery: DeliveryT, url: str, content: bytes, headers: Mapping[str, str]) -> None:
        """Post some JSON soon, and return at once.

        :param delivery: what is kept of it.
        :param url: where to.
        :param content: the JSON.
        :param headers: what else is said about it.
        """
        target = urlsplit(url)
        with self._changed:
            self._deliveries.append(delivery)
            if not is_loopback(target.hostname or ""):
                delivery.state = "not loopback"
                return
            headers = {"Content-Type": "application/json", **headers}
            self._waiting.append(_Parcel(delivery, target, content, headers))
            if len(self._threads) < _THREADS:
                self._start_thread()

    def wait(self, timeout: float) -> bool:
        """Wait until nothing is on its way any more, and tell whether that is so.

        :param timeout: seconds.
        """
        with self._changed:
            return self._changed.wait_for(self._is_idle, timeout)

    def stop(self) -> None:
        """Give up what is on its way; no thread is left when this returns."""
        self._stopping.set()
        with self._changed:
            for parcel in self._waiting:
                parcel.delivery.state = "stopped"
            self._waiting.clear()
            for connection in self._connections:
                _hang_up(connection)
            threads = list(self._threads)
        for thread in threads:
            thread.join(_PATIENCE)
        self._stopping.clear()

    def clear(self) -> None:
        """Forget all deliveries."""
        with self._changed:
            self._deliveries.clear()

    def _is_idle(self) -> bool:
        return all(one.state != "waiting" for one in self._deliveries)

    def _start_thread(self) -> None:
        thread = threading.Thread(target=self._work, name="calendars-sandbox-hooks", daemon=True)
        self._threads.add(thread)
        thread.start()

    def _work(self) -> None:
        while (parcel := self._next()) is not None:
            state = self._deliver(parcel)
            with self._changed:
                parcel.delivery.state = state
                self._changed.notify_all()

    def _next(self) -> _Parcel | None:
        with self._changed:
            if self._waiting:
                return self._waiting.popleft()
            self._threads.discard(threading.current_thread())
            return None

    def _deliver(self, parcel: _Parcel) -> str:
        patience = self._patience()
        for attempt in range(patience.attempts):
            if attempt:
                self._stopping.wait(patience.pause)
            if self._stopping.is_set():
                break
            status = self._post(parcel, patience.timeout)
            with self._changed:
                parcel.delivery.attempts += 1
                parcel.delivery.status = status
            if status is not None and 200 <= status <= 299:
                return "delivered"
            if not patience.tries_again(status):
                break
        return "stopped" if self._stopping.is_set() else "failed"

    def _post(self, parcel: _Parcel, timeout: float) -> int | None:
        target = parcel.target
        connection = _connection(target, timeout)
        with self._changed:
            self._connections.add(connection)
        try:
            connection.connect()
            if self._stopping.is_set():
                return None  # whoever stops has looked for connections already
            path = f"{target.path or '/'}{f'?{target.query}' if target.query else ''}"
            connection.request("POST", path, parcel.content, parcel.headers)
            return connection.getresponse().status
        except (OSError, ValueError, http.client.HTTPException):
            return None
        finally:
            with self._changed:
                self._connections.discard(connection)
            connection.close()


def is_url(text: str) -> bool:
    """Tell whether something can be posted to a target.

    :param text: the target.
    """
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def shown_url(url: str) -> str:
    """Write a target without its query, which may hold a secret.

    :param url: the target.
    """
    address, mark, _ = url.partition("?")
    return f"{address}?…" if mark else address


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine for sure, without asking anybody.

    :param host: a name or an address.
    """
    try:
        return host.lower() == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _connection(target: SplitResult, timeout: float) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
    # by its parts and without a proxy, so that nothing but the host that was checked is called
    return kind(target.hostname or "", target.port, timeout=timeout)


def _hang_up(connection: http.client.HTTPConnection) -> None:
    sock = connection.sock
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
