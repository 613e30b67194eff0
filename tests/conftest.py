"""What all tests stand on: an Airflow home of their own, made before Airflow is imported."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

_HOME = tempfile.TemporaryDirectory(prefix="airflow-calendars-tests-")

# what goes to the temporary folder goes with the tests
tempfile.tempdir = os.environ["TMPDIR"] = _HOME.name

os.environ.update(
    AIRFLOW_HOME=_HOME.name,
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__CORE__DAGS_FOLDER=str(Path(__file__).parent.parent / "example_dags"),
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{_HOME.name}/airflow.db",
    AIRFLOW__LOGGING__LOGGING_LEVEL="WARNING",
    # a proxy or a netrc of the machine must not come between a test and its own server
    NO_PROXY="127.0.0.1,localhost",
)


@pytest.fixture(scope="session")
def airflow_database() -> Path:
    """Make Airflow's database once, for the tests that run tasks."""
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], check=True, capture_output=True)
    return Path(_HOME.name) / "airflow.db"


@pytest.fixture(autouse=True)
def no_airflow_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the connections of the machine, and of other tests, out of a test."""
    for name in [name for name in os.environ if name.startswith("AIRFLOW_CONN_")]:
        monkeypatch.delenv(name)
