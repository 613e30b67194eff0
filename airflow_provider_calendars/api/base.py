"""What the three APIs share: how a call is authenticated, repeated, paced and read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, TypeGuard, TypeVar, cast
from urllib.parse import quote

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.auth import Auth, Unchanging
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.api.errors import error_from, means, read_refusal, redirect_error
from airflow_provider_calendars.api.flow import Flow, Request, Response, Upload, now, send, sleep
from airflow_provider_calendars.api.pacing import Budget, HeaderBudget
from airflow_provider_calendars.api.policy import Repeat, Retries
from airflow_provider_calendars.api.rehearsal import Rehearsal
from airflow_provider_calendars.exceptions import (
    ApiError,
    ConfigurationError,
    OutcomeUnknown,
    ServerError,
    TransportError,
    UnreadableAnswer,
)

T = TypeVar("T")

NothingToDo = Mapping[tuple[int, str], T]


def path(template: str, **parameters: str) -> str:
    """Return a path with its parameters quoted, so that an id can name nothing but itself.

    :raises ConfigurationError: a parameter is a dot or two, which HTTP clients resolve even when quoted.
    """
    for name, value in parameters.items():
        if checks.text(name, value) in {".", ".."}:
            raise ConfigurationError(f"{name} must be an id, not {value!r}.")
    return template.format(**{name: quote(value, safe="") for name, value in parameters.items()})


class Api:
    """A vendor's API.

    :param base_url: scheme, host and path before every operation's own path.
    :param auth: how requests are authenticated.
    :param retries: how often and how patiently calls are repeated.
    :param budget: decides when the next request may go.
    """

    system: ClassVar[str]
    advice: ClassVar[Mapping[type[ApiError], str]] = {}

    def __init__(
        self,
        base_url: str,
        auth: Auth | None = None,
        retries: Retries | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.auth: Auth = auth or Unchanging()
        self.retries = retries or Retries()
        self.budget: Budget = budget or HeaderBudget(self.retries.longest_wait)
        self.rehearsal: Rehearsal | None = None

    def request(
        self,
        method: str,
        path: str,
        *,
        repeat: Repeat,
        params: Mapping[str, object] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, Upload] | None = None,
        headers: Mapping[str, str] | None = None,
        authenticated: bool = True,
        reads: bool = False,
    ) -> Request:
        """Return a request of this API.

        :param method: ``GET``, ``POST`` ...
        :param path: below the base URL, ids quoted.
        :param repeat: whether the call may be repeated when its outcome is not known.
        :param params: the query; entries that are None are left out, those of a list are repeated.
        :param json: a JSON body.
        :param form: form fields.
        :param files: files of a multipart form.
        :param headers: further headers; they win over the vendor's standing ones.
        :param authenticated: False for operations that need no credentials.
        :param reads: whether the call changes nothing although its method is not ``GET``.
        """
        given = {name: _in_query(value) for name, value in (params or {}).items() if value is not None}
        return Request(
            method=method,
            url=f"{self.base_url}{path}",
            repeat=repeat,
            operation=f"{method} {path}",
            params=given or None,
            json=json,
            form=form,
            files=files,
            # without Accept some servers answer errors with an HTML page or a redirect
            headers={"Accept": "application/json", **self.standing_headers(path), **(headers or {})},
            authenticated=authenticated,
            reads=reads,
        )

    def standing_headers(self, path: str) -> Mapping[str, str]:  # noqa: ARG002 - vendors use it
        """Return the headers that every call below a path carries. Vendors add theirs."""
        return {}

    def call(
        self, request: Request, parse: Callable[[Any], T], *, also: NothingToDo[T] | None = None
    ) -> Flow[T]:
        """Have a call made and return its record.

        :param request: what to send.
        :param parse: the record from the decoded answer.
        :param also: refusals that are results, by status and the vendor's phrase.
        :raises ApiError: the vendor refused.
        :raises OutcomeUnknown: the call must not be repeated and nobody knows what became of it.
        :raises TransportError: no answer came.
        """
        response = yield from self.exchange(request)
        if response.ok:
            return self._read(request, response, parse)
        for (status, phrase), result in (also or {}).items():
            if response.status == status and means(read_refusal(response), phrase):
                return _of_repeat(result) if response.repeats else result
        raise self.refused(request, response)

    def exchange(self, request: Request) -> Flow[Response]:
        """Send a request, again where the rules allow it, and return the final response."""
        if self.rehearsal is not None and self.rehearsal.takes(request):
            return self.rehearsal.response(request, self.answer_as_if(request), (yield from now()))
        attempt, renewed, heard = 1, False, False
        while True:
            headers = yield from self._authorization(request)
            outcome = yield from self._send(request.with_headers(headers))
            if _is_refused_login(outcome) and request.authenticated and not renewed:
                renewed = yield from self.auth.renew(outcome, headers, self._exchange_openly)
                if renewed:
                    continue
            delay = self.retries.delay(outcome, request.repeat, attempt)
            if delay is None:
                return replace(self._settle(request, outcome), repeats=heard)
            heard = heard or _may_have_been_heard(outcome)
            yield from sleep(delay)
            attempt += 1

    def answer_as_if(self, request: Request) -> Any:
        """Return what the vendor would answer to a request that a dry run does not send."""
        raise NotImplementedError

    def understood(self, response: Response) -> Response:
        """Return a response as it is meant. Vendors whose status or headers mislead correct them."""
        return response

    def refused(self, request: Request, response: Response) -> ApiError:
        """Return the exception for a refusal. Vendors refine it."""
        if 300 <= response.status < 400:
            return redirect_error(response, system=self.system, operation=request.operation)
        return error_from(response, system=self.system, operation=request.operation, advice=self.advice)

    def _authorization(self, request: Request) -> Flow[Mapping[str, str]]:
        if not request.authenticated:
            return {}
        headers = yield from self.auth.headers(self._exchange_openly)
        return headers

    def _exchange_openly(self, request: Request) -> Flow[Response]:
        response = yield from self.exchange(request)
        if not response.ok:
            raise self.refused(request, response)
        return response

    def _send(self, request: Request) -> Flow[Response | TransportError]:
        yield from self.budget.admit()
        outcome = yield from send(request)
        if isinstance(outcome, TransportError):
            return outcome
        response = self.understood(outcome)
        yield from self.budget.note(response)
        return response

    def _settle(self, request: Request, outcome: Response | TransportError) -> Response:
        if isinstance(outcome, TransportError):
            raise self._unanswered(request, outcome)
        if _may_have_been_heard(outcome) and request.repeat is not Repeat.ALWAYS:
            raise self._unknown(request, f"the answer was {outcome.status} and not a result")
        return outcome

    def _unanswered(self, request: Request, failure: TransportError) -> TransportError:
        if failure.sent and request.repeat is not Repeat.ALWAYS:
            return self._unknown(request, str(failure))
        return TransportError(
            f"{self.system} did not answer {request.operation}: {failure}.", sent=failure.sent
        )

    def _unknown(self, request: Request, why: str) -> OutcomeUnknown:
        return OutcomeUnknown(
            f"Whether {self.system} carried out {request.operation} is not known: {why}. "
            "It is not repeated, because it may have taken effect; look there before running it again."
        )

    def _read(self, request: Request, response: Response, parse: Callable[[Any], T]) -> T:
        kind: type[ServerError] = ServerError
        try:
            answer = response.json()
            kind = UnreadableAnswer
            return parse(answer)
        except (AttributeError, KeyError, TypeError, ValueError) as unreadable:
            if request.repeat is not Repeat.ALWAYS:
                raise self._unknown(request, "the answer cannot be read") from unreadable
            raise kind(
                f"{self.system} answered {request.operation} with {response.status}, but what came is not "
                f"what its documentation describes ({type(unreadable).__name__}). Check the host.",
                system=self.system,
                status=response.status,
            ) from unreadable


def _may_have_been_heard(outcome: Response | TransportError) -> bool:
    """Tell whether a call that got no result may have taken effect."""
    if isinstance(outcome, TransportError):
        return outcome.sent
    return outcome.status >= 500 or outcome.status == 408 or outcome.garbled


def _of_repeat(result: T) -> T:
    """Return the result of a call that found nothing to do, perhaps because its first attempt did it."""
    return cast("T", Done.DONE) if result is Done.NOTHING_TO_DO else result


def _in_query(value: object) -> str | Sequence[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else str(value)


def _is_refused_login(outcome: Response | TransportError) -> TypeGuard[Response]:
    return isinstance(outcome, Response) and outcome.status == 401
