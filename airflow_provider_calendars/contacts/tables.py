"""A list of contacts: a header whose columns are known, and numbered rows below it."""

from __future__ import annotations

import marshal
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from typing import Protocol, TypeAlias

from airflow_provider_calendars.contacts import workbooks
from airflow_provider_calendars.contacts.cells import Batch
from airflow_provider_calendars.contacts.columns import (
    Columns,
    Wanted,
    find_columns,
    missing_columns,
    missing_opt_outs,
    recognise,
)
from airflow_provider_calendars.contacts.delimited import DelimitedRows
from airflow_provider_calendars.contacts.text import clean_text, is_blank
from airflow_provider_calendars.exceptions import ConfigurationError, ContactsError

Row: TypeAlias = tuple[int, list[str]]
"""A row's number, counted from 1 with every record of the file, and its cells."""

HEADER_WITHIN = 30
"""How many rows from the top the header is looked for; what is above it are titles."""

_BATCH = 1000
_MOST_BY_HAND = 10
_ADDRESS = re.compile(r"\w@\w")
_NO_HEADER = re.compile(r".*@.*|[\d\s()+\-./:]{4,}", re.DOTALL)


class Rows(Protocol):
    """Numbered rows that can be read more than once."""

    def batches(self) -> Iterator[Batch]:
        """Read the rows from the first on."""


@dataclass(frozen=True)
class Table:
    """A list of contacts whose columns are known.

    :param name: the file's name, for messages.
    :param rows: all rows, titles and header included.
    :param header_row: the number of the header's row.
    :param headers: the header's cells.
    :param columns: where things are.
    :param source: the system the export looks like; see :func:`~.columns.recognise`.
    :param encoding: of a text file, else None.
    :param delimiter: of a text file, else None.
    :param sheet: of a workbook, else None.
    """

    name: str
    rows: Rows
    header_row: int
    headers: list[str]
    columns: Columns
    source: str
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None

    def batches(self) -> Iterator[Batch]:
        """Iterate over the rows below the header, in batches; call it again to start again."""
        for numbers, rows in self.rows.batches():
            if numbers[0] > self.header_row:
                yield numbers, rows
            elif numbers[-1] > self.header_row:
                start = next(place for place, number in enumerate(numbers) if number > self.header_row)
                yield numbers[start:], rows[start:]

    def cut_row(self) -> int | None:
        """Return the number of the last row if it looks cut off: shorter than the header, without line end.

        So may a short list end that somebody wrote by hand; it is believed unless an opt-out is missing.
        Known once all batches have been read.
        """
        number, width = self.rows.open_end if isinstance(self.rows, DelimitedRows) else (0, 0)
        if number <= self.header_row or width >= width_of(self.headers):
            return None
        by_hand = number - self.header_row <= _MOST_BY_HAND
        hides_opt_out = any(found.place >= width for found in self.columns.opt_outs)
        return None if by_hand and not hides_opt_out else number

    def contacts(self) -> Iterator[Row]:
        """Iterate over the rows below the header, one by one."""
        for numbers, rows in self.batches():
            yield from zip(numbers, rows, strict=True)


def width_of(headers: Sequence[str]) -> int:
    """Return how many cells a header has up to its last one that is not blank."""
    return max((place for place, header in enumerate(headers, 1) if clean_text(header)), default=0)


def first_rows(rows: Rows) -> list[Row]:
    """Return the rows among which the header is looked for."""
    found: list[Row] = []
    try:
        for numbers, cells in rows.batches():
            found += zip(numbers, cells, strict=True)
            if len(found) >= HEADER_WITHIN:
                break
    except ContactsError:
        # whoever reads on will meet it again
        if not found:
            raise
    return [row for row in found[:HEADER_WITHIN] if row[0] <= HEADER_WITHIN]


def table_of_rows(
    headers: Sequence[str],
    rows: Callable[[], Iterable[Sequence[object]]],
    wanted: Wanted,
    name: str = "the rows given",
) -> Table:
    """Make a table of rows that come from anywhere else.

    :param headers: the names of the columns; they count as row 1.
    :param rows: starts the rows, each time it is called from the first one.
    :param wanted: what the caller says about columns.
    :param name: what the rows are, for messages.
    """
    return find_table(name, _GivenRows(list(headers), rows), wanted)


class _GivenRows:
    def __init__(self, headers: list[str], rows: Callable[[], Iterable[Sequence[object]]]) -> None:
        self.headers = headers
        self.start = rows

    def batches(self) -> Iterator[Batch]:
        """Read the header, which is the first row, and the rows."""
        yield (1,), [self.headers]
        rows, number = iter(self.start()), 2
        while batch := [list(map(workbooks.cell_text, row)) for row in islice(rows, _BATCH)]:
            yield range(number, number + len(batch)), batch
            number += len(batch)


def table_of_rows_once(
    stack: ExitStack, headers: Sequence[str], rows: Iterable[Sequence[object]], wanted: Wanted, name: str
) -> Table:
    """Make a table of rows that come only once, such as those of a query.

    What has been read is kept in an unnamed temporary file, for the second reading that may be needed.

    :param stack: closes the temporary file.
    :param headers: the names of the columns; they count as row 1.
    :param rows: the rows.
    :param wanted: what the caller says about columns.
    :param name: what the rows are, for messages.
    """
    return find_table(name, RowsOnce(stack, headers, rows), wanted)


class RowsOnce:
    """Rows that come only once, kept in an unnamed temporary file so that they can be read again.

    :param stack: closes the temporary file.
    :param headers: the names of the columns; they count as row 1.
    :param rows: the rows.
    """

    def __init__(self, stack: ExitStack, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        self.headers = list(headers)
        self.given = iter(rows)
        self.kept = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it

    def batches(self) -> Iterator[Batch]:
        """Read the header, which is the first row, and the rows."""
        yield (1,), [self.headers]
        number = 2
        for batch in self._batches():
            yield range(number, number + len(batch)), batch
            number += len(batch)

    def _batches(self) -> Iterator[list[list[str]]]:
        self.kept.seek(0)
        size = os.fstat(self.kept.fileno()).st_size
        while self.kept.tell() < size:
            yield marshal.load(self.kept)  # noqa: S302 - what was written below
        # reading may have stopped early the last time
        while batch := [list(map(workbooks.cell_text, row)) for row in islice(self.given, _BATCH)]:
            marshal.dump(batch, self.kept)
            self.kept.flush()
            yield batch


def find_table(name: str, rows: Rows, wanted: Wanted) -> Table:
    """Find the header among the first rows.

    :param name: what the rows are, for messages.
    :param rows: the rows.
    :param wanted: what the caller says about columns.
    :raises ContactsError: there is none.
    :raises ConfigurationError: the caller named an opt-out column that is not there.
    """
    first = first_rows(rows)
    found = find_header(first, wanted)
    if found is None:
        begun = any(_filled(cells) for _, batch in rows.batches() for cells in batch)
        raise ContactsError(_no_header(name, first, wanted, begun=begun))
    header_row, headers, columns = found
    if missing := missing_opt_outs(headers, wanted):
        raise ConfigurationError(
            f"opt_out_columns: {name} has no column {', '.join(missing)}; it has {_shown(headers)}."
        )
    return Table(name, rows, header_row, headers, columns, recognise(headers))


def find_header(first: Sequence[Row], wanted: Wanted) -> tuple[int, list[str], Columns] | None:
    """Return the header's row number, its cells and where things are, or None.

    Of several rows above the first address that could be the header, the one that names most is: a line of
    a report's filters or of groups of columns names less.

    :raises ContactsError: the only one names two columns that are equally good.
    """
    found: list[tuple[int, list[str], Columns]] = []
    refused: ContactsError | None = None
    for number, cells in first:
        if any(map(_ADDRESS.search, cells)):
            if found or refused:
                break
        elif not is_blank(cells):
            try:
                columns = find_columns(cells, wanted)
            except ContactsError as error:
                refused = refused or error
                continue
            if columns is not None and columns.has_names:
                found.append((number, cells, columns))
    if refused and not found:
        raise refused
    if any(isinstance(choice, int) for choice in wanted.columns.values()):
        # a number fits any row
        return found[0] if found else None
    return max(found, key=_richness, default=None)


def _richness(found: tuple[int, list[str], Columns]) -> tuple[int, int]:
    return found[2].count, _filled(found[1])


def _no_header(name: str, first: Sequence[Row], wanted: Wanted, *, begun: bool) -> str:
    filled = [cells for _, cells in first if _filled(cells)]
    if begun and not filled:
        return (
            f"{name} has nothing in its first {HEADER_WITHIN} rows, among which the header is looked for: "
            "remove the blank rows above it."
        )
    if not filled:
        return f"{name} is empty: expected a header row and at least one contact."
    # a row with an address or a number is somebody's, and must not be shown
    headers = [cells for cells in filled if not any(_NO_HEADER.fullmatch(cell) for cell in cells)]
    if not headers:
        return f"{name} has no header row: expected one naming the columns, such as first name and e-mail."
    likely = max(headers, key=_filled)
    return f"{name} has {_what_is_missing(likely, wanted)}. Headers found: {_shown(likely)}."


def _what_is_missing(headers: list[str], wanted: Wanted) -> str:
    missing = missing_columns(headers, wanted)
    if missing:
        return f"no column {', '.join(map(repr, missing))}, which columns= names"
    if find_columns(headers, wanted) is None:
        return 'no column of e-mail addresses that is recognised; name it: columns={"email": "..."}'
    return 'no column of first or full names that is recognised; name it: columns={"first_name": "..."}'


def _filled(cells: list[str]) -> int:
    return sum(1 for cell in cells if clean_text(cell))


def _shown(headers: Sequence[str]) -> str:
    shown = [repr(clean_text(header)[:60]) for header in headers if clean_text(header)]
    more = f" and {len(shown) - 60} more" if len(shown) > 60 else ""
    return ", ".join(shown[:60]) + more
