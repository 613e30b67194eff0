"""Contacts as HighLevel shows them, and how many of them are read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from airflow_provider_calendars import exceptions
from airflow_provider_calendars.api.highlevel import HighLevelApi
from airflow_provider_calendars.api.highlevel.contact_records import (
    Contact,
    ContactContent,
    ContactSearch,
    UpsertedContact,
)
from airflow_provider_calendars.api.policy import Repeat
from tests.contract.highlevel_calls import CONTACT_CALLS, Call
from tests.unit.feeding import answer, conversation


def make_api() -> HighLevelApi:
    return HighLevelApi("pit-1", base_url="https://vendor.example", location_id="l1")


@pytest.mark.parametrize(("name", "call"), CONTACT_CALLS.items(), ids=list(CONTACT_CALLS))
def test_only_a_creation_is_not_repeated(name: str, call: Call) -> None:
    """A second creation can be a second person; everything else ends the same."""
    effects = conversation([answer(status=418)])
    with pytest.raises(exceptions.ApiError):
        effects.run(call(make_api()))
    assert effects.requests[0].repeat is (Repeat.IF_UNSENT if name == "create-contact" else Repeat.ALWAYS)


@pytest.mark.parametrize(
    ("said", "disturbed"),
    [
        ({}, False),
        ({"dnd": False}, False),
        ({"dnd": None, "dndSettings": None}, False),
        ({"dnd": True}, True),
        ({"dndSettings": {}}, False),
        ({"dndSettings": {"Email": {"status": "inactive"}}}, False),
        ({"dndSettings": {"Email": {"status": "active"}}}, True),
        ({"dndSettings": {"Email": {"status": "permanent"}}}, True),
        ({"dnd": False, "dndSettings": {"Email": {"status": "PERMANENT"}}}, True),
        ({"dndSettings": {"SMS": {"status": "active"}}}, False),
        ({"dndSettings": {"Email": {"status": "sometimes"}}}, None),
        ({"dnd": "yes"}, None),
        ({"dnd": False, "dndSettings": []}, False),
        ({"dnd": False, "dndSettings": {"Email": {}}}, False),
        ({"dnd": False, "dndSettings": {"Email": {"status": None, "message": None}}}, False),
        ({"dnd": False, "dndSettings": "active"}, None),
        ({"dnd": False, "dndSettings": [{"channel": "Email", "status": "active"}]}, None),
        ({"dnd": False, "dndSettings": {"Email": "active"}}, None),
        ({"dnd": False, "dndSettings": {"Email": True}}, None),
        ({"dnd": False, "dndSettings": {"Email": False}}, None),
        ({"dnd": False, "dndSettings": {"Email": {"message": "asked to stop"}}}, None),
        ({"dnd": False, "dndSettings": {"email": {"status": "active"}}}, None),
        ({"dndSettings": {"all": {"status": "active"}}}, None),
        ({"dndSettings": {"all": {"status": "inactive"}}}, False),
        ({"dndSettings": {"all": "active", "Email": {"status": "active"}}}, True),
        ({"dnd": True, "dndSettings": {"Email": {"status": "sometimes"}}}, True),
        ({"dnd": "yes", "dndSettings": {"Email": {"status": "active"}}}, True),
        ({"inboundDndSettings": {"all": {"status": "active"}}}, False),
    ],
)
def test_who_is_not_to_be_mailed(said: dict[str, Any], disturbed: bool | None) -> None:
    """By the global switch or the channel's, for good or for now; what is not understood is not a yes."""
    assert Contact.from_answer({"id": "p1", **said}).email_disturbed is disturbed


def test_a_contact_of_a_search() -> None:
    """A search spells names in its own ways, and further addresses as texts or objects."""
    contact = Contact.from_answer(
        {
            "id": "p1",
            "firstNameLowerCase": "ada",
            "contactName": "Ada Byron",
            "email": " Ada@Example.com ",
            "additionalEmails": ["b@example.com", {"email": "C@example.com"}, None, {}],
            "tags": ["Webinar", "VIP "],
            "dateAdded": "2026-06-01T10:00:00.000Z",
            "dateUpdated": None,
            "searchAfter": [1, "p1"],
        }
    )
    assert (contact.first_name, contact.name, contact.email) == ("ada", "Ada Byron", "ada@example.com")
    assert contact.additional_emails == ("b@example.com", "c@example.com")
    assert contact.tags == ("webinar", "vip")
    assert contact.date_added == datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert "ada" not in repr(contact).lower()


@pytest.mark.parametrize("extra", [{"succeded": True}, {"succeeded": True}, {"traceId": "t"}, {}])
def test_an_upsert_is_read_whatever_it_acknowledges(extra: dict[str, Any]) -> None:
    """HighLevel spells its acknowledgement in two ways, of which neither is asked."""
    read = UpsertedContact.from_answer({"new": True, "contact": {"id": "p1"}, **extra})
    assert (read.contact.contact_id, read.is_new) == ("p1", True)
    assert UpsertedContact.from_answer({"contact": {"id": "p1"}}).is_new is None


def page(*ids: str, cursor: bool = True) -> Any:
    found = [{"id": each, **({"searchAfter": [1, each]} if cursor else {})} for each in ids]
    return answer({"contacts": found, "total": 99})


@pytest.mark.parametrize("cursor", [True, False])
def test_the_position_of_the_next_part(cursor: bool) -> None:
    """It is hidden in the last record; where there is none, pages are counted."""
    talked = conversation([page("a", "b", cursor=cursor), page("c", cursor=cursor)])
    search = ContactSearch(page_size=2)
    first = talked.run(make_api().search_contacts_page(search))
    assert first.total == 99
    assert first.following == ({"searchAfter": [1, "b"]} if cursor else {"page": 2})
    last = talked.run(make_api().search_contacts_page(search, first.following))
    assert (first.is_full, last.is_full) == (True, False)
    nothing = conversation([page()]).run(make_api().search_contacts_page(search, last.following))
    assert nothing.following is None
    bodies = [request.json for request in talked.requests]
    assert bodies[0]["page"] == 1
    assert ("page" in bodies[1]) is not cursor
    assert bodies[1].get("searchAfter") == ([1, "b"] if cursor else None)


def test_a_cursor_that_does_not_move_ends_the_list() -> None:
    """A list that would never end does."""
    talked = conversation([page("a", "b")])
    following = {"searchAfter": [1, "b"]}
    read = talked.run(make_api().search_contacts_page(ContactSearch(page_size=2), following))
    assert read.following is None


def test_which_contacts_are_wanted_is_asked_and_looked_at() -> None:
    """How the search compares is not documented, so what it finds is compared again."""
    since = datetime(2026, 6, 1, tzinfo=UTC)
    search = ContactSearch(tags=("Webinar",), updated_since=since)
    assert search.to_wire()["filters"] == [
        {
            "group": "OR",
            "filters": [
                {"field": "tags", "operator": "contains", "value": "Webinar"},
                {"field": "tags", "operator": "contains", "value": "webinar"},
            ],
        },
        {"field": "dateUpdated", "operator": "range", "value": {"gte": "2026-06-01T00:00:00.000Z"}},
    ]

    def found(**said: Any) -> bool:
        given = {"id": "p1", "tags": ["webinar"], "dateUpdated": "2026-06-02T00:00:00Z", **said}
        return search.holds(Contact.from_answer(given))

    assert found()
    assert not found(tags=["webinar 2025"])
    assert not found(tags=[])
    # where the answer has no tags, only the search can tell
    assert search.holds(Contact.from_answer({"id": "p1", "dateUpdated": "2026-06-02T00:00:00Z"}))
    assert not found(tags=None)
    assert not found(tags={})
    assert not found(dateUpdated="2026-05-31T23:59:59Z")
    # who knows
    assert found(dateUpdated=None)


@pytest.mark.parametrize(
    "wrong",
    [{"page_size": 501}, {"page_size": 0}, {"tags": ("x" * 76,)}, {"query": "x" * 76}, {"filters": ("x",)}],
)
def test_a_search_that_would_be_refused_is_not_sent(wrong: dict[str, Any]) -> None:
    """The limits of a search are known."""
    with pytest.raises(exceptions.ConfigurationError, match=next(iter(wrong))):
        ContactSearch(**wrong)


def test_somebody_who_is_there_already() -> None:
    """The refusal is a conflict that names the contact."""
    said = {
        "statusCode": 400,
        "message": "This location does not allow duplicated contacts.",
        "meta": {"contactId": "p7", "contactName": "Ada Byron", "matchingField": "email"},
    }
    with pytest.raises(exceptions.Conflict, match="contact p7") as raised:
        conversation([answer(said, 400)]).run(CONTACT_CALLS["create-contact"](make_api()))
    assert "Ada" not in str(raised.value)


def test_a_contact_needs_something_to_be_known_by() -> None:
    """Without address and number every call would make one more."""
    with pytest.raises(exceptions.ConfigurationError, match="email or a phone"):
        ContactContent(first_name="Ada").to_create("l1")


def test_the_times_of_a_contacts_appointments_are_the_locations() -> None:
    """They come without an offset; those that have one keep it."""
    events = {
        "events": [
            {"id": "e1", "startTime": "2026-06-01 10:00:00", "endTime": "2026-06-01 10:30:00"},
            {"id": "e2", "startTime": "2026-06-01T10:00:00Z"},
            {"id": "e3", "startTime": None},
        ]
    }
    talked = conversation([answer({"location": {"id": "l1", "timezone": "Europe/Berlin"}}), answer(events)])
    first, second, third = talked.run(make_api().list_contact_appointments("p1"))
    assert first.start == datetime(2026, 6, 1, 8, tzinfo=UTC)
    assert second.start == datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert third.start is None


@pytest.mark.parametrize("nobody", [None, {}, {"contact": None}, {"traceId": "t"}, {"contact": {}}])
def test_nobody_would_be_doubled(nobody: Any) -> None:
    """No contact is an answer, however HighLevel says it."""
    assert conversation([answer(nobody)]).run(make_api().find_duplicate_contact(email="a@b.co")) is None


def test_part_of_a_second_is_lost_to_neither_of_two_searches() -> None:
    """The first is asked for more than it takes, so that the moment between both is in one of them."""
    between = datetime(2026, 6, 1, 10, 0, 0, 500_400, tzinfo=UTC)

    def asked(search: ContactSearch) -> Any:
        return search.to_wire()["filters"][0]["value"]

    assert asked(ContactSearch(updated_before=between)) == {"lt": "2026-06-01T10:00:00.501Z"}
    assert asked(ContactSearch(updated_since=between)) == {"gte": "2026-06-01T10:00:00.500Z"}
