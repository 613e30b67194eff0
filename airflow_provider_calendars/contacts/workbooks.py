"""Excel workbooks: which sheets they have, and what is stored beside the sheets' rows."""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import IO
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError
from zlib import error as ZlibError  # noqa: N812

from airflow_provider_calendars.contacts.cells import Batch, Cells
from airflow_provider_calendars.contacts.shared_strings import read_strings
from airflow_provider_calendars.contacts.sheets import read_rows
from airflow_provider_calendars.exceptions import ContactsError

LARGEST_CONTENT = 2 << 30
"""Bytes a workbook or ZIP may unpack to."""

_LARGEST_PART = 32 << 20
_MOST_SHEETS = 250
_DATE_STYLES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_NO_DATE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]hmsHMS][^\]]*\]|General', re.DOTALL)
_FIRST_PRINTABLE = 0x20
_DATE_LETTER = re.compile(r"[dmhysDMHYS]")

BROKEN = (
    zipfile.BadZipFile,
    struct.error,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    ExpatError,
    # how Python's XML parser reports broken XML
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

    :param archive: the open ``.xlsx`` file.
    :param name: the file's name, for messages.
    """

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self.name = name
        self.archive = archive

    def sheets(self) -> list[SheetRows]:
        """Return the rows of each visible worksheet.

        :raises ContactsError: the workbook is broken.
        """
        try:
            sheets = [SheetRows(self, title, part) for title, part in self._visible_sheets()]
        except BROKEN as error:
            raise ContactsError(broken(self.name, error)) from None
        if len(sheets) > _MOST_SHEETS:
            raise ContactsError(
                f"{self.name} has {len(sheets):,} sheets; at most {_MOST_SHEETS} are looked at."
            )
        return sheets

    def open(self, part: str) -> IO[bytes]:
        """Open a part of the workbook."""
        return self.archive.open(part)

    @cached_property
    def cells(self) -> Cells:
        """What turns stored cells into text."""
        return Cells(self._shared_strings(), self._date_styles(), since_1904=self._since_1904())

    @cached_property
    def _workbook(self) -> ElementTree.Element:
        return self._tree("xl/workbook.xml")

    @cached_property
    def _targets(self) -> dict[str, tuple[str, str]]:
        """Where the workbook's relations lead: id to kind and part."""
        found = {}
        for relation in self._tree("xl/_rels/workbook.xml.rels"):
            target = relation.get("Target", "")
            part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
            found[relation.get("Id", "")] = relation.get("Type", "").rpartition("/")[2], part
        return found

    def _visible_sheets(self) -> Iterator[tuple[str, str]]:
        for sheet in _named(self._workbook, "sheet"):
            relation = next(value for name, value in sheet.attrib.items() if _local(name) == "id")
            kind, part = self._targets[relation]
            if kind == "worksheet" and sheet.get("state", "visible") == "visible":
                yield sheet.get("name", ""), part

    def _since_1904(self) -> bool:
        settings = next(_named(self._workbook, "workbookPr"), None)
        return settings is not None and settings.get("date1904") in ("1", "true", "on")

    def _part_of_kind(self, kind: str) -> str | None:
        parts = (part for found, part in self._targets.values() if found == kind)
        return next((part for part in parts if part in self.archive.NameToInfo), None)

    def _shared_strings(self) -> list[str]:
        part = self._part_of_kind("sharedStrings")
        if part is None:
            return []
        return read_strings(lambda: self.open(part))

    def _date_styles(self) -> frozenset[str]:
        part = self._part_of_kind("styles")
        if part is None:
            return frozenset()
        tree = self._tree(part)
        formats = {
            int(each.get("numFmtId", 0)): each.get("formatCode", "") for each in _named(tree, "numFmt")
        }
        styles = next(_named(tree, "cellXfs"), ())
        numbers = enumerate(int(style.get("numFmtId", 0)) for style in styles)
        return frozenset(str(place) for place, number in numbers if _shows_date(number, formats))

    def _tree(self, part: str) -> ElementTree.Element:
        with self.open(part) as stream:
            content = stream.read(_LARGEST_PART + 1)
        if len(content) > _LARGEST_PART or b"<!DOCTYPE" in content:
            raise ContactsError(f"{self.name}: its {part} is none that a spreadsheet program writes.")
        return ElementTree.fromstring(content)  # noqa: S314 - small, and without document type


class SheetRows:
    """The rows of one worksheet; they can be read again and again.

    :param book: the workbook.
    :param title: the worksheet's name.
    :param part: the worksheet's part of the archive.
    """

    def __init__(self, book: Book, title: str, part: str) -> None:
        self.book = book
        self.title = title
        self.part = part

    def batches(self) -> Iterator[Batch]:
        """Read the rows from the first on, in batches.

        :raises ContactsError: the workbook is broken or absurd.
        """
        try:
            yield from read_rows(lambda: self.book.open(self.part), self.book.cells)
        except ContactsError as error:
            raise ContactsError(f"{self.book.name}: {error}.") from None
        except BROKEN as error:
            raise ContactsError(broken(self.book.name, error)) from None


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _named(tree: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    return (element for element in tree.iter() if _local(element.tag) == name)


def _shows_date(number: int, formats: dict[int, str]) -> bool:
    if number in formats:
        # only the first section counts, the others are for negative numbers and zero
        shown = _NO_DATE.sub("", formats[number].partition(";")[0])
        return _DATE_LETTER.search(shown) is not None
    return number in _DATE_STYLES


def broken(name: str, error: BaseException) -> str:
    """Word the message for a workbook that cannot be read."""
    return (
        f"{name} is a broken workbook ({type(error).__name__}): open it in a spreadsheet program and save it "
        "again as .xlsx, or export CSV."
    )


def cell_text(value: object) -> str:
    """Write a value as text: whole numbers without a point, dates in ISO form, lists with semicolons.

    :param value: what a database or a DataFrame gives.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _decoded(bytes(value))
    if not isinstance(value, Mapping) and (items := _items(value)) is not None:
        return "; ".join(filter(None, map(cell_text, items)))
    return "" if _is_missing(value) else _single_text(value)


def _single_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (datetime, date, time)):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    return str(value)


def _items(value: object) -> Iterable[object] | None:
    """Return what is in a list of any library, or None where a value is a single one."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return value
    listed = getattr(value, "tolist", None) or getattr(value, "to_list", None)
    items = listed() if listed else None
    return items if isinstance(items, list) else None


def _is_missing(value: object) -> bool:
    # pandas' NA cannot even be asked
    if value is None or type(value).__name__ == "NAType":
        return True
    if isinstance(value, Decimal):
        return value.is_nan()
    # NaN and NaT differ from themselves
    return bool(value != value)  # noqa: PLR0124


def _decoded(value: bytes) -> str:
    # MySQL gives BIT columns so
    if value and max(value) < _FIRST_PRINTABLE:
        return str(int.from_bytes(value, "big"))
    return value.decode("utf-8", "replace")
