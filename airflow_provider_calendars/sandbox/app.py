"""The web application: every vendor's operations, the control API and the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI  # noqa: TID253 - this module is the application; imported when one starts
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from airflow_provider_calendars.sandbox.control import Control
from airflow_provider_calendars.sandbox.desk import Desk, read_call
from airflow_provider_calendars.sandbox.exchange import System
from airflow_provider_calendars.sandbox.page import index_page


def build_app(systems: Sequence[System[Any]], desk: Desk, control: Control) -> FastAPI:
    """Put the application together.

    :param systems: the vendors.
    :param desk: takes their requests.
    :param control: the control API.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    control.add_to(app)
    app.add_api_route("/", index_page(systems), methods=["GET"])
    for system in systems:
        _add_system(app, system, desk)
    _add_refusals(app, systems, desk)
    return app


def _add_system(app: FastAPI, system: System[Any], desk: Desk) -> None:
    for page in system.pages:
        app.add_api_route(page.path, desk.page(system, page), methods=[page.method])
    for operation in system.operations:
        for path in system.paths(operation):
            app.add_api_route(path, desk.endpoint(system, operation), methods=[operation.method])


def _add_refusals(app: FastAPI, systems: Sequence[System[Any]], desk: Desk) -> None:
    async def refuse(request: Request, error: Exception) -> Response:
        call = await read_call(request)
        system = next((one for one in systems if one.owns(call.path)), None)
        if system is None:
            return JSONResponse({"error": f"the sandbox has no {call.method} {call.path}"}, 404)
        allowed = (getattr(error, "headers", None) or {}).get("Allow")
        if allowed:
            return desk.answer(system, "", call, lambda: system.wrong_method(call, allowed))
        return desk.answer(system, "", call, lambda: system.unknown_route(call))

    app.add_exception_handler(404, refuse)
    app.add_exception_handler(405, refuse)
