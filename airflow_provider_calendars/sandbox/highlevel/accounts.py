"""Who may use the sandbox's HighLevel: a private integration of one location, or an installed app."""

from __future__ import annotations

from collections.abc import Collection

from airflow_provider_calendars.sandbox.exchange import Call, Operation
from airflow_provider_calendars.sandbox.highlevel.installations import COMPANY, LOCATION
from airflow_provider_calendars.sandbox.highlevel.refusals import refusal
from airflow_provider_calendars.sandbox.highlevel.seeds import LOCATION_ID, TOKEN
from airflow_provider_calendars.sandbox.highlevel.state import HighLevelState

NEWEST = "v3"
VERSIONS = ("2021-04-15", "2021-07-28", "2023-02-21", NEWEST)
_FOREIGN = "The token does not have access to this location."
_FORBIDDEN = "You do not have permission to access this resource."
# https://marketplace.gohighlevel.com/docs/oauth/Scopes: only the token of an agency may
_AGENCY_ONLY = (
    "POST /oauth/locationToken",
    "POST /oauth/location-token",
    "GET /oauth/installedLocations",
    "GET /oauth/installed-locations",
    "GET /locations/search",
)
# these give out the tokens that all others need
_OPEN = ("POST /oauth/token", "POST /oauth/reconnect")


def is_open(operation: Operation) -> bool:
    """Tell whether an operation needs neither a token nor a version.

    :param operation: the operation.
    """
    return operation.name in _OPEN


def check_rights(call: Call, operation: Operation, state: HighLevelState) -> None:
    """Refuse a request that has no right to be answered.

    :param call: the request.
    :param operation: what it asks for.
    :param state: knows the tokens, and what they are allowed.
    """
    user_type, scopes = _rights(call.headers.get("authorization", ""), state)
    if scope_of(operation) not in set(scopes) & set(state.settings.highlevel_scopes):
        raise refusal(401, "The token is not authorized for this scope.")
    if operation.name in _AGENCY_ONLY:
        if user_type != COMPANY:
            raise refusal(403, _FORBIDDEN)
    elif user_type != LOCATION:
        raise refusal(403, _FOREIGN)
    check_location(
        call.path_values.get("locationId"), call.query.get("locationId"), call.body.get("locationId")
    )


def check_version(call: Call) -> None:
    """Refuse a request without a version: 401, although its token may be good.

    :param call: the request.
    """
    version = call.headers.get("version")
    if version is None:
        raise refusal(401, "version header was not found.")
    if version not in VERSIONS:
        raise refusal(401, "version header is invalid")


def check_location(*location_ids: object) -> None:
    """Refuse what concerns another location.

    :param location_ids: what a request names; what is empty names nothing.
    """
    if any(one and one != LOCATION_ID for one in location_ids):
        raise refusal(403, _FOREIGN)


def _rights(authorization: str, state: HighLevelState) -> tuple[str, Collection[str]]:
    """Return of what kind the token of a request is, and its scopes."""
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    if scheme.lower() == "bearer" and token == TOKEN:
        return LOCATION, state.settings.highlevel_scopes
    if token.startswith("pit-"):
        raise refusal(401, "Invalid token: access token is invalid")
    access = state.oauth.access(token) if scheme.lower() == "bearer" else None
    if access is None:
        raise refusal(401, "Invalid JWT")
    if access.expires_at <= state.clock.now():
        raise refusal(401, state.settings.expired_token_text)
    return access.user_type, access.installation.scopes


def scope_of(operation: Operation) -> str:
    """Tell what a token must be allowed for an operation.

    https://marketplace.gohighlevel.com/docs/oauth/Scopes

    :param operation: the operation.
    """
    if operation.name == "POST /contacts/search":
        return "contacts.readonly"
    family, _, rest = operation.path.strip("/").partition("/")
    topic = rest.partition("/")[0]
    if topic in ("groups", "resources"):
        family = f"{family}/{topic}"
    elif topic in ("events", "blocked-slots", "appointments") or "/notifications" in rest:
        family = f"{family}/events"
    return f"{family}.{'readonly' if operation.method == 'GET' else 'write'}"
