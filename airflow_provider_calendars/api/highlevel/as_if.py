"""What HighLevel would answer, for a dry run."""

from __future__ import annotations

from typing import Any

from airflow_provider_calendars.api.flow import Request
from airflow_provider_calendars.api.rehearsal import body_of, id_of, last_segment

_WRAPPERS = ("calendar", "appointment", "group", "note", "schedule", "contact")
_LISTS = ("calendars", "events", "groups", "notes", "schedules", "contacts")


def answer_as_if(request: Request) -> Any:
    """Return an answer to a request that was not sent: what it said, wherever one may look for it."""
    if isinstance(request.json, list):
        return [{**each, "_id": f"{id_of(request)}-{number}"} for number, each in enumerate(request.json)]
    is_new = request.method == "POST" and not request.url.endswith("/tags")
    thing = {"id": id_of(request) if is_new else last_segment(request), **body_of(request)}
    return {
        **thing,
        **dict.fromkeys(_WRAPPERS, thing),
        **{name: [] for name in _LISTS},
        "new": True,
        "available": True,
        "authorizationCode": "",
    }
