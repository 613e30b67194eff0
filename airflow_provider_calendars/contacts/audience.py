"""Who has been accepted so far, and where: one memory for all parts of an export."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import compress
from operator import not_

_MOST_IN_BLOCK = 500


def keys_of(addresses: Iterable[str]) -> list[int]:
    """Return what addresses are looked up by; two of them may have the same key."""
    # of sixty bits, an integer takes a third less memory than of sixty-four
    return [hash(address) >> 4 for address in addresses]


def _key_of(address: str) -> int:
    return keys_of((address,))[0]


class _Block:
    """Some of the people accepted, in the order of their rows: their addresses as one text.

    :param file: the file they are from.
    """

    __slots__ = ("addresses", "file", "rows")

    def __init__(self, file: str) -> None:
        self.file = file
        self.addresses = b"\n"
        self.rows = array("I")

    def add(self, addresses: Iterable[str], rows: Iterable[int]) -> None:
        self.addresses += "\n".join((*addresses, "")).encode()
        self.rows.extend(rows)

    def row_of(self, address: str) -> int | None:
        at = self.addresses.find(f"\n{address}\n".encode())
        return None if at < 0 else self.rows[self.addresses.count(b"\n", 0, at)]


class Audience:
    """The people accepted so far, and the addresses that opted out.

    Made for millions: beside the letters of the address a person takes some eighty bytes.

    :param opted_out: addresses known beforehand to have opted out.
    :param name_files: call rows by their file, too.
    """

    def __init__(self, opted_out: Iterable[str] = (), *, name_files: bool = False) -> None:
        self.name_files = name_files
        self.opted_out = set(opted_out)
        self.opted_out_too_late = False
        """Whether an address opted out below a row that has it."""
        self.counts: Counter[str] = Counter()
        self._passed: set[str] = set()
        self._blocks: list[_Block] = []
        self._block_of: dict[int, _Block] = {}
        """Key of an address to where it is, unless another address with that key came first."""
        self._block_beside: dict[str, _Block] = {}
        """The same for addresses whose key was taken."""

    def begin(self, name: str) -> None:
        """Note that the rows of the next file follow."""
        self._file = name
        self._single = self._begin_block()

    def _begin_block(self) -> _Block:
        self._blocks.append(_Block(self._file))
        return self._blocks[-1]

    def where(self, row: int) -> str:
        """Return how a row of the present file is called."""
        return f"{self._file}:{row}" if self.name_files else str(row)

    def place_of(self, row: int) -> str:
        """Return how a row of the present file is called in a message."""
        return f"{self._file}: row {row}"

    def add(self, address: str, row: int) -> None:
        """Accept an address that is new."""
        if len(self._single.rows) >= _MOST_IN_BLOCK:
            self._single = self._begin_block()
        self._single.add((address,), (row,))
        if self._block_of.setdefault(_key_of(address), self._single) is not self._single:
            self._block_beside[address] = self._single

    def add_new(self, addresses: Sequence[str], keys: Sequence[int], rows: Sequence[int]) -> bytearray:
        """Accept the addresses that are surely new, and tell of each whether it is.

        :param addresses: in the order of their rows.
        :param keys: theirs; no two are the same.
        :param rows: the numbers of their rows.
        """
        known = self._block_of
        new = bytearray(b"\1") * len(keys)
        if not known.keys().isdisjoint(keys):
            new = bytearray(map(not_, map(known.__contains__, keys)))
        block = self._begin_block()
        block.add(compress(addresses, new), compress(rows, new))
        known.update(dict.fromkeys(compress(keys, new), block))
        return new

    def first_row(self, address: str) -> str | None:
        """Return the row at which an address was accepted, or None."""
        for block in (self._block_of.get(_key_of(address)), self._block_beside.get(address)):
            if block is not None and (row := block.row_of(address)) is not None:
                return f"{block.file}:{row}" if self.name_files else str(row)
        return None

    def note_passed(self, addresses: Iterable[str]) -> None:
        """Remember addresses of rows that were not suppressed, of nobody who was accepted."""
        self._passed.update(addresses)

    def note_opt_out(self, addresses: tuple[str, ...]) -> None:
        """Remember addresses that opted out."""
        for address in addresses:
            if address in self._passed or self.first_row(address) is not None:
                self.opted_out_too_late = True
        self.opted_out.update(addresses)

    def fingerprint(self) -> str:
        """Return what identifies the audience; nobody can be added afterwards."""
        self._block_of.clear()
        self._block_beside.clear()
        emails: list[bytes] = []
        for block in self._blocks:
            emails += block.addresses.split(b"\n")[1:-1]
            block.addresses = b""
        emails.sort()
        return _fingerprint_of_sorted(emails)


def fingerprint(emails: Iterable[str]) -> str:
    """Return what identifies an audience: SHA-256 in hex over its sorted addresses, one a line.

    :param emails: normalised addresses, without repetition.
    """
    return _fingerprint_of_sorted(sorted(email.encode() for email in emails))


def _fingerprint_of_sorted(emails: list[bytes]) -> str:
    # in UTF-8 they sort as they do as text, and in pieces they need no copy of them all
    digest = hashlib.sha256()
    for start in range(0, len(emails), 10_000):
        lines = b"\n".join(emails[start : start + 10_000])
        digest.update(b"\n" + lines if start else lines)
    return digest.hexdigest()
