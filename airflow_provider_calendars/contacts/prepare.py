"""A CRM export in, a clean audience out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, TypeAlias

from airflow_provider_calendars.contacts.audience import Audience
from airflow_provider_calendars.contacts.columns import Wanted
from airflow_provider_calendars.contacts.decisions import REJECTING, REPEATING, SUPPRESSING, Judge, Rules
from airflow_provider_calendars.contacts.emails import AddressReader
from airflow_provider_calendars.contacts.opening import HowToRead, open_tables
from airflow_provider_calendars.contacts.outputs import OneUpload, RejectedRows, Uploads
from airflow_provider_calendars.contacts.quick import QuickJudge
from airflow_provider_calendars.contacts.tables import Table
from airflow_provider_calendars.contacts.text import clean_text
from airflow_provider_calendars.exceptions import ContactsError

Progress: TypeAlias = Callable[[int], None]
"""Told how many rows have been read so far, once in a while."""


@dataclass(frozen=True)
class Prepared:
    """What became of an export: counts and names of columns, no rows and no addresses.

    :param rows: contacts in the export; always the sum of the next four.
    :param accepted: people in the upload files.
    :param rejected: rows that cannot be used.
    :param suppressed: rows of people who opted out or must not be invited.
    :param duplicates: rows whose address an earlier row has, or an attendee.
    :param reasons: reason code to number of rows.
    :param source: the system the export looks like.
    :param header_row: the number of the header's row.
    :param columns: which header was taken for what.
    :param encoding: of a text file, as it was found or given.
    :param delimiter: of a text file.
    :param sheet: of a workbook.
    :param files: what was read: for each file its ``name`` and what the last six above say of the first.
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
    files: Sequence[Mapping[str, Any]]
    audience_fingerprint: str

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON types."""
        return asdict(self)


def prepare_contacts(
    source: BinaryIO,
    upload: BinaryIO,
    rejected: BinaryIO,
    *,
    name: str = "the file",
    upload_format: str = "csv",
    wanted: Wanted | None = None,
    how: HowToRead | None = None,
    rules: Rules | None = None,
) -> Prepared:
    """Read an export, write the upload file and the rows that did not get in.

    :param source: the export: CSV, TSV, XLSX or a ZIP of one of them; seekable.
    :param upload: where the upload file goes; seekable, and only of use if this returns.
    :param rejected: where the rejected rows go; likewise.
    :param name: the export's name, for messages.
    :param upload_format: ``csv`` or ``xlsx``.
    :param wanted: what the caller says about columns.
    :param how: what the caller knows about the file.
    :param rules: what the caller wants decided how.
    :return: counts and the audience's fingerprint.
    :raises ContactsError: the export cannot be used; the message holds no cell of it.
    """
    with open_tables(source, name, how or HowToRead(), wanted or Wanted()) as tables:
        return prepare_tables(tables, OneUpload(upload, upload_format), rejected, rules=rules)


def prepare_tables(
    tables: Sequence[Table],
    uploads: Uploads,
    rejected: BinaryIO,
    *,
    rules: Rules | None = None,
    progress: Progress | None = None,
) -> Prepared:
    """Do what :func:`prepare_contacts` does for tables that are already open: they make one audience.

    The rows are read once; again only where somebody opts out below a row that had the address.

    :param tables: the parts of the export, in order.
    :param uploads: where the people go.
    :param rejected: where the rejected rows go; seekable.
    :param rules: what the caller wants decided how.
    :param progress: told how many rows have been read so far.
    """
    work = _Work(tables, uploads, rejected, rules or Rules(), progress)
    try:
        rows, audience = _decided(work)
    except BaseException:
        uploads.discard()
        raise
    if not audience.counts.total():
        raise ContactsError(
            f"{tables[0].name} has a header (row {tables[0].header_row}) but no contacts below it."
        )
    return _summary(tables, rows, audience)


def _decided(work: _Work) -> tuple[list[int], Audience]:
    audience = Audience(name_files=len(work.tables) > 1)
    rows = work.run(audience)
    while audience.opted_out_too_late:
        audience = Audience(audience.opted_out, name_files=len(work.tables) > 1)
        rows = work.run(audience)
    return rows, audience


@dataclass(frozen=True)
class _Work:
    tables: Sequence[Table]
    uploads: Uploads
    rejected: BinaryIO
    rules: Rules
    progress: Progress | None

    def run(self, audience: Audience) -> list[int]:
        """Decide on all rows; return how many contacts each table had."""
        self.uploads.restart()
        refused = RejectedRows(self.rejected, [table.headers for table in self.tables])
        addresses = AddressReader(allow_test_domains=self.rules.allow_test_domains)
        counts = [
            self._decide(place, table, addresses, audience, refused)
            for place, table in enumerate(self.tables)
        ]
        self.uploads.finish()
        refused.finish()
        return counts

    def _decide(
        self, place: int, table: Table, addresses: AddressReader, audience: Audience, refused: RejectedRows
    ) -> int:
        before = audience.counts.total()
        audience.begin(table.name)
        judge = Judge(table.columns, table.headers, addresses, self.rules, audience)
        decide = QuickJudge(judge).decide
        for numbers, rows in table.batches():
            people, refusals = decide(numbers, rows)
            self.uploads.write(people)
            refused.write(place, [(audience.where(row), reason, cells) for row, reason, cells in refusals])
            if self.progress:
                self.progress(len(rows))
        if (row := table.cut_row()) and row != judge.passed_over:
            raise ContactsError(
                f"{audience.place_of(row)}, the last one, has fewer cells than the header and no line end: "
                "the file looks cut off. Export it again, or add a line end if it is complete."
            )
        return audience.counts.total() - before


def _summary(tables: Sequence[Table], rows: Sequence[int], audience: Audience) -> Prepared:
    counts = audience.counts
    reasons = Counter({reason: count for reason, count in counts.items() if reason != "accepted"})
    described = [_described(table) for table in tables]
    return Prepared(
        rows=counts.total(),
        accepted=counts["accepted"],
        rejected=sum(counts[reason] for reason in REJECTING),
        suppressed=sum(counts[reason] for reason in SUPPRESSING),
        duplicates=sum(counts[reason] for reason in REPEATING),
        reasons=dict(reasons.most_common()),
        **described[0],
        files=[
            {"name": table.name, "rows": count, **about}
            for table, count, about in zip(tables, rows, described, strict=True)
        ],
        audience_fingerprint=audience.fingerprint(),
    )


def _described(table: Table) -> dict[str, Any]:
    return {
        "source": table.source,
        "header_row": table.header_row,
        "columns": table.columns.described([clean_text(header) for header in table.headers]),
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "sheet": table.sheet,
    }
