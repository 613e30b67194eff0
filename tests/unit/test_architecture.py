"""The rules of the house that a reader relies on without looking."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import airflow_provider_calendars

PACKAGE = Path(airflow_provider_calendars.__file__).parent
HEAVY = {"pandas", "pyarrow", "openpyxl", "aiohttp", "requests", "fastapi", "uvicorn", "email_validator"}
PARSED = [
    "airflow_provider_calendars.operators.lets_calendar",
    "airflow_provider_calendars.operators.contacts",
    "airflow_provider_calendars.sensors.lets_calendar",
    "airflow_provider_calendars.hooks.lets_calendar",
    "airflow_provider_calendars.operators.lemcal",
    "airflow_provider_calendars.sensors.lemcal",
    "airflow_provider_calendars.operators.highlevel",
    "airflow_provider_calendars.sensors.highlevel",
    "airflow_provider_calendars.assets.highlevel",
    "airflow_provider_calendars.sandbox.pytest_plugin",
]


def modules(*rooms: str) -> Iterator[Path]:
    """Return the files of some rooms."""
    for room in rooms:
        yield from sorted((PACKAGE / room).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Return the top-level packages a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


def test_rooms_that_must_not_know_airflow_do_not() -> None:
    """The rules on HTTP, contacts and guards can be used and tested without Airflow."""
    strangers = [
        path for path in modules("api", "contacts", "guards", "sandbox") if "airflow" in imports(path)
    ]
    assert strangers == []


def test_only_the_drivers_touch_network_and_clock() -> None:
    """Everything else in the API room describes what it wants done."""
    outside = {
        "socket",
        "time",
        "requests",
        "aiohttp",
        "urllib3",
        "http",
        "asyncio",
        "threading",
        "fcntl",
        "os",
    }
    touching = [path.name for path in modules("api") if imports(path) & outside]
    assert touching == ["drivers.py", "shared_slots.py"]


@pytest.mark.parametrize("module", PARSED)
def test_parsing_a_dag_loads_nothing_heavy(module: str) -> None:
    """A DAG file that imports our operators costs the DAG processor no pandas and no HTTP library."""
    code = (
        "import sys, airflow.sdk\n"
        "from airflow.sdk import BaseHook, BaseOperator, BaseSensorOperator, ObjectStoragePath\n"
        "before = set(sys.modules)\n"
        f"import {module}\n"
        f"print(*(set(sys.modules) - before) & {HEAVY!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1:] in ([], [""])


def test_operators_take_their_connection_as_a_template() -> None:
    """A mapped or templated connection id works with every operator and sensor."""
    from airflow_provider_calendars.operators import lets_calendar as operators
    from airflow_provider_calendars.sensors import lets_calendar as sensors

    classes = [getattr(operators, name) for name in operators.__all__]
    classes += [
        value
        for name, value in vars(sensors).items()
        if name.endswith("Sensor") and value.__module__ == sensors.__name__
    ]
    assert len(classes) == 17 + 4
    assert [one for one in classes if "lets_calendar_conn_id" not in one.template_fields] == []
