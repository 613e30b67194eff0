"""Rows of CSV and TSV files, with the numbers a person sees in a spreadsheet."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Generator, Iterator, Sequence
from io import StringIO
from itertools import chain
from typing import BinaryIO

from airflow_provider_calendars.contacts.cells import Batch
from airflow_provider_calendars.exceptions import ContactsError

DELIMITERS = (",", ";", "\t", "|")

_CHUNK = 1 << 16
_LONGEST_LINE = 1 << 20
_LONGEST_RECORD = 1 << 22
_MOST_COLUMNS = 1 << 14
_ADDRESS = re.compile(r'[\s"]*[^\s@"]+@[^\s@"]+\.[^\s@"]+[\s"]*')
_LONGEST_ADDRESS = 400
_END = "end"
"""Follows the last line: a record of its own, unless the cell before it is still open."""


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
        self.width: int | None = None
        """How many cells the header has, once it is known: quotes that swallow rows are told by it."""
        self.open_end = (0, 0)
        """Number and cells of the last record if no line end follows it; known once all has been read."""

    def batches(self) -> Generator[Batch, None, None]:
        """Read the records from the first on, in batches of what one piece of the file holds."""
        self.stream.seek(0)
        yield from self._numbered(_Lines(self.stream, self.name, self.encoding))

    def _numbered(self, lines: _Lines) -> Iterator[Batch]:
        first = 1
        pieces = iter(lines)
        for piece in pieces:
            rows, failure = _split(piece, self.delimiter), None
            if rows is None:
                rows, failure = self._read_exactly(first, chain((piece,), pieces))
            # the rows before a failure may hold the header, by which the file is understood
            if rows:
                self._check_width(first, rows)
                yield range(first, first + len(rows)), rows
            if failure:
                raise failure
            first += len(rows)
            lines.taken = 0
            if lines.ends_open and rows:
                self.open_end = first - 1, len(rows[-1])

    def _read_exactly(
        self, first: int, pieces: Iterator[str]
    ) -> tuple[list[list[str]], ContactsError | None]:
        """Read records up to one that ends where a piece does, and what is wrong with the next one."""
        rows: list[list[str]] = []
        text = _Text(pieces)
        try:
            for cells in csv.reader(text, delimiter=self.delimiter):
                if text.ended:
                    return rows, self._cut_off(first + len(rows))
                if self.width and _swallows_rows(cells, self.width, self.delimiter):
                    return rows, self._swallowed(first + len(rows))
                rows.append(cells)
                if text.is_between_pieces():
                    break
        except csv.Error as error:
            return rows, ContactsError(
                f"{self.name}: the record after row {first + len(rows) - 1} cannot be read ({error}). "
                "A quotation mark that is never closed does this."
            )
        except ContactsError as error:
            return rows, error
        return rows, None

    def _cut_off(self, row: int) -> ContactsError:
        return ContactsError(
            f"{self.name} ends within row {row}, behind a quotation mark that is never closed: the file is "
            "cut off, or a cell begins with a quotation mark. Export it again."
        )

    def _swallowed(self, row: int) -> ContactsError:
        return ContactsError(
            f"{self.name}: a cell of row {row} holds what looks like further rows, because a quotation mark "
            "that begins a cell is closed only in one of them. Double the quotation marks within cells, or "
            "export it again."
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
        self.ends_open = False
        """Whether the text ends without a line end, once it has been read."""
        self.taken = 0
        """Characters read since the last record that was complete."""

    def __iter__(self) -> Iterator[str]:
        rest = ""
        while data := self.stream.read(_CHUNK):
            piece = self.decode(data)
            self.taken += len(piece)
            rest += piece
            # a carriage return at the end may be half of a line end
            end = 1 + max(rest.rfind("\n"), rest.rfind("\r", 0, len(rest) - 1) if "\r" in piece else -1)
            if end:
                yield rest[:end]
                rest = rest[end:]
            self._check(rest)
        if rest := rest + self.decode(b"", True):
            self.ends_open = not rest.endswith(("\n", "\r"))
            yield rest

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


class _Text:
    """The lines of pieces of text, for the csv module.

    :param pieces: each ends where a line does.
    """

    def __init__(self, pieces: Iterator[str]) -> None:
        self.pieces = pieces
        self.ended = False
        """Whether a record wanted a line beyond the last one."""
        self._open(next(pieces))

    def _open(self, piece: str) -> None:
        self._piece, self._length = StringIO(piece, newline=""), len(piece)

    def is_between_pieces(self) -> bool:
        """Tell whether a piece has been read to its end."""
        return self._piece.tell() == self._length

    def __iter__(self) -> Iterator[str]:
        yield from self._piece
        for piece in self.pieces:
            self._open(piece)
            yield from self._piece
        self.ended = True


def _swallows_rows(cells: Sequence[str], width: int, delimiter: str) -> bool:
    """Tell whether a cell holds rows: lines with an address and as many cells as the header has."""
    for place, cell in enumerate(cells):
        lines = cell.splitlines() if "\n" in cell or "\r" in cell else []
        for number, line in enumerate(lines[1:], 2):
            pieces = line.split(delimiter)
            # in the last line, what follows the cell belongs to it
            whole = len(pieces) + (len(cells) - place - 1 if number == len(lines) else 0)
            if len(pieces) > 1 and width in (len(pieces), whole) and any(map(_is_address, pieces)):
                return True
    return False


def _is_address(piece: str) -> bool:
    return len(piece) < _LONGEST_ADDRESS and _ADDRESS.fullmatch(piece) is not None


def _split(piece: str, delimiter: str) -> list[list[str]] | None:
    """Read a piece as the csv module does, in half the time where there are no quotation marks.

    :param piece: ends where a line does.
    :return: its records, or None where a line may be anything but a record.
    """
    line_end = "\r\n" if "\r" in piece else "\n"
    lines = piece.split(line_end)
    ends = len(lines) - 1
    if piece.count("\n") != ends or piece.count("\r") not in (0, ends) or len(piece) > csv.field_size_limit():
        return None
    if not lines[-1]:
        lines.pop()
    quoted = [line for line in lines if '"' in line]
    records = list(csv.reader((*quoted, _END), delimiter=delimiter))
    if len(records) != len(quoted) + 1 or records[-1] != [_END]:
        return None
    following = iter(records)
    return [
        next(following) if '"' in line else line.split(delimiter) if line else []  # a blank line has no cell
        for line in lines
    ]
