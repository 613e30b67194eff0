"""What single cells mean: consent, names, text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_calendars.contacts.names import clean_name, split_full_name
from airflow_provider_calendars.contacts.opt_outs import Polarity, Verdict, Verdicts, judge
from airflow_provider_calendars.contacts.text import UNKNOWN_VALUE, clean_text, guarded, unguarded

YES = (
    "1",
    "true",
    "TRUE",
    "Yes",
    " y ",
    "x",
    "Ja",
    "oui",
    "Sí",
    "sim",
    "1.0",
    "✓",
    '="1"',
    "\u00a0yes\u200b",
)
NO = ("0", "false", "FALSE", "No", "n", "nein", "non", "não", "0.0", "☐")
BLANK = ("", " ", "\u00a0", "-", "-None-", "null")
STRANGE = ("maybe", "?", "2", "n/a", "#N/A", UNKNOWN_VALUE, "true false", "!", "\u200b", "\x00")


@pytest.mark.parametrize(
    ("polarity", "yes", "no", "blank"),
    [
        (Polarity.NEGATIVE, Verdict.SUPPRESS, Verdict.PASS, Verdict.PASS),
        (Polarity.DO_NOT_DISTURB, Verdict.SUPPRESS, Verdict.PASS, Verdict.PASS),
        (Polarity.POSITIVE, Verdict.PASS, Verdict.SUPPRESS, Verdict.UNKNOWN),
        (Polarity.STATUS, Verdict.PASS, Verdict.SUPPRESS, Verdict.PASS),
    ],
)
def test_what_yes_no_and_blank_mean(polarity: Polarity, yes: Verdict, no: Verdict, blank: Verdict) -> None:
    """Yes and no turn with the polarity; what is neither is never taken for a pass."""
    assert {judge(polarity, cell) for cell in YES} == {yes}
    assert {judge(polarity, cell) for cell in NO} == {no}
    assert {judge(polarity, cell) for cell in BLANK} == {blank}
    assert {judge(polarity, cell) for cell in STRANGE} == {Verdict.UNKNOWN}


def test_a_wish_is_refused_by_no_only() -> None:
    """Whoever was not asked whether they would like mail has not said no."""
    for cell in ("No", "nein", "0", "Unsubscribed"):
        assert judge(Polarity.WISH, cell) is Verdict.SUPPRESS
    for cell in ("", "Yes", "weekly"):
        assert judge(Polarity.WISH, cell) is Verdict.PASS
    assert judge(Polarity.WISH, UNKNOWN_VALUE) is Verdict.UNKNOWN


@pytest.mark.parametrize("polarity", [Polarity.NEGATIVE, Polarity.POSITIVE, Polarity.STATUS])
def test_words_that_speak_for_themselves(polarity: Polarity) -> None:
    """``Unsubscribed`` suppresses and ``Subscribed`` passes, whatever the column is about."""
    for cell in (
        "Unsubscribed",
        "BOUNCED",
        "No consent",
        "no-consent",
        "Archived",
        "Opted out",
        "Abgemeldet",
    ):
        assert judge(polarity, cell) is Verdict.SUPPRESS
    for cell in ("Subscribed", "opted-in"):
        assert judge(polarity, cell) is Verdict.PASS


@pytest.mark.parametrize("cell", ["Confirmed", "Accepted", "ok", "Verified", "Granted", "Explicit", "✗", "✘"])
def test_what_may_confirm_the_opt_out_is_not_guessed_at(cell: str) -> None:
    """Under ``Unsubscribed`` nobody knows whether the person or the opt-out was confirmed."""
    assert judge(Polarity.NEGATIVE, cell) is Verdict.UNKNOWN
    assert judge(Polarity.DO_NOT_DISTURB, cell) is Verdict.UNKNOWN
    assert judge(Polarity.POSITIVE, cell) is not Verdict.UNKNOWN


@pytest.mark.parametrize(
    "cell",
    [
        *("Unsubscribed (global)", "Opted-out by user", "Bounced - hard", "Hard bounced - mailbox"),
        *("DO NOT CONTACT (GDPR)", "USER_SUPPRESSED", "Globally unsubscribed", "Abgemeldet am 1.2.2024"),
    ],
)
def test_a_status_may_say_more_than_that_somebody_opted_out(cell: str) -> None:
    """What follows the word makes no difference, in any column."""
    for polarity in (Polarity.PLAIN_STATUS, Polarity.STATUS, Polarity.NEGATIVE, Polarity.POSITIVE):
        assert judge(polarity, cell) is Verdict.SUPPRESS
    for harmless in ("Customer", "Subscribed", "Not unsubscribed", "No", ""):
        assert judge(Polarity.PLAIN_STATUS, harmless) is Verdict.PASS


@pytest.mark.parametrize("cell", ["2024-01-02", "02.01.2024 10:00", "1/2/24", "Jul 22 2026 02:09 PM"])
def test_a_date_under_an_opt_out_says_when_it_was(cell: str) -> None:
    """It suppresses, except where it is all zeros, as databases write no date."""
    assert judge(Polarity.NEGATIVE, cell) is Verdict.SUPPRESS
    assert judge(Polarity.UNCLEAR, cell) is Verdict.SUPPRESS
    assert judge(Polarity.POSITIVE, cell) is Verdict.UNKNOWN


def test_what_denies_two_things_is_not_guessed_at() -> None:
    """Neither yes nor no says whether somebody may be written to; a blank cell says nothing."""
    verdicts = {cell: judge(Polarity.UNCLEAR, cell) for cell in ("yes", "no", "", "Unsubscribed")}
    assert list(verdicts.values()) == [
        *(Verdict.UNKNOWN, Verdict.UNKNOWN, Verdict.PASS, Verdict.SUPPRESS),
    ]


def test_active_is_not_guessed_at() -> None:
    """Do-not-disturb that is active suppresses; in other columns it may be the person that is active."""
    meanings = {"active": Verdict.SUPPRESS, "Permanent": Verdict.SUPPRESS, "inactive": Verdict.PASS}
    for cell, verdict in meanings.items():
        assert judge(Polarity.DO_NOT_DISTURB, cell) is verdict
        assert judge(Polarity.NEGATIVE, cell) is Verdict.UNKNOWN
    assert judge(Polarity.STATUS, "active") is Verdict.PASS


def test_a_moment_suppresses_whatever_it_says() -> None:
    """An entry under ``Unsubscribed Time`` means that it happened."""
    for cell in ("2026-01-05T10:00:00", "Manual", "1"):
        assert judge(Polarity.MOMENT, cell) is Verdict.SUPPRESS
    for cell in (*BLANK, *NO, "0000-00-00 00:00:00", "Never", "N/A", "0000-00-00T00:00:00Z"):
        assert judge(Polarity.MOMENT, cell) is Verdict.PASS
    assert judge(Polarity.MOMENT, "#N/A") is Verdict.SUPPRESS


def test_a_rejected_file_that_comes_back_keeps_its_opt_outs() -> None:
    """Only ``opted_out`` in the reason column suppresses; corrected rows pass."""
    assert judge(Polarity.REASON, "opted_out") is Verdict.SUPPRESS
    assert judge(Polarity.REASON, "invalid_email") is Verdict.PASS


@settings(deadline=None)
@given(cells=st.lists(st.text(max_size=8), max_size=50))
def test_remembered_verdicts_are_the_same(cells: list[str]) -> None:
    """Looking a cell up gives what judging it gives, the first time and later."""
    verdicts = Verdicts(Polarity.NEGATIVE)
    for cell in (*cells, *cells):
        assert verdicts[cell] is judge(Polarity.NEGATIVE, cell)


def test_verdicts_on_endless_values_do_not_pile_up() -> None:
    """A column in which every cell differs does not fill the memory."""
    verdicts = Verdicts(Polarity.MOMENT)
    for number in range(3000):
        assert verdicts[f"2026-01-01 {number}"] is Verdict.SUPPRESS
    assert len(verdicts) <= 1000


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [
        ("Anna Huber", "Anna", "Huber"),
        ("  Anna\u00a0 Maria\nHuber ", "Anna", "Maria Huber"),
        ("Huber, Anna Maria", "Anna Maria", "Huber"),
        ("Dr. Anna Huber", "Anna", "Huber"),
        ("Herr Prof. Dr. Jan van Dyk", "Jan", "van Dyk"),
        ("Sammy Davis, Jr.", "Sammy", "Davis"),
        ("Anna Huber, CFA", "Anna", "Huber"),
        ("Anna Huber, PhD, MBA", "Anna", "Huber"),
        ("Nguyen, Ba", "Ba", "Nguyen"),
        ("Dr. med. Anna Huber", "Anna", "Huber"),
        ("Prof. Dr. rer. nat. Anna Huber", "Anna", "Huber"),
        ("Dr. Phil Collins", "Phil", "Collins"),
        ("med Anna Huber", "med", "Anna Huber"),
        ("Anna", "Anna", ""),
        ("Mr", "Mr", ""),
        (", Anna", "Anna", ""),
        ("Huber,", "Huber", ""),
        ("anna@example.com", "", ""),
        ("", "", ""),
    ],
)
def test_a_full_name_is_split(cell: str, first: str, last: str) -> None:
    """The first word is the first name, unless a comma or a title says otherwise."""
    assert split_full_name(cell) == (first, last)


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("Zoë", "Zoë"),
        ("Zoe\u0308", "Zoë"),
        ("O\u2019Brien-Smith", "O\u2019Brien-Smith"),
        ("Na", "Na"),
        ("Null", "Null"),
        ("An\u200bna\x00", "Anna"),
        ('="Anna"', "Anna"),
        ("'=Anna", "=Anna"),
        ("'t Hart", "'t Hart"),
        ("N/A", ""),
        ("nan", ""),
        ("null", ""),
        ("-", ""),
        ("...", ""),
        ("#NAME?", ""),
        (UNKNOWN_VALUE, ""),
        ("anna@example.com", ""),
    ],
)
def test_what_is_a_name(cell: str, name: str) -> None:
    """Names keep their letters; what programs write for "nothing" is no name."""
    assert clean_name(cell) == name


@settings(deadline=None)
@given(st.text(max_size=30))
def test_cleaning_twice_changes_nothing_more(cell: str) -> None:
    """What is clean stays as it is, apart from one layer of a spreadsheet's guards."""
    once = clean_text(cell)
    assert clean_text(once) in (once, clean_text(unguarded(once)))
    assert once == " ".join(once.split())


@settings(deadline=None)
@given(st.text(st.sampled_from("=+-@\t\r'a1"), max_size=6))
def test_a_guarded_cell_is_no_formula_and_can_be_read_back(cell: str) -> None:
    """The apostrophe keeps spreadsheets from calculating, and reading takes it off again."""
    assert not guarded(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    if cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        assert unguarded(guarded(cell)) == cell
