"""Paths that operators read and write: local, ``file://``, or anything Airflow's object storage knows.

Files of this package hold addresses. They are therefore written for their owner alone (mode 0600),
and whole or not at all: under a temporary name first, and renamed once everything has been written.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, TextIO, TypeAlias, cast
from urllib.parse import urlsplit

from airflow_provider_calendars.exceptions import ConfigurationError
from airflow_provider_calendars.extras import no_file_system
from airflow_provider_calendars.lineage import note_input, note_output

if TYPE_CHECKING:
    from airflow.sdk import ObjectStoragePath

    AnyPath: TypeAlias = Path | ObjectStoragePath

LOCAL_SCHEMES = ("", "file", "local")


def open_path(path: str | os.PathLike[str], conn_id: str | None = None) -> AnyPath:
    """Turn what a user wrote into a path that can be opened. Nothing is read yet.

    :param path: ``/data/people.csv``, ``file:///data/people.csv``, ``s3://bucket/people.csv``,
        ``s3://my_aws_connection@bucket/people.csv``, ``memory://people.csv`` ...
    :param conn_id: the Airflow connection of a remote path that names none itself.
    :return: a :class:`pathlib.Path` for a local path, else an ``ObjectStoragePath``. Both know ``open``,
        ``exists``, ``name``, ``suffix``, ``stem``, ``parent`` and ``with_name``.
    :raises ConfigurationError: the path is empty, or nothing that is installed serves its scheme, or
        its connection does not fit.
    """
    text = os.fspath(path)
    if not text.strip():
        raise ConfigurationError("The path is empty: name a file, such as /data/people.csv.")
    parts = urlsplit(text) if "://" in text else None
    if parts is None:
        return Path(text)
    if parts.scheme in LOCAL_SCHEMES:
        return Path(text.split("://", 1)[1].removeprefix("localhost"))
    # which of the two would win depends on Airflow's version
    return _remote_path(text, parts.scheme, None if "@" in parts.netloc else conn_id)


def _remote_path(text: str, scheme: str, conn_id: str | None) -> ObjectStoragePath:
    from airflow.sdk import ObjectStoragePath
    from airflow.sdk.io import has_fs

    if scheme == "memory":
        _serve_memory(conn_id)
    try:
        path = ObjectStoragePath(text, conn_id=conn_id)
        # asking for the file system now fails early and by name
        path.fs.protocol  # noqa: B018
    except (ValueError, ImportError) as error:
        if isinstance(error, ValueError) and has_fs(scheme):
            raise ConfigurationError(
                f"{text} cannot be opened; check its connection. Airflow said: {error}"
            ) from error
        raise no_file_system(text, scheme, error) from error
    return path


def _serve_memory(conn_id: str | None) -> None:
    """Attach ``memory://``, for which there is no provider; what is attached already stays."""
    from airflow.sdk.io import attach
    from fsspec.implementations.memory import MemoryFileSystem

    attach("memory", conn_id, fs=MemoryFileSystem())


@contextmanager
def open_seekable(path: AnyPath, argument: str = "") -> Iterator[BinaryIO]:
    """Open a file for reading in binary, from the start and as often as needed.

    A remote file is copied once to an unnamed temporary file that only this user can read.

    :param path: what :func:`open_path` returned.
    :param argument: the operator's argument that named the file, for messages.
    :return: an open, seekable binary stream.
    :raises ConfigurationError: there is no such file, it is a directory, or it may not be read.
    """
    with ExitStack() as stack:
        try:
            stream = _opened(path, stack)
        except tuple(_UNREADABLE) as error:
            why = next(why for kind, why in _UNREADABLE.items() if isinstance(error, kind))
            raise ConfigurationError(f"{argument + ': ' if argument else ''}{path} {why}") from None
        if local := _local(path):
            # Airflow notes by itself what is read of an ObjectStoragePath
            note_input(path, local.absolute().as_uri())
        yield stream


_UNREADABLE: dict[type[OSError], str] = {
    FileNotFoundError: "does not exist: check the path and, if it is remote, its connection.",
    IsADirectoryError: "is a directory: name one file in it.",
    PermissionError: "may not be read by this worker's user.",
}


def _opened(path: AnyPath, stack: ExitStack) -> BinaryIO:
    stream = stack.enter_context(path.open("rb"))
    if _local(path):
        return cast("BinaryIO", stream)
    copy = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
    shutil.copyfileobj(cast("IO[bytes]", stream), copy, 1 << 20)
    copy.seek(0)
    return cast("BinaryIO", copy)


class AtomicFiles:
    """Files that appear together and whole, or not at all: what :func:`atomic_files` gives."""

    def __init__(self) -> None:
        self._drafts: dict[str, _Draft] = {}

    def create(self, path: AnyPath) -> BinaryIO:
        """Begin a file anew; the file that has its name stays as it is for now.

        :param path: what :func:`open_path` returned.
        :return: a seekable binary stream, for reading and writing, readable by its owner only.
        :raises ConfigurationError: the file cannot be created there.
        """
        self.drop(path)
        draft = self._drafts[str(path)] = _Draft(path)
        return draft.stream

    def finish(self, path: AnyPath) -> None:
        """Close a file that is complete. That keeps few files open where there are many."""
        self._drafts[str(path)].finish()

    def drop(self, path: AnyPath) -> None:
        """Forget a file that was begun."""
        if draft := self._drafts.pop(str(path), None):
            draft.discard()
            draft.remove_made()

    def publish(self) -> None:
        """Give all files their names, in the order in which they were begun."""
        for draft in self._drafts.values():
            draft.finish()
        for draft in self._drafts.values():
            draft.publish()

    def drop_all(self) -> None:
        """Forget whatever has not been published, and the directories that were made for it."""
        for draft in self._drafts.values():
            draft.discard()
        for draft in reversed(self._drafts.values()):
            draft.remove_made()


@contextmanager
def atomic_files() -> Iterator[AtomicFiles]:
    """Write any number of files whole or not at all, each readable by its owner only.

    Everything is written to temporary files. When the block ends well they take their names, in the
    order in which they were begun; when it raises, they are removed, and files that were there before
    stay as they were. Missing local directories are created, and removed again on failure.

    :return: what files are begun with.
    """
    files = AtomicFiles()
    try:
        yield files
        files.publish()
    finally:
        files.drop_all()


@contextmanager
def atomic_writers(*paths: AnyPath) -> Iterator[tuple[BinaryIO, ...]]:
    """Write several files whole or not at all: :func:`atomic_files` for paths that are known beforehand.

    :param paths: what :func:`open_path` returned, one for each file.
    :return: as many seekable binary streams, for reading and writing, in the same order.
    :raises ConfigurationError: a file cannot be created there.
    """
    with atomic_files() as files:
        yield tuple(files.create(path) for path in paths)


@contextmanager
def atomic_writer(path: AnyPath) -> Iterator[BinaryIO]:
    """Write one binary file whole or not at all: :func:`atomic_writers` for a single path.

    :param path: what :func:`open_path` returned.
    :return: a seekable binary stream.
    """
    with atomic_writers(path) as (stream,):
        yield stream


@contextmanager
def atomic_text_writer(path: AnyPath) -> Iterator[TextIO]:
    """Write one UTF-8 text file whole or not at all; line ends are written as given.

    :param path: what :func:`open_path` returned.
    :return: a text stream, fit for :func:`csv.writer` and for JSON Lines.
    """
    with atomic_writer(path) as stream:
        text = TextIOWrapper(stream, encoding="utf-8", newline="")
        try:
            yield text
        finally:
            text.detach()


def _local(path: AnyPath) -> Path | None:
    """Return the path if it is a local one; the remote ones of Airflow 3.1 are instances of Path, too."""
    return path if isinstance(path, Path) and not hasattr(path, "fs") else None


class _Draft:
    """A file that does not have its name yet."""

    def __init__(self, path: AnyPath) -> None:
        self.path = path
        self.made: list[Path] = []
        self.uploaded: ObjectStoragePath | None = None
        folder = self._folder()
        try:
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=folder)
        except OSError as error:
            self.remove_made()
            raise ConfigurationError(f"{path} cannot be written: {error.strerror}.") from error
        self.local = Path(name)
        self.stream: BinaryIO = os.fdopen(handle, "w+b")

    def _folder(self) -> Path | None:
        """The directory of the temporary file: beside a local target, so that renaming is one step."""
        local = _local(self.path)
        if local is None:
            return None
        if local.is_dir():
            raise ConfigurationError(f"{local} is a directory: name a file in it.")
        folder = local.parent
        self.made = [parent for parent in (folder, *folder.parents) if not parent.exists()]
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"{folder} cannot be created: {error.strerror}.") from error
        return folder

    def finish(self) -> None:
        """Bring everything to the disk, or to the remote side under a temporary name; once is enough."""
        if self.stream.closed:
            return
        self.stream.flush()
        os.fsync(self.stream.fileno())
        self.stream.close()
        if _local(self.path) is None:
            self.uploaded = cast("ObjectStoragePath", self.path.with_name(self.local.name))
            self.uploaded.fs.put_file(str(self.local), self.uploaded.path)

    def publish(self) -> None:
        """Give the file its name, replacing what had it."""
        if self.uploaded is None:
            self.local.replace(str(self.path))
        else:
            self.uploaded.fs.mv(self.uploaded.path, cast("ObjectStoragePath", self.path).path)
            self.uploaded = None
        local = _local(self.path)
        note_output(self.path, local.absolute().as_uri() if local else str(self.path))

    def discard(self) -> None:
        """Remove whatever has not been published."""
        self.stream.close()
        self.local.unlink(missing_ok=True)
        if self.uploaded is not None:
            with suppress(OSError):
                self.uploaded.fs.rm_file(self.uploaded.path)

    def remove_made(self) -> None:
        """Remove the directories that were made for this file, where they are still empty."""
        for folder in self.made:
            with suppress(OSError):
                folder.rmdir()
