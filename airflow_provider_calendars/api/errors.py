"""From a vendor's refusal to an exception that says what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from airflow_provider_calendars.api.flow import Response
from airflow_provider_calendars.api.policy import retry_after
from airflow_provider_calendars.exceptions import (
    ApiError,
    AuthError,
    Conflict,
    NotFound,
    OperationUnavailable,
    PermissionDenied,
    RateLimited,
    Rejected,
    ServerError,
)

_LONGEST_TEXT = 300
_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")
_CREDENTIAL = re.compile(
    r"(?i)\b(bearer\s+\S+|basic\s+\S+|\d+\|\w{16,}|lc_\w{8,}|pit-[\w-]{8,}|eyJ[\w.-]{16,})"
)

_BY_STATUS: Mapping[int, type[ApiError]] = {
    401: AuthError,
    403: PermissionDenied,
    404: NotFound,
    405: OperationUnavailable,
    409: Conflict,
    410: NotFound,
    429: RateLimited,
}
_ADVICE: Mapping[type[ApiError], str] = {
    AuthError: "Check the login and the password of the connection.",
    PermissionDenied: "Check what these credentials may do in the vendor's settings.",
    RateLimited: "Run fewer tasks at a time, for example with an Airflow pool.",
    ServerError: "The vendor failed; try again later.",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a vendor said when it refused.

    :param text: its words, without addresses and credentials, or what stood in their place.
    :param fields: its words field by field, for validation errors.
    :param error: its words under ``error``, where others stand under ``message``.
    """

    text: str
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    error: str = ""


def scrub(text: str) -> str:
    """Return a vendor's words without addresses and credentials, on one line, cut to size."""
    flat = " ".join(text.split())
    clean = _CREDENTIAL.sub("<credential>", _ADDRESS.sub("<address>", flat))
    return clean if len(clean) <= _LONGEST_TEXT else f"{clean[:_LONGEST_TEXT]} ..."


def read_refusal(response: Response) -> Refusal:
    """Return what the vendor said, whichever of the known shapes it chose.

    Known are ``{"error": "text"}``, ``{"error": {"field": ["text"]}}``, the same map without
    ``error`` around it, ``{"message": "text" | ["text"], "errors": {...}}``, plain text and HTML. Where
    both are texts, ``error`` only names the status.
    """
    try:
        body = response.json()
    except ValueError:
        return Refusal(_text_of_page(response))
    if not isinstance(body, Mapping):
        return Refusal((scrub(body) if isinstance(body, str) else "") or "no explanation")
    fields = _fields_of(body)
    text = _first_text(body.get("message"), body.get("error"))
    return Refusal(text or _join(fields) or "no explanation", fields, _first_text(body.get("error")))


def _fields_of(body: Mapping[str, Any]) -> dict[str, list[str]]:
    for candidate in (body.get("error"), body.get("errors"), body):
        if isinstance(candidate, Mapping):
            fields = {
                scrub(str(name)): _texts(said) for name, said in candidate.items() if isinstance(said, list)
            }
            fields.pop("message", None)
            if fields:
                return fields
    return {}


def _first_text(*candidates: Any) -> str:
    for said in candidates:
        texts = _texts(said.get("message") if isinstance(said, Mapping) else said)
        if texts:
            return "; ".join(texts)
    return ""


def _texts(said: Any) -> list[str]:
    if isinstance(said, str):
        return [scrub(said)] if said.strip() else []
    return [scrub(item) for item in said if isinstance(item, str)] if isinstance(said, list) else []


def _join(fields: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(f"{name}: {' '.join(said)}" for name, said in fields.items())


def _text_of_page(response: Response) -> str:
    text = response.body.decode("utf-8", "replace")
    if "<" not in text[:200]:
        return scrub(text) or "no explanation"
    title = re.search(r"(?is)<title[^>]*>(.*?)</title>", text)
    return f"an HTML page{f' titled {scrub(title[1])!r}' if title else ''}"


def means(refusal: Refusal, phrase: str) -> bool:
    """Return whether a refusal says a phrase, whatever its case, spacing and punctuation."""
    return any(_letters(phrase) in _letters(said) for said in (refusal.text, refusal.error))


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def error_from(
    response: Response,
    *,
    system: str,
    operation: str,
    kind: type[ApiError] | None = None,
    advice: Mapping[type[ApiError], str] | None = None,
) -> ApiError:
    """Return the exception that tells a refusal.

    :param response: a response that is not a success.
    :param system: the vendor's name.
    :param operation: the call, e.g. ``POST /send-invite``.
    :param kind: the class of the error, where the status does not tell.
    :param advice: the vendor's own words on what to do, by class of error.
    """
    kind = kind or _kind(response)
    refusal = read_refusal(response)
    advised = {**_ADVICE, **(advice or {})}.get(kind, "")
    said = f"{system} answered {operation} with {response.status}: {refusal.text.rstrip('.')}."
    details: dict[str, Any] = {
        "system": system,
        "status": response.status,
        "request_id": _request_id(response),
    }
    if issubclass(kind, Rejected):
        details["fields"] = refusal.fields
    if kind is RateLimited:
        details["retry_after"] = retry_after(response)
    return kind(f"{said} {advised}".strip(), **details)


def _kind(response: Response) -> type[ApiError]:
    if response.status in _BY_STATUS:
        return _BY_STATUS[response.status]
    return ServerError if response.status >= 500 or response.ok else Rejected


def redirect_error(response: Response, *, system: str, operation: str) -> ApiError:
    """Return the exception for a redirect, which is never followed: it could carry credentials away."""
    target = urlsplit(response.headers.get("location", "")).hostname or "the same host"
    return ApiError(
        f"{system} answered {operation} with {response.status}, a redirect to {target}, "
        "which is not followed. Check the host of the connection (https, the right name, no missing path).",
        system=system,
        status=response.status,
    )


def _request_id(response: Response) -> str | None:
    named = response.headers.get("x-request-id") or response.headers.get("cf-ray")
    return _trace_id(response) or named


def _trace_id(response: Response) -> str | None:
    try:
        body = response.json()
    except ValueError:
        return None
    traced = body.get("traceId") if isinstance(body, Mapping) else None
    return traced if isinstance(traced, str) and traced else None
