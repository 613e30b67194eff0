"""Importing the package uses nothing that is to go."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import airflow_provider_calendars

PACKAGE = Path(airflow_provider_calendars.__file__).parent
# Airflow itself first: what it does wrong while it is imported is not ours
IMPORTED_BEFORE = ("airflow.sdk", "airflow.plugins_manager", "airflow.api_fastapi.app", "fastapi", "pytest")

# runs in a fresh interpreter, where no warning has been shown and so silenced yet
LISTENER = """
import importlib, json, sys, traceback, warnings

package, before, modules = json.loads(sys.argv[1])
found = []
for name in before:
    importlib.import_module(name)

def told(message, category, filename, lineno, file=None, line=None):
    # whoever asked: the place that is blamed, or the first one outside the module that warned
    frames = [frame.filename for frame in traceback.extract_stack()[:-1]]
    frames = [frame for frame in frames if not frame.startswith("<") and not frame.endswith("/warnings.py")]
    askers = [frame for frame in frames if frame != filename and "importlib" not in frame]
    asker = filename if filename.startswith(package) else (askers or [""])[-1]
    if asker.startswith(package):
        found.append(f"{asker}: {category.__name__}: {message}")

warnings.simplefilter("always")
warnings.showwarning = told
for name in modules:
    importlib.import_module(name)
print(json.dumps(found))
"""


def modules() -> list[str]:
    """Return every module of the package, the example DAGs of a wheel included."""
    paths = [path.relative_to(PACKAGE.parent).with_suffix("") for path in PACKAGE.rglob("*.py")]
    return sorted(".".join(path.parts).removesuffix(".__init__") for path in paths)


def warned(folder: Path, names: list[str]) -> list[str]:
    """Import modules afresh and return the warnings that are due to a folder."""
    given = json.dumps([str(folder), IMPORTED_BEFORE, names])
    done = subprocess.run(
        [sys.executable, "-c", LISTENER, given],
        cwd=folder.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(found, list)
    return found


def test_no_import_of_ours_warns() -> None:
    """Neither of what Python, Airflow nor any library will drop; whatever the kind of the warning."""
    names = modules()
    assert len(names) > 150
    assert warned(PACKAGE, names) == []


def test_a_warning_would_be_found(tmp_path: Path) -> None:
    """Also where Airflow's own module is blamed, or a module that is imported; not for what others import."""
    package, other = tmp_path / "package_of_test", tmp_path / "other_of_test.py"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "blamed.py").write_text("import warnings\nwarnings.warn('one', FutureWarning)\n")
    (package / "asks.py").write_text("import other_of_test\n")
    other.write_text("import warnings, deeper_of_test\nwarnings.warn('two', DeprecationWarning)\n")
    (tmp_path / "deeper_of_test.py").write_text(
        "import warnings\nwarnings.warn('three', DeprecationWarning)\n"
    )
    found = warned(package, ["package_of_test.blamed", "package_of_test.asks"])
    assert [each.rpartition(": ")[2] for each in found] == ["one", "two"]
