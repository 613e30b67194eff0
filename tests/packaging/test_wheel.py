"""What is in the wheel, and that it is enough."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

import airflow_provider_calendars

ROOT = Path(__file__).parent.parent.parent
PACKAGE = Path(airflow_provider_calendars.__file__).parent
PAGE = PACKAGE / "plugin" / "page" / "static"
# the one that is installed, where the tests of ``make wheels`` run
INSTALLED = os.environ.get("CALENDARS_WHEEL", "")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel once, or take the one that is installed."""
    if INSTALLED:
        return Path(INSTALLED)
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


@pytest.mark.skipif(not INSTALLED, reason="the tree is tested, not a wheel")
def test_what_is_tested_is_the_wheel(wheel: Path) -> None:
    """The package comes from site-packages, byte for byte as in the wheel, with the examples."""
    site = Path(sysconfig.get_path("purelib"))
    assert PACKAGE.parent == site
    with zipfile.ZipFile(wheel) as archive:
        inside = {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}
    assert [name for name, content in inside.items() if (site / name).read_bytes() != content] == []
    examples = [
        path for path in (ROOT / "example_dags").rglob("*") if path.suffix in (".py", ".csv", ".yaml")
    ]
    assert {f"{PACKAGE.name}/{path.relative_to(ROOT)}" for path in examples} <= set(inside)


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
