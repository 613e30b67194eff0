"""Operators that add people to a campaign, each of them once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import Context

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import (
    CANNOT_BE_READ,
    ConfigurationError,
    ContactsError,
    OutcomeUnknown,
    Rejected,
)
from airflow_provider_calendars.operators.concealed import ConcealsPeople, reveal
from airflow_provider_calendars.operators.lets_calendar.base import LetsCalendarCampaignOperator
from airflow_provider_calendars.operators.lets_calendar.upload import read_upload_contacts
from airflow_provider_calendars.tables import check_table_path, write_table

if TYPE_CHECKING:
    from airflow_provider_calendars.api.lets_calendar.people import Contact


@dataclass(slots=True)
class _Report:
    """What became of contacts, by their 0-based position in the caller's list."""

    added: int = 0
    duplicates: int = 0
    present: int = 0
    invalid: dict[int, tuple[str, ...]] = field(default_factory=dict)


class _AddingOperator(ConcealsPeople, LetsCalendarCampaignOperator):
    """Adds contacts in batches, each of them once, whatever happens to a reply."""

    batch_size: int = 100
    only_new: bool = False
    accept_unattended_sending: bool = False

    def add(self, contacts: Sequence[Contact], context: Context) -> _Report:
        """Add contacts and return what became of each."""
        self.check_automation(self.accept_unattended_sending)
        memory, report = self.run_memory(context), _Report()
        look_first = self.only_new or memory.get("add_contacts")
        present = self._present_addresses() if look_first else set()
        memory.set("add_contacts", {"campaign_id": self.campaign_id, "contacts": len(contacts)})
        firsts = _first_rows(contacts)
        numbered = [(row, contact) for row, contact in enumerate(contacts) if firsts[row] == row]
        for start in range(0, len(numbered), self.batch_size):
            self._add_batch(_absent(numbered[start : start + self.batch_size], present, report), report)
        for row, first in enumerate(firsts):
            if row != first and first in report.invalid:
                report.invalid[row] = report.invalid[first]
            elif row != first:
                report.duplicates += 1
        return report

    def _add_batch(self, batch: list[tuple[int, Contact]], report: _Report) -> None:
        if not batch:
            return
        try:
            self._send_batch(batch, report)
        except OutcomeUnknown:
            self.log.warning("A reply was lost; reading which of %d contacts arrived.", len(batch))
            missing = _absent(batch, self._present_addresses(), _Report())
            # whoever is there now was missing before, or the batch would not have held them
            report.added += len(batch) - len(missing)
            self._send_again(missing, report)

    def _send_again(self, batch: list[tuple[int, Contact]], report: _Report) -> None:
        try:
            self._send_batch(batch, report)
        except OutcomeUnknown as unknown:
            # the task's own retry reads the attendees first
            raise OutcomeUnknown(str(unknown), looks_first=True) from unknown

    def _send_batch(self, batch: list[tuple[int, Contact]], report: _Report) -> None:
        if not batch:
            return
        try:
            added = self.hook.add_contacts(self.campaign_id, [contact for _, contact in batch])
        except Rejected as refusal:
            self._split_refused(batch, report, refusal)
            return
        report.added += added.valid_count
        report.duplicates += added.duplicate_count
        for invalid in added.invalid:
            if not 0 <= invalid.index < len(batch):
                raise ContactsError(
                    f"Let's Calendar refused contact {invalid.index} of a batch of {len(batch)}, which has "
                    f"no such contact: {'; '.join(invalid.errors)}. The others of the batch were added."
                )
            report.invalid[batch[invalid.index][0]] = invalid.errors

    def _split_refused(self, batch: list[tuple[int, Contact]], report: _Report, refusal: Rejected) -> None:
        """Find the bad rows of a batch refused as a whole, which the vendor does when no row is good."""
        if "campaign_id" in refusal.fields:
            raise refusal
        if len(batch) == 1:
            report.invalid[batch[0][0]] = (str(refusal),)
            return
        half = len(batch) // 2
        self._add_batch(batch[:half], report)
        self._add_batch(batch[half:], report)

    def _present_addresses(self) -> set[str]:
        try:
            attendees = self.hook.list_attendees(self.campaign_id)
        except CANNOT_BE_READ:
            self.log.warning("This account cannot list attendees; relying on the vendor's duplicate check.")
            return set()
        return {attendee.email.casefold() for attendee in attendees}


def _absent(
    batch: list[tuple[int, Contact]], present: set[str], report: _Report
) -> list[tuple[int, Contact]]:
    absent = [(row, contact) for row, contact in batch if _address(contact) not in present]
    report.present += len(batch) - len(absent)
    return absent


def _address(contact: Contact) -> str:
    return contact.email.strip().casefold()


def _first_rows(contacts: Sequence[Contact]) -> list[int]:
    """Return for each contact the position at which its address comes first in the list."""
    firsts: dict[str, int] = {}
    return [firsts.setdefault(_address(contact), row) for row, contact in enumerate(contacts)]


class LetsCalendarAddContactOperator(_AddingOperator):
    """Adds one person to a campaign, if not in it yet. Nobody is invited by that.

    Uses the vendor's bulk call, which tells duplicates; what the single call does with an address
    that is already in the campaign is not documented.

    https://panel.letscalendar.com/docs#apis-POSTapi-lc-add-contacts

    :param campaign_id: the campaign (templated).
    :param email: the person's address (templated).
    :param first_name: required by the vendor, at most 150 characters like all fields (templated).
    :param last_name: (templated).
    :param login_url: the person's own link to the event (templated).
    :param username: to join with (templated).
    :param password: to join with (templated).
    :param if_nothing_to_do: when the person is in the campaign already: ``succeed``, ``skip`` or ``fail``.
    :param accept_unattended_sending: add to a campaign whose automation this package has turned on, too,
        which mails whoever is added within the hour.
    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``campaign_id``, ``outcome`` (``added`` or ``nothing_to_do``).
    :raises ConfigurationError: a field is missing, of a wrong type or too long.
    :raises ContactsError: the vendor refused the contact.
    """

    _PERSON = ("email", "first_name", "last_name", "login_url", "username", "password")
    template_fields: Sequence[str] = ("lets_calendar_conn_id", "campaign_id", *_PERSON)
    concealed_fields: ClassVar[tuple[str, ...]] = _PERSON

    def __init__(
        self,
        *,
        email: str,
        first_name: str,
        last_name: str | None = None,
        login_url: str | None = None,
        username: str | None = None,
        password: str | None = None,
        if_nothing_to_do: str = "succeed",
        accept_unattended_sending: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.accept_unattended_sending = accept_unattended_sending
        self.email = email
        self.first_name = first_name
        self.last_name = last_name
        self.login_url = login_url
        self.username = username
        self.password = password
        self.if_nothing_to_do = if_nothing_to_do

    def execute(self, context: Context) -> dict[str, Any]:
        """Add the person."""
        from airflow_provider_calendars.api.lets_calendar.people import Contact

        self.check_campaign()
        self.check_nothing_to_do(self.if_nothing_to_do)
        contact = Contact.from_mapping(
            {name: reveal(getattr(self, name)) for name in self._PERSON}, "contact"
        )
        self.show_campaign(context)
        report = self.add([contact], context)
        if report.invalid:
            raise ContactsError(f"Let's Calendar refused the contact: {'; '.join(report.invalid[0])}")
        outcome = "added" if report.added else "nothing_to_do"
        if not report.added:
            self.settle_nothing_to_do(self.if_nothing_to_do, "The person is in the campaign already.")
        return {"campaign_id": self.campaign_id, "outcome": outcome}


class LetsCalendarAddContactsOperator(_AddingOperator):
    """Adds people to a campaign in batches and tells what became of each. Nobody is invited by that.

    A lost reply is settled by reading the attendees: whoever arrived is not added again.

    https://panel.letscalendar.com/docs#apis-POSTapi-lc-add-contacts

    :param campaign_id: the campaign (templated).
    :param contacts: a list of dictionaries with ``email``, ``first_name`` and optionally ``last_name``,
        ``login_url``, ``username``, ``password`` (templated). Lists in XComs put people into Airflow's
        database: prefer ``path``.
    :param path: instead, a CSV file in the form ``PrepareContactsOperator`` writes, local or any
        ``ObjectStoragePath`` (templated).
    :param batch_size: contacts in one call, 1 to 1000.
    :param only_new: read the attendees first and leave out who is one already, instead of leaving that
        to the vendor's duplicate check.
    :param if_invalid: when the vendor refuses some: ``fail`` after the others were added, ``warn`` or
        ``ignore``.
    :param rejected_path: a ``.csv`` or ``.jsonl`` file for the refused rows, ``row`` (0-based position
        in ``contacts`` or among the file's data rows) and ``errors`` (templated).
    :param accept_unattended_sending: add to a campaign whose automation this package has turned on, too,
        which mails whoever is added within the hour.
    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``campaign_id``, ``added``, ``duplicates``, ``already_present``, ``invalid``,
        ``invalid_rows`` (the first 100), ``rejected_path``.
    :raises ConfigurationError: an argument or a contact is wrong; nothing was sent.
    :raises ContactsError: contacts were refused and ``if_invalid`` is ``fail``.
    """

    template_fields: Sequence[str] = (
        "lets_calendar_conn_id",
        "campaign_id",
        "contacts",
        "path",
        "rejected_path",
    )
    concealed_fields: ClassVar[tuple[str, ...]] = ("contacts",)

    def __init__(
        self,
        *,
        contacts: Sequence[Mapping[str, str]] | None = None,
        path: str | None = None,
        batch_size: int = 100,
        only_new: bool = False,
        if_invalid: str = "fail",
        rejected_path: str | None = None,
        accept_unattended_sending: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.accept_unattended_sending = accept_unattended_sending
        self.contacts = contacts
        self.path = path
        self.batch_size = batch_size
        self.only_new = only_new
        self.if_invalid = if_invalid
        self.rejected_path = rejected_path

    def execute(self, context: Context) -> dict[str, Any]:
        """Add the people."""
        contacts = self._checked()
        self.show_campaign(context)
        report = self.add(contacts, context)
        if self.rejected_path:
            write_table(self.rejected_path, _rows(report), ("row", "errors"))
        self._settle_invalid(report)
        self.log.info("%d added, %d in the campaign already.", report.added, report.duplicates)
        return {
            "campaign_id": self.campaign_id,
            "added": report.added,
            "duplicates": report.duplicates,
            "already_present": report.present,
            "invalid": len(report.invalid),
            "invalid_rows": sorted(report.invalid)[:100],
            "rejected_path": self.rejected_path or None,
        }

    def _checked(self) -> list[Contact]:
        from airflow_provider_calendars.api.lets_calendar.people import Contact

        self.check_campaign()
        checks.choice("if_invalid", self.if_invalid, ("fail", "warn", "ignore"))
        if not 1 <= checks.integer("batch_size", self.batch_size) <= 1000:
            raise ConfigurationError(f"batch_size must be from 1 to 1000, not {self.batch_size}.")
        if self.rejected_path:
            check_table_path("rejected_path", self.rejected_path)
        contacts = reveal(self.contacts)
        if (contacts is None) == (not self.path):
            raise ConfigurationError("Give either contacts or path.")
        given = read_upload_contacts(self.path) if self.path else contacts
        if isinstance(given, str | Mapping) or not isinstance(given, Sequence):
            raise ConfigurationError(f"contacts must be a list, not {type(given).__name__}.")
        if not given:
            raise ConfigurationError("contacts is empty; there is nobody to add.")
        return [Contact.from_mapping(each, f"contacts[{row}]") for row, each in enumerate(given)]

    def _settle_invalid(self, report: _Report) -> None:
        if not report.invalid or self.if_invalid == "ignore":
            return
        rows = ", ".join(str(row) for row in sorted(report.invalid)[:20])
        story = (
            f"Let's Calendar refused {len(report.invalid)} contacts (rows {rows}); {report.added} were added."
        )
        if self.if_invalid == "fail":
            raise ContactsError(f"{story} Correct them, or set if_invalid to warn.")
        self.log.warning("%s", story)


def _rows(report: _Report) -> list[dict[str, Any]]:
    return [{"row": row, "errors": "; ".join(errors)} for row, errors in sorted(report.invalid.items())]
