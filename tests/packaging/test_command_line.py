"""Airflow's own command line lists everything of ours."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from airflow_provider_calendars import __version__, links, triggers
from airflow_provider_calendars.provider_info import SYSTEMS, get_provider_info

PACKAGE = "airflow-provider-calendars"
pytestmark = pytest.mark.slow
COMMANDS = {
    "get": ("providers", "get", PACKAGE, "--full"),
    "plugins": ("plugins",),
    **{name: ("providers", name) for name in ("list", "hooks", "links", "triggers", "configs")},
    **{name: ("providers", name) for name in ("widgets", "behaviours", "notifications")},
}


@pytest.fixture(scope="module")
def listed() -> dict[str, list[dict[str, Any]]]:
    """What each command says; each is run once, since it takes seconds."""

    def run(command: tuple[str, ...]) -> list[dict[str, Any]]:
        asked = [sys.executable, "-m", "airflow", *command, "--output", "json"]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout[done.stdout.index("[") :])
        assert isinstance(said, list)
        return said

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(COMMANDS, pool.map(run, COMMANDS.values()), strict=True))


def test_get_of_ours(listed: Any) -> None:
    """The whole description, as it is in the package."""
    (shown,) = listed["get"]
    wanted = _as_printed(get_provider_info())
    assert {key: shown[key] for key in wanted} == wanted


def test_list_of_ours(listed: Any) -> None:
    """With the version."""
    ours = [each for each in listed["list"] if each["package_name"] == PACKAGE]
    assert [each["version"] for each in ours] == [__version__]


def test_hooks_of_ours(listed: Any) -> None:
    """One of each system, by its connection type, with the name of its form."""
    shown = {
        (each["connection_type"], each["class"], each["conn_id_attribute_name"], each["hook_name"])
        for each in listed["hooks"]
        if each["package_name"] == PACKAGE
    }
    assert shown == {
        (name, system["hook-class-name"], f"{name}_conn_id", system["hook-name"])
        for name, system in SYSTEMS.items()
    }


def test_links_of_ours(listed: Any) -> None:
    """Every extra link that there is, or a task would show none."""
    ours = {name for name, value in vars(links).items() if getattr(value, "__module__", "") == links.__name__}
    wanted = {f"{links.__name__}.{name}" for name in ours if name.endswith("Link")}
    assert wanted
    assert _ours(listed["links"], "extra_link_class_name") == wanted


def test_triggers_of_ours(listed: Any) -> None:
    """Every module of triggers that there is; Airflow lists modules."""
    modules = {module.name for module in pkgutil.iter_modules(triggers.__path__)} - {"base"}
    assert _ours(listed["triggers"], "class") == {f"{triggers.__name__}.{name}" for name in modules}


def test_notifications_of_ours(listed: Any) -> None:
    """Every notifier there is."""
    wanted = set(get_provider_info().get("notifications", ()))
    assert _ours(listed["notifications"], "notification_class_name") == wanted


def test_configs_of_ours(listed: Any) -> None:
    """Every option."""
    shown = dict(each["provider_config"] for each in listed["configs"])
    assert shown[PACKAGE] == get_provider_info()["config"]


def test_widgets_of_ours(listed: Any) -> None:
    """Every further field of every form."""
    if not listed["widgets"]:
        pytest.skip("Airflow 3.1 lists no widgets of anybody without FAB; its form is tested elsewhere")
    shown = {
        each["connection_parameter_name"] for each in listed["widgets"] if each["package_name"] == PACKAGE
    }
    assert shown == {
        f"extra__{name}__{field}" for name, system in SYSTEMS.items() for field in system["conn-fields"]
    }


def test_behaviours_of_ours(listed: Any) -> None:
    """The forms whose standard fields have names of our own."""
    if not listed["behaviours"]:
        pytest.skip("Airflow 3.1 lists no behaviours of anybody without FAB; its form is tested elsewhere")
    assert set(SYSTEMS) <= {each["field_behaviours"] for each in listed["behaviours"]}


def test_plugins_of_ours(listed: Any) -> None:
    """The receiver of webhooks and the page of campaigns."""
    (ours,) = [each for each in listed["plugins"] if each["name"] == "calendars"]
    assert ours["fastapi_apps"]
    assert PACKAGE in ours["source"]


def _ours(said: list[dict[str, Any]], key: str) -> set[str]:
    return {each[key] for each in said if each[key].startswith("airflow_provider_calendars.")}


def _as_printed(value: Any) -> Any:
    """Return what Airflow prints: numbers as texts, and a description without its full stop."""
    if isinstance(value, dict):
        printed = {key: _as_printed(each) for key, each in value.items()}
        return (
            {**printed, "description": value["description"].rstrip(".")} if "versions" in value else printed
        )
    if isinstance(value, list):
        return [_as_printed(each) for each in value]
    return str(value) if type(value) is int else value
