"""The operators for lemcal, against the sandbox: files, cursors, hooks, and what is refused unasked."""

from __future__ import annotations

import csv
import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_calendars import exceptions
from airflow_provider_calendars._compat import AirflowFailException, AirflowSkipException
from airflow_provider_calendars.operators.lemcal import (
    LemcalDeleteHookOperator,
    LemcalEnsureHookOperator,
    LemcalListMeetingsOperator,
    LemcalListMeetingTypesOperator,
)
from airflow_provider_calendars.sandbox import Fault, Sandbox
from tests.airflow.running import Store, context, hasten, run_dag, states, xcom

TARGET = "https://receiver.example.com/hook"
SECRET = "unmistakable/secret+of the connection"
AS_IN_A_URL = "unmistakable%2Fsecret%2Bof+the+connection"


class Shelf:
    """Airflow Variables without a database."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def get(self, key: str, default: Any = None, deserialize_json: bool = False) -> Any:
        return json.loads(self.texts[key]) if key in self.texts else default

    def set(self, key: str, value: Any, description: str = "", serialize_json: bool = False) -> None:
        self.texts[key] = json.dumps(value)


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    hasten(monkeypatch)
    shelf = Shelf()
    monkeypatch.setattr("airflow_provider_calendars.memory.Variable", shelf)
    return shelf


@pytest.fixture
def sandbox(calendars_connections: Sandbox) -> Sandbox:
    return calendars_connections


def listing(path: Path, **arguments: Any) -> LemcalListMeetingsOperator:
    return LemcalListMeetingsOperator(task_id="list", path=str(path), **arguments)


def ids(path: Path) -> list[str]:
    if path.suffix == ".csv":
        with path.open(newline="") as file:
            return [row["meeting_id"] for row in csv.DictReader(file)]
    return [json.loads(line)["meeting_id"] for line in path.read_text().splitlines()]


def test_meetings_as_csv(sandbox: Sandbox, tmp_path: Path) -> None:
    """One row for each meeting, for its owner's eyes only; the result has no address."""
    meeting = sandbox.lemcal.book("ada@example.com", "Ada Byron", "met_demo", "2037-05-15T14:00:00Z")
    sandbox.lemcal.book("bob@example.com", None)
    path = tmp_path / "new" / "meetings.csv"
    result = listing(path).execute(context())
    with path.open(newline="") as file:
        first, second = csv.DictReader(file)
    created = datetime.fromtimestamp(meeting.created_at, UTC).isoformat()
    assert first == {
        "meeting_id": meeting.id,
        "meeting_type_id": "met_demo",
        "user_id": "usr_sandboxHost000001",
        "start": "2037-05-15T14:00:00+00:00",
        "end": "2037-05-15T14:45:00+00:00",
        "created_at": created,
        "canceled_at": "",
        "guest_email": "ada@example.com",
        "guest_name": "Ada Byron",
    }
    assert (second["guest_email"], second["guest_name"]) == ("bob@example.com", "")
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    assert (result["count"], result["path"], result["newest_booking"]) == (2, str(path), second["created_at"])
    assert "@" not in json.dumps(result)


def test_meetings_as_json_lines(sandbox: Sandbox, tmp_path: Path) -> None:
    """The same, and all that lemcal said."""
    sandbox.lemcal.book("ada@example.com", "Ada Byron")
    path = tmp_path / "meetings.JSONL"
    listing(path).execute(context())
    (line,) = map(json.loads, path.read_text().splitlines())
    assert (line["guest_email"], line["canceled_at"]) == ("ada@example.com", None)
    assert line["fields"]["timezone"] == "Europe/Paris"
    assert line["fields"]["_id"] == line["meeting_id"]
    assert oct(path.stat().st_mode & 0o777) == "0o600"


def test_no_meetings(sandbox: Sandbox, tmp_path: Path) -> None:
    """A file with a heading, or an empty one, so that the next task finds it."""
    for name, content in (("a.csv", "meeting_id,"), ("a.jsonl", "")):
        result = listing(tmp_path / name).execute(context())
        assert result == {"count": 0, "path": str(tmp_path / name), "newest_booking": None}
        assert (tmp_path / name).read_text().startswith(content)


def test_filters(sandbox: Sandbox, tmp_path: Path) -> None:
    """By type, by time of booking and by start; a window holds its first moment, not its last."""
    made = [
        sandbox.lemcal.book(
            None, None, kind, f"2037-05-{day}T12:00:00Z", created_at=f"2026-05-{day}T10:00:00Z"
        )
        for day, kind in (("10", "met_intro"), ("11", "met_demo"), ("12", "met_intro"))
    ]
    first, second, third = (each.id for each in made)
    path = tmp_path / "meetings.csv"
    eleventh = datetime(2026, 5, 11, 10, tzinfo=UTC)
    for arguments, expected in (
        ({"meeting_type_id": "met_intro"}, [first, third]),
        ({"meeting_type_id": "met_retired"}, []),
        ({"booked_since": "2026-05-11T10:00:00+00:00"}, [second, third]),
        ({"booked_since": "2026-05-11T12:00:00.001+02:00"}, [third]),
        ({"booked_before": eleventh}, [first]),
        ({"booked_since": eleventh, "booked_before": "2026-05-12 10:00:00+00:00"}, [second]),
        ({"starts_after": "2037-05-11T12:00:00Z"}, [second, third]),
        ({"starts_before": "2037-05-11T12:00:00Z"}, [first]),
        ({"booked_since": "", "starts_before": None, "meeting_type_id": ""}, [first, second, third]),
    ):
        assert listing(path, **arguments).execute(context())["count"] == len(expected)
        assert ids(path) == expected


@pytest.mark.parametrize("kept", [True, False])
def test_cancelled_meetings(sandbox: Sandbox, tmp_path: Path, kept: bool) -> None:
    """Left out, whether lemcal still lists them or not; kept only where asked for and there."""
    sandbox.settings.cancelled_meetings = "canceledAt" if kept else "disappear"
    stays, goes = sandbox.lemcal.book(), sandbox.lemcal.book()
    sandbox.lemcal.cancel(goes.id)
    path = tmp_path / "meetings.csv"
    listing(path).execute(context())
    assert ids(path) == [stays.id]
    listing(path, include_cancelled=True).execute(context())
    assert ids(path) == [stays.id, goes.id] if kept else [stays.id]


def test_cursor(sandbox: Sandbox, tmp_path: Path, variables: Shelf) -> None:
    """Each run lists what no earlier one did; the same run again lists the same, and what came since."""
    path, one, two = tmp_path / "meetings.csv", Store(), Store()

    def listed(store: Store, **arguments: Any) -> list[str]:
        listing(path, cursor="follow_up", **arguments).execute(context(store))
        return ids(path)

    first = sandbox.lemcal.book().id
    assert listed(one) == [first]
    assert listed(one) == [first]
    second = sandbox.lemcal.book(created_at=sandbox.clock.now() - 60).id
    assert listed(two) == [second]
    assert listed(two) == [second]
    assert listed(Store()) == []
    # an old run that is cleared shows what came since, too, and does not turn the others back
    assert sorted(listed(one)) == sorted([first, second])
    assert listed(Store()) == []
    # another name, another reader
    listing(path, cursor="other").execute(context())
    assert sorted(ids(path)) == sorted([first, second])
    assert sorted(variables.texts) == [
        "calendars.lemcal.lemcal_default.cursor.follow_up",
        "calendars.lemcal.lemcal_default.cursor.other",
    ]
    assert "@" not in json.dumps(variables.texts)


def test_a_run_that_fails_consumes_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    """What was never written is listed by the next run."""
    meeting = sandbox.lemcal.book().id
    (tmp_path / "file").touch()
    with pytest.raises(exceptions.ConfigurationError):
        listing(tmp_path / "file" / "meetings.csv", cursor="follow_up").execute(context())
    listing(tmp_path / "meetings.csv", cursor="follow_up").execute(context())
    assert ids(tmp_path / "meetings.csv") == [meeting]


def test_meeting_types(sandbox: Sandbox, tmp_path: Path) -> None:
    """Ids in the result, and the rest in a file where one is named."""
    expected = {"count": 3, "meeting_type_ids": ["met_intro", "met_demo", "met_retired"]}
    result = LemcalListMeetingTypesOperator(task_id="types").execute(context())
    assert result == {**expected, "path": None}
    path = tmp_path / "types.csv"
    result = LemcalListMeetingTypesOperator(task_id="types", path=str(path)).execute(context())
    assert result == {**expected, "path": str(path)}
    assert path.read_text().splitlines()[1] == "met_intro,Intro call,30,enabled,public"


# --- hooks


def ensuring(**arguments: Any) -> LemcalEnsureHookOperator:
    return LemcalEnsureHookOperator(task_id="ensure", **arguments)


def test_ensure_hook(sandbox: Sandbox) -> None:
    """Created once, with its id in XCom at once; later runs know the id that lemcal does not tell."""
    here = context()
    result = ensuring(target_url=TARGET, meeting_type_id="met_demo").execute(here)
    (hook,) = sandbox.lemcal.hooks
    assert result == {"hook_id": hook.id, "outcome": "created"}
    assert here["ti"].xcoms == {"hook_id": hook.id}
    again = ensuring(target_url=TARGET, meeting_type_id="met_demo").execute(context())
    assert again == {"hook_id": hook.id, "outcome": "exists"}
    any_type = ensuring(target_url=TARGET, any_meeting_type="True").execute(context())
    assert (any_type["outcome"], any_type["hook_id"] != hook.id) == ("created", True)


def test_ensure_hook_that_somebody_else_made(sandbox: Sandbox) -> None:
    """It exists and its id cannot be known: success or failure, as the author chose."""
    sandbox.lemcal.add_hook(TARGET, any_meeting_type=True)
    result = ensuring(target_url=TARGET, any_meeting_type=True).execute(context())
    assert result == {"hook_id": None, "outcome": "exists"}
    # for a retry, too
    store = Store()
    for _ in range(2):
        with pytest.raises(exceptions.Conflict, match="Duplicate hook"):
            ensuring(target_url=TARGET, any_meeting_type=True, if_exists="fail").execute(context(store))


@pytest.mark.parametrize(("kind", "outcome"), [("lost_before", "created"), ("lost_after", "exists")])
def test_ensure_hook_whose_reply_is_lost(sandbox: Sandbox, kind: str, outcome: str) -> None:
    """It is asked for once more, which cannot make two."""
    sandbox.faults.add(Fault(kind, operation="POST /hooks"))
    result = ensuring(target_url=TARGET, any_meeting_type=True).execute(context())
    assert result["outcome"] == outcome
    assert len(sandbox.lemcal.hooks) == 1


def receive(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, conn_id: str, **extra: Any) -> None:
    known = json.loads(sandbox.connection_json("lemcal"))
    connection = json.dumps({**known, "extra": json.dumps(extra)})
    monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", connection)


def test_ensure_hook_for_this_airflow(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, variables: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    """The URL is built from the connection when the task runs; the secret shows nowhere."""
    receive(monkeypatch, sandbox, "lemcal_eu", webhook_secret=SECRET)
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example.com/base/")
    where = f"/calendars/webhooks/lemcal/lemcal_eu?token={AS_IN_A_URL}"
    for given, base in (
        (None, "https://airflow.example.com/base"),
        ("https://other.example.com", "https://other.example.com"),
    ):
        operator = ensuring(lemcal_conn_id="lemcal_eu", any_meeting_type=True, receiver_url=given)
        here = context()
        with caplog.at_level(logging.DEBUG):
            result = operator.execute(here)
        assert sandbox.lemcal.hooks[-1].target_url == base + where
        fields = {name: getattr(operator, name) for name in operator.template_fields}
        shown = f"{result} {here['ti'].xcoms} {fields} {caplog.text} {variables.texts}"
        assert [leak for leak in (SECRET, AS_IN_A_URL, "unmistakable") if leak in shown] == []


@pytest.mark.parametrize(
    ("extra", "said"), [({}, "webhook_secret"), ({"webhook_secret": "short"}, "16 char")]
)
def test_ensure_hook_without_a_secret(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, extra: dict[str, Any], said: str
) -> None:
    """A connection that receives nothing is told apart before lemcal is asked."""
    receive(monkeypatch, sandbox, "lemcal_default", **extra)
    with pytest.raises(exceptions.ConfigurationError, match=said):
        ensuring(any_meeting_type=True, receiver_url="https://a.example").execute(context())
    assert sandbox.journal.entries == []


def test_delete_hook(sandbox: Sandbox) -> None:
    """Deleted, or not there any more: the author's choice, a success unless said otherwise."""
    hook = sandbox.lemcal.add_hook(TARGET, any_meeting_type=True)
    assert hook is not None

    def delete(**arguments: Any) -> Any:
        return LemcalDeleteHookOperator(task_id="delete", hook_id=hook.id, **arguments).execute(context())

    assert delete() == {"hook_id": hook.id, "outcome": "deleted"}
    assert delete() == {"hook_id": hook.id, "outcome": "nothing_to_do"}
    with pytest.raises(AirflowSkipException, match=hook.id):
        delete(if_nothing_to_do="skip")
    with pytest.raises(AirflowFailException, match=hook.id):
        delete(if_nothing_to_do="fail")


# --- bad input

MEETINGS, ENSURE, DELETE = LemcalListMeetingsOperator, LemcalEnsureHookOperator, LemcalDeleteHookOperator


@pytest.mark.parametrize(
    ("operator", "wrong", "named"),
    [
        (MEETINGS, {"path": ""}, "path"),
        (MEETINGS, {"path": "meetings.xlsx"}, "path"),
        (MEETINGS, {"path": None}, "path"),
        *((MEETINGS, {name: "2026-05-01T10:00:00"}, name) for name in ("booked_since", "booked_before")),
        *((MEETINGS, {name: datetime(2026, 5, 1)}, name) for name in ("starts_after", "starts_before")),  # noqa: DTZ001
        (MEETINGS, {"booked_since": "None"}, "booked_since"),
        (MEETINGS, {"starts_after": "tomorrow"}, "starts_after"),
        (
            MEETINGS,
            {"booked_since": "2026-05-02T00:00Z", "booked_before": "2026-05-02T00:00Z"},
            "booked_before",
        ),
        (MEETINGS, {"meeting_type_id": ".."}, "meeting_type_id"),
        (LemcalListMeetingTypesOperator, {"path": "types.txt"}, "path"),
        (ENSURE, {"target_url": "example.com", "any_meeting_type": True}, "target_url"),
        (ENSURE, {"target_url": "http://[::1", "any_meeting_type": True}, "target_url"),
        (ENSURE, {"target_url": TARGET}, "meeting_type_id or any_meeting_type"),
        (ENSURE, {}, "meeting_type_id or any_meeting_type"),
        (ENSURE, {"target_url": TARGET, "meeting_type_id": "met_demo", "any_meeting_type": True}, "not both"),
        (ENSURE, {"target_url": TARGET, "any_meeting_type": "perhaps"}, "any_meeting_type"),
        (ENSURE, {"target_url": TARGET, "any_meeting_type": True, "if_exists": "adopt"}, "if_exists"),
        (MEETINGS, {"cursor": "mine", "starts_before": "2026-05-01T12:00Z"}, "cursor cannot"),
        (DELETE, {"hook_id": ""}, "hook_id"),
        (DELETE, {"hook_id": None}, "hook_id"),
        (DELETE, {"hook_id": ".."}, "hook_id"),
        (DELETE, {"hook_id": "hoo_1", "if_nothing_to_do": "shrug"}, "if_nothing_to_do"),
    ],
)
def test_bad_arguments_are_refused_before_any_request(
    sandbox: Sandbox, tmp_path: Path, operator: Any, wrong: dict[str, Any], named: str
) -> None:
    """The argument is named and nothing was sent."""
    given = {"path": str(tmp_path / "a.csv")} if operator is MEETINGS else {}
    with pytest.raises(exceptions.ConfigurationError, match=named):
        operator(task_id="bad", **{**given, **wrong}).execute(context())
    assert sandbox.journal.entries == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ensure", [True, False])
def test_an_unknown_meeting_type(sandbox: Sandbox, tmp_path: Path, ensure: bool) -> None:
    """lemcal would answer with an empty list, so the type is looked up, and nothing else happens."""
    unknown: Any = ensuring(target_url=TARGET, meeting_type_id="met_nope")
    if not ensure:
        unknown = listing(tmp_path / "a.csv", meeting_type_id="met_nope")
    with pytest.raises(exceptions.ConfigurationError, match="meeting_type_id 'met_nope' does not exist"):
        unknown.execute(context())
    assert [entry.operation for entry in sandbox.journal.entries] == ["GET /meetingTypes/{_id}"]


# --- in Airflow itself


@pytest.mark.slow
def test_in_a_real_run(
    sandbox: Sandbox, airflow_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Operators, XComs, templates and Variables as Airflow has them."""
    monkeypatch.undo()
    sandbox.set_connections(monkeypatch)
    receive(monkeypatch, sandbox, "lemcal_default", webhook_secret=SECRET)
    meeting = sandbox.lemcal.book("guest.of.the.real.run@example.com")
    path = tmp_path / "meetings.csv"

    def tasks() -> None:
        listed = listing(path, cursor="real_run")
        hook = ensuring(any_meeting_type=True, receiver_url="{{ 'https://a.example' }}")
        gone = LemcalDeleteHookOperator(task_id="delete", hook_id=hook.output["hook_id"])
        listed >> hook >> gone

    first = run_dag(tasks)
    assert states(first) == {"list": "success", "ensure": "success", "delete": "success"}
    assert ids(path) == [meeting.id]
    assert (xcom(first, "list", "count"), xcom(first, "delete", "outcome")) == (1, "deleted")
    shown = json.dumps([xcom(first, task) for task in ("list", "ensure", "delete")])
    assert "@" not in shown
    second = run_dag(tasks)
    assert (states(second)["list"], ids(path), sandbox.lemcal.hooks) == ("success", [], [])
    # neither the database nor what Airflow rendered holds the secret or the guest
    stored = airflow_database.read_bytes()
    assert [leak for leak in (SECRET, AS_IN_A_URL, "guest.of.the") if leak.encode() in stored] == []
