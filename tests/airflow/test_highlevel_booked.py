"""Appointments that are found again: by a retry, after a Clear, and however HighLevel lists them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from airflow_provider_calendars import exceptions
from airflow_provider_calendars.api.highlevel.appointment_records import AppointmentContent
from airflow_provider_calendars.hooks.highlevel import HighLevelHook
from airflow_provider_calendars.operators.highlevel import (
    HighLevelBlockTimeOperator,
    HighLevelBookNextSlotOperator,
    HighLevelCancelAppointmentOperator,
    HighLevelCreateAppointmentOperator,
    HighLevelUpdateAppointmentOperator,
)
from airflow_provider_calendars.sandbox import Fault, Sandbox
from airflow_provider_calendars.sandbox.highlevel.seeds import CONTACTS, DEMO_CALENDAR
from tests.airflow.running import Killed, Store, context, die, hasten_booking

ADA, BLAISE = CONTACTS[0].id, CONTACTS[1].id
POST = "POST /calendars/events/appointments"
PUT = "PUT /calendars/events/appointments/{eventId}"
GET = "GET /calendars/events/appointments/{eventId}"
LIST = "GET /calendars/events"
# a Monday in the sandbox's zone, Europe/Berlin
FIRST = "2037-06-01T09:00:00+02:00"
UNEVEN = "2037-06-01T09:00:00.123456+02:00"
LATER = "2037-06-13T00:00:00+02:00"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hasten_booking(monkeypatch)


@pytest.fixture
def sandbox(calendars_connections: Sandbox) -> Sandbox:
    calendars_connections.settings.highlevel_rate_limit = None
    return calendars_connections


def creating(**arguments: Any) -> HighLevelCreateAppointmentOperator:
    given = {"contact_id": ADA, "start_time": FIRST, "ignore_free_slot_validation": True, **arguments}
    return HighLevelCreateAppointmentOperator(task_id="create", calendar_id=DEMO_CALENDAR, **given)


def booking(**arguments: Any) -> HighLevelBookNextSlotOperator:
    given = {"start_datetime": FIRST, "end_datetime": LATER, **arguments}
    return HighLevelBookNextSlotOperator(task_id="b", calendar_id=DEMO_CALENDAR, contact_id=ADA, **given)


def changing(appointment_id: str, **arguments: Any) -> HighLevelUpdateAppointmentOperator:
    return HighLevelUpdateAppointmentOperator(task_id="u", appointment_id=appointment_id, **arguments)


def cancelling(appointment_id: str, **arguments: Any) -> HighLevelCancelAppointmentOperator:
    return HighLevelCancelAppointmentOperator(task_id="c", appointment_id=appointment_id, **arguments)


def killed(operator: Any, call: str = "create_appointment") -> Store:
    """Run a task whose worker dies right after a call; return what is remembered."""
    store = Store()
    die(operator, call, after=True)
    with pytest.raises(Killed):
        operator.execute(context(store))
    return store


def listing(sandbox: Sandbox, rows: list[dict[str, Any]]) -> None:
    """Let the list of appointments show these."""
    sandbox.faults.add(Fault("status", operation=LIST, status=200, body={"events": rows}, times=None))


def in_catch_up() -> Any:
    """Return the context of a scheduled run that begins a month late."""
    due = datetime.now(UTC) - timedelta(days=30)
    interval = {"data_interval_start": due - timedelta(days=1), "data_interval_end": due}
    run = SimpleNamespace(run_type="scheduled", run_after=due, start_date=datetime.now(UTC), **interval)
    return {**context(), "dag_run": run}


# --- moments


@pytest.mark.parametrize("start", [UNEVEN, datetime.fromisoformat(UNEVEN)], ids=["text", "datetime"])
def test_a_start_with_parts_of_a_second_is_booked_once(sandbox: Sandbox, start: Any) -> None:
    """HighLevel keeps whole seconds, so that is what is sent, and what is found after a lost reply."""
    sandbox.faults.add(Fault("lost_after", operation=POST))
    result = creating(start_time=start).execute(context())
    (made,) = sandbox.highlevel.appointments
    assert (result["appointment_id"], result["outcome"]) == (made.id, "adopted")
    assert datetime.fromtimestamp(made.start, UTC) == datetime.fromisoformat(FIRST)
    assert result["start_time"] == "2037-06-01T07:00:00+00:00"


def test_a_block_with_parts_of_a_second_is_made_once(sandbox: Sandbox) -> None:
    """Its times are compared to the second."""
    sandbox.faults.add(Fault("lost_after", operation="POST /calendars/events/block-slots"))
    start = datetime.fromisoformat(UNEVEN)
    given = {"start_datetime": start, "end_datetime": start + timedelta(hours=1)}
    block = HighLevelBlockTimeOperator(task_id="block", calendar_id=DEMO_CALENDAR, **given)
    assert block.execute(context())["outcome"] == "adopted"
    assert len(sandbox.highlevel.blocked_slots) == 1


# --- lists


@pytest.mark.parametrize("make", [creating, booking], ids=["create", "book"])
def test_a_list_that_does_not_say_whose_an_appointment_is(sandbox: Sandbox, make: Any) -> None:
    """Each is read by its id before it counts as somebody else's."""
    store = killed(make())
    (made,) = sandbox.highlevel.appointments
    other = sandbox.highlevel.book(DEMO_CALENDAR, FIRST, BLAISE).id
    listing(sandbox, [{"id": each, "startTime": FIRST} for each in (other, made.id, "evtGone")])
    result = make().execute(context(store, try_number=2))
    assert (result["appointment_id"], result["outcome"]) == (made.id, "adopted")


@pytest.mark.parametrize("status", ["cancelled", "invalid"])
def test_an_appointment_that_is_booked_as_called_off_is_found(sandbox: Sandbox, status: str) -> None:
    """Its status is the one that was asked for."""
    sandbox.faults.add(Fault("lost_after", operation=POST))
    store = Store()
    results = [creating(appointment_status=status).execute(context(store)) for _ in range(2)]
    (made,) = sandbox.highlevel.appointments
    assert [each["appointment_id"] for each in results] == [made.id] * 2


@pytest.mark.parametrize("named", [True, False])
def test_a_series_is_found_by_its_master_event(sandbox: Sandbox, named: bool) -> None:
    """Lists show its instances, the answer to its creation would have named the whole."""
    series = {"rrule": "RRULE:FREQ=WEEKLY;COUNT=3"}
    store = killed(creating(**series))
    (made,) = sandbox.highlevel.appointments
    instance = {"id": f"{made.id}_{round(made.start * 1000)}_1800", "contactId": ADA, "startTime": FIRST}
    listing(sandbox, [{**instance, "masterEventId": made.id} if named else instance])
    assert creating(**series).execute(context(store, try_number=2))["appointment_id"] == made.id


def test_the_earliest_of_several_appointments_is_adopted(sandbox: Sandbox) -> None:
    """A contact with a weekly meeting has one already."""
    later = sandbox.highlevel.book(DEMO_CALENDAR, "2037-06-09T09:00:00+02:00", ADA).id
    first = sandbox.highlevel.book(DEMO_CALENDAR, "2037-06-02T09:00:00+02:00", ADA).id
    result = booking(if_exists="adopt").execute(context())
    assert (result["appointment_id"], result["outcome"]) == (first, "adopted")
    with pytest.raises(exceptions.CalendarsError, match=f"{first}, {later}"):
        booking().execute(context())


# --- Clear


@pytest.mark.parametrize("make", [creating, booking], ids=["create", "book"])
def test_what_was_deleted_is_booked_anew_by_a_clear(sandbox: Sandbox, make: Any) -> None:
    """As it is with calendars: a deleted one is none."""
    store = Store()
    first = make().execute(context(store))
    sandbox.highlevel.delete(first["appointment_id"])
    again = make().execute(context(store, try_number=2))
    assert again["outcome"] == "created"
    assert again["appointment_id"] != first["appointment_id"]


@pytest.mark.parametrize("make", [creating, booking], ids=["create", "book"])
def test_what_was_cancelled_is_not_booked_again_by_a_clear(sandbox: Sandbox, make: Any) -> None:
    """It may be the contact who does not want it."""
    store = Store()
    made = make().execute(context(store))["appointment_id"]
    sandbox.highlevel.set_status(made, "cancelled")
    with pytest.raises(
        exceptions.CalendarsError, match=f"{made}, which this task booked before, is cancelled"
    ):
        make().execute(context(store, try_number=2))
    assert len(sandbox.highlevel.appointments) == 1


def test_an_operation_that_is_not_there_says_nothing_about_an_appointment(sandbox: Sandbox) -> None:
    """A wrong version or host is no reason to book again."""
    store = Store()
    creating().execute(context(store))
    body = {"statusCode": 404, "message": "Cannot GET /calendars/events/appointments/x", "error": "Not Found"}
    sandbox.faults.add(Fault("status", operation=GET, status=404, body=body))
    with pytest.raises(exceptions.OperationUnavailable):
        creating().execute(context(store, try_number=2))
    assert len(sandbox.highlevel.appointments) == 1


# --- telling people


@pytest.mark.parametrize("happened", [True, False])
def test_an_update_is_told_of_once_whether_it_happened_or_not(sandbox: Sandbox, happened: bool) -> None:
    """A retry tells people only where the appointment has provably stayed as it was."""
    made = sandbox.highlevel.book(DEMO_CALENDAR, FIRST, ADA).id
    store = Store()
    sandbox.faults.add(Fault("lost_after" if happened else "lost_before", operation=PUT))
    with pytest.raises(exceptions.OutcomeUnknown):
        changing(made, title="Demo", to_notify=True).execute(context(store))
    changing(made, title="Demo", to_notify=True).execute(context(store, try_number=2))
    assert len(sandbox.highlevel.automations) == 1
    assert [each.title for each in sandbox.highlevel.appointments] == ["Demo"]


def test_an_update_that_shows_in_other_words_is_told_of_once(sandbox: Sandbox) -> None:
    """What was trimmed or completed at HighLevel has been changed all the same."""
    made = sandbox.highlevel.book(DEMO_CALENDAR, FIRST, ADA).id
    store = killed(changing(made, title="Demo ", to_notify=True), "update_appointment")
    HighLevelHook().update_appointment(made, AppointmentContent(title="Demo", to_notify=False))
    changing(made, title="Demo ", to_notify=True).execute(context(store, try_number=2))
    assert len(sandbox.highlevel.automations) == 1


def test_a_cancellation_that_does_not_show_is_told_of_once(sandbox: Sandbox) -> None:
    """Where no status is shown, the retry cancels again and tells nobody."""
    made = sandbox.highlevel.book(DEMO_CALENDAR, FIRST, ADA).id
    body = {"appointment": {"id": made}}
    sandbox.faults.add(Fault("status", operation=GET, status=200, body=body, times=None))
    store = killed(cancelling(made, to_notify=True), "update_appointment")
    assert cancelling(made, to_notify=True).execute(context(store))["outcome"] == "cancelled"
    assert len(sandbox.highlevel.automations) == 1


def test_a_catch_up_run_tells_nobody(sandbox: Sandbox) -> None:
    """It makes up for the past, as a backfill does."""
    made = sandbox.highlevel.book(DEMO_CALENDAR, FIRST, ADA).id
    cancelling(made, to_notify=True).execute(in_catch_up())
    booking(to_notify=True).execute(in_catch_up())
    assert sandbox.highlevel.automations == []


def test_the_hook_tells_nobody_unasked(sandbox: Sandbox) -> None:
    """HighLevel's own default is to tell them."""
    hook = HighLevelHook()
    content = {"calendar_id": DEMO_CALENDAR, "start_time": FIRST, "ignore_free_slot_validation": True}
    made = hook.create_appointment(AppointmentContent(contact_id=ADA, **content)).event_id
    hook.update_appointment(made, AppointmentContent(title="Demo"))
    assert sandbox.highlevel.automations == []
    hook.update_appointment(made, AppointmentContent(title="Other", to_notify=None))
    assert len(sandbox.highlevel.automations) == 1
