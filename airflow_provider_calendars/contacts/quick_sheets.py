"""The rows of a worksheet, taken apart by expressions that know how spreadsheet programs write cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from operator import itemgetter
from string import ascii_uppercase
from typing import IO

from airflow_provider_calendars.contacts.cells import Cells, column_number, placed
from airflow_provider_calendars.contacts.xml_parts import (
    CHUNK,
    LONGEST_CELL,
    Unusual,
    resolved,
    unescaped,
    xml_texts,
)

_MOST_LAYOUTS = 512
_CELL = re.compile(
    r'<c r="([A-Z]{1,3})(\d+)"(?: s="(\d+)")?(?: t="(\w+)")?'
    r"(?: ?/>|>(<f(?: [^>]*)?/>|<f(?: [^>]*)?>[^<]*</f>)?"
    r'(?:<v>([^<]*)</v>|<v( ?)/>|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)?</c>)'
)
_CELL_STEP = 9
_BEFORE_CELLS = r'(?:<row [^<>]*/>)*<row r="(\d{1,7})"[^<>]*(?<!/)>'
_ROW_START = re.compile(_BEFORE_CELLS)
_ROWS_END = re.compile(r"(?:<row [^<>]*/>)*</sheetData>")
_INLINE = r' t="inlineStr"><is><t(?: xml:space="preserve")?>([^<]*)</t></is></c>'
_SHARED = r' t="s"><v>(\d+)</v></c>'


def quick_rows(stream: IO[bytes], cells: Cells) -> Iterator[tuple[int, list[str]]]:
    """Read the rows of a worksheet as spreadsheet programs write it.

    :param stream: the sheet's XML.
    :param cells: turns cells into text.
    :raises Unusual: the XML holds something else.
    """
    layouts, forms = _Layouts(), _Forms(cells)
    for row in _row_texts(stream):
        yield forms.read(row) or _read_cells(row, cells, layouts)


class _Forms:
    """Reads rows that hold texts only, as most do: a whole row at once.

    :param cells: turns cells into text.
    """

    def __init__(self, cells: Cells) -> None:
        self.shared = cells.shared

    def read(self, row: str) -> tuple[int, list[str]] | None:
        """Return a row's number and its cells, or None where there is anything else in it."""
        is_shared = ' t="s"' in row
        found = _form(_SHARED if is_shared else _INLINE).fullmatch(row)
        if found is None:
            return None
        # what lies behind the last cell is no part of the row
        values = found.groups("")[1 : found.lastindex]
        if is_shared:
            return int(found[1]), self._shared_texts(values)
        if "&" in row:
            values = tuple(map(resolved, values))
        return int(found[1]), list(map(unescaped, values)) if "_x" in row else list(values)

    def _shared_texts(self, places: Sequence[str]) -> list[str]:
        try:
            return [self.shared[int(place)] if place else "" for place in places]
        except (ValueError, IndexError):
            raise Unusual from None


@cache
def _form(content: str) -> re.Pattern[str]:
    """Return the expression of a row whose cells all have this content; any of them may be missing."""
    columns = [first + second for first in ("", "A") for second in ascii_uppercase]
    return re.compile(
        _BEFORE_CELLS + "".join(rf'(?:<c r="{column}\1"(?: s="\d+")?{content})?+' for column in columns)
    )


def _read_cells(row: str, cells: Cells, layouts: _Layouts) -> tuple[int, list[str]]:
    parts = _CELL.split(row)
    start = _ROW_START.fullmatch(parts[0])
    if start is None or any(parts[_CELL_STEP::_CELL_STEP]):
        raise Unusual
    number = start[1]
    if parts[2::_CELL_STEP].count(number) != len(parts) // _CELL_STEP:
        raise Unusual
    if "&" in row:
        parts = [resolved(part) if part and "&" in part else part for part in parts]
    stored = zip(*(parts[place::_CELL_STEP] for place in range(3, _CELL_STEP)), strict=True)
    try:
        values = [
            cells.text(kind, style, formula, value if empty is None else "")
            if text is None
            else unescaped(text)
            for style, kind, formula, value, empty, text in stored
        ]
    except (ValueError, IndexError):
        raise Unusual from None
    layout = layouts[tuple(parts[1::_CELL_STEP])]
    return int(number), layout(values) if layout else values


class _Layouts(dict[tuple[str, ...], Callable[[list[str]], list[str]] | None]):
    """How the cells of a row spread over its columns, found once for each pattern of blank cells."""

    def __missing__(self, letters: tuple[str, ...]) -> Callable[[list[str]], list[str]] | None:
        places = [column_number(each) for each in letters]
        layout: Callable[[list[str]], list[str]] | None = None
        if places != list(range(len(places))):
            rising = len(places) > 1 and places == sorted(set(places))
            layout = _spread(places) if rising else partial(placed, places)
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
