"""Deciding on batches of rows: the clean majority column by column, every other row by the judge.

There is one set of rules. What is decided here rests on what the judge's own functions say of single
cells, remembered; a row in which anything at all is out of the ordinary goes to the judge. Columns are
gone through by functions that run at the speed of C, which is why this reads unlike the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, count, repeat
from operator import itemgetter
from typing import Any, TypeAlias

from airflow_provider_calendars.contacts.decisions import LONGEST_FIELD, Judge, Person, Refused
from airflow_provider_calendars.contacts.emails import SURELY_PLAIN
from airflow_provider_calendars.contacts.names import clean_name, split_full_name
from airflow_provider_calendars.contacts.opt_outs import Verdict

PersonFields: TypeAlias = tuple[str, ...]
"""The fields of a :class:`~.decisions.Person`, in its order."""

_Batch: TypeAlias = Iterable[tuple[Any, ...]]
"""Number, cells, address, its match, first name, last name."""

_MOST_REMEMBERED = 20_000
_LONGEST_REMEMBERED = 60


class QuickJudge:
    """Decides on batches of rows of one table exactly as its judge would on one after the other.

    :param judge: decides on every row that is not plain. Plain is: one ASCII address and no other, names
        of ordinary length, as many cells as the header has, opt-out cells that pass.
    """

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.width = judge.width
        columns = judge.columns
        others = (*columns.emails[1:], *columns.other_emails)
        names = _Names(judge)
        self.names_of = names.of
        # the cells that are looked at, picked out of each row at once
        places = [columns.emails[0], *names.places, *others, *(place for place, _ in judge.verdicts)]
        self.pick = itemgetter(*places)
        self.others = range(1 + len(names.places), 1 + len(names.places) + len(others))
        self.verdicts = [(self.others.stop + at, meanings) for at, (_, meanings) in enumerate(judge.verdicts)]
        self.domains = _Domains(judge)
        self.barred = judge.suppression.addresses.keys() | judge.suppression.attendees
        # what has fields of its own, or must be hashed, is not plain; nor are rows without names
        self.nothing_is_plain = judge.has_extras or bool(judge.suppression.hashes) or not names.places

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
        if self.nothing_is_plain or not rows:
            for number, cells in zip(numbers, rows, strict=True):
                self._ask_judge(number, cells, people, refused)
            return people, refused
        self.judge.audience.begin_batch()
        even = rows if set(map(len, rows)) == {self.width} else self._made_even(rows)
        columns = list(zip(*map(self.pick, even), strict=True))
        addresses = list(map(str.lower, columns[0]))
        matches = list(map(SURELY_PLAIN.match, addresses))
        for place in self._unclear(columns, addresses):
            matches[place] = None
        self._go_through(
            zip(numbers, rows, addresses, matches, *self.names_of(columns), strict=True), people, refused
        )
        return people, refused

    def _made_even(self, rows: list[list[str]]) -> list[list[str]]:
        """Fill up short rows; a row that is too long is for the judge, so nothing of it is shown."""
        width, blank = self.width, [""] * self.width
        return [cells + blank[len(cells) :] if len(cells) <= width else blank for cells in rows]

    def _unclear(self, columns: list[tuple[str, ...]], addresses: list[str]) -> Iterator[int]:
        """Tell which rows something besides the names calls to the judge."""
        if max(map(len, addresses)) > LONGEST_FIELD:
            yield from (place for place, address in enumerate(addresses) if len(address) > LONGEST_FIELD)
        if self.barred:
            yield from compress(count(), map(self.barred.__contains__, addresses))
        for place in self.others:
            if any(columns[place]):
                yield from compress(count(), columns[place])
        for place, meanings in self.verdicts:
            doubtful = {cell for cell in set(columns[place]) if meanings[cell] is not Verdict.PASS}
            if doubtful:
                yield from compress(count(), map(doubtful.__contains__, columns[place]))

    def _go_through(self, batch: _Batch, people: list[PersonFields], refused: list[Refused]) -> None:
        audience, domains = self.judge.audience, self.domains
        accepted, opted_out, block = audience.blocks, audience.opted_out, audience.block
        remember, remember_row, take = audience.emails.append, audience.rows.append, people.append
        plain = 0
        for number, cells, address, match, first_name, last_name in batch:
            if (
                match is not None
                and first_name
                and last_name is not None
                and domains[match[1]]
                and address not in accepted
                and address not in opted_out
            ):
                # what Audience.add does, without a call
                accepted[address] = block
                remember(address)
                remember_row(number)
                take((first_name, last_name, address, "", "", ""))
                plain += 1
            else:
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
        chosen = columns.full_name if columns.first_name is None else columns.first_name
        self.is_full = columns.first_name is None
        self.has_last = columns.last_name is not None
        self.places = [place for place in (chosen, columns.last_name) if place is not None]
        if chosen is None:
            self.places.clear()
        self.remembered = _Remembered()

    def of(self, columns: list[tuple[str, ...]]) -> tuple[Iterable[str | None], Iterable[str | None]]:
        """Return the first names and the last names of rows, from the picked columns."""
        cleaned = self.remembered.__getitem__
        last_names = map(cleaned, columns[2]) if self.has_last else repeat("", len(columns[0]))
        if not self.is_full:
            return map(cleaned, columns[1]), last_names
        names = list(map(split_full_name, columns[1]))
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
