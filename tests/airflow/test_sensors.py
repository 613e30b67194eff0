"""The sensors: the same verdict in every mode, and none before its time."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_calendars import exceptions
from airflow_provider_calendars._compat import AirflowSensorTimeout, AirflowSkipException
from airflow_provider_calendars.sandbox import Fault, Sandbox
from airflow_provider_calendars.sensors.lets_calendar import (
    LetsCalendarCampaignStartedSensor,
    LetsCalendarContactsImportedSensor,
    LetsCalendarInvitesSentSensor,
)
from tests.airflow.running import Store, TaskDeferred, context, hasten, run_dag, states, xcom

Make = Callable[..., Any]

MODES: dict[str, dict[str, Any]] = {
    "poke": {"mode": "poke", "deferrable": False},
    "reschedule": {"mode": "reschedule", "deferrable": False},
    "deferrable": {"deferrable": True},
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hasten(monkeypatch, attempts=1)


@pytest.fixture(params=MODES.values(), ids=MODES.keys())
def mode(request: pytest.FixtureRequest) -> dict[str, Any]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def sandbox(calendars_connections: Sandbox) -> Sandbox:
    return calendars_connections


@pytest.fixture
def campaign_id(sandbox: Sandbox) -> str:
    campaign = sandbox.lets_calendar.add_campaign()
    for name in ("ava", "ben"):
        sandbox.lets_calendar.add_attendee(campaign, {"firstname": name, "email": f"{name}@example.com"})
    return campaign.id


EDIT = "GET /campaign/{campaign_id}/edit"


def imported(campaign_id: str, **arguments: Any) -> LetsCalendarContactsImportedSensor:
    given = {"poll_interval": 0.05, "timeout": 60, **arguments}
    return LetsCalendarContactsImportedSensor(task_id="wait", campaign_id=campaign_id, **given)


def sent(campaign_id: str, **arguments: Any) -> LetsCalendarInvitesSentSensor:
    given = {"poll_interval": 0.05, "timeout": 60, **arguments}
    return LetsCalendarInvitesSentSensor(task_id="wait", campaign_id=campaign_id, **given)


def started(campaign_id: str, **arguments: Any) -> LetsCalendarCampaignStartedSensor:
    given = {"poll_interval": 0.05, "timeout": 60, **arguments}
    return LetsCalendarCampaignStartedSensor(task_id="wait", campaign_id=campaign_id, **given)


def verdict(sensor: Any) -> Any:
    """Wait as the sensor's mode has it, without a scheduler, and return its report."""
    from airflow.exceptions import AirflowRescheduleException
    from airflow.sdk.bases.sensor import BaseSensorOperator

    assert isinstance(sensor, BaseSensorOperator)
    if sensor.deferrable:
        return deferred(sensor)
    if not sensor.reschedule:
        return sensor.execute(context())
    store, begun = Store(), time.monotonic()
    while True:
        here = context(store)
        here["ti"].get_first_reschedule_date = lambda _: None
        try:
            return type(sensor)(**sensor._BaseOperator__init_kwargs).execute(here)
        except AirflowRescheduleException:
            if time.monotonic() - begun > float(
                getattr(sensor.timeout, "total_seconds", lambda: sensor.timeout)()
            ):
                raise AirflowSensorTimeout("timed out, as Airflow tells it") from None
            time.sleep(0.02)


def deferred(sensor: Any) -> Any:
    """Defer, carry the trigger through JSON as Airflow's database does, and resume from its event."""
    try:
        return sensor.execute(context())
    except TaskDeferred as deferral:
        path, arguments = deferral.trigger.serialize()
        module, _, name = path.rpartition(".")
        trigger_class = getattr(__import__(module, fromlist=[name]), name)
        trigger = trigger_class(**json.loads(json.dumps(arguments)))
        event = asyncio.run(first_event(trigger))
        return sensor.execute_complete(context(), json.loads(json.dumps(event)))


async def first_event(trigger: Any) -> Any:
    events = [event.payload async for event in trigger.run()]
    assert len(events) == 1
    return events[0]


def test_imported_when_the_expected_number_is_there(
    sandbox: Sandbox, campaign_id: str, mode: dict[str, Any]
) -> None:
    """The wait ends with the last contact, not before."""
    rows = [{"firstname": "P", "email": f"p{n}@example.com"} for n in range(3)]
    sandbox.settings.import_seconds = 0.4
    sandbox.lets_calendar.import_rows(
        sandbox.lets_calendar.campaign(campaign_id),
        rows,
        allow_duplicates=False,  # type: ignore[arg-type]
    )
    result = verdict(imported(campaign_id, expected="5", **mode))
    assert result == {"campaign_id": campaign_id, "attendees": 5, "complete": True}


def test_imported_when_the_number_stays_the_same(
    sandbox: Sandbox, campaign_id: str, mode: dict[str, Any]
) -> None:
    """Without a number to expect, three equal looks end the wait; two do not."""
    result = verdict(imported(campaign_id, **mode))
    assert (result["attendees"], result["complete"]) == (2, True)
    assert len(sandbox.journal.calls("attendees")) == 3


def test_imported_with_fewer_than_expected(sandbox: Sandbox, campaign_id: str, mode: dict[str, Any]) -> None:
    """Where both are given, a number that stays ends the wait and is told as incomplete."""
    result = verdict(imported(campaign_id, expected=9, stable_polls=2, **mode))
    assert (result["attendees"], result["complete"]) == (2, False)


def test_imported_counts_one_source_only(sandbox: Sandbox, campaign_id: str, mode: dict[str, Any]) -> None:
    """People who came by another way are not counted."""
    with pytest.raises(AirflowSensorTimeout):
        verdict(imported(campaign_id, source="import", timeout=0.3, **mode))


def test_imported_again_looks_anew(sandbox: Sandbox, campaign_id: str) -> None:
    """A cleared sensor does not take the equal looks of its first run for its own."""
    from airflow.exceptions import AirflowRescheduleException

    store = Store()
    for try_number in (1, 2):
        for _ in range(2):
            here = context(store, try_number=try_number)
            here["ti"].get_first_reschedule_date = lambda _: None
            with pytest.raises(AirflowRescheduleException):
                imported(campaign_id, mode="reschedule", deferrable=False).execute(here)


def test_sent_when_everybody_has_it(sandbox: Sandbox, campaign_id: str, mode: dict[str, Any]) -> None:
    """The wait ends when nobody is new or in process, with the counts."""
    sandbox.settings.send_delay, sandbox.settings.send_seconds = 0.3, 0.4
    sandbox.lets_calendar.send(sandbox.lets_calendar.campaign(campaign_id), "invite")  # type: ignore[arg-type]
    result = verdict(sent(campaign_id, grace_period=1, **mode))
    assert (result["sent"], result["new"], result["in_process"]) == (2, 0, 0)
    assert "@" not in json.dumps(result)


def test_sent_does_not_believe_an_end_before_the_beginning(
    sandbox: Sandbox, campaign_id: str, mode: dict[str, Any]
) -> None:
    """Right after an update everybody looks done: that is believed only after the period of grace."""
    for name in ("ava", "ben"):
        sandbox.lets_calendar.set_status(campaign_id, f"{name}@example.com", "S")
    with pytest.raises(AirflowSensorTimeout):
        verdict(sent(campaign_id, timeout=0.4, grace_period=60, **mode))
    begun = time.monotonic()
    assert verdict(sent(campaign_id, grace_period=0.5, **mode))["sent"] == 2
    assert time.monotonic() - begun >= 0.5


def test_sent_waits_while_nobody_is_sent_to(sandbox: Sandbox, campaign_id: str, mode: dict[str, Any]) -> None:
    """New attendees and empty campaigns are no success, whatever the grace."""
    empty = sandbox.lets_calendar.add_campaign().id
    for each in (campaign_id, empty):
        with pytest.raises(AirflowSensorTimeout):
            verdict(sent(each, timeout=0.3, grace_period=0, **mode))
    with pytest.raises(exceptions.SendingStalled, match="0 new and 0 in process"):
        verdict(sent(empty, stalled_after=0.3, **mode))


def test_imported_looks_at_intervals_in_every_mode(
    sandbox: Sandbox, campaign_id: str, mode: dict[str, Any]
) -> None:
    """Looks in a row are a poll apart, also where the wait is handed to the triggerer."""
    start = time.monotonic()
    result = verdict(imported(campaign_id, stable_polls=3, poll_interval=0.4, timeout=10, **mode))
    assert result["attendees"] == 2
    # the test's own rescheduling does not wait
    assert mode.get("mode") == "reschedule" or time.monotonic() - start >= 0.8


def test_started_although_the_campaign_is_gone(sandbox: Sandbox, mode: dict[str, Any]) -> None:
    """A campaign whose start was seen, and that is over and away, has started."""
    start = f"{datetime.now(UTC) + timedelta(seconds=1):%Y-%m-%d %H:%M:%S}"
    shown = {"campaign": {"start_datetime": start, "timezone": "UTC"}}
    for status, body, times in ((200, shown, 1), (404, {"error": "Campaign not found"}, None)):
        sandbox.faults.add(Fault("status", operation=EDIT, status=status, body=body, times=times))
    assert verdict(started("c1", poll_interval=0.2, timeout=20, **mode))["starts_at"][:19] == (
        start.replace(" ", "T")
    )


def test_a_sending_that_stalls_fails_the_wait(
    sandbox: Sandbox, campaign_id: str, mode: dict[str, Any]
) -> None:
    """A campaign that was paused at its sender's quota is told by its counts, long before the time-out."""
    sandbox.settings.send_delay, sandbox.settings.send_seconds = 0.1, 0.2
    sandbox.settings.sender_quota = 1
    sandbox.lets_calendar.send(sandbox.lets_calendar.campaign(campaign_id), "invite")  # type: ignore[arg-type]
    with pytest.raises(exceptions.SendingStalled, match="1 sent, 0 failed, 1 new and 0 in process") as caught:
        verdict(sent(campaign_id, stalled_after=0.5, **mode))
    assert f"Campaign {campaign_id}" in str(caught.value)
    assert "@" not in str(caught.value)


def test_a_sending_that_goes_on_does_not_stall(
    sandbox: Sandbox, campaign_id: str, mode: dict[str, Any]
) -> None:
    """Each change begins the patience anew, so that a sending may take longer than that."""
    sandbox.settings.send_delay, sandbox.settings.send_seconds = 0.6, 1.2
    sandbox.lets_calendar.send(sandbox.lets_calendar.campaign(campaign_id), "invite")  # type: ignore[arg-type]
    begun = time.monotonic()
    assert verdict(sent(campaign_id, stalled_after=1.2, **mode))["sent"] == 2
    assert time.monotonic() - begun > 1.2


def test_nothing_left_to_send_is_no_stall(sandbox: Sandbox, campaign_id: str, mode: dict[str, Any]) -> None:
    """Until an end is believed nothing changes, either."""
    for name in ("ava", "ben"):
        sandbox.lets_calendar.set_status(campaign_id, f"{name}@example.com", "S")
    assert verdict(sent(campaign_id, stalled_after=0.1, grace_period=0.5, **mode))["sent"] == 2


@pytest.mark.parametrize("missing", [False, True])
def test_started(sandbox: Sandbox, mode: dict[str, Any], missing: bool) -> None:
    """The wait ends at the event's start, in its zone, also on accounts that only list campaigns."""
    sandbox.settings.missing_operations = missing
    past = {"start_date": "2020-05-15", "end_date": "2020-05-15"}
    old, new = sandbox.lets_calendar.add_campaign(**past), sandbox.lets_calendar.add_campaign()
    result = verdict(started(old.id, **mode))
    assert result == {"campaign_id": old.id, "starts_at": "2020-05-15T18:00:00+00:00"}
    with pytest.raises(AirflowSensorTimeout):
        verdict(started(new.id, timeout=0.2, **mode))


def test_started_of_a_campaign_without_a_readable_start(sandbox: Sandbox, mode: dict[str, Any]) -> None:
    """A start nobody can read is an error of this package in every mode."""
    campaign = sandbox.lets_calendar.add_campaign(timezone="Mars/Base")
    with pytest.raises(exceptions.ApiError, match="no readable start"):
        verdict(started(campaign.id, **mode))


@pytest.mark.parametrize("make", [imported, sent])
def test_an_account_that_cannot_read_attendees(sandbox: Sandbox, mode: dict[str, Any], make: Make) -> None:
    """It is told at once, by the same class in every mode."""
    sandbox.settings.missing_operations = True
    with pytest.raises(exceptions.OperationUnavailable):
        verdict(make("c1", **mode))


def test_an_unknown_campaign(sandbox: Sandbox, mode: dict[str, Any]) -> None:
    """A wrong id fails at once, by the same class in every mode."""
    with pytest.raises(exceptions.NotFound, match="Campaign not found"):
        verdict(sent("nope", **mode))


FAILURES = [Fault("status", status=503), Fault("lost_after"), Fault("status", status=429, retry_after=9999)]


@pytest.mark.parametrize("fault", FAILURES, ids=["503", "lost", "429"])
def test_passing_failures_are_tolerated(
    sandbox: Sandbox, campaign_id: str, mode: dict[str, Any], fault: Fault
) -> None:
    """Two bad looks between good ones do not fail the wait, in reschedule mode neither."""
    for skip in (1, 2, 3):
        sandbox.faults.add(Fault(**{**vars(fault), "operation": "attendees", "skip": skip}))
    result = verdict(imported(campaign_id, stable_polls=4, tolerated_failures=1, **mode))
    assert result["attendees"] == 2


@pytest.mark.parametrize(
    ("fault", "kind"),
    zip(FAILURES, [exceptions.ServerError, exceptions.TransportError, exceptions.RateLimited], strict=True),
    ids=["503", "lost", "429"],
)
def test_failures_that_do_not_pass_are_raised(
    sandbox: Sandbox, campaign_id: str, mode: dict[str, Any], fault: Fault, kind: type[Exception]
) -> None:
    """A vendor that stays down fails the task, by the same class in every mode."""
    sandbox.faults.add(Fault(**{**vars(fault), "operation": "attendees", "skip": 1, "times": None}))
    with pytest.raises(kind) as caught:
        verdict(imported(campaign_id, tolerated_failures=2, **mode))
    assert type(caught.value) is kind


def test_never_fail_skips_in_every_mode(sandbox: Sandbox) -> None:
    """Airflow's own switch means the same whether the wait is deferred or not."""
    for settings in (MODES["poke"], MODES["deferrable"]):
        with pytest.raises(AirflowSkipException):
            verdict(sent("nope", never_fail=True, **settings))


@pytest.mark.parametrize(
    ("make", "wrong"),
    [
        (imported, {"expected": 0}),
        (imported, {"expected": "many"}),
        (imported, {"stable_polls": -1}),
        (imported, {"campaign_id": ""}),
        (sent, {"grace_period": "long"}),
        (sent, {"grace_period": -1}),
        (sent, {"stalled_after": 0}),
        (sent, {"stalled_after": "an hour"}),
        (sent, {"campaign_id": None}),
        (started, {"campaign_id": " "}),
    ],
)
def test_bad_arguments_are_refused_before_any_request(
    sandbox: Sandbox, mode: dict[str, Any], make: Make, wrong: dict[str, Any]
) -> None:
    """The argument is named and nothing was sent."""
    with pytest.raises(exceptions.ConfigurationError, match=next(iter(wrong))):
        make(**{"campaign_id": "c1", **wrong, **mode}).execute(context())
    assert sandbox.journal.entries == []


def test_a_restarted_triggerer_neither_forgets_nor_prolongs(sandbox: Sandbox, campaign_id: str) -> None:
    """The deadline is a moment, not a duration that begins anew."""
    with pytest.raises(TaskDeferred) as caught:
        sent(campaign_id, timeout=0.3, deferrable=True).execute(context())
    path, arguments = caught.value.trigger.serialize()
    assert path.endswith("LetsCalendarInvitesSentTrigger")
    time.sleep(0.35)
    event = asyncio.run(first_event(type(caught.value.trigger)(**arguments)))
    assert event["status"] == "timeout"
    looks = len(sandbox.journal.calls("attendees"))
    assert looks == 2
    assert {entry.method for entry in sandbox.journal.entries} == {"GET", "POST"}
    assert "sandbox-secret" not in json.dumps(arguments)


@pytest.mark.slow
@pytest.mark.parametrize("kind", MODES)
def test_in_a_real_run(sandbox: Sandbox, campaign_id: str, airflow_database: Path, kind: str) -> None:
    """Airflow itself waits in each mode, and the counts are XComs of their own."""
    sandbox.settings.send_delay, sandbox.settings.send_seconds = 0, 0.3
    sandbox.lets_calendar.send(sandbox.lets_calendar.campaign(campaign_id), "invite")  # type: ignore[arg-type]
    run = run_dag(lambda: sent(campaign_id, grace_period=0.3, **MODES[kind]))
    assert states(run) == {"wait": "success"}
    assert xcom(run, "wait", "sent") == 2


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["poke", "deferrable"])
def test_soft_fail_skips_at_the_time_out(
    sandbox: Sandbox, campaign_id: str, airflow_database: Path, kind: str
) -> None:
    """A wait that was too long is a skip where the DAG author chose that, in every mode."""
    run = run_dag(lambda: sent(campaign_id, timeout=0.3, soft_fail=True, **MODES[kind]))
    assert states(run) == {"wait": "skipped"}
