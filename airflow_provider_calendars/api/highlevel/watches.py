"""What sensors wait for at HighLevel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow_provider_calendars.api.flow import Flow, now
from airflow_provider_calendars.api.highlevel import HighLevelApi
from airflow_provider_calendars.api.highlevel.appointment_records import Slot
from airflow_provider_calendars.api.highlevel.changes import (
    DELETED,
    Change,
    Snapshot,
    changed_since,
    changes,
)
from airflow_provider_calendars.api.watching import Verdict
from airflow_provider_calendars.exceptions import CalendarsError, NotFound, OperationUnavailable

_AHEAD = timedelta(days=60)


@dataclass(slots=True)
class FreeSlot:
    """Whether a calendar has free slots: so many of them.

    :param calendar_id: the calendar.
    :param end: ISO; no slot then or later counts.
    :param start: ISO; no slot before counts. None for the moment of each look.
    :param timezone: the zone slots are written in; None for the location's, which is looked up once.
    :param user_ids: only slots of these users.
    :param slots: how many there must be.
    """

    calendar_id: str
    end: str
    start: str | None = None
    timezone: str | None = None
    user_ids: list[str] = field(default_factory=list)
    slots: int = 1

    def report_as_if(self) -> dict[str, Any]:
        """Return the report of a dry run: of a calendar that was not made."""
        return {"calendar_id": self.calendar_id, "count": 0, "first_slot": None}

    def look(self, api: HighLevelApi) -> Flow[Verdict]:
        """Read the free slots."""
        free = yield from self._free_slots(api)
        first = min(free, key=lambda slot: slot.start, default=None)
        return Verdict(
            len(free) >= self.slots,
            f"Calendar {self.calendar_id} has {len(free)} free slots until {self.end}.",
            {
                "calendar_id": self.calendar_id,
                "count": len(free),
                "first_slot": first.text if first else None,
            },
        )

    def _free_slots(self, api: HighLevelApi) -> Flow[Sequence[Slot]]:
        time = datetime.fromtimestamp((yield from now()), UTC)
        start = datetime.fromisoformat(self.start) if self.start else time
        end = datetime.fromisoformat(self.end)
        if end <= max(start, time):
            raise CalendarsError(
                f"It is past {self.end}, so calendar {self.calendar_id} has no slot until then."
            )
        if self.timezone is None:
            self.timezone = yield from api.timezone_of_location()
        slots = yield from api.list_free_slots(
            self.calendar_id, start, end, timezone=self.timezone, user_ids=self.user_ids or None
        )
        return slots


@dataclass(slots=True)
class AppointmentStatus:
    """Whether an appointment has one of some statuses.

    :param appointment_id: the appointment.
    :param statuses: those that end the wait; ``deleted`` is one.
    :param failed_statuses: those that end it badly.
    """

    appointment_id: str
    statuses: list[str]
    failed_statuses: list[str] = field(default_factory=list)

    def report_as_if(self) -> dict[str, Any]:
        """Return the report of a dry run: as it was waited for."""
        return {"appointment_id": self.appointment_id, "status": self.statuses[0]}

    def look(self, api: HighLevelApi) -> Flow[Verdict]:
        """Read the appointment, which can be read even after it was deleted.

        :raises CalendarsError: it was deleted, or has a failed status.
        """
        status = yield from self._status(api)
        if status not in self.statuses and status in {*self.failed_statuses, DELETED}:
            raise CalendarsError(
                f"Appointment {self.appointment_id} is {status}; {' or '.join(self.statuses)} was waited for."
            )
        return Verdict(
            status in self.statuses,
            f"Appointment {self.appointment_id} is {status or 'without a status'}.",
            {"appointment_id": self.appointment_id, "status": status},
        )

    def _status(self, api: HighLevelApi) -> Flow[str]:
        try:
            appointment = yield from api.get_appointment(self.appointment_id)
        except OperationUnavailable:
            raise
        except NotFound:
            if DELETED not in self.statuses:
                raise
            return DELETED
        return DELETED if appointment.deleted else appointment.status


@dataclass(slots=True)
class AppointmentsChanged:
    """Whether anything has become of the appointments of a time.

    :param start: ISO; the first moment that appointments may start at. None for that of the first look.
    :param end: ISO; they start before. None for 60 days after the start.
    :param calendar_ids: only appointments of these calendars; of all if empty.
    :param kinds: which changes count.
    :param changed_since: ISO; at the first look, what was changed then or later counts.
    :param snapshot: what the first look saw.
    """

    start: str | None
    end: str | None
    calendar_ids: list[str]
    kinds: list[str]
    changed_since: str | None = None
    snapshot: dict[str, Any] | None = None

    def report_as_if(self) -> dict[str, Any]:
        """Return the report of a dry run: nothing has changed."""
        return {"count": 0, "appointment_ids": [], **dict.fromkeys(self.kinds, 0), "changed_since": None}

    def look(self, api: HighLevelApi) -> Flow[Verdict]:
        """Compare the appointments with those of the first look."""
        taken_at = datetime.fromtimestamp((yield from now()), UTC)
        start, end = self._fixed_range(taken_at)
        events = yield from api.list_appointments(start, end, self.calendar_ids)
        seen = Snapshot.of(events, taken_at, start, end, self.calendar_ids)
        before = Snapshot.loads(self.snapshot)
        if before is None:
            self.snapshot = seen.dumps()
            found = changed_since(seen, self.changed_since) if self.changed_since else []
        else:
            found = changes(before, (yield from api.look_up_missing(before, seen)))
        return self._verdict([each for each in found if each.kind in self.kinds], seen)

    def _fixed_range(self, time: datetime) -> tuple[datetime, datetime]:
        start = datetime.fromisoformat(self.start) if self.start else time
        end = datetime.fromisoformat(self.end) if self.end else start + _AHEAD
        self.start, self.end = start.isoformat(), end.isoformat()
        return start, end

    def _verdict(self, found: Sequence[Change], seen: Snapshot) -> Verdict:
        counts = {kind: sum(each.kind == kind for each in found) for kind in self.kinds}
        return Verdict(
            bool(found),
            f"{len(found)} of {len(seen.appointments)} appointments have changed.",
            {
                "count": len(found),
                "appointment_ids": [each.appointment_id for each in found],
                **counts,
                "changed_since": seen.taken_at,
            },
        )
