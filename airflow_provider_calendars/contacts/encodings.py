"""In which encoding a text file is written: a byte-order mark, else UTF-8, else the stated fallback.

Detectors that guess are not used: they take cp1252 for cp1250, and a sample cannot prove that the
rest of a file is UTF-8. The whole file is decoded once instead, which costs a tenth of parsing it.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from airflow_provider_calendars.exceptions import ConfigurationError, ContactsError

FALLBACK = "cp1252"
"""Western Windows, which older exports use; tried only if no encoding was given."""

_CHUNK = 1 << 16
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


def _known(given: str, start: bytes) -> str:
    try:
        name = codecs.lookup(given).name
    except LookupError:
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
