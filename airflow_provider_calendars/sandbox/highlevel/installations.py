"""Installations of a marketplace app, and their tokens: a refresh token works once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_calendars.sandbox.clock import Clock
from airflow_provider_calendars.sandbox.highlevel.seeds import (
    CLIENT_ID,
    CLIENT_SECRET,
    COMPANY_ID,
    LOCATION_ID,
    USERS,
)
from airflow_provider_calendars.sandbox.highlevel.settings import SCOPES, HighLevelSettings
from airflow_provider_calendars.sandbox.ids import random_id

COMPANY = "Company"
LOCATION = "Location"
USER_TYPES = (COMPANY, LOCATION)
_YEAR = 365 * 86400
# longer than a random token of a private integration, as a JWT is
_TOKEN_LENGTH = 64


class InvalidGrant(Exception):
    """A code or a refresh token is worth nothing."""


@dataclass
class Installation:
    """That an agency or a location has given an app its rights.

    :param user_type: ``Company`` (an agency) or ``Location``.
    :param scopes: what the tokens may do.
    :param installed: False since it was uninstalled.
    """

    user_type: str
    scopes: tuple[str, ...]
    installed_at: float
    installed: bool = True


@dataclass(frozen=True)
class AccessToken:
    """What a request is sent with.

    :param user_type: a token of a location can come from the installation of an agency.
    """

    text: str
    installation: Installation
    user_type: str
    expires_at: float


@dataclass
class _RefreshToken:
    installation: Installation
    user_type: str
    access_token: str
    expires_at: float
    used_at: float | None = None


@dataclass(frozen=True)
class _Code:
    installation: Installation
    expires_at: float


@dataclass(frozen=True)
class Pair:
    """An access token, and what brings the next one; empty where nothing does."""

    access: AccessToken
    refresh_token: str = ""


@dataclass
class Installations:
    """What the app was given, and what became of it.

    :param settings: how long tokens live, and what the vendor leaves open.
    :param clock: the time.
    """

    settings: HighLevelSettings
    clock: Clock
    refreshes: int = 0
    refused_refreshes: int = 0
    all: list[Installation] = field(default_factory=list)
    _access: dict[str, AccessToken] = field(default_factory=dict)
    _refresh: dict[str, _RefreshToken] = field(default_factory=dict)
    _codes: dict[str, _Code] = field(default_factory=dict)

    def add(self, user_type: str = LOCATION, scopes: Collection[str] = SCOPES) -> Installation:
        """Install the app.

        :param user_type: ``Company`` or ``Location``.
        :param scopes: what it may do.
        """
        if user_type not in USER_TYPES:
            raise ValueError(f"no such user type: {user_type!r}; there are {', '.join(USER_TYPES)}")
        installation = Installation(user_type, tuple(scopes), self.clock.now())
        self.all.append(installation)
        return installation

    def latest(self, user_type: str) -> Installation | None:
        """Find the newest installation that was not uninstalled.

        :param user_type: of an agency or of a location.
        """
        alive = [one for one in self.all if one.installed and one.user_type == user_type]
        return alive[-1] if alive else None

    def remove_all(self) -> None:
        """Uninstall the app: no token works any more, and none can be got."""
        for one in self.all:
            one.installed = False

    def is_client(self, client_id: object, client_secret: object) -> bool:
        """Tell whether somebody is the app.

        :param client_id: its id.
        :param client_secret: its secret.
        """
        return (client_id, client_secret) == (CLIENT_ID, CLIENT_SECRET)

    def access(self, token: str) -> AccessToken | None:
        """Find an access token, also an expired one; None if there is none, or none any more.

        :param token: its text.
        """
        found = self._access.get(token)
        return found if found is not None and found.installation.installed else None

    def code(self, installation: Installation) -> tuple[str, float]:
        """Make an authorization code; return it, and when it expires.

        :param installation: what it is for.
        """
        expires_at = self.clock.now() + self.settings.authorization_code_seconds
        code = random_id(40)
        self._codes[code] = _Code(installation, expires_at)
        return code, expires_at

    def redeem(self, code: str) -> Pair:
        """Turn an authorization code into tokens, once.

        :param code: the code.
        :raises InvalidGrant: it is unknown, used or expired.
        """
        found = self._codes.pop(code, None)
        if found is None or found.expires_at <= self.clock.now() or not found.installation.installed:
            raise InvalidGrant
        if self.settings.new_code_ends_older_tokens:
            self._forget(found.installation)
        return self.issue(found.installation)

    def refresh(self, token: str) -> Pair:
        """Turn a refresh token into the next pair; it is worth nothing after that.

        :param token: the refresh token.
        :raises InvalidGrant: it is unknown, used or expired.
        """
        if not self.refreshes_with(token):
            self.refused_refreshes += 1
            raise InvalidGrant
        found = self._refresh[token]
        found.used_at = self.clock.now() if found.used_at is None else found.used_at
        self.refreshes += 1
        if self.settings.refresh_ends_access_token:
            self._access.pop(found.access_token, None)
        return self.issue(found.installation, found.user_type)

    def refreshes_with(self, token: str) -> bool:
        """Tell whether a refresh token is worth something.

        :param token: the refresh token.
        """
        found, now = self._refresh.get(token), self.clock.now()
        if found is None or found.expires_at <= now or not found.installation.installed:
            return False
        return found.used_at is None or now < found.used_at + self.settings.refresh_token_grace

    def spend_refresh_tokens(self) -> None:
        """Make all refresh tokens worth nothing, as if somebody had used them and kept the new ones."""
        self._refresh.clear()

    def issue(self, installation: Installation, user_type: str = "", *, refreshable: bool = True) -> Pair:
        """Give out an access token, and a refresh token unless none is wanted.

        :param installation: whose rights it has.
        :param user_type: ``Location`` for a location of an agency; that of the installation, if left out.
        :param refreshable: whether a refresh token comes with it.
        """
        kind, now = user_type or installation.user_type, self.clock.now()
        text = f"eyJ{random_id(_TOKEN_LENGTH)}"
        access = AccessToken(text, installation, kind, now + self.settings.access_token_seconds)
        self._access[text] = access
        if not refreshable:
            return Pair(access)
        refresh_token = random_id(_TOKEN_LENGTH)
        self._refresh[refresh_token] = _RefreshToken(installation, kind, text, now + _YEAR)
        return Pair(access, refresh_token)

    def described(self, pair: Pair) -> dict[str, Any]:
        """Describe tokens as v2 answers with them.

        :param pair: the tokens.
        """
        access, agency = pair.access, pair.access.user_type == COMPANY
        return {
            "access_token": access.text,
            "token_type": "Bearer",
            "expires_in": int(self.settings.access_token_seconds),
            **({"refresh_token": pair.refresh_token} if pair.refresh_token else {}),
            "scope": " ".join(access.installation.scopes),
            "userType": access.user_type,
            "companyId": COMPANY_ID,
            **({"approvedLocations": [LOCATION_ID]} if agency else {"locationId": LOCATION_ID}),
            "userId": USERS[0].id,
            "isBulkInstallation": agency,
        }

    def _forget(self, installation: Installation) -> None:
        self._access = {
            name: one for name, one in self._access.items() if one.installation is not installation
        }
        self._refresh = {
            name: one for name, one in self._refresh.items() if one.installation is not installation
        }
