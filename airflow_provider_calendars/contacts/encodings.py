"""In which encoding a text file is written: a byte-order mark, else UTF-8, else the stated fallback.

Detectors that guess are not used: they take cp1252 for cp1250, and a sample cannot prove that the
rest of a file is UTF-8. The whole file is decoded once instead, which costs a tenth of parsing it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO

from airflow_provider_calendars.exceptions import ConfigurationError, ContactsError

FALLBACK = "cp1252"
"""Western Windows, which older exports use; tried only if no encoding was given."""

_CHUNK = 1 << 16
_NO_TEXT = frozenset(
    ("undefined", "idna", "punycode", "unicode-escape", "raw-unicode-escape", "unicode_escape")
)
_TWICE_ENCODED = re.compile(
    "[ÃÂ][\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d"
    "\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]|\ufffd"
)
_MISREAD = re.compile(
    # signs within words, and capitals with accents behind small letters
    "[A-Za-z][\u201a\u0192\u201e\u2020\u2021\u02c6\u2030\u2039\u02dc\u203a\u2022]"
    "|[\u201a\u0192\u201e\u2020\u2021\u02c6\u2030\u2039\u02dc\u203a\u2022][A-Za-z]"
    "|[A-Za-z][\u00a1-\u00a4\u201d\u2122][a-z]"
    "|[a-z][\u00c0-\u00d6\u00d8-\u00de\u0160\u0152\u017d\u0178]"
    "|[A-Z][\u00c0-\u00d6\u00d8-\u00de\u0160\u0152\u017d\u0178][a-z]"
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def find_encoding(stream: BinaryIO, name: str, given: str | None = None) -> str:
    """Tell how a text file is encoded, having decoded all of it.

    :param stream: the file; it is read from its start to its end.
    :param name: the file's name, for messages.
    :param given: the encoding the caller states; it is then the only one tried.
    :return: a name Python knows: ``utf-8``, ``utf-8-sig``, ``utf-16``, ``cp1252`` ...
    :raises ContactsError: the file does not decode; the message says at which byte.
    :raises ConfigurationError: there is no encoding of the given name.
    """
    stream.seek(0)
    start = stream.read(4096)
    encoding = _known(given, start) if given else _marked(start) or _unmarked_utf16(start) or "utf-8"
    _refuse_binary(start, encoding, name)
    bad_byte, all_ascii_before = _first_bad_byte(stream, encoding)
    if bad_byte is None:
        return encoding
    if given or encoding != "utf-8" or not all_ascii_before:
        raise ContactsError(_undecodable(name, encoding, bad_byte, given))
    bad_byte, _ = _first_bad_byte(stream, FALLBACK)
    if bad_byte is not None:
        raise ContactsError(
            f"{name} is neither UTF-8 nor {FALLBACK} (byte {bad_byte} fits neither): "
            "state its encoding, for example encoding='cp1250', or export it again as UTF-8."
        )
    return FALLBACK


def refuse_misread(headers: Sequence[str], name: str, encoding: str) -> None:
    """Refuse a header whose letters show that the file was written in another encoding.

    A column of opt-outs in such a header would not be recognised.

    :param headers: the header's cells.
    :param name: the file's name, for messages.
    :param encoding: in which the file was read.
    :raises ContactsError: a header is misread; the message shows it.
    """
    for header in headers:
        if _TWICE_ENCODED.search(header) or (not encoding.startswith("utf") and _MISREAD.search(header)):
            raise ContactsError(
                f"{name} was read as {encoding}, in which its header {header.strip()[:60]!r} makes no sense: "
                "give the encoding it was written in, for example encoding='mac_roman' or 'cp850', or export "
                "it as UTF-8."
            )


def _known(given: str, start: bytes) -> str:
    try:
        name = codecs.lookup(given).name
        if name in _NO_TEXT:
            raise LookupError
        with suppress(UnicodeError):
            # codecs such as base64 are no encodings of text
            b"a".decode(name)
    except (LookupError, ValueError):
        raise ConfigurationError(
            f"encoding: {given!r} is not an encoding; examples: utf-8, cp1252."
        ) from None
    # a mark at the start is no part of the first header
    return "utf-8-sig" if name == "utf-8" and start.startswith(codecs.BOM_UTF8) else name


def _marked(start: bytes) -> str | None:
    return next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None)


def _unmarked_utf16(start: bytes) -> str | None:
    """Tell UTF-16 by every other byte of a header being zero."""
    zeros = start.count(0)
    if zeros <= len(start) // 4:
        return None
    even, odd = start[::2].count(0), start[1::2].count(0)
    return "utf-16-le" if odd == zeros else "utf-16-be" if even == zeros else None


def _refuse_binary(start: bytes, encoding: str, name: str) -> None:
    if encoding.startswith(("utf-16", "utf-32", "utf_16", "utf_32")) or not start:
        return
    controls = sum(byte < 0x09 or 0x0D < byte < 0x20 for byte in start)
    if controls > len(start) // 20 + 4:
        raise ContactsError(
            f"{name} is not a text file but binary data: expected CSV, TSV, XLSX, or one of them in a ZIP."
        )


def _first_bad_byte(stream: BinaryIO, encoding: str) -> tuple[int | None, bool]:
    """Return where decoding fails, counted from 0, and whether all before it was ASCII."""
    # the variant that strips the mark counts from behind it
    decoder = codecs.getincrementaldecoder(encoding.removesuffix("-sig"))()
    stream.seek(0)
    offset, ascii_so_far = 0, True
    for chunk, is_last in _chunks(stream):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk, is_last)
        except UnicodeDecodeError as error:
            before = chunk[: max(error.start - pending, 0)]
            return offset - pending + error.start, ascii_so_far and before.isascii()
        except UnicodeError:
            # UTF-16 and UTF-32 without the byte-order mark that they need
            return 0, ascii_so_far
        ascii_so_far = ascii_so_far and chunk.isascii()
        offset += len(chunk)
    return None, ascii_so_far


def _chunks(stream: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    while chunk := stream.read(_CHUNK):
        yield chunk, False
    yield b"", True


def _undecodable(name: str, encoding: str, bad_byte: int, given: str | None) -> str:
    if given:
        return (
            f"{name} is not {given}: byte {bad_byte} does not decode. Give the encoding it was exported in, "
            "or leave out encoding= to have it found."
        )
    found = encoding.removesuffix("-sig")
    return (
        f"{name} is {found} up to byte {bad_byte}, which does not decode: the file is cut off, or parts in "
        "different encodings were joined. Export it again, or state encoding= to insist."
    )
