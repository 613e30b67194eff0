"""Responses as the web server sends them, among them those that no web server should send."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from airflow_provider_calendars.sandbox.exchange import JSON, Answer
from airflow_provider_calendars.sandbox.faults import Fault


def to_response(answer: Answer) -> Response:
    """Turn an answer into a response.

    :param answer: what the client is to get.
    """
    response = Response(_content(answer), answer.status, media_type=_media_type(answer))
    for name, values in answer.headers.items():
        for value in (values,) if isinstance(values, str) else values:
            response.headers.append(name, value)
    return response


def _content(answer: Answer) -> Any:
    if answer.status == 204:
        return b""
    return json.dumps(answer.body) if answer.media_type == JSON else answer.body


def _media_type(answer: Answer) -> str | None:
    return None if answer.status == 204 else answer.media_type


def damaged(answer: Answer, fault: Fault | None) -> Response:
    """Turn an answer into what is left of it after a fault.

    :param answer: what the client would get.
    :param fault: what goes wrong.
    """
    response = to_response(answer)
    if fault is None:
        return response
    if fault.kind in ("lost_before", "lost_after"):
        return Lost()
    if fault.kind == "slow":
        return Slow(response, fault.seconds)
    return Truncated(response) if fault.kind == "truncated" else response


class Lost(Response):
    """No response at all: the connection is dropped."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        """Drop the connection."""
        scope["state"]["transport"].abort()
        await _gone(receive)


class Truncated(Response):
    """Half a response: all headers, half of the body, then the connection is closed."""

    def __init__(self, whole: Response) -> None:
        super().__init__()
        self._whole = whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send half of the body."""
        start = {"status": self._whole.status_code, "headers": self._whole.raw_headers}
        await send({"type": "http.response.start", **start})
        half = bytes(self._whole.body)[: len(self._whole.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        scope["state"]["transport"].close()
        await _gone(receive)


class Slow(Response):
    """A response that takes a while."""

    def __init__(self, prompt: Response, seconds: float) -> None:
        super().__init__()
        self._prompt = prompt
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response after a while, unless the client has gone by then."""
        try:
            await asyncio.wait_for(_gone(receive), self._seconds)
        except TimeoutError:
            await self._prompt(scope, receive, send)


async def _gone(receive: Receive) -> None:
    """Wait until the connection is closed."""
    message: Any = await receive()
    while message["type"] != "http.disconnect":
        message = await receive()
