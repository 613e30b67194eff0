"""An Airflow of its own for the tests of the DAGs next door."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

DAGS = Path(__file__).parents[1] / "dags"
HOME = tempfile.TemporaryDirectory(prefix="airflow-")

# before anything imports Airflow
os.environ.update(
    AIRFLOW_HOME=HOME.name,
    AIRFLOW__CORE__DAGS_FOLDER=str(DAGS),
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
)
sys.path.insert(0, str(DAGS))


@pytest.fixture(scope="session", autouse=True)
def airflow_database() -> None:
    """Make Airflow's database, once for all tests."""
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], check=True)
