"""Who may use the sandbox's Let's Calendar: fixed keys, and tokens that expire."""

from __future__ import annotations

import itertools
import secrets

from airflow_provider_calendars.sandbox.clock import Clock
from airflow_provider_calendars.sandbox.exchange import Answer, Call, Refusal
from airflow_provider_calendars.sandbox.lets_calendar.settings import LetsCalendarSettings

CLIENT_KEY = "lc_sandbox"
SECRET_KEY = "sandbox-secret"  # opens nothing but the sandbox

# https://panel.letscalendar.com/docs, "access_token": each of these keys gets one documented error
_REFUSED_KEYS = {
    "lc_expired": Answer(401, {"error": "API key secret has expired"}),
    "lc_inactive": Answer(401, {"error": "API key is inactive"}),
    "lc_no_user": Answer(404, {"error": "User not found"}),
}


class Tokens:
    """The bearer tokens that were given out.

    :param settings: lifetime, and whether a new token ends the older ones.
    :param clock: the time.
    """

    def __init__(self, settings: LetsCalendarSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._expires: dict[str, float] = {}
        self._numbers = itertools.count(1)

    def issue(self) -> str:
        """Give out a new token; it contains a ``|``, as the vendor's do."""
        if self._settings.new_token_ends_older:
            self.clear()
        token = f"{next(self._numbers)}|{secrets.token_hex(20)}"
        self._expires[token] = self._clock.now() + self._settings.token_seconds
        return token

    def accepts(self, authorization: str) -> bool:
        """Tell whether an ``Authorization`` header is valid now.

        :param authorization: the header.
        """
        scheme, _, token = authorization.partition(" ")
        return scheme.lower() == "bearer" and self._expires.get(token.strip(), 0.0) > self._clock.now()

    @property
    def values(self) -> list[str]:
        """The tokens that are known, oldest first, for tests that look whether one leaked."""
        return list(self._expires)

    def clear(self) -> None:
        """End all tokens."""
        self._expires.clear()


def grant(call: Call, tokens: Tokens, settings: LetsCalendarSettings) -> Answer:
    """Exchange a pair of keys for a token.  POST /access_token

    :param call: the request.
    :param tokens: where the token comes from.
    :param settings: its lifetime, and the shape of the answer.
    """
    _check_keys(call)
    token = {
        "access_token": tokens.issue(),
        "token_type": "Bearer",
        "expires_in": int(settings.token_seconds),
    }
    # the documentation shows the token at the top level; a client in use reads it from `data`
    placed = {"data": token} if settings.token_in_data else token
    return Answer(200, {"status": "success", "message": "Authentication successful", **placed})


def _check_keys(call: Call) -> None:
    missing = {
        field: [f"Valid {label} is required"]
        for field, label in (("client_key", "Client Key"), ("secret_key", "Secret Key"))
        if not isinstance(call.body.get(field), str) or not call.body[field].strip()
    }
    if missing:
        # unlike everywhere else, not wrapped in `error`: https://panel.letscalendar.com/docs
        raise Refusal(Answer(400, missing))
    key = call.body["client_key"]
    if call.body["secret_key"] != SECRET_KEY or key not in (CLIENT_KEY, *_REFUSED_KEYS):
        raise Refusal(Answer(401, {"error": "Unauthorized"}))
    if key in _REFUSED_KEYS:
        raise Refusal(_REFUSED_KEYS[key])


def unauthenticated(call: Call) -> Answer:
    """Answer a request without a valid token.

    Not documented by the vendor; this is what its framework does: a client that does not ask for
    JSON is taken for a browser and sent to the login page.

    :param call: the request.
    """
    if call.wants_json:
        return Answer(401, {"message": "Unauthenticated."})
    return Answer(302, "", {"Location": f"{call.origin}/login"}, "text/html; charset=utf-8")
