"""Every request to HighLevel is as the vendor's own OpenAPI files say, and their answers can be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any

import pytest

from airflow_provider_calendars.api.flow import Request
from airflow_provider_calendars.api.highlevel import HighLevelApi
from airflow_provider_calendars.api.highlevel.refusals import scope_of
from airflow_provider_calendars.api.highlevel.wire import UNSET
from tests.contract.highlevel_calls import CALENDAR, CALLS, CONTACT_CALLS, VARIANTS, Call
from tests.contract.specification import HOST, Operation, Specification, folder
from tests.unit.feeding import answer, conversation

pytestmark = pytest.mark.skipif(
    folder() is None,
    reason="the contract with HighLevel was NOT checked: the vendor's OpenAPI files are neither in "
    "$HIGHLEVEL_OPENAPI nor in ../shared/api/specs/highlevel",
)

LOOK_UPS = frozenset({"/locations/{locationId}", "/locations/{locationId}/timezones", "/users/"})
CASES = [
    *(pytest.param(name, call, id=name) for name, call in {**CALLS, **CONTACT_CALLS}.items()),
    *(pytest.param(name, call, id=f"{name}-variant") for name, call in VARIANTS.items()),
]
# the files give one answer no schema, and say of another that it has more pages
ANSWERS: Mapping[str, Callable[[Any], Any]] = {
    "get-timezones": lambda _: {"timeZones": ["Europe/Berlin"]},
    "get-appointment-notes": lambda example: {**example, "hasMore": False},
    "search-contacts-advanced": lambda _: {"contacts": [], "total": 0, "traceId": "t1"},
    "get-duplicate-contact": lambda _: {"contact": None},
}


@cache
def specification(product: str) -> Specification:
    if product == "contacts":
        return Specification(product, operations=frozenset(CONTACT_CALLS))
    return Specification(product, None if product == "calendars" else LOOK_UPS)


def every_operation() -> dict[str, Operation]:
    products = [specification(name) for name in ("calendars", "contacts", "locations", "users")]
    return {name: said for product in products for name, said in product.operations.items()}


def sent(name: str, call: Call) -> Request:
    """Return the request of a call, which gets the answer of the files."""
    adjust = ANSWERS.get(name, lambda example: example)
    talked = conversation([answer(adjust(every_operation()[name].example))])
    talked.run(call(HighLevelApi("pit-token", base_url=HOST, location_id="l1")))
    assert len(talked.requests) == 1
    return talked.requests[0]


def judged(name: str, request: Request) -> list[str]:
    family = every_operation()[name].path.split("/")[1]
    return specification(family).judge(request)


def test_every_operation_has_a_function() -> None:
    """All 41 operations on calendars are there, three look-ups, and those on contacts that are needed."""
    assert {*CALLS, *CONTACT_CALLS} == set(every_operation())
    assert len(specification("calendars").operations) == 41


@pytest.mark.parametrize(("name", "call"), CASES)
def test_a_request_is_as_the_vendor_says(name: str, call: Call) -> None:
    """Path, query, headers and body fit the operation, and nothing is sent that it does not have."""
    request = sent(name, call)
    operation = every_operation()[name]
    assert judged(name, request) == []
    assert request.method == operation.method
    assert set(request.params or {}) <= operation.queries
    assert request.headers["Authorization"] == "Bearer pit-token"


@pytest.mark.parametrize(("name", "call"), CASES)
def test_the_scope_of_a_call_is_known(name: str, call: Call) -> None:
    """What a refusal for want of a scope advises is what the vendor asks for."""
    request = sent(name, call)
    assert scope_of(request.method, request.url.removeprefix(HOST)) in every_operation()[name].scopes


def test_the_calendar_of_these_tests_has_every_field() -> None:
    """No field of a calendar goes unjudged."""
    assert [each.name for each in fields(CALENDAR) if getattr(CALENDAR, each.name) is UNSET] == []


@pytest.mark.parametrize(
    ("name", "schema", "left_out"),
    [
        ("create-calendar", "CalendarCreateDTO", {"meetingLocation"}),
        ("update-calendar", "CalendarUpdateDTO", {"meetingLocation"}),
        ("create-appointment", "AppointmentCreateSchema", set()),
        ("edit-appointment", "AppointmentEditSchema", set()),
        ("create-block-slot", "BlockSlotCreateRequestDTO", {"assignedUserId"}),
        ("edit-group", "GroupUpdateDTO", set()),
        ("create-calendar-group", "GroupCreateDTO", set()),
        ("create-calendar-resource", "CreateCalendarResourceDTO", set()),
        ("update-calendar-resource", "UpdateCalendarResourceDTO", set()),
        ("update-event-notification", "UpdateCalendarNotificationsDTO", set()),
        ("createSchedule", "CreateScheduleDTO", set()),
        ("updateSchedule", "UpdateScheduleDTO", set()),
    ],
)
def test_everything_that_may_be_written_can_be(name: str, schema: str, left_out: set[str]) -> None:
    """Every property of a body is sent by some field; a place that can only be read is not."""
    assert set(sent(name, CALLS[name]).json) == specification("calendars").properties(schema) - left_out


@pytest.mark.parametrize(
    ("name", "schema", "left_out"),
    [
        ("upsert-contact", "UpsertContactDto", {"createNewIfDuplicateAllowed", "tags"}),
        ("create-contact", "CreateContactDto", set()),
        ("update-contact", "UpdateContactDto", {"tags"}),
        ("add-tags", "TagsDTO", set()),
    ],
)
def test_what_of_a_contact_is_never_written(name: str, schema: str, left_out: set[str]) -> None:
    """What a person wants is never overwritten, nor are tags where that would replace them."""
    wishes = {"dnd", "dndSettings", "inboundDndSettings", "gender"}
    expected = specification("contacts").properties(schema) - left_out - wishes
    assert set(sent(name, CONTACT_CALLS[name]).json) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"json": {"locationId": "l1", "name": "Demo", "id": "c1"}},
        {"json": {"name": "Demo"}},
        {"json": {"locationId": "l1", "name": "Demo", "lookBusyConfig": {"lookBusyPercentage": 1}}},
        {"headers": {"Authorization": "Bearer pit-token"}},
        {"headers": {"Authorization": "Bearer pit-token", "Version": "2021-07-28"}},
        {"url": f"{HOST}/calendar/"},
    ],
)
def test_the_judge_is_strict(wrong: dict[str, Any]) -> None:
    """A further property, a missing one, a misspelt one, a wrong version and a wrong path are found."""
    right = sent("create-calendar", VARIANTS["create-calendar"])
    made = {"json": right.json, "headers": right.headers, "url": right.url, **wrong}
    assert judged("create-calendar", right) == []
    assert judged("create-calendar", Request("POST", repeat=right.repeat, **made)) != []
