"""The API of Let's Calendar: all operations of https://panel.letscalendar.com/docs, and four more.

The four (attendees, campaign details, update campaign, export contacts) are in the vendor's
documentation but not open to every account. Where one is missing the call raises
:class:`~airflow_provider_calendars.exceptions.OperationUnavailable`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from airflow_provider_calendars.api.auth import KeyPair
from airflow_provider_calendars.api.errors import error_from, means, read_refusal
from airflow_provider_calendars.api.flow import Request, Response
from airflow_provider_calendars.api.lets_calendar.account import LOGIN, Account, read_token, token_request
from airflow_provider_calendars.api.lets_calendar.as_if import answer_as_if
from airflow_provider_calendars.api.lets_calendar.campaigns import CAMPAIGN_NOT_FOUND, Campaigns
from airflow_provider_calendars.api.lets_calendar.invites import Invites
from airflow_provider_calendars.api.policy import Retries
from airflow_provider_calendars.exceptions import ApiError, AuthError, OperationUnavailable, Rejected

__all__ = ["LetsCalendarApi"]

_ADVICE_BY_PHRASE = {
    "API key secret has expired": "Make a new secret in the panel's API section for the connection.",
    "User not found": "The user of this client key is gone; use a key of another one.",
    "API key is inactive": "Activate the key in the panel's API section, or use another one.",
}


class LetsCalendarApi(Account, Campaigns, Invites):
    """Every operation of Let's Calendar.

    :param client_key: the client key of the panel's API section, ``lc_...``.
    :param secret_key: its secret.
    :param base_url: where the API is: ``https://panel.letscalendar.com/api/lc``.
    :param retries: how often and how patiently calls are repeated.
    """

    advice: ClassVar[Mapping[type[ApiError], str]] = {
        AuthError: (
            "Check the client key (login) and the secret key (password) of the connection "
            "in the API section of the Let's Calendar panel."
        ),
    }

    def __init__(
        self, client_key: str, secret_key: str, *, base_url: str, retries: Retries | None = None
    ) -> None:
        request = token_request(base_url.rstrip("/"), client_key, secret_key)
        super().__init__(base_url, KeyPair(request, read_token), retries)

    def answer_as_if(self, request: Request) -> Any:
        """Return what Let's Calendar would answer to a request that a dry run does not send."""
        return answer_as_if(request)

    def refused(self, request: Request, response: Response) -> ApiError:
        """Return the exception for a refusal; an operation the account lacks is told from a wrong id."""
        if request.operation == LOGIN and response.status == 400:
            # what is wrong with a key is a refusal of its field here
            return error_from(
                response,
                system=self.system,
                operation=LOGIN,
                advice={Rejected: self.advice[AuthError]},
            )
        said = read_refusal(response)
        for phrase, advice in _ADVICE_BY_PHRASE.items():
            if response.status in {401, 404} and means(said, phrase):
                return error_from(
                    response,
                    system=self.system,
                    operation=request.operation,
                    kind=AuthError,
                    advice={AuthError: advice},
                )
        optional = "/campaign/" in request.url and not means(said, CAMPAIGN_NOT_FOUND)
        if response.status != 405 and not (optional and response.status in {403, 404}):
            return super().refused(request, response)
        return OperationUnavailable(
            f"{self.system} answered {request.operation} with {response.status}: this account seems not to "
            "have the operation (or the campaign does not exist). Ask the vendor to open it, or do without.",
            system=self.system,
            status=response.status,
        )
