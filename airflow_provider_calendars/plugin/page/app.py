"""The web application behind the page: shells and scripts for everybody, data for whoever may read it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import (
    GetUserDep,
    requires_access_connection,
    requires_access_dag,
)
from fastapi import Depends, FastAPI, HTTPException, Request, Response  # noqa: TID253 - loaded by the first request
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles

from airflow_provider_calendars.exceptions import TransportError
from airflow_provider_calendars.plugin.page.answers import Answers
from airflow_provider_calendars.plugin.page.cards import Cards, failure
from airflow_provider_calendars.plugin.page.connections import known_connections, may_read
from airflow_provider_calendars.plugin.page.reports import reports_of
from airflow_provider_calendars.provider_info import SYSTEMS

_FILES = Path(__file__).parent / "static"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    # what one user may see is not for the next one
    "Cache-Control": "no-store",
}
_READS_CONNECTION = [Depends(requires_access_connection("GET"))]
_READS_XCOM = [Depends(requires_access_dag("GET", DagAccessEntity.XCOM))]


def make_app() -> FastAPI:
    """Return the application; it answers GET only."""
    app = FastAPI(title="Calendars page", docs_url=None, redoc_url=None, openapi_url=None)
    app.middleware("http")(_with_headers)
    _add_shells(app)
    _add_connections(app)
    _add_reports(app)
    app.mount("/static", StaticFiles(directory=_FILES))
    return app


async def _with_headers(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await answer(request)
    response.headers.update(_HEADERS)
    return response


def _add_shells(app: FastAPI) -> None:
    @app.get("/")
    async def page() -> FileResponse:
        """Return the page of campaigns, without any."""
        return FileResponse(_FILES / "page.html")

    @app.get("/report")
    async def report() -> FileResponse:
        """Return the page of a run's reports, without any."""
        return FileResponse(_FILES / "report.html")


def _add_connections(app: FastAPI) -> None:
    answers, cards = Answers(), Cards()

    @app.get("/api/connections")
    def connections(user: GetUserDep) -> dict[str, Any]:
        """Return the connections that the user may read."""
        known = known_connections()
        readable = [each for each in known if may_read(each.conn_id, user)]
        return {
            "connections": [
                {
                    "connection_id": each.conn_id,
                    "conn_type": each.conn_type,
                    "system": _system(each.conn_type),
                }
                for each in readable
            ],
            "withheld": len(readable) < len(known),
        }

    @app.get("/api/connections/{connection_id}", dependencies=_READS_CONNECTION)
    async def connection(connection_id: str, fresh: bool = False) -> dict[str, Any]:
        """Return what the vendor of a connection has."""
        await _check_known(connection_id)
        try:
            card = await answers.get(connection_id, lambda: cards.card(connection_id), fresh=fresh)
        except TransportError as late:
            card = {"connection_id": connection_id, "error": failure(connection_id, late)}
        return {**card, "system": _system(card.get("conn_type"))}

    @app.get("/api/connections/{connection_id}/campaigns/{campaign_id}", dependencies=_READS_CONNECTION)
    async def counts(connection_id: str, campaign_id: str, fresh: bool = False) -> dict[str, Any]:
        """Return how many attendees of a campaign are in which state."""
        await _check_known(connection_id)
        question = (connection_id, campaign_id)
        try:
            found: dict[str, Any] = await answers.get(question, lambda: cards.counts(*question), fresh=fresh)
        except TransportError as late:
            found = {"error": failure(connection_id, late)}
        return found


def _add_reports(app: FastAPI) -> None:
    @app.get("/api/reports", dependencies=_READS_XCOM)
    def reports(dag_id: str, run_id: str) -> dict[str, Any]:
        """Return the campaign reports of a run."""
        return reports_of(dag_id, run_id)


async def _check_known(connection_id: str) -> None:
    known = await run_in_threadpool(known_connections)
    if connection_id not in {each.conn_id for each in known}:
        raise HTTPException(404, "The page shows no such connection")


def _system(conn_type: str | None) -> str:
    return SYSTEMS[conn_type]["hook-name"] if conn_type in SYSTEMS else ""
