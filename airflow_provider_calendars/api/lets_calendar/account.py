"""The account: its token, its senders, the time zones it may use."""

from __future__ import annotations

from typing import Any, ClassVar

from airflow_provider_calendars.api.base import Api
from airflow_provider_calendars.api.flow import Flow, Request
from airflow_provider_calendars.api.lets_calendar.records import Sender
from airflow_provider_calendars.api.policy import Repeat

NO_SENDERS = "No sender emails found"
LOGIN = "POST /access_token"
_DEFAULT_LIFETIME = 172_800.0


def token_request(base_url: str, client_key: str, secret_key: str) -> Request:
    """Return the request for an access token.

    https://panel.letscalendar.com/docs#authentication-POSTapi-lc-access_token
    """
    return Request(
        method="POST",
        url=f"{base_url}/access_token",
        repeat=Repeat.ALWAYS,
        operation=LOGIN,
        json={"client_key": client_key, "secret_key": secret_key},
        headers={"Accept": "application/json"},
        authenticated=False,
        reads=True,
    )


def read_token(answer: Any) -> tuple[str, float]:
    """Return token and lifetime in seconds; the vendor's page shows them flat, clients saw ``data``."""
    nested = answer.get("data")
    token = nested if isinstance(nested, dict) and "access_token" in nested else answer
    if not isinstance(token["access_token"], str):
        raise TypeError("the token is no text")
    return token["access_token"], float(token.get("expires_in") or _DEFAULT_LIFETIME)


class Account(Api):
    """Operations on the account."""

    system: ClassVar[str] = "Let's Calendar"

    def list_timezones(self) -> Flow[list[str]]:
        """Return the names of the time zones campaigns may use.  GET /timezone-list

        https://panel.letscalendar.com/docs#apis-GETapi-lc-timezone-list
        """
        request = self.request("GET", "/timezone-list", repeat=Repeat.ALWAYS, authenticated=False)
        return self.call(request, lambda answer: [str(name) for name in answer["timezones"]])

    def list_senders(self) -> Flow[list[Sender]]:
        """Return the mailboxes invites can be sent from, none if none is connected.  GET /sender-emails

        https://panel.letscalendar.com/docs#apis-GETapi-lc-sender-emails
        """
        request = self.request("GET", "/sender-emails", repeat=Repeat.ALWAYS)
        return self.call(
            request,
            lambda answer: [Sender.from_answer(item) for item in answer["sender_emails"]],
            also={(404, NO_SENDERS): []},
        )
