"""All appointments of a time, over all calendars: HighLevel lists them by calendar, group or user only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.highlevel.appointment_records import Event
from airflow_provider_calendars.api.highlevel.appointments import Appointments
from airflow_provider_calendars.api.highlevel.calendars import Calendars
from airflow_provider_calendars.api.highlevel.changes import DELETED, Seen, Snapshot, missing
from airflow_provider_calendars.api.highlevel.events import Events, Window
from airflow_provider_calendars.api.highlevel.wire import utc
from airflow_provider_calendars.api.paging import unique
from airflow_provider_calendars.exceptions import ConfigurationError, NotFound, OperationUnavailable

# lists have no pages, and how long a time may be is not documented
_PART = timedelta(days=30)
_MOST_PARTS = 150


class Overview(Calendars, Appointments, Events):
    """What takes several operations to see."""

    def list_appointments(
        self, start: datetime | str, end: datetime | str, calendar_ids: Sequence[str] = ()
    ) -> Flow[list[Event]]:
        """Return the appointments that start in a time, of some calendars or of all.

        GET /calendars/events, for each calendar and month;
        https://marketplace.gohighlevel.com/docs/ghl/calendars/get-calendar-events

        :param start: aware; so is ``end``.
        :param end: no appointment that starts then or later is one of them.
        :param calendar_ids: the calendars; all if empty.
        """
        parts = list(months(checks.moment("start", start), checks.moment("end", end)))
        chosen = list(checks.texts("calendar_ids", calendar_ids))
        if not chosen:
            chosen = [each.calendar_id for each in (yield from self.list_calendars())]
        found: list[Event] = []
        for calendar_id in chosen:
            for begin, until in parts:
                found.extend((yield from self.list_events(Window(begin, until, calendar_id=calendar_id))))
        # whether a list holds what starts at its very end is not documented
        last = checks.moment("end", end)
        inside = [each for each in found if each.start is None or each.start < last]
        return unique(inside, key=lambda event: event.event_id)

    def look_up_missing(self, before: Snapshot, now: Snapshot) -> Flow[Snapshot]:
        """Complete a snapshot by what is no longer listed: it was deleted, or moved to another time.

        GET /calendars/events/appointments/{event_id}, for each that is missing;
        https://marketplace.gohighlevel.com/docs/ghl/calendars/get-appointment
        """
        found = dict(now.appointments)
        for event_id in missing(before, now):
            try:
                found[event_id] = Seen.from_event((yield from self.get_appointment(event_id)))
            except OperationUnavailable:
                raise
            except NotFound:
                found[event_id] = replace(before.appointments[event_id], status=DELETED)
        return replace(now, appointments=found)


def months(start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Cut a time into parts that can be asked for at once.

    :raises ConfigurationError: the time is empty, or longer than twelve years.
    """
    start, end = utc(start), utc(end)
    if end <= start:
        raise ConfigurationError("end must be after start.")
    if end - start > _MOST_PARTS * _PART:
        raise ConfigurationError("start and end are more than twelve years apart.")
    begins = [start + number * _PART for number in range(-(-(end - start) // _PART))]
    return [(begin, min(begin + _PART, end)) for begin in begins]
