"""Reading the file that is uploaded: the vendor imports it unseen, so it is looked at first."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow_provider_calendars.exceptions import ContactsError
from airflow_provider_calendars.files import open_path, open_seekable

if TYPE_CHECKING:
    from airflow_provider_calendars.api.flow import Upload

_COLUMNS = ("firstname", "lastname", "email", "loginurl", "username", "password")
_MEDIA_TYPES = {
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xls": "application/vnd.ms-excel",
}
_ADVICE = f"Expected the columns {', '.join(_COLUMNS)}, as PrepareContactsOperator writes them."


def read_upload(path: str) -> tuple[Upload, list[str] | None]:
    """Return a file ready to be sent, and the addresses it holds.

    :param path: local or any ``ObjectStoragePath``.
    :return: the file; the addresses of its data rows, None for ``.xls``, which is not read.
    :raises ContactsError: the file is of another kind, broken, empty or has other columns.
    """
    from airflow_provider_calendars.api.flow import Upload

    where = open_path(path)
    if where.suffix.lower() not in _MEDIA_TYPES:
        raise ContactsError(f"{path}: only .csv, .xlsx and .xls files can be uploaded.")
    with open_seekable(where) as stream:
        content = stream.read()
    addresses = _addresses(path, where.suffix.lower(), content)
    return Upload(where.name, content, _MEDIA_TYPES[where.suffix.lower()]), addresses


def read_upload_contacts(path: str) -> list[dict[str, str]]:
    """Return the contacts of a CSV file in the upload form, under the vendor's names."""
    where = open_path(path)
    if where.suffix.lower() != ".csv":
        raise ContactsError(f"{path}: contacts are read from a .csv file only.")
    with open_seekable(where) as stream:
        header, rows = _csv_rows(path, stream.read())
    return [dict(zip(header, row, strict=False)) for row in rows]


def _addresses(path: str, suffix: str, content: bytes) -> list[str] | None:
    if suffix == ".xls":
        return None
    header, rows = _csv_rows(path, content) if suffix == ".csv" else _xlsx_rows(path, content)
    if not rows:
        raise ContactsError(f"{path} holds no contacts, only a header. Nobody would be added.")
    place = header.index("email")
    return [row[place].strip().casefold() if place < len(row) else "" for row in rows]


def _csv_rows(path: str, content: bytes) -> tuple[list[str], list[list[str]]]:
    try:
        text = content.decode("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if any(row)]
    except (UnicodeDecodeError, csv.Error) as broken:
        raise ContactsError(
            f"{path} is not a CSV file in UTF-8 ({type(broken).__name__}). {_ADVICE}"
        ) from None
    return _checked(path, rows)


def _xlsx_rows(path: str, content: bytes) -> tuple[list[str], list[list[str]]]:
    from openpyxl import load_workbook

    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = workbook.worksheets[0]
        rows = [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    except Exception as broken:  # noqa: BLE001 - openpyxl raises whatever the broken part raises
        raise ContactsError(f"{path} is not a readable workbook ({type(broken).__name__}).") from None
    return _checked(path, [row for row in rows if any(row)])


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


def _checked(path: str, rows: Sequence[list[str]]) -> tuple[list[str], list[list[str]]]:
    if not rows:
        raise ContactsError(f"{path} is empty. {_ADVICE}")
    header = [name.strip().lower() for name in rows[0]]
    unknown = [name for name in header if name and name not in _COLUMNS]
    # an address in the first row means that there is no header, and must not get into a message
    shown = ", ".join(name for name in unknown if "@" not in name)
    if unknown or not {"firstname", "email"} <= set(header):
        raise ContactsError(
            f"{path} has not the columns of an upload (unknown: {shown or 'none'}). {_ADVICE}"
        )
    return header, list(rows[1:])
