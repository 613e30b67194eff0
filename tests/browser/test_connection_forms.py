"""The Connections page, used with mouse and keyboard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from airflow_provider_calendars.provider_info import SYSTEMS
from airflow_provider_calendars.sandbox import Sandbox
from tests.airflow.test_end_to_end import Airflow, free_port

pytest.importorskip("selenium")

from tests.browser.pages import ConnectionForm, ConnectionsPage

pytestmark = pytest.mark.slow

SECTIONS = {
    "lets_calendar": ["Standard Fields", "Safety", "Requests", "Extra Fields JSON"],
    "lemcal": ["Standard Fields", "Safety", "Requests", "Webhooks", "Extra Fields JSON"],
    "highlevel": [
        "Standard Fields",
        "Safety",
        "Requests",
        "Marketplace app (OAuth)",
        "Webhooks",
        "Extra Fields JSON",
    ],
}
# where each system says that the key is wrong, and what to look at then
WRONG_KEY = {
    "lets_calendar": "Check the client key (login) and the secret key (password)",
    "lemcal": "Check the user id (login) and the API key (password)",
    "highlevel": "private integration token",
}
# further pictures for the docs
PICTURED = {
    ("lets_calendar", "Safety"): "connection_modes",
    ("highlevel", "Marketplace app (OAuth)"): "connection_marketplace_app",
}
systems = pytest.mark.parametrize("system", sorted(SYSTEMS))


@pytest.fixture
def page(browser: Any, airflow: Airflow) -> ConnectionsPage:
    """Open Admin > Connections."""
    browser.set_window_size(1300, 1400)
    return ConnectionsPage(browser, airflow.url)


def credentials(sandbox: Sandbox, system: str) -> dict[str, str]:
    """Return what to enter for the sandbox; the port as well, as Airflow 3.3.2 tests only with one."""
    connection = json.loads(sandbox.connection_json(system))
    parts = urlsplit(connection["host"])
    return {
        "host": f"{parts.scheme}://{parts.hostname}",
        "port": str(parts.port),
        "login": connection["login"],
        "password": connection["password"],
    }


def open_form(page: ConnectionsPage, system: str) -> ConnectionForm:
    """Add a connection of a type."""
    form = page.add()
    form.choose_type(SYSTEMS[system]["hook-name"])
    return form


@systems
def test_the_form_shows_every_field_with_its_help(page: ConnectionsPage, system: str, pictures: Path) -> None:
    """Each field is in its section, with label and help, and only id and type are required."""
    form = open_form(page, system)
    described = SYSTEMS[system]
    assert form.sections() == SECTIONS[system]
    form.open("Standard Fields")
    standard = form.fields()
    assert {name for name, field in standard.items() if field.required} == {"connection_id"}
    assert {"description", "host", "port", "login", "password"} <= set(standard)
    for name, label in described["ui-field-behaviour"]["relabeling"].items():
        assert standard[name].label == label
    for name, placeholder in described["ui-field-behaviour"]["placeholders"].items():
        assert standard[name].placeholder == placeholder
    form.dialog.screenshot(str(pictures / f"connection_{system}.png"))
    seen = {}
    for section in form.sections()[1:-1]:
        form.open(section)
        ours = {name: field for name, field in form.fields().items() if name in described["conn-fields"]}
        assert ours, section
        for name in ours:
            assert described["conn-fields"][name]["schema"]["section"] == section
        if name := PICTURED.get((system, section)):
            form.dialog.screenshot(str(pictures / f"{name}.png"))
        seen.update(ours)
    assert set(seen) == set(described["conn-fields"])
    for name, field in seen.items():
        assert field.label == described["conn-fields"][name]["label"]
        assert field.help == described["conn-fields"][name]["description"]
        assert not field.required


@systems
def test_a_saved_connection_is_tested_and_shows_no_secret(
    page: ConnectionsPage, airflow: Airflow, sandbox: Sandbox, system: str
) -> None:
    """Fill, save, test, reopen: the test says who one is, and no secret comes back to the screen."""
    entered = credentials(sandbox, system)
    form = open_form(page, system)
    form.open("Standard Fields")
    form.enter({"connection_id": f"{system}_good", **entered})
    form.open("Safety")
    form.pick("mode", "dry_run: nothing is changed at the vendor")
    form.open("Requests")
    form.enter({"timeout": "7"})
    if system == "lemcal":
        form.open("Webhooks")
        form.enter({"webhook_secret": "unmistakable-secret-value"})
    form.save()
    assert page.test(f"{system}_good").startswith("Test Connection Successful")
    stored = airflow.get(f"/api/v2/connections/{system}_good")
    extra = json.loads(stored["extra"])
    assert (extra["mode"], extra["timeout"]) == ("dry_run", 7)
    again = page.edit(f"{system}_good")
    again.open("Standard Fields")
    assert again.value("login") == entered["login"]
    assert again.value("password") == "***"
    again.open("Extra Fields JSON")
    assert entered["password"] not in again.text()
    if system == "lemcal":
        assert "unmistakable-secret-value" not in again.text()
        assert extra["webhook_secret"] == "***"


@systems
def test_the_test_button_says_what_to_do(page: ConnectionsPage, sandbox: Sandbox, system: str) -> None:
    """A wrong key and a machine that does not answer are told apart, each with what to look at."""
    wrong = {**credentials(sandbox, system), "connection_id": f"{system}_wrong", "password": "not-the-key"}
    nowhere = {**credentials(sandbox, system), "connection_id": f"{system}_gone", "port": str(free_port())}
    for entered in (wrong, nowhere):
        form = open_form(page, system)
        form.open("Standard Fields")
        form.enter(entered)
        form.save()
    refused = page.test(f"{system}_wrong")
    assert refused.startswith("Test Connection Failed")
    assert WRONG_KEY[system].casefold() in refused.casefold()
    unreachable = page.test(f"{system}_gone")
    assert unreachable.startswith("Test Connection Failed")
    assert f"Check the host and port of the connection (127.0.0.1:{nowhere['port']})" in unreachable
    assert "not-the-key" not in refused + unreachable
