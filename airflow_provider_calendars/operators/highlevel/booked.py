"""Appointments that are there: whose they are, and what became of one that was booked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from airflow_provider_calendars.exceptions import CalendarsError, NotFound, OperationUnavailable

if TYPE_CHECKING:
    from airflow_provider_calendars.api.highlevel.appointment_records import Event
    from airflow_provider_calendars.hooks.highlevel import HighLevelHook

_CALLED_OFF = frozenset({"cancelled", "invalid"})
# of a series: its own id, the start in milliseconds, and the seconds it takes
_INSTANCE = re.compile(r"(.+)_[0-9]{12,14}_[0-9]+")
_LAST = datetime.max.replace(tzinfo=UTC)


def is_on(event: Event) -> bool:
    """Return whether an appointment is neither cancelled nor deleted."""
    return not event.deleted and event.status not in _CALLED_OFF


@dataclass(frozen=True, slots=True)
class Booked:
    """How a contact's appointments are found again.

    :param hook: to read with.
    :param contact_id: whose they are.
    :param status: what they are booked with; None for what the calendar says.
    :param is_series: whether they are series, which are known by their master event.
    """

    hook: HighLevelHook
    contact_id: str
    status: str | None = None
    is_series: bool = False
    _contacts: dict[str, str] = field(default_factory=dict)

    def ids(self, events: Iterable[Event]) -> list[str]:
        """Return the ids of those that are the contact's and not called off, the earliest first."""
        mine = [each for each in events if self._counts(each) and self._contact_of(each) == self.contact_id]
        mine.sort(key=lambda each: (each.start or _LAST, each.event_id))
        return list(dict.fromkeys(map(self._id_of, mine)))

    def is_gone(self, appointment_id: str) -> bool:
        """Return whether an appointment that an earlier try booked has been deleted since.

        :raises CalendarsError: it was called off, which the contact may have wished.
        """
        try:
            appointment = self.hook.get_appointment(appointment_id)
        except OperationUnavailable:
            raise
        except NotFound:
            return True
        if appointment.deleted or self._counts(appointment):
            return appointment.deleted
        raise CalendarsError(
            f"Appointment {appointment_id}, which this task booked before, is {appointment.status} by now. "
            "It is not booked again. If that is wanted, set it to confirmed, or delete it and clear the task."
        )

    def _counts(self, event: Event) -> bool:
        return is_on(event) or (event.status == self.status and not event.deleted)

    def _contact_of(self, event: Event) -> str:
        """Return whose an appointment is; lists need not say it."""
        if event.contact_id:
            return event.contact_id
        if event.event_id not in self._contacts:
            self._contacts[event.event_id] = self._read_contact(event.event_id)
        return self._contacts[event.event_id]

    def _read_contact(self, event_id: str) -> str:
        try:
            return self.hook.get_appointment(event_id).contact_id
        except OperationUnavailable:
            raise
        except NotFound:
            return ""

    def _id_of(self, event: Event) -> str:
        if not self.is_series:
            return event.event_id
        instance = _INSTANCE.fullmatch(event.event_id)
        return event.master_event_id or (instance[1] if instance else event.event_id)
