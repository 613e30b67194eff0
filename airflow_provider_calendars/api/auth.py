"""How a request proves who sends it. Each way is a flow, so it can ask the server for a token."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from airflow_provider_calendars.api.flow import Flow, Request, Response, now, recall, remember
from airflow_provider_calendars.exceptions import ServerError

_EXPIRY_MARGIN = 60.0


class Auth(Protocol):
    """What an API asks of its way of authenticating."""

    def headers(self, exchange: Exchange) -> Flow[Mapping[str, str]]:
        """Return the headers that authenticate the next request."""

    def renew(self, refused: Response, used: Mapping[str, str], exchange: Exchange) -> Flow[bool]:
        """Get other credentials after a 401, and return whether there are any.

        :param refused: the 401.
        :param used: the headers that were refused.
        :param exchange: sends a request under the API's retry rules.
        """


Exchange = Callable[[Request], Flow[Response]]


class Unchanging:
    """The same headers for every request, and no others to be had.

    :param headers: what authenticates.
    """

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        self._headers = dict(headers or {})

    def headers(self, exchange: Exchange) -> Flow[Mapping[str, str]]:  # noqa: ARG002
        """Return the headers."""
        yield from ()
        return self._headers

    def renew(self, refused: Response, used: Mapping[str, str], exchange: Exchange) -> Flow[bool]:  # noqa: ARG002
        """Return False: there are no other credentials."""
        yield from ()
        return False


class Basic(Unchanging):
    """A name and a password that go with every request.

    :param username: the name.
    :param password: the password.
    """

    def __init__(self, username: str, password: str) -> None:
        pair = base64.b64encode(f"{username}:{password}".encode()).decode()
        super().__init__({"Authorization": f"Basic {pair}"})


class StaticToken(Unchanging):
    """A bearer token that lives until somebody replaces it at the vendor's.

    :param token: the token.
    """

    def __init__(self, token: str) -> None:
        super().__init__({"Authorization": f"Bearer {token}"})


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token as it is remembered.

    :param value: the token.
    :param expires_at: when it ends, in seconds since the epoch.
    :param owner: a fingerprint of the credentials and the host it was made for.
    """

    value: str = field(repr=False)
    expires_at: float
    owner: str

    @classmethod
    def loads(cls, text: str | None) -> Token | None:
        """Return a remembered token, or None if the text is not one."""
        try:
            stored: Any = json.loads(text or "null")
            return cls(str(stored["access_token"]), float(stored["expires_at"]), str(stored["owner"]))
        except (KeyError, TypeError, ValueError):
            return None

    def dumps(self) -> str:
        """Return the token as text to remember."""
        return json.dumps({"access_token": self.value, "expires_at": self.expires_at, "owner": self.owner})

    def authorization(self) -> Mapping[str, str]:
        """Return the header that carries the token."""
        return {"Authorization": f"Bearer {self.value}"}


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A key and a secret that are exchanged for a bearer token.

    A new token may end older ones, so a remembered one is used as long as it lives, and before a
    new one is made the memory is read again: another task may just have made one.

    :param token_request: the request that makes a token.
    :param read_token: returns the token and its lifetime in seconds from the decoded answer.
    :param memory_key: what the token is remembered under.
    """

    token_request: Request
    read_token: Callable[[Any], tuple[str, float]]
    memory_key: str = "access_token"

    def headers(self, exchange: Exchange) -> Flow[Mapping[str, str]]:
        """Return the header with a live token, made now if none is remembered."""
        token = yield from self._remembered(fresh=False)
        if token is None:
            token = yield from self._remembered(fresh=True)
        if token is None:
            token = yield from self._make(exchange)
        return token.authorization()

    def renew(self, refused: Response, used: Mapping[str, str], exchange: Exchange) -> Flow[bool]:  # noqa: ARG002
        """Take the token that another task has made meanwhile, or make one."""
        token = yield from self._remembered(fresh=True)
        if token is None or token.authorization() == used:
            yield from self._make(exchange)
        return True

    def _remembered(self, *, fresh: bool) -> Flow[Token | None]:
        text = yield from recall(self.memory_key, fresh=fresh)
        time = yield from now()
        token = Token.loads(text)
        live = token and token.owner == self._owner() and token.expires_at > time + _EXPIRY_MARGIN
        return token if live else None

    def _make(self, exchange: Exchange) -> Flow[Token]:
        response = yield from exchange(self.token_request)
        try:
            value, lifetime = self.read_token(response.json())
        except (AttributeError, KeyError, TypeError, ValueError) as unreadable:
            raise ServerError(
                f"{self.token_request.operation} was answered with {response.status}, but not with a token "
                f"({type(unreadable).__name__}). Check the host.",
                status=response.status,
            ) from unreadable
        token = Token(value, response.received_at + lifetime, self._owner())
        yield from remember(self.memory_key, token.dumps())
        return token

    def _owner(self) -> str:
        identity = json.dumps([self.token_request.url, self.token_request.json], sort_keys=True)
        return hashlib.sha256(identity.encode()).hexdigest()[:16]
