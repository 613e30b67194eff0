"""Rows of CSV and TSV files, with the numbers a person sees in a spreadsheet."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Generator, Iterator
from io import StringIO
from itertools import chain
from typing import BinaryIO

from airflow_provider_calendars.contacts.cells import Batch
from airflow_provider_calendars.exceptions import ContactsError

DELIMITERS = (",", ";", "\t", "|")

_CHUNK = 1 << 15
_LONGEST_LINE = 1 << 20
_LONGEST_RECORD = 1 << 22
_MOST_COLUMNS = 1 << 14
_END = "end"
"""Follows the last line: a record of its own, unless it falls into a cell that is still open."""


class DelimitedRows:
    """The records of a delimited text file; they can be read again and again.

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

    def batches(self) -> Generator[Batch, None, None]:
        """Read the records from the first on, in batches of what one piece of the file holds."""
        self.stream.seek(0)
        yield from self._numbered(_Lines(self.stream, self.name, self.encoding))

    def _numbered(self, lines: _Lines) -> Iterator[Batch]:
        records = csv.reader(chain.from_iterable(lines), delimiter=self.delimiter)
        first, rows = 1, []
        failure: ContactsError | None = None
        try:
            for cells in records:
                rows.append(cells)
                if lines.taken and not lines.ended:
                    lines.taken = 0
                    self._check_width(first, rows)
                    yield range(first, first + len(rows)), rows
                    first, rows = first + len(rows), []
        except csv.Error as error:
            failure = ContactsError(
                f"{self.name}: the record after row {first + len(rows) - 1} cannot be read ({error}). "
                "A quotation mark that is never closed does this."
            )
        except ContactsError as error:
            failure = error
        else:
            failure = self._cut_off(first + len(rows)) if rows.pop() != [_END] else None
        # the rows before it may hold the header, by which the file is understood
        if rows:
            self._check_width(first, rows)
            yield range(first, first + len(rows)), rows
        if failure:
            raise failure

    def _cut_off(self, row: int) -> ContactsError:
        return ContactsError(
            f"{self.name} ends within row {row}, behind a quotation mark that is never closed: the file is "
            "cut off, or a cell begins with a quotation mark. Export it again."
        )

    def _check_width(self, first: int, rows: list[list[str]]) -> None:
        if (most := max(map(len, rows))) > _MOST_COLUMNS:
            place = next(place for place, cells in enumerate(rows) if len(cells) == most)
            raise ContactsError(
                f"{self.name}: row {first + place} has {most:,} cells; at most {_MOST_COLUMNS:,} are read."
            )


class _Lines:
    """The lines of a text, piece by piece, so that neither a line nor a record fills the memory.

    :param stream: the file, at its start.
    :param name: the file's name, for messages.
    :param encoding: of the file.
    """

    def __init__(self, stream: BinaryIO, name: str, encoding: str) -> None:
        self.stream = stream
        self.name = name
        self.decode = codecs.getincrementaldecoder(encoding)().decode
        self.taken = 0
        """Characters read since the last record that was complete."""
        self.ended = False

    def __iter__(self) -> Iterator[StringIO]:
        rest = ""
        while data := self.stream.read(_CHUNK):
            piece = self.decode(data)
            self.taken += len(piece)
            rest += piece
            # a carriage return at the end may be half of a line end
            end = 1 + max(rest.rfind("\n"), rest.rfind("\r", 0, len(rest) - 1) if "\r" in piece else -1)
            if end:
                yield StringIO(rest[:end], newline="")
                rest = rest[end:]
            self._check(rest)
        yield StringIO(rest + self.decode(b"", True), newline="")
        self.ended = True
        yield StringIO(_END)

    def _check(self, line: str) -> None:
        if len(line) > _LONGEST_LINE:
            raise ContactsError(
                f"{self.name} has a line of more than {_LONGEST_LINE:,} characters: no list of contacts has."
            )
        if self.taken > _LONGEST_RECORD:
            raise ContactsError(
                f"{self.name} has a record of more than {_LONGEST_RECORD:,} characters: no list of contacts "
                "has. A quotation mark that is never closed does this."
            )
