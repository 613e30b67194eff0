"""Which column holds what, told from the headers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from airflow_provider_calendars.contacts import vocabulary
from airflow_provider_calendars.contacts.opt_outs import OptOutColumn, Polarity, named_polarities, polarity_of
from airflow_provider_calendars.contacts.text import clean_text, header_key, header_words
from airflow_provider_calendars.exceptions import ConfigurationError, ContactsError

ColumnChoice: TypeAlias = "str | int | Sequence[str | int]"

_NAMES = frozenset((*vocabulary.FIRST_NAME, *vocabulary.LAST_NAME, *vocabulary.FULL_NAME))
_ENTITY = "|".join(vocabulary.ENTITIES)
_OTHER = "|".join((*vocabulary.EMAIL_QUALIFIERS[-1], r"\d+"))
_SOMEBODY_ELSE = re.compile(rf"\b(?:{_OTHER}) (?:{_ENTITY})\b|\b(?:{_ENTITY}) (?:[2-9]|\d\d)\b")
_NUMBER = re.compile(r"(?<=[a-z])(?=\d)")

FIELDS = ("email", "first_name", "last_name", "full_name", "login_url", "username", "password")
"""What ``columns=`` may name."""


@dataclass(frozen=True)
class Wanted:
    """What the caller says about columns; everything else is told from the headers.

    :param columns: field (one of :data:`FIELDS`) to header, or to the column's number counted from 1;
        ``email`` may be a list, best first.
    :param opt_out_columns: further opt-out columns by header, or header to polarity.
    """

    columns: Mapping[str, ColumnChoice] = field(default_factory=dict)
    opt_out_columns: Mapping[str, str] | Sequence[str] | None = None

    def __post_init__(self) -> None:
        unknown = sorted(set(self.columns) - set(FIELDS))
        if unknown:
            raise ConfigurationError(f"columns: unknown {', '.join(unknown)}; possible: {', '.join(FIELDS)}.")
        for name, choice in self.columns.items():
            _check_choice(name, choice)
        try:
            named_polarities(self.opt_out_columns)
        except (TypeError, ValueError) as error:
            raise ConfigurationError(f"opt_out_columns: {error}.") from None


def _check_choice(name: str, choice: object) -> None:
    choices = choice if name == "email" and isinstance(choice, (list, tuple)) else [choice]
    if not choices or not all(isinstance(one, (str, int)) and not isinstance(one, bool) for one in choices):
        raise ConfigurationError(f"columns: {name} must be a header or a column number counted from 1.")


@dataclass(frozen=True)
class Columns:
    """Where things are; numbers count from 0, None is nowhere.

    :param emails: the columns whose addresses may be used, best first.
    :param other_emails: further addresses of the same person, looked at for opt-outs only.
    :param shared_emails: addresses that other contacts may have, too, such as a company's: looked at for
        suppression lists, and whoever has one as their own is left out where the row opts out.
    """

    emails: tuple[int, ...]
    other_emails: tuple[int, ...]
    shared_emails: tuple[int, ...]
    first_name: int | None
    last_name: int | None
    full_name: int | None
    extras: tuple[int | None, int | None, int | None]
    opt_outs: tuple[OptOutColumn, ...]

    @property
    def has_names(self) -> bool:
        """Whether a first name can be had at all."""
        return self.first_name is not None or self.full_name is not None

    @property
    def width(self) -> int:
        """How many cells a row needs so that every column exists."""
        addresses = (*self.emails, *self.other_emails, *self.shared_emails)
        names = (self.first_name, self.last_name, self.full_name, *self.extras)
        opt_outs = (found.place for found in self.opt_outs)
        return 1 + max(place for place in (*addresses, *names, *opt_outs) if place is not None)

    @property
    def count(self) -> int:
        """How many columns are of use."""
        names = (self.first_name, self.last_name, self.full_name, *self.extras)
        named = sum(place is not None for place in names)
        return named + len(self.emails) + len(self.other_emails) + len(self.opt_outs)

    def described(self, headers: Sequence[str]) -> dict[str, str]:
        """Say which header was taken for what, for logs and reports."""
        taken = {"email": ", ".join(headers[place] for place in self.emails)}
        for name in ("first_name", "last_name", "full_name"):
            if (place := getattr(self, name)) is not None:
                taken[name] = headers[place]
        if self.opt_outs:
            taken["opt_out"] = ", ".join(found.header for found in self.opt_outs)
        return taken


def find_columns(headers: Sequence[str], wanted: Wanted) -> Columns | None:
    """Find the columns of one header row.

    :param headers: the cells of the row.
    :param wanted: what the caller says about columns.
    :return: where things are, or None if no column can hold the contact's address, or if a column the
        caller named is not there.
    :raises ContactsError: two columns are equally good; the message lists them.
    """
    named = {name: _places(headers, choice) for name, choice in wanted.columns.items()}
    if any(None in places for places in named.values()):
        return None
    ranked = _ranked_emails(headers)
    emails = _certain(named["email"]) if "email" in named else _best_first(ranked, headers)
    if not emails:
        return None
    names = _find_names(headers, {name: _certain(places)[0] for name, places in named.items()})
    opt_outs = tuple(_opt_outs(headers, wanted, taken=set(emails)))
    others = [place for place, _ in ranked if place not in emails]
    taken = {*emails, *others, *names.values(), *(found.place for found in opt_outs)}
    further, shared = _further_emails(headers, taken)
    return Columns(
        emails=emails,
        other_emails=(*others, *further),
        shared_emails=tuple(shared),
        first_name=names.get("first_name"),
        last_name=names.get("last_name"),
        full_name=names.get("full_name"),
        extras=(names.get("login_url"), names.get("username"), names.get("password")),
        opt_outs=opt_outs,
    )


def is_header(cells: Sequence[str]) -> bool:
    """Tell whether a row could head contacts."""
    try:
        columns = find_columns(cells, Wanted())
    except ContactsError:
        # two columns are for the same, but it names columns
        return any(_name_key(cell) in _NAMES for cell in cells)
    return columns is not None and columns.has_names


def missing_columns(headers: Sequence[str], wanted: Wanted) -> list[str]:
    """Return what the caller named and this header row does not have."""
    missing = []
    for choice in wanted.columns.values():
        choices = choice if isinstance(choice, (list, tuple)) else [choice]
        missing += [str(one) for one in choices if None in _places(headers, one)]
    return missing


def _places(headers: Sequence[str], choice: ColumnChoice) -> tuple[int | None, ...]:
    if isinstance(choice, (list, tuple)):
        return tuple(place for one in choice for place in _places(headers, one))
    if isinstance(choice, int):
        return (choice - 1 if 0 < choice <= len(headers) else None,)
    return (_place_of(headers, str(choice)),)


def _place_of(headers: Sequence[str], name: str) -> int | None:
    shown = [clean_text(header) for header in headers]
    exact = [place for place, header in enumerate(shown) if header == clean_text(name)]
    alike = exact or [place for place, header in enumerate(shown) if header_key(header) == header_key(name)]
    if len(alike) > 1:
        raise ContactsError(
            f"Several columns are called {name!r}: {_listed(headers, alike)}. "
            "Name the right one by its number in columns=, counted from 1."
        )
    return alike[0] if alike else None


def _certain(places: Iterable[int | None]) -> tuple[int, ...]:
    return tuple(place for place in places if place is not None)


def _listed(headers: Sequence[str], places: Iterable[int]) -> str:
    return ", ".join(f"column {place + 1} ({clean_text(headers[place])})" for place in places)


def email_rank(header: str) -> int | None:
    """Tell how likely a column is the contact's main address: 0 is best, None is not one at all."""
    words = _email_words(header)
    others = [word for word in words if word not in vocabulary.EMAIL_WORDS]
    if len(others) == len(words) or _SOMEBODY_ELSE.search(" ".join(words)):
        return None
    ranks = [_qualifier_rank(word) for word in others if word not in vocabulary.ENTITIES]
    return None if None in ranks else max((rank for rank in ranks if rank is not None), default=0)


def _email_words(header: str) -> list[str]:
    text = _NUMBER.sub(" ", " ".join(header_words(header)))
    for phrase, word in vocabulary.EMAIL_PHRASES:
        text = text.replace(phrase, word)
    return text.split()


def _qualifier_rank(word: str) -> int | None:
    if word.isdecimal() and 1 < int(word) <= vocabulary.MOST_NUMBERED:
        return len(vocabulary.EMAIL_QUALIFIERS) - 1
    ranks = (rank for rank, words in enumerate(vocabulary.EMAIL_QUALIFIERS) if word in words)
    return next(ranks, None)


def _ranked_emails(headers: Sequence[str]) -> list[tuple[int, int]]:
    ranks = ((place, email_rank(header)) for place, header in enumerate(headers))
    found = [(place, rank) for place, rank in ranks if rank is not None]
    return sorted(found, key=lambda each: (each[1], _numbers(headers[each[0]])))


def _numbers(header: str) -> list[int]:
    return [int(word) for word in _email_words(header) if word.isdecimal()]


def _further_emails(headers: Sequence[str], taken: set[int]) -> tuple[list[int], list[int]]:
    """Return the columns of other addresses of the contact, and of those that others may have, too."""
    own: list[int] = []
    shared: list[int] = []
    for place, header in enumerate(headers):
        words = _email_words(header)
        if place not in taken and any(word in vocabulary.EMAIL_WORDS for word in words):
            belongs = _somebody_elses(words)
            if belongs is not None:
                (shared if belongs else own).append(place)
    return own, shared


def _somebody_elses(words: Sequence[str]) -> bool | None:
    """Tell whether others may have the addresses, too; None where they are those of colleagues."""
    if any(word in vocabulary.COLLEAGUES or word.startswith(vocabulary.COLLEAGUES_STEMS) for word in words):
        return None
    shared = any(word.startswith(vocabulary.SHARED_STEMS) for word in words)
    return shared or _SOMEBODY_ELSE.search(" ".join(words)) is not None


def _best_first(ranked: list[tuple[int, int]], headers: Sequence[str]) -> tuple[int, ...]:
    best = [place for place, rank in ranked if rank == ranked[0][1]]
    last_rank = len(vocabulary.EMAIL_QUALIFIERS) - 1
    if len(best) > 1 and ranked[0][1] < last_rank:
        raise ContactsError(
            f"Several columns could be the e-mail address: {_listed(headers, best)}. "
            'Name the right one: columns={"email": ...}, by header or by number counted from 1.'
        )
    return tuple(place for place, _ in ranked)


def _find_names(headers: Sequence[str], named: Mapping[str, int]) -> dict[str, int]:
    keys = [_name_key(header) for header in headers]
    found = dict(named)

    def look_for(name: str, aliases: Sequence[str]) -> None:
        if name not in found and (place := _preferred(keys, aliases, headers)) is not None:
            found[name] = place

    look_for("first_name", vocabulary.FIRST_NAME)
    look_for("last_name", vocabulary.LAST_NAME)
    # columns called only "name" mean what they mean beside the others
    if "last_name" in found:
        look_for("first_name", vocabulary.FIRST_IF_LAST_IS_KNOWN)
    elif "first_name" in found:
        look_for("last_name", vocabulary.LAST_IF_FIRST_IS_KNOWN.get(keys[found["first_name"]], ()))
    taken = {keys[place] for place in found.values()}
    look_for("full_name", [alias for alias in vocabulary.FULL_NAME if alias not in taken])
    return found


def _name_key(header: str) -> str:
    words = header_words(header)
    if words == ("deal", "name"):
        return ""
    return "".join(words[1:] if len(words) > 1 and words[0] in vocabulary.ENTITIES else words)


def _preferred(keys: list[str], aliases: Sequence[str], headers: Sequence[str]) -> int | None:
    for alias in aliases:
        places = [place for place, key in enumerate(keys) if key == alias]
        if len(places) > 1:
            raise ContactsError(
                f"Several columns could be the name: {_listed(headers, places)}. "
                'Name the right one: columns={"first_name": ...}, by header or by number counted from 1.'
            )
        if places:
            return places[0]
    return None


def _opt_outs(headers: Sequence[str], wanted: Wanted, taken: set[int]) -> Iterable[OptOutColumn]:
    named = {
        header_key(name): polarity for name, polarity in named_polarities(wanted.opt_out_columns).items()
    }
    is_rejected_file = [header_key(header) for header in headers[:2]] == ["row", "reason"]
    for place, header in enumerate(headers):
        polarity = polarity_of(header)
        if header_key(header) in named:
            polarity = named[header_key(header)] or polarity or Polarity.NEGATIVE
        if is_rejected_file and place == 1:
            polarity = Polarity.REASON
        if polarity is not None and polarity is not Polarity.IGNORE and place not in taken:
            yield OptOutColumn(place, clean_text(header), polarity)


def missing_opt_outs(headers: Sequence[str], wanted: Wanted) -> list[str]:
    """Return the opt-out columns the caller named that this header row does not have."""
    keys = {header_key(header) for header in headers}
    return [name for name in named_polarities(wanted.opt_out_columns) if header_key(name) not in keys]


def recognise(headers: Sequence[str]) -> str:
    """Tell which system an export looks like: for people, never for decisions.

    :return: ``hubspot``, ``salesforce``, ``pipedrive``, ``highlevel``, ``zoho``, ``outlook``, or
        ``generic`` where fewer than two of a system's headers are there.
    """
    keys = {header_key(header) for header in headers}
    best = max(vocabulary.CRM_SIGNATURES, key=lambda name: len(keys & vocabulary.CRM_SIGNATURES[name]))
    return best if len(keys & vocabulary.CRM_SIGNATURES[best]) > 1 else "generic"
