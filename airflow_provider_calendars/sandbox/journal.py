"""Every request a vendor of the sandbox got, in order."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_calendars.sandbox.clock import timestamp
from airflow_provider_calendars.sandbox.exchange import Call, is_called

_KEPT_HEADERS = ("user-agent", "accept", "content-type")


@dataclass(frozen=True)
class Entry:
    """One request and what became of it.

    :param operation: method and path template, e.g. ``GET /campaign/{campaign_id}/attendees``.
    :param status: the status that was sent; None where the connection was dropped without one.
    :param fault: the kind of the fault that hit the request.
    :param acted: whether the operation was carried out (it may still have refused the request).
    :param authorized: whether an ``Authorization`` header was sent; the token itself is not kept.
    :param body: the fields of the request; kept in memory for assertions, never printed.
    """

    at: float
    system: str
    operation: str
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    authorized: bool
    body: Mapping[str, Any]
    status: int | None
    fault: str | None
    acted: bool

    def as_dict(self) -> dict[str, Any]:
        """Describe the request as JSON: the names of its fields, not their values."""
        shown = {name: getattr(self, name) for name in _SHOWN}
        return {"at": timestamp(self.at), **shown, "body_keys": sorted(self.body)}


_SHOWN = (
    "system",
    "operation",
    "method",
    "path",
    "query",
    "headers",
    "authorized",
    "status",
    "fault",
    "acted",
)


def entry_of(call: Call, **facts: Any) -> Entry:
    """Note down a request, without its token.

    :param call: the request.
    :param facts: the rest of the entry.
    """
    return Entry(
        method=call.method,
        path=call.path,
        query=dict(call.query),
        headers={name: call.headers[name] for name in _KEPT_HEADERS if name in call.headers},
        authorized="authorization" in call.headers,
        body={**call.body, **call.files},
        **facts,
    )


class Journal:
    """The requests so far, oldest first."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._lock = threading.Lock()

    @property
    def entries(self) -> list[Entry]:
        """The requests so far, oldest first."""
        with self._lock:
            return list(self._entries)

    def add(self, entry: Entry) -> None:
        """Note down one more request.

        :param entry: the request.
        """
        with self._lock:
            self._entries.append(entry)

    def calls(self, operation: str, system: str | None = None) -> list[Entry]:
        """List the requests for one operation.

        :param operation: ``POST /send-invite``, ``/send-invite`` or ``send-invite``.
        :param system: only those to one vendor, e.g. ``lets_calendar``.
        """
        found = [entry for entry in self.entries if is_called(entry.operation, operation)]
        return [entry for entry in found if system in (None, entry.system)]

    def clear(self) -> None:
        """Forget all requests."""
        with self._lock:
            self._entries.clear()
