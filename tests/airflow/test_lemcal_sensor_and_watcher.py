"""Waiting for bookings: the sensor in all its modes, and the watcher that rings for a DAG."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import task

from airflow_provider_calendars import exceptions
from airflow_provider_calendars._compat import AirflowSensorTimeout
from airflow_provider_calendars.assets.lemcal import lemcal_meetings_asset
from airflow_provider_calendars.operators.concealed import Concealed
from airflow_provider_calendars.sandbox import Fault, Sandbox
from airflow_provider_calendars.sensors.lemcal import LemcalMeetingBookedSensor
from airflow_provider_calendars.triggers import lemcal as triggers
from airflow_provider_calendars.triggers.lemcal import LemcalMeetingsTrigger
from tests.airflow.running import TaskDeferred, context, hasten, run_dag, states, xcom
from tests.airflow.test_sensors import MODES, verdict

NOON = "2026-05-01T12:00:00+00:00"
GUEST = "unmistakable.guest@example.com"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hasten(monkeypatch, attempts=1)
    monkeypatch.setattr(triggers, "_SAVED_BY_THEN", 0.0)


@pytest.fixture(params=MODES.values(), ids=MODES.keys())
def mode(request: pytest.FixtureRequest) -> dict[str, Any]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def sandbox(calendars_connections: Sandbox) -> Sandbox:
    # the sensor is given little time, and modes that start anew look often
    calendars_connections.settings.lemcal_rate_limit = None
    return calendars_connections


def booked(**arguments: Any) -> LemcalMeetingBookedSensor:
    given = {"poll_interval": 0.15, "timeout": 5, **arguments}
    return LemcalMeetingBookedSensor(task_id="wait", **given)


# --- the sensor


def test_booked_since(sandbox: Sandbox, mode: dict[str, Any]) -> None:
    """Bookings at the moment or after it, with where to go on; ids and counts only."""
    sandbox.lemcal.book(created_at="2026-05-01T11:59:59.999Z")
    made = [sandbox.lemcal.book(created_at=f"2026-05-01T1{hour}:00:00Z") for hour in (3, 2)]
    result = verdict(booked(booked_since=NOON, **mode))
    later, exactly = (each.id for each in made)
    assert result == {
        "count": 2,
        "meeting_ids": [exactly, later],
        "booked_since": "2026-05-01T12:00:00+00:00",
        "seen": sorted([exactly, later]),
    }
    next_one = {"booked_since": result["booked_since"], "seen": result["seen"], **mode}
    with pytest.raises(AirflowSensorTimeout):
        verdict(booked(timeout=0.3, **next_one))
    # one that lemcal shows late is new all the same
    late = sandbox.lemcal.book(created_at="2026-05-01T12:59:58Z").id
    assert verdict(booked(**next_one))["meeting_ids"] == [late]


def test_equal_timestamps(sandbox: Sandbox, mode: dict[str, Any]) -> None:
    """A booking of the very same moment that the last sensor saw is told apart by its id."""
    first = sandbox.lemcal.book(created_at=NOON).id
    result = verdict(booked(booked_since=NOON, **mode))
    assert (result["meeting_ids"], result["seen"]) == ([first], [first])
    second = sandbox.lemcal.book(created_at=NOON).id
    result = verdict(booked(booked_since=result["booked_since"], seen=result["seen"], **mode))
    assert (result["meeting_ids"], result["seen"]) == ([second], sorted([first, second]))


def test_from_the_first_look_on(sandbox: Sandbox, mode: dict[str, Any]) -> None:
    """Without a moment, what was there at the first look does not count, in no mode."""
    sandbox.lemcal.book()
    with pytest.raises(AirflowSensorTimeout):
        verdict(booked(timeout=0.3, **mode))


def test_which_bookings_count(sandbox: Sandbox, mode: dict[str, Any]) -> None:
    """Of the type and by the guest, whatever the case of the address, and not cancelled."""
    sandbox.settings.cancelled_meetings = "canceledAt"
    given = {"booked_since": NOON, "guest_email": GUEST.upper(), "meeting_type_id": "met_demo", **mode}
    sandbox.lemcal.cancel(sandbox.lemcal.book(GUEST, None, "met_demo").id)
    sandbox.lemcal.book(GUEST, None, "met_intro")
    sandbox.lemcal.book("other@example.com", None, "met_demo")
    with pytest.raises(AirflowSensorTimeout):
        verdict(booked(timeout=0.3, **given))
    meeting = sandbox.lemcal.book(GUEST, None, "met_demo").id
    result = verdict(booked(**given))
    assert result["meeting_ids"] == [meeting]
    assert "@" not in json.dumps(result)


@pytest.mark.parametrize(
    "wrong",
    [
        {"booked_since": "2026-05-01T12:00:00"},
        {"booked_since": datetime(2026, 5, 1)},  # noqa: DTZ001
        {"booked_since": "None"},
        {"seen": "mee_1"},
        {"seen": None},
        {"guest_email": 7},
    ],
)
def test_bad_arguments_are_refused_before_any_request(
    sandbox: Sandbox, mode: dict[str, Any], wrong: dict[str, Any]
) -> None:
    """The argument is named and nothing was sent."""
    with pytest.raises(exceptions.ConfigurationError, match=next(iter(wrong))):
        booked(**wrong, **mode).execute(context())
    assert sandbox.journal.entries == []


def test_the_guest_is_kept_out_of_the_triggerer(sandbox: Sandbox) -> None:
    """A hash goes there instead; so does no address of a meeting that was looked at."""
    sandbox.lemcal.book(GUEST)
    sensor = booked(guest_email=GUEST, deferrable=True)
    with pytest.raises(TaskDeferred) as caught:
        sensor.execute(context())
    shown = json.dumps([caught.value.trigger.serialize(), caught.value.kwargs])
    assert [leak for leak in ("@", "unmistakable") if leak in shown] == []


def test_the_guest_is_kept_out_of_rendered_fields(sandbox: Sandbox) -> None:
    """What Airflow renders shows as stars, also of a mapped task, and still works."""
    sensor = booked(guest_email="{{ who }}", booked_since=NOON)
    sensor.render_template_fields({"who": GUEST, **context()})  # type: ignore[typeddict-unknown-key]
    assert isinstance(sensor.guest_email, Concealed)
    assert (str(sensor.guest_email), repr(sensor.guest_email)) == ("***", "***")
    meeting = sandbox.lemcal.book(GUEST).id
    assert sensor.execute(context()).get("meeting_ids") == [meeting]


@pytest.mark.slow
def test_in_a_real_run(sandbox: Sandbox, airflow_database: Path, tmp_path: Path) -> None:
    """Airflow itself waits in each mode; the guest is in no table, of a mapped task neither."""
    from airflow.utils.session import create_session
    from sqlalchemy import text

    meeting = sandbox.lemcal.book(GUEST).id
    (tmp_path / "guest").write_text(GUEST)

    def tasks() -> None:
        @task
        def others() -> list[str]:
            return ["2026-05-01T12:00:00Z"]

        here = {"poll_interval": 0.15, "guest_email": "{{ macros.json.loads(var.value.guest) }}"}
        for name, settings in MODES.items():
            LemcalMeetingBookedSensor(task_id=name, booked_since=NOON, **here, **settings)
        LemcalMeetingBookedSensor.partial(task_id="mapped", **here).expand(booked_since=others())

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_VAR_GUEST", json.dumps(GUEST))
        run = run_dag(tasks)
    assert states(run) == dict.fromkeys([*MODES, "others", "mapped"], "success")
    assert [xcom(run, name, "meeting_ids") for name in [*MODES, "mapped"]] == [[meeting]] * 4
    with create_session() as session:
        query = text("select rendered_fields from rendered_task_instance_fields where run_id = :run")
        rendered = [str(row[0]) for row in session.execute(query, {"run": run.run_id})]
    assert sum("***" in each for each in rendered) == 4
    assert "unmistakable" not in "".join(rendered)


# --- the watcher


class AssetStore:
    """The state store of an asset, as Airflow 3.3 gives it to a watcher."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    async def aget(self, key: str, default: Any = None) -> Any:
        return json.loads(self.texts[key]) if key in self.texts else default

    async def aset(self, key: str, value: Any) -> None:
        assert value is not None
        self.texts[key] = json.dumps(value)


class Watch:
    """A watcher that runs as in the triggerer, made from what the database would hold."""

    def __init__(self, store: AssetStore | None, **arguments: Any) -> None:
        path, kwargs = LemcalMeetingsTrigger(**{"poll_interval": 0.11, **arguments}).serialize()
        assert path == "airflow_provider_calendars.triggers.lemcal.LemcalMeetingsTrigger"
        self.trigger = LemcalMeetingsTrigger(**json.loads(json.dumps(kwargs)))
        self.trigger.asset_state_store = store  # type: ignore[assignment]
        self.payloads: list[dict[str, Any]] = []

    async def __aenter__(self) -> Watch:
        self._task = asyncio.create_task(self._consume())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _consume(self) -> None:
        async for event in self.trigger.run():
            self.payloads.append(json.loads(json.dumps(event.payload)))

    async def until(self, true: Callable[[], Any], seconds: float = 8.0) -> None:
        """Wait for something to become true; the watcher must not have died meanwhile."""
        async with asyncio.timeout(seconds):
            while not true():
                assert not self._task.done(), self._task.exception()
                await asyncio.sleep(0.01)


def looks(sandbox: Sandbox) -> int:
    return len(sandbox.journal.calls("meetings"))


def play(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(story(), 30))  # type: ignore[arg-type]


def test_old_bookings_do_not_ring(sandbox: Sandbox) -> None:
    """Then one event a look, that lists what is new: ids and their number, no people."""
    sandbox.lemcal.book(GUEST)

    async def story() -> None:
        async with Watch(AssetStore()) as watch:
            await watch.until(lambda: looks(sandbox) >= 3)
            assert watch.payloads == []
            with sandbox.lemcal.lock:
                new = [sandbox.lemcal.book(GUEST).id for _ in range(3)]
            await watch.until(lambda: watch.payloads)
            seen = looks(sandbox)
            await watch.until(lambda: looks(sandbox) >= seen + 2)
            (payload,) = watch.payloads
        assert (payload["count"], payload["lemcal_conn_id"]) == (3, "lemcal_default")
        assert sorted(payload["meeting_ids"]) == sorted(new)
        assert "@" not in json.dumps(payload)

    play(story)


def test_an_account_that_begins_empty(sandbox: Sandbox) -> None:
    """The first booking ever rings."""

    async def story() -> None:
        async with Watch(AssetStore()) as watch:
            await watch.until(lambda: looks(sandbox) >= 2)
            meeting = sandbox.lemcal.book().id
            await watch.until(lambda: watch.payloads)
            assert watch.payloads[0]["meeting_ids"] == [meeting]

    play(story)


def test_a_restart_loses_and_repeats_nothing(sandbox: Sandbox) -> None:
    """What was booked while the triggerer was down rings when it is back, and nothing rings twice."""
    store = AssetStore()

    async def story() -> None:
        sandbox.lemcal.book()
        async with Watch(store) as watch:
            await watch.until(lambda: looks(sandbox) >= 2)
            before = store.texts["cursor"]
            first = sandbox.lemcal.book().id
            await watch.until(lambda: store.texts["cursor"] != before)
        assert [each["meeting_ids"] for each in watch.payloads] == [[first]]
        meanwhile = sandbox.lemcal.book().id
        async with Watch(store) as watch:
            seen = looks(sandbox)
            await watch.until(lambda: looks(sandbox) >= seen + 3)
        assert [each["meeting_ids"] for each in watch.payloads] == [[meanwhile]]
        assert "@" not in json.dumps(store.texts)

    play(story)


def test_an_event_airflow_never_saved_rings_again(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A triggerer that dies right after an event has not noted it down: twice rather than never."""
    store = AssetStore()

    async def story() -> None:
        async with Watch(store) as watch:
            await watch.until(lambda: looks(sandbox) >= 2)
        monkeypatch.setattr(triggers, "_SAVED_BY_THEN", 60.0)
        meeting = sandbox.lemcal.book().id
        for _ in range(2):
            async with Watch(store) as watch:
                await watch.until(lambda watch=watch: watch.payloads)
            assert watch.payloads[0]["meeting_ids"] == [meeting]

    play(story)


def test_it_outlives_outages(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost replies, a 503, a 429, a page of a proxy, a list that is none, a key that is replaced."""
    known = sandbox.connection_json("lemcal")
    others: list[dict[str, Any]] = [{"status": 503}, {"status": 429, "retry_after": 1}]

    async def story() -> None:
        async with Watch(AssetStore()) as watch:
            await watch.until(lambda: looks(sandbox) >= 1)
            for fault in (Fault("lost_after"), Fault("html"), *(Fault("status", **each) for each in others)):
                sandbox.faults.add(fault)
            sandbox.faults.add(Fault("status", status=200, body={"meetings": 7}))
            await watch.until(lambda: not sandbox.faults.waiting())
            monkeypatch.setenv(
                "AIRFLOW_CONN_LEMCAL_DEFAULT", json.dumps({**json.loads(known), "password": "old"})
            )
            sandbox.faults.add(Fault("status", status=401))
            await watch.until(lambda: any(e.status == 401 and not e.fault for e in sandbox.journal.entries))
            monkeypatch.setenv("AIRFLOW_CONN_LEMCAL_DEFAULT", known)
            meeting = sandbox.lemcal.book().id
            await watch.until(lambda: watch.payloads)
            assert [each["meeting_ids"] for each in watch.payloads] == [[meeting]]

    play(story)


def test_only_some_types(sandbox: Sandbox) -> None:
    """One list for all types; what was not asked for does not ring."""

    async def story() -> None:
        async with Watch(AssetStore(), meeting_type_ids=("met_demo", "met_retired")) as watch:
            await watch.until(lambda: looks(sandbox) >= 1)
            with sandbox.lemcal.lock:
                sandbox.lemcal.book(None, None, "met_intro")
                meeting = sandbox.lemcal.book(None, None, "met_demo").id
            await watch.until(lambda: watch.payloads)
            assert watch.payloads[0]["meeting_ids"] == [meeting]
        assert {tuple(each.query) for each in sandbox.journal.calls("meetings")} == {()}

    play(story)


def test_where_the_cursor_is_without_a_store(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before Airflow 3.3 it is kept in a Variable of its own for each connection and filter."""
    from tests.airflow.test_lemcal_operators import Shelf

    shelf = Shelf()
    monkeypatch.setattr(triggers, "Variable", shelf)

    async def story() -> None:
        for types in ((), ("met_demo",)):
            async with Watch(None, meeting_type_ids=types) as watch:
                before = len(shelf.texts)
                await watch.until(lambda before=before: len(shelf.texts) > before)
        meeting = sandbox.lemcal.book().id
        async with Watch(None) as watch:
            await watch.until(lambda: watch.payloads)
            assert watch.payloads[0]["meeting_ids"] == [meeting]

    play(story)
    assert all(name.startswith("calendars.lemcal.lemcal_default.watcher.") for name in shelf.texts)
    assert len(shelf.texts) == 2


def test_the_asset_and_its_watcher() -> None:
    """The order of the types changes nothing; a text in place of a list is refused by name."""
    one = lemcal_meetings_asset(meeting_type_ids=("b", "a")).watchers[0].trigger
    other = lemcal_meetings_asset(meeting_type_ids=["a", "b"]).watchers[0].trigger
    assert one.serialize() == other.serialize()  # type: ignore[union-attr]
    assert lemcal_meetings_asset(watch=False).watchers == []
    with pytest.raises(exceptions.ConfigurationError, match="meeting_type_ids"):
        lemcal_meetings_asset(meeting_type_ids="met_demo")
    with pytest.raises(exceptions.ConfigurationError, match="poll_interval"):
        lemcal_meetings_asset(poll_interval="often")  # type: ignore[arg-type]
