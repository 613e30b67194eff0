"""The Airflow plugin: the page of campaigns, and the receiver of the vendors' webhooks, on the API server.

There is a webhook endpoint for a connection only if ``[calendars] webhook_connections`` names it; one of
lemcal also needs a ``webhook_secret``. Workers load plugins, too, so nothing is imported but this module
until the first request comes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from airflow.plugins_manager import AirflowPlugin

from airflow_provider_calendars._compat import conf

__all__ = ["CalendarsPlugin"]

Message = MutableMapping[str, Any]

_WEBHOOKS = "/calendars"
_PAGE = "/calendars-page"


def webhook_connections() -> tuple[str, ...]:
    """Return the ids of the connections that may receive webhooks."""
    return _listed("webhook_connections")


def page_connections() -> tuple[str, ...]:
    """Return the ids of the connections that the page shows although Airflow cannot list them."""
    return _listed("page_connections")


def _listed(option: str) -> tuple[str, ...]:
    listed: str = conf.get("calendars", option, fallback="") or ""
    return tuple(each.strip() for each in listed.split(",") if each.strip())


class LazyApp:
    """A web application that is made when its first request comes.

    :param make: makes it.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._app: Any = None

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Serve a request."""
        if self._app is None:
            self._app = self._make()
        await self._app(scope, receive, send)


def _page() -> Any:
    from airflow_provider_calendars.plugin.page.app import make_app

    return make_app()


def _receiver(connections: tuple[str, ...]) -> Any:
    from airflow_provider_calendars.plugin.webhooks import make_app

    return make_app(connections)


def _apps() -> list[dict[str, Any]]:
    apps: list[dict[str, Any]] = [{"app": LazyApp(_page), "url_prefix": _PAGE, "name": "calendars page"}]
    if connections := webhook_connections():
        receiver = LazyApp(lambda: _receiver(connections))
        apps.append({"app": receiver, "url_prefix": _WEBHOOKS, "name": "calendars webhooks"})
    return apps


def _external_views() -> list[dict[str, Any]]:
    # Airflow takes an absolute path as it is, so what it is served under has to be in it
    served_under = urlsplit(conf.get("api", "base_url", fallback="") or "").path.rstrip("/")
    page = f"{served_under}{_PAGE}"
    icons = {"icon": f"{page}/static/icon.svg", "icon_dark_mode": f"{page}/static/icon_dark.svg"}
    return [
        {
            "name": "Campaigns",
            "href": f"{page}/",
            "destination": "nav",
            "category": "browse",
            "url_route": "calendars",
            **icons,
        },
        {
            "name": "Campaign report",
            "href": f"{page}/report?dag_id={{DAG_ID}}&run_id={{RUN_ID}}",
            "destination": "dag_run",
            "url_route": "campaign-report",
            **icons,
        },
    ]


class CalendarsPlugin(AirflowPlugin):
    """What Airflow loads."""

    name = "calendars"
    fastapi_apps = _apps()
    external_views = _external_views()
