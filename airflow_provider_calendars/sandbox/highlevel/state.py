"""The state of the sandbox's HighLevel, for its operations and for the assertions of tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from airflow_provider_calendars.sandbox.clock import Clock, Moment, moment_of
from airflow_provider_calendars.sandbox.highlevel import seeds, webhook_bodies
from airflow_provider_calendars.sandbox.highlevel.contact_book import ContactBook
from airflow_provider_calendars.sandbox.highlevel.records import (
    APPOINTMENT,
    BLOCK,
    Automation,
    Event,
)
from airflow_provider_calendars.sandbox.highlevel.settings import HighLevelSettings
from airflow_provider_calendars.sandbox.highlevel.shapes import KNOWN_STATUSES
from airflow_provider_calendars.sandbox.highlevel.slots import NOBODY, Diary
from airflow_provider_calendars.sandbox.highlevel.tables import Row, Table, new_id

_MONTH = 31 * 86400


class HighLevelState(ContactBook):
    """A location with its users, contacts, calendars and events.

    :param settings: the limits, and what the vendor leaves open.
    :param clock: the time.
    """

    def __init__(self, settings: HighLevelSettings, clock: Clock) -> None:
        super().__init__(settings, clock)
        self._begin()

    def _begin(self) -> None:
        settings = self.settings
        self.timezone = seeds.TIMEZONE
        self.users = {one.id: one for one in seeds.USERS}
        self.calendar_table = Table("Calendar", settings)
        self.groups = Table("Group", settings)
        self.notes = Table("Note", settings)
        self.resources = Table("Resource", settings, "_id")
        self.notifications = Table("Notification", settings, "_id")
        self.schedules = Table("Schedule", settings)
        self.event_schedules = Table("Schedule", settings)
        self.service_locations = Table("Service location", settings)
        self.automations: list[Automation] = []
        self.offered: defaultdict[str, set[str]] = defaultdict(set)
        self._events: dict[str, Event] = {}
        self._races = 0
        for calendar_id, fields in seeds.CALENDARS.items():
            self.calendar_table.add({**seeds.DEFAULTS, **fields}, calendar_id)

    @property
    def location_id(self) -> str:
        """The id of the location."""
        return seeds.LOCATION_ID

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the location; it is changed as ``timezone``."""
        return ZoneInfo(self.timezone)

    @property
    def calendars(self) -> list[Row]:
        """All calendars, under HighLevel's names."""
        with self.lock:
            return self.calendar_table.rows

    @property
    def events(self) -> list[Event]:
        """All appointments and blocked slots, also cancelled and deleted ones, oldest first."""
        with self.lock:
            return list(self._events.values())

    @property
    def appointments(self) -> list[Event]:
        """All appointments, also cancelled and deleted ones, in the order in which they were made."""
        return [one for one in self.events if one.kind == APPOINTMENT]

    @property
    def blocked_slots(self) -> list[Event]:
        """All blocked slots, also deleted ones, in the order in which they were made."""
        return [one for one in self.events if one.kind == BLOCK]

    def event(self, event_id: str) -> Event | None:
        """Find an appointment or a blocked slot.

        :param event_id: its id, or the id of one occurrence of it.
        """
        with self.lock:
            return self._events.get(event_id.partition("_")[0]) or self._events.get(event_id)

    def add_calendar(self, name: str = "Sandbox calendar", **fields: Any) -> Row:
        """Make a calendar.

        :param name: its name.
        :param fields: under HighLevel's names, e.g. ``slotDuration=15``.
        """
        with self.lock:
            return self.calendar_table.add({**seeds.DEFAULTS, "name": name, **fields})

    def free_slots(
        self, calendar_id: str, start: Moment | None = None, end: Moment | None = None, user_id: str = ""
    ) -> list[datetime]:
        """List the free slots of a calendar, in the zone of the location.

        :param calendar_id: the calendar.
        :param start: no slot begins earlier; now, if left out.
        :param end: no slot begins later; a month after the start, if left out.
        :param user_id: only those of one user.
        """
        with self.lock:
            first = self.clock.now() if start is None else moment_of("start", start)
            last = first + _MONTH if end is None else moment_of("end", end)
            users = (user_id,) if user_id else ()
            slots = self.diary(calendar_id).free_slots(first, last, users)
            return [datetime.fromtimestamp(one, self.zone) for one in slots]

    def book(
        self,
        calendar_id: str = seeds.DEMO_CALENDAR,
        start: Moment | None = None,
        contact_id: str = seeds.SOMEBODY_ELSE,
        *,
        user_id: str | None = None,
        status: str = "confirmed",
        title: str = "",
    ) -> Event:
        """Book an appointment as a guest does on the calendar's page; no automation runs.

        :param calendar_id: the calendar.
        :param start: an aware date, ISO 8601 or seconds since 1970; the next free slot, if left out.
        :param contact_id: who books.
        :param user_id: who is met; the free member with the fewest appointments, if left out.
        :param status: its status.
        :param title: its title; the name of the contact, if left out.
        :raises ValueError: there is no such calendar, or no slot is free.
        """
        with self.lock:
            diary = self.diary(calendar_id)
            begin = self._next_slot(calendar_id) if start is None else moment_of("start", start)
            end = begin + diary.duration
            free = diary.free_members(begin, end) or list(diary.members)
            assigned = free[0] if user_id is None else user_id
            fields = {"title": title, "status": status, "assigned_user_id": assigned}
            return self.add_event(APPOINTMENT, calendar_id, begin, end, contact_id=contact_id, **fields)

    def take_slot(self, calendar_id: str, start: Moment) -> list[Event]:
        """Let somebody else book a slot until it is not free any more; return these appointments.

        :param calendar_id: the calendar.
        :param start: when it begins: an aware date, ISO 8601 or seconds since 1970.
        """
        with self.lock:
            begin = moment_of("start", start)
            booked: list[Event] = []
            while (diary := self.diary(calendar_id)).free_members(begin, begin + diary.duration):
                booked.append(self.book(calendar_id, begin))
            return booked

    def race(self, times: int = 1) -> None:
        """Let somebody else be faster at the next bookings: each finds its slot taken.

        :param times: how many bookings; 0 for none any more.
        """
        if not isinstance(times, int):
            raise ValueError(f"`times` must be a whole number, not {times!r}")
        with self.lock:
            self._races = times

    def lose_race(self, calendar_id: str, start: float) -> None:
        """Let somebody else take a slot if it is time for that.

        :param calendar_id: the calendar.
        :param start: when the slot begins, in seconds since 1970.
        """
        if self._races > 0:
            self._races -= 1
            self.take_slot(calendar_id, start)

    def block(
        self, start: Moment, end: Moment, *, calendar_id: str = "", user_id: str = "", title: str = ""
    ) -> Event:
        """Block time of a calendar or of a user.

        :param start: an aware date, ISO 8601 or seconds since 1970; so is ``end``.
        :param end: the first moment that is not blocked.
        :param calendar_id: the calendar.
        :param user_id: the user.
        :param title: its title.
        """
        with self.lock:
            moments = moment_of("start", start), moment_of("end", end)
            return self.add_event(BLOCK, calendar_id, *moments, assigned_user_id=user_id, title=title)

    def set_status(self, event_id: str, status: str) -> Event:
        """Give an appointment another status, as somebody in the location does.

        :param event_id: the appointment.
        :param status: e.g. ``showed``.
        :raises ValueError: there is no such appointment, or no such status.
        """
        if status not in KNOWN_STATUSES:
            raise ValueError(f"no such status: {status!r}; there are {', '.join(KNOWN_STATUSES)}")
        with self.lock:
            return self.change_event(self._known(event_id), status=status)

    def delete(self, event_id: str) -> Event:
        """Delete an appointment or a blocked slot; it can still be read by its id.

        :param event_id: its id.
        :raises ValueError: there is no such event.
        """
        with self.lock:
            return self.change_event(self._known(event_id), deleted=True)

    def booked_twice(self) -> list[tuple[Event, Event]]:
        """List the pairs of appointments of one contact in one calendar at one time; there should be none."""
        pairs: list[tuple[Event, Event]] = []
        first: dict[tuple[str, str, float], Event] = {}
        for one in self.appointments:
            if one.takes_time:
                key = (one.calendar_id, one.contact_id, one.start)
                if key in first:
                    pairs.append((first[key], one))
                first.setdefault(key, one)
        return pairs

    def diary(self, calendar_id: str, without: str = "") -> Diary:
        """Tell when a calendar can be booked.

        :param calendar_id: the calendar.
        :param without: an event that is not to count.
        :raises ValueError: there is no such calendar.
        """
        calendar = self.calendar_table.get(calendar_id)
        if calendar is None:
            known = ", ".join(row["id"] for row in self.calendars)
            raise ValueError(f"no such calendar: {calendar_id!r}; there are {known}")
        events = [one for one in self._events.values() if one.id != without]
        return Diary(calendar, events, self.zone, self.clock.now())

    def add_event(self, kind: str, calendar_id: str, start: float, end: float, **fields: Any) -> Event:
        """Remember a new event, whatever else there is at that time.

        :param kind: ``appointment`` or ``block``.
        :param calendar_id: the calendar; empty for a blocked slot of a user.
        :param start: in seconds since 1970; so is ``end``.
        :param end: the first moment after it.
        :param fields: the rest of the event.
        """
        now = self.clock.now()
        values = {"contact_id": "", "assigned_user_id": NOBODY, "title": "", "status": "", **fields}
        event = Event(new_id(), kind, calendar_id, start=start, end=end, added=now, updated=now, **values)
        contact = self.contact(event.contact_id)
        if not event.title and contact is not None:
            event.title = contact.name
        self._events[event.id] = event
        self._tell_of("AppointmentCreate", event)
        return event

    def change_event(self, event: Event, **fields: Any) -> Event:
        """Remember what has become of an event.

        :param event: the event.
        :param fields: what changes.
        """
        changed = replace(event, **fields, updated=self.clock.now())
        self._events[event.id] = changed
        if not event.deleted:
            self._tell_of("AppointmentDelete" if changed.deleted else "AppointmentUpdate", changed)
        return changed

    def notify(self, event: Event, what: str, body: Mapping[str, Any]) -> None:
        """Run the automations of an appointment, unless the request says that they shall not run.

        :param event: the appointment.
        :param what: what has happened.
        :param body: the request.
        """
        if body.get("toNotify") is not False:
            self.automations.append(Automation(event.id, what))

    def reset(self) -> None:
        """Forget everything that happened."""
        with self.lock:
            self._begin_app()
            self._begin_contacts()
            self._begin()

    def _tell_of(self, kind: str, event: Event) -> None:
        if event.kind == APPOINTMENT:
            group = (self.calendar_table.get(event.calendar_id) or {}).get("groupId") or ""
            self.webhooks.tell(kind, lambda: webhook_bodies.appointment(event, self.zone, group))

    def _next_slot(self, calendar_id: str) -> float:
        slots = self.free_slots(calendar_id)
        if not slots:
            raise ValueError(f"calendar {calendar_id!r} has no free slot in the next month")
        return slots[0].timestamp()

    def _known(self, event_id: str) -> Event:
        event = self.event(event_id)
        if event is None:
            raise ValueError(f"no such event: {event_id!r}")
        return event
