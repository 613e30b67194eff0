"""Deciding on batches of rows: the clean majority column by column, every other row by the judge.

There is one set of rules. What is decided here rests on what the judge's own functions say of single
cells, remembered; a row in which anything at all is out of the ordinary goes to the judge. Columns are
gone through by functions that run at the speed of C, which is why this reads unlike the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import compress, count, repeat
from operator import itemgetter
from typing import TypeAlias

from airflow_provider_calendars.contacts.decisions import LONGEST_FIELD, Judge, Person, Refused
from airflow_provider_calendars.contacts.emails import SURELY_PLAIN
from airflow_provider_calendars.contacts.names import clean_name, split_full_name
from airflow_provider_calendars.contacts.opt_outs import Verdict

PersonFields: TypeAlias = Sequence[str]
"""The fields of a :class:`~.decisions.Person`, in its order."""

_Batch: TypeAlias = Iterable[tuple[int, list[str], "re.Match[str] | None", str | None, str | None, int]]

_MOST_REMEMBERED = 20_000
_LONGEST_REMEMBERED = 60


class QuickJudge:
    """Decides on batches of rows of one table exactly as its judge would on one after the other.

    :param judge: decides on every row that is not plain. Plain is: one ASCII address and no other, names
        of ordinary length, as many cells as the header has, opt-out cells that pass.
    """

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        columns = judge.columns
        self.email = itemgetter(columns.emails[0])
        self.others = [itemgetter(place) for place in (*columns.emails[1:], *columns.other_emails)]
        self.verdicts = [(itemgetter(place), meanings) for place, meanings in judge.verdicts]
        self.width = judge.width
        self.names = _Names(judge)
        self.domains = _Domains(judge)
        self.barred = judge.suppression.addresses.keys() | judge.suppression.attendees
        # what has fields of its own, or must be hashed, is not plain
        self.nothing_is_plain = judge.has_extras or bool(judge.suppression.hashes)

    def decide(
        self, numbers: Sequence[int], rows: list[list[str]]
    ) -> tuple[list[PersonFields], list[Refused]]:
        """Decide on rows.

        :param numbers: the numbers of the rows.
        :param rows: their cells.
        :return: the people, and the rows that are not uploaded.
        """
        people: list[PersonFields] = []
        refused: list[Refused] = []
        if self.nothing_is_plain:
            for number, cells in zip(numbers, rows, strict=True):
                self._ask_judge(number, cells, people, refused)
            return people, refused
        even = rows if set(map(len, rows)) == {self.width} else self._made_even(rows)
        matches = map(SURELY_PLAIN.match, map(str.lower, map(self.email, even)))
        batch = zip(numbers, rows, matches, *self.names.of(even), self._unclear(even), strict=True)
        self._go_through(batch, people, refused)
        return people, refused

    def _made_even(self, rows: list[list[str]]) -> list[list[str]]:
        """Fill up short rows; a row that is too long is for the judge, so nothing of it is shown."""
        width, blank = self.width, [""] * self.width
        return [cells + blank[len(cells) :] if len(cells) <= width else blank for cells in rows]

    def _unclear(self, rows: list[list[str]]) -> bytearray:
        """Tell of each row whether something besides names and address calls for the judge."""
        unclear = bytearray(len(rows))
        for column in self.others:
            cells = list(map(column, rows))
            if any(cells):
                _mark(unclear, map(bool, cells))
        for column, meanings in self.verdicts:
            cells = list(map(column, rows))
            doubtful = {cell for cell in set(cells) if meanings[cell] is not Verdict.PASS}
            if doubtful:
                _mark(unclear, map(doubtful.__contains__, cells))
        return unclear

    def _go_through(self, batch: _Batch, people: list[PersonFields], refused: list[Refused]) -> None:
        audience, domains, barred = self.judge.audience, self.domains, self.barred
        accepted, opted_out, add = audience.blocks, audience.opted_out, audience.add
        plain = 0
        for number, cells, match, first_name, last_name, unclear in batch:
            if match is not None and first_name and last_name is not None and not unclear:
                address, domain = match.group(0, 1)
                if (
                    domains[domain]
                    and len(address) <= LONGEST_FIELD
                    and address not in accepted
                    and address not in opted_out
                    and address not in barred
                ):
                    add(address, number)
                    people.append((first_name, last_name, address, "", "", ""))
                    plain += 1
                    continue
            self._ask_judge(number, cells, people, refused)
        audience.counts["accepted"] += plain

    def _ask_judge(
        self, number: int, cells: list[str], people: list[PersonFields], refused: list[Refused]
    ) -> None:
        for decision in self.judge.decide(number, cells):
            if isinstance(decision, Person):
                people.append(decision)
            else:
                refused.append((number, decision, cells))


def _mark(unclear: bytearray, doubtful: Iterable[bool]) -> None:
    for place in compress(count(), doubtful):
        unclear[place] = 1


class _Domains(dict[str, bool]):
    """Whether people at a domain may be invited, as far as the domain goes; found once for each."""

    def __init__(self, judge: Judge) -> None:
        super().__init__()
        self.judge = judge

    def __missing__(self, domain: str) -> bool:
        suppression = self.judge.suppression
        fit = self.judge.addresses.is_domain(domain) and suppression.allows(domain)
        fit = fit and suppression.reason_for_domain(domain) is None
        if len(self) < _MOST_REMEMBERED:
            self[domain] = fit
        return fit


class _Names:
    """The first and last names of rows, as the judge would find them.

    A name is None where it is too long. Where the judge would have to look closely, the first is blank.
    """

    def __init__(self, judge: Judge) -> None:
        columns = judge.columns
        self.first, self.last, self.full = (
            None if place is None else itemgetter(place)
            for place in (columns.first_name, columns.last_name, columns.full_name)
        )
        self.remembered = _Remembered()

    def of(self, rows: list[list[str]]) -> tuple[Iterable[str | None], Iterable[str | None]]:
        """Return the first names and the last names of rows."""
        cleaned = self.remembered.__getitem__
        last_names = repeat("", len(rows)) if self.last is None else map(cleaned, map(self.last, rows))
        if self.first is not None:
            return map(cleaned, map(self.first, rows)), last_names
        if self.full is None:
            return repeat("", len(rows)), last_names
        names = list(map(split_full_name, map(self.full, rows)))
        lasts = [
            last if last or last is None else rest for last, (_, rest) in zip(last_names, names, strict=True)
        ]
        return (_if_short(first) for first, _ in names), map(_if_short, lasts)


class _Remembered(dict[str, str | None]):
    """Names as a person would write them, found once for each cell."""

    def __missing__(self, cell: str) -> str | None:
        name = _if_short(clean_name(cell))
        if len(self) < _MOST_REMEMBERED and len(cell) < _LONGEST_REMEMBERED:
            self[cell] = name
        return name


def _if_short(name: str | None) -> str | None:
    return name if name is not None and len(name) <= LONGEST_FIELD else None
