"""The tests that a page shows, run as the project of somebody else runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2] / "docs" / "examples"


@pytest.mark.slow
def test_the_tests_of_the_page_pass_by_themselves(tmp_path: Path) -> None:
    """The folder needs nothing but the installed package and its own conftest.py."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", str(PROJECT), "tests"]
    package = str(Path(__file__).parents[2])
    environment |= {"TMPDIR": str(tmp_path), "PYTHONPATH": package}
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert "5 passed" in done.stdout
