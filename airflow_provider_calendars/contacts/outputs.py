"""The files that come out: the upload file of Let's Calendar, and the rows that did not get in."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from io import TextIOWrapper
from typing import BinaryIO, Protocol

from airflow_provider_calendars.contacts.text import FORMULA_STARTS, guarded
from airflow_provider_calendars.exceptions import ContactsError

UPLOAD_HEADER = ("firstname", "lastname", "email", "loginurl", "username", "password")
_SUSPECT = frozenset(FORMULA_STARTS)

MOST_IN_A_SHEET = 1_048_575
"""Rows of an Excel sheet below its header."""


class UploadFile(Protocol):
    """One upload file."""

    def write(self, people: Sequence[tuple[str, ...]]) -> None:
        """Add people, each with the fields of :data:`UPLOAD_HEADER`."""

    def finish(self) -> None:
        """Bring everything to the stream, which stays open."""

    def discard(self) -> None:
        """Leave nothing behind of a file that is not wanted any more."""


class Uploads(Protocol):
    """Takes the people to invite."""

    def restart(self) -> None:
        """Begin anew, with nobody."""

    def write(self, people: list[tuple[str, ...]]) -> None:
        """Add people, each with the fields of :data:`UPLOAD_HEADER`."""

    def finish(self) -> None:
        """Bring everything to the files."""

    def discard(self) -> None:
        """Leave nothing behind of files that are not wanted any more."""


class OneUpload:
    """Takes all people into one file.

    :param stream: an open, seekable binary stream.
    :param upload_format: ``csv`` or ``xlsx``.
    """

    def __init__(self, stream: BinaryIO, upload_format: str = "csv") -> None:
        self.stream = stream
        self.upload_format = upload_format
        self.file: UploadFile | None = None

    def restart(self) -> None:
        """Begin anew, with nobody."""
        self.discard()
        self.stream.seek(0)
        self.stream.truncate()
        self.file = UPLOAD_FORMATS[self.upload_format](self.stream)
        self.write = self.file.write
        self.finish = self.file.finish

    def discard(self) -> None:
        """Leave nothing behind of a file that is not wanted any more."""
        if self.file:
            self.file.discard()


class SplitUploads:
    """Takes people into files of at most so many rows each.

    :param parts: makes the files.
    :param upload_format: ``csv`` or ``xlsx``.
    :param rows_per_file: the most people of a file; None for one file of all.
    """

    def __init__(self, parts: UploadParts, upload_format: str, rows_per_file: int | None) -> None:
        self.parts = parts
        self.upload_format = upload_format
        self.rows_per_file = rows_per_file
        self.file: UploadFile | None = None

    def restart(self) -> None:
        """Begin anew, with nobody."""
        self.discard()
        self.parts.drop_all()
        self._begin()

    def _begin(self) -> None:
        self.file = UPLOAD_FORMATS[self.upload_format](self.parts.begin())
        self._take, self._finish = self.file.write, self.file.finish
        self.room = self.rows_per_file or sys.maxsize

    def write(self, people: list[tuple[str, ...]]) -> None:
        """Add people, each with the fields of :data:`UPLOAD_HEADER`."""
        while people:
            if not self.room:
                self.finish()
                self._begin()
            taken, people = people[: self.room], people[self.room :]
            self._take(taken)
            self.room -= len(taken)

    def finish(self) -> None:
        """Bring everything to the files."""
        self._finish()
        self.parts.end()

    def discard(self) -> None:
        """Leave nothing behind of files that are not wanted any more."""
        if self.file:
            self.file.discard()


class UploadParts(Protocol):
    """Makes the files of a split upload, one after the other."""

    def begin(self) -> BinaryIO:
        """Open the next file."""

    def end(self) -> None:
        """Close the file that was opened last."""

    def drop_all(self) -> None:
        """Forget all files."""


class CsvUpload:
    """Writes the upload file as UTF-8 CSV.

    Cells are written as they are: what looks like a formula is somebody's name.

    :param stream: an open binary stream.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._text = _text(stream)
        self._rows = csv.writer(self._text)
        self._rows.writerow(UPLOAD_HEADER)

    def write(self, people: Sequence[tuple[str, ...]]) -> None:
        """Add people."""
        # where nothing needs quotes, joining gives the same in a third of the time
        text = "\r\n".join((*map(",".join, people), ""))
        separators = len(UPLOAD_HEADER) - 1
        if (
            text.count(",") == separators * len(people)
            and text.count("\n") == text.count("\r") == len(people)
            and '"' not in text
        ):
            self._text.write(text)
        else:
            self._rows.writerows(people)

    def finish(self) -> None:
        """Bring everything to the stream, which stays open."""
        self._text.detach()

    def discard(self) -> None:
        """Leave nothing behind; there is nothing beside the stream."""


class XlsxUpload:
    """Writes the upload file as an Excel workbook of text cells.

    :param stream: an open binary stream.
    """

    def __init__(self, stream: BinaryIO) -> None:
        from openpyxl import Workbook

        self._stream = stream
        self._count = 0
        self._workbook = Workbook(write_only=True)
        self._sheet = self._workbook.create_sheet("contacts")
        self._sheet.append(UPLOAD_HEADER)

    def write(self, people: Sequence[tuple[str, ...]]) -> None:
        """Add people."""
        for person in people:
            self._count += 1
            if self._count > MOST_IN_A_SHEET:
                raise ContactsError(
                    f"More than {MOST_IN_A_SHEET:,} people do not fit into one sheet: "
                    "write a .csv file instead, or set rows_per_file."
                )
            self._sheet.append([self._cell(value) for value in person])

    def _cell(self, value: str) -> object:
        from openpyxl.cell import WriteOnlyCell

        # what looks like a formula or an error would be stored as one
        if not value.startswith(("=", "#")):
            return value
        cell = WriteOnlyCell(self._sheet, value)
        cell.data_type = "s"
        return cell

    def finish(self) -> None:
        """Bring everything to the stream, which stays open."""
        self._workbook.save(self._stream)

    def discard(self) -> None:
        """Remove the temporary file in which the library gathers rows until the workbook is saved."""
        with suppress(Exception):
            self._sheet.close()
        with suppress(Exception):
            # removed already where the workbook was saved
            self._sheet._writer.cleanup()


UPLOAD_FORMATS: dict[str, type[CsvUpload] | type[XlsxUpload]] = {"csv": CsvUpload, "xlsx": XlsxUpload}


class RejectedRows:
    """Writes the rows that are not uploaded: row number, reason, then the cells as they were.

    The file is meant for spreadsheets, so cells that one would take for formulas get a leading
    apostrophe. It can be corrected and prepared again: the two columns are then ignored, except that
    those who were left out for good stay left out.

    :param stream: an open, seekable binary stream.
    :param headers: the headers of each table; where they differ, the file has the columns of all.
    """

    def __init__(self, stream: BinaryIO, headers: Sequence[Sequence[str]]) -> None:
        stream.seek(0)
        stream.truncate()
        self._text = _text(stream)
        self._rows = csv.writer(self._text)
        # what was written by us before is not repeated
        self._skips = [2 if is_rejected_file(each) else 0 for each in headers]
        own = [list(each[skip:]) for each, skip in zip(headers, self._skips, strict=True)]
        self._columns = _united(own)
        self._places = [None if each == self._columns else _places(each, self._columns) for each in own]
        self._rows.writerow(["row", "reason", *map(guarded, self._columns)])

    def write(self, table: int, rows: Iterable[tuple[str, object, Sequence[str]]]) -> None:
        """Add rows.

        :param table: which table they are from, counted from 0.
        :param rows: what each is called, why it was refused, and its cells.
        """
        skip, places = self._skips[table], self._places[table]
        for row, reason, cells in rows:
            own = [guarded(cell) if cell[:1] in _SUSPECT else cell for cell in cells[skip:]]
            self._rows.writerow([row, str(reason), *(own if places is None else self._spread(own, places))])

    def _spread(self, cells: list[str], places: list[int]) -> list[str]:
        spread = [""] * len(self._columns)
        for place, cell in zip(places, cells, strict=False):
            spread[place] = cell
        return spread + cells[len(places) :]

    def finish(self) -> None:
        """Bring everything to the stream, which stays open."""
        self._text.detach()


def is_rejected_file(headers: Sequence[str]) -> bool:
    """Tell whether headers are those of a file of rejected rows."""
    return [header.strip() for header in headers[:2]] == ["row", "reason"]


def _united(tables: Sequence[Sequence[str]]) -> list[str]:
    """Return the headers of all tables, each as often as the table has it that has it most often."""
    united: list[str] = []
    for headers in tables:
        missing = Counter(headers) - Counter(united)
        for header in headers:
            if missing[header]:
                united.append(header)
                missing[header] -= 1
    return united


def _places(headers: Sequence[str], united: Sequence[str]) -> list[int]:
    left = list(enumerate(united))
    places = []
    for header in headers:
        found = next(each for each in left if each[1] == header)
        left.remove(found)
        places.append(found[0])
    return places


def _text(stream: BinaryIO) -> TextIOWrapper:
    return TextIOWrapper(stream, encoding="utf-8", errors="replace", newline="")
