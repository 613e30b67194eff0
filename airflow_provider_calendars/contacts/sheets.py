"""The rows of a worksheet, streamed out of its XML in fixed memory.

Two readers give the same rows. One takes a sheet's XML apart by a regular expression that knows how
spreadsheet programs write cells; it takes nothing it does not know in full. Whatever it does not know,
from there on, is read by a real XML parser, at a third of the speed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import IO

from airflow_provider_calendars.contacts.cells import (
    MOST_COLUMNS,
    MOST_ROWS,
    Batch,
    Cells,
    column_number,
    placed,
)
from airflow_provider_calendars.contacts.quick_sheets import quick_rows
from airflow_provider_calendars.contacts.xml_parts import Unusual, XmlReader, unescaped
from airflow_provider_calendars.exceptions import ContactsError

_CELLS_IN_BATCH = 1 << 13
_MOST_CELLS = 1 << 27
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")


def read_rows(open_sheet: Callable[[], IO[bytes]], cells: Cells) -> Iterator[Batch]:
    """Read the rows of a worksheet, in batches; a gap between rows gives one blank row.

    :param open_sheet: opens the sheet's XML.
    :param cells: turns cells into text.
    :raises ContactsError: the XML is absurd.
    :raises ValueError: it is broken; so do other errors of :data:`~.workbooks.BROKEN`.
    """
    last = 0
    try:
        for batch in numbered(quick_rows(open_sheet(), cells)):
            last = batch[0][-1]
            yield batch
    except Unusual:
        for numbers, rows in numbered(exact_rows(open_sheet(), cells)):
            fresh = next((place for place, number in enumerate(numbers) if number > last), len(numbers))
            if fresh < len(numbers):
                yield numbers[fresh:], rows[fresh:]


def numbered(rows: Iterator[tuple[int, list[str]]]) -> Iterator[Batch]:
    """Gather rows into batches and see to it that their numbers rise."""
    numbers: list[int] = []
    batch: list[list[str]] = []
    last, room, left = 0, _CELLS_IN_BATCH, _MOST_CELLS
    for number, cells in rows:
        if not last < number <= MOST_ROWS:
            raise ContactsError(f"row {number} of the sheet comes after row {last}")
        if number > last + 1:
            numbers.append(number - 1)
            batch.append([])
        numbers.append(number)
        batch.append(cells)
        last = number
        room -= len(cells) + 8
        left -= len(cells)
        if left < 0:
            raise ContactsError(f"its rows spread over more than {_MOST_CELLS:,} cells")
        if room < 0:
            yield numbers, batch
            numbers, batch, room = [], [], _CELLS_IN_BATCH
    if numbers:
        yield numbers, batch


class _Columns(dict[str, int]):
    def __missing__(self, letters: str) -> int:
        number = self[letters] = column_number(letters)
        return number


class _SheetReader(XmlReader):
    def __init__(self, stream: IO[bytes], cells: Cells) -> None:
        super().__init__(stream)
        self.cells = cells
        self.columns = _Columns()
        self.rows: list[tuple[int, dict[int, str]]] = []
        self.number = 0
        self.row: dict[int, str] | None = None
        self.place = -1
        self.kind: str | None = None
        self.style: str | None = None
        self.formula = False
        self.value: str | None = None
        self.inline: list[str] | None = None
        self.phonetic = False

    def started(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self.number = int(attributes.get("r", self.number + 1))
            self.row, self.place = {}, -1
        elif name == "c" and self.row is not None:
            self._start_cell(attributes)
        elif name in ("v", "t"):
            self.gather()
        elif name == "f":
            self.formula = True
        elif name == "is":
            self.inline = []
        elif name == "rPh":
            self.phonetic = True

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self.kind, self.style = attributes.get("t"), attributes.get("s")
        self.formula, self.value, self.inline = False, None, None
        self.place += 1
        if reference := attributes.get("r"):
            match = _REFERENCE.fullmatch(reference)
            if match is None or int(match[2]) != self.number:
                raise ValueError
            self.place = self.columns[match[1]]
        if self.row is not None and self.place in self.row:
            raise ValueError
        if self.place >= MOST_COLUMNS:
            raise ContactsError("a row has more cells than there are columns")

    def ended(self, name: str) -> None:
        if name == "row" and self.row is not None:
            self.rows.append((self.number, self.row))
            self.row = None
        elif name == "c" and self.row is not None:
            self._end_cell(self.row)
        elif name == "v":
            self.value = self.gathered()
        elif name == "t":
            text = self.gathered()
            if self.inline is not None and not self.phonetic:
                self.add_piece(self.inline, text)
        elif name == "rPh":
            self.phonetic = False

    def _end_cell(self, row: dict[int, str]) -> None:
        if self.inline is not None:
            row[self.place] = unescaped("".join(self.inline))
        else:
            row[self.place] = self.cells.text(self.kind, self.style, self.formula, self.value)


def exact_rows(stream: IO[bytes], cells: Cells) -> Iterator[tuple[int, list[str]]]:
    """Read the rows of a worksheet by an XML parser.

    :param stream: the sheet's XML.
    :param cells: turns cells into text.
    """
    reader = _SheetReader(stream, cells)
    for _ in reader.feed():
        for number, row in reader.rows:
            yield number, placed(list(row), list(row.values()))
        reader.rows.clear()
