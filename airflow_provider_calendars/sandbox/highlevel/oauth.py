"""The operations that give out tokens: https://marketplace.gohighlevel.com/docs/Authorization/OAuth2.0."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from airflow_provider_calendars.sandbox.clock import iso_timestamp
from airflow_provider_calendars.sandbox.exchange import Answer, Call
from airflow_provider_calendars.sandbox.highlevel.accounts import NEWEST
from airflow_provider_calendars.sandbox.highlevel.installations import (
    COMPANY,
    LOCATION,
    USER_TYPES,
    Installation,
    InvalidGrant,
    Pair,
)
from airflow_provider_calendars.sandbox.highlevel.refusals import malformed, refusal
from airflow_provider_calendars.sandbox.highlevel.seeds import COMPANY_ID, LOCATION_ID
from airflow_provider_calendars.sandbox.highlevel.state import HighLevelState
from airflow_provider_calendars.sandbox.highlevel.validation import (
    Shape,
    checked,
    query_number,
    query_texts,
    text,
    texts,
)

_SNAKE_CASE = {
    "clientId": "client_id",
    "clientSecret": "client_secret",
    "grantType": "grant_type",
    "refreshToken": "refresh_token",
    "userType": "user_type",
    "redirectUri": "redirect_uri",
}
_CAMEL_CASE = {
    "access_token": "accessToken",
    "token_type": "tokenType",
    "expires_in": "expiresIn",
    "refresh_token": "refreshToken",
}
_GRANTS = ("authorization_code", "refresh_token", "client_credentials")
_FIELDS = {
    **texts("client_id client_secret code refresh_token redirect_uri"),
    "grant_type": text(*_GRANTS),
    "user_type": text(*USER_TYPES),
}
_TOKEN = Shape(_FIELDS, required="client_id client_secret grant_type")
_NEW_TOKEN = Shape(
    {**{name: _FIELDS[old] for name, old in _SNAKE_CASE.items()}, "code": text()},
    required="clientId clientSecret grantType",
)
_RECONNECTION = Shape(texts("clientKey clientSecret locationId companyId"), required="clientKey clientSecret")
_LOCATION_TOKEN = Shape(texts("companyId locationId"), required="companyId locationId")
_AIP_STATUSES = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}


def token(state: HighLevelState, call: Call) -> Answer:
    """Give out tokens for a code, a refresh token or the secret of the app.  POST /oauth/token

    :param state: where they are.
    :param call: the request: a form; in v3 also JSON, in other words.
    """
    body = _token_request(call)
    _check_client(state, body["client_id"], body["client_secret"])
    try:
        pair = _GRANTED[body["grant_type"]](state, body)
    except InvalidGrant:
        what = "refresh token" if body["grant_type"] == "refresh_token" else "authorization code"
        raise refusal(state.settings.refused_grant, f"Invalid grant: {what} is invalid") from None
    return Answer(200, _worded(call, state.oauth.described(pair)))


def location_token(state: HighLevelState, call: Call) -> Answer:
    """Turn the token of an agency into one of a location.  POST /oauth/locationToken

    :param state: where it is.
    :param call: the request: a form.
    """
    body = checked(_LOCATION_TOKEN, call)
    _check_company(body["companyId"])
    agency = state.oauth.latest(COMPANY)
    if agency is None:
        raise refusal(404, "The app is not installed")
    pair = state.oauth.issue(agency, LOCATION, refreshable=_is_new(call))
    return Answer(200, _worded(call, state.oauth.described(pair)))


def installed_locations(state: HighLevelState, call: Call) -> Answer:
    """List the locations of an agency that have the app.  GET /oauth/installedLocations

    :param state: where they are.
    :param call: the request.
    """
    company, _ = query_texts(call, "companyId", "appId")
    _check_company(company)
    installed = state.oauth.latest(LOCATION) is not None or state.oauth.latest(COMPANY) is not None
    about = {"name": "Sandbox location", "address": "", "isInstalled": installed}
    wanted = call.query.get("isInstalled", str(installed).lower()) == str(installed).lower()
    locations = [{"_id": LOCATION_ID, **about}] if wanted else []
    if _is_new(call):
        return Answer(200, {"items": locations, "pagination": {"nextPageToken": None}})
    skip, limit = query_number(call, "skip", 0), query_number(call, "limit", 20, least=1)
    page = locations[skip : skip + limit]
    return Answer(200, {"locations": page, "count": len(locations), "installToFutureLocations": True})


def reconnect(state: HighLevelState, call: Call) -> Answer:
    """Give out a code to somebody who has lost the refresh token.  POST /oauth/reconnect

    :param state: where the installation is.
    :param call: the request.
    """
    body = checked(_RECONNECTION, call)
    _check_client(state, body["clientKey"], body["clientSecret"])
    whose = {name: body[name] for name in ("locationId", "companyId") if body.get(name)}
    if len(whose) != 1:
        raise malformed("Either locationId or companyId is required, not both")
    code, expires_at = state.oauth.code(_installation(state, whose))
    return Answer(200, {"authorizationCode": code, "expiresAt": iso_timestamp(expires_at)})


def aip(answer: Answer) -> Answer:
    """Word a refusal as v3 words those of its tokens.

    :param answer: the refusal, as all other operations word it.
    """
    status, message = answer.status, answer.body["message"]
    said = message if isinstance(message, str) else "; ".join(message)
    code = _AIP_STATUSES.get(status, "INVALID_ARGUMENT")
    return Answer(status, {"error": {"code": status, "status": code, "message": said}})


def _token_request(call: Call) -> dict[str, Any]:
    if _is_new(call):
        body = checked(_NEW_TOKEN, call)
        return {_SNAKE_CASE.get(name, name): value for name, value in body.items()}
    if call.json is not None:
        raise malformed("the body must be a form")
    return checked(_TOKEN, call)


def _is_new(call: Call) -> bool:
    return call.headers.get("version") == NEWEST


def _worded(call: Call, answer: dict[str, Any]) -> dict[str, Any]:
    if not _is_new(call):
        return answer
    return {_CAMEL_CASE.get(name, name): value for name, value in answer.items()}


def _check_client(state: HighLevelState, client_id: str, client_secret: str) -> None:
    if not state.oauth.is_client(client_id, client_secret):
        raise refusal(401, "Invalid client: client is invalid")


def _check_company(company_id: str) -> None:
    if company_id != COMPANY_ID:
        raise refusal(403, "The token does not have access to this company.")


def _installation(state: HighLevelState, whose: Mapping[str, str]) -> Installation:
    ((name, value),) = whose.items()
    kind, known = (LOCATION, LOCATION_ID) if name == "locationId" else (COMPANY, COMPANY_ID)
    found = state.oauth.latest(kind) if value == known else None
    if found is None:
        raise refusal(404, f"The app is not installed for this {name}")
    return found


def _for_secret(state: HighLevelState) -> Pair:
    agency = state.oauth.latest(COMPANY)
    if agency is None:
        raise InvalidGrant
    return state.oauth.issue(agency, refreshable=False)


_GRANTED: Mapping[str, Callable[[HighLevelState, Mapping[str, Any]], Pair]] = {
    "authorization_code": lambda state, body: state.oauth.redeem(body.get("code") or ""),
    "refresh_token": lambda state, body: state.oauth.refresh(body.get("refresh_token") or ""),
    "client_credentials": lambda state, _: _for_secret(state),
}
