"""What the words of a header, or of a remark, say about writing to a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import lru_cache

from airflow_provider_calendars.contacts import vocabulary
from airflow_provider_calendars.contacts.text import header_words


class Sense(Enum):
    """What a yes would mean."""

    OUT = "out"
    """The person wants no mail: ``Unsubscribed``, ``No consent``, ``Consent withdrawn``."""
    IN = "in"
    """There is no such wish: ``Not opted out``."""
    UNCLEAR = "unclear"
    """Something is denied, and something else as well: ``No withdrawal of consent``."""


def _any_of(stems: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(stems))


_LONGEST = 1000
"""Characters that are looked at: a header may be a whole question, and no longer."""

_CONTRACTED = re.compile(r"\b(?:do|does|did|has|have|is|was|ca|wo)n t\b")
_ANSWERS = re.compile(r" (?:yes no|no yes|y n|true false|oui non|ja nein|ja nee|si no|sim nao|1 0|0 1)$")
_OPTING_OUT = _any_of(vocabulary.OPTING_OUT_STEMS)
_WITHDRAWN = _any_of(vocabulary.WITHDRAWING_STEMS)
_BLOCKED = _any_of(vocabulary.BLOCKING_STEMS)
_CANCELLED = _any_of(vocabulary.CANCELLING_STEMS)
_SUBSCRIPTION = _any_of(vocabulary.SUBSCRIPTION_STEMS)
_CONSENT = _any_of(vocabulary.CONSENT_STEMS)
_CONTACT = _any_of(vocabulary.CONTACT_STEMS)
_WELCOME = _any_of((*vocabulary.CONSENT_STEMS, *vocabulary.CONTACT_STEMS))
_UNWELCOME = _any_of(
    (*vocabulary.OPTING_OUT_STEMS, *vocabulary.WITHDRAWING_STEMS, *vocabulary.BLOCKING_STEMS)
)
_GLUED = re.compile(
    rf"\b(?:do|has)?({'|'.join(vocabulary.GLUED_NEGATIONS)})(?={_WELCOME.pattern}|{_UNWELCOME.pattern})"
)


@lru_cache(maxsize=4096)
def plain_words(text: str) -> tuple[str, ...]:
    """Return the words of a header with "e mail" in one, "don't" as "not", and without "(yes/no)"."""
    plain = _ANSWERS.sub("", " ".join(header_words(text[:_LONGEST])))
    plain = _CONTRACTED.sub("not", plain)
    for phrase, word in vocabulary.PHRASES:
        plain = plain.replace(phrase, word)
    return tuple(_GLUED.sub(r"\1 ", plain).split())


def sense_of(words: tuple[str, ...]) -> Sense | None:
    """Tell what a yes under these words means, or None where they deny nothing.

    :param words: as :func:`plain_words` gives them.
    """
    key = "".join(words)
    withdrawn = _is_withdrawn(key)
    denied = list(_denied(words))
    if not denied:
        return Sense.OUT if withdrawn or _OPTING_OUT.search(key) else None
    if all(denied):
        return Sense.UNCLEAR if withdrawn else Sense.OUT
    return Sense.IN if len(denied) == 1 else Sense.UNCLEAR


def speaks_of_opting_out(text: str) -> bool:
    """Tell whether a remark says that somebody wants no mail, such as ``do not email``."""
    words = plain_words(text)
    return sense_of(words) is Sense.OUT or begins_with_opting_out(words)


def begins_with_opting_out(words: tuple[str, ...]) -> bool:
    """Tell whether what a cell says is that somebody opted out, whatever follows: ``Bounced - hard``."""
    starts = ("".join(words[:count]) for count in range(1, min(len(words), 5) + 1))
    if any(start in vocabulary.OPTED_OUT for start in starts):
        return True
    if "".join(words).startswith(vocabulary.OPTING_OUT_STEMS):
        return True
    return not list(_denied(words)) and any(word.startswith(vocabulary.OPTED_OUT_STARTS) for word in words)


def _is_withdrawn(key: str) -> bool:
    consent = _CONSENT.search(key)
    if _BLOCKED.search(key) and (consent or _CONTACT.search(key)):
        return True
    if _CANCELLED.search(key) and _SUBSCRIPTION.search(key):
        return True
    return bool(consent and _WITHDRAWN.search(key))


def _denied(words: tuple[str, ...]) -> Iterator[bool]:
    """Tell of each negation whether what it denies would be welcome, as consent is."""
    for place, word in enumerate(words):
        if word in vocabulary.NEGATIONS and not _counts(words, place):
            behind, before = "".join(words[place + 1 :]), "".join(words[:place])
            said = behind if _WELCOME.search(behind) or _UNWELCOME.search(behind) else before
            welcome, unwelcome = _WELCOME.search(said), _UNWELCOME.search(said)
            if welcome or unwelcome:
                yield unwelcome is None or (welcome is not None and welcome.start() < unwelcome.start())


def _counts(words: tuple[str, ...], place: int) -> bool:
    """Tell whether "no" means number, as in ``Contact No.`` and ``No. of emails``."""
    following = words[place + 1 : place + 2]
    return words[place] == "no" and (not following or following[0] == "of" or following[0].isdecimal())
