"""The texts that the cells of a workbook refer to by number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import IO

from airflow_provider_calendars.contacts.xml_parts import (
    LONGEST_CELL,
    Unusual,
    XmlReader,
    resolved,
    unescaped,
    xml_texts,
)
from airflow_provider_calendars.exceptions import ContactsError

_MOST_MEMORY = 512 << 20
_STRING = re.compile(r'<si><t(?: xml:space="preserve")?(?:>([^<]*)</t>|/>)</si>')
_START = re.compile(r"<sst(?: [^<>]*)?>\s*")


def read_strings(open_part: Callable[[], IO[bytes]]) -> list[str]:
    """Return all shared strings of a workbook.

    :param open_part: opens their XML.
    :raises ContactsError: they would take more memory than any list of contacts needs.
    """
    try:
        return _within_memory(_quick_strings(open_part()))
    except Unusual:
        return _within_memory(_exact_strings(open_part()))


def _within_memory(batches: Iterator[list[str]]) -> list[str]:
    strings: list[str] = []
    room = _MOST_MEMORY
    for batch in batches:
        room -= 64 * len(batch) + sum(map(len, batch))
        if room < 0:
            raise ContactsError("its texts take more memory than any list of contacts needs")
        strings += batch
    return strings


def _quick_strings(stream: IO[bytes]) -> Iterator[list[str]]:
    rest, started = "", False
    for text in xml_texts(stream):
        rest += text
        if not started:
            rest, started = _START.sub("", rest, count=1), True
        end = rest.rfind("</si>") + 5
        if end > 4:
            yield _taken_apart(rest[:end])
            rest = rest[end:]
        if rest.strip() == "</sst>":
            return
        if len(rest) > LONGEST_CELL:
            raise Unusual


def _taken_apart(text: str) -> list[str]:
    parts = _STRING.split(text)
    if any(parts[::2]):
        raise Unusual
    strings = [string or "" for string in parts[1::2]]
    if "&" in text:
        strings = [resolved(string) if "&" in string else string for string in strings]
    return [unescaped(string) for string in strings] if "_x" in text else strings


def _exact_strings(stream: IO[bytes]) -> Iterator[list[str]]:
    reader = _StringsReader(stream)
    for _ in reader.feed():
        yield reader.strings
        reader.strings = []


class _StringsReader(XmlReader):
    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream)
        self.strings: list[str] = []
        self.pieces: list[str] = []
        self.phonetic = False

    def started(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002
        if name == "t":
            self.gather()
        elif name == "rPh":
            self.phonetic = True

    def ended(self, name: str) -> None:
        if name == "t":
            text = self.gathered()
            if not self.phonetic:
                self.add_piece(self.pieces, text)
        elif name == "rPh":
            self.phonetic = False
        elif name == "si":
            self.strings.append(unescaped("".join(self.pieces)))
            self.pieces.clear()
