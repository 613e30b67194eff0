"""OAuth of a marketplace app: access tokens of a day, and refresh tokens that work once.

Whoever uses a refresh token must keep the one that comes back, or the installation is lost; and two
who use the same one at the same time both believe to be first. So a pair is kept where all processes
read it, right after it came; before a refresh, one process of a machine after the other looks whether
another has done it; and who is refused waits for the pair of who was not. What is lost all the same is
brought back by the vendor's reconnect call.

https://marketplace.gohighlevel.com/docs/Authorization/OAuth2.0
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.auth import Exchange
from airflow_provider_calendars.api.errors import means, read_refusal
from airflow_provider_calendars.api.fingerprints import fingerprint
from airflow_provider_calendars.api.flow import (
    Flow,
    Request,
    Response,
    now,
    recall,
    remember,
    sleep,
    together,
)
from airflow_provider_calendars.api.pacing import Slots
from airflow_provider_calendars.api.policy import Repeat
from airflow_provider_calendars.exceptions import (
    ApiError,
    AuthError,
    CalendarsError,
    ConfigurationError,
    PermissionDenied,
    Rejected,
    ServerError,
)

# of the second version, whatever version the calls have: it spells its fields in another way
_VERSION = {"Version": "2021-07-28", "Accept": "application/json"}
_EARLY = 300.0
_LIFETIME_UNSAID = 3600.0
_LEASE = 30.0
_LOOK_EVERY = 0.5
_MOST_WINNERS = 5
_LOOKS_FOR_THE_WINNER = (0.3, 0.7, 1.5, 3.0, 5.0, 8.0)
_NOT_ABOUT_THE_TOKEN = ("version header", "scope", "does not have access")
_ABOUT_THE_TOKEN = ("expired", "invalid token", "token is invalid", "jwt")
_UNCLEAR_FOR = 3600.0
_UNCLEAR_KEY = "oauth_unclear_refusal"
MEMORY_KEY = "oauth_token"
_PROBE_KEY = "oauth_token_renewal"


@dataclass(frozen=True, slots=True)
class Pair:
    """An access token, and what brings the next one.

    :param renew_at: when to bring the next one, in seconds since the epoch.
    :param origin: a fingerprint of the connection it descends from.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    renew_at: float
    origin: str

    @classmethod
    def loads(cls, text: str | None) -> Pair | None:
        """Return a remembered pair, or None if the text is not one."""
        try:
            stored: Any = json.loads(text or "null")
            texts = (str(stored["access_token"]), str(stored["refresh_token"]))
            return cls(*texts, float(stored["renew_at"]), str(stored["origin"]))
        except (KeyError, TypeError, ValueError):
            return None

    def dumps(self) -> str:
        """Return the pair as text to remember."""
        return json.dumps(asdict(self))

    def authorization(self) -> Mapping[str, str]:
        """Return the header that carries the access token."""
        return {"Authorization": f"Bearer {self.access_token}"}


class OAuth:
    """The installation of a marketplace app in a location.

    :param client_id: of the app; so is ``client_secret``.
    :param refresh_token: of the installation, as it was at first; empty to begin with a reconnect call.
    :param base_url: where the API is.
    :param location_id: where the app is installed.
    """

    def __init__(
        self, client_id: str, client_secret: str, refresh_token: str, *, base_url: str, location_id: str
    ) -> None:
        self.client_id = checks.text("client_id", client_id)
        self.client_secret = checks.text("client_secret", client_secret)
        self.base_url = base_url.rstrip("/")
        self.location_id = location_id
        origin = fingerprint([self.base_url, client_id, location_id, refresh_token])[:16]
        self._first = Pair("", refresh_token, 0.0, origin)

    def headers(self, exchange: Exchange) -> Flow[Mapping[str, str]]:
        """Return the header with a live access token, renewed now if it is about to end."""
        for fresh in (False, True):
            pair = yield from self._current(fresh=fresh)
            if (yield from _is_alive(pair)):
                return pair.authorization()
        return (yield from self._renewed(pair, exchange)).authorization()

    def renew(self, refused: Response, used: Mapping[str, str], exchange: Exchange) -> Flow[bool]:
        """Take the pair that another task has brought meanwhile, or bring one.

        A refusal that does not say whether it is about the token is taken for it once: if the token that is
        brought then is refused in that way, too, it is something else.
        """
        said = read_refusal(refused)
        if any(means(said, phrase) for phrase in _NOT_ABOUT_THE_TOKEN):
            return False
        pair = yield from self._current(fresh=True)
        if pair.authorization() != used:
            return True
        is_clear = any(means(said, phrase) for phrase in _ABOUT_THE_TOKEN)
        if not is_clear and (yield from self._was_brought_in_vain(pair)):
            return False
        brought = yield from self._renewed(pair, exchange)
        if not is_clear:
            time = yield from now()
            noted = {"token": fingerprint(brought.access_token), "until": time + _UNCLEAR_FOR}
            yield from remember(_UNCLEAR_KEY, json.dumps(noted))
        return True

    def _was_brought_in_vain(self, pair: Pair) -> Flow[bool]:
        text = yield from recall(_UNCLEAR_KEY, fresh=True)
        time = yield from now()
        try:
            noted: Any = json.loads(text or "null")
            return noted["token"] == fingerprint(pair.access_token) and float(noted["until"]) > time
        except (KeyError, TypeError, ValueError):
            return False

    def _current(self, *, fresh: bool) -> Flow[Pair]:
        pair = Pair.loads((yield from recall(MEMORY_KEY, fresh=fresh)))
        # a connection that names another installation begins anew
        return pair if pair and pair.origin == self._first.origin else self._first

    def _renewed(self, old: Pair, exchange: Exchange) -> Flow[Pair]:
        pair, in_turn = yield from self._in_turn(old)
        if (yield from _is_alive(pair)) and pair.access_token != old.access_token:
            brought = pair
        else:
            try:
                # what cannot be kept must not be brought: this fails before it is too late
                yield from remember(_PROBE_KEY, str((yield from now())))
                brought = yield from self._brought(pair, exchange)
            except CalendarsError:
                yield from together(self._lease_key(), _release)
                raise
        if in_turn:
            yield from together(self._lease_key(), _release)
        return brought

    def _in_turn(self, old: Pair) -> Flow[tuple[Pair, bool]]:
        """Wait until it is this process's turn, or another one has brought a pair.

        :return: the pair that is kept now, and whether it is this process's turn.
        """
        pair = old
        for _ in range(int(_LEASE / _LOOK_EVERY)):
            wait = yield from together(self._lease_key(), _take)
            pair = yield from self._current(fresh=True)
            is_new = pair.access_token != old.access_token and (yield from _is_alive(pair))
            if is_new or wait <= 0:
                return pair, wait <= 0
            yield from sleep(min(wait, _LOOK_EVERY))
        return pair, False

    def _brought(self, pair: Pair, exchange: Exchange) -> Flow[Pair]:
        why: ApiError | None = None
        for _ in range(_MOST_WINNERS):
            if not pair.refresh_token:
                break
            try:
                return (yield from self._granted(pair.refresh_token, exchange))
            except (AuthError, PermissionDenied, Rejected) as refusal:
                why = refusal
            winner = yield from self._winner(pair)
            if winner is None:
                break
            if (yield from _is_alive(winner)):
                return winner
            pair = winner
        return (yield from self._reconnected(exchange, why))

    def _winner(self, old: Pair) -> Flow[Pair | None]:
        """Return the pair of whoever used the refresh token first, which can take a moment to be kept."""
        for wait in _LOOKS_FOR_THE_WINNER:
            yield from sleep(wait)
            pair = yield from self._current(fresh=True)
            if pair.refresh_token != old.refresh_token:
                return pair
        return None

    def _reconnected(self, exchange: Exchange, why: ApiError | None) -> Flow[Pair]:
        body = {
            "clientKey": self.client_id,
            "clientSecret": self.client_secret,
            "locationId": self.location_id,
        }
        request = self._request("/oauth/reconnect", json=body)
        try:
            response = yield from exchange(request)
            code = response.json()["authorizationCode"]
        except (ApiError, AttributeError, KeyError, TypeError, ValueError) as refusal:
            raise AuthError(
                "The access of the HighLevel app could not be renewed, and a new one was not to be had "
                f"({str(why or refusal).rstrip('.')}). If client_id and client_secret of the connection are "
                "right, the refresh token is used up: Install the app in the location again, and put the new "
                "refresh token into the connection.",
                system="HighLevel",
                status=401,
            ) from refusal
        return (yield from self._granted(str(code), exchange, grant="authorization_code"))

    def _granted(self, proof: str, exchange: Exchange, grant: str = "refresh_token") -> Flow[Pair]:
        proof_name = "code" if grant == "authorization_code" else "refresh_token"
        form = {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "grant_type": grant,
            proof_name: proof,
            "user_type": "Location",
        }
        response = yield from exchange(self._request("/oauth/token", form=form))
        pair = self._read(response, proof if grant == "refresh_token" else "")
        yield from remember(MEMORY_KEY, pair.dumps())
        return pair

    def _request(self, where: str, **content: Any) -> Request:
        return Request(
            "POST",
            f"{self.base_url}{where}",
            # a second time is refused, not done twice, and the refusal leads on
            Repeat.ALWAYS,
            operation=f"POST {where}",
            headers=_VERSION,
            authenticated=False,
            reads=True,
            **content,
        )

    def _read(self, response: Response, used: str) -> Pair:
        try:
            said = response.json()
            lifetime = _lifetime(said)
            return Pair(
                checks.text("access_token", said.get("access_token") or said.get("accessToken")),
                str(said.get("refresh_token") or said.get("refreshToken") or used),
                response.received_at + max(lifetime - _EARLY, lifetime * 0.9),
                self._first.origin,
            )
        except (AttributeError, KeyError, TypeError, ValueError) as unreadable:
            raise ServerError(
                f"POST /oauth/token was answered with {response.status}, but not with tokens "
                f"({type(unreadable).__name__}). Check the host.",
                system="HighLevel",
                status=response.status,
            ) from unreadable

    def _lease_key(self) -> str:
        return f"highlevel-oauth-{self._first.origin}"


def _is_alive(pair: Pair) -> Flow[bool]:
    time = yield from now()
    return pair.renew_at > time


def _lifetime(said: Mapping[str, Any]) -> float:
    """Return the seconds an access token lives; a pair is not lost for an odd number."""
    try:
        return checks.number("expires_in", said.get("expires_in", said.get("expiresIn")))
    except ConfigurationError:
        return _LIFETIME_UNSAID


def _take(slots: Slots, time: float) -> tuple[Slots, float]:
    """Take the right to renew if nobody has it; return the seconds to wait otherwise."""
    # a clock that began anew, after a reboot, must not hold anybody up
    if 0 < slots.closed_until - time <= _LEASE:
        return slots, slots.closed_until - time
    return Slots((), time + _LEASE), 0.0


def _release(_: Slots, time: float) -> tuple[Slots, None]:  # noqa: ARG001 - a change takes both
    return Slots(), None
