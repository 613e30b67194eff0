"""Who has been accepted so far, and where: one memory for all parts of an export."""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect
from collections import Counter
from collections.abc import Iterable


class Audience:
    """The people accepted so far, and the addresses that opted out.

    Made for millions: beside the address itself a person takes some forty bytes.

    :param opted_out: addresses known beforehand to have opted out.
    :param name_files: call rows by their file, too.
    """

    def __init__(self, opted_out: Iterable[str] = (), *, name_files: bool = False) -> None:
        self.name_files = name_files
        self.opted_out = set(opted_out)
        self.opted_out_too_late = False
        """Whether an address opted out below a row that has it."""
        self.counts: Counter[str] = Counter()
        self.emails: list[str] = []
        self.rows = array("I")
        self.blocks: dict[str, int] = {}
        """Address to where in ``emails`` its batch begins: one object for all addresses of a batch."""
        self.block = 0
        self._passed: set[str] = set()
        self._starts: list[int] = []
        self._names: list[str] = []

    def begin(self, name: str) -> None:
        """Note that the rows of the next file follow."""
        self._starts.append(len(self.emails))
        self._names.append(name)

    def begin_batch(self) -> None:
        """Note that the next batch of rows follows."""
        self.block = len(self.emails)

    def where(self, row: int) -> str:
        """Return how a row of the present file is called."""
        return f"{self._names[-1]}:{row}" if self.name_files else str(row)

    def add(self, address: str, row: int) -> None:
        """Accept an address."""
        self.blocks[address] = self.block
        self.emails.append(address)
        self.rows.append(row)

    def first_row(self, address: str) -> str | None:
        """Return the row at which an address was accepted, or None."""
        block = self.blocks.get(address)
        if block is None:
            return None
        place = self.emails.index(address, block)
        file = self._names[bisect(self._starts, place) - 1]
        return f"{file}:{self.rows[place]}" if self.name_files else str(self.rows[place])

    def note_passed(self, addresses: Iterable[str]) -> None:
        """Remember addresses of rows that were not suppressed."""
        self._passed.update(address for address in addresses if address not in self.blocks)

    def note_opt_out(self, addresses: tuple[str, ...]) -> None:
        """Remember addresses that opted out."""
        for address in addresses:
            if address in self.blocks or address in self._passed:
                self.opted_out_too_late = True
        self.opted_out.update(addresses)

    def fingerprint(self) -> str:
        """Return what identifies the audience; nobody can be added afterwards."""
        self.blocks.clear()
        self.emails.sort()
        return fingerprint_of_sorted(self.emails)


def fingerprint(emails: Iterable[str]) -> str:
    """Return what identifies an audience: SHA-256 in hex over its sorted addresses, one a line.

    :param emails: normalised addresses, without repetition.
    """
    return fingerprint_of_sorted(sorted(emails))


def fingerprint_of_sorted(emails: list[str]) -> str:
    """Return the same for addresses that are sorted, without a copy of them all."""
    digest = hashlib.sha256()
    for start in range(0, len(emails), 10_000):
        lines = "\n".join(emails[start : start + 10_000])
        digest.update((f"\n{lines}" if start else lines).encode())
    return digest.hexdigest()
