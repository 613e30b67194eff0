"""Appointments of HighLevel as tasks make them: each contact once, and nobody told unasked."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pendulum
import pytest

from airflow_provider_calendars import exceptions
from airflow_provider_calendars._compat import AirflowFailException, AirflowSkipException
from airflow_provider_calendars.operators.highlevel import (
    HighLevelBlockTimeOperator,
    HighLevelBookNextSlotOperator,
    HighLevelCancelAppointmentOperator,
    HighLevelCreateAppointmentOperator,
    HighLevelDeleteAppointmentOperator,
    HighLevelListFreeSlotsOperator,
    HighLevelUpdateAppointmentOperator,
)
from airflow_provider_calendars.sandbox import Fault, Sandbox
from airflow_provider_calendars.sandbox.highlevel.seeds import (
    CONTACTS,
    DEMO_CALENDAR,
    PERSONAL_CALENDAR,
    USERS,
)
from tests.airflow.running import Killed, Store, context, die, hasten_booking, run_dag, states, xcom
from tests.airflow.test_example_dags import load

ADA, BLAISE = CONTACTS[0].id, CONTACTS[1].id
GRACE, LINUS = (each.id for each in USERS)
POST = "POST /calendars/events/appointments"
PUT = "PUT /calendars/events/appointments/{eventId}"
SOON = "2037-06-01T00:00:00+02:00"
LATER = "2037-06-13T00:00:00+02:00"
# a Monday in the sandbox's zone, Europe/Berlin
FIRST = "2037-06-01T09:00:00+02:00"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hasten_booking(monkeypatch)


@pytest.fixture
def sandbox(calendars_connections: Sandbox) -> Sandbox:
    calendars_connections.settings.highlevel_rate_limit = None
    return calendars_connections


def booking(contact_id: str = ADA, **arguments: Any) -> HighLevelBookNextSlotOperator:
    given = {"calendar_id": DEMO_CALENDAR, "start_datetime": SOON, "end_datetime": LATER, **arguments}
    return HighLevelBookNextSlotOperator(task_id="book", contact_id=contact_id, **given)


def creating(contact_id: str = ADA, **arguments: Any) -> HighLevelCreateAppointmentOperator:
    given = {"calendar_id": DEMO_CALENDAR, "start_time": FIRST, **arguments}
    # a slot can be booked once it was offered
    return HighLevelCreateAppointmentOperator(task_id="create", contact_id=contact_id, **given)


def offered(sandbox: Sandbox, **arguments: Any) -> list[str]:
    given = {"calendar_id": DEMO_CALENDAR, "start_datetime": SOON, "end_datetime": LATER, **arguments}
    result = HighLevelListFreeSlotsOperator(task_id="slots", **given).execute(context())
    slots: list[str] = result["slots"]
    return slots


def appointments_of(sandbox: Sandbox, contact_id: str = ADA) -> list[Any]:
    return [
        each for each in sandbox.highlevel.appointments if each.contact_id == contact_id and each.takes_time
    ]


def in_backfill() -> Any:
    return {**context(), "dag_run": SimpleNamespace(run_type="backfill")}


# --- free slots


def test_free_slots_of_any_range(sandbox: Sandbox, tmp_path: Path) -> None:
    """A flat list over as many months as wanted, in the location's zone or another one; all in the file."""
    path = tmp_path / "slots.csv"
    result = HighLevelListFreeSlotsOperator(
        task_id="slots",
        calendar_id=DEMO_CALENDAR,
        start_datetime="2037-01-01T00:00:00Z",
        end_datetime="2037-04-01T00:00:00Z",
        path=str(path),
        limit=3,
    ).execute(context())
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    weekdays = {datetime.fromisoformat(row["slot"]).date() for row in rows}
    assert (result["count"], len(weekdays)) == (len(rows), 64)
    assert result["slots"] == [row["slot"] for row in rows[:3]]
    assert result["slots"][0] == "2037-01-01T09:00:00+01:00"
    assert len({row["slot"] for row in rows}) == len(rows)
    # the clocks changed on the 29th of March
    assert rows[-1]["slot"].endswith("+02:00")
    assert offered(sandbox, timezone="America/New_York")[0] == "2037-06-01T03:00:00-04:00"


def test_free_slots_of_some_users(sandbox: Sandbox) -> None:
    """Who is busy has no slot then."""
    sandbox.highlevel.book(DEMO_CALENDAR, FIRST, user_id=GRACE)
    assert FIRST not in offered(sandbox, user_ids=[GRACE])
    assert FIRST in offered(sandbox, user_ids=[LINUS])
    assert FIRST in offered(sandbox)


# --- create


def test_create_an_appointment(sandbox: Sandbox) -> None:
    """Booked as it was asked for; nobody is told, because nobody said so."""
    offered(sandbox)
    here = context()
    result = creating(title="Demo", assigned_user_id=LINUS).execute(here)
    (made,) = sandbox.highlevel.appointments
    assert result == {
        "appointment_id": made.id,
        "calendar_id": DEMO_CALENDAR,
        "start_time": "2037-06-01T07:00:00+00:00",
        "outcome": "created",
    }
    assert (made.contact_id, made.title, made.assigned_user_id) == (ADA, "Demo", LINUS)
    assert here["ti"].xcoms["appointment_id"] == made.id
    assert sandbox.highlevel.automations == []


@pytest.mark.parametrize("to_notify", [True, "True"])
def test_automations_run_only_when_asked_for_and_never_in_a_backfill(
    sandbox: Sandbox, to_notify: Any
) -> None:
    """Who is told of an appointment is the author's word, and a backfill's never."""
    offered(sandbox)
    creating(to_notify=to_notify).execute(context())
    assert [each.what for each in sandbox.highlevel.automations] == ["booked"]
    booking(BLAISE, to_notify=to_notify).execute(in_backfill())
    assert len(sandbox.highlevel.automations) == 1


def failing_once(sandbox: Sandbox, make: Callable[[], Any], fault: Fault) -> Any:
    """Run a task whose first try meets a fault, and its retry if it needs one."""
    store = Store()
    sandbox.faults.add(fault)
    try:
        return make().execute(context(store))
    except (exceptions.TransportError, exceptions.ApiError):
        return make().execute(context(store, try_number=2))


FAULTS = [
    Fault("lost_before", operation=POST),
    Fault("lost_after", operation=POST),
    Fault("truncated", operation=POST),
    Fault("html", operation=POST),
    Fault("status", operation=POST, status=500, acts=True),
    Fault("status", operation=POST, status=429),
    Fault("status", operation="GET /calendars/events", status=500, times=5),
]


@pytest.mark.parametrize("make", [creating, booking], ids=["create", "book"])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind}-{fault.status}")
def test_an_appointment_is_made_once_whatever_happens(
    sandbox: Sandbox, make: Callable[[], Any], fault: Fault
) -> None:
    """After any fault, and the retry that follows, the contact has exactly one appointment."""
    offered(sandbox)
    result = failing_once(sandbox, make, fault)
    (made,) = appointments_of(sandbox)
    assert result["appointment_id"] == made.id


@pytest.mark.parametrize("make", [creating, booking], ids=["create", "book"])
@pytest.mark.parametrize("after", [False, True])
def test_an_appointment_of_a_killed_worker_is_made_once(
    sandbox: Sandbox, make: Callable[[], Any], after: bool
) -> None:
    """Whether the worker dies before the call or right after it, the next try ends with one appointment."""
    offered(sandbox)
    store, dying = Store(), make()
    die(dying, "create_appointment", after=after)
    with pytest.raises(Killed):
        dying.execute(context(store))
    result = make().execute(context(store, try_number=2))
    assert [each.id for each in appointments_of(sandbox)] == [result["appointment_id"]]
    assert result["outcome"] == ("adopted" if after else "created")


def without_offsets(sandbox: Sandbox, operation: str, rows: list[dict[str, Any]]) -> None:
    """Let a list show times on the location's clocks without saying so, as HighLevel does elsewhere."""
    shown = [{**row, "startTime": "2037-06-01 09:00:00", "endTime": "2037-06-01 10:00:00"} for row in rows]
    body = {"events": shown, "traceId": "t"}
    sandbox.faults.add(Fault("status", operation=operation, status=200, body=body, times=None, skip=1))


def test_an_appointment_whose_listed_time_cannot_be_read_is_made_once(sandbox: Sandbox) -> None:
    """Nothing but it starts in the minute that was asked for."""
    row = {"id": "evtLost", "contactId": ADA, "calendarId": DEMO_CALENDAR, "appointmentStatus": "confirmed"}
    without_offsets(sandbox, "GET /calendars/events", [row, {**row, "id": "evtOther", "contactId": BLAISE}])
    sandbox.faults.add(Fault("lost_after", operation=POST))
    result = creating(ignore_free_slot_validation=True).execute(context())
    assert (result["appointment_id"], result["outcome"]) == ("evtLost", "adopted")


def test_a_block_whose_listed_time_cannot_be_read_is_made_once(sandbox: Sandbox) -> None:
    """Nothing but it starts in the minute that was asked for."""
    without_offsets(sandbox, "GET /calendars/blocked-slots", [{"id": "blkLost"}])
    sandbox.faults.add(Fault("lost_after", operation="POST /calendars/events/block-slots"))
    assert blocking().execute(context()) == {"event_id": "blkLost", "outcome": "adopted"}


@pytest.mark.parametrize("make", [creating, booking], ids=["create", "book"])
def test_a_cleared_task_makes_no_second_appointment(sandbox: Sandbox, make: Callable[[], Any]) -> None:
    """What the first run of the task made is returned again."""
    offered(sandbox)
    store = Store()
    first = make().execute(context(store))
    again = make().execute(context(store, try_number=2))
    assert again == {**first, "outcome": "adopted"}
    assert len(appointments_of(sandbox)) == 1


@pytest.mark.parametrize("make", [creating, booking], ids=["create", "book"])
def test_an_appointment_that_somebody_else_made(sandbox: Sandbox, make: Callable[..., Any]) -> None:
    """The contact is not booked twice by mistake: the appointment is named, or stands for this one."""
    other = sandbox.highlevel.book(DEMO_CALENDAR, FIRST, ADA).id
    with pytest.raises(exceptions.CalendarsError, match=other):
        make().execute(context())
    assert make(if_exists="adopt").execute(context())["appointment_id"] == other
    sandbox.highlevel.set_status(other, "cancelled")
    offered(sandbox)
    assert make().execute(context())["outcome"] == "created"


def test_a_taken_slot_is_a_conflict(sandbox: Sandbox) -> None:
    """The task fails and says so; nothing was booked for the contact."""
    offered(sandbox)
    sandbox.highlevel.take_slot(DEMO_CALENDAR, FIRST)
    with pytest.raises(exceptions.Conflict, match="no longer available"):
        creating().execute(context())
    assert appointments_of(sandbox) == []


# --- book the next slot


def test_book_the_first_slot(sandbox: Sandbox) -> None:
    """The earliest one, in the words it was offered in."""
    result = booking().execute(context())
    assert (result["start_time"], result["outcome"]) == ("2037-06-01T07:00:00+00:00", "created")
    assert result["assigned_user_id"] in {GRACE, LINUS}


def test_book_the_nearest_slot(sandbox: Sandbox) -> None:
    """The one with the least distance to a moment, before or after it."""
    sandbox.highlevel.take_slot(DEMO_CALENDAR, "2037-06-03T10:00:00+02:00")
    result = booking(choose="nearest", nearest_to="2037-06-03T10:10:00+02:00").execute(context())
    assert result["start_time"] == "2037-06-03T08:30:00+00:00"


def test_book_in_turn(sandbox: Sandbox) -> None:
    """Who has the fewest appointments in that time gets the next one."""
    for hour in (9, 10):
        sandbox.highlevel.book(DEMO_CALENDAR, f"2037-06-02T{hour:02}:00:00+02:00", user_id=GRACE)
    users = []
    for number in range(4):
        contact = sandbox.highlevel.add_contact(f"conGuest{number}").id
        users.append(booking(contact, choose="round_robin").execute(context())["assigned_user_id"])
    assert sorted(users) == sorted([LINUS, LINUS, LINUS, GRACE])
    assert users[:2] == [LINUS, LINUS]
    mine = booking(BLAISE, choose="round_robin", user_ids=[GRACE]).execute(context())
    assert mine["assigned_user_id"] == GRACE


def test_a_slot_that_is_taken_meanwhile_is_passed_over(sandbox: Sandbox) -> None:
    """The next one is booked, and the next; after as many as were allowed the task gives up."""
    sandbox.highlevel.race(2)
    assert booking().execute(context())["start_time"] == "2037-06-01T08:00:00+00:00"
    sandbox.highlevel.race(3)
    with pytest.raises(exceptions.Conflict, match="All 3 slots"):
        booking(BLAISE, most_attempts=3).execute(context())


def test_a_booking_that_nobody_shows_yet_is_not_made_twice(sandbox: Sandbox) -> None:
    """Where lists lag behind, a retry looks for a while before it books."""
    store = Store()
    sandbox.faults.add(Fault("lost_after", operation=POST))
    # it shows nothing before, at both looks after, at the retry's first one and at the next
    lag = Fault("status", operation="GET /calendars/events", status=200, body={"events": []}, times=5)
    sandbox.faults.add(lag)
    with pytest.raises(exceptions.OutcomeUnknown):
        booking().execute(context(store))
    result = booking().execute(context(store, try_number=2))
    (made,) = appointments_of(sandbox)
    assert result["appointment_id"] == made.id


def test_the_range_of_the_first_try_counts(sandbox: Sandbox) -> None:
    """A range that begins now moves between the tries, and what the first one booked still lies within."""
    store = Store()
    first = booking(start_datetime=None, end_datetime=None)
    die(first, "create_appointment", after=True)
    with pytest.raises(Killed):
        first.execute(context(store))
    (made,) = appointments_of(sandbox)
    later = datetime.fromtimestamp(made.start + 1, UTC)
    result = booking(start_datetime=later, end_datetime=None).execute(context(store, try_number=2))
    assert (result["appointment_id"], result["outcome"]) == (made.id, "adopted")


def test_a_range_that_was_changed_between_the_tries(sandbox: Sandbox) -> None:
    """What the first try booked is found outside the new range; what it did not book is not booked there."""
    late = {"start_datetime": "2037-06-09T00:00:00+02:00", "end_datetime": LATER}
    early = {"start_datetime": SOON, "end_datetime": "2037-06-05T00:00:00+02:00"}
    for after, first, then, outcome in (
        (True, late, early, "adopted"),
        (False, early, late, "created"),
    ):
        contact = sandbox.highlevel.add_contact(f"conGuest{after}").id
        store, dying = Store(), booking(contact, **first)
        die(dying, "create_appointment", after=after)
        with pytest.raises(Killed):
            dying.execute(context(store))
        result = booking(contact, **then).execute(context(store, try_number=2))
        assert (result["outcome"], result["start_time"][:10]) == (outcome, "2037-06-09")
        assert len(appointments_of(sandbox, contact)) == 1


def test_a_long_range_is_asked_for_month_by_month(sandbox: Sandbox) -> None:
    """How long a time may be that appointments are listed for is not documented."""
    booking(choose="round_robin", end_datetime="2037-12-01T00:00:00Z").execute(context())
    asked = [each.query for each in sandbox.journal.entries if each.operation == "GET /calendars/events"]
    spans = {int(_one(each["endTime"])) - int(_one(each["startTime"])) for each in asked}
    assert max(spans) <= 30 * 86_400_000


def _one(value: Any) -> str:
    return value[0] if isinstance(value, list) else value


def test_who_is_twice_on_the_waiting_list_is_booked_once(tmp_path: Path) -> None:
    """Tasks that book at the same moment do not see each other, so the example names everybody once."""
    path = tmp_path / "waitlist.csv"
    path.write_text(f"contact_id\n{ADA}\n{BLAISE}\n{ADA}\n")
    read_waitlist: Any = load("highlevel_book_from_waitlist").get_task("read_waitlist")
    assert read_waitlist.python_callable(str(path)) == [ADA, BLAISE]


def test_nothing_free(sandbox: Sandbox) -> None:
    """A failure, a skip or a success, as the author chose."""
    sandbox.highlevel.block(SOON, LATER, user_id=GRACE)
    sandbox.highlevel.block(SOON, LATER, user_id=LINUS)
    with pytest.raises(AirflowFailException, match="no free slot"):
        booking().execute(context())
    with pytest.raises(AirflowSkipException):
        booking(if_nothing_to_do="skip").execute(context())
    result = booking(if_nothing_to_do="succeed").execute(context())
    assert (result["outcome"], result["appointment_id"]) == ("nothing_to_do", None)


@pytest.mark.parametrize("choose", ["first", "round_robin"])
def test_a_team_that_needs_somebody_assigned(sandbox: Sandbox, choose: str) -> None:
    """Documented as optional and needed all the same: somebody who is free then is named."""
    sandbox.settings.assigned_user_required = True
    sandbox.highlevel.book(DEMO_CALENDAR, FIRST, user_id=GRACE)
    result = booking(choose=choose).execute(context())
    assert (result["assigned_user_id"], result["start_time"]) == (LINUS, "2037-06-01T07:00:00+00:00")


MOMENT = pendulum.datetime(2037, 6, 1, 9, tz="Europe/Berlin")


@pytest.mark.parametrize(
    "operator",
    [
        creating(start_time=MOMENT),
        booking(start_datetime=MOMENT, end_datetime=None),
        booking(start_datetime=MOMENT, end_datetime=MOMENT.add(days=2), choose="round_robin"),
        booking(end_datetime=MOMENT.add(days=2), choose="nearest", nearest_to=MOMENT),
    ],
    ids=["create", "book", "round_robin", "nearest"],
)
def test_airflows_own_moments(sandbox: Sandbox, operator: Any) -> None:
    """A data interval's do as well as any, although time is added to them in another way."""
    offered(sandbox)
    assert operator.execute(context())["start_time"] == "2037-06-01T07:00:00+00:00"


# --- update, cancel, delete


def updating(appointment_id: str, **arguments: Any) -> HighLevelUpdateAppointmentOperator:
    return HighLevelUpdateAppointmentOperator(task_id="update", appointment_id=appointment_id, **arguments)


def test_update_an_appointment(sandbox: Sandbox) -> None:
    """What is given changes, the rest stays, and nobody hears of it unless that is said."""
    made = sandbox.highlevel.book(DEMO_CALENDAR, FIRST, ADA)
    result = updating(made.id, title="Moved", appointment_status="showed").execute(context())
    assert result["appointment_id"] == made.id
    event = sandbox.highlevel.event(made.id)
    assert event is not None
    assert (event.title, event.status, event.start) == ("Moved", "showed", made.start)
    assert sandbox.highlevel.automations == []
    with pytest.raises(exceptions.NotFound):
        updating("evtNobody", title="x").execute(context())


@pytest.mark.parametrize("given", [{"appointment_status": "noshow"}, {"title": "Other"}])
def test_an_update_whose_reply_is_lost_tells_people_once(sandbox: Sandbox, given: dict[str, str]) -> None:
    """The retry sees that the first try has changed the appointment, so automations do not run again."""
    made = sandbox.highlevel.book(DEMO_CALENDAR, FIRST, ADA)
    store = Store()
    sandbox.faults.add(Fault("lost_after", operation=PUT))
    with pytest.raises(exceptions.OutcomeUnknown):
        updating(made.id, to_notify=True, **given).execute(context(store))
    updating(made.id, to_notify=True, **given).execute(context(store, try_number=2))
    assert len(sandbox.highlevel.automations) == 1
    # without automations a repetition harms nobody
    sandbox.faults.add(Fault("lost_after", operation=PUT))
    updating(made.id, appointment_status="confirmed").execute(context())
    event = sandbox.highlevel.event(made.id)
    assert event is not None
    assert event.status == "confirmed"


@pytest.mark.parametrize("hidden", ["description", "start_time"])
def test_a_lost_update_that_does_not_show_tells_people_once(sandbox: Sandbox, hidden: str) -> None:
    """Whether the first try has told them cannot be seen, so the second one tells nobody."""
    made = sandbox.highlevel.book(DEMO_CALENDAR, FIRST, ADA)
    shown = {"id": made.id, "title": "Demo", "startTime": "2037-06-01 09:00:00"}
    shows = "GET /calendars/events/appointments/{eventId}"
    sandbox.faults.add(Fault("status", operation=shows, status=200, body={"event": shown}, times=None))
    sandbox.faults.add(Fault("lost_after", operation=PUT))
    store = Store()
    given = {hidden: FIRST, "title": "Demo", "to_notify": True, "ignore_free_slot_validation": True}
    with pytest.raises(exceptions.OutcomeUnknown):
        updating(made.id, **given).execute(context(store))
    updating(made.id, **given).execute(context(store, try_number=2))
    assert len(sandbox.highlevel.automations) == 1
    assert len([each for each in sandbox.journal.entries if each.method == "PUT"]) == 2


def test_an_update_that_was_refused_tells_people_when_it_is_made(sandbox: Sandbox) -> None:
    """What HighLevel did not do nobody has heard of."""
    made = sandbox.highlevel.book(DEMO_CALENDAR, FIRST, ADA)
    store = Store()
    sandbox.faults.add(Fault("status", operation=PUT, status=400))
    with pytest.raises(exceptions.Rejected):
        updating(made.id, description="New", to_notify=True).execute(context(store))
    updating(made.id, description="New", to_notify=True).execute(context(store, try_number=2))
    assert len(sandbox.highlevel.automations) == 1


def cancelling(appointment_id: str, **arguments: Any) -> HighLevelCancelAppointmentOperator:
    return HighLevelCancelAppointmentOperator(task_id="cancel", appointment_id=appointment_id, **arguments)


def test_cancel_an_appointment(sandbox: Sandbox) -> None:
    """Cancelled once; what is cancelled or deleted already is nothing to do."""
    made = sandbox.highlevel.book(DEMO_CALENDAR, FIRST, ADA).id
    assert cancelling(made).execute(context()) == {"appointment_id": made, "outcome": "cancelled"}
    event = sandbox.highlevel.event(made)
    assert event is not None
    assert (event.status, event.deleted, sandbox.highlevel.automations) == ("cancelled", False, [])
    assert cancelling(made).execute(context())["outcome"] == "nothing_to_do"
    with pytest.raises(AirflowSkipException, match="cancelled already"):
        cancelling(made, if_nothing_to_do="skip").execute(context())
    sandbox.highlevel.delete(made)
    with pytest.raises(AirflowFailException, match="deleted already"):
        cancelling(made, if_nothing_to_do="fail").execute(context())
    with pytest.raises(exceptions.NotFound):
        cancelling("evtNobody").execute(context())


def test_a_cancellation_whose_reply_is_lost_tells_people_once(sandbox: Sandbox) -> None:
    """The retry finds its own cancellation, and calls it that."""
    made = sandbox.highlevel.book(DEMO_CALENDAR, FIRST, ADA).id
    store = Store()
    sandbox.faults.add(Fault("lost_after", operation=PUT))
    given = {"to_notify": True, "if_nothing_to_do": "fail"}
    with pytest.raises(exceptions.OutcomeUnknown):
        cancelling(made, **given).execute(context(store))
    assert cancelling(made, **given).execute(context(store))["outcome"] == "cancelled"
    assert len(sandbox.highlevel.automations) == 1


def test_delete_an_appointment(sandbox: Sandbox) -> None:
    """Deleted, or gone already, which the appointment itself still says."""
    made = sandbox.highlevel.book(DEMO_CALENDAR, FIRST, ADA).id

    def delete(**arguments: Any) -> Any:
        operator = HighLevelDeleteAppointmentOperator(task_id="d", appointment_id=made, **arguments)
        return operator.execute(context())

    assert delete() == {"appointment_id": made, "outcome": "deleted"}
    assert delete() == {"appointment_id": made, "outcome": "nothing_to_do"}
    with pytest.raises(AirflowFailException):
        delete(if_nothing_to_do="fail")


@pytest.mark.parametrize("again", [404, 400])
def test_a_deletion_whose_reply_is_lost(sandbox: Sandbox, again: int) -> None:
    """It is called what it was, by the same try and by the next, whatever a second deletion answers."""
    sandbox.settings.repeated_delete = again
    made = sandbox.highlevel.book(DEMO_CALENDAR, FIRST, ADA).id
    sandbox.faults.add(Fault("lost_after", operation="DELETE /calendars/events/{eventId}"))
    store = Store()
    for number in (1, 2):
        operator = HighLevelDeleteAppointmentOperator(
            task_id="d", appointment_id=made, if_nothing_to_do="fail"
        )
        assert operator.execute(context(store, try_number=number))["outcome"] == "deleted"


@pytest.mark.parametrize("status", [404, 400, 422])
def test_a_block_is_deleted_however_it_fails_to_read(sandbox: Sandbox, status: int) -> None:
    """Blocked time is no appointment; which refusal says so is not documented."""
    made = blocking().execute(context())["event_id"]
    shows = "GET /calendars/events/appointments/{eventId}"
    body = {"statusCode": status, "message": "no such appointment"}
    sandbox.faults.add(Fault("status", operation=shows, status=status, body=body, times=None))
    delete = HighLevelDeleteAppointmentOperator(task_id="d", appointment_id=made)
    assert delete.execute(context())["outcome"] == "deleted"
    assert [each.deleted for each in sandbox.highlevel.blocked_slots if each.id == made] in ([], [True])


# --- block time


def blocking(**arguments: Any) -> HighLevelBlockTimeOperator:
    given = {"calendar_id": PERSONAL_CALENDAR, "start_datetime": SOON, "end_datetime": LATER, **arguments}
    return HighLevelBlockTimeOperator(task_id="block", **given)


@pytest.mark.parametrize("whose", [{}, {"calendar_id": None, "assigned_user_id": GRACE}])
def test_block_time(sandbox: Sandbox, whose: dict[str, Any]) -> None:
    """Nobody can book then, until the block is deleted; the same again makes no second block."""
    result = blocking(title="Holiday", **whose).execute(context())
    assert result["outcome"] == "created"
    assert offered(sandbox, calendar_id=PERSONAL_CALENDAR) == []
    assert blocking(**whose).execute(context()) == {**result, "outcome": "adopted"}
    HighLevelDeleteAppointmentOperator(task_id="d", appointment_id=result["event_id"]).execute(context())
    assert offered(sandbox, calendar_id=PERSONAL_CALENDAR) != []


@pytest.mark.parametrize("kind", ["lost_before", "lost_after"])
def test_a_block_whose_reply_is_lost_is_made_once(sandbox: Sandbox, kind: str) -> None:
    """A retry finds the block of the first try."""
    failing_once(sandbox, blocking, Fault(kind, operation="POST /calendars/events/block-slots"))
    assert len(sandbox.highlevel.blocked_slots) == 1


def test_a_block_of_airflows_own_moments(sandbox: Sandbox) -> None:
    """It is made once, like any other."""
    given = {"start_datetime": MOMENT, "end_datetime": MOMENT.add(days=1)}
    assert [blocking(**given).execute(context())["outcome"] for _ in range(2)] == ["created", "adopted"]


# --- bad input

BOOK, CREATE, UPDATE = (
    HighLevelBookNextSlotOperator,
    HighLevelCreateAppointmentOperator,
    HighLevelUpdateAppointmentOperator,
)
CANCEL, BLOCK, SLOTS = (
    HighLevelCancelAppointmentOperator,
    HighLevelBlockTimeOperator,
    HighLevelListFreeSlotsOperator,
)
GOOD: dict[Any, dict[str, Any]] = {
    BOOK: {"calendar_id": "c", "contact_id": "p"},
    CREATE: {"calendar_id": "c", "contact_id": "p", "start_time": FIRST},
    UPDATE: {"appointment_id": "a", "title": "t"},
    CANCEL: {"appointment_id": "a"},
    BLOCK: {"calendar_id": "c", "start_datetime": SOON, "end_datetime": LATER},
    SLOTS: {"calendar_id": "c", "start_datetime": SOON, "end_datetime": LATER},
}


@pytest.mark.parametrize(
    ("operator", "wrong", "said"),
    [
        (BOOK, {"calendar_id": ""}, "calendar_id"),
        (BOOK, {"contact_id": None}, "contact_id"),
        (BOOK, {"choose": "best"}, "choose"),
        (BOOK, {"choose": "nearest"}, "nearest_to"),
        (BOOK, {"nearest_to": FIRST}, "nearest_to"),
        (BOOK, {"start_datetime": "2037-06-01T09:00:00"}, "start_datetime must say its offset"),
        (BOOK, {"start_datetime": LATER, "end_datetime": SOON}, "end_datetime must be after"),
        (BOOK, {"user_ids": "usr1"}, "user_ids must be a list"),
        (BOOK, {"timezone": "Berlin"}, "timezone"),
        (BOOK, {"most_attempts": 0}, "most_attempts"),
        (BOOK, {"to_notify": "perhaps"}, "to_notify"),
        (BOOK, {"if_exists": "shrug"}, "if_exists"),
        (BOOK, {"appointment_status": "booked"}, "appointment_status"),
        (CREATE, {"start_time": None}, "start_time is missing"),
        (CREATE, {"start_time": datetime(2037, 6, 1)}, "start_time must say its offset"),  # noqa: DTZ001
        (CREATE, {"start_time": 1748000000}, "start_time"),
        (CREATE, {"end_time": SOON}, "end_time must be after"),
        (CREATE, {"contact_id": ""}, "contact_id"),
        (CREATE, {"rrule": "FREQ=DAILY"}, "rrule"),
        (CREATE, {"meeting_location_type": "pub"}, "meeting_location_type"),
        (CREATE, {"ignore_date_range": "maybe"}, "ignore_date_range"),
        (UPDATE, {"title": None}, "Nothing to change"),
        (UPDATE, {"contact_id": "p"}, "contact_id of an appointment cannot be changed"),
        (UPDATE, {"appointment_id": ".."}, "event_id"),
        (CANCEL, {"appointment_id": " "}, "appointment_id"),
        (CANCEL, {"if_nothing_to_do": "shrug"}, "if_nothing_to_do"),
        (BLOCK, {"assigned_user_id": "u"}, "not both"),
        (BLOCK, {"calendar_id": None}, "calendar_id or assigned_user_id"),
        (BLOCK, {"end_datetime": SOON}, "end"),
        (SLOTS, {"end_datetime": SOON}, "end must be after start"),
        (SLOTS, {"end_datetime": "2057-01-01T00:00Z"}, "twelve years"),
        (SLOTS, {"user_ids": "usr1"}, "user_ids"),
        (SLOTS, {"limit": -1}, "limit must be 0 or more"),
        (SLOTS, {"path": "slots.txt"}, "path"),
        (SLOTS, {"timezone": "Mars/Olympus"}, "timezone"),
    ],
)
def test_bad_arguments_are_refused_before_any_request(
    sandbox: Sandbox, operator: Any, wrong: dict[str, Any], said: str
) -> None:
    """The argument is named and nothing was sent."""
    with pytest.raises(exceptions.ConfigurationError, match=said):
        operator(task_id="bad", **{**GOOD[operator], **wrong}).execute(context())
    assert sandbox.journal.entries == []


@pytest.mark.slow
def test_in_a_real_run(sandbox: Sandbox, airflow_database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids go from task to task, a title shows nowhere, and a mapped booking gives each contact a slot."""
    monkeypatch.setenv("AIRFLOW_VAR_TITLE", "unmistakable title")

    def tasks() -> None:
        book = HighLevelBookNextSlotOperator.partial(
            task_id="book", calendar_id=DEMO_CALENDAR, start_datetime=SOON, title="{{ var.value.title }}"
        ).expand(contact_id=[ADA, BLAISE])
        create = creating(
            CONTACTS[2].id, start_time="{{ '" + FIRST + "' }}", ignore_free_slot_validation=True
        )
        update = updating(create.output["appointment_id"], title="{{ var.value.title }}")
        cancel = cancelling(create.output["appointment_id"])
        book >> create >> update >> cancel

    run = run_dag(tasks)
    assert set(states(run).values()) == {"success"}
    assert [len(appointments_of(sandbox, each)) for each in (ADA, BLAISE)] == [1, 1]
    assert xcom(run, "cancel", "outcome") == "cancelled"
    assert b"unmistakable" not in airflow_database.read_bytes()
