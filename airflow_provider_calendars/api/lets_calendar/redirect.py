"""Invites for our own people only: the first contacts get our addresses, all others are dropped."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.flow import Upload
from airflow_provider_calendars.api.lets_calendar.people import Attendee, Contact
from airflow_provider_calendars.exceptions import ConfigurationError, ContactsError, GuardError


class Redirect:
    """Puts our own addresses in the place of a campaign's first contacts.

    :param addresses: ours.
    """

    def __init__(self, addresses: Sequence[str]) -> None:
        self.addresses = tuple(dict.fromkeys(each.strip().lower() for each in addresses if each.strip()))
        if not self.addresses:
            raise ConfigurationError("redirect_to is empty; name the addresses that mode redirect sends to.")
        if odd := [number for number, each in enumerate(self.addresses, 1) if "@" not in each]:
            raise ConfigurationError(f"redirect_to: number {odd[0]} is no address.")
        self._assigned: dict[tuple[str, str], str | None] = {}

    @property
    def redirected(self) -> int:
        """How many contacts got one of our addresses."""
        return len(self._assigned) - self.dropped

    @property
    def dropped(self) -> int:
        """How many contacts got none."""
        return sum(address is None for address in self._assigned.values())

    def contacts(self, campaign_id: str, contacts: Sequence[Contact]) -> list[Contact]:
        """Return those contacts of a campaign that get one of our addresses, with it."""
        addresses = [self._address(campaign_id, contact.email) for contact in contacts]
        return [
            replace(contact, email=address)
            for contact, address in zip(contacts, addresses, strict=True)
            if address is not None
        ]

    def upload(self, campaign_id: str, file: Upload) -> Upload:
        """Return a file with the first of its contacts and our addresses.

        :raises ContactsError: it is no CSV file.
        """
        if not file.filename.lower().endswith(".csv"):
            raise ContactsError("Mode redirect uploads .csv files only; write the contacts as .csv.")
        header, *rows = csv.reader(io.StringIO(file.content.decode("utf-8-sig"), newline=""))
        place = [name.strip().lower() for name in header].index("email")
        kept = [
            [*row[:place], address, *row[place + 1 :]]
            for row in rows
            if any(row[place:]) and (address := self._address(campaign_id, row[place])) is not None
        ]
        stream = io.StringIO(newline="")
        csv.writer(stream, lineterminator="\n").writerows([header, *kept])
        return replace(file, content=stream.getvalue().encode())

    def _address(self, campaign_id: str, email: str) -> str | None:
        """Return the address that stands for somebody's in a campaign, the same one every time."""
        key = (campaign_id, email.strip().lower())
        if key not in self._assigned:
            used = {address for (campaign, _), address in self._assigned.items() if campaign == campaign_id}
            self._assigned[key] = next((each for each in self.addresses if each not in used), None)
        return self._assigned[key]

    def check(self, campaign_id: str, attendees: Sequence[Attendee]) -> None:
        """Refuse to mail a campaign that holds anybody else.

        :raises GuardError: it does.
        """
        foreign = sum(each.email.strip().lower() not in self.addresses for each in attendees)
        if foreign:
            raise GuardError(
                f"Campaign {campaign_id} holds {foreign} attendees who are not in redirect_to, so mode "
                "redirect does not mail it. Use another campaign, or the mode live."
            )


def addresses_in(given: object) -> list[str]:
    """Return the addresses that a connection names: a list, or a text with commas."""
    if isinstance(given, str):
        return [each for each in given.replace(";", ",").split(",") if each.strip()]
    return list(checks.texts("redirect_to", given))
