"""Deciding on batches of rows: the clean majority column by column, every other row by the judge.

There is one set of rules. What is decided here rests on what the judge's own functions say of single
cells, remembered; a row in which anything at all is out of the ordinary goes to the judge. Columns are
gone through by functions that run at the speed of C, which is why this reads unlike the rest.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Container, Iterator, Sequence
from itertools import chain, compress, count, repeat
from operator import not_
from typing import TypeAlias

from airflow_provider_calendars.contacts.audience import keys_of
from airflow_provider_calendars.contacts.decisions import LONGEST_FIELD, Judge, Person, Refused
from airflow_provider_calendars.contacts.emails import Found, plain_addresses
from airflow_provider_calendars.contacts.names import clean_name, split_full_name
from airflow_provider_calendars.contacts.opt_outs import Verdict
from airflow_provider_calendars.contacts.suppression import NOBODY

PersonFields: TypeAlias = tuple[str, ...]
"""The fields of a :class:`~.decisions.Person`, in its order."""

_Others: TypeAlias = list[tuple[int, str]]
"""Places in a batch of rows, and addresses that are mentioned there beside the one that is invited."""

_Waiting: TypeAlias = list[tuple[int, Found]]
"""Places in a batch of rows that the judge decides on, and the addresses there."""

_MOST_REMEMBERED = 20_000
_LONGEST_REMEMBERED = 60


class QuickJudge:
    """Decides on batches of rows of one table exactly as its judge would on one after the other.

    :param judge: decides on every row that is not plain. Plain is: one ASCII address in a cell, names
        of ordinary length, as many cells as the header has, opt-out cells that pass.
    """

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.audience = judge.audience
        self.width = judge.width
        columns = judge.columns
        others = (*columns.emails[1:], *columns.other_emails)
        names = _Names(judge)
        self.names_of = names.of
        # what others may have, too, counts only for lists
        shared = columns.shared_emails if judge.suppression is not NOBODY else ()
        opt_outs = [place for place, _ in judge.verdicts]
        self.places = [columns.emails[0], *names.places, *others, *shared, *opt_outs]
        self.others = range(1 + len(names.places), 1 + len(names.places) + len(others))
        self.shared = range(self.others.stop, self.others.stop + len(shared))
        self.verdicts = [(self.shared.stop + at, meanings) for at, (_, meanings) in enumerate(judge.verdicts)]
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
        if self.nothing_is_plain or not rows:
            waiting = [(place, self.judge.addresses_of(cells)) for place, cells in enumerate(rows)]
            return self._with_judged([], [], waiting, numbers, rows)
        even = rows if set(map(len, rows)) == {self.width} else self._made_even(rows)
        columns = [[cells[place] for cells in even] for place in self.places]
        addresses, domains = plain_addresses(columns[0])
        first_names, last_names = self.names_of(columns)
        keys = keys_of(addresses)
        others, unclear_others = self._others_in(columns)
        plain = bytearray(map(self.domains.__getitem__, domains))
        unclear = (self._unclear(columns, addresses), self._nameless(first_names, last_names), unclear_others)
        for place in chain.from_iterable(unclear):
            plain[place] = False
        waiting = self._waiting(rows, keys, others, plain)
        plain_numbers = list(compress(numbers, plain))
        new = self.audience.add_new(
            list(compress(addresses, plain)), list(compress(keys, plain)), plain_numbers
        )
        if not all(new):
            for place in list(compress(compress(count(), plain), map(not_, new))):
                plain[place] = False
                waiting.append((place, self.judge.addresses_of(rows[place])))
            waiting.sort()
        self.audience.note_passed(address for place, address in others if plain[place])
        fields = [compress(column, plain) for column in (first_names, last_names, addresses)]
        people = list(zip(*fields, *[repeat("")] * 3, strict=False))
        return self._with_judged(people, list(compress(plain_numbers, new)), waiting, numbers, rows)

    def _made_even(self, rows: list[list[str]]) -> list[list[str]]:
        """Fill up short rows; a row that is too long is for the judge, so nothing of it is shown."""
        width, blank = self.width, [""] * self.width
        return [cells + blank[len(cells) :] if len(cells) <= width else blank for cells in rows]

    def _unclear(self, columns: list[list[str]], addresses: list[str]) -> Iterator[int]:
        """Tell which rows something in their cells calls to the judge."""
        if max(map(len, addresses)) > LONGEST_FIELD:
            yield from (place for place, address in enumerate(addresses) if len(address) > LONGEST_FIELD)
        for known in (self.barred, self.audience.opted_out):
            if known and not known.isdisjoint(addresses):
                yield from compress(count(), map(known.__contains__, addresses))
        for place, meanings in self.verdicts:
            doubtful = {cell for cell in set(columns[place]) if meanings[cell] is not Verdict.PASS}
            if doubtful:
                yield from compress(count(), map(doubtful.__contains__, columns[place]))

    def _others_in(self, columns: list[list[str]]) -> tuple[_Others, list[int]]:
        """Return the other addresses, and the rows in which the judge should look at them."""
        others: _Others = []
        unclear = []
        for place, address, domain in _addresses_in(columns, self.others):
            if self.domains[domain] and not self._needs_judge(address):
                others.append((place, address))
            else:
                unclear.append(place)
        for place, address, domain in _addresses_in(columns, self.shared):
            if not self.domains[domain] or address in self.barred:
                unclear.append(place)
        return others, unclear

    def _needs_judge(self, other: str) -> bool:
        return (
            self.judge.expand
            or len(other) > LONGEST_FIELD
            or other in self.barred
            or other in self.audience.opted_out
        )

    def _nameless(self, first_names: list[str | None], last_names: list[str | None]) -> Iterator[int]:
        """Tell which rows have names that the judge should look at."""
        if not all(first_names):
            yield from compress(count(), map(not_, first_names))
        if None in last_names:
            yield from (place for place, name in enumerate(last_names) if name is None)

    def _waiting(self, rows: list[list[str]], keys: list[int], others: _Others, plain: bytearray) -> _Waiting:
        """Return what the judge decides on after the plain rows, and leave as plain what can come first.

        A row whose address an earlier row has, too, must wait for it; so must one of whose other addresses
        something else may be decided.
        """
        waiting = [
            (place, self.judge.addresses_of(rows[place])) for place in compress(count(), map(not_, plain))
        ]
        # the first one of an address comes last, and stays
        pairs = [(address, place) for place, found in reversed(waiting) for address in found.mentioned]
        keys_mentioned = keys_of(address for address, _ in pairs)
        mentioned = dict(zip(keys_mentioned, (place for _, place in pairs), strict=True))
        for place in self._mentioning(mentioned, others, plain):
            plain[place] = False
            waiting.append((place, self.judge.addresses_of(rows[place])))
            mentioned[keys[place]] = min(place, mentioned.get(keys[place], place))
        remaining = list(compress(keys, plain))
        if len(set(remaining)) == len(remaining) and mentioned.keys().isdisjoint(remaining):
            return sorted(waiting)
        first: dict[int, int] = {}
        for place in compress(range(len(rows)), bytes(plain)):
            if first.setdefault(keys[place], place) != place or mentioned.get(keys[place], place) < place:
                plain[place] = False
                waiting.append((place, self.judge.addresses_of(rows[place])))
        return sorted(waiting)

    def _mentioning(self, mentioned: Container[int], others: _Others, plain: bytearray) -> set[int]:
        """Return the plain rows with another address of which a waiting row tells something."""
        other_keys = keys_of(address for _, address in others)
        return {
            place
            for (place, _), key in zip(others, other_keys, strict=True)
            if plain[place] and key in mentioned
        }

    def _with_judged(
        self,
        people: list[PersonFields],
        places: list[int],
        waiting: _Waiting,
        numbers: Sequence[int],
        rows: list[list[str]],
    ) -> tuple[list[PersonFields], list[Refused]]:
        """Have the judge decide on what waits, and put the people among the plain ones.

        :param people: the plain ones.
        :param places: the numbers of their rows.
        """
        refused: list[Refused] = []
        self.audience.counts["accepted"] += len(people)
        inserted = 0
        for place, found in waiting:
            for decision in self.judge.decide(numbers[place], rows[place], found):
                if isinstance(decision, Person):
                    people.insert(bisect(places, numbers[place]) + inserted, decision)
                    inserted += 1
                else:
                    refused.append((numbers[place], decision, rows[place]))
        return people, refused


def _addresses_in(columns: list[list[str]], places: range) -> Iterator[tuple[int, str, str]]:
    """Return the cells with addresses: the row's place, and what :func:`plain_addresses` says of each."""
    for each in places:
        column = columns[each]
        # where there is no address, there is nothing to decide
        filled = compress(count(), column)
        rows = [row for row in filled if "@" in column[row] or "＠" in column[row]]  # noqa: RUF001
        if rows:
            yield from zip(rows, *plain_addresses([column[row] for row in rows]), strict=True)


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

    def of(self, columns: list[list[str]]) -> tuple[list[str | None], list[str | None]]:
        """Return the first names and the last names of rows, from the picked columns."""
        cleaned = self.remembered.__getitem__
        blank: list[str | None] = [""] * len(columns[0])
        last_names = list(map(cleaned, columns[2])) if self.has_last else blank
        if not self.is_full:
            return list(map(cleaned, columns[1])), last_names
        names = list(map(split_full_name, columns[1]))
        lasts = [
            last if last or last is None else rest for last, (_, rest) in zip(last_names, names, strict=True)
        ]
        return [_if_short(first) for first, _ in names], list(map(_if_short, lasts))


class _Remembered(dict[str, str | None]):
    """Names as a person would write them, found once for each cell."""

    def __missing__(self, cell: str) -> str | None:
        name = _if_short(clean_name(cell))
        if len(self) < _MOST_REMEMBERED and len(cell) < _LONGEST_REMEMBERED:
            self[cell] = name
        return name


def _if_short(name: str | None) -> str | None:
    return name if name is not None and len(name) <= LONGEST_FIELD else None
