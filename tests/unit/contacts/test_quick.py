"""The quick way of deciding, and of reading sheets, agree with the exact ways."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_calendars.contacts import audience, delimited, prepare_contacts, quick
from airflow_provider_calendars.contacts.audience import Audience
from airflow_provider_calendars.contacts.cells import Cells
from airflow_provider_calendars.contacts.columns import Wanted, find_columns
from airflow_provider_calendars.contacts.decisions import Judge, Person, Rules
from airflow_provider_calendars.contacts.delimited import DelimitedRows
from airflow_provider_calendars.contacts.emails import AddressReader
from airflow_provider_calendars.contacts.outputs import CsvUpload
from airflow_provider_calendars.contacts.quick import QuickJudge
from airflow_provider_calendars.contacts.quick_sheets import quick_rows
from airflow_provider_calendars.contacts.shared_strings import _exact_strings, _quick_strings
from airflow_provider_calendars.contacts.sheets import exact_rows
from airflow_provider_calendars.contacts.suppression import Suppression, hashed
from airflow_provider_calendars.contacts.workbooks import Book
from airflow_provider_calendars.contacts.xml_parts import Unusual
from airflow_provider_calendars.exceptions import ContactsError

HEADERS = [
    ["First Name", "Last Name", "Email", "Email Opt Out"],
    ["Email", "Additional email addresses", "First Name", "Last Name", "Marketing status", "Opt-in consent"],
    ["Name", "Email"],
    ["First Name", "Email", "Company Email", "Old Email", "Unsubscribed"],
    ["Full Name", "Last Name", "Work Email", "Home Email", "Bounced"],
]
CELLS = st.one_of(
    st.sampled_from(
        [
            *("Anna", "anna@example.com", "ANNA@example.com", " anna@example.com", "ben@example.com"),
            *("ben@example.com; c@example.com", "'ben@example.com", "c@blocked.example.com", "d@gone.org"),
            *("1", "0", "yes", "no", "", " ", "perhaps", "subscribed", "bounced", "N/A", "Dr. Anna Huber"),
            *("ben@example.com (unsubscribed)", "ben@example.com/d@gone.org", "{anna@example.com}"),
            *(
                "x" * 151,
                "ä@example.com",
                "a@müller.de",
                "\u212aa@example.com",
                "Email",
                "a@localhost",
                "\x00",
            ),
        ]
    ),
    st.text(max_size=6),
)
SUPPRESSIONS = st.sampled_from(
    [
        Suppression(),
        Suppression(addresses={"ben@example.com": "suppression_list"}),
        Suppression(hashes=frozenset([hashed("anna@example.com")])),
        Suppression(blocked_domains=frozenset(["example.com"])),
        Suppression(allowed_domains=frozenset(["example.com", "*.example.com"])),
        Suppression(attendees=frozenset(["anna@example.com"]), domains=frozenset(["gone.org"])),
    ]
)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_batches_are_decided_as_single_rows_are(data: st.DataObject) -> None:
    """Whatever the rows and rules, both ways give the same people, refusals, counts and late opt-outs."""
    headers = data.draw(st.sampled_from(HEADERS))
    rows = data.draw(st.lists(st.lists(CELLS, max_size=len(headers) + 1), min_size=1, max_size=12))
    rules = Rules(
        several_addresses=data.draw(st.sampled_from(["first", "expand"])),
        suppression=data.draw(SUPPRESSIONS),
    )
    assert_batches_are_decided_as_single_rows_are(headers, rows, rules, data.draw(st.integers(0, len(rows))))


FEW_ADDRESSES = st.sampled_from(
    ["a@example.com", "B@example.com", "b@example.com", "c@example.com", "c@example.com d", "d@gone.org", ""]
)


@settings(max_examples=500, deadline=None)
@given(data=st.data())
def test_other_addresses_are_decided_as_in_single_rows(data: st.DataObject) -> None:
    """Whoever is mentioned in several rows, and opts out in one of them, both ways give the same."""
    headers = ["Email", "Additional email addresses", "First Name", "Last Name", "Email Opt Out"]
    row = st.tuples(
        FEW_ADDRESSES,
        FEW_ADDRESSES,
        st.sampled_from(["Anna", "Ben", "-"]),
        st.just(""),
        st.sampled_from(["no", "no", "yes", "eh"]),
    )
    rows = data.draw(st.lists(row.map(list), min_size=1, max_size=8))
    rules = Rules(
        several_addresses=data.draw(st.sampled_from(["first", "first", "expand"])),
        suppression=data.draw(SUPPRESSIONS),
    )
    assert_batches_are_decided_as_single_rows_are(headers, rows, rules, data.draw(st.integers(0, len(rows))))


def assert_batches_are_decided_as_single_rows_are(
    headers: list[str], rows: list[list[str]], rules: Rules, cut: int
) -> None:
    """Decide on rows in two batches and one by one, and compare everything."""
    columns = find_columns(headers, Wanted())
    assert columns is not None
    judges = [Judge(columns, headers, AddressReader(), rules, Audience()) for _ in range(2)]
    for judge in judges:
        judge.audience.begin("people.csv")
    people, refused = [], []
    quick_judge = QuickJudge(judges[0])
    for start, batch in ((2, rows[:cut]), (2 + cut, rows[cut:])):
        some, others = quick_judge.decide(range(start, start + len(batch)), batch)
        people += map(tuple, some)
        refused += others
    exact = judges[1]
    expected = [
        (row, one, cells)
        for row, cells in enumerate(rows, 2)
        for one in exact.decide(row, cells, exact.addresses_of(cells))
    ]
    assert people == [tuple(one) for _, one, _ in expected if isinstance(one, Person)]
    assert refused == [each for each in expected if not isinstance(each[1], Person)]
    first, second = (judge.audience for judge in judges)
    assert first.counts == second.counts
    assert first.opted_out_too_late == second.opted_out_too_late
    assert first.opted_out == second.opted_out
    emails = [one.email for _, one, _ in expected if isinstance(one, Person)]
    assert list(map(first.first_row, emails)) == list(map(second.first_row, emails))
    assert first.fingerprint() == second.fingerprint()


@settings(max_examples=500, deadline=None)
@given(
    text=st.lists(
        st.sampled_from(
            [
                *("a", "é", "Ng\u1ec5", "b c", "end", ",", ",", ";", '"', '""', ',"', '",', ',"K, I",'),
                *("\x00", "\x0b", "\u2028", "\n", "\r\n", "\r", "\n\n", '"\n"', '"x\r\ny"'),
            ]
        ),
        max_size=40,
    ).map("".join),
    line_end=st.sampled_from(["\n", "\r\n", "\r", None]),
    delimiter=st.sampled_from([",", ";"]),
    chunk=st.sampled_from([3, 8, 20, 1 << 15]),
)
def test_records_are_split_as_the_csv_module_splits_them(
    text: str, line_end: str | None, delimiter: str, chunk: int
) -> None:
    """Whatever the line ends and quotes, the records and their numbers are those of the csv module."""
    if line_end:
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", line_end)
    lines = [*io.StringIO(text, newline=""), f"end{delimiter}end"]
    *expected, last = csv.reader(lines, delimiter=delimiter)
    numbers: list[int] = []
    records: list[list[str]] = []
    failure = ""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "_CHUNK", chunk)
        try:
            for some, cells in DelimitedRows(
                io.BytesIO(text.encode()), "people.csv", "utf-8", delimiter
            ).batches():
                numbers += some
                records += cells
        except ContactsError as error:
            failure = str(error)
    assert records == expected
    assert numbers == list(range(1, 1 + len(expected)))
    if last == ["end", "end"]:
        assert not failure
    else:
        assert failure.startswith(f"people.csv ends within row {len(expected) + 1}, behind a quotation mark")


def test_different_addresses_with_the_same_key_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses are looked up by a number that two may share; nobody is dropped for it."""
    for module in (audience, quick):
        monkeypatch.setattr(module, "keys_of", lambda addresses: [len(each) % 2 for each in addresses])
    people = "".join(f"P{number},p{number}@example.com,no\n" for number in range(30))
    source = io.BytesIO(f"First Name,Email,Unsubscribed\n{people}{people}X,p7@example.com,yes\n".encode())
    upload, rejected = io.BytesIO(), io.BytesIO()
    result = prepare_contacts(source, upload, rejected)
    assert (result.accepted, result.duplicates, result.suppressed) == (29, 29, 3)
    refused = [line.split(",")[:2] for line in rejected.getvalue().decode().splitlines()[1:]]
    duplicates = [[str(row + 30), f"duplicate_of_row {row}"] for row in range(2, 32) if row != 9]
    assert refused == [
        ["9", "opted_out"],
        *duplicates[:7],
        ["39", "opted_out"],
        *duplicates[7:],
        ["62", "opted_out"],
    ]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(*[st.text(max_size=5)] * 6), max_size=5))
def test_people_are_written_as_the_csv_module_writes_them(people: list[tuple[str, ...]]) -> None:
    """Joining where nothing needs quotes gives what the csv module gives."""
    ours, theirs = io.BytesIO(), io.StringIO(newline="")
    upload = CsvUpload(ours)
    upload.write(people)
    upload.finish()
    csv.writer(theirs).writerows(people)
    written = ours.getvalue().partition(b"\r\n")[2]
    assert written == theirs.getvalue().encode("utf-8", "replace")


PLAIN_XML = st.text(st.characters(codec="utf-8", exclude_characters="<>&\r", min_codepoint=32), max_size=4)
TEXTS = st.one_of(PLAIN_XML, st.sampled_from(["&amp;", "&#65;", "&quot;x", "_x000D_", "a &lt; b"]))
CELL_XML = st.one_of(
    TEXTS.map(lambda text: f' t="inlineStr"><is><t>{text}</t></is></c>'),
    TEXTS.map(lambda text: f' t="str"><f>A1&amp;"x"</f><v>{text}</v></c>'),
    st.sampled_from(
        [
            *(' t="s"><v>0</v></c>', ' t="s"><v>2</v></c>', "/>", ' s="1"/>', ' t="e"><v>#N/A</v></c>'),
            *("><v>12</v></c>", "><v>007</v></c>", "><v>1.50</v></c>", "><v>1E3</v></c>", "></c>"),
            *(' s="1"><v>45363.5</v></c>', ' s="1"><v>0.25</v></c>', ' t="b"><v>1</v></c>'),
            *(' t="b"><v>true</v></c>', ' t="b"><v>0</v></c>', ' t="b"><v>yes</v></c>'),
            *(' t="str"><f>A1</f><v></v></c>', ' t="str"><f>A1</f><v/></c>', ' t="str"><f>A1</f></c>'),
            *("><f>A1</f></c>", "><f>A1</f><v></v></c>", "><f>A1</f><v/></c>", '><f t="shared" si="0"/></c>'),
            ' t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r><rPh><t>no</t></rPh></is></c>',
        ]
    ),
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_sheets_are_read_as_an_xml_parser_reads_them(data: st.DataObject) -> None:
    """The quick reader gives the same rows, or says that it does not know."""
    xml = '<?xml version="1.0"?>\r\n<worksheet xmlns="m"><cols><col/></cols><sheetData>'
    number = 0
    for cells in data.draw(st.lists(st.lists(CELL_XML, max_size=4), max_size=4)):
        number += data.draw(st.integers(1, 3))
        column = 0
        xml += f'<row r="{number}" spans="1:9">'
        for cell in cells:
            column += data.draw(st.integers(1, 3))
            xml += f'<c r="{chr(64 + column)}{number}"{cell}'
        xml += "</row>"
        if data.draw(st.booleans()):
            number += 1
            xml += f'<row r="{number}"/>'
    xml += '</sheetData><pageMargins left="1"/></worksheet>'
    cells_of = Cells(["Anna", "x", "<b>&"], frozenset("1"), since_1904=False)
    exact = list(exact_rows(io.BytesIO(xml.encode()), cells_of))
    try:
        found = list(quick_rows(io.BytesIO(xml.encode()), cells_of))
    except Unusual:
        assert "<r>" in xml or "<row" not in xml or "<sheetData></sheetData>" in xml
        return
    filled = {number: row for number, row in exact if row}
    assert {number: row for number, row in found if row} == filled


@settings(max_examples=100, deadline=None)
@given(st.lists(TEXTS, max_size=6))
def test_shared_strings_are_read_as_an_xml_parser_reads_them(texts: list[str]) -> None:
    """Quick and exact give the same texts."""
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    xml = f'<?xml version="1.0"?>\n<sst xmlns="m" count="1">{items}</sst>'.encode()
    found = [text for batch in _quick_strings(io.BytesIO(xml)) for text in batch]
    assert found == [text for batch in _exact_strings(io.BytesIO(xml)) for text in batch]


@pytest.mark.parametrize("epoch", ["windows", "mac"])
def test_values_come_out_as_openpyxl_gives_them(epoch: str) -> None:
    """Numbers, dates in many formats, times, booleans and errors become the text that Python prints."""
    from openpyxl import Workbook, load_workbook
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    from airflow_provider_calendars.contacts.workbooks import cell_text

    book = Workbook()
    if epoch == "mac":
        book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    assert sheet is not None
    moments = [
        *map(datetime.fromisoformat, ("2024-03-12T09:14:33", "1999-12-31")),
        date(2030, 1, 1),
        time(7, 5),
    ]
    for row in ([*moments, 1, 1.5, -7, 0.1, 1e21, True, False, "='", "007"], ["#N/A", None, "a\nb", " x "]):
        sheet.append(row)
    for place, shown in enumerate(["d/m/yy h:mm", "[$-407]mmmm yyyy", "General", '0.00 "days"', "yyyy;@"], 1):
        sheet.cell(3, place, 45000.75).number_format = shown
    stream = io.BytesIO()
    book.save(stream)
    expected = [
        [cell_text(value) for value in row]
        for row in load_workbook(stream, data_only=True).worksheets[0].iter_rows(values_only=True)
    ]
    # openpyxl shows a formula that was never calculated as blank
    expected[0][11] = "#VALUE!"
    ((numbers, rows),) = Book(zipfile.ZipFile(stream), "x").sheets()[0].batches()
    assert list(numbers) == [1, 2, 3]
    assert [row + [""] * (13 - len(row)) for row in rows] == expected


SHEET = (
    '{prolog}<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>Name</v></c>'
    '<c r="B1" t="str"><v>Email</v></c><c r="C1" t="str"><v>Email Opt Out</v></c></row>'
    '<row r="2"><c r="A2" t="str"><v>Zoë</v></c>'
    '<c r="B2" t="str"><v>zoe@example.com</v></c>{opt_out}</row></sheetData></worksheet>'
)


def first_names(
    sheet: bytes, strings: str = "<sst><si><t>no</t></si></sst>", target: str = "sheet.xml"
) -> list[str]:
    """The first names that a workbook with this sheet yields."""
    stream, upload, rejected = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for part, content in {
            "workbook.xml": '<workbook xmlns:r="q"><sheets><sheet name="S" r:id="r1"/></sheets></workbook>',
            "_rels/workbook.xml.rels": f'<r><r Id="r1" Type="x/worksheet" Target="{target}"/>'
            '<r Id="r2" Type="x/sharedStrings" Target="strings.xml"/></r>',
            "strings.xml": strings,
            "sheet.xml": sheet,
        }.items():
            archive.writestr(f"xl/{part}", content)
    prepare_contacts(stream, upload, rejected)
    return [line.split(",")[0] for line in upload.getvalue().decode().splitlines()[1:]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_a_sheet_is_read_in_the_encoding_it_declares(encoding: str) -> None:
    """Also where its bytes would make sense in UTF-8."""
    prolog = f'<?xml version="1.0" encoding="{encoding}"?>'
    xml = SHEET.format(prolog=prolog, opt_out="").replace("Zoë", "Ã«")
    assert first_names(xml.encode(encoding)) == ["Ã«"]


@pytest.mark.parametrize(
    "opt_out",
    [
        '<c r="C2" t="str"><v>yes</v></c><c r="C2" t="str"><v>no</v></c>',
        '<c r="C2" t="s"><v>-1</v></c>',
        '<c r="C2" t="s"><v>7</v></c>',
    ],
)
def test_an_opt_out_that_can_be_read_in_two_ways_is_not_guessed(opt_out: str) -> None:
    """A cell that comes twice, or refers to no text, makes the workbook a broken one."""
    with pytest.raises(ContactsError, match="broken workbook"):
        first_names(SHEET.format(prolog="", opt_out=opt_out).encode())


@pytest.mark.parametrize(
    ("opt_out", "invited"),
    [
        ('<c r="C2" t="b"><v>1</v></c>', False),
        ('<c r="C2" t="b"><v>true</v></c>', False),
        ('<c r="C2" t="b"><v>maybe</v></c>', False),
        ('<c r="C2" t="b"><v>false</v></c>', True),
        ('<c r="C2" t="str"><f>IF(1=2,"yes","")</f><v></v></c>', True),
        ('<c r="C2" t="str"><f>IF(1=2,"yes","")</f><v/></c>', True),
        ('<c r="C2" t="str"><f>IF(1=2,"yes","")</f></c>', False),
        ('<c r="C2"><f>A1</f><v></v></c>', False),
    ],
)
def test_what_is_stored_of_an_opt_out(opt_out: str, invited: bool) -> None:
    """Booleans are written in two ways; a formula's empty text is blank, and a missing result unknown."""
    assert first_names(SHEET.format(prolog="", opt_out=opt_out).encode()) == ["Zoë"] * invited


@pytest.mark.parametrize("target", ["./worksheets/../sheet.xml", "/xl/sheet.xml", "sheet.xml"])
def test_a_sheet_is_found_however_its_place_is_written(target: str) -> None:
    """Some programs write paths with dots, or from the archive's root."""
    assert first_names(SHEET.format(prolog="", opt_out="").encode(), target=target) == ["Zoë"]


def test_rows_within_comments_are_none() -> None:
    """What is commented out is no contact."""
    eve = '<row r="3"><c r="A3" t="str"><v>Eve</v></c><c r="B3" t="str"><v>e@x.com</v></c></row>'
    comment = f"</row><!-- {eve} -->"
    assert first_names(SHEET.format(prolog="", opt_out=comment + "<row>").encode()) == ["Zoë"]
