"""Contacts of HighLevel, out into a file and in from one: nobody lost, nobody doubled."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_calendars import exceptions
from airflow_provider_calendars.api.highlevel.contact_records import ContactSearch
from airflow_provider_calendars.hooks.highlevel import HighLevelHook
from airflow_provider_calendars.operators.contacts import PrepareContactsOperator
from airflow_provider_calendars.operators.highlevel import (
    HighLevelExportContactsOperator,
    HighLevelUpsertContactsOperator,
)
from airflow_provider_calendars.sandbox import Fault, Sandbox
from tests.airflow.running import context, hasten, run_dag, states

SEARCH = "POST /contacts/search"
UPSERT = "POST /contacts/upsert"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hasten(monkeypatch)


@pytest.fixture
def sandbox(calendars_connections: Sandbox) -> Sandbox:
    calendars_connections.settings.highlevel_rate_limit = None
    return calendars_connections


def exporting(path: Path, **arguments: Any) -> Any:
    operator = HighLevelExportContactsOperator(task_id="export", path=str(path), **arguments)
    return operator.execute(context())


def rows(path: str | Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# --- out


def test_who_wants_no_mail_is_not_invited(sandbox: Sandbox, tmp_path: Path) -> None:
    """However the wish is kept at HighLevel, the prepared audience does not hold the person."""
    highlevel = sandbox.highlevel
    for contact_id in list(highlevel.contacts):
        highlevel.tag(contact_id, "webinar")
    wishes: dict[str, dict[str, Any]] = {
        "everything": {"dnd": True},
        "mail": {"dnd_settings": {"Email": {"status": "active"}}},
        "forever": {"dnd_settings": {"Email": {"status": "permanent"}}},
        "again": {"dnd_settings": {"Email": {"status": "inactive"}}},
        "texts": {"dnd_settings": {"SMS": {"status": "active"}}},
        "odd": {"dnd_settings": {"Email": {"status": "perhaps"}}},
    }
    for name, wish in wishes.items():
        highlevel.add_contact(name, f"{name.title()} Person", tags=["webinar"], **wish)
    path = tmp_path / "export.csv"
    result = exporting(path, tags=["Webinar"])
    assert (result["count"], result["opted_out"], result["unknown_opt_outs"]) == (11, 3, 1)
    assert "@" not in json.dumps(result)
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    prepared = PrepareContactsOperator(
        task_id="prepare", path=str(path), output_path=str(tmp_path / "contacts.csv")
    ).execute(context())
    assert prepared["source"] == "highlevel"
    people = {row["email"].partition("@")[0] for row in rows(tmp_path / "contacts.csv")}
    assert people & set(wishes) == {"again", "texts"}
    assert len(people) == 7
    assert prepared["reasons"] == {"opted_out": 3, "unknown_opt_out": 1}


def test_further_addresses_of_who_opted_out_are_kept_out_too(sandbox: Sandbox, tmp_path: Path) -> None:
    """The wish counts for every address of the person, also where another contact has one of them."""
    sandbox.highlevel.add_contact("ann", "Ann Lee", dnd=True, additional_emails=["shared@example.com"])
    sandbox.highlevel.add_contact("bob", "Bob Ray", "shared@example.com")
    exporting(tmp_path / "export.csv")
    prepare = PrepareContactsOperator(
        task_id="prepare", path=str(tmp_path / "export.csv"), output_path=str(tmp_path / "contacts.csv")
    )
    prepare.execute(context())
    assert "shared@example.com" not in (tmp_path / "contacts.csv").read_text()


def test_more_contacts_than_pages_reach(sandbox: Sandbox, tmp_path: Path) -> None:
    """Beyond ten thousand, where pages end, everybody is there once."""
    sandbox.highlevel.add_contacts(10_300, tags=["many"])
    result = exporting(tmp_path / "export.csv", tags=["many"])
    ids = [row["Contact Id"] for row in rows(tmp_path / "export.csv")]
    assert (result["count"], len(ids), len(set(ids))) == (10_300, 10_300, 10_300)
    assert len(sandbox.journal.entries) == 21


@pytest.mark.parametrize("cursor", [True, False])
def test_a_server_that_gives_less_at_a_time(sandbox: Sandbox, tmp_path: Path, cursor: bool) -> None:
    """A part that is shorter than asked for is the last one only if nobody is missing."""
    people = [
        {"id": f"p{number}", **({"searchAfter": [1, f"p{number}"]} if cursor else {})} for number in range(5)
    ]
    for part in (people[:2], people[2:4], people[4:]):
        body = {"contacts": part, "total": 5, "traceId": "t"}
        sandbox.faults.add(Fault("status", operation=SEARCH, status=200, body=body))
    assert exporting(tmp_path / "export.csv")["count"] == 5
    assert len(sandbox.journal.entries) == 3


def short_list(sandbox: Sandbox, times: int | None) -> None:
    """Let HighLevel show one contact of many."""
    found = HighLevelHook().search_contacts_page(ContactSearch())
    shown = [dict(found.contacts[0].fields, searchAfter=None)]
    body = {"contacts": shown, "total": len(found.contacts)}
    sandbox.faults.add(Fault("status", operation=SEARCH, status=200, body=body, times=times))


def test_a_list_with_gaps_is_not_taken_for_the_whole(sandbox: Sandbox, tmp_path: Path) -> None:
    """Neither as an audience nor as those who must not be mailed: who is missing may have opted out."""
    short_list(sandbox, None)
    with pytest.raises(exceptions.ApiError, match="says there are 5 contacts and showed 1"):
        exporting(tmp_path / "export.csv")
    assert not (tmp_path / "export.csv").exists()
    (tmp_path / "in.csv").write_text("email,firstname,lastname\nada@example.com,Ada,Lovelace\n")
    with pytest.raises(exceptions.ApiError, match="showed 1"):
        PrepareContactsOperator(
            task_id="prepare",
            path=str(tmp_path / "in.csv"),
            output_path=str(tmp_path / "contacts.csv"),
            suppression_highlevel_conn_id="highlevel_default",
        ).execute(context())


def test_a_list_that_shifts_while_it_is_read_is_read_again(sandbox: Sandbox, tmp_path: Path) -> None:
    """Everybody is in the file, each once."""
    short_list(sandbox, 1)
    assert exporting(tmp_path / "export.csv")["count"] == 5
    assert len({row["Contact Id"] for row in rows(tmp_path / "export.csv")}) == 5


@pytest.mark.parametrize("tags", [None, {}])
def test_no_tags_are_not_the_tag_that_is_wanted(sandbox: Sandbox, tmp_path: Path, tags: Any) -> None:
    """However HighLevel writes an empty list."""
    row = {"id": "ann", "email": "ann@example.com", "tags": tags}
    body = {"contacts": [row], "total": 1}
    sandbox.faults.add(Fault("status", operation=SEARCH, status=200, body=body, times=None))
    assert exporting(tmp_path / "export.csv", tags=["webinar"])["count"] == 0


def test_what_is_searched_for_shows_nowhere(tmp_path: Path) -> None:
    """Filters and words can name people, and a task's rendered fields are for all to see."""
    operator = HighLevelExportContactsOperator(
        task_id="export",
        path=str(tmp_path / "export.csv"),
        query="ada@example.com",
        filters=[{"field": "email", "operator": "eq", "value": "ada@example.com"}],
    )
    operator.render_template_fields({})
    shown = {name: str(getattr(operator, name)) for name in operator.template_fields}
    assert (shown["query"], shown["filters"]) == ("***", "***")


def test_what_has_changed(sandbox: Sandbox, tmp_path: Path) -> None:
    """Contacts of a time, and the moment to go on from."""
    sandbox.highlevel.add_contact("old", "Old Hand")
    sandbox.clock.advance(3600)
    since = datetime.fromtimestamp(sandbox.clock.now(), UTC)
    sandbox.clock.advance(1)
    sandbox.highlevel.add_contact("new", "New Hand")
    result = exporting(tmp_path / "export.csv", changed_since=since.isoformat())
    assert [row["Contact Id"] for row in rows(tmp_path / "export.csv")] == ["new"]
    assert datetime.fromisoformat(result["newest_change"]) > since
    result = exporting(tmp_path / "export.csv", changed_since=since + timedelta(days=1))
    assert (result["count"], result["newest_change"]) == (0, None)
    before = exporting(tmp_path / "export.csv", changed_before=since)
    assert "new" not in {row["Contact Id"] for row in rows(tmp_path / "export.csv")}
    assert before["count"] == 6


def test_a_search_that_takes_no_times(sandbox: Sandbox, tmp_path: Path) -> None:
    """Which dates can be searched is not documented: all are read then, and chosen here."""
    since = datetime.fromtimestamp(sandbox.clock.now(), UTC) + timedelta(hours=1)
    sandbox.clock.advance(7200)
    sandbox.highlevel.add_contact("new", "New Hand")
    body = {"statusCode": 422, "message": ["Invalid field dateUpdated"], "error": "Unprocessable Entity"}
    sandbox.faults.add(Fault("status", operation=SEARCH, status=422, body=body))
    exporting(tmp_path / "export.csv", changed_since=since)
    assert [row["Contact Id"] for row in rows(tmp_path / "export.csv")] == ["new"]
    sandbox.faults.add(Fault("status", operation=SEARCH, status=422, body=body))
    with pytest.raises(exceptions.Rejected):
        exporting(tmp_path / "other.csv")
    assert not (tmp_path / "other.csv").exists()


def test_filters_and_everything_that_highlevel_said(sandbox: Sandbox, tmp_path: Path) -> None:
    """Further filters go through as they are; JSON Lines hold the whole contact."""
    sandbox.highlevel.add_contact("ann", "Ann Lee", city="Berlin")
    path = tmp_path / "export.jsonl"
    exporting(path, filters=[{"field": "city", "operator": "eq", "value": "Berlin"}])
    (line,) = path.read_text().splitlines()
    contact = json.loads(line)
    assert (contact["Contact Id"], contact["fields"]["city"]) == ("ann", "Berlin")


def test_an_export_that_breaks_off_leaves_no_file(sandbox: Sandbox, tmp_path: Path) -> None:
    """Half an audience is none."""
    sandbox.highlevel.add_contacts(30)
    sandbox.faults.add(Fault("status", operation=SEARCH, status=500, skip=1, times=None))
    with pytest.raises(exceptions.ServerError):
        exporting(tmp_path / "export.csv", page_size=10)
    assert list(tmp_path.iterdir()) == []


# --- in


def upserting(path: Path, text: str, **arguments: Any) -> Any:
    path.write_text(text, encoding="utf-8")
    operator = HighLevelUpsertContactsOperator(task_id="upsert", path=str(path), **arguments)
    return operator.execute(context())


PREPARED = """firstname,lastname,email,loginurl,username,password
Ada,King,ada@example.com,https://example.com/1,ada,secret
Emmy,Noether,emmy@example.com,,,
"""


def by_address(sandbox: Sandbox, email: str) -> Any:
    (found,) = [each for each in sandbox.highlevel.contacts.values() if each.email == email]
    return found


def test_contacts_of_a_prepared_file(sandbox: Sandbox, tmp_path: Path) -> None:
    """Who is there is changed, who is not is created; tags are added to those they have."""
    sandbox.highlevel.tag("conAda00000000000001", "vip")
    sandbox.highlevel.set_dnd("conAda00000000000001")
    report = tmp_path / "report.csv"
    given = {"tags": ["webinar", "2026"], "source": "airflow", "report_path": str(report)}
    result = upserting(tmp_path / "in.csv", PREPARED, **given)
    assert result == {
        "count": 2,
        "created": 1,
        "updated": 1,
        "rejected": 0,
        "partial": 0,
        "report_path": str(report),
    }
    ada, emmy = by_address(sandbox, "ada@example.com"), by_address(sandbox, "emmy@example.com")
    assert (ada.last_name, set(ada.tags), ada.dnd) == ("King", {"vip", "webinar", "2026"}, True)
    assert (emmy.first_name, set(emmy.tags)) == ("Emmy", {"webinar", "2026"})
    assert [row["outcome"] for row in rows(report)] == ["updated", "created"]
    assert "@" not in report.read_text() + json.dumps(result)
    again = upserting(tmp_path / "in.csv", PREPARED, **given)
    assert (again["created"], again["updated"]) == (0, 2)
    assert sandbox.highlevel.contacts_made_twice() == []


@pytest.mark.parametrize("kind", ["lost_before", "lost_after", "truncated"])
def test_a_lost_reply_makes_nobody_twice(sandbox: Sandbox, tmp_path: Path, kind: str) -> None:
    """An upsert ends the same however often it is made."""
    for operation in (UPSERT, "POST /contacts/{contactId}/tags"):
        sandbox.faults.add(Fault(kind, operation=operation))
    upserting(tmp_path / "in.csv", PREPARED, tags=["webinar"])
    assert by_address(sandbox, "emmy@example.com").tags == ("webinar",)
    assert sandbox.highlevel.contacts_made_twice() == []


def test_the_first_address_of_a_contact_is_kept(sandbox: Sandbox, tmp_path: Path) -> None:
    """A further address would take its place at HighLevel and the first one be lost."""
    sandbox.highlevel.add_contact("ann", "Ann Lee", additional_emails=["ann.private@example.com"])
    text = "email,first name,city\nann.private@example.com,Annie,Berlin\n"
    report = tmp_path / "report.csv"
    result = upserting(tmp_path / "in.csv", text, report_path=str(report))
    assert (result["updated"], result["partial"]) == (1, 1)
    ann = sandbox.highlevel.contacts["ann"]
    assert (ann.email, ann.first_name, ann.details["city"]) == ("ann@example.com", "Annie", "Berlin")
    (row,) = rows(report)
    assert (row["contact_id"], "first one was kept" in row["remark"]) == ("ann", True)


def test_what_is_dropped_without_a_word_is_reported(sandbox: Sandbox, tmp_path: Path) -> None:
    """Address and number of two contacts: the number is not taken over, and the report says so."""
    sandbox.highlevel.add_contact("ann", "Ann Lee", phone="+4930111111")
    sandbox.highlevel.add_contact("bob", "Bob Ray", phone="+4930222222")
    report = tmp_path / "report.csv"
    text = "email,phone\nann@example.com,+4930222222\n"
    result = upserting(tmp_path / "in.csv", text, report_path=str(report))
    assert result["partial"] == 1
    assert "the phone was not taken over" in rows(report)[0]["remark"]


def upserting_shared_phone(sandbox: Sandbox, tmp_path: Path, text: str) -> list[str]:
    """Upsert a file while HighLevel looks for people by phone first; return what the report says."""
    sandbox.settings.contact_unique_identifiers = ("phone", "email")
    report = tmp_path / "report.csv"
    text = f"email,first name,phone\nemmy@example.com,Emmy,\n{text}"
    upserting(tmp_path / "in.csv", text, tags=["webinar"], report_path=str(report))
    return [f"{row['outcome']}: {row['remark']}".rstrip(": ") for row in rows(report)[1:]]


def test_somebody_with_the_phone_of_another_is_not_put_in_their_place(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """The contact keeps address, name, tags and opt-out; the row is rejected and the report says why."""
    sandbox.highlevel.add_contact("ann", "Ann Lee", phone="+4930111111", dnd=True)
    before = sandbox.highlevel.contacts["ann"]
    said = upserting_shared_phone(sandbox, tmp_path, "bert@example.com,Bert,+4930111111\n")
    assert [each.partition(";")[0] for each in said] == [
        "rejected: the phone belongs to another contact, who has another address"
    ]
    assert sandbox.highlevel.contacts["ann"] == before


def test_somebody_known_with_the_phone_of_another_is_written_without_it(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """The address says who is meant."""
    sandbox.highlevel.add_contact("ann", "Ann Lee", phone="+4930111111")
    sandbox.highlevel.add_contact("bob", "Bob Ray")
    before = sandbox.highlevel.contacts["ann"]
    said = upserting_shared_phone(sandbox, tmp_path, "bob@example.com,Robert,+4930111111\n")
    assert said == ["updated: the phone was not taken over; another contact has it"]
    assert sandbox.highlevel.contacts["ann"] == before
    bob = sandbox.highlevel.contacts["bob"]
    assert (bob.first_name, bob.phone, bob.tags) == ("Robert", "", ("webinar",))


def test_two_rows_with_one_phone_are_not_one_contact(sandbox: Sandbox, tmp_path: Path) -> None:
    """Even where HighLevel does not show yet whom the first one has made, and writes the number otherwise."""
    search = "GET /contacts/search/duplicate"
    sandbox.faults.add(Fault("status", operation=search, status=200, body={"contact": None}, times=None))
    text = (
        "ann@example.com,Ann,030 111111\nbert@example.com,Bert,+4930111111\nann@example.com,Ann,030111111\n"
    )
    first, second, third = upserting_shared_phone(sandbox, tmp_path, text)
    assert (first, third) == ("created", "updated")
    assert second.startswith("rejected: an earlier row has the same phone and another address")
    assert by_address(sandbox, "ann@example.com").first_name == "Ann"


def test_a_phone_of_a_contact_without_an_address_is_the_same_person(sandbox: Sandbox, tmp_path: Path) -> None:
    """There is no address to lose."""
    sandbox.highlevel.add_contact("ann", "Ann Lee", phone="+4930111111", email="")
    assert upserting_shared_phone(sandbox, tmp_path, "ann@example.com,Ann,+4930111111\n") == ["updated"]
    assert sandbox.highlevel.contacts["ann"].email == "ann@example.com"


def test_columns_with_other_names(sandbox: Sandbox, tmp_path: Path) -> None:
    """Only the columns that are named are read."""
    text = "Work mail,Mobile,Secret\nemmy@example.com,+4930333333,x\n"
    upserting(tmp_path / "in.csv", text, columns={"email": "Work mail", "phone": "Mobile"})
    assert by_address(sandbox, "emmy@example.com").phone == "+4930333333"


def test_rejected_rows_do_not_stop_the_others(sandbox: Sandbox, tmp_path: Path) -> None:
    """They are counted and explained; if all are rejected the task fails."""
    body = {"statusCode": 422, "message": ["email must be an email"], "error": "Unprocessable Entity"}
    sandbox.faults.add(Fault("status", operation=UPSERT, status=422, body=body))
    report = tmp_path / "report.csv"
    result = upserting(tmp_path / "in.csv", PREPARED, report_path=str(report))
    assert (result["rejected"], result["created"]) == (1, 1)
    assert "email must be an email" in rows(report)[0]["remark"]
    sandbox.faults.add(Fault("status", operation=UPSERT, status=422, body=body, times=2))
    with pytest.raises(exceptions.ContactsError, match="rejected all 2 contacts"):
        upserting(tmp_path / "in.csv", PREPARED)


def test_a_row_that_is_in_conflict_does_not_stop_the_others(sandbox: Sandbox, tmp_path: Path) -> None:
    """It is one rejected row, like any other."""
    body = {"statusCode": 400, "message": "This location does not allow duplicated contacts.", "meta": {}}
    sandbox.faults.add(Fault("status", operation=UPSERT, status=400, body=body))
    result = upserting(tmp_path / "in.csv", PREPARED)
    assert (result["rejected"], result["created"]) == (1, 1)


@pytest.mark.parametrize("status", [404, 422])
def test_tags_that_are_refused_are_reported(sandbox: Sandbox, tmp_path: Path, status: int) -> None:
    """The contact is written, the others get their tags, and the report says who has none."""
    tagging = "POST /contacts/{contactId}/tags"
    body = {"statusCode": status, "message": "no such contact"}
    sandbox.faults.add(Fault("status", operation=tagging, status=status, body=body))
    report = tmp_path / "report.csv"
    result = upserting(tmp_path / "in.csv", PREPARED, tags=["webinar"], report_path=str(report))
    assert (result["count"], result["partial"]) == (2, 1)
    assert "tags were not added" in rows(report)[0]["remark"]
    assert by_address(sandbox, "emmy@example.com").tags == ("webinar",)


def test_a_refusal_does_not_repeat_what_a_row_says(sandbox: Sandbox, tmp_path: Path) -> None:
    """A vendor's words about a number or a name are told without them."""
    said = ["phone +49 30 5550123 of Ada Lovelace is not valid"]
    body = {"statusCode": 422, "message": said}
    sandbox.faults.add(Fault("status", operation=UPSERT, status=422, body=body))
    text = "email,phone,first name,last name\nada@example.com,+49 30 5550123,Ada,Lovelace\n"
    with pytest.raises(exceptions.ContactsError, match="phone <phone> of <first_name>") as caught:
        upserting(tmp_path / "in.csv", text)
    assert not any(word in str(caught.value) for word in ("5550123", "Ada", "Lovelace"))


def test_an_export_can_be_written_back(sandbox: Sandbox, tmp_path: Path) -> None:
    """What keeps spreadsheets from running a number as a formula is not a part of the number."""
    sandbox.highlevel.add_contact("ann", "Ann Lee", phone="+4930111111")
    exporting(tmp_path / "export.csv")
    result = HighLevelUpsertContactsOperator(
        task_id="u", path=str(tmp_path / "export.csv"), columns={"email": "Email", "phone": "Phone"}
    ).execute(context())
    assert (sandbox.highlevel.contacts["ann"].phone, result["partial"]) == ("+4930111111", 0)


def test_a_further_address_and_nothing_else(sandbox: Sandbox, tmp_path: Path) -> None:
    """There is nothing left to write, so nothing is; what cannot be written is said."""
    sandbox.highlevel.add_contact("ann", "Ann Lee", additional_emails=["ann.private@example.com"])
    report = tmp_path / "report.csv"
    text = "email,company name\nann.private@example.com,Acme\n"
    upserting(tmp_path / "in.csv", text, report_path=str(report))
    assert [each.method for each in sandbox.journal.entries] == ["GET"]
    assert "the company was not written" in rows(report)[0]["remark"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("email\n", "holds no contacts"),
        ("e-mail address of work\nx@example.com\n", "e-mail address of work.*columns="),
        ("ann@example.com,Ann\n", "has no header"),
        ("firstname\nAnn\n", "row 2: A contact needs an email or a phone"),
        ("email,timezone\na@example.com,Berlin\n", "row 2: timezone"),
        ('email\n"broken\n', "not a CSV file"),
    ],
)
def test_a_bad_file_is_refused_before_any_request(
    sandbox: Sandbox, tmp_path: Path, text: str, said: str
) -> None:
    """The file, the row and what is wrong are named, and no address."""
    with pytest.raises(exceptions.ContactsError, match=said) as raised:
        upserting(tmp_path / "in.csv", text)
    assert "@" not in str(raised.value)
    assert sandbox.journal.entries == []


EXPORT, IN = HighLevelExportContactsOperator, HighLevelUpsertContactsOperator


@pytest.mark.parametrize(
    ("operator", "wrong", "said"),
    [
        (EXPORT, {"path": "contacts.xlsx"}, "path"),
        (EXPORT, {"tags": "webinar"}, "tags must be a list"),
        (EXPORT, {"tags": ["x" * 76]}, "tags has 76 characters"),
        (EXPORT, {"changed_since": "2026-06-01T00:00:00"}, "changed_since must say its offset"),
        (EXPORT, {"changed_since": "2026-06-02T00:00Z", "changed_before": "2026-06-01T00:00Z"}, "changed_b"),
        (EXPORT, {"page_size": 501}, "page_size"),
        (EXPORT, {"filters": ["city"]}, r"filters\[0\] must be a dictionary"),
        (EXPORT, {"filters": {"field": "city"}}, "filters must be a list of dictionaries, not dict"),
        (IN, {"tags": [""]}, "tags"),
        (IN, {"report_path": "report.txt"}, "report_path"),
        (IN, {"columns": {"mail": "email"}}, "'mail' is no field"),
    ],
)
def test_bad_arguments_are_refused_before_any_request(
    sandbox: Sandbox, tmp_path: Path, operator: Any, wrong: dict[str, Any], said: str
) -> None:
    """The argument is named and nothing was sent."""
    path = tmp_path / "contacts.csv"
    path.write_text(PREPARED)
    with pytest.raises(exceptions.ConfigurationError, match=said):
        operator(task_id="bad", **{"path": str(path), **wrong}).execute(context())
    assert sandbox.journal.entries == []


@pytest.mark.slow
def test_in_a_real_run(sandbox: Sandbox, airflow_database: Path, tmp_path: Path) -> None:
    """Out, prepared and in again, without an address in Airflow's database."""
    sandbox.highlevel.add_contact("x", "Unmistakable Person", "unmistakable@example.com", tags=["webinar"])

    def tasks() -> None:
        export = HighLevelExportContactsOperator(
            task_id="export", path=str(tmp_path / "{{ 'out' }}.csv"), tags=["webinar"]
        )
        prepare = PrepareContactsOperator(
            task_id="prepare", path=export.output["path"], output_path=str(tmp_path / "contacts.csv")
        )
        HighLevelUpsertContactsOperator(task_id="upsert", path=prepare.output["path"], tags=["invited"])

    assert set(states(run_dag(tasks)).values()) == {"success"}
    assert set(sandbox.highlevel.contacts["x"].tags) == {"webinar", "invited"}
    assert b"unmistakable@" not in airflow_database.read_bytes()
