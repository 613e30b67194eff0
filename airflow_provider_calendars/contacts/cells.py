"""Single cells of worksheets: where they are, and what is stored of them as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from airflow_provider_calendars.contacts.text import UNKNOWN_VALUE
from airflow_provider_calendars.contacts.xml_parts import unescaped
from airflow_provider_calendars.exceptions import ContactsError

Batch: TypeAlias = tuple[Sequence[int], list[list[str]]]
"""Numbers of rows, counted from 1, and as many rows of cells."""

MOST_ROWS = 1 << 20
MOST_COLUMNS = 1 << 14


_BOOLEANS = {"1": "true", "true": "true", "0": "false", "false": "false"}
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
        :param value: the content of ``v``; None where there is none.
        """
        if not value:
            # a formula whose result is an empty text stores it
            known = not formula or (kind == "str" and value is not None)
            return "" if known else UNKNOWN_VALUE
        if kind in (None, "n"):
            return self._number(value, style)
        if kind == "s":
            return self.shared[_index(value)]
        if kind == "b":
            return _BOOLEANS.get(value, UNKNOWN_VALUE)
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


def column_number(letters: str) -> int:
    """Return which column letters name, counted from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    if number > MOST_COLUMNS:
        raise ContactsError(f"a cell is in column {letters}, beyond the last one, XFD")
    return number - 1


def placed(places: list[int], values: list[str]) -> list[str]:
    """Return a row with its values where they belong; two in one place are an error."""
    if len(set(places)) < len(places):
        # which of the two would count is not to be guessed
        raise ValueError
    row = [""] * (1 + max(places, default=-1))
    for place, value in zip(places, values, strict=True):
        row[place] = value
    return row
