"""The web application that receives webhooks: who may call it, what it takes, how fast it answers."""

from __future__ import annotations

import hmac
import json
import logging
import re
from collections.abc import Iterable, MutableMapping
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, HTTPException, Request, Response  # noqa: TID253 - loaded by the first request
from starlette.concurrency import run_in_threadpool

from airflow_provider_calendars.exceptions import ConfigurationError
from airflow_provider_calendars.hooks.highlevel import HighLevelHook
from airflow_provider_calendars.hooks.lemcal import LemcalHook
from airflow_provider_calendars.plugin.bookings import Bookings
from airflow_provider_calendars.plugin.highlevel import (
    SIGNATURE,
    Appointments,
    NotBelieved,
    is_signed,
    public_key,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

log = logging.getLogger(__name__)

LARGEST_BODY = 256 * 1024
_MEETING_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


def make_app(connections: Iterable[str]) -> FastAPI:
    """Return the application for the connections that may receive webhooks."""
    _keep_tokens_out_of_access_logs()
    allowed = frozenset(connections)
    bookings: MutableMapping[str, Bookings] = {}
    appointments: MutableMapping[str, Appointments] = {}
    app = FastAPI(title="Calendars webhooks", docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/webhooks/lemcal/{conn_id}")
    async def lemcal(conn_id: str, request: Request, token: str = "") -> Response:
        """Take a booking, and answer before it is looked up."""
        hook = await _authorised(allowed, conn_id, token)
        meeting_id = _meeting_id(await _body(request))
        if conn_id not in bookings:
            bookings[conn_id] = Bookings(hook)
        # with the credentials the connection has now
        bookings[conn_id].hook = hook
        bookings[conn_id].announce(meeting_id)
        return Response(status_code=200)

    @app.post("/webhooks/highlevel/{conn_id}")
    async def highlevel(conn_id: str, request: Request) -> Response:
        """Take what has happened to an appointment, and answer when it is an event."""
        if conn_id not in allowed:
            raise _unauthorised()
        body = await _body(request)
        taker = appointments.setdefault(conn_id, Appointments(conn_id))
        hook, key = await _known(taker, body)
        if not is_signed(body, request.headers.get(SIGNATURE, ""), key):
            log.warning("A webhook for connection %s was refused: wrong signature.", conn_id)
            raise _unauthorised()
        return await run_in_threadpool(_taken, taker, body, hook.settings.login)

    return app


async def _known(taker: Appointments, body: bytes) -> tuple[HighLevelHook, Ed25519PublicKey]:
    """Return a connection's hook and the key of its webhooks; what is wrong looks the same from outside."""
    conn_id = taker.conn_id
    hook = HighLevelHook(conn_id)
    try:
        return hook, public_key(await run_in_threadpool(lambda: hook.webhook_public_key))
    except ConfigurationError as wrong:
        log.warning("Connection %s cannot receive webhooks: %s", conn_id, wrong)
        raise _unauthorised() from None
    except Exception as error:  # noqa: BLE001 - it is listed, so what cannot be read now can be later
        log.warning("Connection %s cannot be read now: %s", conn_id, error)
        await run_in_threadpool(taker.put_off, body)
        raise HTTPException(429, "Try again") from None


def _taken(taker: Appointments, body: bytes, location_id: str) -> Response:
    try:
        taker.take(body, location_id)
    except NotBelieved as refusal:
        log.warning("A webhook for connection %s was refused: %s.", taker.conn_id, refusal)
        return Response("Unauthorized", status_code=401)
    except (ValueError, RecursionError) as wrong:
        log.warning("A webhook for connection %s is not an event: %s.", taker.conn_id, type(wrong).__name__)
        return Response("Not an event of HighLevel", status_code=400)
    except Exception as error:  # noqa: BLE001 - whatever it was: the event must not be lost
        log.warning("A webhook for connection %s cannot be saved now: %s", taker.conn_id, error)
        # the only answer that makes HighLevel try again
        return Response("Try again", status_code=429)
    return Response(status_code=200)


async def _authorised(allowed: frozenset[str], conn_id: str, token: str) -> LemcalHook:
    """Return the connection's hook if the token is right; all that is wrong looks the same from outside."""
    if conn_id not in allowed:
        raise _unauthorised()
    hook = LemcalHook(conn_id)
    try:
        secret = await run_in_threadpool(lambda: hook.webhook_secret)
    except Exception as error:  # noqa: BLE001 - whatever is wrong here is nobody's business outside
        log.warning("Connection %s cannot receive webhooks: %s", conn_id, error)
        raise _unauthorised() from None
    if not secret or not hmac.compare_digest(token.encode(), secret.encode()):
        log.warning("A webhook for connection %s was refused: wrong token.", conn_id)
        raise _unauthorised()
    return hook


def _unauthorised() -> HTTPException:
    # a new one each time: an exception keeps all the frames it was ever raised through
    return HTTPException(401, "Unauthorized")


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise HTTPException(413, f"More than {LARGEST_BODY} bytes")
    return body


def _meeting_id(body: bytes) -> str:
    try:
        meeting_id = json.loads(body)["_id"]
    except (KeyError, TypeError, ValueError, RecursionError):
        raise HTTPException(400, "Expected a meeting: a JSON object with _id") from None
    if not isinstance(meeting_id, str) or not _MEETING_ID.fullmatch(meeting_id):
        raise HTTPException(400, "_id is not the id of a meeting")
    return meeting_id


class _Redact(logging.Filter):
    """Takes tokens out of access log lines; Airflow itself does from 3.2 on."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record, and let it pass."""
        if isinstance(record.args, tuple):
            record.args = tuple(_without_token(each) for each in record.args)
        record.msg = _without_token(record.msg)
        return True


def _without_token(value: Any) -> Any:
    return re.sub(r"([?&]token=)[^&\s\"]*", r"\1***", value) if isinstance(value, str) else value


def _keep_tokens_out_of_access_logs() -> None:
    for name in ("uvicorn.access", "gunicorn.access", "airflow.api_fastapi"):
        logger = logging.getLogger(name)
        if not any(isinstance(each, _Redact) for each in logger.filters):
            logger.addFilter(_Redact())
