"""A CRM export in, a clean audience out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from airflow_provider_calendars.contacts.columns import Wanted
from airflow_provider_calendars.contacts.decisions import DUPLICATE, OPTED_OUT, REJECTING, Judge, Person
from airflow_provider_calendars.contacts.emails import AddressReader
from airflow_provider_calendars.contacts.outputs import CsvUpload, RejectedRows, UploadSink, XlsxUpload
from airflow_provider_calendars.contacts.tables import HowToRead, Table, open_table
from airflow_provider_calendars.contacts.text import clean_text
from airflow_provider_calendars.exceptions import ContactsError

UPLOAD_FORMATS: dict[str, type[CsvUpload] | type[XlsxUpload]] = {"csv": CsvUpload, "xlsx": XlsxUpload}


@dataclass(frozen=True)
class Prepared:
    """What became of an export: counts and names of columns, no rows and no addresses.

    :param rows: contacts in the export; always the sum of the next four.
    :param accepted: people in the upload file.
    :param rejected: rows that cannot be used.
    :param suppressed: rows of people who opted out.
    :param duplicates: rows whose address an earlier row has.
    :param reasons: reason code to number of rows.
    :param source: the system the export looks like.
    :param header_row: the number of the header's row.
    :param columns: which header was taken for what.
    :param encoding: of a text file, as it was found or given.
    :param delimiter: of a text file.
    :param sheet: of a workbook.
    :param audience_fingerprint: SHA-256 over the sorted addresses, joined by line feeds.
    """

    rows: int
    accepted: int
    rejected: int
    suppressed: int
    duplicates: int
    reasons: Mapping[str, int]
    source: str
    header_row: int
    columns: Mapping[str, str]
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    audience_fingerprint: str

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON types."""
        return asdict(self)


def fingerprint(emails: Iterable[str]) -> str:
    """Return what identifies an audience: SHA-256 in hex over its sorted addresses, one a line.

    :param emails: normalised addresses, without repetition.
    """
    return hashlib.sha256("\n".join(sorted(emails)).encode()).hexdigest()


def prepare_contacts(
    source: BinaryIO,
    upload: BinaryIO,
    rejected: BinaryIO,
    *,
    name: str = "the file",
    upload_format: str = "csv",
    wanted: Wanted | None = None,
    how: HowToRead | None = None,
    allow_test_domains: bool = False,
) -> Prepared:
    """Read an export, write the upload file and the rows that did not get in.

    :param source: the export: CSV, TSV, XLSX or a ZIP of one of them; seekable.
    :param upload: where the upload file goes; seekable, and only of use if this returns.
    :param rejected: where the rejected rows go; likewise.
    :param name: the export's name, for messages.
    :param upload_format: ``csv`` or ``xlsx``.
    :param wanted: what the caller says about columns.
    :param how: what the caller knows about the file.
    :param allow_test_domains: accept addresses under ``.test``.
    :return: counts and the audience's fingerprint.
    :raises ContactsError: the export cannot be used; the message holds no cell of it.
    """
    with open_table(source, name, how or HowToRead(), wanted or Wanted()) as table:
        return prepare_table(
            table, upload, rejected, upload_format=upload_format, allow_test_domains=allow_test_domains
        )


def prepare_table(
    table: Table,
    upload: BinaryIO,
    rejected: BinaryIO,
    *,
    upload_format: str = "csv",
    allow_test_domains: bool = False,
) -> Prepared:
    """Do what :func:`prepare_contacts` does for a table that is already open.

    The rows are read once; a second time only where somebody opts out below a row that had the address.
    """
    addresses = AddressReader(allow_test_domains=allow_test_domains)
    judge = Judge(table.columns, table.headers, addresses)
    _run(table, judge, upload, rejected, upload_format)
    if judge.opted_out_too_late:
        judge = Judge(table.columns, table.headers, addresses, judge.opted_out)
        _run(table, judge, upload, rejected, upload_format)
    if not judge.counts:
        raise ContactsError(f"{table.name} has a header (row {table.header_row}) but no contacts below it.")
    return _summary(table, judge)


def _run(table: Table, judge: Judge, upload: BinaryIO, rejected: BinaryIO, upload_format: str) -> None:
    for stream in (upload, rejected):
        stream.seek(0)
        stream.truncate()
    people: UploadSink = UPLOAD_FORMATS[upload_format](upload)
    refused = RejectedRows(rejected, table.headers)
    decide, accept = judge.decide, people.write
    for row, cells in table.contacts():
        decision = decide(row, cells)
        if isinstance(decision, Person):
            accept(decision)
        elif decision is not None:
            refused.write(row, str(decision), cells)
    people.finish()
    refused.finish()


def _summary(table: Table, judge: Judge) -> Prepared:
    counts = judge.counts
    reasons = Counter({reason: count for reason, count in counts.items() if reason != "accepted"})
    return Prepared(
        rows=counts.total(),
        accepted=counts["accepted"],
        rejected=sum(counts[reason] for reason in REJECTING),
        suppressed=counts[OPTED_OUT],
        duplicates=counts[DUPLICATE],
        reasons=dict(reasons.most_common()),
        source=table.source,
        header_row=table.header_row,
        columns=table.columns.described([clean_text(header) for header in table.headers]),
        encoding=table.encoding,
        delimiter=table.delimiter,
        sheet=table.sheet,
        audience_fingerprint=fingerprint(judge.first_rows),
    )
