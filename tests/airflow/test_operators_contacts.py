"""The operators that put people into a campaign and read them back: everybody once, nobody shown."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_calendars._compat import AirflowFailException, AirflowSkipException
from airflow_provider_calendars.exceptions import (
    ConfigurationError,
    ContactsError,
    NotFound,
    OperationUnavailable,
    OutcomeUnknown,
    RateLimited,
)
from airflow_provider_calendars.operators.lets_calendar import (
    LetsCalendarAddContactOperator,
    LetsCalendarAddContactsOperator,
    LetsCalendarExportAttendeesOperator,
    LetsCalendarUploadContactsOperator,
)
from airflow_provider_calendars.sandbox import Fault, Sandbox
from tests.airflow.running import Killed, Store, context, die, hasten, run_dag, states, xcom

PEOPLE = [{"email": f"p{n}@example.com", "first_name": f"Person{n}"} for n in range(5)]
BAD = {"email": "no-address", "first_name": "Nobody"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hasten(monkeypatch)


@pytest.fixture
def sandbox(calendars_connections: Sandbox) -> Sandbox:
    return calendars_connections


@pytest.fixture
def campaign_id(sandbox: Sandbox) -> str:
    return sandbox.lets_calendar.add_campaign().id


def adding(campaign_id: str, **arguments: Any) -> LetsCalendarAddContactsOperator:
    given = {"contacts": PEOPLE, **arguments}
    return LetsCalendarAddContactsOperator(task_id="add", campaign_id=campaign_id, **given)


def people(sandbox: Sandbox, campaign_id: str) -> list[str]:
    campaign = sandbox.lets_calendar.campaign(campaign_id)
    assert campaign is not None
    return sorted(attendee.email for attendee in campaign.attendees)


EVERYBODY = sorted(person["email"] for person in PEOPLE)


def test_add_contacts(sandbox: Sandbox, campaign_id: str) -> None:
    """All are there, in as few calls as the batch allows, and the result holds no address."""
    result = adding(campaign_id, batch_size=2).execute(context())
    assert (result["added"], result["duplicates"], result["invalid"]) == (5, 0, 0)
    assert people(sandbox, campaign_id) == EVERYBODY
    assert len(sandbox.journal.calls("add-contacts")) == 3
    assert "@" not in json.dumps(result)


@pytest.mark.parametrize("kind", ["lost_before", "lost_after", "truncated", "status", "html"])
@pytest.mark.parametrize("skip", [0, 1, 2])
def test_add_contacts_after_a_lost_reply(sandbox: Sandbox, campaign_id: str, kind: str, skip: int) -> None:
    """Whichever batch lost its reply, everybody is there once."""
    sandbox.faults.add(Fault(kind, operation="add-contacts", skip=skip))
    result = adding(campaign_id, batch_size=2).execute(context())
    assert people(sandbox, campaign_id) == EVERYBODY
    assert result["added"] + result["already_present"] == 5


@pytest.mark.parametrize("after", [False, True])
def test_add_contacts_when_the_worker_dies(sandbox: Sandbox, campaign_id: str, after: bool) -> None:
    """The retry adds those who are missing, and only them."""
    store, dying = Store(), adding(campaign_id, batch_size=2)
    die(dying, "add_contacts", after=after)
    with pytest.raises(Killed):
        dying.execute(context(store))
    result = adding(campaign_id, batch_size=2).execute(context(store))
    assert people(sandbox, campaign_id) == EVERYBODY
    assert result["already_present"] == (2 if after else 0)


def test_add_contacts_without_attendees_to_read(sandbox: Sandbox, campaign_id: str) -> None:
    """On accounts that cannot list attendees the vendor's own check for duplicates is relied on."""
    sandbox.settings.missing_operations = True
    sandbox.faults.add(Fault("lost_after", operation="add-contacts"))
    result = adding(campaign_id).execute(context())
    assert (result["added"], result["duplicates"]) == (0, 5)
    assert people(sandbox, campaign_id) == EVERYBODY


@pytest.mark.parametrize("batch_size", [1, 2, 3, 100])
@pytest.mark.parametrize("choice", ["ignore", "warn", "fail"])
def test_refused_rows_are_reported_by_their_position(
    sandbox: Sandbox, campaign_id: str, tmp_path: Path, batch_size: int, choice: str
) -> None:
    """Bad rows are told by the caller's own count, also where a whole batch of them is refused."""
    contacts = [BAD, PEOPLE[0], BAD, BAD, PEOPLE[1], BAD]
    path = tmp_path / "rejected.csv"
    operator = adding(
        campaign_id, contacts=contacts, batch_size=batch_size, if_invalid=choice, rejected_path=str(path)
    )
    if choice == "fail":
        with pytest.raises(ContactsError, match="0, 2, 3, 5"):
            operator.execute(context())
    else:
        result = operator.execute(context())
        assert (result["added"], result["invalid"], result["invalid_rows"]) == (2, 4, [0, 2, 3, 5])
    assert [row["row"] for row in csv.DictReader(path.open())] == ["0", "2", "3", "5"]
    assert "no-address" not in path.read_text()
    assert people(sandbox, campaign_id) == EVERYBODY[:2]


def test_add_contacts_from_a_file(sandbox: Sandbox, campaign_id: str, tmp_path: Path) -> None:
    """The file PrepareContactsOperator writes is read."""
    path = tmp_path / "contacts.csv"
    path.write_text("firstname,lastname,email\nAva,,ava@example.com\nBen,Bo,ben@example.com\n")
    assert adding(campaign_id, contacts=None, path=str(path)).execute(context())["added"] == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"campaign_id": ""},
        {"contacts": []},
        {"contacts": "ava@example.com"},
        {"contacts": {"email": "x"}},
        {"contacts": None},
        {"contacts": ["ava@example.com"]},
        {"contacts": [{"email": "ava@example.com"}]},
        {"contacts": [{**PEOPLE[0], "phone": "1"}]},
        {"batch_size": 0},
        {"batch_size": "many"},
        {"if_invalid": "skip"},
        {"rejected_path": "x.txt"},
    ],
    ids=str,
)
def test_add_contacts_refuses_bad_arguments(sandbox: Sandbox, wrong: dict[str, Any]) -> None:
    """The argument is named, nobody is shown, and nothing was sent."""
    with pytest.raises(ConfigurationError, match=next(iter(wrong))) as caught:
        adding(**{"campaign_id": "c1", **wrong}).execute(context())
    assert "ava" not in str(caught.value)
    assert sandbox.journal.entries == []


def adding_one(campaign_id: str, **arguments: Any) -> LetsCalendarAddContactOperator:
    given = {"email": "ava@example.com", "first_name": "Avalon", **arguments}
    return LetsCalendarAddContactOperator(task_id="add", campaign_id=campaign_id, **given)


@pytest.mark.parametrize("choice", ["succeed", "skip", "fail"])
def test_add_one_contact(sandbox: Sandbox, campaign_id: str, choice: str) -> None:
    """Added once; being there already is the DAG author's choice."""
    operator = adding_one(campaign_id, if_nothing_to_do=choice)
    assert operator.execute(context()) == {"campaign_id": campaign_id, "outcome": "added"}
    if choice == "succeed":
        assert operator.execute(context())["outcome"] == "nothing_to_do"
    else:
        with pytest.raises({"skip": AirflowSkipException, "fail": AirflowFailException}[choice]):
            operator.execute(context())
    assert people(sandbox, campaign_id) == ["ava@example.com"]


@pytest.mark.parametrize("kind", ["lost_before", "lost_after"])
def test_add_one_contact_after_a_lost_reply(sandbox: Sandbox, campaign_id: str, kind: str) -> None:
    """The person is there once."""
    sandbox.faults.add(Fault(kind, operation="add-contacts"))
    adding_one(campaign_id).execute(context())
    assert people(sandbox, campaign_id) == ["ava@example.com"]


def test_a_refused_contact_is_an_error_without_the_address(sandbox: Sandbox, campaign_id: str) -> None:
    """What the vendor refuses is told, not who."""
    with pytest.raises(ContactsError) as caught:
        adding_one(campaign_id, email="no-address-of-ava").execute(context())
    assert "ava" not in str(caught.value)


@pytest.mark.parametrize(
    "wrong", [{"email": ""}, {"first_name": None}, {"last_name": "x" * 151}, {"username": 5}]
)
def test_add_one_contact_refuses_bad_arguments(sandbox: Sandbox, wrong: dict[str, Any]) -> None:
    """The field is named and nothing was sent."""
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        adding_one("c1", **wrong).execute(context())
    assert sandbox.journal.entries == []


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.csv"
    path.write_text("firstname,email\nAva,ava@example.com\nBen,ben@example.com\n")
    return path


def uploading(campaign_id: str, path: Path | str, **arguments: Any) -> LetsCalendarUploadContactsOperator:
    return LetsCalendarUploadContactsOperator(
        task_id="upload", campaign_id=campaign_id, path=str(path), **{"outcome_timeout": 1, **arguments}
    )


@pytest.mark.parametrize("kind", [None, "lost_before", "lost_after", "truncated", "status", "html"])
def test_upload(sandbox: Sandbox, campaign_id: str, file: Path, kind: str | None) -> None:
    """However the reply was lost, everybody comes in once, and the expected number is right."""
    if kind:
        sandbox.faults.add(Fault(kind, operation="upload-contacts"))
    result = uploading(campaign_id, file).execute(context())
    sandbox.clock.advance(60)
    assert people(sandbox, campaign_id) == ["ava@example.com", "ben@example.com"]
    assert (result["rows"], result["attendees_before"], result["expected_attendees"]) == (2, 0, 2)
    assert "@" not in json.dumps(result)


def test_upload_again_expects_what_the_first_try_expected(
    sandbox: Sandbox, campaign_id: str, file: Path
) -> None:
    """A cleared upload does not count its own people as there before."""
    store = Store()
    uploading(campaign_id, file).execute(context(store))
    sandbox.clock.advance(60)
    assert uploading(campaign_id, file).execute(context(store))["expected_attendees"] == 2
    sandbox.clock.advance(60)
    assert len(people(sandbox, campaign_id)) == 2


@pytest.mark.parametrize("retried", [False, True])
def test_an_upload_that_was_heard_is_not_sent_again(
    sandbox: Sandbox, campaign_id: str, file: Path, retried: bool
) -> None:
    """Two imports at once could take everybody twice, so attendees who come settle a lost reply."""
    store = Store()
    sandbox.settings.import_seconds = 0.3
    if retried:
        uploading(campaign_id, file).execute(context(store))
        sandbox.clock.advance(60)
    else:
        sandbox.faults.add(Fault("lost_after", operation="upload-contacts"))
    result = uploading(campaign_id, file).execute(context(store))
    assert len(sandbox.journal.calls("upload-contacts")) == 1
    assert (result["import_id"] is None) is not retried


def test_an_upload_that_is_lost_twice_is_left_to_the_retry(
    sandbox: Sandbox, campaign_id: str, file: Path
) -> None:
    """The task's own retry looks first; where nobody can look, the file is not sent on a guess."""
    sandbox.faults.add(Fault("lost_before", operation="upload-contacts", times=3))
    with pytest.raises(OutcomeUnknown) as caught:
        uploading(campaign_id, file).execute(context())
    assert caught.value.looks_first
    assert len(sandbox.journal.calls("upload-contacts")) == 2
    sandbox.settings.missing_operations = True
    with pytest.raises(OutcomeUnknown) as caught:
        uploading(campaign_id, file).execute(context())
    assert not caught.value.looks_first
    assert len(sandbox.journal.calls("upload-contacts")) == 3


def test_who_is_there_already_is_not_expected(sandbox: Sandbox, campaign_id: str, file: Path) -> None:
    """The wait for an import ends although the file repeats people and some are in the campaign."""
    campaign = sandbox.lets_calendar.campaign(campaign_id)
    assert campaign is not None
    sandbox.lets_calendar.add_attendee(campaign, {"firstname": "Ava", "email": "Ava@example.com"})
    file.write_text(file.read_text() + "Ben,BEN@example.com\n")
    result = uploading(campaign_id, file).execute(context())
    assert (result["rows"], result["attendees_before"], result["expected_attendees"]) == (3, 1, 2)


def test_upload_with_duplicates_is_never_sent_twice(sandbox: Sandbox, campaign_id: str, file: Path) -> None:
    """Where a second import would double everybody, a lost reply is final."""
    store = Store()
    sandbox.faults.add(Fault("lost_after", operation="upload-contacts"))
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            uploading(campaign_id, file, allow_duplicates=True).execute(context(store))
    assert len(sandbox.journal.calls("upload-contacts")) == 1


def test_upload_with_duplicates_that_was_refused_is_tried_again(
    sandbox: Sandbox, campaign_id: str, file: Path
) -> None:
    """After a rate limit the task's retry uploads, once."""
    store = Store()
    sandbox.faults.add(Fault("status", operation="upload-contacts", status=429, times=3))
    with pytest.raises(RateLimited):
        uploading(campaign_id, file, allow_duplicates=True).execute(context(store))
    sandbox.faults.add(Fault("lost_after", operation="upload-contacts"))
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            uploading(campaign_id, file, allow_duplicates=True).execute(context(store))
    sandbox.clock.advance(60)
    assert len(people(sandbox, campaign_id)) == 2


def test_a_switch_given_as_text_means_what_it_says(sandbox: Sandbox, campaign_id: str, file: Path) -> None:
    """allow_duplicates="False" does not keep a cleared task from uploading again."""
    store = Store()
    for _ in range(2):
        uploading(campaign_id, file, allow_duplicates="False").execute(context(store))


def test_upload_on_an_account_without_attendees(sandbox: Sandbox, campaign_id: str, file: Path) -> None:
    """Where attendees cannot be read, the upload works and promises no number."""
    sandbox.settings.missing_operations = True
    result = uploading(campaign_id, file).execute(context())
    assert (result["rows"], result["attendees_before"], result["expected_attendees"]) == (2, None, None)


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("c.pdf", b"x", ContactsError),
        ("c.csv", b"", ContactsError),
        ("c.csv", b"firstname,email\n", ContactsError),
        ("c.csv", b"Name,Mail\nAva,ava@example.com\n", ContactsError),
        ("c.csv", b"ava@example.com,Ava\n", ContactsError),
        ("c.csv", b"firstname,email\n\xff\xfe,x\n", ContactsError),
        ("c.xlsx", b"no workbook", ContactsError),
    ],
)
def test_upload_refuses_a_bad_file(
    sandbox: Sandbox, tmp_path: Path, name: str, content: bytes, error: type[Exception]
) -> None:
    """The file is named, nobody in it is, and nothing was sent."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=name) as caught:
        uploading("c1", tmp_path / name).execute(context())
    assert "ava@" not in str(caught.value)
    assert sandbox.journal.entries == []


@pytest.mark.parametrize("wrong", [{"campaign_id": ""}, {"path": ""}, {"allow_duplicates": "maybe"}])
def test_upload_refuses_bad_arguments(sandbox: Sandbox, file: Path, wrong: dict[str, Any]) -> None:
    """The argument is named and nothing was sent."""
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        uploading(**{"campaign_id": "c1", "path": file, **wrong}).execute(context())
    assert sandbox.journal.entries == []


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_export(sandbox: Sandbox, campaign_id: str, tmp_path: Path, suffix: str) -> None:
    """The file holds the chosen attendees without their passwords, for its owner only."""
    people = [{**person, "password": "join-password"} for person in PEOPLE]
    adding(campaign_id, contacts=people).execute(context())
    sandbox.lets_calendar.set_status(campaign_id, "p3@example.com", "U")
    path = tmp_path / f"attendees.{suffix}"
    result = LetsCalendarExportAttendeesOperator(
        task_id="export", campaign_id=campaign_id, path=str(path), status="U"
    ).execute(context())
    assert result == {"campaign_id": campaign_id, "count": 1, "path": str(path)}
    assert "p3@example.com" in path.read_text()
    assert "join-password" not in path.read_text()
    assert "p1@" not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "wrong", [{"campaign_id": ""}, {"path": "x.txt"}, {"status": "sent"}, {"registered_from": "1.1.2027"}]
)
def test_export_refuses_bad_arguments(sandbox: Sandbox, tmp_path: Path, wrong: dict[str, Any]) -> None:
    """The argument is named and nothing was sent."""
    given = {"campaign_id": "c1", "path": str(tmp_path / "a.csv"), **wrong}
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        LetsCalendarExportAttendeesOperator(task_id="export", **given).execute(context())
    assert sandbox.journal.entries == []


def test_export_that_fails_leaves_no_file(sandbox: Sandbox, tmp_path: Path) -> None:
    """An account without the operation, or a wrong id, leaves nothing half-written."""
    path = tmp_path / "a.csv"
    operator = LetsCalendarExportAttendeesOperator(task_id="export", campaign_id="nope", path=str(path))
    with pytest.raises(NotFound):
        operator.execute(context())
    sandbox.settings.missing_operations = True
    with pytest.raises(OperationUnavailable):
        operator.execute(context())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_adding_and_uploading_in_a_real_run(
    sandbox: Sandbox, campaign_id: str, airflow_database: Path, file: Path
) -> None:
    """With Airflow's own retries and memory everybody comes in once, and no XCom holds an address."""
    sandbox.faults.add(Fault("lost_after", operation="add-contacts", times=2))
    sandbox.faults.add(Fault("lost_after", operation="upload-contacts", times=4))

    def tasks() -> None:
        _ = adding(campaign_id) >> uploading(campaign_id, file)

    run = run_dag(tasks, retries=2)
    sandbox.clock.advance(60)
    assert states(run) == {"add": "success", "upload": "success"}
    assert people(sandbox, campaign_id) == sorted([*EVERYBODY, "ava@example.com", "ben@example.com"])
    assert "@" not in json.dumps([xcom(run, task) for task in ("add", "upload")])
