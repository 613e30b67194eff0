"""A dry run: no call that changes a vendor's state leaves the machine, at none of the three vendors."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import pytest

from airflow_provider_calendars.api.base import Api
from airflow_provider_calendars.api.highlevel import HighLevelApi
from airflow_provider_calendars.api.lemcal import LemcalApi
from airflow_provider_calendars.api.lemcal.records import HookRequest
from airflow_provider_calendars.api.lets_calendar import LetsCalendarApi
from airflow_provider_calendars.api.policy import Repeat
from airflow_provider_calendars.api.rehearsal import Rehearsal, is_rehearsed
from tests.contract.highlevel_calls import CALLS, CONTACT_CALLS
from tests.unit.api.test_calls import ABSOLUTE, CONTENT, CREATING, MAILING, READS
from tests.unit.feeding import conversation

SYSTEMS: dict[str, tuple[Any, Mapping[str, Any]]] = {
    "lets_calendar": (
        lambda: LetsCalendarApi("lc_key", "secret", base_url="https://vendor.example/api/lc"),
        {**READS, **ABSOLUTE, **CREATING, **MAILING},
    ),
    "lemcal": (
        lambda: LemcalApi("usr_1", "key", base_url="https://vendor.example"),
        {
            "create_hook": lambda api: api.create_hook(HookRequest("https://a.example", "met_1")),
            "delete_hook": lambda api: api.delete_hook("hoo_1"),
            "me": lambda api: api.me(),
            "meetings": lambda api: api.meetings(),
            "meeting_types": lambda api: api.meeting_types(),
            "meeting_type": lambda api: api.meeting_type("met_1"),
        },
    ),
    "highlevel": (
        lambda: HighLevelApi("pit-1", base_url="https://vendor.example", location_id="l1"),
        {**CALLS, **CONTACT_CALLS},
    ),
}
CASES = [
    pytest.param(make, call, id=f"{system}-{name}")
    for system, (make, calls) in SYSTEMS.items()
    for name, call in calls.items()
]


class Sent(Exception):
    """A request wants to leave the machine."""


def rehearsing(make: Any) -> Any:
    api: Api = make()
    api.rehearsal = Rehearsal()
    return api


@pytest.mark.parametrize(("make", "call"), CASES)
def test_what_changes_anything_stays_here(make: Any, call: Any) -> None:
    """Every function either reads, or is answered without a request and in a form it understands."""
    api = rehearsing(make)
    talked = conversation([])
    try:
        talked.run(call(api))
    except IndexError:
        # the conversation has no answers: a request was sent, which only a read may
        assert not talked.requests[-1].changes
    assert [request for request in talked.requests if request.changes] == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_function_is_forgotten(system: str) -> None:
    """Each function of each API is one of those that are tried above."""
    make, calls = SYSTEMS[system]
    tried = {name for call in calls.values() for name in inspect.getclosurevars(call).unbound}
    # what combines others, and what makes no call
    others = {
        "answer_as_if",
        "call",
        "campaign_url",
        "check_redirected",
        "exchange",
        "refused",
        "request",
        "standing_headers",
        "understood",
        "list_appointments",
        "look_up_missing",
        "redirect",
        "timezone_of_location",
    }
    public = {name for name in dir(type(make())) if not name.startswith("_")}
    functions = {name for name in public if callable(getattr(type(make()), name))}
    assert functions - tried - others == set()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_generic_call_stays_here_too(system: str, method: str) -> None:
    """Whatever an author calls by path is held back as well."""
    api = rehearsing(SYSTEMS[system][0])
    talked = conversation([])
    request = api.request(method, "/anything/new", repeat=Repeat.NEVER, json={"a": 1})
    answer = talked.run(api.call(request, lambda said: said))
    assert (talked.requests, isinstance(answer, dict)) == ([], True)
    assert api.rehearsal.operations == [f"{method} /anything/new"]


def test_what_was_created_as_if_goes_on_as_if() -> None:
    """Its id is told by its beginning, is the same for the same thing, and calls on it stay here."""
    api = rehearsing(SYSTEMS["lets_calendar"][0])
    talked = conversation([])
    first, second = (talked.run(api.create_campaign(CONTENT)) for _ in range(2))
    assert is_rehearsed(first.campaign_id)
    assert first == second
    assert (first.title, first.start_datetime) == (CONTENT.title, CONTENT.start_datetime)
    assert talked.run(api.attendee_summary(first.campaign_id)).total == 0
    assert talked.run(api.list_attendees(first.campaign_id)) == []
    assert talked.run(api.get_campaign(first.campaign_id)).campaign_id == first.campaign_id
    assert talked.requests == []
    assert api.rehearsal.operations == ["POST /create-campaign"] * 2
