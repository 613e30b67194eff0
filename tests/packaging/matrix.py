"""The wheel, not the tree, on every Airflow and Python that is supported: ``make wheels``.

Each leg installs the wheel into an environment of its own and runs tests where the package of the tree
cannot be imported. A leg that may fail is reported and fails nothing.
"""

from __future__ import annotations

import argparse
import email
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
NEEDED = (
    "benchmarks",
    "docs",
    "example_dags",
    "tests",
    ".pre-commit-config.yaml",
    "Makefile",
    "pyproject.toml",
)
# those of Airflow 3.3
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SHOWN = ("apache-airflow", "pandas", "openpyxl", "aiohttp", "requests", "fastapi", "structlog")
LONGEST = 40 * 60
# more than these are no coincidence
MOST_UNSTEADY = 3
UV = (sys.executable, "-m", "uv")

# a browser, and a worker killed at every call, show little that depends on versions, and take long
EVERYTHING = (
    "tests",
    *(f"--ignore=tests/{path}" for path in ("browser", "faults", "docs/test_testing_page.py")),
)
MUCH = (
    *("tests/unit", "tests/sandbox", "tests/packaging", "tests/docs/test_pages.py"),
    *(f"tests/airflow/test_{name}.py" for name in ("provider", "extras", "hook", "example_dags", "guards")),
    *(f"tests/airflow/test_operators_{name}.py" for name in ("campaigns", "contacts")),
    *(f"tests/airflow/test_prepare_contacts{name}.py" for name in ("", "_sources", "_suppression")),
    *(f"tests/airflow/test_highlevel_{name}.py" for name in ("calendars", "sensors")),
    *(f"tests/airflow/test_{name}.py" for name in ("lemcal_operators", "webhooks")),
)


@dataclass(frozen=True)
class Leg:
    """One environment and what is tested in it.

    :param name: what it is called in the table.
    :param airflow: requirements that pin Airflow.
    :param python: ``oldest``, ``middle`` or ``newest`` of those on this machine.
    :param tests: what pytest is given.
    :param extras: of the package.
    :param oldest: take the oldest version allowed of each dependency.
    :param may_fail: it is reported, and nothing else.
    """

    name: str
    airflow: tuple[str, ...]
    python: str
    tests: tuple[str, ...]
    extras: str = ""
    oldest: bool = False
    may_fail: bool = False


LEGS = (
    Leg("oldest", (), python="oldest", tests=MUCH, oldest=True),
    Leg("3.1", ("apache-airflow==3.1.8",), python="oldest", tests=EVERYTHING),
    Leg("3.3", ("apache-airflow==3.3.2",), python="newest", tests=MUCH),
    Leg(
        "extras",
        ("apache-airflow==3.3.2",),
        tests=("tests/unit", "tests/packaging", "tests/airflow/test_extras.py"),
        python="middle",
        extras="[amazon,google,microsoft-azure,pyarrow]",
    ),
    Leg(
        "3.4 pre-release",
        # only these three as pre-releases, not everything they need
        ("apache-airflow>=3.4.0a0", "apache-airflow-core>=3.4.0a0", "apache-airflow-task-sdk>=1.4.0a0"),
        python="newest",
        tests=MUCH,
        may_fail=True,
    ),
)


@dataclass
class Outcome:
    """What became of a leg.

    :param leg: which.
    :param python: the version of Python.
    :param versions: of what was installed, by name.
    :param counts: of tests, by what became of them.
    :param seconds: from the environment's making to the last test.
    :param unsteady: the tests that failed and passed when they were run again alone.
    :param trouble: why it failed, empty if it did not.
    """

    leg: Leg
    python: str
    versions: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    seconds: float = 0
    unsteady: list[str] = field(default_factory=list)
    trouble: str = ""

    def row(self) -> list[str]:
        """Return the leg's row of the table."""
        ends = [str(self.counts.get(name, 0)) for name in ("passed", "failed", "skipped")]
        passed = f"passed, {len(self.unsteady)} only when run again" if self.unsteady else "passed"
        verdict = passed if not self.trouble else f"{'may fail: ' * self.leg.may_fail}{self.trouble}"
        versions = [self.versions.get(name, "-") for name in SHOWN]
        return [self.leg.name, self.python, *versions, *ends, f"{self.seconds:.0f}", verdict]


def main() -> int:
    """Run the legs, print the table, and return 1 if one failed that must not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("legs", nargs="*", help=f"of {', '.join(leg.name for leg in LEGS)}; default: all")
    wanted = parser.parse_args().legs
    found = find_pythons()
    with tempfile.TemporaryDirectory(prefix="calendars-wheels-") as name:
        folder = Path(name)
        wheel = build(folder)
        place = place_without_the_package(folder)
        outcomes = [run(leg, found, wheel, place) for leg in LEGS if not wanted or leg.name in wanted]
    report(outcomes, found)
    return int(not outcomes or any(each.trouble and not each.leg.may_fail for each in outcomes))


def find_pythons() -> dict[str, str]:
    """Return the executable of each version of Python that is on this machine, oldest first."""
    return {version: where for version in PYTHONS if (where := _find_python(version))}


def _find_python(version: str) -> str:
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    folders = [*map(Path, os.get_exec_path()), *sorted(pyenv.glob("versions/*/bin"))]
    for executable in (folder / f"python{version}" for folder in folders):
        if executable.exists():
            # a shim may be there for a Python that is not
            code = "import ssl, sys; print(sys.executable)"
            done = subprocess.run([executable, "-c", code], capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return done.stdout.strip()
    return ""


def build(folder: Path) -> Path:
    """Build the wheel."""
    subprocess.run([*UV, "build", "--quiet", "--wheel", "--out-dir", folder / "dist", ROOT], check=True)
    return next((folder / "dist").glob("*.whl"))


def place_without_the_package(folder: Path) -> Path:
    """Copy the tests, and what they look at, to where there is no package beside them."""
    place = folder / "place"
    place.mkdir()
    for path in (*(ROOT / name for name in NEEDED), *ROOT.glob("*.md")):
        if path.is_dir():
            shutil.copytree(path, place / path.name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, place)
    return place


def run(leg: Leg, found: dict[str, str], wheel: Path, place: Path) -> Outcome:
    """Install the wheel for a leg and run its tests."""
    place_in_line = {"oldest": 0, "middle": len(found) // 2, "newest": -1}[leg.python]
    version, executable = list(found.items())[place_in_line]
    print(f"\n== {leg.name}: Python {version}, {' '.join(leg.airflow) or 'oldest dependencies'}", flush=True)
    outcome = Outcome(leg, version)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="calendars-leg-") as name:
        try:
            python = install(leg, executable, wheel, Path(name))
            outcome.versions = dict(line.split("==") for line in frozen(python) if "==" in line)
            run_tests(outcome, python, wheel, place, Path(name))
        except subprocess.CalledProcessError:
            outcome.trouble = "cannot be installed, see above"
        except subprocess.TimeoutExpired:
            outcome.trouble = f"took more than {LONGEST // 60} minutes"
        outcome.counts = counts(Path(name) / "report.xml")
    outcome.seconds = time.monotonic() - began
    return outcome


def install(leg: Leg, executable: str, wheel: Path, folder: Path) -> Path:
    """Make an environment with the wheel, then add what tests need without moving what it needs."""
    python = folder / "env" / "bin" / "python"
    subprocess.run([*UV, "venv", "--quiet", "--python", executable, folder / "env"], check=True)
    add = (*UV, "pip", "install", "--quiet", "--compile-bytecode", "--python", python)
    wanted = [f"{wheel}{leg.extras}", *leg.airflow]
    if leg.oldest:
        # of a wheel's requirements uv takes the oldest only where they are asked for directly
        wanted += ["--resolution", "lowest-direct", *requirements(wheel)]
    subprocess.run([*add, *wanted], check=True)
    held = folder / "held.txt"
    held.write_text("\n".join(line for line in frozen(python) if "==" in line))
    tools = [*add, "--constraint", held, "--group", f"{ROOT / 'pyproject.toml'}:dev"]
    # a pre-release that is installed is meant
    subprocess.run([*tools, "--prerelease", "if-necessary-or-explicit"], check=True)
    return python


def requirements(wheel: Path) -> list[str]:
    """Return what a wheel requires without its extras."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(archive.read(name))
    return [each for each in metadata.get_all("Requires-Dist", ()) if "extra ==" not in each]


def frozen(python: Path) -> list[str]:
    """Return what is installed, a line each."""
    done = subprocess.run(
        [*UV, "pip", "freeze", "--python", python], check=True, capture_output=True, text=True
    )
    return done.stdout.splitlines()


def run_tests(outcome: Outcome, python: Path, wheel: Path, place: Path, folder: Path) -> None:
    """Run the tests of a leg, and those that fail once more, alone.

    Legs look for what a version breaks, which breaks every time. What fails once is named in the report.
    """
    command: list[str | Path] = [python, "-m", "pytest", "-q", "-o", f"cache_dir={folder / 'cache'}"]
    first = [*command, "--durations=10", f"--junitxml={folder / 'report.xml'}", *outcome.leg.tests]
    ended = pytest(first, python, wheel, place)
    if ended == 1 and len(failed := failures(folder / "report.xml")) <= MOST_UNSTEADY:
        print(f"\nOnce more, alone: {', '.join(failed)}", flush=True)
        if pytest([*command, "--last-failed", *outcome.leg.tests], python, wheel, place) == 0:
            outcome.unsteady = failed
            return
    outcome.trouble = f"pytest ended with {ended}" if ended else ""


def pytest(command: Sequence[str | Path], python: Path, wheel: Path, place: Path) -> int:
    """Run pytest in a leg's environment and return how it ended."""
    environment = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        "PATH": f"{python.parent}:{os.environ['PATH']}",
        # tests that look at a wheel look at this one
        "CALENDARS_WHEEL": str(wheel),
    }
    return subprocess.run(command, cwd=place, env=environment, check=False, timeout=LONGEST).returncode


def failures(report: Path) -> list[str]:
    """Return the tests that failed."""
    cases = ET.parse(report).getroot().iter("testcase")
    return [
        f"{case.get('classname')}::{case.get('name')}"
        for case in cases
        if case.find("failure") is not None or case.find("error") is not None
    ]


def counts(report: Path) -> dict[str, int]:
    """Return how many tests passed, failed and were skipped."""
    if not report.exists():
        return {}
    suite = next(ET.parse(report).getroot().iter("testsuite"))
    seen = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
    failed = seen["failures"] + seen["errors"]
    return {
        "passed": seen["tests"] - failed - seen["skipped"],
        "failed": failed,
        "skipped": seen["skipped"],
    }


def report(outcomes: Sequence[Outcome], found: dict[str, str]) -> None:
    """Print the table, and what was not found."""
    head = ["leg", "Python", *SHOWN, "passed", "failed", "skipped", "seconds", ""]
    rows = [head, *(each.row() for each in outcomes)]
    print("\nThe wheel:\n")
    print("\n".join(_lines(rows)))
    for each in outcomes:
        if each.trouble and each.leg.may_fail:
            print(f"\nThe leg {each.leg.name} FAILED. That fails nothing; it says what is to come.")
        for test in each.unsteady:
            print(f"\nUNSTEADY in the leg {each.leg.name}: {test} failed, and passed when it was run again.")
    for version in PYTHONS:
        if version not in found:
            print(f"\nPython {version} is not on this machine: nothing was tested with it.")


def _lines(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


if __name__ == "__main__":
    sys.exit(main())
