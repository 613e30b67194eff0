"""Columns that say whether a person may be written to, and what their cells mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from airflow_provider_calendars.contacts import vocabulary
from airflow_provider_calendars.contacts.consent_words import (
    Sense,
    begins_with_opting_out,
    plain_words,
    sense_of,
)
from airflow_provider_calendars.contacts.text import (
    ERROR_VALUES,
    INVISIBLE,
    UNKNOWN_VALUE,
    clean_text,
    header_key,
    words_of,
)

_LEFT_OUT_FOR_GOOD = words_of(
    "optedout suppressionlist domainblocked attendeecancelled attendeeunsubscribed donotdisturb"
)
_THERE_ALREADY = ("duplicateofrow", "alreadyattendee")

_POSITIVE = re.compile("|".join(vocabulary.POSITIVE_STEMS))
_WISH = re.compile("|".join(vocabulary.WISH_STEMS))
_WISHED = re.compile("|".join(vocabulary.WISHED_STEMS))
_CHANNELS = vocabulary.OTHER_CHANNELS
_CROSS = "cross"
_LONGEST_SAYING = 200
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d|\d{1,2}[-/.]\d{1,2}[-/.]\d{2}|\b(?:19|20)\d\d \d{1,2}:\d\d")
_NO_DATE = re.compile(r"[0\s:/.\-]+(?:t[0:.]+z?)?")


class Polarity(Enum):
    """What a filled cell of an opt-out column means."""

    NEGATIVE = "negative"
    """``Email Opt Out``: yes suppresses; no and blank pass."""
    DO_NOT_DISTURB = "do not disturb"
    """``DND``: yes, ``active`` and ``permanent`` suppress; no, ``inactive`` and blank pass."""
    POSITIVE = "positive"
    """``Marketing consent``: no suppresses, yes passes; blank is unknown, since no consent is recorded."""
    STATUS = "status"
    """``Marketing status``: words such as ``Bounced`` suppress; ``Subscribed`` and blank pass."""
    MOMENT = "moment"
    """``Unsubscribed Time``: any entry suppresses; blank passes."""
    PLAIN_STATUS = "plain status"
    """``Status``: words such as ``Unsubscribed`` suppress; all others pass, whatever they are about."""
    REASON = "reason"
    """The ``reason`` column of a rejected-rows file that is fed back in: ``opted_out`` and what else keeps
    people out for good stays suppressed, and who was there already stays out."""
    UNCLEAR = "unclear"
    """``No withdrawal of consent``: blank passes; words such as ``Unsubscribed`` and dates suppress; whether
    yes or no does is not guessed."""
    WISH = "wish"
    """``I agree to receive mail``: no suppresses; all others pass, because nobody need have been asked."""
    IGNORE = "ignore"
    """Left out because the caller said so."""


_DENYING = frozenset((Polarity.NEGATIVE, Polarity.DO_NOT_DISTURB, Polarity.UNCLEAR))


class Verdict(Enum):
    """What one cell of an opt-out column decides."""

    PASS = "pass"  # noqa: S105 - not a password
    SUPPRESS = "suppress"
    UNKNOWN = "unknown"
    REPEATED = "repeated"
    """The row was left out before because the person is there already."""


class OptOutColumn(NamedTuple):
    """A column that is honoured."""

    place: int
    header: str
    polarity: Polarity


def polarity_of(header: str) -> Polarity | None:
    """Tell from its header what a column says about opting out, or None if nothing.

    Columns about other channels (calls, text messages, fax) and remarks (links, counts) say nothing.
    """
    whole = _polarity_of(plain_words(header))
    subject, colon, _ = header.partition(":")
    # behind the colon is what was opted out of: "Opted out of email: Open Source News"
    if colon and whole is not Polarity.MOMENT:
        asked = _polarity_of(plain_words(subject))
        return asked if asked in (Polarity.NEGATIVE, Polarity.DO_NOT_DISTURB) else whole
    return whole


def _polarity_of(words: tuple[str, ...]) -> Polarity | None:
    if words in vocabulary.SALES_STATUSES:
        return None
    if words and words[0] in vocabulary.ENTITIES and len(words) > 1:
        words = words[1:]
    key = "".join(words)
    if key in vocabulary.NO_OPT_OUT_KEYS or ("mail" not in key and _is_other_channel(words)):
        return None
    if "dnd" in words or key == "donotdisturb":
        return Polarity.DO_NOT_DISTURB
    if key in vocabulary.PLAIN_STATUS_KEYS:
        return Polarity.PLAIN_STATUS
    remark = _begins_or_ends(words, vocabulary.DOWNSTREAM_OF_OPT_OUT)
    return None if remark else _denying(key, words) or _asking(key, words)


def _denying(key: str, words: tuple[str, ...]) -> Polarity | None:
    sense, moment = sense_of(words), _is_moment(key, words)
    if key in vocabulary.NEGATIVE_MOMENT_KEYS or (moment and "bounce" in key):
        return Polarity.MOMENT
    if sense is Sense.OUT or key in vocabulary.NEGATIVE_KEYS:
        return Polarity.MOMENT if moment else Polarity.NEGATIVE
    return {Sense.IN: Polarity.POSITIVE, Sense.UNCLEAR: Polarity.UNCLEAR}.get(sense) if sense else None


def _asking(key: str, words: tuple[str, ...]) -> Polarity | None:
    if any(stem in key for stem in vocabulary.MARKETING_CONTACT_STEMS) and _names_status(key, words):
        return None
    if key in vocabulary.STATUS_KEYS or _is_status(key, words):
        work = vocabulary.WORK_WORDS.intersection(words)
        return Polarity.PLAIN_STATUS if work else Polarity.STATUS
    if _POSITIVE.search(key):
        record = _is_moment(key, words) or _begins_or_ends(words, vocabulary.RECORD_OF_CONSENT)
        return None if record else Polarity.POSITIVE
    if _WISH.search(key) and _WISHED.search(key) and not _is_moment(key, words):
        return Polarity.WISH
    about_lists = vocabulary.LIST_WORDS.intersection(words)
    lists_only = about_lists and vocabulary.LIST_WORDS.union(vocabulary.EMAIL_WORDS).issuperset(words)
    return Polarity.PLAIN_STATUS if lists_only else None


def _is_other_channel(words: tuple[str, ...]) -> bool:
    return any(word.startswith(_CHANNELS) or word.endswith(_CHANNELS) for word in words)


def _begins_or_ends(words: tuple[str, ...], with_one_of: frozenset[str]) -> bool:
    bare = words[:-1] if words[-1:] == ("address",) else words
    return not with_one_of.isdisjoint((*bare[:1], *bare[-1:]))


def _is_moment(key: str, words: tuple[str, ...]) -> bool:
    said = vocabulary.MOMENT_WORDS.intersection(words)
    if said == {"data"} and any(stem in key for stem in vocabulary.DATA_OF_PEOPLE):
        return False
    ends = words[1:] and words[-1] in vocabulary.MOMENT_LAST_WORDS
    return bool(said or ends) or key.endswith(vocabulary.MOMENT_ENDINGS)


def _is_status(key: str, words: tuple[str, ...]) -> bool:
    return _names_status(key, words) and any(stem in key for stem in vocabulary.STATUS_STEMS)


def _names_status(key: str, words: tuple[str, ...]) -> bool:
    return key.endswith("status") or not vocabulary.STATUS_WORDS.isdisjoint(words)


def judge(polarity: Polarity, cell: str) -> Verdict:
    """Decide what one cell of an opt-out column means.

    :param polarity: what the column is about.
    :param cell: the cell as it was read; case, accents and spaces make no difference.
    :return: whether the row passes, is suppressed, or cannot be decided.
    """
    text = clean_text(cell).casefold()
    word = {"1.0": "1", "0.0": "0"}.get(text, header_key(text))
    word = word or _sign(text)
    if polarity is Polarity.REASON:
        return _judge_reason(word)
    if _is_veiled(cell):
        return Verdict.UNKNOWN
    if polarity is Polarity.MOMENT:
        return _judge_moment(word, text)
    said = plain_words(text[:_LONGEST_SAYING])
    return Verdict.SUPPRESS if begins_with_opting_out(said) else _judge(polarity, word, text)


def _judge_reason(word: str) -> Verdict:
    if word.startswith(_THERE_ALREADY):
        return Verdict.REPEATED
    return Verdict.SUPPRESS if word in _LEFT_OUT_FOR_GOOD else Verdict.PASS


def _judge_moment(word: str, text: str) -> Verdict:
    passes = word in vocabulary.NOT_HAPPENED or _NO_DATE.fullmatch(text)
    return Verdict.PASS if passes and text not in ERROR_VALUES else Verdict.SUPPRESS


def _judge(polarity: Polarity, word: str, text: str) -> Verdict:
    if polarity in (Polarity.PLAIN_STATUS, Polarity.WISH) and text != UNKNOWN_VALUE.casefold():
        no = polarity is Polarity.WISH and word in vocabulary.NO
        return Verdict.SUPPRESS if no else Verdict.PASS
    if word in vocabulary.NOTHING:
        return Verdict.UNKNOWN if polarity is Polarity.POSITIVE else Verdict.PASS
    return _judge_denial(polarity, word, text) if polarity in _DENYING else _judge_word(word)


def _judge_denial(polarity: Polarity, word: str, text: str) -> Verdict:
    # a date under "Unsubscribed" says when it was
    if _DATE.search(text) and not _NO_DATE.fullmatch(text):
        return Verdict.SUPPRESS
    if polarity is Polarity.UNCLEAR:
        return Verdict.UNKNOWN
    if polarity is Polarity.DO_NOT_DISTURB and word in vocabulary.SWITCHED_ON:
        return Verdict.SUPPRESS
    if polarity is Polarity.DO_NOT_DISTURB and word in vocabulary.SWITCHED_OFF:
        return Verdict.PASS
    # elsewhere "active" and "confirmed" may be said of the person or of the opt-out
    if word in vocabulary.NO or word in vocabulary.SUBSCRIBED:
        return Verdict.PASS
    return Verdict.SUPPRESS if word in vocabulary.YES else Verdict.UNKNOWN


def _judge_word(word: str) -> Verdict:
    if word in vocabulary.NO or word == _CROSS:
        return Verdict.SUPPRESS
    said_yes = word in vocabulary.YES or word in vocabulary.OPTED_IN
    return Verdict.PASS if said_yes else Verdict.UNKNOWN


def _is_veiled(cell: str) -> bool:
    """Tell whether there is something in a cell of which nothing can be seen."""
    return not cell.isprintable() and bool(cell.strip()) and not cell.translate(INVISIBLE).strip()


def _sign(text: str) -> str:
    """Spell out a cell that holds signs only: ticks as yes, empty boxes as no, dashes as nothing."""
    if not text.strip("-–—"):  # noqa: RUF001
        return ""
    # under "Unsubscribed" a cross may mean either
    return {**dict.fromkeys("✓✔☑✅", "yes"), **dict.fromkeys("✗✘", _CROSS), "☐": "no"}.get(text, "?")


class Verdicts(dict[str, Verdict]):
    """The meanings of a column's cells, each judged once.

    :param polarity: what the column is about.
    """

    def __init__(self, polarity: Polarity) -> None:
        super().__init__()
        self.polarity = polarity

    def __missing__(self, cell: str) -> Verdict:
        verdict = judge(self.polarity, cell)
        # moments differ in every row, and remembering them all would cost memory for nothing
        if len(self) < 1000 and len(cell) < 100:
            self[cell] = verdict
        return verdict


def named_polarities(wanted: object) -> Mapping[str, Polarity | None]:
    """Read the argument ``opt_out_columns``: header to polarity, or None where the header decides.

    :param wanted: None, a list of headers, or a dict of header to ``negative``, ``positive``, ``wish``,
        ``status``, ``moment`` or ``ignore``.
    :raises ValueError: a polarity is none of these; the message names them.
    :raises TypeError: it is neither a list of texts nor a dict of texts.
    """
    if wanted is None:
        return {}
    if isinstance(wanted, Mapping):
        return {_text(header): _named(polarity) for header, polarity in wanted.items()}
    if isinstance(wanted, (list, tuple)):
        return dict.fromkeys(map(_text, wanted))
    raise TypeError("a list of headers, or a dict of header to polarity")


def _text(header: object) -> str:
    if not isinstance(header, str):
        raise TypeError("a list of headers, or a dict of header to polarity")
    return header


def _named(polarity: object) -> Polarity:
    internal = (Polarity.DO_NOT_DISTURB, Polarity.REASON, Polarity.PLAIN_STATUS, Polarity.UNCLEAR)
    choices = [choice.value for choice in Polarity if choice not in internal]
    if polarity not in choices:
        raise ValueError(f"a polarity is one of {', '.join(choices)}")
    return Polarity(polarity)
