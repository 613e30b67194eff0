"""The upload files, one or several, and the log of long work."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, BinaryIO

from airflow_provider_calendars.exceptions import ConfigurationError
from airflow_provider_calendars.files import AtomicFiles

if TYPE_CHECKING:
    from airflow_provider_calendars.files import AnyPath

_MOST_FILES = 9999
_SECONDS_BETWEEN_LOGS = 10.0


class UploadFiles:
    """Makes the upload files, one or several.

    :param files: what they are published with.
    :param path: the name of the one, from which those of several are made.
    :param split: whether there may be several.
    """

    def __init__(self, files: AtomicFiles, path: AnyPath, *, split: bool) -> None:
        self.files = files
        self.path = path
        self.split = split
        self.paths: list[AnyPath] = []

    def begin(self) -> BinaryIO:
        """Open the next file."""
        number = len(self.paths) + 1
        if number > _MOST_FILES:
            raise ConfigurationError(
                f"rows_per_file: more than {_MOST_FILES} files; let each hold more people."
            )
        name = f"{self.path.stem}.part-{number:04}{self.path.suffix}"
        self.paths.append(self.path.with_name(name) if self.split else self.path)
        return self.files.create(self.paths[-1])

    def end(self) -> None:
        """Close the file that was opened last."""
        self.files.finish(self.paths[-1])

    def drop_all(self) -> None:
        """Forget all files."""
        for path in self.paths:
            self.files.drop(path)
        self.paths.clear()


def remove_stale_parts(path: AnyPath, count: int) -> list[str]:
    """Remove parts that an earlier run wrote beyond the last one of this run.

    :param path: the name from which those of the parts are made.
    :param count: how many parts this run wrote; none if it wrote a single file.
    :return: the names of the files that were removed.
    """
    # whoever never splits need not be able to list the directory
    if not count and not path.with_name(f"{path.stem}.part-0001{path.suffix}").exists():
        return []
    name = re.compile(re.escape(path.stem) + r"\.part-(\d{4})" + re.escape(path.suffix))
    found: list[AnyPath] = list(path.parent.iterdir())
    stale = [each for each in found if (part := name.fullmatch(each.name)) and int(part[1]) > count]
    for each in stale:
        each.unlink()
    return [each.name for each in stale]


class ProgressLog:
    """Logs now and then how far the work is.

    :param log: the task's logger.
    """

    def __init__(self, log: Any) -> None:
        self.log = log
        self.rows = 0
        self.began = self.logged = time.monotonic()

    def __call__(self, rows: int) -> None:
        self.rows += rows
        now = time.monotonic()
        if now - self.logged >= _SECONDS_BETWEEN_LOGS:
            self.logged = now
            self.log.info("%d rows so far, %d rows/s.", self.rows, self.rows / (now - self.began))
