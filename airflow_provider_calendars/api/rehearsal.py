"""Doing as if: what would change a vendor's state stays on this machine and is answered here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from airflow_provider_calendars.api.fingerprints import fingerprint
from airflow_provider_calendars.api.flow import Request, Response

PREFIX = "dry-run-"


def is_rehearsed(value: Any) -> bool:
    """Return whether a value is the id of something that was created as if."""
    return isinstance(value, str) and value.startswith(PREFIX)


class Rehearsal:
    """What has been done as if.

    Requests that would change something, and those that speak of what was created as if, are answered
    here. All others read the vendor's real state.
    """

    def __init__(self) -> None:
        self.operations: list[str] = []

    def takes(self, request: Request) -> bool:
        """Return whether a request must not leave the machine."""
        if request.changes:
            return True
        return PREFIX in request.url or PREFIX in repr((request.params, request.json, request.form))

    def response(self, request: Request, answer: Any, time: float) -> Response:
        """Return an answer as the vendor would give it, and note what was asked."""
        if request.changes:
            self.operations.append(request.operation)
        return Response(200, {}, json.dumps(answer).encode(), time)


def id_of(request: Request) -> str:
    """Return the id of what a request would create; the same for the same request."""
    upload = {name: file.filename for name, file in (request.files or {}).items()}
    content = [request.operation, request.json, request.form, upload]
    return f"{PREFIX}{fingerprint(content)[:16]}"


def last_segment(request: Request) -> str:
    """Return what stands at the end of a request's path, which is an id where a thing is changed."""
    return request.url.partition("?")[0].rstrip("/").rpartition("/")[2]


def body_of(request: Request) -> Mapping[str, Any]:
    """Return the fields of a request's body, none if it has no fields."""
    body = request.json if isinstance(request.json, Mapping) else request.form
    return dict(body or {})
