"""The page of campaigns on Airflow's API server: who may see what, what it asks, what it never shows."""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_calendars.exceptions import TransportError
from airflow_provider_calendars.hooks.lets_calendar import LetsCalendarHook
from airflow_provider_calendars.plugin import CalendarsPlugin, _external_views
from airflow_provider_calendars.plugin.page import answers, patience
from airflow_provider_calendars.plugin.page.tables import MOST_ROWS
from airflow_provider_calendars.sandbox import Fault, Sandbox
from tests.airflow.running import hasten
from tests.airflow.serving import PAGE, Pages, connect, serving

STATIC = Path(answers.__file__).parent / "static"
DATA = ["/api/connections", "/api/connections/any", "/api/connections/any/campaigns/any", "/api/reports"]
READING = {"POST /access_token", "GET /campaigns", "GET /campaign/{campaign_id}/attendees"}
PEOPLE = ["zebulon", "quackenbush", "unmistakable.example"]


@pytest.fixture(scope="module")
def pages(airflow_database: Path) -> Iterator[Pages]:
    with serving() as running:
        yield running


@pytest.fixture
def sandbox(calendars_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    hasten(monkeypatch)
    return calendars_sandbox


def at(days: float) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def add_campaign(sandbox: Sandbox, title: str, days: float, hours: float = 2, people: int = 0) -> str:
    start, end = at(days), at(days) + timedelta(hours=hours)
    times = {"start_date": f"{start:%Y-%m-%d}", "start_time": f"{start:%H:%M}", "timezone": "UTC"}
    ends = {"end_date": f"{end:%Y-%m-%d}", "end_time": f"{end:%H:%M}"}
    campaign = sandbox.lets_calendar.add_campaign(title=title, **times, **ends)
    for number in range(people):
        person = {"firstname": "Zebulon", "email": f"zebulon{number}@unmistakable.example"}
        sandbox.lets_calendar.add_attendee(campaign, person)
    return campaign.id


# --- what Airflow finds


def test_airflow_shows_the_page_in_its_menu(pages: Pages) -> None:
    """The page is under Browse and the report on the page of a run, both by an address that exists."""
    plugins = pages.client.get("/api/v2/plugins", headers={"Authorization": f"Bearer {_token()}"}).json()
    ours = next(each for each in plugins["plugins"] if each["name"] == "calendars")
    views = {each["name"]: each for each in ours["external_views"]}
    assert {name: view["destination"] for name, view in views.items()} == {
        "Campaigns": "nav",
        "Campaign report": "dag_run",
    }
    for view in views.values():
        for name in ("href", "icon", "icon_dark_mode"):
            assert pages.client.get(view[name]).status_code == 200
    assert ours["fastapi_apps"][0]["url_prefix"] == PAGE


def _token() -> str:
    from tests.airflow.serving import _headers

    return _headers("admin")["Cookie"].partition("=")[2]


def test_the_address_follows_the_one_of_airflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a path of a reverse proxy, too."""
    assert CalendarsPlugin.external_views[0]["href"] == f"{PAGE}/"
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://data.example.com/airflow/")
    assert [each["href"].partition("?")[0] for each in _external_views()] == [
        f"/airflow{PAGE}/",
        f"/airflow{PAGE}/report",
    ]


# --- who may see what


@pytest.mark.parametrize("path", DATA)
def test_who_has_not_logged_in_sees_nothing(pages: Pages, path: str) -> None:
    """All data is behind Airflow's login."""
    assert pages.get(path, user=None, dag_id="d", run_id="r").status_code == 401


@pytest.mark.parametrize("path", ["/", "/report"])
def test_the_shells_hold_nothing_and_load_nothing_from_elsewhere(pages: Pages, path: str) -> None:
    """What is public is markup and scripts of this package, under a strict policy."""
    shell = pages.get(path, user=None)
    assert shell.status_code == 200
    assert "default-src 'none'; script-src 'self'" in shell.headers["content-security-policy"]
    assert shell.headers["cache-control"] == "no-store"
    linked = re.findall(r'(?:src|href)="([^"]+)"', shell.text)
    assert linked
    for each in linked:
        assert pages.get(f"/{each}", user=None).status_code == 200
    assert not re.search(r"<script[^>]*>[^<]|style=|\son\w+=", shell.text)


def test_the_scripts_write_no_markup_and_ask_nobody_else() -> None:
    """What vendors say becomes text; no script, style or font comes from another server."""
    for file in STATIC.iterdir():
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", text), file.name
        assert not re.search(r"https?://[a-z]|@import|url\(", text), file.name


def test_a_user_without_the_right_sees_no_connection(
    pages: Pages, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may not read a connection in Airflow may not see what it leads to, and the vendor is not asked."""
    conn_id = connect(monkeypatch, sandbox, "lets_calendar")
    assert pages.read("/api/connections", "viewer") == {"connections": [], "withheld": True}
    for path in (conn_id, f"{conn_id}/campaigns/any", "no_such_connection"):
        assert pages.get(f"/api/connections/{path}", "viewer").status_code == 403
    assert sandbox.journal.entries == []
    for user in ("op", "admin"):
        listed = pages.read("/api/connections", user)
        assert [each["connection_id"] for each in listed["connections"]] == [conn_id]
        assert "table" in pages.read(f"/api/connections/{conn_id}", user)


def test_each_connection_is_authorised_by_itself(
    pages: Pages, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Airflow is asked about every single one, as auth managers with finer roles need it."""
    from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager

    mine, theirs = (connect(monkeypatch, sandbox, "lemcal") for _ in range(2))
    monkeypatch.setattr(
        SimpleAuthManager,
        "is_authorized_connection",
        lambda self, *, method, user, details=None: (method, details.conn_id) == ("GET", mine),
    )
    listed = pages.read("/api/connections", "viewer")
    assert [each["connection_id"] for each in listed["connections"]] == [mine]
    assert listed["withheld"] is True
    assert pages.get(f"/api/connections/{mine}", "viewer").status_code == 200
    assert pages.get(f"/api/connections/{theirs}", "viewer").status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/", "/report", "/static/page.js", *DATA])
def test_it_only_reads(pages: Pages, path: str, method: str) -> None:
    """There is no other method than GET, for nobody."""
    response = pages.client.request(method, f"{PAGE}{path}", headers={"Authorization": f"Bearer {_token()}"})
    assert response.status_code == 405


# --- which connections


def test_connections_are_found_wherever_airflow_keeps_them(
    pages: Pages, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In the database, in the environment, and in a secrets backend if the configuration names them."""
    from airflow.models import Connection
    from airflow.utils.session import create_session

    in_environment = connect(monkeypatch, sandbox, "lemcal")
    said = json.loads(sandbox.connection_json("lemcal"))
    backend = tmp_path / "connections.json"
    backend.write_text(json.dumps({"lemcal_kept": said}))
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND", "airflow.secrets.local_filesystem.LocalFilesystemBackend")
    monkeypatch.setenv(
        "AIRFLOW__SECRETS__BACKEND_KWARGS", json.dumps({"connections_file_path": str(backend)})
    )
    monkeypatch.setenv("AIRFLOW__CALENDARS__PAGE_CONNECTIONS", "lemcal_kept, ")
    monkeypatch.setenv("AIRFLOW_CONN_OTHER", "http://example.com")
    monkeypatch.setenv("AIRFLOW_CONN_GARBAGE", "{not json, secret-in-garbage")
    row = Connection(conn_id="lemcal_row", conn_type="lemcal", **_row(said))
    with create_session() as session:
        session.add(row)
    try:
        listed = pages.read("/api/connections")["connections"]
        found = {each["connection_id"]: each["conn_type"] for each in listed}
        assert found == {in_environment: "lemcal", "lemcal_row": "lemcal", "lemcal_kept": None}
        for conn_id in found:
            assert pages.card(conn_id)["system"] == "lemcal"
            assert "table" in pages.card(conn_id)
    finally:
        with create_session() as session:
            session.delete(session.merge(row))
    assert pages.get("/api/connections/other").status_code == 404


def _row(said: dict[str, Any]) -> dict[str, Any]:
    return {name: said[name] for name in ("host", "port", "login", "password") if name in said}


# --- what is shown


def test_campaigns_by_date(pages: Pages, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Running, upcoming, just over, with the start on both clocks and a link; attendees on demand."""
    conn_id = connect(monkeypatch, sandbox, "lets_calendar")
    later, running = add_campaign(sandbox, "Later", 9), add_campaign(sandbox, "Now", -0.02, people=3)
    soon, over = add_campaign(sandbox, "Soon", 2), add_campaign(sandbox, "Over", -3)
    add_campaign(sandbox, "Long over", -40)
    sandbox.lets_calendar.set_status(running, "zebulon0@unmistakable.example", "S")
    sandbox.lets_calendar.set_status(running, "zebulon1@unmistakable.example", "F")
    card = pages.card(conn_id)
    rows = card["table"]["rows"]
    assert [(row["campaign"]["text"], row["state"]) for row in rows] == [
        ("Now", "running"),
        ("Soon", "upcoming"),
        ("Later", "upcoming"),
        ("Over", "over"),
    ]
    assert [row["counts_of"] for row in rows] == [running, soon, later, over]
    assert rows[1]["starts_utc"] == f"{at(2):%Y-%m-%d %H:%M}"
    assert rows[1]["campaign"]["href"].endswith(f"/campaign/{soon}/edit")
    assert card["table"]["summary"] == "1 running, 2 upcoming"
    assert len(sandbox.journal.calls("attendees")) == 0
    counts = pages.read(f"/api/connections/{conn_id}/campaigns/{running}")["counts"]
    assert (counts["total"], counts["new"], counts["sent"], counts["failed"]) == (3, 1, 1, 1)
    assert {entry.operation for entry in sandbox.journal.entries} <= READING


def test_a_campaign_without_readable_times_is_shown(
    pages: Pages, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One odd campaign does not hide the others."""
    conn_id = connect(monkeypatch, sandbox, "lets_calendar")
    sandbox.lets_calendar.add_campaign(title="Odd", timezone="Mars/Base")
    add_campaign(sandbox, "Soon", 2)
    states = {row["campaign"]["text"]: row["state"] for row in pages.card(conn_id)["table"]["rows"]}
    assert states == {"Odd": "unknown", "Soon": "upcoming"}


def test_meetings_by_date(pages: Pages, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Meetings are counted by day, type and host; old ones are not."""
    conn_id = connect(monkeypatch, sandbox, "lemcal")
    day = at(3).replace(hour=9, minute=0, second=0, microsecond=0)
    for hours in (0, 2, 24):
        sandbox.lemcal.book(start=day + timedelta(hours=hours))
    sandbox.lemcal.book(start=at(-5))
    table = pages.card(conn_id)["table"]
    assert [(row["date"], row["from"], row["booked"]) for row in table["rows"]] == [
        (f"{day:%Y-%m-%d}", "09:00", 2),
        (f"{day + timedelta(days=1):%Y-%m-%d}", "09:00", 1),
    ]
    assert {row["type"] for row in table["rows"]} == {"Intro call"}
    assert table["summary"] == "3 meetings to come"


def test_appointments_by_date(pages: Pages, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Appointments are counted by day, calendar and status; deleted ones are not."""
    conn_id = connect(monkeypatch, sandbox, "highlevel")
    events = [sandbox.highlevel.book() for _ in range(3)]
    sandbox.highlevel.set_status(events[0].id, "cancelled")
    sandbox.highlevel.delete(events[1].id)
    rows = pages.card(conn_id)["table"]["rows"]
    assert sum(row["total"] for row in rows) == 2
    assert sum(row["cancelled"] for row in rows) == 1
    assert sum(row["confirmed"] for row in rows) == 1
    assert {entry.method for entry in sandbox.journal.entries} == {"GET"}


def test_nobody_is_named_and_nothing_is_written(
    pages: Pages, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever was invited, booked or is met is counted; names, addresses and keys stay where they are."""
    caplog.set_level(logging.DEBUG)
    campaign = add_campaign(sandbox, "Launch", 2, people=3)
    sandbox.lemcal.book("zebulon@unmistakable.example", "Zebulon Quackenbush")
    sandbox.highlevel.book(title="Call with Zebulon Quackenbush")
    ids = [connect(monkeypatch, sandbox, system) for system in ("lets_calendar", "lemcal", "highlevel")]
    before = [len(sandbox.lets_calendar.mailbox()), len(sandbox.lemcal.meetings)]
    answered = [json.dumps(pages.read("/api/connections")), *(json.dumps(pages.card(each)) for each in ids)]
    answered.append(json.dumps(pages.read(f"/api/connections/{ids[0]}/campaigns/{campaign}")))
    assert all('"error"' not in each for each in answered)
    passwords = [json.loads(sandbox.connection_json(system))["password"] for system in sandbox.systems]
    for text in (*answered, caplog.text):
        assert [each for each in [*PEOPLE, *passwords] if each.lower() in text.lower()] == []
    writing = [
        entry.operation
        for entry in sandbox.journal.entries
        if entry.method != "GET" and entry.operation != "POST /access_token"
    ]
    assert writing == []
    assert [len(sandbox.lets_calendar.mailbox()), len(sandbox.lemcal.meetings)] == before


@pytest.mark.parametrize(
    ("system", "extra"),
    [
        ("lets_calendar", {"mode": "dry_run"}),
        ("lets_calendar", {"mode": "redirect", "redirect_to": "me@example.com"}),
        ("lemcal", {"mode": "dry_run"}),
        ("highlevel", {"mode": "dry_run"}),
    ],
)
def test_modes_are_shown(
    pages: Pages, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, system: str, extra: dict[str, str]
) -> None:
    """A connection that does not send for real is read all the same, and says so."""
    conn_id = connect(monkeypatch, sandbox, system, extra=extra)
    card = pages.card(conn_id)
    assert card["mode"] == extra["mode"]
    assert "table" in card
    assert "me@example.com" not in json.dumps(card)


# --- what goes wrong


@pytest.mark.parametrize(
    ("changes", "fault", "title"),
    [
        ({"password": "a-wrong-secret-key"}, None, "The credentials are refused"),
        ({"host": "http://127.0.0.1:9"}, None, "The vendor cannot be reached"),
        ({"password": ""}, None, "The connection cannot be used as it is"),
        ({"extra": {"mode": "redirect"}}, None, "The connection cannot be used as it is"),
        ({}, Fault("status", status=429, retry_after=60, times=None), "The vendor is asked too often"),
        ({}, Fault("status", status=503, times=None), "The vendor fails"),
        ({}, Fault("truncated", "GET /campaigns", times=None), "The vendor"),
        ({}, Fault("lost_after", "GET /campaigns", times=None), "The vendor cannot be reached"),
    ],
)
def test_one_broken_connection_is_told_in_its_own_card(
    pages: Pages,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
    fault: Fault | None,
    title: str,
) -> None:
    """It says what is wrong and what to do, without a secret; the others show."""
    broken = connect(monkeypatch, sandbox, "lets_calendar", **changes)
    whole = connect(monkeypatch, sandbox, "lemcal")
    if fault is not None:
        sandbox.faults.add(Fault(**{**vars(fault), "system": "lets_calendar"}))
    card = pages.card(broken)
    assert card["error"]["title"].startswith(title)
    assert card["error"]["text"]
    assert "table" not in card
    assert "a-wrong-secret-key" not in json.dumps(card)
    assert "table" in pages.card(whole)


def test_a_connection_that_is_not_there_or_of_another_type(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the configuration names wrongly is told, and nothing of what it says."""
    monkeypatch.setenv("AIRFLOW__CALENDARS__PAGE_CONNECTIONS", "nowhere,some_database")
    monkeypatch.setenv("AIRFLOW_CONN_SOME_DATABASE", "postgres://user:hunter2hunter2@example.com/x")
    assert pages.card("nowhere")["error"]["title"] == "The connection cannot be read"
    error = pages.card("some_database")["error"]
    assert "'postgres'" in error["text"]
    assert "hunter2" not in json.dumps(error)


def test_an_account_that_cannot_read_attendees(
    pages: Pages, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its campaigns are shown, and why they are not counted."""
    conn_id = connect(monkeypatch, sandbox, "lets_calendar")
    campaign = add_campaign(sandbox, "Launch", 2)
    sandbox.settings.missing_operations = True
    assert len(pages.card(conn_id)["table"]["rows"]) == 1
    said = pages.read(f"/api/connections/{conn_id}/campaigns/{campaign}")
    assert said["error"]["title"] == "The account does not have this operation"


def test_one_slow_vendor_holds_nobody_up(
    pages: Pages, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one is waited for the other one is shown; after a while waiting ends."""
    slow = connect(monkeypatch, sandbox, "lets_calendar")
    quick = connect(monkeypatch, sandbox, "lemcal")
    monkeypatch.setattr("airflow_provider_calendars.plugin.page.cards.ANSWER_TIMEOUT", 2.0)
    assert patience.ANSWER_TIMEOUT < patience.CARD_TIMEOUT < answers._PATIENCE
    sandbox.faults.add(Fault("slow", "GET /campaigns", seconds=6.0))
    told: list[dict[str, Any]] = []
    waiting = threading.Thread(target=lambda: told.append(pages.card(slow)))
    waiting.start()
    assert "table" in pages.card(quick)
    assert told == []
    waiting.join(15)
    assert told[0]["error"]["title"] == "The vendor cannot be reached"


def test_too_much_to_read_ends(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account of endless pages does not keep a thread for ever."""
    hook = LetsCalendarHook(connect(monkeypatch, sandbox, "lets_calendar"))
    add_campaign(sandbox, "Launch", 2)
    assert len(hook.run(lambda api: patience.within(api.list_campaigns()))) == 1
    with pytest.raises(TransportError, match="within 0 seconds"):
        hook.run(lambda api: patience.within(api.list_campaigns(), 0))


# --- limits


def test_long_lists_are_cut(pages: Pages, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page stays a page: so many rows, fewer of them counted, and a note about the rest."""
    conn_id = connect(monkeypatch, sandbox, "lets_calendar")
    for number in range(MOST_ROWS + 7):
        add_campaign(sandbox, f"Campaign {number} {'x' * 300}", 1 + number / 10)
    table = pages.card(conn_id)["table"]
    assert (len(table["rows"]), table["left_out"]) == (MOST_ROWS, 7)
    assert sum("counts_of" in row for row in table["rows"]) == 20
    assert "first 20 campaigns" in table["notes"][0]
    assert max(len(row["campaign"]["text"]) for row in table["rows"]) <= 160


def test_reloading_does_not_ask_again(
    pages: Pages, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers are kept for some seconds, errors too; only Refresh asks anew, and not at once either."""
    conn_id = connect(monkeypatch, sandbox, "lets_calendar")
    campaign = add_campaign(sandbox, "Launch", 2)
    first = pages.card(conn_id)
    for fresh in (False, True, False):
        assert pages.card(conn_id, fresh=fresh) == first
        pages.read(f"/api/connections/{conn_id}/campaigns/{campaign}", fresh=fresh)
    assert len(sandbox.journal.calls("GET /campaigns")) == 1
    assert len(sandbox.journal.calls("attendees")) == 1
    monkeypatch.setattr(answers, "SOONEST", 0.0)
    pages.card(conn_id, fresh=True)
    assert len(sandbox.journal.calls("GET /campaigns")) == 2
    # one login serves them all: a new one would end the access of a running task
    assert len(sandbox.journal.calls("access_token")) == 1


def test_a_changed_connection_is_used_at_once(
    pages: Pages, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who corrects a key sees at the next refresh whether it is right."""
    monkeypatch.setattr(answers, "SOONEST", 0.0)
    conn_id = connect(monkeypatch, sandbox, "lets_calendar", password="wrong")
    assert "error" in pages.card(conn_id)
    monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", sandbox.connection_json("lets_calendar"))
    assert "table" in pages.card(conn_id, fresh=True)


def test_two_who_look_at_once_ask_once(
    pages: Pages, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question that is on its way is not asked a second time."""
    conn_id = connect(monkeypatch, sandbox, "lemcal")
    sandbox.faults.add(Fault("slow", "GET /meetings", seconds=1.0))
    looking = [threading.Thread(target=pages.card, args=(conn_id,)) for _ in range(4)]
    for each in looking:
        each.start()
    for each in looking:
        each.join(10)
    assert len(sandbox.journal.calls("GET /meetings")) == 1
