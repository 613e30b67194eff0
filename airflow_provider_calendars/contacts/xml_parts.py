"""The XML parts of a workbook, read in fixed memory: quickly where they are plain, exactly where not."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import IO
from xml.parsers import expat

from airflow_provider_calendars.exceptions import ContactsError

CHUNK = 1 << 18
"""Bytes read at once."""

LONGEST_CELL = 1 << 20
"""Characters of a cell; spreadsheet programs stop at 32,767."""

_LONGEST_TAG = 1 << 23
_DEEPEST = 100
_MOST_PIECES = 10_000
_PROLOG = re.compile(r"\A\ufeff?<\?xml[^<>]*\?>\s*")
_ENCODING = re.compile(r"""\A\ufeff?<\?xml[^>]*\bencoding\s*=\s*["']([^"']*)""")
_ENTITY = re.compile(r"&([^;&]*);?")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Unusual(Exception):
    """The quick reader met what only an XML parser should judge."""


def unescaped(text: str) -> str:
    """Return a text with the characters that spreadsheets write as ``_x000D_``."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def xml_texts(stream: IO[bytes]) -> Iterator[str]:
    """Read a part as text, chunk by chunk.

    :raises Unusual: there is something in it that only a parser should judge, or nothing more.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    prolog = True
    while data := stream.read(CHUNK):
        try:
            text = decoder.decode(data)
        except UnicodeDecodeError:
            raise Unusual from None
        if prolog:
            if (said := _ENCODING.search(text[:200])) and said[1].lower() not in (
                "utf-8",
                "utf8",
                "us-ascii",
            ):
                raise Unusual
            text, prolog = _PROLOG.sub("", text, count=1), False
        # comments and CDATA may hold what looks like rows, and line ends are the parser's to mend
        if "<!" in text or "\r" in text:
            raise Unusual
        yield text
    raise Unusual


def resolved(value: str) -> str:
    """Return a text with its entities resolved.

    :raises Unusual: one is not known.
    """
    return _ENTITY.sub(_resolve, value)


def _resolve(found: re.Match[str]) -> str:
    name = found[1]
    if not found[0].endswith(";") or (name not in _ENTITIES and not name.startswith("#")):
        raise Unusual
    if name in _ENTITIES:
        return _ENTITIES[name]
    try:
        return chr(int(name[2:], 16) if name[1:2] == "x" else int(name[1:]))
    except (ValueError, OverflowError):
        raise Unusual from None


class XmlReader:
    """Feeds an XML part to a parser, in fixed memory, and refuses document types.

    :param stream: the part.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._refuse_document_type
        self._quiet = self._depth = 0
        self._text: list[str] | None = None
        self._length = self._pieces_length = 0

    def feed(self) -> Iterator[None]:
        """Parse the part; comes back after each chunk."""
        while data := self.stream.read(CHUNK):
            self._quiet += len(data)
            if self._quiet > _LONGEST_TAG:
                raise ContactsError("a tag is longer than any spreadsheet program writes")
            self.parser.Parse(data)
            yield
        self.parser.Parse(b"", True)
        yield

    def started(self, name: str, attributes: dict[str, str]) -> None:
        """Note that an element starts."""

    def ended(self, name: str) -> None:
        """Note that an element ends."""

    def gather(self) -> None:
        """Gather the characters that follow."""
        self._text, self._length = [], 0

    def gathered(self) -> str:
        """Return the characters since :meth:`gather`."""
        text = "".join(self._text or ())
        self._text = None
        return text

    def add_piece(self, pieces: list[str], text: str) -> None:
        """Add to the pieces of a text, of which there may not be ever more."""
        self._pieces_length = len(text) + (self._pieces_length if pieces else 0)
        if len(pieces) > _MOST_PIECES or self._pieces_length > LONGEST_CELL:
            raise ContactsError("a cell has more pieces of text than any spreadsheet program writes")
        pieces.append(text)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._quiet = 0
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ContactsError("its XML is nested deeper than that of any spreadsheet program")
        self.started(name.rpartition(" ")[2], attributes)

    def _end(self, name: str) -> None:
        self._quiet = 0
        self._depth -= 1
        self.ended(name.rpartition(" ")[2])

    def _characters(self, text: str) -> None:
        self._quiet = 0
        if self._text is not None:
            self._length += len(text)
            if self._length > LONGEST_CELL:
                raise ContactsError(f"a cell has more than {LONGEST_CELL:,} characters")
            self._text.append(text)

    def _refuse_document_type(self, *_: object) -> None:
        raise ContactsError("its XML declares a document type, which no spreadsheet program does")
