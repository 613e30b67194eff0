"""What a wait for invites leaves behind on the page of its run: a short series, and a report in Markdown."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airflow.exceptions import AirflowRescheduleException
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_calendars import exceptions
from airflow_provider_calendars._compat import AirflowSensorTimeout
from airflow_provider_calendars.api.lets_calendar.progress import MOST_POINTS, as_records, with_point
from airflow_provider_calendars.campaign_report import campaign_report
from airflow_provider_calendars.sandbox import Fault, Sandbox
from airflow_provider_calendars.sensors.lets_calendar import LetsCalendarInvitesSentSensor
from tests.airflow.running import Store, TaskDeferred, context, hasten, run_dag, states, xcom
from tests.airflow.serving import Pages, serving
from tests.airflow.test_sensors import MODES, first_event

POINT = {"time", "sent", "failed", "waiting"}
COUNTS = st.tuples(*[st.integers(0, 5000)] * 3)


@pytest.fixture(scope="module")
def pages(airflow_database: Path) -> Iterator[Pages]:
    with serving() as running:
        yield running


@pytest.fixture(params=MODES.values(), ids=MODES.keys())
def mode(request: pytest.FixtureRequest) -> dict[str, Any]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def sandbox(calendars_connections: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    hasten(monkeypatch, attempts=1)
    return calendars_connections


@pytest.fixture
def campaign_id(sandbox: Sandbox) -> str:
    campaign = sandbox.lets_calendar.add_campaign()
    for number in range(3):
        person = {"firstname": "Zebulon", "email": f"zebulon{number}@unmistakable.example"}
        sandbox.lets_calendar.add_attendee(campaign, person)
    return campaign.id


def send(sandbox: Sandbox, campaign_id: str, seconds: float = 0.3) -> None:
    sandbox.settings.send_delay, sandbox.settings.send_seconds = 0.0, seconds
    sandbox.lets_calendar.send(sandbox.lets_calendar.campaign(campaign_id), "invite")  # type: ignore[arg-type]


def sensor(campaign_id: str, **arguments: Any) -> LetsCalendarInvitesSentSensor:
    given = {"poll_interval": 0.05, "timeout": 20, "grace_period": 0.2, **arguments}
    return LetsCalendarInvitesSentSensor(task_id="wait", campaign_id=campaign_id, **given)


def left_behind(task: Any, error: type[Exception] | None = None) -> dict[str, Any]:
    """Wait as the sensor's mode has it, and return the XComs it left, JSON as Airflow keeps them."""
    here = context()
    if error is None:
        here = waited(task, here)
    else:
        with pytest.raises(error):
            waited(task, here)
    return json.loads(json.dumps(here["ti"].xcoms))  # type: ignore[no-any-return]


def waited(task: Any, here: Any) -> Any:
    """Wait to the end, and return the context of the last process that looked."""
    if task.mode == "reschedule":
        return _rescheduled(task, here["task_state_store"])
    try:
        task.execute(here)
    except TaskDeferred as deferral:
        _, arguments = deferral.trigger.serialize()
        trigger = type(deferral.trigger)(**json.loads(json.dumps(arguments)))
        event = json.loads(json.dumps(asyncio.run(first_event(trigger))))
        task.execute_complete(here, event)
    return here


def _rescheduled(task: Any, store: Store) -> Any:
    while True:
        here = context(store)
        here["ti"].get_first_reschedule_date = lambda _: None
        try:
            type(task)(**task._BaseOperator__init_kwargs).execute(here)
        except AirflowRescheduleException:
            assert set(here["ti"].xcoms) <= {"_link_LetsCalendarCampaignLink"}
            time.sleep(0.02)
        else:
            return here


# --- the series


@given(st.lists(st.tuples(st.floats(0.1, 10_000), COUNTS), min_size=1, max_size=200))
def test_a_series_stays_short_and_keeps_its_ends(steps: list[tuple[float, tuple[int, int, int]]]) -> None:
    """However long a sending takes: few points, in order, all of them seen, first and last among them."""
    points: list[list[float]] = []
    seen, clock = [], 1_800_000_000.0
    for step, counts in steps:
        clock += step
        points = with_point(points, clock, *counts)
        seen.append([round(clock, 1), *counts])
    assert len(points) <= MOST_POINTS
    assert (points[0], points[-1]) == (seen[0], seen[-1])
    assert points == sorted(points, key=lambda point: point[0])
    assert all(point in seen for point in points)


def test_a_thinned_series_is_even() -> None:
    """What is dropped is what is nearest to its neighbours, so no hour of a day is missing."""
    points: list[list[float]] = []
    for minute in range(24 * 60):
        points = with_point(points, minute * 60.0, minute, 0, 2000 - minute)
    gaps = [after[0] - before[0] for before, after in itertools.pairwise(points)]
    assert len(points) == MOST_POINTS
    assert max(gaps) <= 3600


def test_quiet_times_take_two_points() -> None:
    """While nothing changes only the last look is new."""
    points: list[list[float]] = []
    for second in range(500):
        points = with_point(points, float(second), 1, 0, 9)
    assert points == [[0.0, 1, 0, 9], [499.0, 1, 0, 9]]


# --- the Markdown


def test_the_report_in_markdown() -> None:
    """A verdict in a sentence, the counts, and the course, as any Markdown reader shows them."""
    progress = as_records([[1_800_000_000.0, 0, 0, 3], [1_800_000_060.0, 2, 1, 0]])
    counts = {"campaign_id": "c1", "total": 3, "new": 0, "in_process": 0, "sent": 2, "failed": 1}
    assert campaign_report("c1", progress, counts).splitlines() == [
        "## Invites of campaign `c1`",
        "",
        "**All invites are out.** 2 sent, 1 failed, 0 waiting.",
        "",
        "| State | Attendees |",
        "| --- | ---: |",
        "| Sent | 2 |",
        "| Failed | 1 |",
        "| New | 0 |",
        "| In process | 0 |",
        "| Total | 3 |",
        "",
        "### Over time",
        "",
        "| Time (UTC) | Sent | Failed | Waiting |",
        "| --- | ---: | ---: | ---: |",
        "| 2027-01-15 08:00:00 | 0 | 0 | 3 |",
        "| 2027-01-15 08:01:00 | 2 | 1 | 0 |",
    ]
    assert "The wait ended before all invites were out." in campaign_report("c1", progress)


@given(st.text(min_size=1, max_size=200), st.integers(1, MOST_POINTS))
def test_a_report_is_small_and_no_id_breaks_it(campaign_id: str, number: int) -> None:
    """Less than 4 KB whatever the series; an odd id opens no tag, no cell and no further heading."""
    points = [[1_800_000_000.0 + each, 10**6, 10**6, 10**6] for each in range(number)]
    progress = as_records(points)
    states = ("total", "new", "in_process", "sent", "failed", "unsubscribed", "cancelled")
    counts = dict.fromkeys(states, 10**6)
    report = campaign_report(campaign_id, progress, counts)
    assert len(report.encode()) < 4096
    assert "<" not in report
    assert report.count("\n## ") == 0
    assert len(report.splitlines()) == 18 + min(number, 20)
    for kept in (progress[0], progress[-1]):
        assert kept["time"][:19].replace("T", " ") in report


# --- what the sensor leaves


def test_every_mode_leaves_the_same(sandbox: Sandbox, campaign_id: str, mode: dict[str, Any]) -> None:
    """Series and report, without people, at no more calls than looks."""
    send(sandbox, campaign_id)
    left = left_behind(sensor(campaign_id, **mode))
    assert all(set(point) == POINT for point in left["progress"])
    sent = [point["sent"] for point in left["progress"]]
    assert sent == sorted(sent)
    assert (sent[-1], left["progress"][-1]["waiting"]) == (3, 0)
    assert "**All invites are out.** 3 sent" in left["report"]
    assert "| Total | 3 |" in left["report"]
    assert "zebulon" not in json.dumps(left).lower()
    assert len(left["progress"]) <= len(sandbox.journal.calls("attendees"))
    assert {entry.operation for entry in sandbox.journal.entries} == {
        "POST /access_token",
        "GET /campaign/{campaign_id}/attendees",
    }


@pytest.mark.parametrize("kind", ["poke", "deferrable"])
def test_a_wait_that_was_too_long_is_reported(sandbox: Sandbox, campaign_id: str, kind: str) -> None:
    """How far it came is seen although the task fails."""
    left = left_behind(sensor(campaign_id, timeout=0.3, **MODES[kind]), AirflowSensorTimeout)
    assert left["progress"][-1]["waiting"] == 3
    assert "The wait ended before all invites were out." in left["report"]


@pytest.mark.parametrize("kind", ["poke", "deferrable"])
def test_a_failure_is_reported_and_not_hidden(sandbox: Sandbox, campaign_id: str, kind: str) -> None:
    """The vendor's refusal fails the task as before, whatever becomes of the report."""
    sandbox.faults.add(Fault("status", "attendees", status=503, skip=2, times=None))
    arguments = {"tolerated_failures": 0, **MODES[kind]}
    left = left_behind(sensor(campaign_id, **arguments), exceptions.ServerError)
    assert left["progress"][-1]["waiting"] == 3

    class Silent(dict[str, Any]):
        def __setitem__(self, key: str, value: Any) -> None:
            raise OSError("Airflow is not there")

    task = sensor(campaign_id, **arguments)
    task.show = lambda context: None
    with pytest.raises(exceptions.ServerError):
        waited(task, context(xcoms=Silent()))


def test_a_wait_that_saw_nothing_leaves_nothing(sandbox: Sandbox, mode: dict[str, Any]) -> None:
    """An unknown campaign has no report."""
    left = left_behind(sensor("nope", **mode), exceptions.NotFound)
    assert not {"progress", "report"} & set(left)


# --- on the page of the run


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["poke", "deferrable"])
def test_the_page_of_a_run_shows_it(sandbox: Sandbox, campaign_id: str, pages: Pages, kind: str) -> None:
    """Whoever may read the XComs of the DAG sees the report of its task, and nobody else."""

    def tasks() -> None:
        from airflow.providers.standard.operators.python import PythonOperator

        sensor(campaign_id, **MODES[kind])
        PythonOperator(task_id="other", python_callable=_report_of_another_kind)

    send(sandbox, campaign_id, seconds=1.0)
    run = run_dag(tasks)
    assert set(states(run).values()) == {"success"}
    assert (xcom(run, "wait", "progress") or [{}])[-1].keys() == POINT
    where = {"dag_id": run.dag_id, "run_id": run.run_id}
    shown = pages.read("/api/reports", "viewer", **where)
    assert [(each["task_id"], each["map_index"]) for each in shown["reports"]] == [("wait", -1)]
    assert shown["reports"][0]["report"] == xcom(run, "wait", "report")
    assert shown["reports"][0]["progress"] == xcom(run, "wait", "progress")
    assert shown["left_out"] == 0
    assert pages.get("/api/reports", "stranger", **where).status_code == 403
    assert pages.get("/api/reports", None, **where).status_code == 401


def _report_of_another_kind(ti: Any) -> None:
    ti.xcom_push(key="report", value="<b>something else</b>")


def test_a_run_without_a_report_has_none(pages: Pages) -> None:
    """The page says so; an incomplete question is refused."""
    assert pages.read("/api/reports", dag_id="no", run_id="no") == {"reports": [], "left_out": 0}
    assert pages.get("/api/reports", dag_id="no").status_code == 422
    assert pages.get("/api/reports", "stranger").status_code == 403


def test_airflow_is_asked_about_the_xcoms_of_that_dag(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    """Auth managers with finer roles decide by DAG, and by XCom."""
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
    from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager

    def may(_: Any, *, method: str, user: Any, access_entity: Any = None, details: Any = None) -> bool:
        return (method, access_entity, details.id) == ("GET", DagAccessEntity.XCOM, "mine")

    monkeypatch.setattr(SimpleAuthManager, "is_authorized_dag", may)
    assert pages.get("/api/reports", "viewer", dag_id="mine", run_id="r").status_code == 200
    assert pages.get("/api/reports", "viewer", dag_id="theirs", run_id="r").status_code == 403
    assert pages.get("/api/reports", "viewer", dag_id="~", run_id="r").status_code == 403
