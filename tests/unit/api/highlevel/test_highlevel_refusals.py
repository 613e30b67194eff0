"""A refusal of HighLevel is read before its status is believed."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_calendars import exceptions
from airflow_provider_calendars.api.auth import StaticToken
from airflow_provider_calendars.api.highlevel import HighLevelApi
from airflow_provider_calendars.api.highlevel.refusals import scope_of
from airflow_provider_calendars.api.policy import Retries
from tests.contract.highlevel_calls import CALLS, Call
from tests.unit.feeding import Outcome, answer, conversation

LATE = {"statusCode": 401, "message": "Request timed out", "error": "Unauthorized"}


def make_api(attempts: int = 5, **more: Any) -> HighLevelApi:
    retries = Retries(attempts=attempts, jitter=lambda: 0.0)
    return HighLevelApi(
        "pit-abcdefghijkl", base_url="https://vendor.example", location_id="l1", retries=retries, **more
    )


def refusal(call: Call, *outcomes: Outcome) -> tuple[Any, int]:
    """Return the error of a call, and how often it was sent."""
    talked = conversation(outcomes)
    with pytest.raises(exceptions.CalendarsError) as caught:
        talked.run(call(make_api(attempts=len(outcomes))))
    return caught.value, len(talked.requests)


KINDS: list[tuple[int, Any, type[exceptions.ApiError], str]] = [
    (401, "Invalid token: access token is invalid", exceptions.AuthError, "private integration token"),
    (401, "Invalid JWT", exceptions.AuthError, "private integration token"),
    (
        401,
        "The token is not authorized for this scope.",
        exceptions.PermissionDenied,
        "calendars/events.readonly",
    ),
    (401, "version header was not found.", exceptions.Rejected, "Version header"),
    (401, "version header is invalid", exceptions.Rejected, "Version header"),
    (403, "The token does not have access to this location.", exceptions.PermissionDenied, "location"),
    (404, "Cannot GET /calendars/services/catalog", exceptions.OperationUnavailable, "version"),
    (404, "Appointment not found", exceptions.NotFound, "not found"),
    (
        400,
        "The slot you have selected is no longer available.",
        exceptions.Conflict,
        "Choose another slot",
    ),
    (
        422,
        "The slot you have selected is no longer available.",
        exceptions.Conflict,
        "Choose another slot",
    ),
    (422, ["property x should not exist"], exceptions.Rejected, "property x should not exist"),
]


@pytest.mark.parametrize(("status", "message", "kind", "says"), KINDS)
def test_a_refusal_has_the_class_and_the_advice_that_help(
    status: int, message: Any, kind: type[exceptions.ApiError], says: str
) -> None:
    """Scope, version, location and slot are told apart, and none of them is asked again."""
    body = {"statusCode": status, "message": message, "error": "Whatever", "traceId": "t-1"}
    error, _ = refusal(CALLS["get-appointment"], answer(body, status))
    assert type(error) is kind
    assert says in str(error)
    assert error.request_id == "t-1"
    assert "pit-" not in str(error)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"status": 400, "message": "MongoError: wrong type", "name": "HttpException"}, "MongoError"),
        ({"error": {"code": 400, "message": "Nested", "status": "INVALID"}}, "Nested"),
        ({"statusCode": 400, "error": "Bad Request"}, "Bad Request"),
        ({"message": ["a is wrong", "b is wrong"]}, "a is wrong; b is wrong"),
        ({}, "no explanation"),
        (b"", "no explanation"),
    ],
)
def test_every_shape_of_refusal_is_read(body: Any, says: str) -> None:
    """Text or list, with statusCode or status, flat or in the envelope of version 3."""
    error, _ = refusal(CALLS["get-calendar"], answer(body, 400))
    assert type(error) is exceptions.Rejected
    assert says in str(error)


def test_a_late_gateway_is_asked_again_although_it_says_401() -> None:
    """A time-out that comes as 401 is repeated for a read, and at last the server's fault."""
    error, times = refusal(CALLS["get-calendar"], *[answer(LATE, 401)] * 3)
    assert type(error) is exceptions.ServerError
    assert times == 3


def test_a_late_gateway_leaves_a_booking_unknown() -> None:
    """A booking that timed out is not repeated: it may stand."""
    talked = conversation([answer(LATE, 401)])
    with pytest.raises(exceptions.OutcomeUnknown):
        talked.run(CALLS["create-appointment"](make_api()))
    assert len(talked.requests) == 1


@pytest.mark.parametrize("operation", ["createSchedule", "create-calendar"])
def test_the_missing_scope_is_named_for_writes(operation: str) -> None:
    """A token that may only read is told which scope it lacks."""
    body = {"statusCode": 401, "message": "The token is not authorized for this scope."}
    error, times = refusal(CALLS[operation], answer(body, 401))
    assert "scope calendars.write " in str(error)
    assert times == 1


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/calendars/eventscalendar", "calendars.readonly"),
        ("PUT", "/calendars/c1/notifications/n1", "calendars/events.write"),
        ("POST", "/calendars/groups/validate-slug", "calendars/groups.write"),
        ("GET", "/opportunities/search", "of this product"),
    ],
)
def test_the_scope_goes_by_the_path(method: str, path: str, scope: str) -> None:
    """An id that begins like a product is no product, and an unknown product has no known scope."""
    assert scope_of(method, path) == scope


def test_a_static_token_is_not_renewed() -> None:
    """There is no other token to be had, so a refused one is refused once."""
    token = StaticToken("pit-1")
    talked = conversation([])
    used = talked.run(token.headers(lambda _: iter(())))  # type: ignore[arg-type, return-value]
    assert used == {"Authorization": "Bearer pit-1"}
    assert talked.run(token.renew(answer(status=401), used, lambda _: iter(()))) is False  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize("name", [name for name in CALLS if name.startswith(("delete-", "remove-"))])
def test_what_is_gone_already_is_nothing_to_delete(name: str) -> None:
    """A deletion whose first reply was lost ends well, but not where the operation is missing."""
    gone = answer({"statusCode": 404, "message": "Not found"}, 404)
    assert conversation([gone]).run(CALLS[name](make_api())).value == "nothing_to_do"
    missing = answer({"statusCode": 404, "message": "Cannot DELETE /calendars/x"}, 404)
    with pytest.raises(exceptions.OperationUnavailable):
        conversation([missing]).run(CALLS[name](make_api()))


def test_versions_go_by_product_and_can_be_set() -> None:
    """Calendars and look-ups have versions of their own, which a connection or a call can change."""
    talked = conversation([answer({"location": {"id": "l1"}}), answer({"groups": []})])
    api = make_api(versions={"/calendars": "2023-02-21"})
    talked.run(api.get_location())
    talked.run(api.list_groups())
    assert [request.headers["Version"] for request in talked.requests] == ["2021-07-28", "2023-02-21"]
    repeat = talked.requests[0].repeat
    services = api.request("GET", "/calendars/services/catalog", repeat=repeat)
    assert services.headers["Version"] == "v3"
    newer = api.request("GET", "/calendars/groups", repeat=repeat, headers={"Version": "v3"})
    assert newer.headers["Version"] == "v3"


def test_a_location_is_needed() -> None:
    """Nearly every call names the location, so there is no API without one."""
    with pytest.raises(exceptions.ConfigurationError):
        HighLevelApi("pit-1", base_url="https://vendor.example", location_id=" ")
