"""Lists end, and a call is repeated exactly as often as it is safe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from airflow_provider_calendars.api.highlevel import HighLevelApi
from airflow_provider_calendars.api.highlevel.appointment_records import AppointmentContent
from airflow_provider_calendars.api.policy import Repeat, Retries
from airflow_provider_calendars.exceptions import ApiError, ConfigurationError, OutcomeUnknown, ServerError
from tests.contract.highlevel_calls import CALLS, Call
from tests.unit.feeding import answer, conversation

CREATING = [
    "create-calendar",
    "create-appointment",
    "create-block-slot",
    "create-appointment-note",
    "create-calendar-group",
    "create-calendar-resource",
    "create-event-notification",
    "createSchedule",
]
READING = [name for name in CALLS if name.startswith(("get", "fetch-", "find-"))]


def make_api() -> HighLevelApi:
    retries = Retries(attempts=2, jitter=lambda: 0.0)
    return HighLevelApi("pit-1", base_url="https://vendor.example/", location_id="l1", retries=retries)


def names(some: list[str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("call", [CALLS[name] for name in some], ids=some)


@pytest.mark.parametrize(("name", "call"), CALLS.items(), ids=list(CALLS))
def test_only_creations_are_not_repeated(name: str, call: Call) -> None:
    """A second creation is a second thing; everything else ends the same."""
    effects = conversation([answer(status=418)])
    with pytest.raises(ApiError):
        effects.run(call(make_api()))
    expected = Repeat.IF_UNSENT if name in CREATING else Repeat.ALWAYS
    assert effects.requests[0].repeat is expected
    # checking a slug creates nothing
    assert (effects.requests[0].method == "POST") == (name in [*CREATING, "validate-groups-slug"])


# where a list answers, one without items is an answer
LISTING = {"create-event-notification", "get-event-notification", "fetch-calendar-resources", "get-slots"}


@names([name for name in CREATING if name not in LISTING])
@pytest.mark.parametrize("odd", [None, {}, [1], "text"])
def test_a_creation_nobody_can_read_is_unknown(call: Call, odd: Any) -> None:
    """A success of an unknown shape may have created something."""
    with pytest.raises(OutcomeUnknown):
        conversation([answer(odd)]).run(call(make_api()))


@names(["get-calendars", "get-calendar-events", "get-groups", "getAllSchedules", "get-user-by-location"])
@pytest.mark.parametrize("empty", [{}, {"traceId": "t1"}])
def test_a_list_that_is_left_out_is_empty(call: Call, empty: Any) -> None:
    """An answer that holds nothing, or an id for the support only, says that there is nothing."""
    assert conversation([answer(empty)]).run(call(make_api())) == []


@names([name for name in READING if name not in LISTING])
@pytest.mark.parametrize("odd", ["text", [1], 5, {"hello": "world"}])
def test_a_read_nobody_can_read_names_the_host(call: Call, odd: Any) -> None:
    """A host that is not HighLevel gives a clear error."""
    if call is CALLS["get-timezones"]:
        odd = 5
    with pytest.raises(ServerError, match="Check the host"):
        conversation([answer(odd)]).run(call(make_api()))


def listed(prefix: str, start: int, count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"id": f"{prefix}{number}", **more} for number in range(start, start + count)]


LISTS: Mapping[str, tuple[int, str, Callable[[list[Any]], Any]]] = {
    "get-appointment-notes": (20, "offset", lambda page: {"notes": page, "hasMore": len(page) == 20}),
    "fetch-calendar-resources": (100, "skip", lambda page: page),
    "get-event-notification": (100, "skip", lambda page: page),
    "getAllSchedules": (500, "skip", lambda page: {"schedules": page}),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_to_its_end_and_nothing_twice(name: str) -> None:
    """The second page begins after the first; what shifted onto both counts once."""
    size, offset, wrap = LISTS[name]
    first, second = listed("x", 0, size, name="N"), listed("x", size - 1, 3, name="N")
    talked = conversation([answer(wrap(first)), answer(wrap(second))])
    assert len(talked.run(CALLS[name](make_api()))) == size + 2
    asked = [(request.params or {}).get(offset, "0") for request in talked.requests]
    assert asked == ["0", str(size)]


def test_a_limit_is_never_sent_for_notifications() -> None:
    """The server answers a limit with an error of its database."""
    page = listed("n", 0, 100)
    talked = conversation([answer(page), answer([])])
    talked.run(make_api().list_notifications("c1"))
    assert [request.params for request in talked.requests] == [None, {"skip": "100"}]


def test_no_notifications_are_not_created() -> None:
    """An empty list of notifications is a mistake, not a request."""
    with pytest.raises(ConfigurationError):
        make_api().create_notifications("c1", [])


@pytest.mark.parametrize("name", ["get-appointment-notes", "getAllSchedules"])
@pytest.mark.parametrize("empty", [[], None, {}])
def test_an_empty_list_is_empty(name: str, empty: Any) -> None:
    """Null and {} stand for no items, and end the list even where more is promised."""
    body = {"notes": empty, "schedules": empty, "hasMore": True}
    assert conversation([answer(body)]).run(CALLS[name](make_api())) == []


@pytest.mark.parametrize("zones", [["UTC"], {"timeZones": ["UTC"]}, {"timezones": ["UTC"], "traceId": "t"}])
def test_time_zones_come_in_any_wrapping(zones: Any) -> None:
    """The shape of the answer is not documented."""
    assert conversation([answer(zones)]).run(make_api().list_location_timezones()) == ["UTC"]


def test_ids_can_name_nothing_but_themselves() -> None:
    """A slash in an id does not lead to another operation."""
    talked = conversation([answer({"calendar": {"id": "c/1"}})])
    talked.run(make_api().get_calendar("c/1"))
    assert talked.requests[0].url == "https://vendor.example/calendars/c%2F1"


@pytest.mark.parametrize("said", [{"traceId": "t"}, {}, "UTC"])
def test_time_zones_in_no_known_shape(said: Any) -> None:
    """An answer that holds no zones is an error of this package, not a crash."""
    with pytest.raises(ServerError, match="timezones"):
        conversation([answer(said)] * 2).run(make_api().list_location_timezones())


def test_a_version_goes_by_whole_parts_of_a_path() -> None:
    """An id that begins like a product family is none."""
    api = make_api()
    for where, version in (
        ("/calendars/servicesXyz", "2021-04-15"),
        ("/calendars/services?locationId=l1", "v3"),
        ("/calendars?locationId=l1", "2021-04-15"),
        ("/contactsXyz", "v3"),
    ):
        assert api.standing_headers(where) == {"Version": version}


def test_blanks_around_a_slot_are_not_sent() -> None:
    """A template leaves them behind; the slot itself stays in its words."""
    content = AppointmentContent("c1", "p1", start_time=" 2037-06-01T09:00:00+02:00\n")
    assert content.to_create("l1")["startTime"] == "2037-06-01T09:00:00+02:00"
