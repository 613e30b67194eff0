"""The moments that the processes of one machine have reserved, in a file that one at a time changes."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from airflow_provider_calendars.api.pacing import Slots

T = TypeVar("T")

_LOCK = threading.Lock()
_ALONE: dict[tuple[Path, str], Slots] = {}


class SharedSlots:
    """Keeps reserved moments where every process of this user on this machine finds them.

    Where no file can be written, each process paces itself alone.

    :param folder: where the files are; by default one of this user's in the temporary folder.
    :param clock: a clock that all processes of the machine share.
    """

    def __init__(self, folder: Path | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.folder = folder or Path(tempfile.gettempdir()) / f"airflow-calendars-{os.getuid()}"
        self.clock = clock

    def change(self, key: str, change: Callable[[Slots, float], tuple[Slots, T]]) -> T:
        """Change the slots of a key while no other process does, and return what the change returns."""
        try:
            with self._open(key) as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                slots, result = change(_read(file), self.clock())
                _write(file, slots)
                return result
        except OSError:
            with _LOCK:
                slots, result = change(_ALONE.get((self.folder, key), Slots()), self.clock())
                _ALONE[self.folder, key] = slots
                return result

    def _open(self, key: str) -> BinaryIO:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if self.folder.lstat().st_uid != os.getuid():
            raise PermissionError(f"{self.folder} belongs to somebody else")
        handle = os.open(self.folder / f"{key}.json", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        return os.fdopen(handle, "r+b")


def _read(file: BinaryIO) -> Slots:
    try:
        stored: Any = json.loads(file.read())
        return Slots(tuple(float(moment) for moment in stored["taken"]), float(stored["closed_until"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        # new, or cut off by a process that was killed while it wrote
        return Slots()


def _write(file: BinaryIO, slots: Slots) -> None:
    file.seek(0)
    file.truncate()
    file.write(json.dumps({"taken": slots.taken, "closed_until": slots.closed_until}).encode())
    file.flush()
