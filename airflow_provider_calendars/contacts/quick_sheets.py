"""The rows of a worksheet, taken apart by expressions that know how spreadsheet programs write cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from operator import itemgetter
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


def quick_rows(stream: IO[bytes], cells: Cells) -> Iterator[tuple[int, list[str]]]:
    """Read the rows of a worksheet as spreadsheet programs write it.

    :param stream: the sheet's XML.
    :param cells: turns cells into text.
    :raises Unusual: the XML holds something else.
    """
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
