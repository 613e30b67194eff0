"""The web server: uvicorn, taught to drop a connection and to stop at once."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import uvicorn  # noqa: TID253 - this module is the web server; it is imported when one starts
from uvicorn.protocols.http.h11_impl import H11Protocol  # noqa: TID253 - as above


class DroppableProtocol(H11Protocol):
    """Hands every request its connection: dropping one cannot be said in ASGI."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keep the connection where a response finds it, ``scope["state"]["transport"]``."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class QuickServer(uvicorn.Server):
    """Stops at once: nobody's request is worth waiting for.

    :param app: the ASGI application.
    :param ready: called as soon as requests are answered.
    """

    def __init__(self, app: Any, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=DroppableProtocol,
                ws="none",
                loop="asyncio",
                lifespan="off",
                access_log=False,  # it would print addresses that are part of a query
                log_config=None,
                log_level="error",
            )
        )
        self._ready = ready
        self._stop = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def stop(self) -> None:
        """Ask the server to stop, from any thread."""
        self._loop.call_soon_threadsafe(self._stop.set)

    async def main_loop(self) -> None:
        """Serve until somebody calls :meth:`stop`."""
        self._ready()
        while not self._stop.is_set():
            await self.on_tick(0)  # renews the Date header
            try:
                await asyncio.wait_for(self._stop.wait(), timeout=1)
            except TimeoutError:
                continue

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the port and drop every connection, also those that a slow answer keeps open."""
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=1)
