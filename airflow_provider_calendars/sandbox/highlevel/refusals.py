"""How HighLevel says no."""

from __future__ import annotations

from collections.abc import Sequence
from http.client import responses

from airflow_provider_calendars.sandbox.exchange import Answer, Refusal

# the vendor's own; Python 3.13 has another
_PHRASES = {**responses, 422: "Unprocessable Entity"}
SLOT_TAKEN = "The slot you have selected is no longer available."


def error(status: int, message: str | list[str]) -> Answer:
    """Say that something went wrong.

    :param status: the status.
    :param message: what; a list where the request is malformed.
    """
    return Answer(status, {"message": message, "error": _PHRASES.get(status, "Error"), "statusCode": status})


def refusal(status: int, message: str) -> Refusal:
    """Make the end of an operation.

    :param status: the status.
    :param message: what is wrong.
    """
    return Refusal(error(status, message))


def malformed(*messages: str) -> Refusal:
    """Make the end of an operation whose request is malformed: 422, with a list of messages.

    :param messages: what is wrong.
    """
    return Refusal(error(422, list(messages)))


def refuse(messages: Sequence[str]) -> None:
    """End the operation if there are messages.

    :param messages: what is wrong with the request.
    """
    if messages:
        raise malformed(*messages)
