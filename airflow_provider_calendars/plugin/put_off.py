"""Deliveries that were asked to come again later, and may be old by then."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

# the last of six further attempts comes about 70 minutes after the first one
KEPT = 80 * 60.0
_MOST = 10_000
_FILE = "webhooks-put-off.json"


class PutOff:
    """Remembers deliveries by their very bytes, for all processes of the API server on this machine.

    Only such a delivery may be older than five minutes. Where no file can be written, each process
    remembers its own.

    :param conn_id: the connection that they are for.
    :param folder: where the file is; by default one of this user's in the temporary folder.
    """

    def __init__(self, conn_id: str, folder: Path | None = None) -> None:
        self._conn_id = conn_id
        self._folder = folder or Path(tempfile.gettempdir()) / f"airflow-calendars-{os.getuid()}"
        self._alone: dict[str, float] = {}

    def add(self, body: bytes) -> None:
        """Remember a delivery."""
        self._change(lambda kept: {**kept, self._key(body): time.time()})

    def remove(self, body: bytes) -> None:
        """Forget a delivery that has been taken: it counts once."""
        self._change(lambda kept: {key: at for key, at in kept.items() if key != self._key(body)})

    def __contains__(self, body: bytes) -> bool:
        at = {**self._alone, **self._read()}.get(self._key(body), 0.0)
        return 0 <= time.time() - at <= KEPT

    def _key(self, body: bytes) -> str:
        return hashlib.sha256(self._conn_id.encode() + b"\0" + body).hexdigest()

    def _read(self) -> dict[str, float]:
        try:
            with self._open(fcntl.LOCK_SH) as file:
                return _load(file)
        except OSError:
            return {}

    def _change(self, change: Callable[[dict[str, float]], dict[str, float]]) -> None:
        self._alone = _latest(change(self._alone))
        try:
            with self._open(fcntl.LOCK_EX) as file:
                kept = _latest(change(_load(file)))
                file.seek(0)
                file.truncate()
                file.write(json.dumps(kept).encode())
        except OSError:
            return

    @contextmanager
    def _open(self, lock: int) -> Iterator[BinaryIO]:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        if self._folder.lstat().st_uid != os.getuid():
            raise PermissionError(f"{self._folder} belongs to somebody else")
        handle = os.open(self._folder / _FILE, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "r+b") as file:
            fcntl.flock(file, lock)
            yield file


def _load(file: BinaryIO) -> dict[str, float]:
    try:
        stored: Any = json.loads(file.read())
        return {str(key): float(at) for key, at in stored.items()}
    except (AttributeError, TypeError, ValueError):
        # new, or cut off by a process that was killed while it wrote
        return {}


def _latest(kept: dict[str, float]) -> dict[str, float]:
    now = time.time()
    alive = sorted((item for item in kept.items() if now - item[1] <= KEPT), key=lambda item: item[1])
    return dict(alive[-_MOST:])
