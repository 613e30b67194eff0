"""Files made to hurt are refused with a sentence, within fixed memory."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from airflow_provider_calendars.contacts.sheets import numbered
from airflow_provider_calendars.exceptions import ContactsError

HEAD = (
    '<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>Email</t></is></c></row>'
)
TAIL = "</sheetData></worksheet>"
WORKBOOK = '<workbook xmlns:r="q"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
RELATIONS = (
    '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="r2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)
MEMORY = 160 << 20
CODE = """
import resource, sys
from airflow_provider_calendars.contacts import prepare_contacts
from airflow_provider_calendars.exceptions import ContactsError
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
try:
    with open(sys.argv[1], "rb") as source, open(sys.argv[1] + ".u", "w+b") as upload:
        with open(sys.argv[1] + ".r", "w+b") as rejected:
            print(prepare_contacts(source, upload, rejected, name="people").reasons)
except ContactsError as error:
    print("refused:", error)
"""

Write = Callable[[IO[bytes]], object]


def repeated(before: str, unit: str, times: int, after: str) -> Write:
    """Write a text many times without having it in memory."""

    def write(stream: IO[bytes]) -> None:
        stream.write(before.encode())
        for _ in range(times // 1000):
            stream.write(unit.encode() * 1000)
        stream.write(after.encode())

    return write


def workbook(sheet: Write, strings: Write | None = None) -> Write:
    """Write a workbook with one sheet."""

    def write(stream: IO[bytes]) -> None:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr("xl/workbook.xml", WORKBOOK)
            archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
            with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
                sheet(part)
            if strings:
                with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as part:
                    strings(part)

    return write


def sheet(rows: str) -> Write:
    """Write a sheet with more rows."""
    return repeated(HEAD, "", 0, rows + TAIL)


BLOCK = "x" * 1000
CELL = '<row r="2"><c r="A2" t="str"><v>'
CASES: dict[str, tuple[Write, str]] = {
    "cells in the corners": (
        workbook(sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
        "no contacts below it",
    ),
    "a column too far": (workbook(sheet('<row r="2"><c r="AAAA2"><v>1</v></c></row>')), "broken workbook"),
    "a column beyond the last": (workbook(sheet('<row r="2"><c r="XFE2"/></row>')), "beyond the last one"),
    "a row beyond the last": (workbook(sheet('<row r="1048577"><c r="A1048577"/></row>')), "row 1048577"),
    "rows that go back": (workbook(sheet('<row r="1"><c r="A1"><v>1</v></c></row>')), "comes after row 1"),
    "a cell of 100 MB": (
        workbook(repeated(HEAD + CELL, BLOCK, 100_000, f"</v></c></row>{TAIL}")),
        "1,048,576 characters",
    ),
    "an attribute of 100 MB": (workbook(repeated(f'{HEAD}<row a="', BLOCK, 100_000, f'"/>{TAIL}')), "a tag"),
    "cells without end": (
        workbook(repeated(f"{HEAD}<row>", "<c/>", 1_000_000, "</row>")),
        "more cells",
    ),
    "elements in elements": (workbook(repeated(HEAD, "<a>", 1_000_000, "")), "nested deeper"),
    "texts in pieces": (
        workbook(sheet(""), repeated("<sst><si>", "<r><t>x</t></r>", 1_000_000, "</si></sst>")),
        "more pieces of text",
    ),
    "a text of 100 MB": (
        workbook(sheet(""), repeated("<sst><si><t>", BLOCK, 100_000, "</t></si></sst>")),
        "1,048,576 characters",
    ),
    "entities": (workbook(repeated('<!DOCTYPE a [<!ENTITY b "c">]>', "", 0, "<a>&b;</a>")), "document type"),
    "a line without end": (repeated("Name,Email\n", BLOCK, 100_000, ""), "1,048,576 characters"),
    "a million columns": (repeated("Name,Email", ",", 1_000_000, "\n"), "cells; at most 16,384"),
    "a cell of lines": (repeated('Name,Email\n"', "x\n", 10_000_000, ""), "cannot be read"),
    "a record of lines": (repeated("Name,Email\nx", ',"\n"', 10_000_000, "\n"), "record of more than"),
}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits the memory of a process as Linux does")
@pytest.mark.parametrize("case", CASES)
def test_a_hostile_file_is_refused_within_fixed_memory(case: str, tmp_path: Path) -> None:
    """In 160 MB of address space, of which the interpreter takes half."""
    write, story = CASES[case]
    with (tmp_path / "people").open("wb") as stream:
        write(stream)
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(tmp_path / "people"), str(MEMORY)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert story in done.stdout, done.stdout[-300:] + done.stderr[-300:]
    assert done.stdout.startswith("refused:")


def test_rows_that_spread_over_a_whole_sheet_are_refused() -> None:
    """A few bytes of XML each, they would take hours."""
    wide = [""] * 16_384
    with pytest.raises(ContactsError, match=r"134,217,728 cells"):
        for _ in numbered((row, wide) for row in range(1, 10_000)):
            pass
