"""Cleaning of single cells: what cannot be seen is removed, what is meant stays."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_CONTROLS = (*range(0x09), *range(0x0E, 0x1C), 0x7F, *range(0x80, 0x85), *range(0x86, 0xA0))
_ZERO_WIDTH = (0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F))
_MORE_ZERO_WIDTH = (*range(0x2060, 0x2070), 0xFEFF, 0xFFFE, 0xFFFF, *range(0xD800, 0xE000))
INVISIBLE = dict.fromkeys((*_CONTROLS, *_ZERO_WIDTH, *_MORE_ZERO_WIDTH))
"""For ``str.translate``: control and zero-width characters, byte-order marks, halves of surrogate pairs."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
ERROR_VALUES = frozenset(
    ("#n/a", "#name?", "#ref!", "#value!", "#div/0!", "#null!", "#num!", "#spill!", "#calc!", "#error!")
)
UNKNOWN_VALUE = "#VALUE!"
"""Stands for a cell whose value cannot be known, such as a formula that was never calculated."""

_EXCEL_TEXT = re.compile(r'\A="(.*)"\Z', re.DOTALL)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")


def words_of(text: str) -> frozenset[str]:
    """Return the set of the words of a text: how this room writes down its vocabulary."""
    return frozenset(text.split())


def clean_text(cell: str) -> str:
    """Return the text a person sees: no invisible characters, single spaces, composed accents.

    Also undoes ``="0123"`` and the apostrophe that spreadsheets put before formula-like text.

    :param cell: a cell as it was read.
    :return: the text, perhaps empty.
    """
    if not (cell.isascii() and cell.isprintable()):
        cell = unicodedata.normalize("NFC", cell.translate(INVISIBLE))
    if cell[:1] in ("=", "'"):
        cell = unguarded(cell)
    return " ".join(cell.split())


def unguarded(cell: str) -> str:
    """Undo what spreadsheets do so that a cell stays text: ``="0123"`` and ``'+49``."""
    if match := _EXCEL_TEXT.match(cell):
        return match[1]
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA_STARTS) else cell


def guarded(cell: str) -> str:
    """Return the cell with a leading apostrophe where a spreadsheet would take it for a formula."""
    return "'" + cell if cell.startswith(FORMULA_STARTS) else cell


def is_blank(cells: list[str]) -> bool:
    """Tell whether no cell holds anything that can be seen."""
    return not any(cells) or not any(clean_text(cell) for cell in cells)


@lru_cache(maxsize=4096)
def header_words(header: str) -> tuple[str, ...]:
    """Split a header into plain words: ``"Person - E-Mail (Work)"`` gives ``person, e, mail, work``.

    Case, accents, punctuation and what cannot be seen make no difference, except that a capital
    within a word starts a new one, as in ``FirstName``.
    """
    spaced = _HUMP.sub(" ", header.translate(INVISIBLE))
    folded = unicodedata.normalize("NFKD", spaced.casefold())
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return tuple(_NOT_ALPHANUMERIC.sub(" ", plain).split())


def header_key(header: str) -> str:
    """Return what makes two headers the same: their words, written together."""
    return "".join(header_words(header))
