"""The two drivers that have the conversations flows describe.

:func:`run` uses requests and is for workers, :func:`run_async` uses aiohttp and is for the
triggerer. Neither repeats anything, follows a redirect or keeps a connection open across calls
that must not be repeated: on a kept-alive connection that the server has closed nobody can tell
whether a request arrived.
"""

from __future__ import annotations

import asyncio
import functools
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from airflow_provider_calendars.api.flow import (
    Flow,
    Now,
    Recall,
    Remember,
    Request,
    Response,
    Send,
    Sleep,
    Together,
)
from airflow_provider_calendars.api.policy import Repeat
from airflow_provider_calendars.api.shared_slots import SharedSlots
from airflow_provider_calendars.exceptions import CalendarsError, TransportError

if TYPE_CHECKING:
    import ssl

    import aiohttp
    import requests

T = TypeVar("T")


class Store(Protocol):
    """Where secret texts are remembered."""

    def recall(self, key: str, *, fresh: bool) -> str | None:
        """Return what is remembered under a key."""

    def remember(self, key: str, value: str) -> None:
        """Keep a text under a key."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait for a server.

    :param connect: seconds until a connection must stand.
    :param read: seconds until the server must say something.
    """

    connect: float = 10.0
    read: float = 60.0


@dataclass(slots=True)
class Driver:
    """Runs flows.

    :param store: where tokens are remembered.
    :param timeouts: how long to wait for the server.
    :param user_agent: what the server is told about the client.
    :param clock: the time in seconds since the epoch.
    :param pause: waits in workers.
    :param slots: where processes of this machine reserve moments for their requests.
    """

    store: Store
    timeouts: Timeouts
    user_agent: str
    clock: Callable[[], float] = time.time
    pause: Callable[[float], None] = time.sleep
    slots: SharedSlots = field(default_factory=SharedSlots)

    def run(self, flow: Flow[T]) -> T:
        """Have the conversation of a flow over requests and return its result."""
        with _requests_session() as session:
            go_on: Callable[[], object] = functools.partial(flow.send, None)
            while True:
                try:
                    effect = go_on()
                except StopIteration as end:
                    result: T = end.value
                    return result
                try:
                    go_on = functools.partial(flow.send, self._perform(session, effect))
                except CalendarsError as failure:
                    # the flow may have to tidy up
                    go_on = functools.partial(flow.throw, failure)

    async def run_async(self, flow: Flow[T]) -> T:
        """Have the conversation of a flow over aiohttp and return its result."""
        async with _aiohttp_session(self.timeouts) as session:
            go_on: Callable[[], object] = functools.partial(flow.send, None)
            while True:
                try:
                    effect = go_on()
                except StopIteration as end:
                    result: T = end.value
                    return result
                try:
                    go_on = functools.partial(flow.send, await self._perform_async(session, effect))
                except CalendarsError as failure:
                    go_on = functools.partial(flow.throw, failure)

    def _perform(self, session: requests.Session, effect: object) -> Any:
        match effect:
            case Send(request):
                return self._send(session, request)
            case Sleep(seconds):
                return self.pause(seconds)
            case _:
                return self._know(effect)

    async def _perform_async(self, session: aiohttp.ClientSession, effect: object) -> Any:
        match effect:
            case Send(request):
                return await self._send_async(session, request)
            case Sleep(seconds):
                return await asyncio.sleep(seconds)
            case Now():
                return self._know(effect)
            case _:
                # reading an Airflow Variable or a locked file blocks, and the triggerer's loop must not
                from asgiref.sync import sync_to_async

                return await sync_to_async(self._know)(effect)

    def _know(self, effect: object) -> Any:
        match effect:
            case Now():
                return self.clock()
            case Recall(key, fresh):
                return self.store.recall(key, fresh=fresh)
            case Remember(key, value):
                return self.store.remember(key, value)
            case Together(key, change):
                return self.slots.change(key, change)
        raise TypeError(f"A flow yielded {type(effect).__name__}, which is no effect.")

    def _send(self, session: requests.Session, request: Request) -> Response | TransportError:
        import requests

        if request.repeat is not Repeat.ALWAYS:
            session.close()
        try:
            response = session.request(
                request.method,
                request.url,
                params=request.params,
                json=request.json,
                data=request.form,
                files=_requests_files(request),
                headers=self._headers(request),
                # given, it keeps requests from putting a .netrc entry in place of our credentials
                auth=_unchanged,
                timeout=(self.timeouts.connect, self.timeouts.read),
                allow_redirects=False,
            )
        except requests.RequestException as failure:
            return _requests_failure(failure)
        if _is_short(response):
            return TransportError("the answer was cut off")
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Response(response.status_code, headers, response.content, self.clock())

    async def _send_async(
        self, session: aiohttp.ClientSession, request: Request
    ) -> Response | TransportError:
        import aiohttp

        try:
            async with session.request(
                request.method,
                request.url,
                params=request.params,
                json=request.json,
                data=_aiohttp_form(request),
                headers=self._headers(request),
                proxy=_proxy(request.url),
                allow_redirects=False,
            ) as response:
                body = await response.read()
                # one that comes twice is joined, as requests does
                given = response.headers
                headers = {name.lower(): ", ".join(given.getall(name)) for name in given}
                return Response(response.status, headers, body, self.clock())
        except (aiohttp.ClientError, TimeoutError) as failure:
            return _aiohttp_failure(failure)

    def _headers(self, request: Request) -> dict[str, str]:
        closing = {} if request.repeat is Repeat.ALWAYS else {"Connection": "close"}
        return {"User-Agent": self.user_agent, **closing, **request.headers}


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _requests_session() -> requests.Session:
    import requests

    return requests.Session()


def _requests_files(request: Request) -> dict[str, tuple[str, bytes, str]] | None:
    if request.files is None:
        return None
    return {name: (file.filename, file.content, file.content_type) for name, file in request.files.items()}


def _is_short(response: requests.Response) -> bool:
    announced = response.headers.get("Content-Length", "")
    return announced.isdigit() and response.request.method != "HEAD" and response.raw.tell() < int(announced)


def _requests_failure(failure: requests.RequestException) -> TransportError:
    import requests
    from urllib3.exceptions import MaxRetryError, NewConnectionError

    if isinstance(failure, ValueError):
        return TransportError(f"it cannot be sent ({type(failure).__name__})", sent=False)
    if isinstance(failure, requests.ConnectTimeout):
        return TransportError("no connection in time", sent=False)
    if isinstance(failure, requests.Timeout):
        return TransportError("no answer in time")
    cause = failure.args[0] if failure.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    refused = isinstance(reason, NewConnectionError) or isinstance(
        getattr(reason, "original_error", None), NewConnectionError
    )
    if refused:
        return TransportError("no connection (refused, or an unknown host name)", sent=False)
    if isinstance(failure, requests.exceptions.SSLError):
        return TransportError(
            f"no secure connection ({type(reason).__name__})", sent=not _is_untrusted(reason)
        )
    return TransportError(f"the connection broke ({type(failure).__name__})")


def _is_untrusted(reason: object) -> bool:
    return "CERTIFICATE_VERIFY_FAILED" in str(reason)


def _aiohttp_session(timeouts: Timeouts) -> aiohttp.ClientSession:
    import aiohttp

    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True, ssl=_ssl_context()),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=timeouts.connect, sock_read=timeouts.read),
    )
    # aiohttp repeats a GET unasked whose connection drops, also a new one, and offers no other switch
    session._retry_connection = False
    return session


def _proxy(url: str) -> str | None:
    """Return the environment's proxy for a URL, as requests finds it.

    aiohttp's own way, ``trust_env``, would also take credentials from a ``.netrc``.
    """
    from requests.utils import get_environ_proxies, select_proxy

    proxy: str | None = select_proxy(url, get_environ_proxies(url))
    return proxy if proxy is None or "://" in proxy else f"http://{proxy}"


def _ssl_context() -> ssl.SSLContext:
    """Trust what requests trusts, so that both drivers reach the same hosts."""
    import certifi

    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or certifi.where()
    return _context_of(bundle)


@functools.cache
def _context_of(bundle: str) -> ssl.SSLContext:
    import ssl

    if os.path.isdir(bundle):
        return ssl.create_default_context(capath=bundle)
    return ssl.create_default_context(cafile=bundle)


def _aiohttp_form(request: Request) -> aiohttp.FormData | None:
    import aiohttp

    if request.form is None and request.files is None:
        return None
    form = aiohttp.FormData(dict(request.form or {}))
    for name, file in (request.files or {}).items():
        form.add_field(name, file.content, filename=file.filename, content_type=file.content_type)
    return form


def _aiohttp_failure(failure: Exception) -> TransportError:
    import aiohttp

    if isinstance(failure, aiohttp.ConnectionTimeoutError):
        return TransportError("no connection in time", sent=False)
    if isinstance(failure, TimeoutError):
        return TransportError("no answer in time")
    if isinstance(failure, aiohttp.ClientConnectorCertificateError):
        return TransportError("no secure connection (the certificate is not trusted)", sent=False)
    if isinstance(failure, aiohttp.ClientConnectorError):
        return TransportError("no connection (refused, or an unknown host name)", sent=False)
    return TransportError(f"the connection broke ({type(failure).__name__})")
