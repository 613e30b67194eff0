"""What has become of appointments: exported with every run, and waited for."""

from __future__ import annotations

import csv
import json
import threading
from pathlib import Path
from typing import Any

import pendulum
import pytest

from airflow_provider_calendars import exceptions
from airflow_provider_calendars._compat import AirflowSensorTimeout
from airflow_provider_calendars.hooks.highlevel import HighLevelHook
from airflow_provider_calendars.operators.highlevel import HighLevelExportAppointmentsOperator
from airflow_provider_calendars.sandbox import Sandbox
from airflow_provider_calendars.sandbox.highlevel.seeds import DEMO_CALENDAR, PERSONAL_CALENDAR
from airflow_provider_calendars.sensors.highlevel import HighLevelAppointmentsChangedSensor
from tests.airflow.running import context, hasten, run_dag, states, xcom
from tests.airflow.test_sensors import MODES, verdict

SOON, LATER = "2037-06-01T00:00:00+02:00", "2037-08-30T00:00:00+02:00"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hasten(monkeypatch)


@pytest.fixture(params=MODES.values(), ids=MODES.keys())
def mode(request: pytest.FixtureRequest) -> dict[str, Any]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def sandbox(calendars_connections: Sandbox) -> Sandbox:
    calendars_connections.settings.highlevel_rate_limit = None
    return calendars_connections


def exporting(folder: Path, run: str = "run", **arguments: Any) -> Any:
    given = {"start_datetime": SOON, "end_datetime": LATER, "snapshot_path": str(folder / "last.json")}
    operator = HighLevelExportAppointmentsOperator(
        task_id="export", path=str(folder / "appointments.csv"), **{**given, **arguments}
    )
    return operator.execute(context(run_id=run))


def changes(folder: Path) -> dict[str, str]:
    with (folder / "appointments.csv").open(newline="") as stream:
        return {row["appointment_id"]: row["change"] for row in csv.DictReader(stream)}


def move(sandbox: Sandbox, event_id: str, days: float) -> None:
    """Let somebody move an appointment."""
    highlevel = sandbox.highlevel
    event = highlevel.event(event_id)
    assert event is not None
    with highlevel.lock:
        seconds = days * 86_400
        highlevel.change_event(event, start=event.start + seconds, end=event.end + seconds)


def date_back(sandbox: Sandbox, event_id: str, seconds: float) -> None:
    """Let an appointment be older than it is."""
    event = sandbox.highlevel.event(event_id)
    assert event is not None
    with sandbox.highlevel.lock:
        sandbox.highlevel.change_event(event, added=event.added - seconds)


def test_what_has_become_of_each_appointment(sandbox: Sandbox, tmp_path: Path) -> None:
    """Created, moved, cancelled, missed, deleted and otherwise changed ones are told apart."""
    highlevel = sandbox.highlevel
    names = ("moved", "away", "cancelled", "missed", "deleted", "showed", "same", "gone")
    made = {
        name: highlevel.book(DEMO_CALENDAR, f"2037-06-{day:02}T09:00:00+02:00").id
        for day, name in enumerate(names, start=2)
    }
    first = exporting(tmp_path, "first")
    assert (first["count"], first["compared_with"], set(changes(tmp_path).values())) == (8, None, {""})
    sandbox.clock.advance(60)
    move(sandbox, made["moved"], 1)
    move(sandbox, made["away"], 300)
    highlevel.set_status(made["cancelled"], "cancelled")
    highlevel.set_status(made["missed"], "noshow")
    highlevel.delete(made["deleted"])
    highlevel.set_status(made["showed"], "showed")
    new = highlevel.book(PERSONAL_CALENDAR, "2037-07-20T09:00:00+02:00").id
    result = exporting(tmp_path, "second")
    assert changes(tmp_path) == {
        made["moved"]: "moved",
        made["away"]: "moved",
        made["cancelled"]: "cancelled",
        made["missed"]: "no_show",
        made["deleted"]: "deleted",
        made["showed"]: "changed",
        made["same"]: "",
        made["gone"]: "",
        new: "created",
    }
    counts = {name: result[name] for name in ("created", "moved", "cancelled", "no_show", "deleted")}
    assert counts == {"created": 1, "moved": 2, "cancelled": 1, "no_show": 1, "deleted": 1}
    assert result["compared_with"] is not None
    third = exporting(tmp_path, "third", only_changes=True)
    assert (third["count"], third["deleted"], changes(tmp_path)) == (0, 0, {})
    assert "@" not in (tmp_path / "last.json").read_text()


def test_a_run_that_is_repeated_finds_the_same(sandbox: Sandbox, tmp_path: Path) -> None:
    """A retry or Clear compares with what its first try compared with, so no change is lost."""
    exporting(tmp_path, "first")
    made = sandbox.highlevel.book(DEMO_CALENDAR, "2037-06-02T09:00:00+02:00").id
    for _ in range(2):
        assert exporting(tmp_path, "second")["created"] == 1
        assert changes(tmp_path) == {made: "created"}
    assert exporting(tmp_path, "third")["created"] == 0


def test_a_clear_of_an_earlier_run_leaves_the_snapshot(sandbox: Sandbox, tmp_path: Path) -> None:
    """What has changed since the last run is told by the next one all the same."""
    for run in ("first", "second", "third"):
        exporting(tmp_path, run)
    sandbox.clock.advance(60)
    made = sandbox.highlevel.book(DEMO_CALENDAR, "2037-06-02T09:00:00+02:00").id
    kept = (tmp_path / "last.json").read_text()
    exporting(tmp_path, "second")
    assert (tmp_path / "last.json").read_text() == kept
    exporting(tmp_path, "fourth")
    assert changes(tmp_path) == {made: "created"}


def test_calendars_that_are_no_longer_looked_at(sandbox: Sandbox, tmp_path: Path) -> None:
    """Their appointments are neither looked up nor told of, and are not news when they are wanted again."""
    mine, other = (
        sandbox.highlevel.book(each, "2037-06-02T09:00:00+02:00").id
        for each in (DEMO_CALENDAR, PERSONAL_CALENDAR)
    )
    exporting(tmp_path, "first")
    sandbox.clock.advance(1200)
    sandbox.journal.clear()
    exporting(tmp_path, "second", calendar_ids=[DEMO_CALENDAR])
    assert changes(tmp_path) == {mine: ""}
    assert {each.operation for each in sandbox.journal.entries} == {"GET /calendars/events"}
    sandbox.clock.advance(1200)
    exporting(tmp_path, "third")
    assert changes(tmp_path) == {mine: "", other: ""}


def test_a_time_that_moves_on_makes_nothing_new(sandbox: Sandbox, tmp_path: Path) -> None:
    """What comes into the time that is looked at was made long ago; what leaves it is not deleted."""
    leaves = sandbox.highlevel.book(DEMO_CALENDAR, "2037-06-02T09:00:00+02:00").id
    comes = sandbox.highlevel.book(DEMO_CALENDAR, "2037-09-01T09:00:00+02:00").id
    exporting(tmp_path, "first")
    sandbox.clock.advance(60)
    moved_on = {"start_datetime": "2037-06-03T00:00:00Z", "end_datetime": "2037-09-03T00:00:00Z"}
    result = exporting(tmp_path, "second", **moved_on)
    assert (result["created"], result["deleted"], changes(tmp_path)) == (0, 0, {comes: ""})
    assert leaves not in changes(tmp_path)


def test_what_is_moved_into_the_time_is_not_created(sandbox: Sandbox, tmp_path: Path) -> None:
    """It was made long ago and would have been seen, so it was moved; what is new may show a moment late."""
    made = sandbox.highlevel.book(DEMO_CALENDAR, "2037-12-01T09:00:00+01:00").id
    date_back(sandbox, made, 86_400)
    exporting(tmp_path, "first")
    move(sandbox, made, -150)
    late = sandbox.highlevel.book(DEMO_CALENDAR, "2037-06-03T09:00:00+02:00").id
    date_back(sandbox, late, 30)
    result = exporting(tmp_path, "second")
    assert changes(tmp_path) == {late: "created", made: "moved"}
    assert (result["created"], result["moved"]) == (1, 1)


def test_a_time_in_airflows_own_moments(sandbox: Sandbox, tmp_path: Path) -> None:
    """A data interval's do as well as any."""
    sandbox.highlevel.book(DEMO_CALENDAR, "2037-06-03T09:00:00+02:00")
    start = pendulum.datetime(2037, 6, 1, tz="Europe/Berlin")
    assert exporting(tmp_path, start_datetime=start, end_datetime=start.add(days=90))["count"] == 1


def test_some_calendars_only(sandbox: Sandbox, tmp_path: Path) -> None:
    """One calendar, or all of them; without a snapshot nothing is compared or kept."""
    sandbox.highlevel.book(DEMO_CALENDAR, "2037-06-02T09:00:00+02:00")
    mine = sandbox.highlevel.book(PERSONAL_CALENDAR, "2037-06-02T09:00:00+02:00").id
    exporting(tmp_path, snapshot_path=None, calendar_ids=[PERSONAL_CALENDAR])
    assert list(changes(tmp_path)) == [mine]
    assert exporting(tmp_path, snapshot_path=None)["count"] == 2
    assert not (tmp_path / "last.json").exists()


def test_what_starts_at_the_end_is_not_listed(sandbox: Sandbox) -> None:
    """Whether HighLevel's lists hold it is not documented, and two times that meet show it once."""
    sandbox.highlevel.book(DEMO_CALENDAR, "2037-06-02T09:00:00+02:00")
    middle = "2037-06-02T09:00:00+02:00"
    found = [HighLevelHook().list_appointments(*each) for each in ((SOON, middle), (middle, LATER))]
    assert list(map(len, found)) == [0, 1]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"path": "appointments.txt"}, "path"),
        ({"snapshot_path": "last.txt"}, "snapshot_path must end in .json"),
        ({"start_datetime": "2037-06-01T00:00:00"}, "start_datetime must say its offset"),
        ({"start_datetime": LATER, "end_datetime": SOON}, "end_datetime must be after"),
        ({"calendar_ids": "cal1"}, "calendar_ids must be a list"),
        ({"only_changes": "perhaps"}, "only_changes"),
    ],
)
def test_bad_arguments_of_the_export(
    sandbox: Sandbox, tmp_path: Path, wrong: dict[str, Any], said: str
) -> None:
    """The argument is named and nothing was sent."""
    given = {"path": str(tmp_path / "a.csv"), "start_datetime": SOON, "end_datetime": LATER, **wrong}
    with pytest.raises(exceptions.ConfigurationError, match=said):
        HighLevelExportAppointmentsOperator(task_id="bad", **given).execute(context())
    assert sandbox.journal.entries == []


@pytest.mark.parametrize("content", ["", "[]", '{"other": 1}', "not json", '{"last": {"taken_at": 5}}'])
def test_a_snapshot_that_is_none(sandbox: Sandbox, tmp_path: Path, content: str) -> None:
    """Somebody else's file is not overwritten."""
    (tmp_path / "last.json").write_text(content)
    with pytest.raises(exceptions.ConfigurationError, match="is not a snapshot"):
        exporting(tmp_path)
    assert (tmp_path / "last.json").read_text() == content
    assert sandbox.journal.entries == []


# --- the sensor


def changed(**arguments: Any) -> HighLevelAppointmentsChangedSensor:
    given = {"poll_interval": 0.2, "timeout": 8, "start_datetime": SOON, "end_datetime": LATER, **arguments}
    return HighLevelAppointmentsChangedSensor(task_id="wait", **given)


def test_a_change_ends_the_wait(sandbox: Sandbox, mode: dict[str, Any]) -> None:
    """Something happens after the first look, and the wait ends with its ids."""
    kept = sandbox.highlevel.book(DEMO_CALENDAR, "2037-06-02T09:00:00+02:00").id

    def happen() -> None:
        sandbox.highlevel.set_status(kept, "cancelled")

    timer = threading.Timer(1.0, happen)
    timer.start()
    try:
        result = verdict(changed(kinds=["cancelled", "created"], **mode))
    finally:
        timer.join()
    assert (result["count"], result["appointment_ids"]) == (1, [kept])
    assert (result["cancelled"], result["created"]) == (1, 0)
    assert "@" not in json.dumps(result)


def test_nothing_that_counts_happens(sandbox: Sandbox, mode: dict[str, Any]) -> None:
    """Changes of another kind, and what was there at the first look, do not end the wait."""
    sandbox.highlevel.book(DEMO_CALENDAR, "2037-06-02T09:00:00+02:00")
    with pytest.raises(AirflowSensorTimeout):
        verdict(changed(timeout=0.5, **mode))


def test_changes_since_a_moment(sandbox: Sandbox, mode: dict[str, Any]) -> None:
    """What was changed before the first look counts by HighLevel's own dates."""
    old = sandbox.highlevel.book(DEMO_CALENDAR, "2037-06-02T09:00:00+02:00").id
    sandbox.clock.advance(60)
    with pytest.raises(AirflowSensorTimeout):
        verdict(changed(timeout=0.5, changed_since="2037-01-01T00:00:00Z", **mode))
    sandbox.clock.advance(60)
    result = verdict(changed(changed_since="2020-01-01T00:00:00Z", **mode))
    assert (result["appointment_ids"], result["created"]) == ([old], 1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"start_datetime": "2037-06-01"}, "start_datetime"),
        ({"end_datetime": SOON}, "end_datetime must be after"),
        ({"kinds": ["lost"]}, "kinds"),
        ({"kinds": "created"}, "kinds must be a list"),
        ({"changed_since": "yesterday"}, "changed_since"),
        ({"calendar_ids": "cal1"}, "calendar_ids"),
    ],
)
def test_bad_arguments_of_the_sensor(
    sandbox: Sandbox, mode: dict[str, Any], wrong: dict[str, Any], said: str
) -> None:
    """The argument is named and nothing was sent."""
    with pytest.raises(exceptions.ConfigurationError, match=said):
        changed(**wrong, **mode).execute(context())
    assert sandbox.journal.entries == []


@pytest.mark.slow
def test_deferred_in_a_real_run(sandbox: Sandbox, airflow_database: Path, tmp_path: Path) -> None:
    """The triggerer compares for real, and the export follows."""
    made = sandbox.highlevel.book(DEMO_CALENDAR, "2037-06-02T09:00:00+02:00").id

    def tasks() -> None:
        wait = changed(deferrable=True, changed_since="2020-01-01T00:00:00Z")
        export = HighLevelExportAppointmentsOperator(
            task_id="export",
            path=str(tmp_path / "appointments.csv"),
            snapshot_path=str(tmp_path / "last.json"),
            start_datetime=SOON,
            end_datetime=LATER,
        )
        wait >> export

    run = run_dag(tasks)
    assert states(run) == {"wait": "success", "export": "success"}
    assert xcom(run, "wait", "appointment_ids") == [made]
    assert list(changes(tmp_path)) == [made]
