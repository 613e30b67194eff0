"""Airflow Variables without an Airflow, for tests of several processes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


class FileVariables:
    """Airflow Variables in files, of which the last writer wins, as in Airflow's database.

    :param folder: where the files are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, key: str, default: Any = None, **_: Any) -> Any:
        """Return what a Variable holds."""
        path = self.folder / key
        return path.read_text() if path.exists() else default

    def set(self, key: str, value: Any, **_: Any) -> None:
        """Replace what a Variable holds, at once."""
        half = self.folder / f"{key}.{os.getpid()}"
        half.write_text(value)
        half.rename(self.folder / key)
