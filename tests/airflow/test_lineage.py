"""What a task read and changed, as Airflow's lineage has it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import Asset

from airflow_provider_calendars import _compat
from airflow_provider_calendars.assets.lets_calendar import campaign_uri
from airflow_provider_calendars.files import open_path
from airflow_provider_calendars.operators.contacts import PrepareContactsOperator
from airflow_provider_calendars.operators.highlevel import HighLevelExportAppointmentsOperator
from airflow_provider_calendars.operators.lemcal import LemcalListMeetingsOperator
from airflow_provider_calendars.operators.lets_calendar import (
    LetsCalendarExportAttendeesOperator,
    LetsCalendarSendInvitesOperator,
    LetsCalendarUploadContactsOperator,
)
from airflow_provider_calendars.sandbox import Sandbox
from tests.airflow.running import context, hasten

EXPORT = "First Name,Email\nAnna,anna@example.com\n"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Airflow's own collector, as it is where a lineage plugin is installed."""
    kind = type(_compat.get_hook_lineage_collector()).__mro__[1]
    assert kind.__name__ == "HookLineageCollector"
    collector = kind()
    monkeypatch.setattr(_compat, "get_hook_lineage_collector", lambda: collector)
    hasten(monkeypatch)
    return collector


def seen(collector: Any) -> tuple[set[str], set[str]]:
    """What has been read, and what has been changed."""
    collected = collector.collected_assets
    return {each.asset.uri for each in collected.inputs}, {each.asset.uri for each in collected.outputs}


def test_files_are_noted(collector: Any, tmp_path: Path) -> None:
    """The export is an input; upload file, rejected rows and report are outputs, by their own names."""
    export = tmp_path / "export.csv"
    export.write_text(EXPORT)
    PrepareContactsOperator(
        task_id="prepare",
        path=str(export),
        output_path=str(tmp_path / "out" / "upload.csv"),
        report_path=str(tmp_path / "report.json"),
    ).execute({})
    read, written = seen(collector)
    assert read == {export.as_uri()}
    folder = (tmp_path / "out").as_uri()
    assert written == {
        f"{folder}/upload.csv",
        f"{folder}/upload.rejected.csv",
        (tmp_path / "report.json").as_uri(),
    }


def test_remote_files_are_noted(collector: Any) -> None:
    """What is written to an object storage is noted under its final name."""
    with open_path("memory://lineage/export.csv").open("w") as stream:
        stream.write(EXPORT)
    PrepareContactsOperator(
        task_id="prepare", path="memory://lineage/export.csv", output_path="memory://lineage/upload.csv"
    ).execute({})
    _, written = seen(collector)
    assert {uri.rpartition("/")[2] for uri in written} >= {"upload.csv", "upload.rejected.csv"}
    assert [uri for uri in written if uri.endswith(".tmp")] == []


def test_campaigns_are_noted(collector: Any, calendars_connections: Sandbox, tmp_path: Path) -> None:
    """What is done to a campaign, and what is read of it, is told by connection and id."""
    campaign = calendars_connections.lets_calendar.add_campaign()
    upload, attendees = tmp_path / "upload.csv", tmp_path / "attendees.csv"
    upload.write_text("firstname,lastname,email,loginurl,username,password\nAnna,,anna@example.com,,,\n")
    LetsCalendarUploadContactsOperator(task_id="upload", campaign_id=campaign.id, path=str(upload)).execute(
        context()
    )
    uri = campaign_uri("lets_calendar_default", campaign.id)
    read, changed = seen(collector)
    assert (uri in changed, upload.as_uri() in read) == (True, True)
    LetsCalendarExportAttendeesOperator(
        task_id="export", campaign_id=campaign.id, path=str(attendees)
    ).execute(context())
    read, changed = seen(collector)
    assert (uri in read, attendees.as_uri() in changed) == (True, True)
    assert "@" not in " ".join(read | changed)


def test_meetings_and_appointments_are_noted(
    collector: Any, calendars_connections: Sandbox, tmp_path: Path
) -> None:
    """What was read is the asset that webhooks update, too."""
    LemcalListMeetingsOperator(task_id="list", path=str(tmp_path / "m.csv")).execute(context())
    HighLevelExportAppointmentsOperator(task_id="export", path=str(tmp_path / "a.csv")).execute(context())
    read, _ = seen(collector)
    assert {"lemcal://lemcal_default/meetings", "highlevel://highlevel_default/appointments"} <= read


def test_a_dry_run_changes_nothing(
    collector: Any, calendars_connections: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What did not happen is no output."""
    campaign = calendars_connections.lets_calendar.add_campaign()
    connection = json.loads(calendars_connections.connection_json("lets_calendar"))
    dry = json.dumps({**connection, "extra": {"mode": "dry_run"}})
    monkeypatch.setenv("AIRFLOW_CONN_LETS_CALENDAR_DEFAULT", dry)
    LetsCalendarSendInvitesOperator(task_id="send", campaign_id=campaign.id).execute(context())
    assert seen(collector)[1] == set()


def test_a_failing_collector_stops_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody is left uninvited because a plugin is broken."""
    monkeypatch.setattr(_compat, "get_hook_lineage_collector", lambda: 1 / 0)
    export = tmp_path / "export.csv"
    export.write_text(EXPORT)
    result = PrepareContactsOperator(
        task_id="prepare", path=str(export), output_path=str(tmp_path / "upload.csv")
    ).execute({})
    assert result["accepted"] == 1


def test_the_name_of_a_campaign() -> None:
    """Airflow takes it as it is, and refuses one without a campaign."""
    uri = campaign_uri("a b/c", "12/3")
    assert uri == "lets-calendar://a%20b%2Fc/campaigns/12%2F3"
    assert Asset(name="x", uri=uri).uri == uri
    with pytest.raises(ValueError, match="lets-calendar://<connection>/campaigns/"):
        Asset(name="x", uri="lets-calendar://a/campaigns")
