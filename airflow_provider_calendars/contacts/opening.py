"""Finding out what a file is. What counts is its content, not its suffix."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO, cast
from zlib import error as ZlibError  # noqa: N812

from airflow_provider_calendars.contacts import workbooks
from airflow_provider_calendars.contacts.columns import Wanted
from airflow_provider_calendars.contacts.delimited import DELIMITERS, DelimitedRows
from airflow_provider_calendars.contacts.encodings import find_encoding, refuse_misread
from airflow_provider_calendars.contacts.tables import (
    Rows,
    Table,
    find_header,
    find_table,
    first_rows,
    width_of,
)
from airflow_provider_calendars.exceptions import ConfigurationError, ContactsError

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")
_COUNTED = re.compile(r"(?:[\W_]*(?:part|teil|page)?[\W_]*\d+)+", re.IGNORECASE)


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
    """Open a file that holds one table, as :func:`open_tables` does.

    :raises ContactsError: it holds several.
    """
    with open_tables(stream, name, how, wanted) as tables:
        if len(tables) > 1:
            raise ContactsError(f"{name} holds {len(tables)} files: expected one.")
        yield tables[0]


@contextmanager
def open_tables(stream: BinaryIO, name: str, how: HowToRead, wanted: Wanted) -> Iterator[list[Table]]:
    """Find out what a file is and where its contacts are.

    :param stream: a seekable binary stream: CSV, TSV, XLSX, or a ZIP of one of them or of the numbered
        parts of one export.
    :param name: the file's name, for messages.
    :param how: what the caller knows about the file.
    :param wanted: what the caller says about columns.
    :return: the tables, usually one; they read from the stream, which must stay open.
    :raises ContactsError: the file is empty, broken, protected, of another kind, or has no usable columns.
    """
    with ExitStack() as stack:
        yield _opened(stack, stream, name, how, wanted)


@contextmanager
def open_lists(stream: BinaryIO, name: str) -> Iterator[list[tuple[str, Rows]]]:
    """Open a file that holds plain lists: CSV, TSV or XLSX, with or without a header.

    :param stream: a seekable binary stream.
    :param name: the file's name, for messages.
    :return: what each list is called, and its rows: a workbook has one on each visible sheet; a text file
        without delimiters has one column.
    :raises ContactsError: the file is empty, broken or of another kind.
    """
    with ExitStack() as stack:
        start = _start_of(stream, name, "an address, a domain or a SHA-256 in each row")
        if start.startswith(_ZIP):
            sheets = workbooks.Book(_archive(stack, stream, name), name).sheets()
            yield [(f"{name}, sheet {rows.title!r}", rows) for rows in sheets]
        else:
            _refuse_other_kinds(stream, start, name)
            encoding = find_encoding(stream, name)
            kinds = [DelimitedRows(stream, name, encoding, delimiter) for delimiter in DELIMITERS]
            yield [(name, max(kinds, key=_width))]


def _width(rows: Rows) -> int:
    return max((len(cells) for _, cells in first_rows(rows)), default=0)


def _opened(stack: ExitStack, stream: BinaryIO, name: str, how: HowToRead, wanted: Wanted) -> list[Table]:
    start = _start_of(stream, name, "a header row and at least one contact")
    if start.startswith(_ZIP):
        return _open_archive(stack, stream, name, how, wanted)
    _refuse_other_kinds(stream, start, name)
    return [_open_text(stream, name, how, wanted)]


def _start_of(stream: BinaryIO, name: str, expected: str) -> bytes:
    stream.seek(0)
    start = stream.read(4096)
    if not start.strip(b"\xef\xbb\xbf \t\r\n"):
        raise ContactsError(f"{name} is empty: expected {expected}.")
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


def _open_archive(
    stack: ExitStack, stream: BinaryIO, name: str, how: HowToRead, wanted: Wanted
) -> list[Table]:
    archive = _archive(stack, stream, name)
    members = archive.namelist()
    if "xl/workbook.xml" in members:
        return [_open_workbook(archive, name, how, wanted)]
    if "xl/workbook.bin" in members or "mimetype" in members:
        raise ContactsError(f"{name} is an .xlsb or .ods workbook: save it as .xlsx, or export CSV.")
    stack.enter_context(_explained(name))
    tables = []
    for member in _members(archive, name):
        inner = cast("BinaryIO", stack.enter_context(archive.open(member)))
        tables += _open_member(stack, inner, f"{name} ({member.filename})", how, wanted)
    if any(table.headers != tables[0].headers for table in tables):
        raise ContactsError(
            f"{name} is a ZIP of {len(tables)} files with different headers, which are no parts of one "
            "export: unpack it and name the file."
        )
    return tables


def _archive(stack: ExitStack, stream: BinaryIO, name: str) -> zipfile.ZipFile:
    try:
        archive = stack.enter_context(zipfile.ZipFile(stream))
    except workbooks.BROKEN as error:
        raise ContactsError(workbooks.broken(name, error)) from None
    workbooks.refuse_bomb(archive, name)
    return archive


def _members(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    """Return the files of a ZIP, if there is one only, or if they are the numbered parts of one export."""
    members = [
        member for member in archive.infolist() if not member.is_dir() and not _is_beside(member.filename)
    ]
    # contacts.csv and unsubscribed.csv must never become one audience
    if not members or len({_COUNTED.sub("", member.filename) for member in members}) > 1:
        raise ContactsError(
            f"{name} is a ZIP of {len(members)} files: expected one CSV or XLSX file, or the numbered parts "
            "of one export."
        )
    return sorted(members, key=lambda member: by_number(member.filename))


def _is_beside(name: str) -> bool:
    """Tell whether a file of a ZIP is one that Macs and Windows put beside the others."""
    *folders, file = name.split("/")
    hidden = any(part.startswith((".", "__MACOSX")) for part in (*folders, file))
    return hidden or file.lower() in ("thumbs.db", "desktop.ini")


def by_number(name: str) -> list[tuple[int, str]]:
    """Return a key by which part 10 comes after part 9."""
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in re.split(r"(\d+)", name)]


def _open_member(
    stack: ExitStack, stream: BinaryIO, name: str, how: HowToRead, wanted: Wanted
) -> list[Table]:
    if stream.read(4) == _ZIP and not _is_workbook(stream):
        raise ContactsError(f"{name} is a ZIP within a ZIP: unpack it first.")
    return _opened(stack, stream, name, how, wanted)


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, ZlibError, EOFError) as error:
        raise ContactsError(
            f"{name} cannot be unpacked ({type(error).__name__}): pack it again, without a password."
        ) from None


def _is_workbook(stream: BinaryIO) -> bool:
    with zipfile.ZipFile(stream) as archive:
        return "xl/workbook.xml" in archive.namelist()


def _open_text(stream: BinaryIO, name: str, how: HowToRead, wanted: Wanted) -> Table:
    encoding = find_encoding(stream, name, how.encoding)
    choices = [how.delimiter] if how.delimiter else DELIMITERS
    kinds = [DelimitedRows(stream, name, encoding, delimiter) for delimiter in choices]
    rows = max(kinds, key=lambda kind: _fitness(kind, wanted))
    table = find_table(name, rows, wanted)
    refuse_misread(table.headers, name, encoding)
    rows.width = width_of(table.headers)
    return replace(table, encoding=encoding, delimiter=rows.delimiter)


def _fitness(rows: DelimitedRows, wanted: Wanted) -> tuple[bool, int]:
    """Tell how well a delimiter fits: whether it shows a header, and how many cells that has."""
    try:
        first = first_rows(rows)
    except ContactsError:
        return False, 0
    try:
        found = find_header(first, wanted)
    except ContactsError:
        # a header, if an ambiguous one: reading the table with this delimiter says so
        return True, 0
    return found is not None, len(found[1]) if found else max((len(cells) for _, cells in first), default=0)


def _open_workbook(archive: zipfile.ZipFile, name: str, how: HowToRead, wanted: Wanted) -> Table:
    sheets = _chosen_sheets(workbooks.Book(archive, name).sheets(), name, how.sheet)
    fitting = [rows for rows in sheets if find_header(first_rows(rows), wanted)]
    if len(fitting) > 1:
        shown = ", ".join(repr(rows.title) for rows in fitting)
        raise ContactsError(f"{name} has contacts on several sheets: {shown}. Choose one: sheet=...")
    rows = (fitting or sheets)[0]
    return replace(find_table(name, rows, wanted), sheet=rows.title)


def _chosen_sheets(
    sheets: list[workbooks.SheetRows], name: str, wanted: str | None
) -> list[workbooks.SheetRows]:
    chosen = [rows for rows in sheets if wanted in (None, rows.title)]
    if not chosen:
        titles = ", ".join(repr(rows.title) for rows in sheets) or "none"
        raise ContactsError(f"{name} has no visible sheet {wanted or ''!r}; it has {titles}.")
    return chosen
