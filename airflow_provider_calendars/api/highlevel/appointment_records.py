"""Appointments, blocked slots and free slots: what may be written, and what is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.highlevel.wire import (
    body,
    flag,
    inside,
    is_same_moment,
    iso,
    moment,
    text,
    texts,
)
from airflow_provider_calendars.exceptions import ConfigurationError

APPOINTMENT_STATUSES = ("new", "confirmed", "cancelled", "showed", "noshow", "invalid")
# HighLevel shows two more than it takes
SHOWN_STATUSES = (*APPOINTMENT_STATUSES, "active", "completed")
MEETING_PLACES = ("custom", "zoom", "gmeet", "phone", "address", "ms_teams", "google")
_TIMES = ("start_time", "end_time")
_MOMENTS = ("startTime", "endTime")
# how it is written, which is no part of what is written
_NEVER_SHOWN = frozenset(
    {"toNotify", "ignoreDateRange", "ignoreFreeSlotValidation", "overrideLocationConfig"}
)


@dataclass(frozen=True, slots=True)
class AppointmentContent:
    """Everything of an appointment that may be written. What is None is not sent and keeps its value.

    :param contact_id: who is met; cannot be changed later.
    :param start_time: aware, or the text of a free slot, which is sent as it is; so is ``end_time``.
    :param end_time: None for the duration of the calendar's slots.
    :param to_notify: whether automations run, which may mail people; None for HighLevel's default, which is
        to run them.
    :param ignore_date_range: whether the minimum notice and the range of dates are ignored.
    :param ignore_free_slot_validation: whether it may lie outside the free slots.
    :param rrule: how it is repeated (RFC 5545), with ``ignore_free_slot_validation`` only.
    """

    calendar_id: str | None = None
    contact_id: str | None = None
    start_time: datetime | str | None = None
    end_time: datetime | str | None = None
    title: str | None = None
    appointment_status: str | None = None
    assigned_user_id: str | None = None
    description: str | None = None
    address: str | None = None
    meeting_location_type: str | None = None
    meeting_location_id: str | None = None
    override_location_config: bool | None = None
    to_notify: bool | None = False
    ignore_date_range: bool | None = None
    ignore_free_slot_validation: bool | None = None
    rrule: str | None = None

    def __post_init__(self) -> None:
        for name, known in (
            ("appointment_status", APPOINTMENT_STATUSES),
            ("meeting_location_type", MEETING_PLACES),
        ):
            if getattr(self, name) is not None:
                checks.choice(name, getattr(self, name), known)
        if self.rrule is not None and not self.ignore_free_slot_validation:
            raise ConfigurationError("rrule is only obeyed together with ignore_free_slot_validation=True.")
        check_order(self.start_time, self.end_time)

    def to_create(self, location_id: str) -> dict[str, Any]:
        """Return the body that makes an appointment."""
        for name in ("calendar_id", "contact_id"):
            checks.text(name, getattr(self, name))
        if self.start_time is None:
            raise ConfigurationError("start_time is missing.")
        return {"locationId": location_id, **body(self, without=_TIMES), **times(self)}

    def to_update(self) -> dict[str, Any]:
        """Return the body that changes an appointment, without what cannot be changed."""
        return {**body(self, without=(*_TIMES, "contact_id")), **times(self)}

    def is_shown_by(self, event: Event) -> bool | None:
        """Return whether an appointment is what this makes of it; None where that cannot be seen."""
        wanted = {name: value for name, value in self.to_update().items() if name not in _NEVER_SHOWN}
        shown = {**event.fields, "startTime": event.start, "endTime": event.end}
        seen = {name: shown[name] for name in wanted if shown.get(name) is not None}
        if not all(_shows(name, seen[name], wanted[name]) for name in seen):
            return False
        return True if len(seen) == len(wanted) else None


def _shows(name: str, seen: Any, wanted: Any) -> bool:
    if name in _MOMENTS:
        return is_same_moment(seen, checks.moment(name, wanted))
    return bool(seen == wanted)


@dataclass(frozen=True, slots=True)
class BlockContent:
    """Time that nobody can book: of a calendar or of a user, not both.

    :param start_time: aware; so is ``end_time``.
    """

    start_time: datetime | str | None = None
    end_time: datetime | str | None = None
    title: str | None = None
    calendar_id: str | None = None
    assigned_user_id: str | None = None

    def __post_init__(self) -> None:
        if bool(self.calendar_id) == bool(self.assigned_user_id):
            raise ConfigurationError("Give either calendar_id or assigned_user_id, not both.")
        check_order(self.start_time, self.end_time)

    def to_create(self, location_id: str) -> dict[str, Any]:
        """Return the body that blocks time."""
        for name in _TIMES:
            if getattr(self, name) is None:
                raise ConfigurationError(f"{name} is missing.")
        return self.to_update(location_id)

    def to_update(self, location_id: str) -> dict[str, Any]:
        """Return the body that changes blocked time."""
        return {"locationId": location_id, **body(self, without=_TIMES), **times(self)}


def check_order(start: datetime | str | None, end: datetime | str | None) -> None:
    """Refuse times without an offset, and an end that is not after its start."""
    first = None if start is None else checks.moment("start_time", iso("start_time", start))
    last = None if end is None else checks.moment("end_time", iso("end_time", end))
    if first is not None and last is not None and last <= first:
        raise ConfigurationError("end_time must be after start_time.")


def times(content: AppointmentContent | BlockContent) -> dict[str, str]:
    """Return start and end as HighLevel expects them, those that are set."""
    given = {"startTime": content.start_time, "endTime": content.end_time}
    return {name: iso(name, value) for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Event:
    """An appointment or a blocked slot, as lists, ``GET`` and the answers to writes show it.

    :param start: UTC; None where it is not said, as in the answers to writes. So are ``end``,
        ``date_added`` and ``date_updated``.
    :param deleted: whether it is gone: a deleted appointment can still be read.
    :param fields: everything HighLevel said, under its own names.
    """

    event_id: str
    calendar_id: str
    contact_id: str
    assigned_user_id: str
    title: str = field(repr=False)
    status: str
    start: datetime | None
    end: datetime | None
    date_added: datetime | None
    date_updated: datetime | None
    deleted: bool
    master_event_id: str
    users: tuple[str, ...]
    fields: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_answer(cls, item: Any) -> Event:
        """Read an event."""
        return cls(
            event_id=str(item["id"]),
            calendar_id=text(item, "calendarId"),
            contact_id=text(item, "contactId"),
            assigned_user_id=text(item, "assignedUserId"),
            title=text(item, "title"),
            status=text(item, "appointmentStatus", "appoinmentStatus"),
            start=moment(item.get("startTime")),
            end=moment(item.get("endTime")),
            date_added=moment(item.get("dateAdded")),
            date_updated=moment(item.get("dateUpdated")),
            deleted=flag(item, "deleted") or False,
            master_event_id=text(item, "masterEventId"),
            users=texts(item.get("users")),
            fields=dict(item),
        )

    @classmethod
    def from_single(cls, answer: Any) -> Event:
        """Read the answer for one event.

        It is flat after a write, ``{"appointment": {...}}`` after ``GET``, and documented as
        ``{"event": {...}}``.
        """
        return cls.from_answer(answer if "id" in answer else inside(answer, "appointment", "event"))


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that can be booked.

    :param text: as HighLevel wrote it; to book it, pass exactly this as ``start_time``.
    :param start: the same in UTC.
    """

    text: str
    start: datetime

    @classmethod
    def from_answer(cls, item: Any) -> Slot:
        """Read an item of ``slots``."""
        return cls(str(item), checks.moment("slot", item))
