"""Who has been accepted so far, and where: one memory for all parts of an export."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

_MOST_IN_BLOCK = 500


def keys_of(addresses: Iterable[str]) -> list[int]:
    """Return what addresses are looked up by; two of them may have the same key."""
    # of sixty bits, an integer takes a third less memory than of sixty-four
    return [hash(address) >> 4 for address in addresses]


class _Block:
    """Some of the people accepted, in the order of their rows: their addresses as one text.

    :param file: the file they are from.
    """

    __slots__ = ("addresses", "file", "rows")

    def __init__(self, file: str) -> None:
        self.file = file
        self.addresses = "\n"
        self.rows = array("I")

    def add(self, addresses: Iterable[str], rows: Iterable[int]) -> None:
        self.addresses += "\n".join((*addresses, ""))
        self.rows.extend(rows)

    def row_of(self, address: str) -> int | None:
        at = self.addresses.find(f"\n{address}\n")
        return None if at < 0 else self.rows[self.addresses.count("\n", 0, at)]


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

    def may_have(self, keys: Collection[int]) -> bool:
        """Tell whether addresses with any of these keys were accepted."""
        return not self._block_of.keys().isdisjoint(keys)

    def having(self, keys: Iterable[int]) -> Iterable[bool]:
        """Tell of each key whether an address with it was accepted."""
        return map(self._block_of.__contains__, keys)

    def add(self, address: str, row: int) -> None:
        """Accept an address that is new."""
        if len(self._single.rows) >= _MOST_IN_BLOCK:
            self._single = self._begin_block()
        self._single.add((address,), (row,))
        if self._block_of.setdefault(*keys_of((address,)), self._single).row_of(address) is None:
            self._block_beside[address] = self._single

    def add_all(self, addresses: Sequence[str], keys: Sequence[int], rows: Sequence[int]) -> None:
        """Accept addresses.

        :param addresses: in the order of their rows.
        :param keys: theirs; no two are the same, and none was seen before.
        :param rows: the numbers of their rows.
        """
        block = self._begin_block()
        block.add(addresses, rows)
        self._block_of.update(dict.fromkeys(keys, block))

    def first_row(self, address: str) -> str | None:
        """Return the row at which an address was accepted, or None."""
        for block in (self._block_of.get(*keys_of((address,))), self._block_beside.get(address)):
            if block is not None and (row := block.row_of(address)) is not None:
                return f"{block.file}:{row}" if self.name_files else str(row)
        return None

    def note_passed(self, addresses: Iterable[str]) -> None:
        """Remember addresses of rows that were not suppressed."""
        self._passed.update(address for address in addresses if self.first_row(address) is None)

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
        emails: list[str] = []
        for block in self._blocks:
            emails += block.addresses[1:].split("\n")[:-1]
            block.addresses = ""
        emails.sort()
        return fingerprint_of_sorted(emails)


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
