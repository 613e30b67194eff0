"""The control API below ``/sandbox``: how another process steers the sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI  # noqa: TID253 - only imported together with the application
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from airflow_provider_calendars.sandbox.clock import Clock, timestamp
from airflow_provider_calendars.sandbox.exchange import System
from airflow_provider_calendars.sandbox.faults import Fault, Faults, fault_as_dict
from airflow_provider_calendars.sandbox.journal import Journal
from airflow_provider_calendars.sandbox.settings import Settings

Body = Mapping[str, Any]


class Control:
    """What can be looked at and changed from outside.

    :param systems: the vendors.
    :param settings: the settings of the sandbox.
    :param faults: its faults.
    :param journal: its journal.
    :param clock: its time.
    :param reset: makes the sandbox as good as new.
    """

    def __init__(
        self,
        *,
        systems: Sequence[System[Any]],
        settings: Settings,
        faults: Faults,
        journal: Journal,
        clock: Clock,
        reset: Callable[[], None],
    ) -> None:
        self._systems = systems
        self._settings = settings
        self._faults = faults
        self._journal = journal
        self._clock = clock
        self._reset = reset

    def add_to(self, app: FastAPI) -> None:
        """Serve the control API.

        :param app: the application.
        """
        for method, path, act in self._routes():
            app.add_api_route(f"/sandbox{path}", _endpoint(act), methods=[method])

    def _routes(self) -> list[tuple[str, str, Callable[[Body], Any]]]:
        routes = [
            ("GET", "/state", self._state),
            ("GET", "/journal", lambda _: [entry.as_dict() for entry in self._journal.entries]),
            ("GET", "/faults", lambda _: [fault_as_dict(fault) for fault in self._faults.waiting()]),
            ("POST", "/faults", self._add_fault),
            ("DELETE", "/faults", self._clear_faults),
            ("GET", "/settings", lambda _: self._settings.as_dict()),
            ("PATCH", "/settings", self._change_settings),
            ("POST", "/clock", self._advance),
            ("POST", "/reset", self._start_anew),
        ]
        for system in self._systems:
            for name, act in system.actions.items():
                routes.append(("POST", f"/{system.name}/{name}", _locked(system, act)))
        return routes

    def _state(self, _: Body) -> dict[str, Any]:
        vendors = {system.name: _snapshot(system) for system in self._systems}
        return {"now": timestamp(self._clock.now()), **vendors}

    def _add_fault(self, body: Body) -> dict[str, Any]:
        try:
            return fault_as_dict(self._faults.add(Fault(**body)))
        except TypeError as error:
            fields = ", ".join(Fault.__dataclass_fields__)
            raise ValueError(
                f"a fault needs a `kind` and may have these fields: {fields} ({error})"
            ) from error

    def _clear_faults(self, _: Body) -> list[Any]:
        self._faults.clear()
        return []

    def _change_settings(self, body: Body) -> dict[str, Any]:
        self._settings.update(body)
        return self._settings.as_dict()

    def _advance(self, body: Body) -> dict[str, Any]:
        seconds = body.get("advance")
        if not isinstance(seconds, int | float):
            raise ValueError('expected {"advance": <seconds>}, a number of seconds to let pass')
        self._clock.advance(seconds)
        return {"now": timestamp(self._clock.now())}

    def _start_anew(self, _: Body) -> dict[str, Any]:
        self._reset()
        return {"message": "the sandbox is as good as new"}


def _snapshot(system: System[Any]) -> dict[str, Any]:
    with system.lock:
        return system.snapshot()


def _locked(system: System[Any], act: Callable[[Body], Any]) -> Callable[[Body], Any]:
    def act_alone(body: Body) -> Any:
        with system.lock:
            return act(body)

    return act_alone


def _endpoint(act: Callable[[Body], Any]) -> Callable[[Request], Any]:
    async def serve(request: Request) -> Response:
        try:
            content = await request.body()
            if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
                act(dict(parse_qsl(content.decode())))
                return RedirectResponse("/", 303)  # a form on the page: show what has become of it
            body = json.loads(content or b"{}")
            if not isinstance(body, dict):
                raise ValueError("expected a JSON object")
            return JSONResponse(act(body))
        except (ValueError, AttributeError, LookupError) as error:
            return JSONResponse({"error": str(error)}, 400)

    return serve
