"""Who must not be invited, as a database, earlier campaigns and HighLevel know it."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from airflow_provider_calendars.exceptions import ConfigurationError, ContactsError, OperationUnavailable
from airflow_provider_calendars.operators.contacts import PrepareContactsOperator
from airflow_provider_calendars.sandbox import Sandbox

PEOPLE = ("anna", "ben", "cleo", "dora")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """An export of four people, the first with a second address."""
    path = tmp_path / "export.csv"
    rows = [f"{name.title()},{name}@example.com,{name}@home.example\n" for name in PEOPLE]
    path.write_text("First Name,Email,Additional email addresses\n" + "".join(rows))
    return path


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A SQL connection ``legal``, to an empty database."""
    from airflow.providers.common.sql.hooks.sql import DbApiHook
    from airflow.sdk import BaseHook

    path = tmp_path / "legal.db"

    class LegalHook(DbApiHook):
        conn_name_attr = "legal_conn_id"

        def get_conn(self) -> Any:
            return sqlite3.connect(path)

    connections = {"legal": SimpleNamespace(get_hook=LegalHook), "other": SimpleNamespace(get_hook=object)}
    monkeypatch.setattr(BaseHook, "get_connection", connections.__getitem__)
    return path


def run(export: Path, **arguments: Any) -> tuple[list[str], dict[str, int]]:
    """Who gets in, and the reasons why others do not."""
    output = export.with_name("upload.csv")
    operator = PrepareContactsOperator(
        task_id="prepare", path=str(export), output_path=str(output), **arguments
    )
    result = operator.execute(context={})
    with output.open(newline="") as stream:
        return [row["email"] for row in csv.DictReader(stream)], result["reasons"]


def fill(path: Path, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    """Make a table."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"create table {table} ({columns})")
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"insert into {table} values ({marks})", rows)


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ("email", [("Ben@Example.com",), (None,), ("@home.example.org",)]),
        ("id integer, email_hash, domain", [(1, None, None), (2, None, "never.example")]),
    ],
)
def test_a_query_is_a_suppression_list(
    export: Path, database: Path, columns: str, rows: list[tuple[Any, ...]]
) -> None:
    """Addresses, domains and hashes of a query are left out."""
    import hashlib

    if "hash" in columns:
        rows = [*rows, (3, hashlib.sha256(b"ben@example.com").hexdigest(), None)]
    fill(database, "never", columns, rows)
    invited, reasons = run(export, suppression_sql="select * from never", suppression_sql_conn_id="legal")
    assert invited == ["anna@example.com", "cleo@example.com", "dora@example.com"]
    assert reasons == {"suppression_list": 1}


def test_what_a_query_says_must_be_understood(export: Path, database: Path) -> None:
    """An entry nobody understands may be somebody's opt-out, so nothing is written."""
    fill(database, "never", "email", [("ben@example.com",), ("Ben Miller",)])
    with pytest.raises(ContactsError, match="suppression_sql: 1 entries are neither") as raised:
        run(export, suppression_sql="select email from never", suppression_sql_conn_id="legal")
    assert "Miller" not in str(raised.value)
    with pytest.raises(ConfigurationError, match="suppression_sql: the statement returns no rows"):
        run(export, suppression_sql="create table x (y)", suppression_sql_conn_id="legal")
    with pytest.raises(ConfigurationError, match="suppression_sql_conn_id: other is no SQL connection"):
        run(export, suppression_sql="select 1", suppression_sql_conn_id="other")
    with pytest.raises(ConfigurationError, match="suppression_sql_conn_id must be"):
        run(export, suppression_sql="select 1")
    assert not export.with_name("upload.csv").exists()


def test_who_unsubscribed_from_another_campaign(export: Path, calendars_connections: Sandbox) -> None:
    """Unsubscribed there is left out here; who just was invited there may be invited here."""
    system = calendars_connections.lets_calendar
    campaigns = [system.add_campaign(), system.add_campaign()]
    for campaign in campaigns:
        for name in PEOPLE:
            system.add_attendee(campaign, {"firstname": "X", "email": f"{name}@example.com"})
    system.set_status(campaigns[0].id, "ben@example.com", "U")
    system.set_status(campaigns[0].id, "cleo@example.com", "C")
    system.set_status(campaigns[1].id, "dora@example.com", "U")
    invited, reasons = run(export, suppression_campaign_ids=[each.id for each in campaigns])
    assert invited == ["anna@example.com", "cleo@example.com"]
    assert reasons == {"attendee_unsubscribed": 2}
    calendars_connections.settings.missing_operations = True
    with pytest.raises(OperationUnavailable, match="suppression_campaign_ids needs the attendees"):
        run(export, suppression_campaign_ids=campaigns[0].id)


def test_who_wants_no_mail_of_highlevel(export: Path, calendars_connections: Sandbox) -> None:
    """Do not disturb counts for all of a contact's addresses, by the switch for all or that for e-mail."""
    system = calendars_connections.highlevel
    system.add_contact("one", "Anna", "anna@home.example", dnd=True)
    system.add_contact("two", "Ben", "ben@example.com", dnd_settings={"Email": {"status": "permanent"}})
    system.add_contact("three", "Cleo", "cleo@example.com", dnd_settings={"SMS": {"status": "active"}})
    system.add_contact("four", "Dora", "dora@example.com", dnd_settings={"Email": {"status": "surprise"}})
    invited, reasons = run(export, suppression_highlevel_conn_id="highlevel_default")
    assert invited == ["cleo@example.com"]
    assert reasons == {"do_not_disturb": 3}
