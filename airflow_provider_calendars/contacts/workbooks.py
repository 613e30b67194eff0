"""Rows of Excel workbooks: stored values, never formulas."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO
from zlib import error as ZlibError  # noqa: N812

from airflow_provider_calendars.contacts.delimited import Row
from airflow_provider_calendars.contacts.text import UNKNOWN_VALUE
from airflow_provider_calendars.exceptions import ContactsError

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell

LARGEST_CONTENT = 2 << 30
"""Bytes a workbook or ZIP may unpack to."""

_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
# SyntaxError: how Python's XML parser reports broken XML
BROKEN = (
    zipfile.BadZipFile,
    struct.error,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    SyntaxError,
    OSError,
    EOFError,
    ZlibError,
    RuntimeError,
    NotImplementedError,
)


def refuse_bomb(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse an archive that would unpack to more than any list of contacts needs.

    :raises ContactsError: naming the size and the limit.
    """
    size = sum(member.file_size for member in archive.infolist())
    if size > LARGEST_CONTENT:
        raise ContactsError(f"{name} unpacks to {size:,} bytes; at most {LARGEST_CONTENT:,} are read.")


class Book:
    """An Excel workbook, opened once however often its rows are read.

    :param stream: a seekable binary stream of an ``.xlsx`` file.
    :param name: the file's name, for messages.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.stream = stream
        self.name = name

    def sheets(self) -> list[SheetRows]:
        """Return the rows of each visible worksheet.

        :raises ContactsError: the workbook is broken.
        """
        try:
            visible = [sheet.title for sheet in self.stored.worksheets if sheet.sheet_state == "visible"]
        except BROKEN as error:
            raise ContactsError(broken(self.name, error)) from None
        return [SheetRows(self, title) for title in visible]

    @cached_property
    def stored(self) -> Any:
        """The workbook as openpyxl shows it with the stored values of formulas."""
        return self._load(data_only=True)

    @cached_property
    def formulas(self) -> Any:
        """The same workbook with the formulas themselves."""
        return self._load(data_only=False)

    @cached_property
    def has_formulas(self) -> bool:
        """Whether any sheet has a formula."""
        with zipfile.ZipFile(self.stream) as archive:
            parts = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
            return any(_holds_formula(archive, part) for part in parts)

    def _load(self, *, data_only: bool) -> Any:
        import openpyxl

        self.stream.seek(0)
        return openpyxl.load_workbook(self.stream, read_only=True, data_only=data_only)


class SheetRows:
    """The rows of one worksheet; they can be iterated again and again.

    :param book: the workbook.
    :param title: the worksheet's name.
    """

    def __init__(self, book: Book, title: str) -> None:
        self.book = book
        self.title = title

    def __iter__(self) -> Iterator[Row]:
        try:
            yield from enumerate(self._rows(), 1)
        except BROKEN as error:
            raise ContactsError(broken(self.book.name, error)) from None

    def first(self, count: int) -> list[Row]:
        """Return the first rows, to look for the header."""
        return list(islice(self, count))

    def _rows(self) -> Iterator[list[str]]:
        stored = self.book.stored[self.title]
        # the size a sheet claims to have may be absurd, or wrong
        stored.reset_dimensions()
        if not self.book.has_formulas:
            for row in stored.iter_rows(values_only=True):
                yield [cell_text(value) for value in row]
            return
        # stored values alone cannot tell a blank cell from a formula that was never calculated
        formulas = self.book.formulas[self.title]
        formulas.reset_dimensions()
        for row, same_row in zip(stored.iter_rows(), formulas.iter_rows(), strict=True):
            yield [_known_text(*pair) for pair in zip(row, same_row, strict=True)]


def _holds_formula(archive: zipfile.ZipFile, part: str) -> bool:
    with archive.open(part) as sheet:
        tail = b""
        while chunk := sheet.read(1 << 20):
            if _FORMULA.search(tail + chunk):
                return True
            tail = chunk[-32:]
    return False


def broken(name: str, error: BaseException) -> str:
    """Word the message for a workbook that cannot be read."""
    return (
        f"{name} is a broken workbook ({type(error).__name__}): open it in a spreadsheet program and save it "
        "again as .xlsx, or export CSV."
    )


def _known_text(cell: Cell, formula: Cell) -> str:
    if cell.value is None and formula.data_type == "f":
        return UNKNOWN_VALUE
    return cell_text(cell.value)


def cell_text(value: object) -> str:
    """Write a cell's value as text: whole numbers without a point, dates in ISO form.

    :param value: what openpyxl, a database or a DataFrame gives.
    """
    if isinstance(value, str):
        return value
    if value is None or value != value:  # noqa: PLR0124 - NaN is what pandas puts for blank
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (datetime, date, time)):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    return str(value)
