"""What all topics of HighLevel share: the location, the version header, limits and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.auth import Auth, StaticToken
from airflow_provider_calendars.api.base import Api
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.api.errors import error_from
from airflow_provider_calendars.api.flow import Flow, Request, Response
from airflow_provider_calendars.api.highlevel.as_if import answer_as_if
from airflow_provider_calendars.api.highlevel.limits import (
    HighLevelBudget,
    Limits,
    out_of_day,
    with_retry_after,
)
from airflow_provider_calendars.api.highlevel.refusals import (
    ADVICE,
    APP,
    APP_CREDENTIALS,
    described,
    read,
    with_meant_status,
    with_trace,
)
from airflow_provider_calendars.api.policy import Repeat, Retries
from airflow_provider_calendars.exceptions import (
    ApiError,
    AuthError,
    NotFound,
    OperationUnavailable,
    RateLimited,
)

NEWEST = "v3"
# what a path begins with is its product family; the longest beginning counts
VERSIONS: Mapping[str, str] = {
    "/calendars": "2021-04-15",
    "/calendars/services": NEWEST,
    "/calendars/schedules/event-calendar": NEWEST,
    "/contacts": "2021-07-28",
    "/locations": "2021-07-28",
    "/oauth": "2021-07-28",
    "/users": "2021-07-28",
}


class HighLevelBase(Api):
    """A location of HighLevel.

    :param token: a private integration token of the location, ``pit-...``; or another way to
        authenticate.
    :param base_url: where the API is: ``https://services.leadconnectorhq.com``.
    :param location_id: the location (sub-account).
    :param versions: other values of the ``Version`` header, by what a path begins with, ``/calendars``.
    :param retries: how often and how patiently calls are repeated.
    """

    system: ClassVar[str] = "HighLevel"
    advice: ClassVar[Mapping[type[ApiError], str]] = ADVICE

    def __init__(
        self,
        token: str | Auth,
        *,
        base_url: str,
        location_id: str,
        versions: Mapping[str, str] | None = None,
        retries: Retries | None = None,
    ) -> None:
        retries = retries or Retries()
        budget = HighLevelBudget(retries.longest_wait, retries.jitter)
        auth = StaticToken(token) if isinstance(token, str) else token
        super().__init__(base_url, auth, retries, budget)
        self.location_id = checks.text("location_id", location_id)
        self.versions = {**VERSIONS, **(versions or {})}

    def standing_headers(self, path: str) -> Mapping[str, str]:
        """Return the version of the product family that a path belongs to."""
        called = f"{path.partition('?')[0]}/"
        families = [each for each in self.versions if called.startswith(f"{each.rstrip('/')}/")]
        return {"Version": self.versions[max(families, key=len)] if families else NEWEST}

    def answer_as_if(self, request: Request) -> Any:
        """Return what HighLevel would answer to a request that a dry run does not send."""
        return answer_as_if(request)

    def understood(self, response: Response) -> Response:
        """Return a time-out as a time-out, and a 429 with the time to wait."""
        return with_retry_after(with_meant_status(response))

    def refused(self, request: Request, response: Response) -> ApiError:
        """Return the exception for a refusal, read before its status is believed."""
        limits = Limits.from_response(response)
        if response.status == 429 and limits.day_is_over:
            said = out_of_day(limits.until_tomorrow, response.received_at)
            return self._error(request, response, RateLimited, said)
        reading = read(request, response, self.base_url)
        if reading is not None:
            return self._error(request, response, reading.kind, reading.advice)
        if response.status == 401 and not request.authenticated:
            return self._error(request, described(response), AuthError, APP_CREDENTIALS)
        if response.status == 401 and not isinstance(self.auth, StaticToken):
            return self._error(request, response, AuthError, APP)
        return with_trace(
            super().refused(request, response if request.authenticated else described(response))
        )

    def _error(self, request: Request, response: Response, kind: type[ApiError], said: str) -> ApiError:
        operation = request.operation
        error = error_from(response, system=self.system, operation=operation, kind=kind, advice={kind: said})
        return with_trace(error)

    def _delete(self, path: str, json: Any = None) -> Flow[Done]:
        """Delete what a path names; what is gone already is nothing to do."""
        request = self.request("DELETE", path, repeat=Repeat.ALWAYS, json=json)
        try:
            return (yield from self.call(request, Done.from_answer))
        except OperationUnavailable:
            raise
        except NotFound:
            return Done.NOTHING_TO_DO
