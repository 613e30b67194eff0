"""Uploaded files of contacts: csv and xlsx, with or without a header row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from airflow_provider_calendars.sandbox.exchange import Answer, Refusal, UploadedFile
from airflow_provider_calendars.sandbox.lets_calendar.rules import contact_errors
from airflow_provider_calendars.sandbox.lets_calendar.state import COLUMNS, Row

# documented: https://panel.letscalendar.com/docs
_WRONG_FILE = Answer(400, {"error": "File must be a CSV or Excel document (xlsx, xls, csv)"})


def importable_rows(file: UploadedFile) -> list[Row]:
    """Read the rows of a file that can be imported; the others are dropped without a word.

    The vendor documents no way to learn which rows were dropped.

    :param file: the uploaded file.
    """
    rows = _with_names(_cells(file))
    return [row for row in rows if not contact_errors(row)]


def _cells(file: UploadedFile) -> Iterable[list[str]]:
    ending = file.name.rpartition(".")[2].lower()
    if ending == "csv":
        return _csv_cells(file.content)
    if ending in ("xlsx", "xls"):
        # a real xls file is accepted by the vendor; the sandbox reads the newer format only
        return _workbook_cells(file.content)
    raise Refusal(_WRONG_FILE)


def _csv_cells(content: bytes) -> Iterator[list[str]]:
    if b"\0" in content:
        raise Refusal(_WRONG_FILE)
    text = content.decode("utf-8-sig", errors="replace")
    yield from csv.reader(io.StringIO(text, newline=""))


def _workbook_cells(content: bytes) -> list[list[str]]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (BadZipFile, KeyError, ValueError, OSError) as error:
        raise Refusal(_WRONG_FILE) from error
    sheet = book.worksheets[0]
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def _with_names(rows: Iterable[list[str]]) -> Iterator[Row]:
    """Name the cells: by the header row if there is one, else by the documented order."""
    names: tuple[str, ...] = COLUMNS
    for number, cells in enumerate(rows):
        values = [cell.strip() for cell in cells]
        if number == 0 and "email" in [value.lower() for value in values]:
            names = tuple(value.lower() for value in values)
        elif any(values):
            yield dict(zip(names, values, strict=False))
