"""Contacts of the sandbox's HighLevel: made, matched, changed, tagged, noted down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from airflow_provider_calendars.sandbox import Sandbox
from tests.sandbox.highlevel_client import ADA, BLAISE, CONTACTS_VERSION, DEMO, NOW, Client, refused


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


def test_upsert_makes_and_finds(sandbox: Sandbox, client: Client) -> None:
    """The first upsert makes a contact, the second finds it in any case; what is left out stays."""
    body = {
        "firstName": "Emmy",
        "lastName": "Noether",
        "email": "emmy@example.com",
        "phone": "+49 30 123-456",
    }
    made = client.upsert(
        **body, tags=["algebra"], city="Erlangen", customFields=[{"id": "f1", "value": 1}][:0]
    )
    assert (made["new"], made["succeded"], made["succeeded"]) == (True, True, True)
    contact = made["contact"]
    assert (contact["phone"], contact["city"], contact["tags"]) == ("+4930123456", "Erlangen", ["algebra"])
    again = client.upsert(email="EMMY@example.com", customFields=[{"key": "seat", "field_value": "A1"}])
    assert (again["new"], again["contact"]["id"]) == (False, contact["id"])
    assert (again["contact"]["city"], again["contact"]["tags"]) == ("Erlangen", ["algebra"])
    assert again["contact"]["customFields"] == [{"id": "seat", "value": "A1"}]
    by_phone = client.upsert(phone="+4930123456", city=None)
    assert (by_phone["new"], "city" in by_phone["contact"]) == (False, False)
    assert sandbox.highlevel.contacts_made_twice() == []


def test_upsert_overwrites_tags(sandbox: Sandbox, client: Client) -> None:
    """Tags that are sent take the place of all tags; an empty list takes them away."""
    sandbox.highlevel.tag(ADA, "vip", "speaker")
    assert client.upsert(email="ada@example.com", tags=["new"])["contact"]["tags"] == ["new"]
    assert client.upsert(email="ada@example.com", tags=[])["contact"]["tags"] == []


def test_upsert_of_two_contacts_drops_the_second_value(sandbox: Sandbox, client: Client) -> None:
    """Where e-mail and phone are those of two contacts, the first in the location's order wins."""
    sandbox.highlevel.add_contact("other", phone="+4930777")
    body = {"email": "ada@example.com", "phone": "+4930777", "lastName": "Lovelace"}
    answer = client.upsert(**body)
    assert (answer["new"], answer["contact"]["id"], answer["contact"].get("phone")) == (False, ADA, None)
    sandbox.settings.contact_unique_identifiers = ("phone", "email")
    answer = client.upsert(**body)
    assert (answer["contact"]["id"], answer["contact"]["email"]) == ("other", "other@example.com")
    assert sandbox.highlevel.contacts_made_twice() == []


def test_upsert_by_a_secondary_address_loses_the_primary_one(sandbox: Sandbox, client: Client) -> None:
    """The address that was sent becomes the primary one, although it is a secondary one."""
    sandbox.highlevel.add_contact("emmy", email="emmy@example.com", additional_emails=["noether@example.com"])
    answer = client.upsert(email="noether@example.com")
    assert (answer["new"], answer["contact"]["id"]) == (False, "emmy")
    assert sandbox.highlevel.contacts["emmy"].email == "noether@example.com"


def test_locations_that_allow_duplicates(sandbox: Sandbox, client: Client) -> None:
    """Where duplicates are allowed, they are made on request, and of those nobody can tell apart."""
    assert refused(client.post("contacts/upsert", firstName="Nobody"))[0] == 422
    assert client.upsert(email="ada@example.com", createNewIfDuplicateAllowed=True)["new"] is False
    sandbox.settings.allow_duplicate_contact = True
    assert client.upsert(email="ada@example.com")["new"] is False
    assert client.upsert(email="ada@example.com", createNewIfDuplicateAllowed=True)["new"] is True
    assert [client.upsert(firstName="Nobody")["new"] for _ in range(2)] == [True, True]
    assert client.post("contacts/", email="ada@example.com").status_code == 201
    assert len(sandbox.highlevel.contacts_made_twice()) == 2
    location = client.call("GET", f"locations/{client.location}").json()["location"]
    assert location["settings"] == {
        "allowDuplicateContact": True,
        "contactUniqueIdentifiers": ["email", "phone"],
    }


def test_a_phone_alone_may_be_refused(sandbox: Sandbox, client: Client) -> None:
    """As somebody reported, an upsert without an e-mail can be a 422."""
    sandbox.settings.phone_alone_fails = True
    assert refused(client.post("contacts/upsert", phone="+4930123"))[0] == 422
    assert client.upsert(phone="+4930123", email="new@example.com")["new"] is True


def test_create_tells_the_duplicate(sandbox: Sandbox, client: Client) -> None:
    """A contact that is there already is refused with its id; a new one is a 201."""
    answer = client.post("contacts/", email="Ada@example.com", firstName="Ada")
    assert refused(answer) == (400, "This location does not allow duplicated contacts.")
    assert answer.json()["meta"] == {"contactId": ADA, "contactName": "Ada Byron", "matchingField": "email"}
    created = client.post("contacts/", email="emmy@example.com", name="Emmy Noether")
    assert (created.status_code, created.json()["contact"]["lastName"]) == (201, "Noether")


def test_a_refusal_that_created(sandbox: Sandbox, client: Client) -> None:
    """On demand a contact is created although the answer is a 422."""
    sandbox.settings.created_contact_fails = True
    assert client.post("contacts/", email="emmy@example.com").status_code == 422
    assert [one.email for one in sandbox.highlevel.contacts.values()][-1] == "emmy@example.com"


def test_read_change_delete(sandbox: Sandbox, client: Client) -> None:
    """A contact is read, changed field by field, refused the address of another, and deleted."""
    path = f"contacts/{ADA}"
    assert client.call("GET", path).json()["contact"]["email"] == "ada@example.com"
    assert refused(client.put(path, email="blaise@example.com"))[0] == 400
    changed = client.put(path, email="", dnd=True, dndSettings={"Email": {"status": "permanent"}}).json()
    assert (changed["succeded"], changed["succeeded"]) == (True, True)
    assert "email" not in changed["contact"]
    changed = client.put(path, dndSettings={"SMS": {"status": "active", "message": "STOP"}}).json()["contact"]
    assert (changed["dnd"], set(changed["dndSettings"])) == (True, {"Email", "SMS"})
    deleted = client.delete(path).json()
    assert (deleted["succeded"], deleted["succeeded"]) == (True, True)
    assert client.call("GET", path).status_code == client.delete(path).status_code == 404
    sandbox.settings.update({"unknown_contact": 400, "repeated_delete": 200})
    assert client.call("GET", path).status_code == 400
    assert client.delete(path).status_code == 200


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"additionalEmails": ["a@example.com"]}, "property additionalEmails should not exist"),
        ({"dateAdded": "2026-01-01"}, "property dateAdded should not exist"),
        ({"email": "nobody"}, "email must be an email"),
        ({"tags": "vip"}, "tags must be an array"),
        ({"dnd": "yes"}, "dnd must be a boolean value"),
        ({"dndSettings": {"Email": {"status": "off"}}}, "dndSettings.Email.status must be one of"),
        ({"dndSettings": {"Pigeon": {"status": "active"}}}, "dndSettings.property Pigeon should not exist"),
        ({"inboundDndSettings": {"all": {"status": "permanent"}}}, "inboundDndSettings.all.status must be"),
        ({"customFields": [{"field_value": 1}]}, "customFields must have an id or a key"),
    ],
)
@pytest.mark.parametrize("method", ["upsert", "create", "update"])
def test_bodies_that_are_refused(client: Client, method: str, body: dict[str, Any], message: str) -> None:
    """What is not declared, or not of its kind, is a 422 wherever a contact is written."""
    paths = {"upsert": ("POST", "contacts/upsert"), "create": ("POST", "contacts/")}
    where = paths.get(method, ("PUT", f"contacts/{ADA}"))
    whose = {} if method == "update" else {"locationId": client.location, "phone": "+4930999"}
    status, messages = refused(client.call(*where, {**whose, **body}))
    assert status == 422
    assert any(one.startswith(message) for one in messages)


def test_an_update_declares_less(client: Client) -> None:
    """An update of a contact declares neither its location nor its company."""
    for name in ("locationId", "companyName", "gender"):
        assert refused(client.put(f"contacts/{ADA}", **{name: client.location}))[0] == 422


def test_find_duplicate(sandbox: Sandbox, client: Client) -> None:
    """A contact is found by e-mail or number, with the field that matched; nobody is null."""
    sandbox.highlevel.add_contact("emmy", phone="+4930123")
    path = "contacts/search/duplicate"
    found = client.get(path, email="ADA@example.com").json()
    assert (found["contact"]["id"], found["matchingField"]) == (ADA, "email")
    found = client.get(path, email="x@example.com", number="+4930 123").json()
    assert (found["contact"]["id"], found["matchingField"]) == ("emmy", "phone")
    assert client.get(path, email="x@example.com").json()["contact"] is None
    assert refused(client.get(path))[0] == 422


def test_tags(sandbox: Sandbox, client: Client) -> None:
    """Tags are added and removed as a set; the answer has all of them."""
    path = f"contacts/{ADA}/tags"
    for _ in range(2):
        added = client.call("POST", path, {"tags": ["vip", "Berlin"]})
        assert (added.status_code, added.json()["tags"]) == (201, ["vip", "Berlin"])
    removed = client.call("DELETE", path, {"tags": ["vip", "unknown"]})
    assert (removed.status_code, removed.json()["tags"]) == (200, ["Berlin"])
    assert refused(client.call("POST", path, {}))[0] == 422
    sandbox.settings.lower_case_tags = True
    assert client.call("POST", path, {"tags": ["VIP"]}).json()["tags"] == ["berlin", "vip"]


def test_tags_of_many(sandbox: Sandbox, client: Client) -> None:
    """Many contacts are tagged at once; those that do not exist are counted."""
    path, ids = "contacts/bulk/tags/update", [ADA, BLAISE, "nope"]
    added = client.post(f"{path}/add", contacts=ids, tags=["vip"])
    assert (added.status_code, added.json()["errorCount"]) == (201, 1)
    assert [sandbox.highlevel.contacts[one].tags for one in ids[:2]] == [("vip",), ("vip",)]
    client.post(f"{path}/add", contacts=[ADA], tags=["new"], removeAllTags=True)
    client.post(f"{path}/remove", contacts=[BLAISE], tags=["vip"])
    assert [sandbox.highlevel.contacts[one].tags for one in ids[:2]] == [("new",), ()]
    assert refused(client.post(f"{path}/set", contacts=[ADA], tags=["new"]))[0] == 422


def test_contact_notes(client: Client) -> None:
    """Notes of a contact are written, listed, changed and deleted; another contact does not have them."""
    path = f"contacts/{ADA}/notes"
    created = client.call("POST", path, {"body": "Called", "pinned": True})
    note = created.json()["note"]
    assert (created.status_code, note["contactId"], note["pinned"]) == (201, ADA, True)
    assert [one["id"] for one in client.call("GET", path).json()["notes"]] == [note["id"]]
    assert client.put(f"{path}/{note['id']}", title="Call").json()["note"]["body"] == "Called"
    assert client.call("GET", f"{path}/{note['id']}").json()["note"]["title"] == "Call"
    assert client.call("GET", f"contacts/{BLAISE}/notes/{note['id']}").status_code == 404
    assert client.delete(f"{path}/{note['id']}").json()["succeeded"] is True
    assert client.call("GET", path).json()["notes"] == []
    assert refused(client.call("POST", path, {"title": "Empty"}))[0] == 422


def test_workflows_and_campaigns_are_noted_down(sandbox: Sandbox, client: Client) -> None:
    """Whoever is put into a workflow or a campaign, or taken out, is noted down each time."""
    workflow, campaigns = f"contacts/{ADA}/workflow/w1", f"contacts/{ADA}/campaigns"
    when = {"eventStartTime": "2026-12-01T10:00:00+01:00"}
    assert [client.call("POST", workflow, when).status_code for _ in range(2)] == [200, 200]
    assert client.call("DELETE", workflow, {}).json()["succeded"] is True
    assert client.call("POST", f"{campaigns}/c1", {}).status_code == 201
    assert client.delete(f"{campaigns}/c1").status_code == 200
    assert client.delete(f"{campaigns}/removeAll").status_code == 200
    seen = [(one.into, one.id, one.added) for one in sandbox.highlevel.enrolments]
    assert seen == [
        ("workflow", "w1", True),
        ("workflow", "w1", True),
        ("workflow", "w1", False),
        ("campaign", "c1", True),
        ("campaign", "c1", False),
        ("campaign", "", False),
    ]
    assert client.call("POST", "contacts/nope/workflow/w1", {}).status_code == 404


def test_appointments_of_a_contact_have_naive_times(sandbox: Sandbox, client: Client) -> None:
    """Appointments of a contact are told in the time of the location, without an offset."""
    sandbox.highlevel.book(contact_id=ADA, start="2026-11-24T09:00:00+00:00")
    gone = sandbox.highlevel.book(contact_id=ADA)
    sandbox.highlevel.delete(gone.id)
    (event,) = client.call("GET", f"contacts/{ADA}/appointments").json()["events"]
    assert (event["startTime"], event["endTime"]) == ("2026-11-24 10:00:00", "2026-11-24 10:30:00")
    assert (event["calendarId"], event["appointmentStatus"]) == (DEMO, "confirmed")
    assert client.call("GET", f"contacts/{BLAISE}/appointments").json()["events"] == []


def test_deprecated_list(sandbox: Sandbox, client: Client) -> None:
    """The old list has pages with a cursor of its own, and is gone in v3."""
    path = "contacts/"
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    for _ in range(3):
        answer = client.get(path, **query).json()
        seen += [one["id"] for one in answer["contacts"]]
        query |= {name: answer["meta"][name] for name in ("startAfter", "startAfterId")}
    assert (len(seen), len(set(seen)), answer["meta"]["total"]) == (5, 5, 5)
    assert answer["meta"]["nextPageUrl"] is None
    assert [one["id"] for one in client.get(path, query="Blaise").json()["contacts"]] == [BLAISE]
    assert refused(client.get(path, limit=101))[0] == 422
    client.session.headers["Version"] = "v3"
    assert client.get(path).status_code == 404


def test_v3(client: Client) -> None:
    """v3 spells the acknowledgement and the fields of custom values in its own way."""
    client.session.headers["Version"] = "v3"
    changed = client.put(f"contacts/{ADA}", customFields=[{"id": "f", "fieldValue": "x"}]).json()
    assert ("succeded" in changed, changed["succeeded"]) == (False, True)
    assert changed["contact"]["customFields"] == [{"id": "f", "value": "x"}]
    assert client.delete(f"contacts/{ADA}/campaigns/remove-all").status_code == 200


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("contacts.readonly", "POST", "contacts/search"),
        ("contacts.readonly", "GET", "contacts/search/duplicate"),
        ("contacts.write", "POST", "contacts/upsert"),
        ("contacts.write", "DELETE", f"contacts/{ADA}/tags"),
    ],
)
def test_scopes(sandbox: Sandbox, client: Client, scope: str, method: str, path: str) -> None:
    """A search only needs the right to read, although it is a POST."""
    everything = sandbox.settings.highlevel_scopes
    sandbox.settings.highlevel_scopes = tuple(one for one in everything if one != scope)
    assert refused(client.call(method, path, {})) == (401, "The token is not authorized for this scope.")
    sandbox.settings.highlevel_scopes = (scope,)
    assert client.call(method, path, {}).status_code != 401


def test_do_not_disturb_and_tags_from_python(sandbox: Sandbox) -> None:
    """A test sets what people want to hear, by channel or at all, and what they are tagged with."""
    highlevel = sandbox.highlevel
    assert highlevel.set_dnd(ADA).dnd
    settings = highlevel.set_dnd(BLAISE, channel="Email", status="permanent").dnd_settings
    assert settings == {"Email": {"status": "permanent"}}
    assert not highlevel.set_dnd(ADA, False).dnd
    assert highlevel.tag(ADA, "a", "b", "a").tags == ("a", "b")
    assert highlevel.untag(ADA, "a").tags == ("b",)
    for wrong in ({"channel": "email"}, {"channel": "Email", "status": "off"}):
        with pytest.raises(ValueError, match="there are"):
            highlevel.set_dnd(ADA, **wrong)
    with pytest.raises(ValueError, match="no such contact"):
        highlevel.tag("nope", "a")
    sandbox.reset()
    assert highlevel.contacts[ADA].tags == ()
