"""The rows of a worksheet, streamed out of its XML in fixed memory.

Two readers give the same rows. One takes a sheet's XML apart by a regular expression that knows how
spreadsheet programs write cells; it takes nothing it does not know in full. Whatever it does not know,
from there on, is read by a real XML parser, at a third of the speed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import IO, TypeAlias

from airflow_provider_calendars.contacts.text import UNKNOWN_VALUE
from airflow_provider_calendars.contacts.xml_parts import (
    CHUNK,
    LONGEST_CELL,
    Unusual,
    XmlReader,
    resolved,
    unescaped,
    xml_texts,
)
from airflow_provider_calendars.exceptions import ContactsError

Batch: TypeAlias = tuple[Sequence[int], list[list[str]]]
"""Numbers of rows, counted from 1, and as many rows of cells."""

MOST_ROWS = 1 << 20
MOST_COLUMNS = 1 << 14

_CELLS_IN_BATCH = 1 << 13
_MOST_CELLS = 1 << 27
_MOST_LAYOUTS = 512
_CELL = re.compile(
    r'<c r="([A-Z]{1,3})(\d+)"(?: s="(\d+)")?(?: t="(\w+)")?'
    r"(?: ?/>|>(<f(?: [^>]*)?/>|<f(?: [^>]*)?>[^<]*</f>)?"
    r'(?:<v>([^<]*)</v>|<v ?/>|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)?</c>)'
)
_CELL_STEP = 8
_INLINE = re.compile(
    r'<c r="([A-Z]{1,3})(\d+)"(?: s="\d+")? t="inlineStr"(>)'
    r'<is><t(?: xml:space="preserve")?>([^<]*)</t></is></c>'
)
_INLINE_STEP = 5
_SHARED = re.compile(r'<c r="([A-Z]{1,3})(\d+)"(?: s="\d+")? t="s"><v>(\d+)</v></c>')
_SHARED_STEP = 4
_TEXTS_ONLY = ((' t="inlineStr"', _INLINE, _INLINE_STEP), (' t="s"', _SHARED, _SHARED_STEP))
_ROW_START = re.compile(r'(?:<row [^<>]*/>)*<row r="(\d{1,7})"[^<>]*(?<!/)>')
_ROWS_END = re.compile(r"(?:<row [^<>]*/>)*</sheetData>")
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_FIRST_DAY = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001 - has no zone


class Cells:
    """Turns what is stored of cells into text.

    :param shared: the workbook's shared strings.
    :param date_styles: numbers of the styles that show a number as a date or time.
    :param since_1904: whether days are counted from 1904, as old Macs did.
    """

    def __init__(self, shared: list[str], date_styles: frozenset[str], *, since_1904: bool) -> None:
        self.shared = shared
        self.date_styles = date_styles
        self.first_day = _FIRST_DAY[since_1904]

    def text(self, kind: str | None, style: str | None, formula: object, value: str | None) -> str:
        """Return a cell's text.

        :param kind: the attribute ``t``.
        :param style: the attribute ``s``.
        :param formula: whether there is a formula; without a stored result its value is unknown.
        :param value: the content of ``v``.
        """
        if not value:
            return UNKNOWN_VALUE if formula else ""
        if kind in (None, "n"):
            return self._number(value, style)
        if kind == "s":
            return self.shared[_index(value)]
        if kind == "b":
            return "true" if value == "1" else "false"
        if kind == "d":
            return value.replace("T", " ", 1)
        return unescaped(value)

    def _number(self, value: str, style: str | None) -> str:
        if style in self.date_styles:
            return self._moment(float(value))
        if value.isdecimal() and value.isascii() and (value[0] != "0" or value == "0"):
            return value
        number = float(value) if set(value) & set(".eE") else int(value)
        return str(int(number)) if isinstance(number, int) or number.is_integer() else str(number)

    def _moment(self, days: float) -> str:
        # the year 1900 has a 29th of February in spreadsheets
        shift = 1 if 1 <= days < 60 and self.first_day.year == 1899 else 0
        try:
            moment = self.first_day + timedelta(days=shift, milliseconds=round(days * 86_400_000))
        except OverflowError:
            return str(days)
        return moment.time().isoformat() if 0 <= days < 1 else moment.isoformat(" ")


def _index(value: str) -> int:
    number = int(value)
    if number < 0:
        raise IndexError
    return number


def read_rows(open_sheet: Callable[[], IO[bytes]], cells: Cells) -> Iterator[Batch]:
    """Read the rows of a worksheet, in batches; a gap between rows gives one blank row.

    :param open_sheet: opens the sheet's XML.
    :param cells: turns cells into text.
    :raises ContactsError: the XML is absurd.
    :raises ValueError: it is broken; so do other errors of :data:`~.workbooks.BROKEN`.
    """
    last = 0
    try:
        for batch in numbered(_quick_rows(open_sheet(), cells)):
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


def column_number(letters: str) -> int:
    """Return which column letters name, counted from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    if number > MOST_COLUMNS:
        raise ContactsError(f"a cell is in column {letters}, beyond the last one, XFD")
    return number - 1


class _Columns(dict[str, int]):
    def __missing__(self, letters: str) -> int:
        number = self[letters] = column_number(letters)
        return number


def _quick_rows(stream: IO[bytes], cells: Cells) -> Iterator[tuple[int, list[str]]]:
    layouts = _Layouts()
    for row in _row_texts(stream):
        parts, step = _taken_apart(row)
        start = _ROW_START.fullmatch(parts[0])
        if start is None or any(parts[step::step]):
            raise Unusual
        number = start[1]
        if parts[2::step].count(number) != len(parts) // step:
            raise Unusual
        if "&" in row:
            parts = [resolved(part) if part and "&" in part else part for part in parts]
        try:
            values = _quick_values(parts, step, cells, escaped="_x" in row)
        except (ValueError, IndexError):
            raise Unusual from None
        layout = layouts[tuple(parts[1::step])]
        yield int(number), layout(values) if layout else values


def _taken_apart(row: str) -> tuple[list[str], int]:
    """Return what a row holds, and how many parts there are for each cell."""
    cells = row.count("<c ")
    # most sheets hold texts only, in one of two ways, for which simpler expressions do
    for kind, pattern, step in _TEXTS_ONLY:
        if row.count(kind) == cells:
            parts = pattern.split(row)
            if len(parts) == cells * step + 1:
                return parts, step
    return _CELL.split(row), _CELL_STEP


def _quick_values(parts: list[str], step: int, cells: Cells, *, escaped: bool) -> list[str]:
    if step == _INLINE_STEP:
        inline = parts[4::step]
        return list(map(unescaped, inline)) if escaped else inline
    if step == _SHARED_STEP:
        return [cells.shared[int(place)] for place in parts[3::step]]
    stored = zip(*(parts[place::step] for place in range(3, 8)), strict=True)
    return [
        cells.text(kind, style, formula, value) if text is None else unescaped(text)
        for style, kind, formula, value, text in stored
    ]


class _Layouts(dict[tuple[str, ...], Callable[[list[str]], list[str]] | None]):
    """How the cells of a row spread over its columns, found once for each pattern of blank cells."""

    def __missing__(self, letters: tuple[str, ...]) -> Callable[[list[str]], list[str]] | None:
        places = [column_number(each) for each in letters]
        layout: Callable[[list[str]], list[str]] | None = None
        if places != list(range(len(places))):
            rising = len(places) > 1 and places == sorted(set(places))
            layout = _spread(places) if rising else partial(_placed, places)
        if len(self) < _MOST_LAYOUTS:
            self[letters] = layout
        return layout


def _spread(places: list[int]) -> Callable[[list[str]], list[str]]:
    # the value behind the last one is blank
    sources = [len(places)] * (places[-1] + 1)
    for source, place in enumerate(places):
        sources[place] = source
    pick = itemgetter(*sources)
    return lambda values: list(pick((*values, "")))


def _placed(places: list[int], values: list[str]) -> list[str]:
    if len(set(places)) < len(places):
        # which of the two would count is not to be guessed
        raise ValueError
    row = [""] * (1 + max(places, default=-1))
    for place, value in zip(places, values, strict=True):
        row[place] = value
    return row


def _row_texts(stream: IO[bytes]) -> Iterator[str]:
    """Cut the XML after each row; whatever is not plainly rows is unusual."""
    texts = xml_texts(stream)
    rest = ""
    for text in texts:
        rest += text
        if len(rest) > LONGEST_CELL:
            raise Unusual
        _, started, rest_of_it = rest.partition("<sheetData>")
        if started:
            rest = rest_of_it
            break
    while not _ROWS_END.match(rest):
        *rows, rest = rest.split("</row>")
        yield from rows
        if len(rest) > LONGEST_CELL:
            raise Unusual
        if not _ROWS_END.match(rest):
            rest += next(texts)
    # the archive's checksum is compared at the end
    while stream.read(CHUNK):
        pass


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
            yield number, _placed(list(row), list(row.values()))
        reader.rows.clear()


def quick_rows(stream: IO[bytes], cells: Cells) -> Iterator[tuple[int, list[str]]]:
    """Read the rows of a worksheet as spreadsheet programs write it.

    :param stream: the sheet's XML.
    :param cells: turns cells into text.
    :raises Unusual: the XML holds something else.
    """
    return _quick_rows(stream, cells)
