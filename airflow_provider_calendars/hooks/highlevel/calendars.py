"""Calendars, free slots and appointments: the hook's methods for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from airflow_provider_calendars.hooks.highlevel.base import HighLevelBaseHook

if TYPE_CHECKING:
    from airflow_provider_calendars.api.done import Done
    from airflow_provider_calendars.api.highlevel.appointment_records import (
        AppointmentContent,
        BlockContent,
        Event,
        Slot,
    )
    from airflow_provider_calendars.api.highlevel.calendar_records import Calendar, CalendarContent
    from airflow_provider_calendars.api.highlevel.events import Window
    from airflow_provider_calendars.api.highlevel.records import Note, NoteContent


class CalendarMethods(HighLevelBaseHook):
    """What can be done with calendars and what is in them."""

    def list_calendars(
        self, *, group_id: str | None = None, show_drafted: bool | None = None
    ) -> list[Calendar]:
        """Return the calendars of the location, inactive ones too unless told not to."""
        return self.run(lambda api: api.list_calendars(group_id=group_id, show_drafted=show_drafted))

    def get_calendar(self, calendar_id: str) -> Calendar:
        """Return a calendar."""
        return self.run(lambda api: api.get_calendar(calendar_id))

    def create_calendar(self, content: CalendarContent) -> Calendar:
        """Create a calendar. A second one of the same name is another calendar."""
        return self.run(lambda api: api.create_calendar(content))

    def update_calendar(self, calendar_id: str, content: CalendarContent) -> Calendar:
        """Change what is set of a calendar; lists are replaced as a whole."""
        return self.run(lambda api: api.update_calendar(calendar_id, content))

    def delete_calendar(self, calendar_id: str) -> Done:
        """Delete a calendar."""
        return self.run(lambda api: api.delete_calendar(calendar_id))

    def list_free_slots(
        self,
        calendar_id: str,
        start: datetime | str,
        end: datetime | str,
        *,
        timezone: str | None = None,
        user_id: str | None = None,
        user_ids: Sequence[str] | None = None,
    ) -> list[Slot]:
        """Return the slots that can be booked from a moment to another, however far away.

        :param calendar_id: the calendar.
        :param start: aware; the first moment.
        :param end: aware; no slot begins then or later.
        :param timezone: the zone slots are written in; None for the location's, which is looked up.
        :param user_id: only slots of this user.
        :param user_ids: only slots of these users.
        """
        return self.run(
            lambda api: api.list_free_slots(
                calendar_id, start, end, timezone=timezone, user_id=user_id, user_ids=user_ids
            )
        )

    def get_appointment(self, event_id: str) -> Event:
        """Return an appointment, a deleted one too."""
        return self.run(lambda api: api.get_appointment(event_id))

    def create_appointment(self, content: AppointmentContent) -> Event:
        """Book an appointment. A slot taken meanwhile is a ``Conflict``."""
        event = self.run(lambda api: api.create_appointment(content))
        self.note_output(self.appointments_uri)
        return event

    def update_appointment(self, event_id: str, content: AppointmentContent) -> Event:
        """Change what is set of an appointment."""
        event = self.run(lambda api: api.update_appointment(event_id, content))
        self.note_output(self.appointments_uri)
        return event

    def list_events(self, window: Window) -> list[Event]:
        """Return the appointments that start in a window."""
        return self.run(lambda api: api.list_events(window))

    def list_appointments(
        self, start: datetime | str, end: datetime | str, calendar_ids: Sequence[str] = ()
    ) -> list[Event]:
        """Return the appointments that start in a time, of some calendars or of all."""
        events = self.run(lambda api: api.list_appointments(start, end, calendar_ids))
        self.note_input(self.appointments_uri)
        return events

    def delete_event(self, event_id: str) -> Done:
        """Delete an appointment or a blocked slot."""
        return self.run(lambda api: api.delete_event(event_id))

    def list_blocked_slots(self, window: Window) -> list[Event]:
        """Return the blocked slots that start in a window."""
        return self.run(lambda api: api.list_blocked_slots(window))

    def create_blocked_slot(self, content: BlockContent) -> Event:
        """Block time. The same again makes a second block."""
        return self.run(lambda api: api.create_blocked_slot(content))

    def update_blocked_slot(self, event_id: str, content: BlockContent) -> Event:
        """Change what is set of blocked time."""
        return self.run(lambda api: api.update_blocked_slot(event_id, content))

    def list_notes(self, appointment_id: str) -> list[Note]:
        """Return the notes on an appointment."""
        return self.run(lambda api: api.list_notes(appointment_id))

    def create_note(self, appointment_id: str, content: NoteContent) -> Note:
        """Write a note on an appointment."""
        return self.run(lambda api: api.create_note(appointment_id, content))

    def update_note(self, appointment_id: str, note_id: str, content: NoteContent) -> Note:
        """Rewrite a note."""
        return self.run(lambda api: api.update_note(appointment_id, note_id, content))

    def delete_note(self, appointment_id: str, note_id: str) -> Done:
        """Delete a note."""
        return self.run(lambda api: api.delete_note(appointment_id, note_id))
