"""What a refusal of HighLevel means. Its 401 says five things, of which one is about the token."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from airflow_provider_calendars.api.errors import means, read_refusal
from airflow_provider_calendars.api.flow import Request, Response
from airflow_provider_calendars.exceptions import (
    ApiError,
    AuthError,
    Conflict,
    OperationUnavailable,
    PermissionDenied,
    Rejected,
)

IS_THERE_ALREADY = "does not allow duplicated contacts"
SLOT_TAKEN = "slot you have selected is no longer available"
_TIMED_OUT = ("timed out", "time-out", "gateway")

# the first that fits; the contract test compares them with the vendor's specification
_SCOPES: Mapping[str, str] = {
    r"/calendars/groups\b": "calendars/groups",
    r"/calendars/resources\b": "calendars/resources",
    r"/calendars/schedules\b": "calendars",
    r"/calendars/(events|blocked-slots|appointments)\b": "calendars/events",
    r"/calendars/[^/]+/notifications\b": "calendars/events",
    r"/calendars\b": "calendars",
    r"/contacts\b": "contacts",
    r"/locations\b": "locations",
    r"/users\b": "users",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a refusal is.

    :param kind: the class of the error.
    :param advice: what to do.
    """

    kind: type[ApiError]
    advice: str


def scope_of(method: str, path: str) -> str:
    """Return the scope a call needs.

    https://marketplace.gohighlevel.com/docs/oauth/Scopes
    """
    for pattern, product in _SCOPES.items():
        if re.match(pattern, path):
            reads = method == "GET" or path == "/contacts/search"
            return f"{product}.{'readonly' if reads else 'write'}"
    return "of this product"


def with_meant_status(response: Response) -> Response:
    """Return a time-out of the gateway, which can come as 401, as the 504 it is."""
    if response.status != 401:
        return response
    said = read_refusal(response)
    late = any(means(said, phrase) for phrase in _TIMED_OUT)
    return replace(response, status=504) if late else response


def read(request: Request, response: Response, base_url: str) -> Reading | None:
    """Return what a refusal is where the status does not tell, else None."""
    said = read_refusal(response)
    path = urlsplit(request.url).path.removeprefix(urlsplit(base_url).path.rstrip("/"))
    if response.status == 401:
        if means(said, "version header"):
            return Reading(
                Rejected, "The Version header is wrong, not the token: set the versions of this connection."
            )
        if means(said, "scope"):
            scope = scope_of(request.method, path)
            return Reading(
                PermissionDenied, f"Give the private integration the scope {scope} in its settings."
            )
        if means(said, "does not have access"):
            return Reading(PermissionDenied, ADVICE[PermissionDenied])
    if response.status in {400, 422} and means(said, SLOT_TAKEN):
        return Reading(Conflict, "Choose another slot, or look whether an earlier try has booked this one.")
    if response.status == 400 and means(said, IS_THERE_ALREADY):
        return Reading(Conflict, f"Change contact {_contact_in(response)} instead, or use upsert.")
    return _of_404(request, response) if response.status == 404 else None


def _of_404(request: Request, response: Response) -> Reading | None:
    """Return what is missing if it is not the thing that a call names."""
    if means(read_refusal(response), f"Cannot {request.method}"):
        return Reading(
            OperationUnavailable, "This version of the API does not have the operation; check the version."
        )
    if _is_foreign(response):
        return Reading(
            OperationUnavailable, "This is no answer of HighLevel's API: check the host of the connection."
        )
    return None


def _is_foreign(response: Response) -> bool:
    """Return whether something between here and HighLevel has answered, such as a proxy with a page."""
    try:
        return not isinstance(response.json(), Mapping)
    except ValueError:
        return bool(response.body.strip())


def _contact_in(response: Response) -> str:
    meta = response.json().get("meta")
    found = meta.get("contactId") if isinstance(meta, Mapping) else None
    return found if isinstance(found, str) and re.fullmatch(r"[\w-]{1,64}", found) else "of that person"


def described(response: Response) -> Response:
    """Return a refusal of the OAuth server with its description where refusals have their words."""
    try:
        body = response.json()
    except ValueError:
        return response
    said = body.get("error_description") if isinstance(body, Mapping) else None
    if not isinstance(said, str) or not said.strip() or body.get("message"):
        return response
    return replace(response, body=json.dumps({**body, "message": said}).encode())


def with_trace(error: ApiError) -> ApiError:
    """Return an error whose message names the trace, by which HighLevel's support finds the call."""
    if error.request_id and re.fullmatch(r"[A-Za-z0-9-]{1,64}", error.request_id):
        error.args = (f"{error} HighLevel's id of the call: {error.request_id}.",)
    return error


APP_CREDENTIALS = "Check client_id and client_secret of the connection."
APP = "Check that the app is still installed in the location of the connection."

ADVICE: Mapping[type[ApiError], str] = {
    AuthError: (
        "Check the private integration token (password) of the connection: it may have been rotated or "
        "deleted under Settings > Private Integrations in HighLevel."
    ),
    PermissionDenied: (
        "Check that the private integration belongs to the location of the connection and has the scope."
    ),
}
