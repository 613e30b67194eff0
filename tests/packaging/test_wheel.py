"""What is in the wheel, and that it is enough."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "airflow_provider_calendars" / "plugin" / "page" / "static"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel once."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_package_and_the_examples(wheel: Path) -> None:
    """Types, templates, the page's files, licence and example DAGs come along, tests do not."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    package = "airflow_provider_calendars"
    for wanted in (
        f"{package}/py.typed",
        f"{package}/operators/lets_calendar/__init__.py",
        f"{package}/sandbox/templates/layout.html",
        *(f"{package}/plugin/page/static/{file.name}" for file in PAGE.iterdir()),
        f"{package}/example_dags/lets_calendar_crm_invites.py",
        f"{package}/example_dags/data/hubspot_contacts.csv",
    ):
        assert wanted in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    roots = {name.split("/")[0] for name in names}
    assert roots == {package, next(root for root in roots if root.endswith(".dist-info"))}


def test_the_wheel_tells_airflow_and_pytest(wheel: Path) -> None:
    """The entry points are in its metadata, under the name Airflow compares."""
    with zipfile.ZipFile(wheel) as archive:
        meta = {name.rpartition("/")[2]: name for name in archive.namelist() if ".dist-info/" in name}
        points = archive.read(meta["entry_points.txt"]).decode()
        metadata = archive.read(meta["METADATA"]).decode()
    assert "[apache_airflow_provider]" in points
    assert "[pytest11]" in points
    assert "Name: airflow-provider-calendars\n" in metadata
    assert "License-Expression: Apache-2.0" in metadata


def test_the_package_works_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    """Unpacked far from the repository, it imports, and finds its example DAGs."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "import airflow_provider_calendars as package\n"
        "from airflow_provider_calendars.sandbox.demo import example_dags\n"
        "print(package.__file__); print(example_dags())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()[-2:]
    assert all(line.startswith(str(tmp_path)) for line in lines)
