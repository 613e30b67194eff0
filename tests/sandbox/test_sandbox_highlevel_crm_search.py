"""The search for contacts in the sandbox's HighLevel: filters, pages, cursors, a late index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from airflow_provider_calendars.sandbox import Sandbox
from tests.sandbox.highlevel_client import ADA, BLAISE, CONTACTS_VERSION, NOW, Client, refused

CHIEN, DOROTHY, SOMEBODY = "conChien000000000001", "conDorothy0000000001", "conSomebody000000001"
EVERYBODY = [ADA, BLAISE, CHIEN, DOROTHY, SOMEBODY]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(clock=lambda: NOW) as running:
        running.settings.highlevel_rate_limit = None
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    client = Client(sandbox)
    client.session.headers["Version"] = CONTACTS_VERSION
    return client


def rule(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator, **({} if value is None else {"value": value})}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([], EVERYBODY),
        ([rule("tags", "eq", "vip")], [ADA]),
        ([rule("tags", "eq", ["vip", "vip-2025"])], [ADA, BLAISE]),
        ([rule("tags", "contains", "vip")], [ADA, BLAISE]),
        ([rule("tags", "not_contains", "vip")], [CHIEN, DOROTHY, SOMEBODY]),
        ([rule("tags", "exists")], [ADA, BLAISE]),
        ([rule("tags", "not_exists")], [CHIEN, DOROTHY, SOMEBODY]),
        ([rule("email", "eq", "ADA@example.com")], [ADA]),
        ([rule("email", "not_eq", "ada@example.com")], [BLAISE, CHIEN, DOROTHY, SOMEBODY]),
        ([rule("email", "contains", "@example")], EVERYBODY),
        ([rule("firstName", "eq", "Dorothy")], [DOROTHY]),
        ([rule("lastNameLowerCase", "eq", "wu")], [CHIEN]),
        ([rule("phone", "exists")], []),
        ([rule("dnd", "eq", True)], [CHIEN]),
        ([rule("dndSettings.Email.status", "eq", "permanent")], [DOROTHY]),
        ([rule("customFields.seat", "exists")], []),
        ([rule("tags", "exists"), rule("lastName", "eq", "Pascal")], [BLAISE]),
        (
            [{"group": "OR", "filters": [rule("dnd", "eq", True), rule("lastName", "eq", "Pascal")]}],
            [BLAISE, CHIEN],
        ),
        (
            [
                {
                    "group": "OR",
                    "filters": [
                        {"group": "AND", "filters": [rule("tags", "eq", "vip"), rule("email", "exists")]},
                        rule("id", "eq", CHIEN),
                    ],
                }
            ],
            [ADA, CHIEN],
        ),
    ],
)
def test_filters(sandbox: Sandbox, client: Client, filters: list[Any], expected: list[str]) -> None:
    """Filters are met all together, unless a group says otherwise; `contains` is met by longer tags."""
    sandbox.highlevel.tag(ADA, "vip")
    sandbox.highlevel.tag(BLAISE, "vip-2025")
    sandbox.highlevel.set_dnd(CHIEN)
    sandbox.highlevel.set_dnd(DOROTHY, channel="Email", status="permanent")
    assert sorted(client.found(*filters)) == expected


def test_ranges_of_dates(sandbox: Sandbox, client: Client) -> None:
    """Dates are compared in any form: ISO with and without an offset, milliseconds."""
    sandbox.clock.advance(60)
    sandbox.highlevel.tag(ADA, "late")
    assert client.found(rule("dateUpdated", "range", {"gt": "2026-11-23T08:00:00Z"})) == [ADA]
    assert client.found(rule("dateUpdated", "range", {"gte": "2026-11-23T09:01:00+01:00"})) == [ADA]
    assert client.found(rule("dateUpdated", "range", {"gt": round((NOW + 60) * 1000)})) == []
    window = {"gte": "2026-11-23T07:59:00", "lt": "2026-11-23T08:01:00"}
    assert sorted(client.found(rule("dateUpdated", "range", window))) == EVERYBODY[1:]
    assert sorted(client.found(rule("dateAdded", "range", {"lte": "2026-11-23T08:00:00Z"}))) == EVERYBODY


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"pageLimit": None}, "pageLimit should not be empty"),
        ({"pageLimit": 501}, "pageLimit must not be greater than 500"),
        ({"pageLimit": 0}, "pageLimit must not be less than 1"),
        ({"limit": 5}, "property limit should not exist"),
        ({"query": "x" * 76}, "query must be shorter"),
        ({"filters": [rule("tags", "eq", "x" * 76)]}, "value must be shorter"),
        ({"filters": [rule("tags", "is", "x")]}, "operator must be one of"),
        ({"filters": [rule("shoeSize", "eq", "x")]}, "Invalid field shoeSize"),
        ({"filters": [rule("tags", "eq")]}, "value should not be empty"),
        ({"filters": [rule("tags", "exists", "x")]}, "value should not exist"),
        ({"filters": [rule("email", "range", {"gt": 1})]}, "operator range is not supported"),
        ({"filters": [rule("dateAdded", "range", {"from": 1})]}, "value of range must be an object"),
        ({"filters": [rule("dateAdded", "range", {"gt": "soon"})]}, "value of range must be a date"),
        ({"filters": [{"group": "XOR", "filters": []}]}, "group must be one of"),
        ({"filters": [{**rule("tags", "exists"), "not": True}]}, "property not should not exist"),
        ({"filters": ["vip"]}, "each value in filters must be an object"),
        ({"sort": [{"field": "email", "direction": "up"}]}, "sort.0.direction must be one of"),
        ({"searchAfter": [1, "x"], "page": 2}, "page should not exist"),
        ({"searchAfter": ["x"]}, "searchAfter must be"),
        ({"searchAfter": ["x", "x"]}, "searchAfter must be"),
    ],
)
def test_searches_that_are_refused(client: Client, body: dict[str, Any], message: str) -> None:
    """A search that the grammar does not allow is a 422 that says why."""
    status, messages = refused(client.post("contacts/search", **{"pageLimit": 10, **body}))
    assert status == 422
    assert any(one.startswith(message) for one in messages)


def test_query_and_order(client: Client) -> None:
    """A text is looked for in names and addresses; the order can be asked for."""
    assert client.found(query="PASCAL") == [BLAISE]
    by_email = client.found(sort=[{"field": "email", "direction": "desc"}])
    assert by_email == EVERYBODY[::-1]
    assert client.found(sort=[{"field": "dnd"}, {"field": "firstName", "direction": "asc"}]) == EVERYBODY


@pytest.mark.parametrize("field", ["dateAdded", "dateUpdated", "email"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_cursor_finds_everybody_once(sandbox: Sandbox, client: Client, field: str, direction: str) -> None:
    """The cursor of the last record leads to the next page, also where many records are of one moment."""
    sandbox.highlevel.add_contacts(20, tags=["many"])
    sandbox.clock.advance(1)
    sandbox.highlevel.add_contacts(3, prefix="later")
    seen: list[str] = []
    cursor: dict[str, Any] = {}
    while contacts := client.search(5, sort=[{"field": field, "direction": direction}], **cursor).json()[
        "contacts"
    ]:
        seen += [one["id"] for one in contacts]
        cursor = {"searchAfter": contacts[-1]["searchAfter"]}
        assert cursor["searchAfter"][-1] == contacts[-1]["id"]
    assert (len(seen), len(set(seen))) == (28, 28)


def test_more_than_ten_thousand(sandbox: Sandbox, client: Client) -> None:
    """Pages end at ten thousand records, where only the cursor goes on."""
    sandbox.highlevel.add_contacts(12_000, tags=["many"])
    many = rule("tags", "eq", "many")
    answer = client.search(500, filters=[many], page=20).json()
    assert (len(answer["contacts"]), answer["total"]) == (500, 12_000)
    assert answer["contacts"][-1]["searchAfter"] == [round(NOW * 1000), "person00010000"]
    assert refused(client.search(500, filters=[many], page=21))[0] == 400
    behind = answer["contacts"][-1]["searchAfter"]
    following = client.search(500, filters=[many], searchAfter=behind).json()["contacts"]
    assert following[0]["id"] == "person00010001"


def test_late_index(sandbox: Sandbox, client: Client) -> None:
    """What was written is read at once, but searched for only after a while; so it is with deletions."""
    sandbox.settings.search_lag = 5
    made = client.upsert(email="emmy@example.com", tags=["vip"])["contact"]["id"]
    client.call("POST", f"contacts/{ADA}/tags", {"tags": ["vip"]})
    client.delete(f"contacts/{BLAISE}")
    vip = rule("tags", "eq", "vip")
    assert client.call("GET", f"contacts/{made}").status_code == 200
    assert client.get("contacts/search/duplicate", email="emmy@example.com").json()["contact"]["id"] == made
    assert (client.found(vip), len(client.found())) == ([], 5)
    sandbox.clock.advance(5)
    assert sorted(client.found(vip)) == sorted([ADA, made])
    assert BLAISE not in client.found()
