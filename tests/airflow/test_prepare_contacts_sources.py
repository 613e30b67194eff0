"""Where contacts come from and go to, beyond one file: parts, queries, DataFrames, campaigns."""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from airflow_provider_calendars.exceptions import (
    ConfigurationError,
    ContactsError,
    NotFound,
    OperationUnavailable,
)
from airflow_provider_calendars.files import open_path
from airflow_provider_calendars.operators.contacts import (
    MergeRejectedContactsOperator,
    PrepareContactsOperator,
)
from airflow_provider_calendars.sandbox import Sandbox

HEADER = "First Name,Last Name,Email,Email Opt Out\n"


def run(output_path: Any, **arguments: Any) -> dict[str, Any]:
    """The result of one run outside a DAG."""
    operator = PrepareContactsOperator(task_id="prepare", output_path=str(output_path), **arguments)
    result = operator.execute(context={})
    assert isinstance(result, dict)
    return result


def rows(path: str | Path) -> list[list[str]]:
    """The rows of a CSV file without its header."""
    return list(csv.reader(open_path(path).read_text().splitlines()))[1:]


def emails(path: str | Path) -> list[str]:
    """The addresses of an upload file."""
    return [row[2] for row in rows(path)]


def reasons(result: dict[str, Any]) -> list[list[str]]:
    """What the rejected rows are called, and why they are rejected."""
    return [row[:2] for row in rows(result["rejected_path"])]


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    """A directory with three parts of an export, one of them with its columns in another order."""
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "people_1.csv").write_text(HEADER + "Anna,,anna@example.com,0\nBen,,ben@example.com,0\n")
    (folder / "people_2.csv").write_text(
        "Email,First Name,Company,Email Opt Out\nANNA@example.com,Anna,Acme,\ncleo@example.com,Cleo,Acme,\n"
    )
    (folder / "people_10.csv").write_text(HEADER + "Ben,,ben@example.com,1\n")
    (folder / "notes.md").write_text("not an export")
    (folder / "~$people_1.csv").write_text("the mark of an open file")
    return folder


@pytest.mark.parametrize("pattern", ["", "/people_*.csv"])
def test_parts_make_one_audience(parts: Path, tmp_path: Path, pattern: str) -> None:
    """Duplicates and opt-outs count across parts, and rows are called by their file."""
    result = run(tmp_path / "upload.csv", path=f"{parts}{pattern}", report_path=str(tmp_path / "report.json"))
    assert emails(result["path"]) == ["anna@example.com", "cleo@example.com"]
    assert reasons(result) == [
        ["people_1.csv:3", "opted_out"],
        ["people_2.csv:2", "duplicate_of_row people_1.csv:2"],
        ["people_10.csv:2", "opted_out"],
    ]
    refused = rows(result["rejected_path"])
    assert refused[1][2:] == ["Anna", "", "ANNA@example.com", "", "Acme"]
    report = json.loads((tmp_path / "report.json").read_text())
    assert [(file["name"], file["rows"]) for file in report["files"]] == [
        ("people_1.csv", 2),
        ("people_2.csv", 2),
        ("people_10.csv", 1),
    ]


def test_parts_on_remote_storage_and_in_a_list(tmp_path: Path) -> None:
    """Patterns and lists work wherever the files are."""
    folder = f"memory://parts{tmp_path}"
    for number in (1, 2):
        open_path(f"{folder}/p{number}.csv").write_text(HEADER + f"Anna,,a{number}@example.com,\n")
    assert run(f"{folder}/out/u.csv", path=f"{folder}/p*.csv")["accepted"] == 2
    assert run(f"{folder}/out/u.csv", path=[f"{folder}/p1.csv", f"{folder}/p2.csv"])["accepted"] == 2


def test_a_zip_of_numbered_parts_and_of_strangers(parts: Path, tmp_path: Path) -> None:
    """Parts of one export in a ZIP are one audience; files of different kinds never are."""
    content = HEADER + "Anna,,{}@example.com,\n"
    for name, members in (("good", ("c-1.csv", "c-2.csv")), ("bad", ("contacts.csv", "unsubscribed.csv"))):
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as archive:
            for member in members:
                archive.writestr(member, content.format(member[2:3]))
    assert run(tmp_path / "upload.csv", path=str(tmp_path / "good.zip"))["accepted"] == 2
    with pytest.raises(ContactsError, match="ZIP of 2 files"):
        run(tmp_path / "upload.csv", path=str(tmp_path / "bad.zip"))


@pytest.mark.parametrize("output", ["{folder}/upload.csv", "{folder}/people_9.csv"])
def test_nothing_is_written_among_what_is_read(parts: Path, output: str) -> None:
    """Or the next run would take the result for a part of the export."""
    with pytest.raises(ConfigurationError, match="output_path"):
        run(output.format(folder=parts), path=str(parts))
    if "people" in output:
        with pytest.raises(ConfigurationError, match="output_path"):
            run(output.format(folder=parts), path=f"{parts}/people_*.csv", rejected_path="/tmp/r.csv")


def test_a_directory_without_exports_is_an_error(tmp_path: Path) -> None:
    """Instead of an audience of nobody."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigurationError, match="names no file"):
        run(tmp_path / "upload.csv", path=str(tmp_path / "empty"))


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A SQL connection; the second row opts out the first."""
    from airflow.providers.common.sql.hooks.sql import DbApiHook
    from airflow.sdk import BaseHook

    path = tmp_path / "crm.db"
    people = [("Anna", "a@example.com", 0), ("Anna", "a@example.com", 1), ("Ben", "b@example.com", None)]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("create table people (first_name text, email text, email_opt_out integer)")
        connection.executemany("insert into people values (?, ?, ?)", people)

    class CrmHook(DbApiHook):
        conn_name_attr = "crm_conn_id"

        def get_conn(self) -> Any:
            return sqlite3.connect(path)

    connection_of = {"crm": SimpleNamespace(get_hook=CrmHook)}
    monkeypatch.setattr(BaseHook, "get_connection", connection_of.__getitem__)
    return "crm"


def test_a_query_is_prepared(database: str, tmp_path: Path) -> None:
    """Its rows are fetched once, also where an opt-out comes late; parameters are bound by the driver."""
    result = run(
        tmp_path / "upload.csv",
        sql="select * from people where first_name <> ?",
        sql_conn_id=database,
        sql_parameters=["Zoe"],
    )
    assert emails(result["path"]) == ["b@example.com"]
    assert reasons(result) == [["2", "opted_out"], ["3", "opted_out"]]


def test_a_long_query_is_read_to_its_end(database: str, tmp_path: Path) -> None:
    """However many rows there are, and also if they are read a second time."""
    numbers = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000) "
    for late in ("", " union all select 'X', 'p1@example.com', 1"):
        sql = f"{numbers}select 'P' as name, 'p' || i || '@example.com' as email, 0 as email_opt_out from n"
        result = run(tmp_path / "upload.csv", sql=sql + late, sql_conn_id=database)
        assert result["rows"] == 5000 + bool(late)
        assert result["accepted"] == 5000 - bool(late)


def test_a_statement_without_rows_is_refused(database: str, tmp_path: Path) -> None:
    """An UPDATE is no list of contacts."""
    with pytest.raises(ConfigurationError, match="returns no rows"):
        run(tmp_path / "upload.csv", sql="update people set email_opt_out = 0", sql_conn_id=database)


def test_a_dataframe_is_prepared(tmp_path: Path) -> None:
    """Missing values of every kind are blank; the column names count as row 1."""
    import pandas as pd

    frame = pd.DataFrame(
        {
            "Vorname": ["Anna", "Ben", None],
            "E-Mail": ["anna@example.com", "ben@example.com", "c@example.com"],
            "Abgemeldet": pd.array([None, True, False], dtype="boolean"),
        }
    )
    result = run(tmp_path / "upload.csv", dataframe=frame)
    assert emails(result["path"]) == ["anna@example.com"]
    assert reasons(result) == [["3", "opted_out"], ["4", "missing_first_name"]]


def test_exactly_one_source_is_given(tmp_path: Path) -> None:
    """Two sources would be two exports."""
    for arguments in ({}, {"path": "/x.csv", "sql": "select 1"}):
        with pytest.raises(ConfigurationError, match="Give one of path, sql and dataframe"):
            run(tmp_path / "upload.csv", **arguments)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_uploads_are_split_and_stale_parts_removed(tmp_path: Path, suffix: str) -> None:
    """Each part is an upload file of its own; what an earlier, larger run wrote is gone."""
    export = tmp_path / "in" / "export.csv"
    export.parent.mkdir()
    people = [f"P{number},,p{number}@example.com,\n" for number in range(5)]
    export.write_text(HEADER + "".join(people))
    first = run(tmp_path / f"upload{suffix}", path=str(export), rows_per_file=2)
    assert [Path(path).name for path in first["paths"]] == [
        f"upload.part-{number:04}{suffix}" for number in (1, 2, 3)
    ]
    assert first["path"] is None
    again = run(tmp_path / "again.csv", path=first["paths"])
    assert (again["accepted"], again["audience_fingerprint"]) == (5, first["audience_fingerprint"])
    stranger = tmp_path / "upload.part-mine.csv"
    stranger.write_text("")
    # the last one opts out two: the files are begun anew
    export.write_text(HEADER + "".join(people) + "X,,p0@example.com,1\nX,,p1@example.com,1\n")
    second = run(tmp_path / f"upload{suffix}", path=str(export), rows_per_file="2")
    assert len(second["paths"]) == 2
    left = sorted(path.name for path in tmp_path.glob("upload.part-*"))
    assert left == [f"upload.part-0001{suffix}", f"upload.part-0002{suffix}", stranger.name]
    run(tmp_path / f"upload{suffix}", path=str(export))
    assert [path.name for path in tmp_path.glob("upload.part-*")] == [stranger.name]


def test_suppression_lists_and_domain_rules(tmp_path: Path) -> None:
    """Each rule has its own reason, and looks at every address of a row."""
    export, listed, csv_list = tmp_path / "export.csv", tmp_path / "never.txt", tmp_path / "unsubscribed.csv"
    export.write_text(
        "First Name,Email,Additional email addresses\n"
        "Anna,anna@example.com,\nBen,ben@example.com,old@gone.example.com\nCleo,cleo@example.com,\n"
        "Dora,dora@sub.rival.com,\nEve,eve@other.org,\nFay,fay@gone.example.com,\nGus,gus@example.com,\n"
    )
    digest = hashlib.sha256(b"cleo@example.com").hexdigest()
    listed.write_text(f"# never\nANNA@example.com\n{digest.upper()}\n@gone.example.com\n")
    csv_list.write_text("Date,Email,Campaign\n2024-01-01,Gus <gus@example.com>,News\n")
    result = run(
        tmp_path / "upload.csv",
        path=str(export),
        suppression_paths=[str(listed), str(csv_list)],
        blocked_domains=["rival.com"],
        allowed_domains=["example.com", "*.example.com"],
        if_nobody="succeed",
    )
    assert reasons(result) == [
        ["2", "suppression_list"],
        ["3", "suppression_list"],
        ["4", "suppression_list"],
        ["5", "domain_blocked"],
        ["6", "domain_not_allowed"],
        ["7", "suppression_list"],
        ["8", "suppression_list"],
    ]
    assert result["suppressed"] == 7


def test_a_suppression_list_that_is_not_understood_is_refused(tmp_path: Path) -> None:
    """Or the person it means would be invited by mistake; no entry is shown."""
    export, listed = tmp_path / "export.csv", tmp_path / "never.txt"
    export.write_text(HEADER + "Anna,,anna@example.com,\n")
    listed.write_text("anna@example.com\nAnna Huber\n")
    with pytest.raises(ContactsError, match=r"never\.txt: 1 entries .* \(rows 2\)"):
        run(tmp_path / "upload.csv", path=str(export), suppression_paths=str(listed))
    with pytest.raises(ConfigurationError, match="blocked_domains"):
        run(tmp_path / "upload.csv", path=str(export), blocked_domains=["not a domain"])


@pytest.mark.parametrize(
    "content",
    [
        *("a@example.com/b@example.com\n", "[a@example.com]\n{b@example.com}\n"),
        *(
            "a@example.com#mailto:a@example.com#\nb@example.com (old)\n",
            "Ticket,Email\n#1,a@example.com\n#2,b@example.com\n",
        ),
        "# nobody else,\nEmail,\n#x,\na@example.com,\nb@example.com,\n",
    ],
)
def test_entries_of_a_suppression_list_in_any_notation(tmp_path: Path, content: str) -> None:
    """Every address that can be made out counts; only a line of its own is a comment."""
    export, listed = tmp_path / "export.csv", tmp_path / "never.csv"
    export.write_text(HEADER + "".join(f"{name},,{name}@example.com,\n" for name in "abc"))
    listed.write_text(content)
    result = run(tmp_path / "upload.csv", path=str(export), suppression_paths=str(listed))
    assert emails(result["path"]) == ["c@example.com"]


def test_every_sheet_of_a_suppression_list_counts(tmp_path: Path) -> None:
    """The list may be on the second sheet or on several; one that is none is named."""
    from openpyxl import Workbook

    export, listed = tmp_path / "export.csv", tmp_path / "never.xlsx"
    export.write_text(HEADER + "".join(f"{name},,{name}@example.com,\n" for name in "abc"))
    book = Workbook()
    for row in (["Do not mail"], ["a@example.com"]):
        book.worksheets[0].append(row)
    second = book.create_sheet("L-Z")
    for row in (["Since", "Email"], ["2024-01-01", "b@example.com"]):
        second.append(row)
    book.create_sheet("Empty")
    book.save(listed)
    result = run(tmp_path / "upload.csv", path=str(export), suppression_paths=str(listed))
    assert emails(result["path"]) == ["c@example.com"]
    second.append(["2024-01-02", "not an address"])
    book.save(listed)
    with pytest.raises(ContactsError, match=r"never\.xlsx, sheet 'L-Z': 1 entries .* \(rows 3\)"):
        run(tmp_path / "upload.csv", path=str(export), suppression_paths=str(listed))


@pytest.mark.parametrize(
    ("content", "story"),
    [
        ("", "is empty: expected an address, a domain or a SHA-256"),
        ("Email\nanna@\n", r"1 entries are neither .* \(rows 2\)"),
        ("a@example.com\nanna@example,com\n", "give it a header|1 entries are neither"),
    ],
)
def test_a_suppression_list_without_an_address_is_refused(tmp_path: Path, content: str, story: str) -> None:
    """An entry with an at sign of which no address can be made out may mean anybody."""
    export, listed = tmp_path / "export.csv", tmp_path / "never.txt"
    export.write_text(HEADER + "Anna,,anna@example.com,\n")
    listed.write_text(content)
    with pytest.raises(ContactsError, match=story):
        run(tmp_path / "upload.csv", path=str(export), suppression_paths=str(listed))


def test_a_row_is_expanded_into_its_addresses(tmp_path: Path) -> None:
    """Every usable address becomes a contact; an opt-out still counts for the whole row."""
    export = tmp_path / "export.csv"
    export.write_text(
        "First Name,Email,Additional email addresses,Email Opt Out\n"
        "Anna,a@example.com,a2@example.com;a3@example.com,\n"
        "Ben,b@example.com,a2@example.com,\n"
        "Cleo,c@example.com,c2@example.com,1\n"
    )
    assert emails(run(tmp_path / "first.csv", path=str(export))["path"]) == ["a@example.com", "b@example.com"]
    result = run(tmp_path / "all.csv", path=str(export), several_addresses="expand")
    assert emails(result["path"]) == ["a@example.com", "a2@example.com", "a3@example.com", "b@example.com"]
    assert reasons(result) == [["3", "duplicate_of_row 2"], ["4", "opted_out"]]
    assert result["rows"] == 6


def test_only_who_is_new_to_a_campaign(tmp_path: Path, calendars_connections: Sandbox) -> None:
    """Attendees are left out, and so are people who were cancelled or unsubscribed there."""
    system = calendars_connections.lets_calendar
    campaign = system.add_campaign()
    for address in ("Anna@example.com", "ben@example.com", "cleo@example.com", "fay@example.com"):
        system.add_attendee(campaign, {"firstname": "X", "email": address})
    for address, status in (("ben@example.com", "C"), ("cleo@example.com", "U"), ("fay@example.com", "F")):
        assert system.set_status(campaign.id, address, status) == 1
    export = tmp_path / "export.csv"
    names = ("Anna", "Ben", "Cleo", "Dora", "Fay")
    export.write_text(HEADER + "".join(f"{name},,{name.lower()}@example.com,\n" for name in names))
    result = run(tmp_path / "upload.csv", path=str(export), only_new_against=campaign.id)
    assert emails(result["path"]) == ["dora@example.com"]
    assert reasons(result) == [
        ["2", "already_attendee"],
        ["3", "attendee_cancelled"],
        ["4", "attendee_unsubscribed"],
        ["6", "already_attendee"],
    ]
    assert (result["duplicates"], result["suppressed"]) == (2, 2)


def test_a_daily_export_adds_everybody_once(tmp_path: Path, calendars_connections: Sandbox) -> None:
    """Also where a campaign has more attendees than one page of the API shows."""
    system = calendars_connections.lets_calendar
    campaign = system.add_campaign()
    for number in range(250):
        system.add_attendee(campaign, {"firstname": "P", "email": f"p{number}@example.com"})
    export = tmp_path / "export.csv"
    export.write_text(HEADER + "".join(f"P,,p{number}@example.com,\n" for number in range(251)))
    result = run(tmp_path / "upload.csv", path=str(export), only_new_against=campaign.id)
    assert emails(result["path"]) == ["p250@example.com"]
    assert result["reasons"] == {"already_attendee": 250}


def test_an_account_that_cannot_read_attendees(tmp_path: Path, calendars_connections: Sandbox) -> None:
    """The task fails and says what to do, instead of inviting people again; nothing is written."""
    campaign = calendars_connections.lets_calendar.add_campaign()
    calendars_connections.settings.missing_operations = True
    export = tmp_path / "export.csv"
    export.write_text(HEADER + "Anna,,anna@example.com,\n")
    with pytest.raises(OperationUnavailable, match="only_new_against needs the attendees"):
        run(tmp_path / "upload.csv", path=str(export), only_new_against=campaign.id)
    calendars_connections.settings.missing_operations = False
    with pytest.raises(NotFound):
        run(tmp_path / "upload.csv", path=str(export), only_new_against="nope")
    assert [path.name for path in tmp_path.iterdir()] == ["export.csv"]


def test_the_vendors_refusals_are_merged(tmp_path: Path) -> None:
    """They go under the export's headers, the report counts them, and merging twice changes nothing."""
    export, refused = tmp_path / "export.csv", tmp_path / "vendor.csv"
    people = "Anna,H,anna@example.com,\nBen,,ben@example.com,\nCleo,,,\nDora,,d@example.com,\n"
    export.write_text(HEADER + people)
    prepared = run(tmp_path / "u.csv", path=str(export), report_path=str(tmp_path / "r.json"))
    refused.write_text("row,errors\n1,The email is invalid\n")
    merge = MergeRejectedContactsOperator(
        task_id="merge",
        upload_paths=prepared["paths"],
        rejected_path=prepared["rejected_path"],
        report_path=prepared["report_path"],
        vendor_rejected_path=str(refused),
        vendor_duplicates=1,
    )
    results = []
    for _ in range(2):
        merge.execute({})
        results.append((rows(prepared["rejected_path"]), json.loads((tmp_path / "r.json").read_text())))
    assert results[0] == results[1]
    merged, report = results[0]
    assert merged[0][:5] == ["4", "no_email", "Cleo", "", ""]
    assert merged[1][:5] == ["u.csv:3", "vendor_invalid", "Ben", "", "ben@example.com"]
    counts = ("rows", "accepted", "rejected", "suppressed", "duplicates")
    assert [report[name] for name in counts] == [4, 1, 2, 0, 1]
    corrected = run(tmp_path / "again.csv", path=prepared["rejected_path"])
    assert emails(corrected["path"]) == ["ben@example.com"]
    refused.write_text("row,errors\n7,The email is invalid\n")
    with pytest.raises(ContactsError, match="another upload"):
        merge.execute({})
    assert rows(prepared["rejected_path"]) == merged
