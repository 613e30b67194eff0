"""What a vendor says, as tables that the page can show: titles, ids, counts and times, no people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

MOST_ROWS = 60
_LONGEST_TEXT = 160


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    :param kind: ``text``, ``number``, ``time``, ``state`` or ``link``.
    """

    key: str
    label: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    :param rows: cells by the key of their column.
    :param summary: what there is, in a few words.
    :param empty: what to say if there are no rows.
    :param left_out: how many rows there are beyond those shown.
    :param notes: what a reader should know.
    """

    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    summary: str
    empty: str
    left_out: int = 0
    notes: Sequence[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return the table as JSON."""
        return asdict(self)


def capped(rows: Iterable[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], int]:
    """Return as many rows as are shown, and how many more there are."""
    listed = list(rows)
    return listed[:MOST_ROWS], max(0, len(listed) - MOST_ROWS)


def shortened(text: str) -> str:
    """Return a text that fits into a cell."""
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST_TEXT else f"{plain[: _LONGEST_TEXT - 1]}…"


def plural(number: int, thing: str) -> str:
    """Return a number of things, in words."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def clock(moment: datetime) -> str:
    """Return a moment to the minute, without its zone."""
    return moment.strftime("%Y-%m-%d %H:%M")
