"""Suppression lists: addresses, whole domains and SHA-256 hashes that must not be invited."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import BinaryIO

from airflow_provider_calendars.contacts.columns import email_rank
from airflow_provider_calendars.contacts.emails import AddressReader
from airflow_provider_calendars.contacts.opening import open_lists
from airflow_provider_calendars.contacts.suppression import SUPPRESSION_LIST, Suppression
from airflow_provider_calendars.contacts.tables import Row, Rows, RowsOnce
from airflow_provider_calendars.contacts.text import clean_text, header_words, is_blank, words_of
from airflow_provider_calendars.exceptions import ConfigurationError, ContactsError

_HASH = re.compile(r"[0-9a-fA-F]{64}")
_DOMAIN = re.compile(r"(?:\*?@|\*\.|\.)?([\w\-]+(?:\.[\w\-]+)+)\.?")
_HASH_WORDS = words_of("sha256 sha256hash hash hashes hashed")
_DOMAIN_WORDS = words_of("domain domains domaene domaenen domanen dominio domaine domeinen")
_MOST_NAMED = 10


@dataclass
class SuppressionLists:
    """Gathers what any number of suppression lists hold.

    A list is a text file, CSV or workbook, of which all visible sheets count. Of a single column, every
    cell must be an address, a domain (``example.com``, ``@example.com``, ``*@example.com``) or a SHA-256 in
    hex of an address in lower case; so must be the cells of the columns about e-mail, domains and hashes
    where there are several.

    :param addresses: reads addresses.
    """

    addresses: AddressReader
    listed: dict[str, str] = field(default_factory=dict)
    hashes: set[bytes] = field(default_factory=set)
    domains: set[str] = field(default_factory=set)

    def add(self, stream: BinaryIO, name: str) -> int:
        """Read a list.

        :param stream: the list; seekable.
        :param name: the list's name, for messages.
        :return: how many entries it has.
        :raises ContactsError: an entry cannot be understood, which might let somebody be invited by
            mistake; the message names the rows.
        """
        with open_lists(stream, name) as lists:
            return sum(self._add_rows(rows, called) for called, rows in lists)

    def add_rows(self, headers: Sequence[str], rows: Iterable[Sequence[object]], name: str) -> int:
        """Read the rows of a list that is no file; see :meth:`add`.

        :param headers: the names of the columns; they count as row 1.
        :param rows: the rows.
        """
        with ExitStack() as stack:
            return self._add_rows(RowsOnce(stack, headers, rows), name)

    def _add_rows(self, rows: Rows, name: str) -> int:
        count, bad = 0, []
        columns: Sequence[int] | None = None
        for number, cells in _numbered(rows):
            if is_blank(cells) or (cells[0].lstrip().startswith("#") and is_blank(cells[1:])):
                continue
            if columns is None:
                columns = _columns(cells, name)
                if columns is not None and not self._is_entry(cells, columns):
                    continue
            understood = [self._take(cells[place]) for place in columns or () if place < len(cells)]
            count += sum(one is True for one in understood)
            if False in understood:
                bad.append(number)
        if bad:
            raise ContactsError(_not_understood(name, bad))
        return count

    def _is_entry(self, cells: Sequence[str], columns: Sequence[int]) -> bool:
        return any(_may_be_entry(clean_text(cells[place])) for place in columns)

    def _take(self, cell: str) -> bool | None:
        """Add what a cell holds; None where it is blank, False where it is not understood."""
        text = clean_text(cell)
        if not text:
            return None
        if _HASH.fullmatch(text):
            self.hashes.add(bytes.fromhex(text))
            return True
        if domain := _DOMAIN.fullmatch(text):
            return self._take_domain(domain[1])
        mentioned = self.addresses.read(text).mentioned
        self.listed.update(dict.fromkeys(mentioned, SUPPRESSION_LIST))
        return bool(mentioned)

    def _take_domain(self, text: str) -> bool:
        domain = plain_domain(text, self.addresses)
        if domain is not None:
            self.domains.add(domain)
        return domain is not None

    def suppression(
        self, *, blocked_domains: Iterable[str], allowed_domains: Iterable[str], attendees: Iterable[str] = ()
    ) -> Suppression:
        """Return everything together, with rules on domains and people who have their place already."""
        return Suppression(
            addresses=self.listed,
            hashes=frozenset(self.hashes),
            domains=frozenset(self.domains),
            blocked_domains=frozenset(blocked_domains),
            allowed_domains=frozenset(allowed_domains),
            attendees=frozenset(attendees),
        )


def plain_domain(text: str, addresses: AddressReader) -> str | None:
    """Return a domain in lower case and ASCII, or None if it is none."""
    found = addresses.normalize(f"a@{text.strip().rstrip('.')}")
    return found.rpartition("@")[2] if found else None


def domain_rules(
    name: str, domains: Sequence[str], addresses: AddressReader, *, wild: bool = False
) -> list[str]:
    """Return the domains of an argument, normalised.

    :param name: the argument, for messages.
    :param domains: what the caller wrote: ``example.com``, ``@example.com`` or ``*.example.com``.
    :param addresses: reads addresses.
    :param wild: whether ``*.`` makes a difference and stays.
    :raises ConfigurationError: one is no domain.
    """
    found = []
    for each in domains:
        text = each.strip().removeprefix("@")
        bare = text.removeprefix("*.")
        domain = plain_domain(bare, addresses)
        if domain is None:
            raise ConfigurationError(f"{name}: {each!r:.80} is no domain; expected one such as example.com.")
        found.append(f"*.{domain}" if wild and bare != text else domain)
    return found


def _numbered(rows: Rows) -> Iterator[Row]:
    return (row for numbers, cells in rows.batches() for row in zip(numbers, cells, strict=True))


def _columns(cells: Sequence[str], name: str) -> list[int]:
    """Return the columns that hold entries, told from the first row that is not blank."""
    filled = [place for place, cell in enumerate(cells) if clean_text(cell)]
    if len(filled) == 1 and len(cells) == 1 + filled[0]:
        return filled
    named = [place for place in filled if _heads_entries(cells[place])]
    if not named:
        raise ContactsError(
            f"{name} has several columns and none that is called e-mail, domain or hash: give it a header."
        )
    return named


def _heads_entries(header: str) -> bool:
    words = set(header_words(header))
    return email_rank(header) is not None or bool(words & (_HASH_WORDS | _DOMAIN_WORDS))


def _may_be_entry(text: str) -> bool:
    return bool("@" in text or _HASH.fullmatch(text) or _DOMAIN.fullmatch(text))


def _not_understood(name: str, bad: Sequence[int]) -> str:
    rows = ", ".join(map(str, bad[:_MOST_NAMED])) + (" ..." if len(bad) > _MOST_NAMED else "")
    return (
        f"{name}: {len(bad)} entries are neither an address, a domain nor a SHA-256 in hex (rows {rows}): "
        "correct them, or somebody might be invited by mistake."
    )
