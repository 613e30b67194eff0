"""Seconds from a fresh checkout to a sent campaign: what ``make demo`` costs somebody who tries this out.

Clones the repository as it is committed, runs ``make demo`` there, and prints how long it took.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
GOAL = 90.0


def timed(command: list[str], folder: Path) -> float:
    """Run a command and return its seconds."""
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE)
    return time.perf_counter() - start


def main() -> None:
    """Measure both the first and the second run and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        checkout = Path(folder) / "checkout"
        clone = timed(["git", "clone", "--quiet", str(ROOT), str(checkout)], Path(folder))
        python = f"PYTHON={sys.executable}"
        first = timed(["make", "demo", python], checkout)
        second = timed(["make", "demo", python], checkout)
    print(f"{'step':<34}{'seconds':>9}{'of 90 s':>9}")
    for name, seconds in (
        ("git clone", clone),
        ("make demo, with its installation", first),
        ("make demo, again", second),
    ):
        print(f"{name:<34}{seconds:>9.1f}{seconds / GOAL:>9.0%}")


if __name__ == "__main__":
    main()
