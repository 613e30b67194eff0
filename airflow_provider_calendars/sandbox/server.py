"""The sandbox as an object: started and stopped inside this process."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from airflow_provider_calendars.sandbox.clock import Clock
from airflow_provider_calendars.sandbox.exchange import System
from airflow_provider_calendars.sandbox.faults import Faults
from airflow_provider_calendars.sandbox.highlevel.routes import HighLevelSystem
from airflow_provider_calendars.sandbox.highlevel.state import HighLevelState
from airflow_provider_calendars.sandbox.journal import Journal
from airflow_provider_calendars.sandbox.lemcal.routes import LemcalSystem
from airflow_provider_calendars.sandbox.lemcal.state import LemcalState
from airflow_provider_calendars.sandbox.lets_calendar.routes import LetsCalendarSystem
from airflow_provider_calendars.sandbox.lets_calendar.state import LetsCalendarState
from airflow_provider_calendars.sandbox.settings import Settings

if TYPE_CHECKING:
    import pytest

    from airflow_provider_calendars.sandbox.protocol import QuickServer

# the only address there is: nothing in here asks for a password that protects anything
ADDRESS = "127.0.0.1"
_PATIENCE = 10.0


class Sandbox:
    """The vendors' APIs on 127.0.0.1, for as long as a ``with`` block lasts.

    :param port: the port; 0 takes a free one.
    :param settings: how the vendors behave; :class:`Settings` has the defaults.
    :param clock: where the time comes from, in seconds since 1970, so that a test can stop it.
    :param seed_campaigns: how many empty campaigns there are at the beginning.
    :param log: gets one line for each request, without address or token.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        settings: Settings | None = None,
        clock: Callable[[], float] = time.time,
        seed_campaigns: int = 0,
        log: Callable[[str], None] | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.clock = Clock(clock)
        self.journal = Journal()
        self.lets_calendar = LetsCalendarState(self.settings, self.clock)
        self.lemcal = LemcalState(self.settings, self.clock)
        self.highlevel = HighLevelState(self.settings, self.clock)
        self._systems: tuple[System[Any], ...] = (
            LetsCalendarSystem(self.lets_calendar),
            LemcalSystem(self.lemcal),
            HighLevelSystem(self.highlevel),
        )
        self.faults = Faults(
            (one.name, operation.name) for one in self._systems for operation in one.operations
        )
        self._first_settings = self.settings.as_dict()
        self._seed_campaigns = seed_campaigns
        self._log = log or (lambda _: None)
        self._wanted_port = port
        self._port: int | None = None
        self._server: QuickServer | None = None
        self._thread: threading.Thread | None = None
        self.lets_calendar.seed(seed_campaigns)

    @property
    def url(self) -> str:
        """Where the sandbox is, e.g. ``http://127.0.0.1:41234``."""
        if self._port is None:
            raise RuntimeError(
                "the sandbox has no URL before it is started; call start() or use `with Sandbox()`"
            )
        return f"http://{ADDRESS}:{self._port}"

    def start(self) -> Self:
        """Serve; returns as soon as requests are answered."""
        if self._thread is not None:
            raise RuntimeError(f"the sandbox is already running at {self.url}")
        listener = _listen(self._wanted_port)
        self._port = listener.getsockname()[1]
        ready = threading.Event()
        self._thread = threading.Thread(
            target=self._serve, args=(listener, ready), name="calendars-sandbox", daemon=True
        )
        self._thread.start()
        if not ready.wait(_PATIENCE) or self._server is None:
            self.stop()
            raise RuntimeError("the sandbox could not be started; the error of its thread is printed above")
        return self

    def stop(self) -> None:
        """Stop serving: port free, connections closed, deliveries given up when this returns."""
        if self._thread is not None:
            if self._server is not None:
                self._server.stop()
            self._thread.join(_PATIENCE)
            self._thread = self._server = self._port = None
        for system in self._systems:
            system.stop()

    def reset(self) -> None:
        """Make the sandbox as good as new: state, mailbox, faults, journal, settings and time."""
        self.settings.update(self._first_settings)
        self.clock.reset()
        for system in self._systems:
            with system.lock:
                system.reset()
        self.lets_calendar.seed(self._seed_campaigns)
        self.faults.clear()
        self.journal.clear()

    @property
    def systems(self) -> tuple[str, ...]:
        """The vendors, by the types of their connections."""
        return tuple(system.name for system in self._systems)

    def connection_uri(self, system: str) -> str:
        """Write a connection to the sandbox as Airflow's URI.

        :param system: the vendor, e.g. ``lets_calendar``.
        """
        login, password = self._system(system).credentials
        # an underscore is not allowed in the scheme of a URI; Airflow turns the hyphen back
        scheme = system.replace("_", "-")
        return f"{scheme}://{quote(login, safe='')}:{quote(password, safe='')}@{quote(self.url, safe='')}"

    def connection_json(self, system: str) -> str:
        """Write a connection to the sandbox as Airflow's JSON.

        :param system: the vendor, e.g. ``lets_calendar``.
        """
        login, password = self._system(system).credentials
        return json.dumps({"conn_type": system, "login": login, "password": password, "host": self.url})

    def set_connections(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Point the default connection of every vendor at the sandbox, until the test ends.

        :param monkeypatch: pytest's fixture.
        """
        for system in self._systems:
            monkeypatch.setenv(
                f"AIRFLOW_CONN_{system.name.upper()}_DEFAULT", self.connection_json(system.name)
            )

    def __enter__(self) -> Self:
        """Start serving."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving."""
        self.stop()

    def _system(self, name: str) -> System[Any]:
        known = {system.name: system for system in self._systems}
        if name not in known:
            raise ValueError(f"the sandbox has no system {name!r}; it has {', '.join(known)}")
        return known[name]

    def _serve(self, listener: socket.socket, ready: threading.Event) -> None:
        try:
            asyncio.run(self._serve_until_stopped(listener, ready))
        finally:
            ready.set()  # also where the server could not be started: start() need not wait then

    async def _serve_until_stopped(self, listener: socket.socket, ready: threading.Event) -> None:
        from airflow_provider_calendars.sandbox.app import build_app
        from airflow_provider_calendars.sandbox.control import Control
        from airflow_provider_calendars.sandbox.desk import Desk
        from airflow_provider_calendars.sandbox.protocol import QuickServer

        desk = Desk(self.faults, self.journal, self.clock, self._log)
        control = Control(
            systems=self._systems,
            settings=self.settings,
            faults=self.faults,
            journal=self.journal,
            clock=self.clock,
            reset=self.reset,
        )
        self._server = QuickServer(build_app(self._systems, desk, control), ready.set)
        await self._server.serve([listener])


def _listen(port: int) -> socket.socket:
    # only where TCP is named does asyncio turn Nagle's algorithm off, which costs 40 ms an answer
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((ADDRESS, port))
    except OSError as error:
        listener.close()
        raise OSError(
            error.errno, f"cannot serve on port {port} of {ADDRESS} ({error.strerror}); choose another port"
        ) from error
    listener.listen()
    return listener
