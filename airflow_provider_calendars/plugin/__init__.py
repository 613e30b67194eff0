"""The Airflow plugin: receives the vendors' webhooks on the API server.

There is an endpoint for a connection only if ``[calendars] webhook_connections`` names it; one of lemcal
also needs a ``webhook_secret``. Without any, nothing is mounted, and nothing is imported but this
module.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from airflow.plugins_manager import AirflowPlugin

from airflow_provider_calendars._compat import conf

__all__ = ["CalendarsPlugin"]

Message = MutableMapping[str, Any]


def webhook_connections() -> tuple[str, ...]:
    """Return the ids of the connections that may receive webhooks."""
    listed: str = conf.get("calendars", "webhook_connections", fallback="") or ""
    return tuple(each.strip() for each in listed.split(",") if each.strip())


class Receiver:
    """The web application, made when the first request comes: workers load plugins, too."""

    def __init__(self, connections: tuple[str, ...]) -> None:
        self.connections = connections
        self._app: Any = None

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Serve a request."""
        if self._app is None:
            from airflow_provider_calendars.plugin.webhooks import make_app

            self._app = make_app(self.connections)
        await self._app(scope, receive, send)


def _apps() -> list[dict[str, Any]]:
    connections = webhook_connections()
    if not connections:
        return []
    return [{"app": Receiver(connections), "url_prefix": "/calendars", "name": "calendars webhooks"}]


class CalendarsPlugin(AirflowPlugin):
    """What Airflow loads."""

    name = "calendars"
    fastapi_apps = _apps()
