"""Opening paths, and writing files whole or not at all."""

from __future__ import annotations

import csv
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from airflow_provider_calendars.exceptions import ConfigurationError
from airflow_provider_calendars.files import (
    atomic_text_writer,
    atomic_writer,
    atomic_writers,
    open_path,
    open_seekable,
)

if TYPE_CHECKING:
    from airflow_provider_calendars.files import AnyPath

pytest.importorskip("airflow.sdk")


def write_half(*paths: AnyPath) -> None:
    """Fail after something has been written to the first file."""
    with atomic_writers(*paths) as (first, *_):
        first.write(b"half")
        raise RuntimeError("half-way")


@pytest.fixture(params=["local", "file", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A directory of each kind, as a user would write it."""
    if request.param == "memory":
        folder = f"memory://files/{tmp_path.name}"
        yield folder
        if open_path(folder).exists():
            open_path(folder).rmdir(recursive=True)  # type: ignore[call-arg]
        return
    yield str(tmp_path) if request.param == "local" else f"file://{tmp_path}"


def names(folder: str) -> list[str]:
    """Every file of a directory, hidden ones included."""
    where = open_path(folder)
    return sorted(path.name for path in where.iterdir()) if where.exists() else []


def read(path: AnyPath) -> bytes:
    """The whole file."""
    with open_seekable(path) as stream:
        return stream.read()


def test_what_was_written_is_read_back(place: str) -> None:
    """A file written with the binary writer holds exactly the bytes given, under its name alone."""
    path = open_path(f"{place}/people.csv")
    with atomic_writer(path) as stream:
        stream.write(b"one\r\n\x00two")
    assert read(path) == b"one\r\n\x00two"
    assert names(place) == ["people.csv"]


def test_text_is_utf_8_with_the_line_ends_given(place: str) -> None:
    """The text writer neither translates line ends nor adds a byte-order mark."""
    path = open_path(f"{place}/people.csv")
    with atomic_text_writer(path) as stream:
        csv.writer(stream).writerows([["é", "two\nlines"]])
    assert read(path) == 'é,"two\nlines"\r\n'.encode()


def test_a_failure_leaves_nothing_behind(place: str) -> None:
    """When the block raises there is neither the file nor a temporary one."""
    with pytest.raises(RuntimeError, match="half-way"):
        write_half(open_path(f"{place}/a.csv"))
    assert names(place) == []


def test_a_failure_keeps_the_earlier_file(place: str) -> None:
    """A good file of an earlier run survives a failure while it is being written again."""
    path = open_path(f"{place}/a.csv")
    with atomic_writer(path) as stream:
        stream.write(b"good")
    with pytest.raises(RuntimeError, match="half-way"):
        write_half(path)
    with pytest.raises(UnicodeEncodeError), atomic_text_writer(path) as text:
        text.write("half\ud800")
    assert read(path) == b"good"
    assert names(place) == ["a.csv"]


def test_several_files_appear_together_or_not_at_all(place: str) -> None:
    """A failure after the first of two files is complete leaves neither."""
    paths = [open_path(f"{place}/{name}.csv") for name in "ab"]
    with pytest.raises(RuntimeError, match="half-way"):
        write_half(*paths)
    assert names(place) == []
    with atomic_writers(*paths) as (first, second):
        first.write(b"1")
        second.write(b"2")
    assert [read(path) for path in paths] == [b"1", b"2"]


def test_an_upload_that_fails_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the remote side refuses the second of two files, neither has its name and none is left over."""
    paths = [open_path(f"memory://refusing/{name}.csv") for name in "ab"]
    put = paths[0].fs.put_file  # type: ignore[union-attr]

    def refuse_the_second(local: str, remote: str) -> None:
        if "/.b.csv." in remote:
            raise OSError("refused")
        put(local, remote)

    monkeypatch.setattr(paths[0].fs, "put_file", refuse_the_second)  # type: ignore[union-attr]
    with pytest.raises(OSError, match="refused"), atomic_writers(*paths) as (first, _):
        first.write(b"1")
    assert names("memory://refusing") == []


def test_a_local_file_is_its_owners_alone(tmp_path: Path) -> None:
    """The mode is 0600 whatever the umask, also where a readable file is replaced."""
    target = tmp_path / "a.csv"
    target.write_text("old")
    target.chmod(0o644)
    before = os.umask(0)
    try:
        with atomic_writer(target) as stream:
            assert stat.S_IMODE(os.fstat(stream.fileno()).st_mode) == 0o600
    finally:
        os.umask(before)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_missing_directories_are_made_and_removed_again_on_failure(tmp_path: Path) -> None:
    """A path into directories that do not exist yet works, and a failure does not leave them."""
    path = tmp_path / "2026" / "05" / "a.csv"
    with pytest.raises(RuntimeError, match="half-way"):
        write_half(path)
    assert not (tmp_path / "2026").exists()
    with atomic_writer(path) as stream:
        stream.write(b"1")
    assert path.read_bytes() == b"1"


@pytest.mark.parametrize(
    ("path", "story"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("nosuch://bucket/key", "no file system serves nosuch://"),
    ],
)
def test_a_path_that_cannot_be_opened_is_refused(path: str, story: str) -> None:
    """The message says what is wrong with the path."""
    with pytest.raises(ConfigurationError, match=story):
        open_path(path)


def test_a_missing_file_is_named_with_its_argument(place: str) -> None:
    """The message names the argument and the file, and not where in the code it happened."""
    with (
        pytest.raises(ConfigurationError, match=r"^path: .*nobody\.csv does not exist"),
        open_seekable(open_path(f"{place}/nobody.csv"), "path"),
    ):
        pass


def test_a_directory_is_neither_read_nor_written(tmp_path: Path) -> None:
    """A directory in place of a file is refused with a sentence."""
    with pytest.raises(ConfigurationError, match="is a directory"), open_seekable(tmp_path):
        pass
    with pytest.raises(ConfigurationError, match="is a directory"), atomic_writer(tmp_path):
        pass


def test_a_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """Writing below a file is refused, and the file stays."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigurationError, match="cannot be created"), atomic_writer(tmp_path / "file" / "a"):
        pass
    assert names(str(tmp_path)) == ["file"]


def test_a_stream_can_be_read_again_from_the_start(place: str) -> None:
    """What was opened for reading can be rewound, remote or not."""
    path = open_path(f"{place}/a.csv")
    with atomic_writer(path) as stream:
        stream.write(b"again")
    with open_seekable(path) as stream:
        assert stream.read() == b"again"
        stream.seek(0)
        assert stream.read() == b"again"
