# ruff: noqa: RUF001 - characters that look like others are what is tested
"""Which addresses a cell holds."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from airflow_provider_calendars.contacts.emails import AddressReader

READER = AddressReader()

ATEXT = st.sampled_from("abzAZ059_!#$%&'*+-/=?^`{|}~.äİßé用\u212a\u200b \"(),:;<>@[]\\\u0301\x00\n")
LOCAL = st.text(ATEXT, max_size=70)
DOMAINS = st.one_of(
    st.sampled_from(
        [
            "example.com",
            "EXAMPLE.org",
            "müller.de",
            "xn--mller-kva.de",
            "a.test",
            "x.invalid",
            "例え.jp",
            "a.b.c.d",
        ]
    ),
    st.text(st.sampled_from("abzAZ09-._äß例 @[]。ｅ\u0301"), max_size=70),
)


@settings(max_examples=600, deadline=None)
@given(local=LOCAL, domain=DOMAINS)
@example(local="a", domain="x--y.de")
@example(local="a" * 250, domain="example.com")
@example(local="a" * 242, domain="example.com")
@example(local="a\u0338", domain="example.com")
def test_the_verdict_is_the_librarys(local: str, domain: str) -> None:
    """Whatever the address, it is valid here exactly if email-validator says so."""
    from email_validator import EmailNotValidError, validate_email

    address = f"{local}@{domain}"
    try:
        expected = validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        assert READER.normalize(address) is None
        return
    normal = READER.normalize(address)
    assert normal is not None
    assert normal.rpartition("@")[2] == expected.ascii_domain
    # what was normalised once stays as it is
    assert READER.normalize(normal) == normal


@pytest.mark.parametrize(
    ("cell", "usable"),
    [
        ("anna@example.com", ["anna@example.com"]),
        ("  Anna@Example.COM\u00a0", ["anna@example.com"]),
        ("anna\u200b@example.com\ufeff", ["anna@example.com"]),
        ("anna@exam\x00ple.com", ["anna@example.com"]),
        ("mailto:anna@example.com", ["anna@example.com"]),
        ("MAILTO: anna@example.com?subject=Hi", ["anna@example.com"]),
        ("Anna Huber <anna@example.com>", ["anna@example.com"]),
        ('"Huber, Anna" <anna@example.com>', ["anna@example.com"]),
        ("<anna@example.com>", ["anna@example.com"]),
        ("'anna@example.com'", ["anna@example.com"]),
        ("“anna@example.com”", ["anna@example.com"]),
        ('="anna@example.com"', ["anna@example.com"]),
        ("'+anna@example.com", ["+anna@example.com"]),
        ("anna@example.com.", ["anna@example.com"]),
        ("anna@müller.de", ["anna@xn--mller-kva.de"]),
        ("anna@xn--mller-kva.de", ["anna@xn--mller-kva.de"]),
        ("ａｎｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ", ["anna@example.com"]),
        ("ａｎｎａ@example.com", ["anna@example.com"]),
        ("jürgen@müller.de", ["jürgen@xn--mller-kva.de"]),
        ("a@example.com;b@example.com", ["a@example.com", "b@example.com"]),
        ("a@example.com, b@example.com ,", ["a@example.com", "b@example.com"]),
        ("a@example.com b@example.com", ["a@example.com", "b@example.com"]),
        ("a@example.com ::: b@example.com", ["a@example.com", "b@example.com"]),
        ("a@example.com\nb@example.com", ["a@example.com", "b@example.com"]),
        ("work: a@example.com, home: b@example.com", ["a@example.com", "b@example.com"]),
        ("a@example.com (work)", ["a@example.com"]),
        ("a@example.com (Anna Maria Huber)", ["a@example.com"]),
        ("{a@example.com,b@example.com}", ["a@example.com", "b@example.com"]),
        ('["a@example.com", "b@example.com"]', ["a@example.com", "b@example.com"]),
        ("a@@example.com; b@example.com", ["b@example.com"]),
        ("A@example.com; a@EXAMPLE.com", ["a@example.com"]),
        ("o'brien+tag@mail.example.org", ["o'brien+tag@mail.example.org"]),
        ("anna@example", []),
        ("anna.example.com", []),
        ("@example.com", []),
        ("anna@", []),
        ("", []),
        ("-", []),
        ("anna@printer.local", []),
        ("anna@nowhere.test", []),
    ],
)
def test_what_is_read_out_of_a_cell(cell: str, usable: list[str]) -> None:
    """Every way of writing addresses that exports show gives the addresses meant, in order."""
    assert list(READER.read(cell).usable) == usable


@pytest.mark.parametrize(
    ("cell", "mentioned"),
    [
        ("john smith@example.com", ["smith@example.com"]),
        ("john,smith@example.com", ["smith@example.com"]),
        ("anna @example.com b@example.com", ["b@example.com"]),
        ("Anna anna@example.com", ["anna@example.com"]),
        ("a@example.com/b@example.com", ["a@example.com", "b@example.com"]),
        ("Anna Huber [anna@example.com]", ["anna@example.com"]),
        ("anna@example.com#mailto:anna@example.com#", ["anna@example.com"]),
        ("anna@example.com (old)", ["anna@example.com"]),
        ("anna@example.com (has moved to another company)", ["anna@example.com"]),
        ("work:anna@example.com", ["anna@example.com"]),
    ],
)
def test_an_unclear_cell_is_not_sent_to_but_can_opt_out(cell: str, mentioned: list[str]) -> None:
    """Where a piece is no address, guessing might mail a stranger: it only counts for opt-outs."""
    found = READER.read(cell)
    assert found.usable == ()
    assert list(found.mentioned) == mentioned


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "anna@example.com (unsubscribed)",
            "anna@example.com (do not email)",
            "anna@example.com (opted out)",
        ),
        *("NO MAIL anna@example.com", "Anna Huber - UNSUBSCRIBED <anna@example.com>"),
        *("anna@example.com (abgemeldet)", "anna@example.com (désabonnée)", "anna@example.com (no mail!)"),
    ],
)
def test_a_remark_beside_an_address_may_opt_out(cell: str) -> None:
    """It is what somebody noted who had no column for it; a name is none."""
    found = READER.read(cell)
    assert found.opted_out
    assert "anna@example.com" in found.mentioned
    for harmless in (
        "anna@example.com (work)",
        "Anna Noe <anna@example.com>",
        "anna@example.com (Anna Huber)",
    ):
        assert not READER.read(harmless).opted_out


def test_a_display_name_that_is_an_address_counts_for_opt_outs_only() -> None:
    """Of ``old@... <new@...>`` only the address in brackets is used."""
    found = READER.read("old@example.com <new@example.com>")
    assert found.usable == ("new@example.com",)
    assert set(found.mentioned) == {"old@example.com", "new@example.com"}


def test_test_domains_are_accepted_on_request() -> None:
    """``.test`` follows the library's test environment; ``.example`` needs no request."""
    assert AddressReader(allow_test_domains=True).normalize("a@shop.test") == "a@shop.test"
    assert AddressReader(allow_test_domains=True).normalize("a@shop.invalid") is None
    assert READER.normalize("a@shop.example") == "a@shop.example"


@pytest.mark.parametrize("unit", ["a", "a.", "(", "no ", "@", "a@b", "[", "a/", "'"])
def test_a_cell_as_long_as_cells_get_takes_little_time(unit: str) -> None:
    """However it is made, a cell is read in one go."""
    start = time.process_time()
    for surroundings in ("@{}", "{} @", "x@{} y"):
        READER.read(surroundings.format(unit * (200_000 // len(unit))))
    assert time.process_time() - start < 10


@settings(max_examples=300, deadline=None)
@given(cell=st.text(st.one_of(ATEXT, st.sampled_from("<>;,| @")), max_size=120))
def test_no_cell_makes_it_fail(cell: str) -> None:
    """Any text gives some list of normal addresses."""
    found = READER.read(cell)
    assert set(found.usable) <= set(found.mentioned)
    assert all(READER.normalize(address) == address for address in found.mentioned)
