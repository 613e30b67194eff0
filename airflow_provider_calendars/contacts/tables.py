"""From an open file, or from rows that are already there, to a header and numbered rows."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO, Protocol, cast
from zlib import error as ZlibError  # noqa: N812

from airflow_provider_calendars.contacts import workbooks
from airflow_provider_calendars.contacts.columns import (
    Columns,
    Wanted,
    find_columns,
    missing_columns,
    missing_opt_outs,
    recognise,
)
from airflow_provider_calendars.contacts.delimited import DELIMITERS, DelimitedRows, Row
from airflow_provider_calendars.contacts.encodings import find_encoding
from airflow_provider_calendars.contacts.text import clean_text, is_blank
from airflow_provider_calendars.exceptions import ConfigurationError, ContactsError

HEADER_WITHIN = 30
"""How many rows from the top the header is looked for; what is above it are titles."""

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_NO_HEADER = re.compile(r".*@.*|[\d\s()+\-./:]{4,}", re.DOTALL)
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")


class Rows(Protocol):
    """Numbered rows that can be read more than once."""

    def __iter__(self) -> Iterator[Row]: ...

    def first(self, count: int) -> list[Row]:
        """Return the first rows."""


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

    def contacts(self) -> Iterator[Row]:
        """Iterate over the rows below the header; call it again to start again."""
        rows = iter(self.rows)
        for number, _ in rows:
            if number >= self.header_row:
                break
        return rows


@dataclass(frozen=True)
class HowToRead:
    """What the caller knows about a file.

    :param encoding: of a text file; found if not given.
    :param delimiter: one character; found if not given.
    :param sheet: of a workbook, by name; the only one that looks like contacts if not given.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None

    def __post_init__(self) -> None:
        if self.delimiter is not None and len(self.delimiter) != 1:
            raise ConfigurationError("delimiter: must be a single character, such as ';'.")


@contextmanager
def open_table(stream: BinaryIO, name: str, how: HowToRead, wanted: Wanted) -> Iterator[Table]:
    """Find out what a file is and where its contacts are. What counts is the content, not the suffix.

    :param stream: a seekable binary stream: CSV, TSV, XLSX, or a ZIP of one of them.
    :param name: the file's name, for messages.
    :param how: what the caller knows about the file.
    :param wanted: what the caller says about columns.
    :return: the table; it reads from the stream, which must stay open.
    :raises ContactsError: the file is empty, broken, protected, of another kind, or has no usable columns.
    """
    start = _start_of(stream, name)
    with ExitStack() as stack:
        if start.startswith(_ZIP):
            yield _open_archive(stack, stream, name, how, wanted)
        else:
            _refuse_other_kinds(stream, start, name)
            yield _open_text(stream, name, how, wanted)


def table_of_rows(
    headers: Sequence[str], rows: Callable[[], Iterable[Sequence[object]]], wanted: Wanted
) -> Table:
    """Make a table of rows that come from anywhere else, such as a query.

    :param headers: the names of the columns; they count as row 1.
    :param rows: starts the rows, each time it is called from the first one.
    :param wanted: what the caller says about columns.
    """
    return _table("the rows given", _GivenRows(list(headers), rows), wanted)


class _GivenRows:
    def __init__(self, headers: list[str], rows: Callable[[], Iterable[Sequence[object]]]) -> None:
        self.headers = headers
        self.start = rows

    def __iter__(self) -> Iterator[Row]:
        yield 1, self.headers
        for number, cells in enumerate(self.start(), 2):
            yield number, [workbooks.cell_text(cell) for cell in cells]

    def first(self, count: int) -> list[Row]:
        """Return the header, which is the first row."""
        return [(1, self.headers)][:count]


def _start_of(stream: BinaryIO, name: str) -> bytes:
    stream.seek(0)
    start = stream.read(4096)
    if not start.strip(b"\xef\xbb\xbf \t\r\n"):
        raise ContactsError(f"{name} is empty: expected a header row and at least one contact.")
    return start


def _refuse_other_kinds(stream: BinaryIO, start: bytes, name: str) -> None:
    if start.startswith(_OLE):
        stream.seek(0)
        if _ENCRYPTED in stream.read(1 << 22):
            raise ContactsError(f"{name} is a password-protected workbook: save it without a password.")
        raise ContactsError(f"{name} is a workbook of the old .xls kind: save it as .xlsx, or export CSV.")
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise ContactsError(
            f"{name} holds markup (HTML or XML), as some systems export under the name .xls: "
            "open it in a spreadsheet program and save it as .xlsx, or export CSV."
        )


def _open_archive(stack: ExitStack, stream: BinaryIO, name: str, how: HowToRead, wanted: Wanted) -> Table:
    try:
        archive = stack.enter_context(zipfile.ZipFile(stream))
    except workbooks.BROKEN as error:
        raise ContactsError(workbooks.broken(name, error)) from None
    workbooks.refuse_bomb(archive, name)
    members = archive.namelist()
    if "xl/workbook.xml" in members:
        return _open_workbook(stream, name, how, wanted)
    if "xl/workbook.bin" in members or "mimetype" in members:
        raise ContactsError(f"{name} is an .xlsb or .ods workbook: save it as .xlsx, or export CSV.")
    return _open_member(stack, archive, name, how, wanted)


def _open_member(
    stack: ExitStack, archive: zipfile.ZipFile, name: str, how: HowToRead, wanted: Wanted
) -> Table:
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir() and not member.filename.startswith(("__MACOSX", "."))
    ]
    if len(members) != 1:
        raise ContactsError(
            f"{name} is a ZIP of {len(members)} files: expected exactly one CSV or XLSX file."
        )
    inner_name = f"{name} ({members[0].filename})"
    try:
        inner = cast("BinaryIO", stack.enter_context(archive.open(members[0])))
        if inner.read(4) == _ZIP and not _is_workbook(inner):
            raise ContactsError(f"{inner_name} is a ZIP within a ZIP: unpack it first.")
        return stack.enter_context(open_table(inner, inner_name, how, wanted))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, ZlibError, EOFError) as error:
        raise ContactsError(
            f"{inner_name} cannot be unpacked ({type(error).__name__}): pack it again, without a password."
        ) from None


def _is_workbook(stream: BinaryIO) -> bool:
    with zipfile.ZipFile(stream) as archive:
        return "xl/workbook.xml" in archive.namelist()


def _open_text(stream: BinaryIO, name: str, how: HowToRead, wanted: Wanted) -> Table:
    encoding = find_encoding(stream, name, how.encoding)
    choices = [how.delimiter] if how.delimiter else DELIMITERS
    kinds = [DelimitedRows(stream, name, encoding, delimiter) for delimiter in choices]
    rows = max(kinds, key=lambda kind: _fitness(kind, wanted))
    return replace(_table(name, rows, wanted), encoding=encoding, delimiter=rows.delimiter)


def _fitness(rows: DelimitedRows, wanted: Wanted) -> tuple[bool, int]:
    """Tell how well a delimiter fits: whether it shows a header, and how many cells that has."""
    try:
        first = rows.first(HEADER_WITHIN)
    except ContactsError:
        return False, 0
    try:
        found = _find_header(first, wanted)
    except ContactsError:
        # a header, if an ambiguous one: reading the table with this delimiter says so
        return True, 0
    return found is not None, len(found[1]) if found else max((len(cells) for _, cells in first), default=0)


def _open_workbook(stream: BinaryIO, name: str, how: HowToRead, wanted: Wanted) -> Table:
    sheets = _chosen_sheets(workbooks.Book(stream, name).sheets(), name, how.sheet)
    fitting = [rows for rows in sheets if _find_header(rows.first(HEADER_WITHIN), wanted)]
    if len(fitting) > 1:
        shown = ", ".join(repr(rows.title) for rows in fitting)
        raise ContactsError(f"{name} has contacts on several sheets: {shown}. Choose one: sheet=...")
    rows = (fitting or sheets)[0]
    return replace(_table(name, rows, wanted), sheet=rows.title)


def _chosen_sheets(
    sheets: list[workbooks.SheetRows], name: str, wanted: str | None
) -> list[workbooks.SheetRows]:
    chosen = [rows for rows in sheets if wanted in (None, rows.title)]
    if not chosen:
        titles = ", ".join(repr(rows.title) for rows in sheets) or "none"
        raise ContactsError(f"{name} has no visible sheet {wanted or ''!r}; it has {titles}.")
    return chosen


def _table(name: str, rows: Rows, wanted: Wanted) -> Table:
    first = rows.first(HEADER_WITHIN)
    found = _find_header(first, wanted)
    if found is None:
        raise ContactsError(_no_header(name, first, wanted))
    header_row, headers, columns = found
    if missing := missing_opt_outs(headers, wanted):
        raise ConfigurationError(
            f"opt_out_columns: {name} has no column {', '.join(missing)}; it has {_shown(headers)}."
        )
    return Table(name, rows, header_row, headers, columns, recognise(headers))


def _find_header(first: Sequence[Row], wanted: Wanted) -> tuple[int, list[str], Columns] | None:
    for number, cells in first:
        if any("@" in cell for cell in cells) or is_blank(cells):
            continue
        columns = find_columns(cells, wanted)
        if columns is not None and columns.has_names:
            return number, cells, columns
    return None


def _no_header(name: str, first: Sequence[Row], wanted: Wanted) -> str:
    filled = [cells for _, cells in first if _filled(cells)]
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
