"""A browser and an Airflow for it; without Debian's chromium these tests say so and are skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_calendars.sandbox import Sandbox
from airflow_provider_calendars.sandbox.demo import airflow_environment
from tests.airflow.test_end_to_end import Airflow, free_port, until

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-sync",
    "--disable-component-update",
    "--disable-background-networking",
    "--force-device-scale-factor=1",
    "--window-size=1300,1000",
)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Start the chromium of the machine."""
    selenium = pytest.importorskip("selenium.webdriver")
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("needs chromium and chromedriver (Debian: apt-get install chromium chromium-driver)")
    options = selenium.ChromeOptions()
    options.binary_location = chromium
    for flag in (*_FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    running = selenium.Chrome(options=options, service=selenium.ChromeService(driver))
    try:
        yield running
    finally:
        running.quit()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """Serve the three vendors."""
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="session")
def environment(browser: Any, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What an Airflow is run with that knows the example DAGs, and the connections to the sandbox."""
    folder = tmp_path_factory.mktemp("airflow")
    environment = {
        **airflow_environment(folder, sandbox, free_port()),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder}/airflow.db",
    }
    for command in (["db", "migrate"], ["dags", "reserialize"]):
        run_airflow(environment, *command)
    return environment


def run_airflow(environment: Mapping[str, str], *command: str) -> None:
    """Run a command of Airflow to its end."""
    asked = [sys.executable, "-m", "airflow", *command]
    done = subprocess.run(asked, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(scope="session")
def airflow(environment: dict[str, str]) -> Iterator[Airflow]:
    """Start an API server to which nobody has given a connection yet."""
    folder, port = Path(environment["AIRFLOW_HOME"]).parent, int(environment["AIRFLOW__API__PORT"])
    bare = {name: value for name, value in environment.items() if not name.startswith("AIRFLOW_CONN_")}
    command = [sys.executable, "-m", "airflow", "api-server", "--port", str(port), "--workers", "1"]
    running = Airflow(port)
    with (
        (folder / "api-server.log").open("wb") as log,
        subprocess.Popen(command, env=bare, stdout=log, stderr=log) as server,
    ):
        try:
            until(running.is_up, "Airflow answers", 120)
            yield running
        finally:
            server.terminate()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: ``SCREENSHOTS``, which ``make screenshots`` sets to the docs' own folder."""
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
