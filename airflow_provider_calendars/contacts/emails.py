"""Which addresses a cell holds, and in which form they are compared and sent.

The verdict on an address is that of the email-validator library, never asking DNS. The library is
asked once for each domain; the part before the ``@`` of an ASCII address is judged by the library's
own rule, written here as one expression, which is some fifty times cheaper.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from airflow_provider_calendars.contacts import vocabulary
from airflow_provider_calendars.contacts.consent_words import speaks_of_opting_out
from airflow_provider_calendars.contacts.text import INVISIBLE, header_words, unguarded

_ATOM = r"[a-z0-9_!#$%&'*+\-/=?^`{|}~]++"
_plain_address = re.compile(rf"{_ATOM}(?:\.{_ATOM})*+@([a-z0-9.\-]++)\Z").match
_LINE = re.compile(rf"^(?:(?!'){_ATOM}(?:\.{_ATOM})*+@([a-z0-9.\-]++)$|.*$)", re.MULTILINE)

_SURELY_SHORT_ENOUGH = 200
_LONGEST = 254
_MOST_DOMAINS = 1 << 16

_COMMENT = re.compile(r"\([^()@]*\)")
_ODD = re.compile(r"[/#=&?*\[\]{}]")
_SEARCHED = re.compile(r"(?<![\w.+'\-])[\w.+'\-]+@[\w.\-]+")
_LISTS = ("{}", "[]")
_LONGEST_NAME = 4
_LONGEST_REMARK = 200
_MAILTO = re.compile(r"mailto:\s+", re.IGNORECASE)
_BRACKETED = re.compile(r"<([^<>]*)>")
_SEPARATORS = re.compile(r"[\s;,|]+")
_EVERYTHING_BUT_ADDRESSES = re.compile(r'[\s;,|<>"():]+')
_LABEL = re.compile(r"(?:e-?)?[^\W\d_]+:")
_MAY_DENY = re.compile(
    rf"\b(?:{'|'.join((*vocabulary.NEGATIONS, *vocabulary.OPTED_OUT))})\b|opt|hard|soft|don.t|withdr|revok"
    rf"|{'|'.join(vocabulary.OPTING_OUT_STEMS)}"
)
"""What a remark holds that may speak of opting out: most hold nothing of it."""
_QUOTES = "\"'`´‘’“”„«»"  # noqa: RUF001
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


class Found(NamedTuple):
    """The addresses of a cell, normalised, in order and without repetition.

    :param usable: those an invitation may go to.
    :param mentioned: every address that can be made out, also in a cell that is too unclear to send to;
        an opt-out counts for all of them.
    :param opted_out: whether a remark beside them says so, such as ``(unsubscribed)``.
    """

    usable: tuple[str, ...]
    mentioned: tuple[str, ...]
    opted_out: bool = False


NONE_FOUND = Found((), ())


class AddressReader:
    """Reads addresses out of cells.

    :param allow_test_domains: accept ``.test`` domains, as the library does in its test environment.
        ``example.com``, ``.org``, ``.net`` and ``.example`` are always accepted; ``.invalid``,
        ``.local``, ``.localhost``, ``.onion`` and ``.arpa`` never.
    """

    def __init__(self, *, allow_test_domains: bool = False) -> None:
        self.allow_test_domains = allow_test_domains
        self._domains = _Domains(self._judge_domain)

    def normalize(self, address: str) -> str | None:
        """Return one address in lower case with its domain in ASCII, or None if it is not valid.

        :param address: a single address, without surroundings.
        """
        lowered = address.lower()
        plain = _plain_address(lowered)
        if plain is None:
            return None if address.isascii() else self._ask_library(address)
        if len(lowered) > _SURELY_SHORT_ENOUGH:
            return self._ask_library(address)
        return lowered if self._domains[plain[1]] else None

    def is_domain(self, domain: str) -> bool:
        """Tell whether addresses can be at a domain that is written in plain ASCII."""
        return self._domains[domain]

    def read(self, cell: str) -> Found:
        """Return the addresses of a cell, however it is written.

        Understands ``mailto:``, ``Name <a@b>``, several addresses separated by ``;`` ``,`` ``|`` or
        spaces, trailing dots, full-width and invisible characters. A cell with several pieces of which
        one is no address at all (``john smith@example.com``), or with a remark in brackets that says more
        than a name, is too unclear to send to.
        """
        address = self.normalize(cell)
        # letters may be full-width ones, and an apostrophe may be a spreadsheet's mark for text
        if address is not None and address.isascii() and not address.startswith("'"):
            return Found((address,), (address,))
        return self._read_closely(cell) if "@" in cell or "＠" in cell else NONE_FOUND  # noqa: RUF001

    def _read_closely(self, cell: str) -> Found:
        text = unguarded(cell.strip()).translate(INVISIBLE).translate(_FULL_WIDTH)
        # lists as databases and programs write them
        text = text[1:-1] if text[:1] + text[-1:] in _LISTS else text
        plain = _MAILTO.sub("mailto:", _COMMENT.sub(" ", text))
        mentioned = self._mentioned(_EVERYTHING_BUT_ADDRESSES.split(plain))
        pieces = _BRACKETED.findall(plain) or [
            piece for piece in _SEPARATORS.split(plain) if not _LABEL.fullmatch(piece)
        ]
        pieces = [tidy for piece in pieces if _says_something(tidy := _tidied(piece))]
        clear = all("@" in piece.strip("@") for piece in pieces) and not _is_doubtful(text)
        usable = self._valid(pieces) if clear else ()
        return Found(usable, tuple(dict.fromkeys((*usable, *mentioned))), _says_opted_out(text))

    def _mentioned(self, pieces: Iterable[str]) -> tuple[str, ...]:
        """Return the addresses in pieces, also those that are surrounded by signs an address may have."""
        found: list[str] = []
        for piece in pieces:
            whole = self._valid((piece,))
            found += whole
            if "@" in piece and (not whole or _ODD.search(piece)):
                found += self._valid(each.strip("'.") for each in _SEARCHED.findall(piece))
        return tuple(dict.fromkeys(found))

    def _valid(self, pieces: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._normalized(pieces)))

    def _normalized(self, pieces: Iterable[str]) -> Iterator[str]:
        for piece in pieces:
            if "@" in piece and (address := self.normalize(_tidied(piece))):
                yield address

    def _judge_domain(self, domain: str) -> bool:
        return self._ask_library(f"a@{domain}") is not None

    def _ask_library(self, address: str) -> str | None:
        if len(address) > _LONGEST:
            return None
        from email_validator import EmailNotValidError, validate_email

        try:
            found = validate_email(
                address, check_deliverability=False, test_environment=self.allow_test_domains
            )
        except (EmailNotValidError, UnicodeError):
            return None
        local = unicodedata.normalize("NFC", (found.local_part or "").lower())
        return f"{local}@{found.ascii_domain}"


def plain_addresses(cells: Sequence[str]) -> tuple[list[str], list[str]]:
    """Look at a column of addresses at once.

    :param cells: at least one.
    :return: the cells in lower case; and for each the domain, where it is written in ASCII and the cell is
        an address and nothing else, provided that the domain is one and the address is not too long.
        Where the cell is anything else the domain is blank.
    """
    text = "\n".join(cells)
    if text.count("\n") >= len(cells):
        text = "\n".join("" if "\n" in cell else cell for cell in cells)
    text = text.lower()
    return text.split("\n"), _LINE.findall(text)


class _Domains(dict[str, bool]):
    """Whether addresses can be at a domain, judged once for each."""

    def __init__(self, judge: Callable[[str], bool]) -> None:
        super().__init__()
        self.judge = judge

    def __missing__(self, domain: str) -> bool:
        verdict = self.judge(domain)
        if len(self) < _MOST_DOMAINS:
            self[domain] = verdict
        return verdict


def _tidied(piece: str) -> str:
    """Strip what surrounds an address: quotes, ``mailto:`` with its query, trailing dots."""
    bare = piece.strip()
    if bare[:1] in _QUOTES and bare[-1:] in _QUOTES:
        bare = bare.strip(_QUOTES)
    if bare[:7].lower() == "mailto:":
        bare = bare[7:].split("?", 1)[0].strip(_QUOTES)
    return bare.strip().rstrip(".。")


def _is_doubtful(text: str) -> bool:
    """Tell whether brackets hold more than a name: then somebody noted something about the address."""
    for comment in _COMMENT.findall(text) if "(" in text else ():
        words = header_words(comment[:_LONGEST_REMARK])
        if len(words) > _LONGEST_NAME or not vocabulary.DOUBTS.isdisjoint(words):
            return True
    return False


def _says_opted_out(text: str) -> bool:
    remark = " ".join(word for word in text.split() if "@" not in word)[:_LONGEST_REMARK]
    if not remark or (remark.isascii() and not _MAY_DENY.search(remark.lower())):
        return False
    return speaks_of_opting_out(remark)


def _says_something(piece: str) -> bool:
    return any(letter.isalnum() for letter in piece)
