"""Rows of CSV and TSV files, with the numbers a person sees in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from io import TextIOWrapper
from itertools import islice
from typing import BinaryIO, TypeAlias

from airflow_provider_calendars.exceptions import ContactsError

Row: TypeAlias = tuple[int, list[str]]
"""A row's number, counted from 1 with every record of the file, and its cells."""

DELIMITERS = (",", ";", "\t", "|")
_LONGEST_LINE = 1 << 20


class DelimitedRows:
    """The records of a delimited text file; it can be iterated again and again.

    A record is numbered as a spreadsheet that opens the file numbers it: blank lines, title rows and
    the header count, and line breaks within quotes do not start a new one.

    :param stream: a seekable binary stream.
    :param name: the file's name, for messages.
    :param encoding: a name Python knows, under which the file is known to decode.
    :param delimiter: one character.
    """

    def __init__(self, stream: BinaryIO, name: str, encoding: str, delimiter: str) -> None:
        self.stream = stream
        self.name = name
        self.encoding = encoding
        self.delimiter = delimiter

    def __iter__(self) -> Iterator[Row]:
        return self._rows()

    def _rows(self) -> Generator[Row, None, None]:
        self.stream.seek(0)
        with _as_text(self.stream, self.encoding) as text:
            yield from self._numbered(csv.reader(self._lines(text), delimiter=self.delimiter))

    def first(self, count: int) -> list[Row]:
        """Return the first rows, to look for the header."""
        rows = self._rows()
        try:
            return list(islice(rows, count))
        finally:
            rows.close()

    def _numbered(self, records: Iterable[list[str]]) -> Iterator[Row]:
        number = 0
        try:
            for number, cells in enumerate(records, 1):
                yield number, cells
        except csv.Error as error:
            raise ContactsError(
                f"{self.name}: the record after row {number} cannot be read ({error}). "
                "A quotation mark that is never closed does this."
            ) from None

    def _lines(self, text: TextIOWrapper) -> Iterator[str]:
        """Read line by line, and never more than a mebibyte without a line end."""
        return map(self._checked, iter(partial(text.readline, _LONGEST_LINE), ""))

    def _checked(self, line: str) -> str:
        if len(line) >= _LONGEST_LINE:
            raise ContactsError(
                f"{self.name} has a line of more than {_LONGEST_LINE:,} characters: no list of contacts has."
            )
        return line


@contextmanager
def _as_text(stream: BinaryIO, encoding: str) -> Iterator[TextIOWrapper]:
    text = TextIOWrapper(stream, encoding=encoding, newline="")
    try:
        yield text
    finally:
        text.detach()
