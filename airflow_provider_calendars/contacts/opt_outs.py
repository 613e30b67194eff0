"""Columns that say whether a person may be written to, and what their cells mean."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from airflow_provider_calendars.contacts import vocabulary
from airflow_provider_calendars.contacts.text import (
    UNKNOWN_VALUE,
    clean_text,
    header_key,
    header_words,
    words_of,
)

_LEFT_OUT_FOR_GOOD = words_of("optedout suppressionlist domainblocked attendeecancelled attendeeunsubscribed")


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
    people out for good stays suppressed."""
    IGNORE = "ignore"
    """Left out because the caller said so."""


class Verdict(Enum):
    """What one cell of an opt-out column decides."""

    PASS = "pass"  # noqa: S105 - not a password
    SUPPRESS = "suppress"
    UNKNOWN = "unknown"


class OptOutColumn(NamedTuple):
    """A column that is honoured."""

    place: int
    header: str
    polarity: Polarity


def polarity_of(header: str) -> Polarity | None:
    """Tell from its header what a column says about opting out, or None if nothing.

    Columns about other channels (calls, text messages, fax) and remarks (links, counts) say nothing.
    """
    words = header_words(header)
    if words in vocabulary.SALES_STATUSES:
        return None
    if words and words[0] in vocabulary.ENTITIES and len(words) > 1:
        words = words[1:]
    key = "".join(words)
    if key in vocabulary.NO_OPT_OUT_KEYS or vocabulary.DOWNSTREAM_OF_OPT_OUT.intersection(words):
        return None
    if "mail" not in key and any(channel in key for channel in vocabulary.OTHER_CHANNELS):
        return None
    if "dnd" in words or key == "donotdisturb":
        return Polarity.DO_NOT_DISTURB
    return Polarity.POSITIVE if _holds(key, vocabulary.NEGATED_STEMS) else _polarity(key, words)


def _polarity(key: str, words: tuple[str, ...]) -> Polarity | None:
    if key in vocabulary.PLAIN_STATUS_KEYS:
        return Polarity.PLAIN_STATUS
    moment = bool(vocabulary.MOMENT_WORDS.intersection(words[1:])) or key.endswith(vocabulary.MOMENT_ENDINGS)
    if moment and "bounce" in key:
        return Polarity.MOMENT
    if key in vocabulary.NEGATIVE_KEYS or _holds(key, vocabulary.NEGATIVE_STEMS) or _cancels(key):
        return Polarity.MOMENT if moment else Polarity.NEGATIVE
    if key in vocabulary.STATUS_KEYS or _is_status(key, words):
        return Polarity.STATUS
    return Polarity.POSITIVE if _holds(key, vocabulary.POSITIVE_STEMS) and not moment else None


def _cancels(key: str) -> bool:
    return _holds(key, vocabulary.CANCELLING_STEMS) and _holds(key, vocabulary.SUBSCRIPTION_STEMS)


def _is_status(key: str, words: tuple[str, ...]) -> bool:
    named_status = vocabulary.STATUS_WORDS.intersection(words) or key.endswith("status")
    return bool(named_status) and _holds(key, vocabulary.STATUS_STEMS)


def _holds(key: str, stems: tuple[str, ...]) -> bool:
    return any(stem in key for stem in stems)


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
        return Verdict.SUPPRESS if word in _LEFT_OUT_FOR_GOOD else Verdict.PASS
    if polarity is Polarity.PLAIN_STATUS and text != UNKNOWN_VALUE.casefold():
        return Verdict.SUPPRESS if word in vocabulary.OPTED_OUT else Verdict.PASS
    if word in vocabulary.NOTHING:
        return Verdict.UNKNOWN if polarity is Polarity.POSITIVE else Verdict.PASS
    if polarity is Polarity.MOMENT:
        return Verdict.PASS if word in ("0", "false") else Verdict.SUPPRESS
    return _judge_word(polarity, word)


def _judge_word(polarity: Polarity, word: str) -> Verdict:
    negative = polarity in (Polarity.NEGATIVE, Polarity.DO_NOT_DISTURB)
    yes_means = Verdict.SUPPRESS if negative else Verdict.PASS
    no_means = Verdict.PASS if negative else Verdict.SUPPRESS
    if negative and word in (*vocabulary.SWITCHED_ON, *vocabulary.SWITCHED_OFF):
        return _judge_switch(polarity, word)
    meanings = (
        (vocabulary.YES, yes_means),
        (vocabulary.NO, no_means),
        (vocabulary.OPTED_OUT, Verdict.SUPPRESS),
        (vocabulary.OPTED_IN, Verdict.PASS),
    )
    return next((verdict for words, verdict in meanings if word in words), Verdict.UNKNOWN)


def _judge_switch(polarity: Polarity, word: str) -> Verdict:
    # elsewhere it may be the person that is active, or the opt-out
    if polarity is not Polarity.DO_NOT_DISTURB:
        return Verdict.UNKNOWN
    return Verdict.SUPPRESS if word in vocabulary.SWITCHED_ON else Verdict.PASS


def _sign(text: str) -> str:
    """Spell out a cell that holds signs only: ticks and crosses as yes and no, dashes as nothing."""
    if not text.strip("-–—"):  # noqa: RUF001
        return ""
    return {"✓": "yes", "✔": "yes", "☑": "yes", "✅": "yes", "✗": "no", "✘": "no", "☐": "no"}.get(text, "?")


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

    :param wanted: None, a list of headers, or a dict of header to ``negative``, ``positive``,
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
    internal = (Polarity.DO_NOT_DISTURB, Polarity.REASON, Polarity.PLAIN_STATUS)
    choices = [choice.value for choice in Polarity if choice not in internal]
    if polarity not in choices:
        raise ValueError(f"a polarity is one of {', '.join(choices)}")
    return Polarity(polarity)
