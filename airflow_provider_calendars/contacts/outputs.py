"""The files that come out: the upload file of Let's Calendar, and the rows that did not get in."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import TextIOWrapper
from typing import BinaryIO, Protocol

from airflow_provider_calendars.contacts.decisions import Person
from airflow_provider_calendars.contacts.text import guarded
from airflow_provider_calendars.exceptions import ContactsError

UPLOAD_HEADER = ("firstname", "lastname", "email", "loginurl", "username", "password")


MOST_IN_A_SHEET = 1_048_575
"""Rows of an Excel sheet below its header."""


class UploadSink(Protocol):
    """Takes the people to invite, one by one."""

    def write(self, person: Person) -> None:
        """Add a person."""

    def finish(self) -> None:
        """Bring everything to the stream, which stays open."""


class CsvUpload:
    """Writes the upload file as UTF-8 CSV.

    Cells are written as they are: what looks like a formula is somebody's name.

    :param stream: an open binary stream.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._text = _text(stream)
        self._rows = csv.writer(self._text)
        self._rows.writerow(UPLOAD_HEADER)

    def write(self, person: Person) -> None:
        """Add a person."""
        self._rows.writerow(person)

    def finish(self) -> None:
        """Bring everything to the stream, which stays open."""
        self._text.detach()


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

    def write(self, person: Person) -> None:
        """Add a person."""
        self._count += 1
        if self._count > MOST_IN_A_SHEET:
            raise ContactsError(
                f"More than {MOST_IN_A_SHEET:,} people do not fit into one sheet: write a .csv file instead."
            )
        self._sheet.append([self._cell(value) for value in person])

    def _cell(self, value: str) -> object:
        from openpyxl.cell import WriteOnlyCell

        if not value.startswith("="):
            return value
        cell = WriteOnlyCell(self._sheet, value)
        # text, although it looks like a formula
        cell.data_type = "s"
        return cell

    def finish(self) -> None:
        """Bring everything to the stream, which stays open."""
        self._workbook.save(self._stream)


class RejectedRows:
    """Writes the rows that are not uploaded: row number, reason, then the cells as they were.

    The file is meant for spreadsheets, so cells that one would take for formulas get a leading
    apostrophe. It can be corrected and prepared again: the two columns are then ignored, except that
    ``opted_out`` stays suppressed.

    :param stream: an open binary stream.
    :param headers: the original headers.
    """

    def __init__(self, stream: BinaryIO, headers: Sequence[str]) -> None:
        self._text = _text(stream)
        self._rows = csv.writer(self._text)
        # what was written by us before is not repeated
        self._skip = 2 if [header.strip() for header in headers[:2]] == ["row", "reason"] else 0
        self._rows.writerow(["row", "reason", *map(guarded, headers[self._skip :])])

    def write(self, row: int, reason: str, cells: Sequence[str]) -> None:
        """Add a row."""
        self._rows.writerow([row, reason, *map(guarded, cells[self._skip :])])

    def finish(self) -> None:
        """Bring everything to the stream, which stays open."""
        self._text.detach()


def _text(stream: BinaryIO) -> TextIOWrapper:
    return TextIOWrapper(stream, encoding="utf-8", errors="replace", newline="")
