"""From a whole export to the upload file and the rows that did not get in."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from array import array
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_calendars.contacts import (
    HowToRead,
    Prepared,
    Rules,
    Wanted,
    open_table,
    prepare_contacts,
    prepare_tables,
    table_of_rows,
)
from airflow_provider_calendars.contacts.decisions import LONGEST_FIELD, REJECTING
from airflow_provider_calendars.contacts.outputs import OneUpload
from airflow_provider_calendars.contacts.workbooks import cell_text
from airflow_provider_calendars.exceptions import ContactsError

if TYPE_CHECKING:
    from openpyxl import Workbook

UPLOAD = ["firstname", "lastname", "email", "loginurl", "username", "password"]


def prepare(content: bytes | str, **options: Any) -> tuple[Prepared, list[list[str]], list[list[str]]]:
    """The result, the people without header, and the refused rows without header."""
    data = content.encode() if isinstance(content, str) else content
    wanted = Wanted(options.pop("columns", {}), options.pop("opt_out_columns", None))
    how = HowToRead(*(options.pop(name, None) for name in ("encoding", "delimiter", "sheet")))
    upload, rejected = io.BytesIO(), io.BytesIO()
    result = prepare_contacts(
        io.BytesIO(data), upload, rejected, name="people.csv", wanted=wanted, how=how, **options
    )
    people = list(csv.reader(io.StringIO(upload.getvalue().decode(), newline="")))
    refused = list(csv.reader(io.StringIO(rejected.getvalue().decode(), newline="")))
    assert people[0] == UPLOAD
    assert refused[0][:2] == ["row", "reason"]
    assert result.rows == result.accepted + result.rejected + result.suppressed + result.duplicates
    assert result.accepted == len(people) - 1
    assert result.rows - result.accepted == len(refused) - 1 == sum(result.reasons.values())
    return result, people[1:], refused[1:]


def emails(people: Sequence[Sequence[str]]) -> list[str]:
    """The addresses of an upload file."""
    return [row[2] for row in people]


def workbook(rows: Sequence[Sequence[Any]], title: str = "Contacts") -> Workbook:
    """A workbook with one sheet."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    return book


def saved(book: Workbook) -> bytes:
    """The workbook as a file."""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_each_row_gets_the_decision_it_deserves() -> None:
    """One row of each kind; the refused rows keep their cells, and say where in the file they were."""
    result, people, refused = prepare(
        "First Name,Last Name,Email,Email Opt Out\n"
        "Anna,Huber,Anna@Example.com,0\n"
        "Ben,,,0\n"
        "Cleo,,cleo(at)example.com,\n"
        ",Dorn,dorn@example.com,no\n"
        f"{'E' * 151},Eco,eco@example.com,\n"
        "Finn,,finn@example.com,perhaps\n"
        "Gus,,gus@example.com,1\n"
        "Hanna,,ANNA@example.com,\n"
        "Ida,,ida@example.com,,one too many\n"
        "Jo\n"
    )
    assert people == [["Anna", "Huber", "anna@example.com", "", "", ""]]
    assert [row[:2] for row in refused] == [
        ["3", "no_email"],
        ["4", "invalid_email"],
        ["5", "missing_first_name"],
        ["6", "too_long"],
        ["7", "unknown_opt_out"],
        ["8", "opted_out"],
        ["9", "duplicate_of_row 2"],
        ["10", "extra_cells"],
        ["11", "no_email"],
    ]
    assert refused[1][2:] == ["Cleo", "", "cleo(at)example.com", ""]
    assert (result.rejected, result.suppressed, result.duplicates) == (7, 1, 1)
    assert set(result.reasons) == {*REJECTING, "opted_out", "duplicate_of_row"}
    assert result.audience_fingerprint == hashlib.sha256(b"anna@example.com").hexdigest()


def test_the_longest_field_still_fits() -> None:
    """150 characters are accepted and 151 are not, counted after cleaning, in any field."""
    row = "{first},{last},a@example.com\n"
    head = "First Name,Last Name,Email\n"
    fits, long = "é" * LONGEST_FIELD, "é" * (LONGEST_FIELD + 1)
    assert prepare(head + row.format(first=f"\u200b {fits}", last=fits))[0].accepted == 1
    assert prepare(head + row.format(first=long, last=""))[0].reasons == {"too_long": 1}
    assert prepare(head + row.format(first="A", last=long))[0].reasons == {"too_long": 1}
    assert prepare(f"{head}A,B,{'a' * 139}@example.com\n")[0].reasons == {"too_long": 1}


def test_an_address_that_opted_out_anywhere_is_suppressed_everywhere() -> None:
    """Also in rows above, in other columns, and where it is written differently."""
    result, people, refused = prepare(
        "Name,Email,Secondary Email,Unsubscribed\n"
        "Anna One,anna@example.com,,no\n"
        "Ben,ben@example.com,Anna@work.example.com,no\n"
        "Cleo,cleo@example.com,,no\n"
        "Anna Two,,ANNA@example.com; mailto:anna@work.example.com,yes\n"
        "Anna Three,<anna@example.com>,,no\n"
    )
    assert emails(people) == ["cleo@example.com"]
    assert [row[:2] for row in refused] == [[number, "opted_out"] for number in "2356"]
    assert result.suppressed == 4


def test_every_opt_out_column_is_honoured() -> None:
    """One column that says no is enough; polarity is each column's own."""
    _, people, refused = prepare(
        "Name,Email,Email Opt Out,Subscribed,Marketing status\n"
        "A,a@example.com,0,yes,Subscribed\n"
        "B,b@example.com,1,yes,Subscribed\n"
        "C,c@example.com,0,no,Subscribed\n"
        "D,d@example.com,0,yes,Bounced\n"
        "E,e@example.com,0,,Subscribed\n"
        "F,f@example.com,,yes,\n"
    )
    assert emails(people) == ["a@example.com", "f@example.com"]
    assert [row[1] for row in refused] == ["opted_out", "opted_out", "opted_out", "unknown_opt_out"]


def test_a_shared_address_does_not_spread_an_opt_out() -> None:
    """A company's address opts out whoever has it as their own, and not all who work there."""
    _, people, refused = prepare(
        "Name,Email,Old Email,Company Email,Unsubscribed\n"
        "Anna,anna@example.com,,info@example.com,no\n"
        "Ben,ben@example.com,old@example.com,info@example.com,yes\n"
        "Info,info@example.com,,,no\n"
        "Ben,new@example.com,old@example.com,,no\n"
        ",,,info@example.com,no\n"
    )
    assert emails(people) == ["anna@example.com"]
    assert [row[1] for row in refused] == ["opted_out", "opted_out", "opted_out", "no_email"]


def test_a_remark_that_opts_out_counts_in_every_row() -> None:
    """The address is suppressed above and below; a doubt keeps only its own row out."""
    _, people, refused = prepare(
        "Name,Email\nAnna,a@example.com\nAnna,a@example.com (unsubscribed)\nBen,b@example.com (wrong)\n"
        "Cleo,c@example.com (Cleo C)\n"
    )
    assert emails(people) == ["c@example.com"]
    assert [row[1] for row in refused] == ["opted_out", "opted_out", "invalid_email"]


def test_a_file_that_ends_within_quotes_is_refused() -> None:
    """Half a file may lack the row that opts somebody out; a last row called "end" is a row."""
    with pytest.raises(ContactsError, match=r"people\.csv ends within row 2, behind a quotation mark"):
        prepare('First Name,Email,Unsubscribed\n"Anna,a@example.com,no\nAnna,a@example.com,yes\n')
    for last in ("end,", "end\n", '"end"\n'):
        _, people, refused = prepare(f"First Name,Email\nAnna,a@example.com\nBen,\n{last}")
        assert (emails(people), len(refused)) == (["a@example.com"], 2)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_file_that_ends_within_a_row_is_refused(line_end: str) -> None:
    """What was cut off may have been the opt-out; a footer may end without a line end."""
    rows = ["First Name,Email,Company,Unsubscribed", "Anna,a@example.com,X,no", "Ben,b@example.com,Y,yes", ""]
    content = line_end.join(rows)
    for cut in (len(line_end) + 4, len(line_end) + 8, len(line_end) + 20):
        with pytest.raises(ContactsError, match=r"row 3, the last one, .* looks cut off"):
            prepare(content[:-cut])
    short = f"{content}Cleo,c@example.com{line_end}Dora,d@example.com,Z,{line_end}{line_end}Generated by us"
    assert emails(prepare(short)[1]) == ["a@example.com", "c@example.com", "d@example.com"]


@pytest.mark.parametrize("rows", [1, 10, 11])
def test_a_short_list_may_end_within_a_row(rows: int) -> None:
    """Somebody has written it by hand, and no opt-out is missing; an export has not been written so."""
    people = [f"p{number}@example.com,Ann" for number in range(rows)]
    content = "\n".join(["Email,First Name,Company", *people])
    if rows <= 10:
        assert len(emails(prepare(content)[1])) == rows
    else:
        with pytest.raises(ContactsError, match="looks cut off"):
            prepare(content)


@pytest.mark.parametrize(
    "content",
    [
        'Ann,A,ann@example.com,"5 inch,0\nBen,B,ben@example.com,ok,0\nEve,E,eve@example.com,big",0\n',
        'Ann,A,ann@example.com,"5 inch,0\nEve,E,eve@example.com,big",0\n',
        '"Ann,A,ann@example.com,x,0\nBen,B,ben@example.com,y,1\n"Cat",C,cat@example.com,z,0\n',
    ],
)
def test_a_quotation_mark_that_swallows_rows_is_refused(content: str) -> None:
    """The rows within the cell may hold an opt-out; a note of several lines is none."""
    header = "First Name,Last Name,Email,Note,Email Opt Out\n"
    with pytest.raises(ContactsError, match="a cell of row 2 holds what looks like further rows") as refused:
        prepare(header + content)
    assert "@" not in str(refused.value)
    note = '"Ask Eve,\nher assistant, at eve@example.com, or\nfay@example.com"'
    assert len(prepare(f"{header}Ann,A,ann@example.com,{note},0\n")[1]) == 1


TITLES = [
    "Name,,Email,\n",
    "Fields: First Name,Email\n\n",
    "Filtered By: ,,,\nName,contains,Email,\n",
    "Contact Name: all,Email: not blank\n",
    "Twitter (@),Name,Email\n",
]


@pytest.mark.parametrize("title", TITLES)
def test_the_richest_of_the_first_rows_is_the_header(title: str) -> None:
    """Groups of columns and filters of a report may look like a header, and know no opt-outs."""
    rows = "First Name,Last Name,Email,Twitter (@),Email Opt Out\nAnn,A,a@example.com,@a,1\n"
    result, people, _ = prepare(f"{title}{rows}Ben,B,b@example.com,,0\n")
    assert emails(people) == ["b@example.com"]
    assert result.header_row == 1 + title.count("\n")


@pytest.mark.parametrize(
    "header", ["First Name,Email,Consent,Email Opt Out", "Name,Email", "First Name,Email,E-mail,Unsubscribed"]
)
def test_another_header_among_the_contacts_is_refused(header: str) -> None:
    """Below it nobody knows which cell says what; the same header, however written, is none."""
    first = "First Name,Email,Email Opt Out,Consent\nAnn,a@example.com,0,1\n"
    with pytest.raises(ContactsError, match=r"people\.csv: row 3 is a header with other columns"):
        prepare(f"{first}{header}\nBen,b@example.com,0,1\n")
    same = "first_name,E-Mail,Email opt-out,CONSENT,"
    assert prepare(f"{first}{same}\nBen,b@example.com,0,1\n".replace("E-Mail", "EMAIL"))[0].rows == 2


def test_a_late_opt_out_counts_for_rows_that_were_refused() -> None:
    """Also where an address of an expanded row was too long to be sent to."""
    address = f"{'x' * 60}@{'y' * 60}.{'z' * 60}.com"
    _, people, refused = prepare(
        f"First Name,Email,Unsubscribed\nAnna,{address},\nAnna,{address},yes\n",
        rules=Rules(several_addresses="expand"),
    )
    assert people == []
    assert [row[:2] for row in refused] == [["2", "opted_out"], ["3", "opted_out"]]


def test_opt_outs_of_further_addresses_count_in_spanish() -> None:
    """The further addresses of an export in Spanish are looked at, too."""
    _, people, _ = prepare(
        "Nombre,Apellidos,Correo,Correos electrónicos adicionales,Se canceló la suscripción\n"
        "Ana,G,a@example.com,b@example.com,Sí\nBea,H,b@example.com,,No\nCleo,I,c@example.com,,No\n"
    )
    assert emails(people) == ["c@example.com"]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_the_order_no_opted_out_address_gets_out(data: st.DataObject) -> None:
    """The order of the rows changes neither who is suppressed nor that the counts add up."""
    pool = [f"p{number}@example.com" for number in range(6)]
    row = st.tuples(
        st.sampled_from(["Anna", "", "Jo"]),
        st.sampled_from([*pool, "", "bad@", "P0@Example.com "]),
        st.lists(st.sampled_from(pool), max_size=2).map(";".join),
        st.sampled_from(["", "no", "yes", "perhaps"]),
        # a single cell below a blank row is a footer
    ).filter(lambda cells: sum(map(bool, cells)) != 1)
    rows = data.draw(st.lists(row, min_size=1, max_size=12))
    opted_out = {
        address.strip().lower()
        for _, first, others, answer in rows
        if answer == "yes"
        for address in (first, *others.split(";"))
    }
    outcomes = []
    for order in (rows, data.draw(st.permutations(rows))):
        stream = io.StringIO()
        csv.writer(stream).writerows([["First name", "Email", "Other email", "Unsubscribed"], *order])
        if not any(any(cells) for cells in order):
            return
        result, people, _ = prepare(stream.getvalue())
        assert opted_out.isdisjoint(emails(people))
        outcomes.append((result.suppressed, result.rows, len(set(emails(people))) == len(people)))
    assert outcomes[0] == outcomes[1]


PEOPLE = st.lists(
    st.tuples(
        st.text(st.sampled_from("ABcdéßñ- ,;\t|\n\r\"'日本"), max_size=12).map(lambda name: f"A{name}z"),
        st.integers(0, 10**6).map(lambda number: f"p{number}@example.com"),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda person: person[1],
)
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp1252"]


@settings(max_examples=120, deadline=None)
@given(
    people=PEOPLE,
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(ENCODINGS),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    gap=st.integers(0, 2),
)
def test_whatever_the_format_the_same_people_come_out(
    people: list[tuple[str, str]], delimiter: str, encoding: str, line_end: str, quoting: int, gap: int
) -> None:
    """Delimiter, encoding, line ends, quoting and titles make no difference, and need not be named."""
    if quoting != csv.QUOTE_ALL:
        # Python 3.11 writes some line ends without quotes, which nobody could read back
        people = [(" ".join(name.splitlines()), email) for name, email in people]
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=line_end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([["Contacts"], [], []][:gap])
    writer.writerow(["First name", "E-mail", "Note"])
    writer.writerows([*person, "x"] for person in people)
    # what cp1252 does not have cannot be in such a file
    content = stream.getvalue().encode(encoding, "ignore")
    result, written, _ = prepare(content)
    kept = [(name.encode(encoding, "ignore").decode(encoding), email) for name, email in people]
    assert [(row[0], row[2]) for row in written] == [(" ".join(name.split()), email) for name, email in kept]
    assert result.delimiter == delimiter
    assert result.encoding in (encoding, "utf-8")
    assert result.header_row == 1 + gap


def test_rows_are_numbered_as_a_spreadsheet_numbers_them() -> None:
    """Titles, blank lines and the header count; a line break within quotes does not."""
    _, _, refused = prepare('My contacts\n\nName,Email\n"An\nna",a@example.com\n\n,,\nBen,bad\n')
    assert refused == [["7", "invalid_email", "Ben", "bad"]]


def test_titles_footers_and_blank_rows_are_no_contacts() -> None:
    """A Salesforce report with what surrounds its rows counts the rows only."""
    result, people, refused = prepare(
        '"First Name","Last Name","Email","Email Opt Out"\n'
        '"Anna","Huber","anna@example.com","0"\n'
        '"Ben","","ben","0"\n'
        "\n\n"
        '"Contacts with Email"\n'
        '"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."\n'
        '"Confidential Information - Do Not Distribute"\n'
        '"Generated By:  Jane Doe  3/3/2026 10:00 AM"\n'
        '"Acme Inc"\n'
    )
    assert (result.rows, len(people), len(refused)) == (2, 1, 1)
    assert prepare("Name,Email\nA,a@example.com\n\nonly@example.com\n\n,b@example.com\n")[0].rows == 2
    assert prepare("Name,Email\nA,a@example.com\nName,Email\nB,b@example.com\n")[0].rows == 2


def test_an_export_in_cp1252_is_read_and_said_to_be() -> None:
    """What is not UTF-8 is taken for cp1252, and the result says so."""
    result, people, _ = prepare("Vorname;E-Mail\nJürgen;j@example.com\n".encode("cp1252"))
    assert people[0][0] == "Jürgen"
    assert result.encoding == "cp1252"
    _, people, _ = prepare("Vorname;E-Mail\nŁucja;j@example.com\n".encode("cp1250"), encoding="cp1250")
    assert people[0][0] == "Łucja"


def test_the_first_usable_address_is_taken() -> None:
    """Work before home, a second address where the first is broken."""
    _, people, _ = prepare(
        "Person - Name,Person - Email - Home,Person - Email - Work\n"
        "Anna Huber,anna@home.example.com,anna@work.example.com\n"
        'Ben Huber,"ben@home.example.com, ben2@home.example.com",\n'
        "Cleo Huber,cleo@home.example.com,cleo@@work\n"
    )
    assert emails(people) == ["anna@work.example.com", "ben@home.example.com", "cleo@home.example.com"]


def test_login_details_are_taken_if_named() -> None:
    """They go to the upload file under the vendor's headers."""
    _, people, _ = prepare(
        "Name,Email,Login,User,Secret\nAnna,a@example.com,https://example.com/a,anna,p w\n",
        columns={"login_url": "Login", "username": "User", "password": 5},
    )
    assert people == [["Anna", "", "a@example.com", "https://example.com/a", "anna", "p w"]]


def test_formula_like_cells_are_harmless_only_where_spreadsheets_read_them() -> None:
    """The refused rows get an apostrophe, the upload file keeps the name as it is."""
    _, people, refused = prepare("Name,Email,=Note\n=Anna,a@example.com,x\n+Ben,bad,@x\n")
    assert people[0][0] == "=Anna"
    assert refused == [["3", "invalid_email", "'+Ben", "bad", "'@x"]]


def test_corrected_rows_can_be_fed_back_in() -> None:
    """The refused rows are an export again: what was corrected is accepted, opt-outs stay out."""
    source = b"Name,Email,Unsubscribed\nAnna,a@example.com,no\nBen,bad,no\nCleo,a@example.com,yes\n"
    rejected = io.BytesIO()
    prepare_contacts(io.BytesIO(source), io.BytesIO(), rejected)
    corrected = rejected.getvalue().replace(b"bad", b"ben@example.com")
    _, people, refused = prepare(corrected)
    assert emails(people) == ["ben@example.com"]
    # Anna's own row says no; what the other row said about her address is kept
    assert [row[1] for row in refused] == ["opted_out", "opted_out"]
    assert refused[0][2:] == ["Anna", "a@example.com", "no"]


def test_who_was_there_already_stays_out_when_fed_back() -> None:
    """Unless the reason is cleared, which says that the row was corrected."""
    rejected = (
        "row,reason,First Name,Email\n2,duplicate_of_row 1,Anna,a@example.com\n"
        "3,already_attendee,Ben,b@example.com\n4,do_not_disturb,Cleo,c@example.com\n"
        "5,,Dora,d@example.com\n6,,Anna,a@example.com\n7,invalid_email,Cleo,C@example.com\n"
    )
    result, people, refused = prepare(rejected)
    assert emails(people) == ["d@example.com", "a@example.com"]
    reasons = [row[1] for row in refused]
    assert reasons == ["duplicate_of_row 1", "already_attendee", "opted_out", "opted_out"]
    assert (result.duplicates, result.suppressed) == (2, 2)


def test_a_workbook_gives_the_same_people_as_the_text() -> None:
    """Title rows, numbers kept as text, dates, blank rows and stored booleans are all understood."""
    content = saved(
        workbook(
            [
                ["All contacts", None, None, None],
                [],
                ["First Name", "Last Name", "Email", "Email Opt Out", "Since"],
                ["Anna", 7, "Anna@Example.com", 0, None],
                ["Ben", 1.5, "ben@example.com", True, None],
                [],
                ["Cleo", None, " cleo@example.com\u00a0", "no", None],
                [],
                ["Generated by somebody"],
            ]
        )
    )
    result, people, refused = prepare(content)
    assert people[0][:3] == ["Anna", "7", "anna@example.com"]
    assert people[1][:3] == ["Cleo", "", "cleo@example.com"]
    assert refused == [["5", "opted_out", "Ben", "1.5", "ben@example.com", "true"]]
    assert (result.sheet, result.encoding, result.header_row) == ("Contacts", None, 3)


def test_a_formula_that_was_never_calculated_is_unknown() -> None:
    """Its value cannot be known, so an opt-out like that rejects the row, and a name is missing."""
    content = saved(
        workbook(
            [
                ["First Name", "Email", "Email Opt Out"],
                ["Anna", "a@example.com", "=FALSE()"],
                ['="B"&"en"', "b@example.com", 0],
                ["Cleo", '="c"&"@example.com"', 0],
                ["Dora", "d@example.com", None],
            ]
        )
    )
    _, people, refused = prepare(content)
    assert emails(people) == ["d@example.com"]
    assert [row[1] for row in refused] == ["unknown_opt_out", "missing_first_name", "invalid_email"]


def test_the_sheet_is_found_or_named() -> None:
    """One sheet with contacts is found among others; two are an error that lists them."""
    book = workbook([["Name", "Email"], ["Anna", "a@example.com"]])
    book.create_sheet("Notes", 0).append(["Nothing", "here"])
    assert prepare(saved(book))[0].sheet == "Contacts"
    second = book.create_sheet("More")
    second.append(["Name", "Email"])
    second.append(["Ben", "b@example.com"])
    with pytest.raises(ContactsError, match="several sheets: 'Contacts', 'More'"):
        prepare(saved(book))
    assert emails(prepare(saved(book), sheet="More")[1]) == ["b@example.com"]
    with pytest.raises(ContactsError, match="no visible sheet 'Gone'; it has 'Notes', 'Contacts', 'More'"):
        prepare(saved(book), sheet="Gone")


def test_the_upload_file_can_be_a_workbook() -> None:
    """All cells are text, also those that look like formulas, links or numbers."""
    source = b"Name,Email,Login\n=1+1,a@example.com,https://example.com/1\n007 Bond,b@example.com,5\n"
    upload = io.BytesIO()
    prepare_contacts(
        io.BytesIO(source), upload, io.BytesIO(), upload_format="xlsx", wanted=Wanted({"login_url": "Login"})
    )
    from openpyxl import load_workbook

    sheet = load_workbook(upload).worksheets[0]
    cells = list(sheet.iter_rows(values_only=True))
    assert list(cells[0]) == UPLOAD
    assert cells[1][:4] == ("=1+1", None, "a@example.com", "https://example.com/1")
    assert sheet["A2"].data_type == "s"
    assert cells[2][:4] == ("007", "Bond", "b@example.com", "5")


def test_a_zip_of_one_export_is_unpacked() -> None:
    """A large export arrives zipped; what is beside it, other than one file, is refused."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("__MACOSX/._x.csv", b"junk")
        archive.writestr("contacts/.DS_Store", b"junk")
        archive.writestr("contacts/x.csv", "Name,Email\nZoë,z@example.com\n".encode("cp1252"))
    result, people, _ = prepare(packed.getvalue())
    assert (people[0][0], result.encoding) == ("Zoë", "cp1252")
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("y.csv", b"Name,Email\n")
    with pytest.raises(ContactsError, match="ZIP of 2 files"):
        prepare(packed.getvalue())


def test_a_zip_within_a_zip_is_refused() -> None:
    """One layer is unpacked and no more; a workbook in a ZIP is still read."""
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("x.csv", b"Name,Email\nAnna,a@example.com\n")
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("x.zip", inner.getvalue())
    with pytest.raises(ContactsError, match="ZIP within a ZIP"):
        prepare(outer.getvalue())
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("x.xlsx", saved(workbook([["Name", "Email"], ["Anna", "a@example.com"]])))
    assert emails(prepare(outer.getvalue())[1]) == ["a@example.com"]


@pytest.mark.parametrize("damage", [-200, -400, 60])
def test_a_damaged_zip_is_refused(damage: int) -> None:
    """Bytes that changed in the packed file are noticed before anything is decided."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        rows = "".join(f"P{number},p{number * 7919}@example.com\n" for number in range(400))
        archive.writestr("x.csv", f"Name,Email\n{rows}")
    content = bytearray(packed.getvalue())
    content[damage] ^= 0xFF
    with pytest.raises(ContactsError, match="cannot be unpacked"):
        prepare(bytes(content))


def test_a_sheet_as_large_as_sheets_get_is_read_in_little_time() -> None:
    """Cells in the first and the very last place are two cells, not seventeen thousand million."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.create_sheet("x").append(["Name", "Email"])
    content = io.BytesIO()
    book.save(content)
    far = b'</row><row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    changed = io.BytesIO()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(changed, "w") as new:
        for member in old.namelist():
            new.writestr(member, old.read(member).replace(b"</row></sheetData>", far))
    with pytest.raises(ContactsError, match="no contacts below it"):
        prepare(changed.getvalue())


def test_rows_from_elsewhere_are_prepared_alike() -> None:
    """A query's rows go the same way; values become text as in a workbook."""
    rows = [("Anna", "a@example.com", False), (None, "b@example.com", None), ("Cleo", "a@example.com", True)]
    table = table_of_rows(["first_name", "email", "email_opt_out"], lambda: rows, Wanted())
    upload, rejected = io.BytesIO(), io.BytesIO()
    result = prepare_tables([table], OneUpload(upload), rejected)
    assert (result.rows, result.suppressed, result.rejected) == (3, 2, 1)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"\x01", "1"),
        (b"\x00", "0"),
        (b"\x00\x01", "1"),
        (b"ann@example.com", "ann@example.com"),
        (b"", ""),
        (["a@example.com", None, "b@example.com"], "a@example.com; b@example.com"),
        ((1.0, True), "1; true"),
        ([], ""),
        (array("b", [1, 0]), "1; 0"),
        ({"a": 1}, "{'a': 1}"),
        (Decimal("sNaN"), ""),
        (Decimal("1.5"), "1.5"),
        (float("nan"), ""),
    ],
)
def test_values_of_databases_and_dataframes_become_text(value: object, text: str) -> None:
    """Bits are numbers, lists are joined, and nothing that a library gives makes it fail."""
    assert cell_text(value) == text


@pytest.mark.parametrize(
    ("content", "story"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n\r\n", "is empty"),
        (b",,,\n,,\n", "is empty"),
        (b"\n" * 30 + b"Name,Email\nA,a@example.com\n", "nothing in its first 30 rows"),
        (b"Name,Email\n", "no contacts below it"),
        (b"Name,Email\n\n\nCopyright (c) me\n", "no contacts below it"),
        (b"Name,Phone\nAnna,anna@example.com\n", r"no column of e-mail addr.*Headers found: 'Name', 'Phone'"),
        (b"Company,Email\nAcme,anna@example.com\n", r"no column of first or full.*Headers found: 'Company'"),
        (b"Anna,Huber,anna@example.com\nBen,B,ben@example.com\n", "no header row"),
        (b"Anna,Huber,+49 30 123456\nBen,B,+49 30 123457\n", "no header row"),
        (b"Name,Email,E-mail\nAnna,a@example.com,\n", r"column 2 \(Email\), column 3 \(E-mail\)"),
        (b"Name;Email;E-mail\nAnna;a@example.com;\n", r"column 2 \(Email\), column 3 \(E-mail\)"),
        (b"Contact owner email,First Name\nanna@example.com,Anna\n", "no column of e-mail addresses"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "binary data"),
        (b"PK\x03\x04 not really", "broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, r"old \.xls kind: save it as \.xlsx"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "password-protected",
        ),
        (b"<html><table><tr><td>Email</td></tr></table>", "HTML"),
        (b'Name,Email\n"Anna,anna@example.com\n' + b"x" * 200_000, "quotation mark"),
        (b"Name,Email\n" + b"x" * 1_100_000, r"1,048,576 characters"),
        (b"Name,Email\nZo\xc3\xab,anna@example.com\nJ\xfcrgen,b@example.com\n", "up to byte 34"),
        (b"Name,Email\nZoe,anna@example.com\nJ\x81rgen,b@example.com\n", "byte 33 fits neither"),
        (b"\xef\xbb\xbfName,Email\nJ\xfcrgen,b@example.com\n", "up to byte 15"),
    ],
)
def test_what_cannot_be_used_is_explained(content: bytes, story: str) -> None:
    """The error names the file and what is wrong, and shows nobody's address or name."""
    with pytest.raises(ContactsError, match=story) as refused:
        prepare(content)
    message = str(refused.value)
    assert message.startswith(("people.csv", "Several columns"))
    assert not any(secret in message for secret in ("@example", "Anna", "Zo", "Huber"))


def test_a_stated_encoding_that_does_not_decode_is_an_error() -> None:
    """No other encoding is tried then, and the message counts bytes from the start of the file."""
    with pytest.raises(ContactsError, match="is not utf-8: byte 12 does not decode"):
        prepare(b"Name,Email\nJ\xfcrgen,b@example.com\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("Prénom,Nom,E-mail,Désabonné", "mac_roman"),
        ("Vorname,Name,E-Mail,Abgemeldet für alle", "mac_roman"),
        ("Nome,Sobrenome,E-mail,Não contatar", "cp850"),
        ("Prénom,Nom,E-mail,Désabonné", "cp437"),
        ("Prénom,Nom,E-mail,Désabonné", "utf-8 twice"),
    ],
)
def test_a_header_in_another_encoding_is_refused(header: str, encoding: str) -> None:
    """Its column of opt-outs would not be recognised; stating the encoding helps."""
    text = f"{header}\nElise,Dupré,elise@example.com,0\n"
    if encoding == "utf-8 twice":
        content = text.encode().decode("cp1252", "replace").encode()
    else:
        content = text.encode(encoding)
        assert prepare(content, encoding=encoding)[0].accepted == 1
    with pytest.raises(ContactsError, match=r"was read as (cp1252|utf-8), in which its header .* encoding="):
        prepare(content)


def test_headers_in_the_assumed_encoding_are_fine() -> None:
    """Letters and signs as people write them are no sign of another encoding."""
    header = (
        "Prénom,Nom,E-mail,NÃO CONTATAR,Größe (m²),Œuvre \u2013 n° 1,Ärger\u2019s “Ö”,Straße…,Preis €,Señor"
    )
    content = f"{header}\nÉlise,Dupré,elise@example.com,\n".encode("cp1252")
    assert prepare(content)[0].accepted == 1


def test_nothing_is_left_of_a_workbook_that_failed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither after an error nor where the files were begun anew for a late opt-out."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    rows = b"Name,Email,Unsubscribed\nAnna,a@example.com,\nBen,b@example.com,\n"
    for last, fails in ((b"X,a@example.com,1\n", False), (b"Name,Email\n", True)):
        source, upload = io.BytesIO(rows + last), io.BytesIO()
        with pytest.raises(ContactsError) if fails else nullcontext():
            prepare_contacts(source, upload, io.BytesIO(), upload_format="xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_bad_byte_is_counted_from_the_start_of_a_large_file() -> None:
    """The position is right also where the file is read in pieces and a character lies across two."""
    start = b"Name,Email\n"
    filler = b"\xc3\xab" * 700_000
    for shift in range(2):
        content = start + b"x" * shift + filler + b"\xff"
        with pytest.raises(ContactsError, match=f"byte {len(content) - 1},"):
            prepare(content)


@pytest.mark.parametrize("cut", [40, 400, 2000, -30])
def test_a_workbook_that_was_cut_off_is_refused(cut: int) -> None:
    """A truncated download is a broken workbook, whatever part is missing."""
    content = saved(workbook([["Name", "Email"], *([f"P{n}", f"p{n}@example.com"] for n in range(200))]))
    with pytest.raises(ContactsError, match="broken workbook"):
        prepare(content[:cut])


@settings(max_examples=80, deadline=None)
@given(where=st.integers(0, 6000), junk=st.binary(min_size=1, max_size=40))
def test_a_damaged_workbook_fails_with_a_sentence(where: int, junk: bytes) -> None:
    """Whatever bytes are overwritten, either the workbook reads or the error is a ContactsError."""
    content = bytearray(saved(workbook([["Name", "Email"], ["Anna", "a@example.com"]])))
    where %= len(content)
    content[where : where + len(junk)] = junk
    with suppress(ContactsError):
        prepare(bytes(content))


@settings(max_examples=150, deadline=None)
@given(
    content=st.one_of(
        st.binary(max_size=400), st.text(max_size=200).map(lambda text: f"Name,Email\n{text}".encode())
    )
)
def test_no_input_makes_it_crash(content: bytes) -> None:
    """Any bytes at all are either read or refused with a ContactsError."""
    with suppress(ContactsError):
        prepare(content)


def test_a_table_can_be_iterated_twice() -> None:
    """The rows of a table start again each time they are asked for."""
    stream = io.BytesIO(b"Name,Email\nAnna,a@example.com\nBen,b@example.com\n")
    with open_table(stream, "x", HowToRead(), Wanted()) as table:
        assert list(table.contacts()) == list(table.contacts())
        assert [row for row, _ in table.contacts()] == [2, 3]
