"""Who may use the sandbox's HighLevel: a private integration of one location."""

from __future__ import annotations

from airflow_provider_calendars.sandbox.exchange import Call, Operation
from airflow_provider_calendars.sandbox.highlevel.refusals import refusal
from airflow_provider_calendars.sandbox.highlevel.seeds import LOCATION_ID, TOKEN
from airflow_provider_calendars.sandbox.highlevel.settings import HighLevelSettings

NEWEST = "v3"
VERSIONS = ("2021-04-15", "2021-07-28", "2023-02-21", NEWEST)
_FOREIGN = "The token does not have access to this location."


def check_rights(call: Call, scope: str, settings: HighLevelSettings) -> None:
    """Refuse a request that has no right to be answered.

    :param call: the request.
    :param scope: what its token must be allowed.
    :param settings: what its token is allowed.
    """
    _check_token(call.headers.get("authorization", ""))
    if scope not in settings.highlevel_scopes:
        raise refusal(401, "The token is not authorized for this scope.")
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


def _check_token(authorization: str) -> None:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() == "bearer" and token.strip() == TOKEN:
        return
    private = token.strip().startswith("pit-")
    raise refusal(401, "Invalid token: access token is invalid" if private else "Invalid JWT")


def scope_of(operation: Operation) -> str:
    """Tell what a token must be allowed for an operation.

    https://marketplace.gohighlevel.com/docs/oauth/Scopes

    :param operation: the operation.
    """
    family, _, rest = operation.path.strip("/").partition("/")
    topic = rest.partition("/")[0]
    if topic in ("groups", "resources"):
        family = f"{family}/{topic}"
    elif topic in ("events", "blocked-slots", "appointments") or "/notifications" in rest:
        family = f"{family}/events"
    return f"{family}.{'readonly' if operation.method == 'GET' else 'write'}"
