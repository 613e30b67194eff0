"""Waiting for HighLevel: free slots and statuses, with the same verdict in every mode."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_calendars import exceptions
from airflow_provider_calendars._compat import AirflowSensorTimeout
from airflow_provider_calendars.sandbox import Fault, Sandbox
from airflow_provider_calendars.sandbox.highlevel.seeds import DEMO_CALENDAR, USERS
from airflow_provider_calendars.sensors.highlevel import (
    HighLevelAppointmentStatusSensor,
    HighLevelFreeSlotSensor,
)
from tests.airflow.running import hasten, run_dag, states, xcom
from tests.airflow.test_sensors import MODES, verdict

SOON = "2037-06-01T00:00:00+02:00"
LATER = "2037-06-06T00:00:00+02:00"
FIRST = "2037-06-01T09:00:00+02:00"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hasten(monkeypatch, attempts=1)


@pytest.fixture(params=MODES.values(), ids=MODES.keys())
def mode(request: pytest.FixtureRequest) -> dict[str, Any]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def sandbox(calendars_connections: Sandbox) -> Sandbox:
    # modes that start anew look often
    calendars_connections.settings.highlevel_rate_limit = None
    return calendars_connections


def free(**arguments: Any) -> HighLevelFreeSlotSensor:
    given = {"poll_interval": 0.1, "timeout": 5, "start_datetime": SOON, "end_datetime": LATER, **arguments}
    return HighLevelFreeSlotSensor(task_id="wait", calendar_id=DEMO_CALENDAR, **given)


def status(appointment_id: str, wanted: Any, **arguments: Any) -> HighLevelAppointmentStatusSensor:
    given = {"poll_interval": 0.1, "timeout": 5, **arguments}
    return HighLevelAppointmentStatusSensor(
        task_id="wait", appointment_id=appointment_id, status=wanted, **given
    )


def test_free_slots(sandbox: Sandbox, mode: dict[str, Any]) -> None:
    """The wait ends with the first slot, in words that can be booked."""
    result = verdict(free(**mode))
    assert result == {"calendar_id": DEMO_CALENDAR, "count": 80, "first_slot": FIRST}
    result = verdict(free(timezone="UTC", user_ids=[USERS[0].id], slots="80", **mode))
    assert result["first_slot"] == "2037-06-01T07:00:00+00:00"


def test_no_free_slot(sandbox: Sandbox, mode: dict[str, Any]) -> None:
    """Too few slots are none; the wait ends at its time-out."""
    for user in USERS:
        sandbox.highlevel.block(SOON, "2037-06-05T16:00:00+02:00", user_id=user.id)
    with pytest.raises(AirflowSensorTimeout):
        verdict(free(slots=3, timeout=0.3, **mode))
    assert verdict(free(slots=2, **mode))["count"] == 2


def test_the_time_for_slots_is_over(sandbox: Sandbox, mode: dict[str, Any]) -> None:
    """Waiting for slots of the past ends at once, as a failure."""
    past = {"start_datetime": None, "end_datetime": "2020-01-01T00:00:00Z"}
    with pytest.raises(exceptions.CalendarsError, match="It is past 2020-01-01"):
        verdict(free(**past, **mode))


def test_a_status(sandbox: Sandbox, mode: dict[str, Any]) -> None:
    """One of those that are waited for ends the wait, another one does not."""
    made = sandbox.highlevel.book(DEMO_CALENDAR, FIRST)
    with pytest.raises(AirflowSensorTimeout):
        verdict(status(made.id, "showed", timeout=0.3, **mode))
    sandbox.highlevel.set_status(made.id, "noshow")
    result = verdict(status(made.id, ["showed", "noshow"], **mode))
    assert result == {"appointment_id": made.id, "status": "noshow"}
    assert "@" not in json.dumps(result)


def test_a_status_that_ends_the_wait_badly(sandbox: Sandbox, mode: dict[str, Any]) -> None:
    """A failed status, or a deletion, which still reads 200, is not waited out."""
    made = sandbox.highlevel.book(DEMO_CALENDAR, FIRST)
    sandbox.highlevel.set_status(made.id, "cancelled")
    with pytest.raises(exceptions.CalendarsError, match="is cancelled; showed was waited for"):
        verdict(status(made.id, "showed", failed_statuses=["cancelled"], **mode))
    sandbox.highlevel.delete(made.id)
    with pytest.raises(exceptions.CalendarsError, match="is deleted"):
        verdict(status(made.id, ["showed", "cancelled"], **mode))
    assert verdict(status(made.id, "deleted", **mode))["status"] == "deleted"
    with pytest.raises(exceptions.NotFound):
        verdict(status("evtNobody", "showed", **mode))


def test_passing_failures_are_waited_out(sandbox: Sandbox, mode: dict[str, Any]) -> None:
    """Some looks may fail for a passing reason, such as a time-out that comes as 401."""
    made = sandbox.highlevel.book(DEMO_CALENDAR, FIRST)
    sandbox.faults.add(Fault("status", status=503, times=2))
    sandbox.faults.add(Fault("status", status=401, body={"message": "Command timed out"}, times=1))
    assert verdict(status(made.id, "confirmed", **mode))["status"] == "confirmed"


@pytest.mark.parametrize(
    ("sensor", "wrong", "said"),
    [
        (free, {"end_datetime": "2037-06-06T00:00:00"}, "end_datetime"),
        (free, {"start_datetime": "soon"}, "start_datetime"),
        (free, {"start_datetime": "2037-06-08T00:00:00Z"}, "end_datetime must be after start_datetime"),
        (free, {"slots": 0}, "slots"),
        (free, {"user_ids": "usr1"}, "user_ids"),
        (free, {"timezone": "Berlin"}, "timezone"),
        (status, {"wanted": "done"}, "status"),
        (status, {"wanted": []}, "status"),
        (status, {"failed_statuses": ["late"]}, "failed_statuses"),
        (status, {"appointment_id": ""}, "appointment_id"),
    ],
)
def test_bad_arguments_are_refused_before_any_request(
    sandbox: Sandbox, mode: dict[str, Any], sensor: Any, wrong: dict[str, Any], said: str
) -> None:
    """The argument is named and nothing was sent."""
    given = {"appointment_id": "a", "wanted": "showed"} if sensor is status else {}
    with pytest.raises(exceptions.ConfigurationError, match=said):
        sensor(**{**given, **wrong}, **mode).execute(None)
    assert sandbox.journal.entries == []


@pytest.mark.slow
def test_deferred_in_a_real_run(sandbox: Sandbox, airflow_database: Path) -> None:
    """The triggerer asks for real, and the reports are the tasks' results."""
    made = sandbox.highlevel.book(DEMO_CALENDAR, FIRST)
    sandbox.highlevel.block(SOON, "2037-06-05T16:00:00+02:00", user_id=USERS[0].id)

    def tasks() -> None:
        slots = free(deferrable=True, user_ids=[USERS[0].id], slots="{{ 2 }}")
        showed = HighLevelAppointmentStatusSensor(
            task_id="showed", appointment_id=made.id, status="confirmed", deferrable=True, poll_interval=0.1
        )
        slots >> showed

    run = run_dag(tasks)
    assert states(run) == {"wait": "success", "showed": "success"}
    assert (xcom(run, "wait", "count"), xcom(run, "showed", "status")) == (2, "confirmed")


def test_an_appointment_that_is_not_found_is_deleted(sandbox: Sandbox, mode: dict[str, Any]) -> None:
    """Whoever waits for that need not know which of both HighLevel says; a wrong version says neither."""
    assert verdict(status("evtNobody", ["cancelled", "deleted"], **mode))["status"] == "deleted"
    body = {"statusCode": 404, "message": "Cannot GET /calendars/events/appointments/x"}
    shows = "GET /calendars/events/appointments/{eventId}"
    sandbox.faults.add(Fault("status", operation=shows, status=404, body=body, times=None))
    with pytest.raises(exceptions.OperationUnavailable):
        verdict(status("evtNobody", "deleted", **mode))
