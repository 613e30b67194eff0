"""Posts new bookings to hooks, in the background and on this machine only."""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import SplitResult, urlsplit

from airflow_provider_calendars.sandbox.lemcal.records import Delivery, Hook
from airflow_provider_calendars.sandbox.lemcal.settings import LemcalSettings

_THREADS = 4
_PATIENCE = 5.0


@dataclass(frozen=True)
class _Parcel:
    """What is posted where."""

    delivery: Delivery
    target: SplitResult
    content: bytes


class Courier:
    """Delivers what it is given. Its threads end when there is nothing left to deliver.

    :param settings: how often and how patiently; read at every delivery.
    """

    def __init__(self, settings: LemcalSettings) -> None:
        self._settings = settings
        self._changed = threading.Condition()
        self._deliveries: list[Delivery] = []
        self._waiting: deque[_Parcel] = deque()
        self._threads: set[threading.Thread] = set()
        self._connections: set[http.client.HTTPConnection] = set()
        self._stopping = threading.Event()

    @property
    def deliveries(self) -> list[Delivery]:
        """All deliveries as they are now, oldest first."""
        with self._changed:
            return [replace(one) for one in self._deliveries]

    def send(self, hook: Hook, payload: Mapping[str, Any], at: float) -> None:
        """Deliver a meeting soon, and return at once.

        :param hook: where to.
        :param payload: the meeting as the vendor shows it.
        :param at: when it was booked.
        """
        delivery = Delivery(hook.id, str(payload["_id"]), at)
        target = urlsplit(hook.target_url)
        with self._changed:
            self._deliveries.append(delivery)
            if not is_loopback(target.hostname or ""):
                delivery.state = "not loopback"
                return
            self._waiting.append(_Parcel(delivery, target, json.dumps(payload).encode()))
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
        for attempt in range(self._settings.hook_attempts):
            if attempt:
                self._stopping.wait(self._settings.hook_pause)
            if self._stopping.is_set():
                break
            status = self._post(parcel)
            with self._changed:
                parcel.delivery.attempts += 1
                parcel.delivery.status = status
            if status is not None and 200 <= status <= 299:
                return "delivered"
        return "stopped" if self._stopping.is_set() else "failed"

    def _post(self, parcel: _Parcel) -> int | None:
        target = parcel.target
        connection = _connection(target, self._settings.hook_timeout)
        with self._changed:
            self._connections.add(connection)
        try:
            connection.connect()
            if self._stopping.is_set():
                return None  # whoever stops has looked for connections already
            path = f"{target.path or '/'}{f'?{target.query}' if target.query else ''}"
            connection.request("POST", path, parcel.content, {"Content-Type": "application/json"})
            return connection.getresponse().status
        except (OSError, ValueError, http.client.HTTPException):
            return None
        finally:
            with self._changed:
                self._connections.discard(connection)
            connection.close()


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
