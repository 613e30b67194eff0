"""What must hold for the DAGs, whatever the vendors do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from airflow_provider_calendars.sandbox import Fault, Sandbox


def test_who_may_be_invited_is_invited_once(calendars_connections: Sandbox, tmp_path: Path) -> None:
    """Three of the six people get one invite each, also where a reply is lost."""
    from first_campaign import example

    sandbox = calendars_connections
    sandbox.settings.send_seconds = 7  # long enough to be seen under way
    sandbox.faults.add(Fault("lost_after", operation="send-invite"))

    run = example.test(run_conf={"files": str(tmp_path)})

    assert run.state == "success"
    sandbox.clock.advance(60)  # sending takes a while: let it pass
    assert len(sandbox.lets_calendar.mailbox(kind="invite")) == 3
    assert sandbox.lets_calendar.mailed_twice() == []


def test_a_dry_run_mails_nobody(
    calendars_connections: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection alone makes the whole DAG harmless."""
    from first_campaign import example

    sandbox = calendars_connections
    connection = json.loads(sandbox.connection_json("lets_calendar"))
    connection["extra"] = {"mode": "dry_run"}
    monkeypatch.setenv("AIRFLOW_CONN_LETS_CALENDAR_DEFAULT", json.dumps(connection))

    run = example.test(run_conf={"files": str(tmp_path)})

    assert run.state == "success"
    assert sandbox.lets_calendar.campaigns == []


def test_bookings_arrive(calendars_connections: Sandbox, tmp_path: Path) -> None:
    """Who books is listed, and not again by the next run; who cancels is not."""
    from booked_meetings import example

    lemcal = calendars_connections.lemcal
    lemcal.book("ada@example.com", "Ada Byron", "met_demo", "2037-05-15T14:00:00Z")
    cancelled = lemcal.book("blaise@example.com", "Blaise Pascal")
    lemcal.cancel(cancelled.id)

    for _ in range(2):
        example.test(run_conf={"files": str(tmp_path)})

    listed = "".join(path.read_text() for path in tmp_path.glob("*/meetings.csv"))
    assert listed.count("ada@example.com") == 1
    assert "blaise@example.com" not in listed


ADA = {"calendar_id": "calGrace000000000001", "contact_id": "conAda00000000000001"}


def test_somebody_else_is_faster(calendars_connections: Sandbox) -> None:
    """Who loses a slot gets the next one, and nobody is told."""
    from book_slot import example

    highlevel = calendars_connections.highlevel
    highlevel.race(1)

    run = example.test(run_conf=ADA)

    assert run.state == "success"
    assert len([one for one in highlevel.appointments if one.contact_id == ADA["contact_id"]]) == 1
    assert highlevel.booked_twice() == []
    assert highlevel.automations == []


def test_a_token_that_has_ended_is_renewed(
    calendars_connections: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day later the access token has ended, and the refresh token of the day before is spent."""
    from book_slot import example

    sandbox = calendars_connections
    app = sandbox.highlevel.install()
    connection = {
        "conn_type": "highlevel",
        "host": sandbox.url,
        "login": app["locationId"],
        "extra": {name: app[name] for name in ("client_id", "client_secret", "refresh_token")},
    }
    monkeypatch.setenv("AIRFLOW_CONN_HIGHLEVEL_DEFAULT", json.dumps(connection))

    for day in (1, 2):
        assert example.test(run_conf=ADA).state == "success"
        assert sandbox.highlevel.oauth.refreshes == day
        sandbox.clock.advance(app["expires_in"])

    assert not sandbox.highlevel.oauth.refreshes_with(app["refresh_token"])
