"""Where every request to a vendor passes: read, noted down, damaged on demand, answered."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from airflow_provider_calendars.sandbox.clock import Clock
from airflow_provider_calendars.sandbox.exchange import Answer, Call, Operation, System, UploadedFile
from airflow_provider_calendars.sandbox.faults import Fault, Faults
from airflow_provider_calendars.sandbox.journal import Journal, entry_of
from airflow_provider_calendars.sandbox.replies import damaged, to_response

# the status that was sent, if any, and the kind of the fault, if any
Outcome = tuple[int | None, str | None]
Endpoint = Callable[[Request], Awaitable[Response]]


class Desk:
    """Takes the requests of all vendors.

    :param faults: what goes wrong.
    :param journal: where requests are noted down.
    :param clock: the time.
    :param log: gets one line for each request, without address or token.
    """

    def __init__(self, faults: Faults, journal: Journal, clock: Clock, log: Callable[[str], None]) -> None:
        self._faults = faults
        self._journal = journal
        self._clock = clock
        self._log = log

    def endpoint(self, system: System[Any], operation: Operation) -> Endpoint:
        """Make the endpoint of an operation.

        :param system: the vendor.
        :param operation: one of its operations.
        """

        async def serve(request: Request) -> Response:
            call = await read_call(request)
            return self.answer(system, operation.name, call, lambda: system.handle(operation, call))

        return serve

    def page(self, system: System[Any], page: Operation) -> Endpoint:
        """Make the endpoint of something that a vendor serves beside its API.

        :param system: the vendor.
        :param page: one of its pages.
        """

        async def serve(request: Request) -> Response:
            call = await read_call(request)
            with system.lock:
                return to_response(page.handler(call))

        return serve

    def answer(self, system: System[Any], operation: str, call: Call, act: Callable[[], Answer]) -> Response:
        """Answer one request, or do to it what a fault asks for.

        :param system: the vendor.
        :param operation: method and path template.
        :param call: the request.
        :param act: carries the operation out.
        """
        fault = self._faults.take(system.name, operation)
        refusal, headers = system.limiter.admit(call)
        acts = refusal is None and (fault is None or fault.server_acts)
        with system.lock:
            answer = act() if acts else refusal
        answer = _replaced(answer, fault, system)
        self._note(system.name, operation, call, acts, _outcome(answer, fault))
        return damaged(replace(answer, headers={**headers, **answer.headers}), fault)

    def _note(self, system: str, operation: str, call: Call, acted: bool, outcome: Outcome) -> None:
        status, fault = outcome
        facts = {"system": system, "operation": operation, "status": status, "fault": fault}
        self._journal.add(entry_of(call, at=self._clock.now(), acted=acted, **facts))
        self._log(f"{system} {operation} {status or 'dropped'}{f' fault={fault}' if fault else ''}")


def _replaced(answer: Answer | None, fault: Fault | None, system: System[Any]) -> Answer:
    if fault is not None and (answer is None or fault.kind in ("status", "html")):
        return fault.answer(system.error)
    assert answer is not None  # without a fault there is always an answer
    return answer


def _outcome(answer: Answer, fault: Fault | None) -> Outcome:
    kind = fault.kind if fault else None
    return (None if kind in ("lost_before", "lost_after") else answer.status), kind


async def read_call(request: Request) -> Call:
    """Read a request to its end, and take it apart.

    :param request: the request.
    """
    document, body, files = await _read_body(request)
    return Call(
        method=request.method,
        path=request.url.path,
        origin=str(request.base_url).rstrip("/"),
        headers=dict(request.headers),
        path_values={name: str(value) for name, value in request.path_params.items()},
        query=dict(request.query_params),
        queries={name: tuple(request.query_params.getlist(name)) for name in request.query_params},
        body=body,
        json=document,
        files=files,
    )


async def _read_body(request: Request) -> tuple[Any, dict[str, Any], dict[str, UploadedFile]]:
    content_type = request.headers.get("content-type", "")
    if content_type.startswith(("multipart/form-data", "application/x-www-form-urlencoded")):
        return None, *await _read_form(request)
    body = await request.body()
    # a body that is not declared as JSON is no input for the vendors' frameworks
    document = _json(body) if "json" in content_type else None
    return document, (document if isinstance(document, dict) else {}), {}


async def _read_form(request: Request) -> tuple[dict[str, Any], dict[str, UploadedFile]]:
    async with request.form() as form:
        files = {
            name: UploadedFile(value.filename or "", await value.read())
            for name, value in form.items()
            if isinstance(value, UploadFile)
        }
        return {name: value for name, value in form.items() if name not in files}, files


def _json(content: bytes) -> Any:
    """Read a JSON document; like Laravel, take what is none for nothing."""
    try:
        return json.loads(content)
    except ValueError:
        return None
