"""Who may use the sandbox's lemcal: one user with one key."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from airflow_provider_calendars.sandbox.exchange import Call

USER_ID = "usr_sandboxHost000001"
API_KEY = "sandbox-api-key"  # opens nothing but the sandbox
HOST_EMAIL = "host@example.com"

USER: dict[str, Any] = {
    "_id": USER_ID,
    "email": HOST_EMAIL,
    "publicIdentifier": "sandbox-host",
    "createdAt": "2022-10-17T07:43:50.740Z",
}


def is_known(call: Call) -> bool:
    """Tell whether a request comes from the user.

    :param call: the request.
    """
    return _user_and_key(call) == (USER_ID, API_KEY)


def api_key(call: Call) -> str:
    """Find the API key of a request, right or wrong; the limit is counted by it.

    :param call: the request.
    """
    return _user_and_key(call)[1]


def _user_and_key(call: Call) -> tuple[str, str]:
    scheme, _, coded = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, key = base64.b64decode(coded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, key
