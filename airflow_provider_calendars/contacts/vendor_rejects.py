"""The vendor's own refusals, brought together with ours in one file and one report."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from typing import Any, BinaryIO

from airflow_provider_calendars.contacts.columns import Columns, Wanted, find_columns
from airflow_provider_calendars.contacts.outputs import UPLOAD_HEADER, is_rejected_file
from airflow_provider_calendars.contacts.text import guarded
from airflow_provider_calendars.exceptions import ContactsError

VENDOR_INVALID = "vendor_invalid"
VENDOR_DUPLICATE = "vendor_duplicate"


@dataclass(frozen=True)
class VendorRejects:
    """What the vendor refused of an upload file.

    :param invalid: positions of people in the file, counted from 0, to what the vendor said of each.
    :param duplicates: how many it had already, where it only counts them.
    :param duplicate_emails: those it had already, where it names them.
    """

    invalid: Mapping[int, Sequence[str]]
    duplicates: int = 0
    duplicate_emails: frozenset[str] = frozenset()

    @classmethod
    def from_answer(cls, answer: Mapping[str, Any]) -> VendorRejects:
        """Read the vendor's answer: ``invalid_contacts``, ``duplicate_emails``, ``duplicate_count``."""
        emails = frozenset(str(email).strip().lower() for email in answer.get("duplicate_emails") or ())
        invalid = {
            int(each["index"]): tuple(map(str, each.get("errors") or ()))
            for each in answer.get("invalid_contacts") or ()
        }
        return cls(invalid, int(answer.get("duplicate_count") or len(emails)), emails)


def read_rejects(stream: BinaryIO, name: str) -> dict[int, tuple[str, ...]]:
    """Read the file of refused rows that ``LetsCalendarAddContactsOperator`` writes, CSV or JSON Lines.

    :param stream: the file, with ``row`` (0-based position) and ``errors``.
    :param name: its name; the ending tells the form.
    :raises ContactsError: it is another file.
    """
    with _text(stream) as text:
        try:
            records = map(json.loads, text) if name.lower().endswith(".jsonl") else csv.DictReader(text)
            return {int(record["row"]): (str(record["errors"]),) for record in records}
        except (KeyError, TypeError, ValueError) as error:
            raise ContactsError(
                f"{name} is no file of refused rows ({type(error).__name__}): expected row and errors."
            ) from None


def merge_rejected(
    rejected: BinaryIO, uploads: Iterable[tuple[str, BinaryIO]], vendor: VendorRejects, merged: BinaryIO
) -> dict[str, int]:
    """Write our rejected rows and the vendor's into one file, which can be corrected and fed back in.

    A row the vendor refused is called by its upload file and its row there, e.g. ``upload.csv:17``; its
    cells go under the export's own headers. Rows of an earlier merge are replaced.

    :param rejected: the rejected rows that preparing wrote.
    :param uploads: the upload files as CSV, name and stream, in the order in which they were added.
    :param vendor: what the vendor refused.
    :param merged: where the result goes.
    :return: reason code to number of rows added.
    """
    with _text(rejected) as old, _text(merged) as new:
        rows = csv.reader(old)
        header = next(rows, [])
        if not is_rejected_file(header):
            raise ContactsError(
                "rejected_path is no file of rejected rows: its header must begin row,reason."
            )
        writer = csv.writer(new)
        spread = _Spread(header)
        writer.writerow(spread.header)
        writer.writerows(row for row in rows if row[1:2] not in ([VENDOR_INVALID], [VENDOR_DUPLICATE]))
        counts = {VENDOR_INVALID: 0, VENDOR_DUPLICATE: 0}
        for label, reason, person in _refused(uploads, vendor):
            counts[reason] += 1
            writer.writerow([label, reason, *map(guarded, spread.cells(person))])
    return {reason: count for reason, count in counts.items() if count}


def merge_report(report: Mapping[str, Any], vendor: VendorRejects) -> dict[str, Any]:
    """Return a report of preparing that counts the vendor's refusals, too; merging again changes nothing.

    :param report: what preparing reported.
    :param vendor: what the vendor refused.
    """
    reasons = {name: count for name, count in report["reasons"].items() if not name.startswith("vendor_")}
    before = report["reasons"]
    accepted = report["accepted"] + before.get(VENDOR_INVALID, 0) + before.get(VENDOR_DUPLICATE, 0)
    added = {VENDOR_INVALID: len(vendor.invalid), VENDOR_DUPLICATE: vendor.duplicates}
    if sum(added.values()) > accepted:
        raise ContactsError(
            f"The vendor refused {sum(added.values())} people of {accepted}: another upload's?"
        )
    return {
        **report,
        "accepted": accepted - sum(added.values()),
        "rejected": report["rejected"] - before.get(VENDOR_INVALID, 0) + added[VENDOR_INVALID],
        "duplicates": report["duplicates"] - before.get(VENDOR_DUPLICATE, 0) + added[VENDOR_DUPLICATE],
        "reasons": {**reasons, **{name: count for name, count in added.items() if count}},
    }


def _refused(
    uploads: Iterable[tuple[str, BinaryIO]], vendor: VendorRejects
) -> Iterator[tuple[str, str, dict[str, str]]]:
    place, found = 0, 0
    for name, stream in uploads:
        with _text(stream) as text:
            people = csv.DictReader(text)
            if people.fieldnames != list(UPLOAD_HEADER):
                raise ContactsError(
                    f"{name} is no upload file: its header must be {','.join(UPLOAD_HEADER)}."
                )
            for row, person in enumerate(people, 2):
                if place in vendor.invalid:
                    found += 1
                    yield f"{name}:{row}", VENDOR_INVALID, person
                elif person["email"] in vendor.duplicate_emails:
                    yield f"{name}:{row}", VENDOR_DUPLICATE, person
                place += 1
    if found < len(vendor.invalid):
        raise ContactsError(
            f"The vendor refused {len(vendor.invalid)} people, of whom the upload files hold {found}: "
            "they belong to another upload."
        )


class _Spread:
    """Puts the fields of an upload file under the headers of the rejected rows."""

    def __init__(self, header: Sequence[str]) -> None:
        self.header = list(header)
        columns = find_columns(header[2:], Wanted())
        self.places = _own_columns(columns) if columns else {}
        for name in UPLOAD_HEADER:
            if name not in self.places:
                # an earlier merge added it, or this one does
                self.header += [] if name in self.header[2:] else [name]
                self.places[name] = self.header.index(name, 2) - 2

    def cells(self, person: Mapping[str, str]) -> list[str]:
        """Return the cells behind row and reason."""
        cells = [""] * (len(self.header) - 2)
        for name, place in self.places.items():
            cells[place] = person[name] or ""
        return cells


def _own_columns(columns: Columns) -> dict[str, int]:
    found = {"email": columns.emails[0], "firstname": columns.first_name, "lastname": columns.last_name}
    return {name: place for name, place in found.items() if place is not None}


class _text(TextIOWrapper):  # noqa: N801 - used as a function
    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(stream, encoding="utf-8", newline="")

    def __exit__(self, *_: object) -> None:
        self.detach()
