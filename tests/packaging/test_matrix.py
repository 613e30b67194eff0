"""What the runner of the legs makes of tests that fail."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.packaging.matrix import Leg, Outcome, run_tests

ONCE = """
from pathlib import Path

def test_that_fails_once():
    seen = Path(__file__).with_suffix(".seen")
    first, _ = not seen.exists(), seen.touch()
    assert not first

def test_that_passes():
    pass
"""
ALWAYS = "def test_that_fails():\n    assert False\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tests", "verdict", "unsteady"),
    [
        (ONCE, "passed, 1 only when run again", ["test_it::test_that_fails_once"]),
        (ALWAYS, "pytest ended with 1", []),
        (ONCE + ALWAYS, "pytest ended with 1", []),
        ("def test_that_passes(): pass", "passed", []),
        ("import nothing_of_that_name", "pytest ended with 2", []),
    ],
)
def test_what_fails_is_run_once_more(tmp_path: Path, tests: str, verdict: str, unsteady: list[str]) -> None:
    """A test that passes then is named, and one that fails again fails the leg."""
    (tmp_path / "test_it.py").write_text(tests, encoding="utf-8")
    outcome = Outcome(Leg("any", (), python="oldest", tests=("test_it.py",)), "3.11")
    run_tests(outcome, Path(sys.executable), tmp_path / "a.whl", tmp_path, tmp_path)
    assert (outcome.row()[-1], outcome.unsteady) == (verdict, unsteady)
