"""What the page shows of one connection: a table, or what is wrong and what to do."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from airflow_provider_calendars.exceptions import (
    AuthError,
    CalendarsError,
    ConfigurationError,
    OperationUnavailable,
    PermissionDenied,
    RateLimited,
    ServerError,
    TransportError,
)
from airflow_provider_calendars.hooks.base import CalendarsHook
from airflow_provider_calendars.hooks.highlevel import HighLevelHook
from airflow_provider_calendars.hooks.lemcal import LemcalHook
from airflow_provider_calendars.hooks.lets_calendar import LetsCalendarHook
from airflow_provider_calendars.plugin.page.connections import read_connection
from airflow_provider_calendars.plugin.page.highlevel import appointments_table
from airflow_provider_calendars.plugin.page.lemcal import meetings_table
from airflow_provider_calendars.plugin.page.lets_calendar import campaign_counts, campaigns_table
from airflow_provider_calendars.plugin.page.patience import ANSWER_TIMEOUT
from airflow_provider_calendars.plugin.page.tables import Table

log = logging.getLogger(__name__)

_HOOKS: Mapping[str, type[CalendarsHook[Any]]] = {
    each.conn_type: each for each in (LetsCalendarHook, LemcalHook, HighLevelHook)
}
_TABLES: Mapping[str, Callable[[Any, datetime], Table]] = {
    "lets_calendar": campaigns_table,
    "lemcal": meetings_table,
    "highlevel": appointments_table,
}
# the first that fits; what to do where the error itself does not say it
_FAILURES: Mapping[type[CalendarsError], tuple[str, str]] = {
    AuthError: ("The credentials are refused", ""),
    OperationUnavailable: ("The account does not have this operation", ""),
    PermissionDenied: ("The credentials may not read this", "Give them the right to read at the vendor."),
    RateLimited: ("The vendor is asked too often", "Wait some minutes, then refresh."),
    ServerError: ("The vendor fails", "Refresh later."),
    TransportError: (
        "The vendor cannot be reached",
        "Check the host of the connection and the network of the API server, then refresh.",
    ),
    ConfigurationError: ("The connection cannot be used as it is", "Edit it under Admin, Connections."),
    CalendarsError: ("The vendor's answer cannot be used", "Refresh later."),
}


class Cards:
    """Makes cards, with one hook a connection, so that all of them share a login."""

    def __init__(self) -> None:
        self._hooks: dict[str, CalendarsHook[Any]] = {}

    def card(self, conn_id: str) -> dict[str, Any]:
        """Ask a vendor what it has, and return that or what is wrong."""
        said: dict[str, Any] = {"connection_id": conn_id}
        try:
            hook = self._hook(conn_id)
            said |= {"conn_type": hook.conn_type, "mode": hook.settings.mode}
            table = _TABLES[hook.conn_type](hook.hurried(ANSWER_TIMEOUT), datetime.now(UTC))
            said["table"] = table.to_json()
        except Exception as error:  # noqa: BLE001 - whatever it is: it is shown, and the other cards are, too
            said["error"] = failure(conn_id, error)
        return {**said, "read_at": datetime.now(UTC).isoformat(timespec="seconds")}

    def counts(self, conn_id: str, campaign_id: str) -> dict[str, Any]:
        """Ask Let's Calendar for the attendees of a campaign, and return counts or what is wrong."""
        try:
            hook = self._hook(conn_id)
            if not isinstance(hook, LetsCalendarHook):
                raise ConfigurationError(f"Connection {conn_id!r} has no campaigns.")
            return {"counts": campaign_counts(hook.hurried(ANSWER_TIMEOUT), campaign_id)}
        except Exception as error:  # noqa: BLE001 - as above
            return {"error": failure(conn_id, error)}

    def _hook(self, conn_id: str) -> CalendarsHook[Any]:
        connection = read_connection(conn_id)
        if connection.conn_type not in _HOOKS:
            raise ConfigurationError(
                f"Connection {conn_id!r} is of type {connection.conn_type!r:.40}, not {', '.join(_HOOKS)}."
            )
        hook = _HOOKS[connection.conn_type](conn_id).using(connection)
        known = self._hooks.get(conn_id)
        # the same login as long as the connection says the same
        if type(known) is type(hook) and known.settings == hook.settings:
            return known
        self._hooks[conn_id] = hook
        return hook


def failure(conn_id: str, error: Exception) -> dict[str, str]:
    """Return what is wrong with a connection, and what to do."""
    if not isinstance(error, CalendarsError):
        # what it says may be a part of the connection
        log.warning("Connection %s cannot be shown: %s", conn_id, type(error).__name__)
        return {
            "title": "The connection cannot be read",
            "text": f"Airflow could not read it ({type(error).__name__}).",
            "advice": "Check that it exists, with one of the types of this provider.",
        }
    title, advice = next(said for kind, said in _FAILURES.items() if isinstance(error, kind))
    log.info("Connection %s cannot be shown: %s", conn_id, error)
    return {"title": title, "text": str(error), "advice": advice}
