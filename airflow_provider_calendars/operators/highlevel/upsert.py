"""Contacts of a file, written to HighLevel."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import Context

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import (
    ConfigurationError,
    ContactsError,
    NotFound,
    Rejected,
)
from airflow_provider_calendars.files import open_path, open_seekable
from airflow_provider_calendars.operators.highlevel.base import HighLevelOperator
from airflow_provider_calendars.tables import check_table_path, write_table

if TYPE_CHECKING:
    from airflow_provider_calendars.api.highlevel.contact_records import Contact, ContactContent

_REPORT = ("row", "contact_id", "outcome", "remark")
# what an upload file holds beside contacts' own fields
_NOT_THE_PERSONS = frozenset({"loginurl", "username", "password"})
_TOLD_EVERY = 500
_PHONE_OF_ANOTHER = (
    "the phone belongs to another contact, who has another address; nothing was written. Leave the phone "
    "out, or correct one of the two"
)
_PHONE_OF_ANOTHER_ROW = (
    "an earlier row has the same phone and another address; nothing was written. Leave the phone out, or "
    "correct one of the two"
)
_PHONE_LEFT_OUT = "the phone was not taken over; another contact has it"


class HighLevelUpsertContactsOperator(HighLevelOperator):
    """Creates the contacts of a file, or changes those that are there, each by its address or number.

    Tags are added to those a contact has, never put in their place. Do-not-disturb is never touched. An
    address that is a further one of a contact would take the place of its first one at HighLevel; here
    the first one is kept. A number that another person has would turn that contact into this one; here the
    row is rejected, or, if its address is known, written without the number. Running it again ends the same.

    https://marketplace.gohighlevel.com/docs/ghl/contacts/upsert-contact

    :param path: a ``.csv`` file in UTF-8, such as ``PrepareContactsOperator`` writes, local or any
        ``ObjectStoragePath`` (templated). Its headers are fields of a contact: ``email``, ``firstname``,
        ``lastname``, ``phone``, ``company name``, ``city`` ...
    :param columns: which column holds which field, where headers say other things: ``{"phone":
        "Mobile"}``; only these columns are read then (templated).
    :param tags: tags to add to every contact (templated).
    :param source: where the contacts come from, for HighLevel (templated).
    :param report_path: a ``.csv`` or ``.jsonl`` file to write what became of each row to: ``row``,
        ``contact_id``, ``outcome`` (``created``, ``updated`` or ``rejected``), ``remark``; no addresses
        (templated).
    :param highlevel_conn_id: the Airflow connection (templated).
    :return: ``count``, ``created``, ``updated``, ``rejected``, ``partial`` (written in part, see the
        remark), ``report_path``.
    :raises ConfigurationError: an argument is wrong; nothing was asked.
    :raises ContactsError: the file cannot be read, has an unknown column or holds nobody; nothing was sent.
        Or HighLevel rejected every row.
    """

    template_fields: Sequence[str] = ("highlevel_conn_id", "path", "columns", "tags", "source", "report_path")
    template_fields_renderers: ClassVar[dict[str, str]] = {"columns": "json"}

    def __init__(
        self,
        *,
        path: str,
        columns: Mapping[str, str] | None = None,
        tags: Sequence[str] = (),
        source: str | None = None,
        report_path: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.path = path
        self.columns = columns
        self.tags = tags
        self.source = source
        self.report_path = report_path

    def execute(self, context: Context) -> dict[str, Any]:  # noqa: ARG002
        """Write the contacts."""
        if self.report_path:
            check_table_path("report_path", self.report_path)
        tags = checks.texts("tags", self.tags)
        contacts = list(self._contacts())
        results, phones = [], _Phones()
        for number, (row, content) in enumerate(contacts, start=1):
            results.append(self._written(row, content, tags, phones))
            if number % _TOLD_EVERY == 0:
                self.log.info("%d of %d contacts so far.", number, len(contacts))
        if self.report_path:
            write_table(self.report_path, (each.row_of_report() for each in results), _REPORT)
        return self._summary(results)

    def _summary(self, results: Sequence[_Result]) -> dict[str, Any]:
        outcomes = Counter(each.outcome for each in results)
        self.log.info("%d contacts: %s.", len(results), dict(outcomes))
        if outcomes["rejected"] == len(results):
            raise ContactsError(
                f"HighLevel rejected all {len(results)} contacts of {self.path}; the first one because: "
                f"{results[0].remark}"
            )
        return {
            "count": len(results),
            **{name: outcomes[name] for name in ("created", "updated", "rejected")},
            "partial": sum(bool(each.remark) and each.outcome != "rejected" for each in results),
            "report_path": self.report_path or None,
        }

    def _contacts(self) -> Iterator[tuple[int, ContactContent]]:
        from airflow_provider_calendars.api.highlevel.contact_records import ContactContent

        given = {"source": self.source} if self.source else {}
        rows = _rows(self.path, self.columns)
        if not rows:
            raise ContactsError(f"{self.path} holds no contacts, only a header.")
        for row, values in rows:
            try:
                content = ContactContent(**{**given, **values})
                content.to_create("")
            except ConfigurationError as wrong:
                raise ContactsError(f"{self.path}, row {row}: {wrong}") from None
            yield row, content

    def _written(self, row: int, content: ContactContent, tags: Sequence[str], phones: _Phones) -> _Result:
        try:
            result = self._upserted(row, content, phones)
        except Rejected as refusal:
            return _Result(row, "", "rejected", _without(content, str(refusal)))
        try:
            if tags and result.contact_id:
                self.hook.add_contact_tags(result.contact_id, tags)
        except (NotFound, Rejected) as refusal:
            remarks = (result.remark, f"the tags were not added: {_without(content, str(refusal))}")
            return replace(result, remark="; ".join(filter(None, remarks)))
        return result

    def _upserted(self, row: int, content: ContactContent, phones: _Phones) -> _Result:
        found = self.hook.find_duplicate_contact(email=content.email) if content.email else None
        why = self._phone_is_of_another(content, found, phones)
        if why and found is None:
            return _Result(row, "", "rejected", why)
        if why:
            result = self._merged(row, replace(content, phone=None), found)
            return replace(result, remark="; ".join(filter(None, (_PHONE_LEFT_OUT, result.remark))))
        return self._merged(row, content, found)

    def _phone_is_of_another(self, content: ContactContent, found: Contact | None, phones: _Phones) -> str:
        """Return why a row's phone would have HighLevel take another person for this one; else nothing."""
        if not (content.phone and content.email):
            return ""
        if phones.is_of_another(content.phone, _plain_address(content.email)):
            return _PHONE_OF_ANOTHER_ROW
        owner = self.hook.find_duplicate_contact(phone=content.phone)
        if owner is None or (found is not None and owner.contact_id == found.contact_id):
            return ""
        return "" if owner.email in {"", _plain_address(content.email)} else _PHONE_OF_ANOTHER

    def _merged(self, row: int, content: ContactContent, found: Contact | None) -> _Result:
        if found is not None and found.email and found.email != _plain_address(content.email):
            remark = "the address is a further one of the contact, whose first one was kept"
            if content.company_name:
                remark = f"{remark}; the company was not written"
            rest = replace(content, email=None)
            if rest.to_update():
                self.hook.update_contact(found.contact_id, rest)
            return _Result(row, found.contact_id, "updated", remark)
        upserted = self.hook.upsert_contact(content)
        outcome = "created" if upserted.is_new else "updated"
        return _Result(row, upserted.contact.contact_id, outcome, _left_out(content, upserted.contact))


@dataclass(frozen=True, slots=True)
class _Result:
    """What became of a row.

    :param remark: why it was rejected, or what of it was not written; empty if all was.
    """

    row: int
    contact_id: str
    outcome: str
    remark: str

    def row_of_report(self) -> dict[str, Any]:
        """Return the row of the report."""
        return {name: getattr(self, name) for name in _REPORT}


class _Phones:
    """The phones of the rows so far, each with its address: lists at HighLevel lag behind."""

    def __init__(self) -> None:
        self._seen: dict[str, list[tuple[str, str]]] = {}

    def is_of_another(self, phone: str, address: str) -> bool:
        """Return whether a row with another address has had a phone; if not, note it."""
        digits = "".join(filter(str.isdigit, phone)).lstrip("0")
        rows = self._seen.setdefault(_digits(phone), [])
        if any(other != address and _is_same(digits, seen) for seen, other in rows):
            return True
        rows.append((digits, address))
        return False


def _is_same(one: str, other: str) -> bool:
    # one of them may lack its country's code
    return one.endswith(other) or other.endswith(one)


def _plain_address(address: str | None) -> str:
    return (address or "").strip().lower()


def _left_out(content: ContactContent, written: Contact) -> str:
    """Return what HighLevel dropped without a word, as it does where two contacts are meant."""
    left_out = []
    if content.email and written.email and written.email != _plain_address(content.email):
        left_out.append("the address")
    if content.phone and written.phone and _digits(written.phone) != _digits(content.phone):
        left_out.append("the phone")
    if not left_out:
        return ""
    return f"{' and '.join(left_out)} was not taken over; another contact may have the same"


def _without(content: ContactContent, said: str) -> str:
    """Return a vendor's words without what a row says of a person."""
    private = {each.name: getattr(content, each.name) for each in fields(content) if not each.repr}
    for name, value in private.items():
        if isinstance(value, str) and value.strip():
            alone = rf"(?<!\w){re.escape(value.strip())}(?!\w)"
            said = re.sub(alone, f"<{name}>", said, flags=re.IGNORECASE)
    return said


def _digits(phone: str) -> str:
    # a location adds its country's code
    return "".join(filter(str.isdigit, phone)).lstrip("0")[-8:]


def _rows(path: str, columns: Mapping[str, str] | None) -> list[tuple[int, dict[str, Any]]]:
    """Return the filled fields of each row, with the row's number in the file."""
    where = open_path(checks.text("path", path))
    if where.suffix.lower() != ".csv":
        raise ContactsError(f"{path}: contacts are read from a .csv file only.")
    with open_seekable(where) as stream:
        content = stream.read()
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as broken:
        raise ContactsError(f"{path} is not a CSV file in UTF-8 ({type(broken).__name__}).") from None
    if not lines:
        raise ContactsError(f"{path} is empty.")
    places = _places(path, lines[0], columns)
    return [
        (number, {field: _cell(line[place]) for field, place in places.items() if _has(line, place)})
        for number, line in enumerate(lines[1:], start=2)
        if any(cell.strip() for cell in line)
    ]


def _cell(text: str) -> str:
    # so that no spreadsheet takes a number like +49... for a formula, files have it as '+49...
    return re.sub(r"^'(?=[-=+@])", "", text.strip())


def _has(line: Sequence[str], place: int) -> bool:
    return place < len(line) and bool(line[place].strip())


def _places(path: str, header: Sequence[str], columns: Mapping[str, str] | None) -> dict[str, int]:
    from airflow_provider_calendars.api.highlevel.contact_records import ContactContent

    known = {_plain(each.name): each.name for each in fields(ContactContent) if each.name != "custom_fields"}
    if columns is None:
        found = {known.get(_plain(name)): place for place, name in enumerate(header)}
        _check_header(
            path, [name for name in header if _plain(name) not in {*known, *_NOT_THE_PERSONS}], known
        )
        return {field: place for field, place in found.items() if field}
    checks.json_object("columns", columns)
    return {_field(name, known): _place(path, header, said) for name, said in columns.items()}


def _check_header(path: str, unknown: Sequence[str], known: Mapping[str, str]) -> None:
    if any("@" in name for name in unknown):
        # somebody's data must not get into a message
        raise ContactsError(f"{path} has no header: its first row holds an address.")
    if unknown:
        raise ContactsError(
            f"{path} has columns that are no field of a contact: {', '.join(unknown) or 'without a name'}. "
            "Say which column holds which field with columns=, or leave them out. "
            f"Fields are {', '.join(known)}."
        )


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))


def _field(name: str, known: Mapping[str, str]) -> str:
    if _plain(name) not in known:
        raise ConfigurationError(f"columns: {name!r} is no field of a contact; they are {', '.join(known)}.")
    return known[_plain(name)]


def _place(path: str, header: Sequence[str], said: Any) -> int:
    places = [place for place, name in enumerate(header) if name.strip() == str(said).strip()]
    if len(places) != 1:
        raise ContactsError(f"{path} has {len(places)} columns {said!r}; there must be one.")
    return places[0]
