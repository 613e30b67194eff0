"""Calendars of HighLevel as tasks keep them: created once, changed where they differ, listed, deleted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_calendars import exceptions
from airflow_provider_calendars._compat import AirflowFailException, AirflowSkipException
from airflow_provider_calendars.operators.highlevel import (
    HighLevelCreateCalendarOperator,
    HighLevelDeleteCalendarOperator,
    HighLevelEnsureCalendarOperator,
    HighLevelListCalendarsOperator,
    HighLevelUpdateCalendarOperator,
)
from airflow_provider_calendars.sandbox import Fault, Sandbox
from airflow_provider_calendars.sandbox.highlevel.seeds import DEMO_CALENDAR, PERSONAL_CALENDAR, USERS
from tests.airflow.running import Killed, Store, context, die, hasten, run_dag, states, xcom

MORNING = [
    {
        "days_of_the_week": [1, 2],
        "hours": [{"open_hour": 9, "open_minute": 0, "close_hour": 12, "close_minute": 0}],
    }
]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hasten(monkeypatch)
    monkeypatch.setattr("airflow_provider_calendars.operators.creation.LOOKS_AFTER_LOST_REPLY", (0.0,) * 2)


@pytest.fixture
def sandbox(calendars_connections: Sandbox) -> Sandbox:
    return calendars_connections


def creating(**calendar: Any) -> HighLevelCreateCalendarOperator:
    return HighLevelCreateCalendarOperator(task_id="create", calendar={"name": "Webinar", **calendar})


def ensuring(calendar: dict[str, Any], **arguments: Any) -> Any:
    operator = HighLevelEnsureCalendarOperator(task_id="ensure", calendar=calendar, **arguments)
    return operator.execute(context())


def named(sandbox: Sandbox, name: str) -> list[Any]:
    return [row for row in sandbox.highlevel.calendars if row["name"] == name]


def writes(sandbox: Sandbox) -> list[str]:
    return [entry.operation for entry in sandbox.journal.entries if entry.method in {"POST", "PUT", "DELETE"}]


# --- create


def test_create_a_calendar(sandbox: Sandbox) -> None:
    """Everything it takes, in Python's spelling or HighLevel's, with the id in XCom at once."""
    here = context()
    operator = creating(
        calendar_type="round_robin",
        teamMembers=[{"user_id": USERS[0].id, "priority": 1}],
        slotDuration="45",
        appointments_per_slot=2,
        open_hours=MORNING,
        availability_type=None,
        look_busy_config={"enabled": True, "LookBusyPercentage": 30},
        availabilities=[{"date": "2026-12-24", "hours": []}],
    )
    result = operator.execute(here)
    (made,) = named(sandbox, "Webinar")
    assert result == {"calendar_id": made["id"], "outcome": "created"}
    assert here["ti"].xcoms["calendar_id"] == made["id"]
    assert (made["calendarType"], made["slotDuration"], made["appoinmentPerSlot"]) == ("round_robin", 45, 2)
    assert made["availabilityType"] is None
    assert made["lookBusyConfig"] == {"enabled": True, "LookBusyPercentage": 30}
    assert made["availabilities"][0]["date"] == "2026-12-24T00:00:00.000Z"
    assert made["teamMembers"][0]["userId"] == USERS[0].id


@pytest.mark.parametrize("kind", ["lost_before", "lost_after"])
def test_a_calendar_whose_reply_is_lost_is_made_once(sandbox: Sandbox, kind: str) -> None:
    """A retry finds the calendar of the first try, or makes the one that is not there."""
    store = Store()
    sandbox.faults.add(Fault(kind, operation="POST /calendars/"))
    try:
        creating().execute(context(store))
    except exceptions.OutcomeUnknown:
        creating().execute(context(store, try_number=2))
    assert len(named(sandbox, "Webinar")) == 1


@pytest.mark.parametrize("after", [False, True])
def test_a_calendar_of_a_killed_worker_is_made_once(sandbox: Sandbox, after: bool) -> None:
    """Whether the worker dies before the call or right after it, the next try ends with one calendar."""
    store, dying = Store(), creating()
    die(dying, "create_calendar", after=after)
    with pytest.raises(Killed):
        dying.execute(context(store))
    outcome = creating().execute(context(store, try_number=2))["outcome"]
    assert (outcome, len(named(sandbox, "Webinar"))) == ("adopted" if after else "created", 1)


def test_a_calendar_that_somebody_else_made(sandbox: Sandbox) -> None:
    """It is named and left alone, unless the author says what it is to the DAG."""
    other = sandbox.highlevel.add_calendar("Webinar")["id"]
    with pytest.raises(exceptions.CalendarsError, match=other):
        creating().execute(context())
    adopting, another = creating(), creating()
    adopting.if_exists, another.if_exists = "adopt", "create"
    assert adopting.execute(context()) == {"calendar_id": other, "outcome": "adopted"}
    assert another.execute(context())["outcome"] == "created"
    with pytest.raises(exceptions.CalendarsError, match="Several"):
        adopting.execute(context())


# --- update and ensure


def test_update_a_calendar(sandbox: Sandbox) -> None:
    """What differs is written; what is there already is not, and what is not given keeps its value."""
    sandbox.settings.update_restores_defaults = True
    row = sandbox.highlevel.add_calendar("Webinar", slotDuration=20, slotInterval=20, eventColor="#ff0000")
    given = {"description": "Come.", "event_color": "#FF0000", "open_hours": MORNING}

    def update() -> Any:
        operator = HighLevelUpdateCalendarOperator(task_id="u", calendar_id=row["id"], calendar=given)
        return operator.execute(context())

    assert update() == {
        "calendar_id": row["id"],
        "outcome": "updated",
        "changed": ["description", "open_hours"],
    }
    (now,) = named(sandbox, "Webinar")
    assert (now["description"], now["slotDuration"], now["slotInterval"]) == ("Come.", 20, 20)
    sandbox.journal.clear()
    assert (update()["outcome"], writes(sandbox)) == ("unchanged", [])


def test_ensure_creates_then_changes_nothing(sandbox: Sandbox) -> None:
    """The first run creates, the second one finds everything as it shall be."""
    wanted = {
        "name": "Webinar",
        "slug": "webinar",
        "calendar_type": "round_robin",
        "team_members": [{"user_id": each.id} for each in USERS],
        "slot_duration": 20,
        "open_hours": MORNING,
        "availabilities": [{"date": "2026-12-24", "hours": []}],
    }
    first = ensuring(wanted)
    assert (first["outcome"], first["name"]) == ("created", "Webinar")
    sandbox.journal.clear()
    again = ensuring(wanted)
    assert again == {**first, "outcome": "unchanged"}
    assert writes(sandbox) == []


def test_a_calendar_that_was_deleted_since_is_made_again(sandbox: Sandbox) -> None:
    """A Clear finds what its first try made, unless somebody has deleted it."""
    for make in (
        lambda: HighLevelEnsureCalendarOperator(task_id="ensure", calendar={"name": "Kept"}),
        lambda: HighLevelCreateCalendarOperator(task_id="create", calendar={"name": "Made"}),
    ):
        store = Store()
        first = make().execute(context(store))["calendar_id"]
        assert make().execute(context(store, try_number=2))["calendar_id"] == first
        HighLevelDeleteCalendarOperator(task_id="d", calendar_id=first).execute(context())
        again = make().execute(context(store, try_number=3))
        assert (again["outcome"], again["calendar_id"] != first) == ("created", True)


def test_a_calendar_of_an_earlier_try_that_no_list_shows_yet(sandbox: Sandbox) -> None:
    """It is found by its id, and compared like any other, instead of being made a second time."""
    store = Store()

    def ensure(minutes: int) -> Any:
        calendar = {"name": "Kept", "slot_duration": minutes}
        return HighLevelEnsureCalendarOperator(task_id="e", calendar=calendar).execute(context(store))

    first = ensure(30)
    listing = Fault("status", operation="GET /calendars/", status=200, body={"calendars": []}, times=2)
    sandbox.faults.add(listing)
    assert ensure(30) == first
    assert len(named(sandbox, "Kept")) == 1


def test_a_plan_says_what_a_run_would_do_and_does_nothing(sandbox: Sandbox) -> None:
    """Now and wanted stand beside each other, addresses do not show, and the run does just that."""
    given = {"name": "Product demo", "slotDuration": 45, "alert_email": "unmistakable@example.com"}
    plan = ensuring(given, plan_only="True")
    assert plan == {
        "calendar_id": DEMO_CALENDAR,
        "name": "Product demo",
        "outcome": "to_update",
        "changes": {"slot_duration": [30, 45], "alert_email": [None, "***"]},
    }
    assert ensuring({"name": "Webinar"}, plan_only=True)["outcome"] == "to_create"
    assert writes(sandbox) == []
    assert ensuring(given) == {**plan, "outcome": "updated"}
    assert ensuring(given, plan_only=True)["outcome"] == "unchanged"


def test_what_a_list_leaves_out_keeps_its_value(sandbox: Sandbox) -> None:
    """A member given by id alone keeps priority and place; one who is not given is gone, and so is a date."""
    places = [{"kind": "custom", "location": "Room 1"}]
    members = [
        {"userId": USERS[0].id, "priority": 1, "isPrimary": True, "locationConfigurations": places},
        {"userId": USERS[1].id, "priority": 0},
    ]
    dates = [
        {"id": "avaFirst", "date": "2026-12-24T00:00:00.000Z", "hours": []},
        {"id": "avaSecond", "date": "2026-12-31T00:00:00.000Z", "hours": []},
    ]
    sandbox.highlevel.add_calendar("Webinar", teamMembers=members, availabilities=dates)
    result = ensuring(
        {
            "name": "Webinar",
            "team_members": [{"user_id": USERS[0].id}],
            "availabilities": [{"date": "2026-12-24", "hours": []}],
        }
    )
    assert list(result["changes"]) == ["team_members", "availabilities"]
    (now,) = named(sandbox, "Webinar")
    (member,) = now["teamMembers"]
    assert (member["priority"], member["isPrimary"], member["locationConfigurations"]) == (1, True, places)
    assert [each["date"][:10] for each in now["availabilities"]] == ["2026-12-24"]


def test_what_cannot_be_changed_is_refused(sandbox: Sandbox) -> None:
    """A plan says it, too, so it is not found out half way."""
    for plan_only in (True, False):
        with pytest.raises(exceptions.ConfigurationError, match="calendar_type of a calendar cannot be"):
            ensuring({"name": "Product demo", "calendar_type": "event"}, plan_only=plan_only)
    assert writes(sandbox) == []


def test_which_calendar_is_meant(sandbox: Sandbox) -> None:
    """The id counts, then the slug, then the name; a name that several have is refused."""
    renamed = ensuring({"name": "Renamed", "slug": "product-demo"})
    assert (renamed["calendar_id"], list(renamed["changes"])) == (DEMO_CALENDAR, ["name"])
    by_id = ensuring({"description": "Mine."}, calendar_id=PERSONAL_CALENDAR)
    assert (by_id["calendar_id"], by_id["name"]) == (PERSONAL_CALENDAR, "Grace Hopper")
    twins = [sandbox.highlevel.add_calendar("Twin")["id"] for _ in range(2)]
    with pytest.raises(exceptions.CalendarsError, match=f"{twins[0]}, {twins[1]}"):
        ensuring({"name": "Twin"})
    with pytest.raises(exceptions.NotFound):
        ensuring({"name": "x"}, calendar_id="calNobody")


@pytest.mark.parametrize("answers", ["live", "documented"])
@pytest.mark.parametrize("empty", ["list", "null", "object", "missing"])
def test_ensure_settles_whatever_the_answers_look_like(sandbox: Sandbox, answers: str, empty: str) -> None:
    """After one run there is nothing to change, in every shape that answers may have."""
    sandbox.settings.highlevel_answers, sandbox.settings.empty_lists = answers, empty
    wanted = {"name": "Product demo", "slot_duration": 15, "open_hours": [], "availabilities": []}
    assert ensuring(wanted)["outcome"] == "updated"
    assert ensuring(wanted)["outcome"] == "unchanged"


def test_two_calendars_of_one_name_and_two_slugs(sandbox: Sandbox) -> None:
    """Each is made once, and neither becomes the other."""
    for outcome in ("created", "unchanged"):
        results = [ensuring({"name": "Intro", "slug": each}) for each in ("intro-ann", "intro-bob")]
        assert [each["outcome"] for each in results] == [outcome] * 2
    assert [row["slug"] for row in named(sandbox, "Intro")] == ["intro-ann", "intro-bob"]


def test_a_slug_that_is_taken_and_altered(sandbox: Sandbox) -> None:
    """The calendar is known by the slug it was to have, so that the next run makes no other one."""
    sandbox.settings.taken_slug = "alter"
    other = sandbox.highlevel.add_calendar("Webinar", slug="webinar")["id"]
    hidden = Fault("status", operation="GET /calendars/", status=200, body={"calendars": []}, times=2)
    sandbox.faults.add(hidden)
    first = ensuring({"name": "Webinar", "slug": "webinar"})
    assert (first["outcome"], first["calendar_id"] != other) == ("created", True)
    sandbox.highlevel.calendar_table.remove(other)
    again = ensuring({"name": "Webinar", "slug": "webinar", "slot_duration": 45})
    assert (again["outcome"], again["calendar_id"]) == ("updated", first["calendar_id"])
    assert len(named(sandbox, "Webinar")) == 1


def test_a_lost_creation_whose_slug_was_taken(sandbox: Sandbox) -> None:
    """What it has made has another slug, and is found by its name."""
    sandbox.settings.taken_slug = "alter"
    sandbox.highlevel.add_calendar("Webinar", slug="webinar")
    sandbox.faults.add(Fault("lost_after", operation="POST /calendars/"))
    another = creating(slug="webinar")
    another.if_exists = "create"
    assert another.execute(context())["outcome"] == "adopted"
    assert len(named(sandbox, "Webinar")) == 2


def test_a_calendar_that_can_be_read_and_is_deleted(sandbox: Sandbox) -> None:
    """It is none: another one is made, and by its id it is not found."""
    sandbox.settings.taken_slug = "alter"
    gone = sandbox.highlevel.add_calendar("Webinar", slug="webinar", deleted=True)["id"]
    assert ensuring({"name": "Webinar", "slug": "webinar"})["outcome"] == "created"
    with pytest.raises(exceptions.NotFound, match=f"{gone} has been deleted"):
        ensuring({"name": "Webinar"}, calendar_id=gone)


def test_a_member_keeps_a_place_that_is_said_in_the_old_way(sandbox: Sandbox) -> None:
    """Until places are given in the new way, which take over."""
    place = {"meetingLocationType": "zoom", "meetingLocation": "https://zoom.example/grace"}
    sandbox.highlevel.add_calendar("Webinar", teamMembers=[{"userId": USERS[0].id, **place}])
    both = [{"user_id": each.id} for each in USERS]
    assert ensuring({"name": "Webinar", "team_members": both})["outcome"] == "updated"
    (now,) = named(sandbox, "Webinar")
    assert {name: now["teamMembers"][0][name] for name in place} == place
    new = [{**both[0], "location_configurations": [{"kind": "custom", "location": "Room 1"}]}, both[1]]
    assert ensuring({"name": "Webinar", "team_members": new})["outcome"] == "updated"
    assert ensuring({"name": "Webinar", "team_members": new})["outcome"] == "unchanged"


def test_changes_name_nobody(sandbox: Sandbox) -> None:
    """Numbers and addresses of a calendar show neither in the result nor in the log."""
    places = [{"kind": "inbound_call", "location": "+49301112233"}]
    members = [{"user_id": USERS[0].id, "location_configurations": places}]
    wanted = {"notes": "Ask Ann, ann@example.com, 030 1112233", "team_members": members}
    report = ensuring({"name": "Product demo", **wanted}, plan_only=True)
    assert report["changes"]["notes"][1] == "Ask Ann, <address>, <phone>"
    assert "111" not in json.dumps(report)


def test_an_hour_that_no_clock_shows_is_told(sandbox: Sandbox) -> None:
    """11.5 is not 11: it differs, and is set right."""
    hours = {"openHour": 11.5, "openMinute": 0, "closeHour": 17, "closeMinute": 0}
    opened = [{"daysOfTheWeek": [1], "hours": [hours]}]
    sandbox.highlevel.add_calendar("Webinar", openHours=opened)
    right = [{"days_of_the_week": [1], "hours": [{**hours, "openHour": 11}]}]
    assert ensuring({"name": "Webinar", "open_hours": right})["outcome"] == "updated"
    assert ensuring({"name": "Webinar", "open_hours": right})["outcome"] == "unchanged"


def test_a_custom_date_whose_deleted_twin_is_listed(sandbox: Sandbox) -> None:
    """The one that is there is changed."""
    date = {"date": "2026-12-24T00:00:00.000Z", "hours": []}
    twins = [{**date, "id": "avaHere", "deleted": False}, {**date, "id": "avaGone", "deleted": True}]
    sandbox.highlevel.add_calendar("Webinar", availabilities=twins)
    hours = [{"open_hour": 10, "open_minute": 0, "close_hour": 12, "close_minute": 0}]
    ensuring({"name": "Webinar", "availabilities": [{"date": "2026-12-24", "hours": hours}]})
    (now,) = named(sandbox, "Webinar")
    assert [each["id"] for each in now["availabilities"] if each["hours"]] == ["avaHere"]


@pytest.mark.parametrize(
    "odd",
    [
        {"availabilities": [{"hours": []}]},
        {"availabilities": [{"date": None, "hours": []}]},
        {"openHours": [{"daysOfTheWeek": [None], "hours": []}]},
        {"openHours": [{"daysOfTheWeek": [1], "hours": [{"openHour": "9am"}]}]},
    ],
)
def test_a_calendar_that_shows_something_odd(sandbox: Sandbox, odd: dict[str, Any]) -> None:
    """The message names the calendar and the field."""
    made = sandbox.highlevel.add_calendar("Webinar")["id"]
    body = {"calendar": {"id": made, "name": "Webinar", **odd}}
    sandbox.faults.add(Fault("status", operation="GET /calendars/{calendarId}", status=200, body=body))
    with pytest.raises(exceptions.ServerError, match=f"shows {next(iter(odd))} of calendar {made}"):
        ensuring({"name": "Webinar", "slot_duration": 30}, calendar_id=made)


@pytest.mark.parametrize(
    "answer",
    [{"kind": "html"}, {"kind": "status", "body": {"statusCode": 404, "message": "Cannot GET /calendars/x"}}],
    ids=["page", "version"],
)
def test_what_is_not_found_by_somebody_else_is_not_gone(sandbox: Sandbox, answer: Any) -> None:
    """A wrong version, or a proxy's page, says nothing about a calendar."""
    store = Store()
    creating().execute(context(store))
    shows = "GET /calendars/{calendarId}"
    sandbox.faults.add(Fault(operation=shows, status=404, times=None, **answer))
    deleting = HighLevelDeleteCalendarOperator(task_id="d", calendar_id=DEMO_CALENDAR)
    for task in (deleting, creating()):
        with pytest.raises(exceptions.OperationUnavailable):
            task.execute(context(store, try_number=2))
    assert (len(named(sandbox, "Webinar")), len(named(sandbox, "Product demo"))) == (1, 1)


# --- list and delete


def test_list_calendars(sandbox: Sandbox, tmp_path: Path) -> None:
    """Ids in the result, the rest in a file; inactive ones unless they are not wanted."""
    hidden = sandbox.highlevel.add_calendar("Draft", isActive=False)["id"]
    path = tmp_path / "calendars.jsonl"
    result = HighLevelListCalendarsOperator(task_id="list", path=str(path)).execute(context())
    assert result == {
        "count": 3,
        "calendar_ids": [DEMO_CALENDAR, PERSONAL_CALENDAR, hidden],
        "path": str(path),
    }
    first = json.loads(path.read_text().splitlines()[0])
    assert (first["name"], first["fields"]["slotDuration"]) == ("Product demo", 30)
    active = HighLevelListCalendarsOperator(task_id="list", include_inactive=False).execute(context())
    assert active["calendar_ids"] == [DEMO_CALENDAR, PERSONAL_CALENDAR]


@pytest.mark.parametrize("again", [404, 400, 200])
def test_a_deletion_whose_reply_is_lost(sandbox: Sandbox, again: int) -> None:
    """It is called what it was, by the same try and by the next, whatever a second deletion answers."""
    sandbox.settings.repeated_delete = again
    sandbox.faults.add(Fault("lost_after", operation="DELETE /calendars/{calendarId}"))
    given = {"calendar_id": DEMO_CALENDAR, "if_nothing_to_do": "fail"}
    store = Store()
    for number in (1, 2):
        operator = HighLevelDeleteCalendarOperator(task_id="d", **given)
        assert operator.execute(context(store, try_number=number))["outcome"] == "deleted"


def test_a_calendar_that_cannot_be_read_is_deleted(sandbox: Sandbox) -> None:
    """How a calendar that is gone reads is not documented, so a refusal to show it proves nothing."""
    refusal = {"statusCode": 400, "message": "Calendar cannot be shown"}
    shows = "GET /calendars/{calendarId}"
    sandbox.faults.add(Fault("status", operation=shows, status=400, body=refusal, times=None))
    operator = HighLevelDeleteCalendarOperator(task_id="d", calendar_id=DEMO_CALENDAR)
    assert operator.execute(context())["outcome"] == "deleted"


def test_delete_a_calendar(sandbox: Sandbox) -> None:
    """What is gone is nothing to do."""

    def delete(**arguments: Any) -> Any:
        operator = HighLevelDeleteCalendarOperator(task_id="d", calendar_id=DEMO_CALENDAR, **arguments)
        return operator.execute(context())

    assert delete() == {"calendar_id": DEMO_CALENDAR, "outcome": "deleted"}
    assert named(sandbox, "Product demo") == []
    assert delete()["outcome"] == "nothing_to_do"
    with pytest.raises(AirflowSkipException):
        delete(if_nothing_to_do="skip")
    with pytest.raises(AirflowFailException):
        delete(if_nothing_to_do="fail")


# --- bad input


@pytest.mark.parametrize(
    ("calendar", "said"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ("Webinar", "calendar must be a mapping"),
        ({"name": "x", "slot_durations": 30}, "slot_durations.*Did you mean slot_duration"),
        ({"name": "x", "id": "cal1"}, "no field 'id'"),
        ({"name": "x", "slot_duration": 30, "slotDuration": 45}, "slot_duration twice"),
        ({"name": "x", "slot_duration": "half an hour"}, "calendar.slot_duration must be a number"),
        ({"name": "x", "is_active": "perhaps"}, "calendar.is_active must be True or False"),
        ({"name": "x", "calendar_type": "webinar"}, "calendar_type must be one of"),
        ({"name": "x", "team_members": "usr1"}, "calendar.team_members must be a list"),
        ({"name": "x", "team_members": [{"priority": 1}]}, r"team_members\[0\] misses user_id"),
        ({"name": "x", "open_hours": [{"days_of_the_week": [7], "hours": []}]}, "from 0 to 6"),
        ({"name": "x", "availabilities": [{"date": "24.12.", "hours": []}]}, "date must be a date"),
        ({"name": 7}, "calendar.name must be a text"),
    ],
)
def test_a_wrong_calendar_is_refused_before_any_request(sandbox: Sandbox, calendar: Any, said: str) -> None:
    """The field is named, wherever in the calendar it is."""
    for operator in (HighLevelCreateCalendarOperator, HighLevelEnsureCalendarOperator):
        with pytest.raises(exceptions.ConfigurationError, match=said):
            operator(task_id="bad", calendar=calendar).execute(context())
    assert sandbox.journal.entries == []


@pytest.mark.parametrize(
    ("operator", "wrong", "said"),
    [
        (HighLevelCreateCalendarOperator, {"calendar": {"name": "x"}, "if_exists": "maybe"}, "if_exists"),
        (HighLevelEnsureCalendarOperator, {"calendar": {"name": "x"}, "plan_only": "maybe"}, "plan_only"),
        (HighLevelUpdateCalendarOperator, {"calendar": {"name": "x"}, "calendar_id": ""}, "calendar_id"),
        (HighLevelDeleteCalendarOperator, {"calendar_id": ".."}, "calendar_id"),
        (HighLevelDeleteCalendarOperator, {"calendar_id": "c", "if_nothing_to_do": "shrug"}, "if_nothing"),
        (HighLevelListCalendarsOperator, {"path": "calendars.xlsx"}, "path"),
        (HighLevelListCalendarsOperator, {"include_inactive": "maybe"}, "include_inactive"),
    ],
)
def test_bad_arguments_are_refused_before_any_request(
    sandbox: Sandbox, operator: Any, wrong: dict[str, Any], said: str
) -> None:
    """The argument is named and nothing was sent."""
    with pytest.raises(exceptions.ConfigurationError, match=said):
        operator(task_id="bad", **wrong).execute(context())
    assert sandbox.journal.entries == []


@pytest.mark.slow
def test_in_a_real_run(sandbox: Sandbox, airflow_database: Path) -> None:
    """Mapped over a list of calendars, with templates, and the id as an XCom of its own."""

    def tasks() -> None:
        ensure = HighLevelEnsureCalendarOperator.partial(task_id="ensure").expand(
            calendar=[{"name": "Webinar {{ 1 + 1 }}", "slot_duration": "{{ 40 + 5 }}"}, {"name": "Other"}]
        )
        create = HighLevelCreateCalendarOperator(task_id="create", calendar={"name": "Third"})
        delete = HighLevelDeleteCalendarOperator(task_id="delete", calendar_id=create.output["calendar_id"])
        ensure >> create >> delete

    run = run_dag(tasks)
    assert set(states(run).values()) == {"success"}
    assert [row["slotDuration"] for row in named(sandbox, "Webinar 2")] == [45]
    assert len(named(sandbox, "Other")) == 1
    assert xcom(run, "delete", "outcome") == "deleted"


@pytest.mark.slow
def test_merge_fields_in_a_real_run(sandbox: Sandbox, airflow_database: Path) -> None:
    """What HighLevel fills in is left to it, in a task and in a mapped one; Airflow's own templates work."""
    title = "{{contact.name}} and {{ user.name }}, {{ params.team }}"

    def tasks() -> None:
        create = HighLevelCreateCalendarOperator(
            task_id="create", calendar={"name": "One", "event_title": title}, params={"team": "sales"}
        )
        calendars = [{"name": "Two", "event_title": title}]
        ensure = HighLevelEnsureCalendarOperator.partial(task_id="ensure", params={"team": "sales"})
        create >> ensure.expand(calendar=calendars)

    assert set(states(run_dag(tasks)).values()) == {"success"}
    titles = [named(sandbox, name)[0]["eventTitle"] for name in ("One", "Two")]
    assert titles == ["{{contact.name}} and {{ user.name }}, sales"] * 2
