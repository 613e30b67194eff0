"""What Airflow finds when the package is installed."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from importlib.metadata import entry_points
from typing import Any

import pytest
from airflow.providers_manager import ProvidersManager
from airflow.sdk import Connection

from airflow_provider_calendars import __version__
from airflow_provider_calendars.hooks.highlevel import HighLevelHook
from airflow_provider_calendars.hooks.lemcal import LemcalHook
from airflow_provider_calendars.hooks.lets_calendar import LetsCalendarHook
from airflow_provider_calendars.provider_info import SYSTEMS, get_provider_info


@pytest.fixture(scope="module")
def manager() -> ProvidersManager:
    """Let Airflow discover the providers that are installed."""
    return ProvidersManager()


def test_the_entry_point_leads_to_the_info() -> None:
    """Airflow finds the package by its entry point."""
    found = [each for each in entry_points(group="apache_airflow_provider") if "calendars" in each.value]
    assert [each.load() for each in found] == [get_provider_info]


def test_airflow_lists_the_provider(manager: ProvidersManager) -> None:
    """``airflow providers list`` shows the package with its version."""
    provider = manager.providers["airflow-provider-calendars"]
    assert provider.version == __version__
    assert provider.data["name"] == "Calendars"


@pytest.mark.parametrize(
    ("conn_type", "hook_class"),
    [("lets_calendar", LetsCalendarHook), ("lemcal", LemcalHook), ("highlevel", HighLevelHook)],
)
def test_airflow_makes_the_hook_of_the_connection_type(conn_type: str, hook_class: type[Any]) -> None:
    """A connection of one of our types gets our hook, and the id under the name one would guess."""
    hook = Connection(conn_id="x", conn_type=conn_type).get_hook()
    assert isinstance(hook, hook_class)
    assert getattr(hook, f"{conn_type}_conn_id") == "x"
    assert hook_class.default_conn_name == f"{conn_type}_default"


def test_airflow_lists_links_and_triggers(manager: ProvidersManager) -> None:
    """Extra links are allowed, triggers are listed."""
    assert "airflow_provider_calendars.links.LetsCalendarCampaignLink" in manager.extra_links_class_names
    assert any("calendars" in each.trigger_class_name for each in manager.trigger)


def everything_named(info: Any) -> list[str]:
    """Return every dotted name of our package in the info."""
    if isinstance(info, dict):
        return [name for value in info.values() for name in everything_named(value)]
    if isinstance(info, list):
        return [name for value in info for name in everything_named(value)]
    return [info] if isinstance(info, str) and info.startswith("airflow_provider_calendars.") else []


@pytest.mark.parametrize("name", sorted(set(everything_named(get_provider_info()))))
def test_every_name_in_the_info_exists(name: str) -> None:
    """Nothing Airflow is told about is missing."""
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        module, _, attribute = name.rpartition(".")
        assert hasattr(importlib.import_module(module), attribute)


def form_of(connection_type: str) -> Any:
    """Return the form as a fresh API server sends it to the browser."""
    code = (
        "from airflow.api_fastapi.core_api.services.ui.connections import HookMetaService as service\n"
        f"form = next(e for e in service.hook_meta_data() if e.connection_type == {connection_type!r})\n"
        "print(form.model_dump_json())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    ("conn_type", "name", "login", "password", "further"),
    [
        (
            "lets_calendar",
            "Let's Calendar",
            "Client key",
            "Secret key",
            ["allow_http", "mode", "redirect_to", "share_login", "timeout"],
        ),
        ("lemcal", "lemcal", "User id", "API key", ["mode", "timeout", "webhook_secret"]),
        (
            "highlevel",
            "HighLevel",
            "Location id",
            "Private integration token",
            [
                "allow_http",
                "api_version",
                "client_id",
                "client_secret",
                "mode",
                "refresh_token",
                "timeout",
                "webhook_public_key",
            ],
        ),
    ],
)
def test_the_form_shows_every_field(
    conn_type: str, name: str, login: str, password: str, further: list[str]
) -> None:
    """Admin > Connections > Add names all fields, explains the further ones and requires none of them."""
    form = form_of(conn_type)
    assert form["hook_name"] == name
    fields = form["standard_fields"]
    assert (fields["login"]["title"], fields["password"]["title"]) == (login, password)
    assert fields["url_schema"]["hidden"]
    assert not fields["port"]["hidden"]
    assert sorted(form["extra_fields"]) == further
    for extra, field in form["extra_fields"].items():
        assert field["schema"]["title"], extra
        assert "null" in field["schema"]["type"], f"{extra} would be required"
        assert field["description"], extra


@pytest.mark.parametrize("hook_class", [LetsCalendarHook, LemcalHook, HighLevelHook])
def test_both_forms_come_from_one_dictionary(hook_class: Any) -> None:
    """What Airflow 3.1 asks the hook for is what later versions read from the metadata."""
    behaviour = hook_class.get_ui_field_behaviour()
    assert behaviour["relabeling"] == SYSTEMS[hook_class.conn_type]["ui-field-behaviour"]["relabeling"]
    assert behaviour["hidden_fields"] == ["schema"]


@pytest.mark.parametrize("conn_type", sorted(SYSTEMS))
def test_fields_are_masked_by_their_names(conn_type: str) -> None:
    """Airflow hides values by their name: secrets must be hidden, and nothing else must read ***."""
    masker = pytest.importorskip("airflow.sdk._shared.secrets_masker")
    for name, field in SYSTEMS[conn_type]["conn-fields"].items():
        is_secret = field["schema"].get("format") == "password"
        assert masker.should_hide_value_for_key(name) == is_secret
