"""Calendars: what may be written, and what is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.highlevel.hours import Availability, LookBusy, OpenHours
from airflow_provider_calendars.api.highlevel.wire import (
    NULLABLE,
    RIGHT_SPELLINGS,
    UNSET,
    Unset,
    body,
    flag,
    items,
    text,
    wire_name,
)
from airflow_provider_calendars.exceptions import ConfigurationError, ServerError

CALENDAR_TYPES = ("round_robin", "event", "class_booking", "collective", "service_booking", "personal")
CREATE_ONLY = ("calendar_type", "slot_buffer_unit")
CHOICES = {
    "calendar_type": CALENDAR_TYPES,
    "event_type": ("RoundRobin_OptimizeForAvailability", "RoundRobin_OptimizeForEqualDistribution"),
    "widget_type": ("default", "classic"),
    "slot_duration_unit": ("mins", "hours"),
    "slot_interval_unit": ("mins", "hours"),
    "slot_buffer_unit": ("mins", "hours"),
    "pre_buffer_unit": ("mins", "hours"),
    "allow_booking_after_unit": ("hours", "days", "weeks", "months"),
    "allow_booking_for_unit": ("days", "weeks", "months"),
    "form_submit_type": ("RedirectURL", "ThankYouMessage"),
    "guest_type": ("count_only", "collect_detail"),
}


@dataclass(frozen=True, slots=True)
class MeetingPlace:
    """Where a meeting takes place.

    :param kind: ``custom``, ``zoom_conference``, ``google_conference``, ``ms_teams_conference``,
        ``inbound_call``, ``outbound_call``, ``physical`` or ``booker``.
    :param location: the address or number, for the kinds that need one.
    """

    kind: str
    location: str | None = None

    @classmethod
    def from_answer(cls, item: Any) -> MeetingPlace:
        """Read an item of ``locationConfigurations``."""
        return cls(text(item, "kind"), text(item, "location") or None)


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Somebody whose time can be booked.

    :param priority: 0, 0.5 or 1.
    :param is_primary: exactly one member of a collective calendar is.
    :param meeting_location_type: deprecated by the vendor; so is ``meeting_location``. Kept where a calendar
        still has them and no ``location_configurations`` are given.
    """

    user_id: str
    priority: float | None = None
    is_primary: bool | None = None
    location_configurations: tuple[MeetingPlace, ...] | None = None
    meeting_location_type: str | None = None
    meeting_location: str | None = None

    @classmethod
    def from_answer(cls, item: Any) -> TeamMember:
        """Read an item of ``teamMembers``."""
        places = tuple(MeetingPlace.from_answer(each) for each in items(item.get("locationConfigurations")))
        return cls(
            text(item, "userId"),
            item.get("priority"),
            flag(item, "isPrimary"),
            places or None,
            text(item, "meetingLocationType") or None,
            text(item, "meetingLocation") or None,
        )


@dataclass(frozen=True, slots=True)
class Recurring:
    """How often a booking is repeated.

    :param freq: ``DAILY``, ``WEEKLY`` or ``MONTHLY``.
    :param count: at most 24.
    :param booking_option: ``skip``, ``continue`` or ``book_next`` where a slot is taken.
    :param booking_overlap_default_status: ``confirmed`` or ``new``.
    """

    freq: str | None = None
    count: int | None = None
    booking_option: str | None = None
    booking_overlap_default_status: str | None = None

    @classmethod
    def from_answer(cls, item: Any) -> Recurring:
        """Read ``recurring``."""
        return cls(**{each.name: item.get(wire_name(each.name)) for each in fields(cls)})


@dataclass(frozen=True, slots=True)
class CalendarContent:
    """Everything of a calendar that may be written. What is None is not sent and keeps its value.

    :param calendar_type: one of :data:`CALENDAR_TYPES`; cannot be changed later.
    :param slot_buffer_unit: ``mins`` or ``hours``; cannot be changed later.
    :param availability_type: 0 for the open hours, 1 for the availabilities, None for both.
    :param notifications: deprecated by the vendor; see the notifications of a calendar instead.
    """

    name: str | None = None
    description: str | None = None
    is_active: bool | None = None
    group_id: str | None = None
    calendar_type: str | None = None
    event_type: str | None = None
    team_members: tuple[TeamMember, ...] | None = None
    slug: str | None = None
    widget_slug: str | None = None
    widget_type: str | None = None
    event_title: str | None = None
    event_color: str | None = None
    location_configurations: tuple[MeetingPlace, ...] | None = None
    slot_duration: float | None = None
    slot_duration_unit: str | None = None
    slot_interval: float | None = None
    slot_interval_unit: str | None = None
    slot_buffer: float | None = None
    slot_buffer_unit: str | None = None
    pre_buffer: float | None = None
    pre_buffer_unit: str | None = None
    appointments_per_slot: int | None = None
    appointments_per_day: int | None = None
    allow_booking_after: float | None = None
    allow_booking_after_unit: str | None = None
    allow_booking_for: float | None = None
    allow_booking_for_unit: str | None = None
    open_hours: tuple[OpenHours, ...] | None = None
    availability_type: int | Unset | None = UNSET
    availabilities: tuple[Availability, ...] | None = None
    look_busy_config: LookBusy | None = None
    enable_recurring: bool | None = None
    recurring: Recurring | None = None
    form_id: str | None = None
    sticky_contact: bool | None = None
    is_live_payment_mode: bool | None = None
    auto_confirm: bool | None = None
    should_send_alert_emails_to_assigned_member: bool | None = None
    alert_email: str | None = field(default=None, repr=False)
    google_invitation_emails: bool | None = None
    allow_reschedule: bool | None = None
    allow_cancellation: bool | None = None
    should_assign_contact_to_team_member: bool | None = None
    should_skip_assigning_contact_for_existing: bool | None = None
    notes: str | None = None
    pixel_id: str | None = None
    form_submit_type: str | None = None
    form_submit_redirect_url: str | None = None
    form_submit_thanks_message: str | None = None
    guest_type: str | None = None
    consent_label: str | None = None
    calendar_cover_image: str | None = None
    notifications: tuple[Mapping[str, Any], ...] | None = field(default=None, repr=False)

    @classmethod
    def from_answer(cls, item: Any) -> CalendarContent:
        """Read what of a calendar could be written back, whichever of its two spellings a name has.

        :raises ServerError: a field is not what the vendor's documentation describes.
        """
        read = {each.name: _readable(item, each.name) for each in fields(cls)}
        return cls(**{name: value for name, value in read.items() if value is not None or name in NULLABLE})

    def to_create(self, location_id: str) -> dict[str, Any]:
        """Return the body that makes a calendar."""
        checks.text("name", self.name)
        self.check()
        given = body(self)
        for availability in given.get("availabilities", ()):
            availability.pop("id", None)
        return {"locationId": location_id, **_with_false_zones(given)}

    def to_update(self) -> dict[str, Any]:
        """Return the body that changes a calendar, without what cannot be changed."""
        self.check()
        return _with_false_zones(body(self, without=CREATE_ONLY))

    def check(self) -> None:
        """Refuse what HighLevel would. Its own answers may say more, so they are read without."""
        for name, known in CHOICES.items():
            if getattr(self, name) is not None:
                checks.choice(name, getattr(self, name), known)
        if self.availability_type not in (UNSET, None, 0, 1):
            raise ConfigurationError(
                f"availability_type must be 0, 1 or None, not {self.availability_type!r:.40}."
            )
        for opening in self.open_hours or ():
            opening.check()
        for availability in self.availabilities or ():
            availability.check()


def _with_false_zones(given: dict[str, Any]) -> dict[str, Any]:
    for availability in given.get("availabilities", ()):
        # the local date, written as if it were UTC
        availability["date"] = f"{availability['date']}T00:00:00.000Z"
    return given


_LISTS: Mapping[str, Callable[[Any], Any]] = {
    "team_members": TeamMember.from_answer,
    "location_configurations": MeetingPlace.from_answer,
    "open_hours": OpenHours.from_answer,
    "availabilities": Availability.from_answer,
    "notifications": dict,
}
_OBJECTS: Mapping[str, Callable[[Any], Any]] = {
    "look_busy_config": LookBusy.from_answer,
    "recurring": Recurring.from_answer,
}


def _readable(item: Mapping[str, Any], name: str) -> Any:
    try:
        return _read(item, name)
    except (AttributeError, KeyError, TypeError, ValueError) as odd:
        raise ServerError(
            f"HighLevel shows {wire_name(name)} of calendar {text(item, 'id')} in a form that is not "
            f"documented ({type(odd).__name__}). Set it anew in HighLevel, or ask its support.",
            system="HighLevel",
        ) from odd


def _read(item: Mapping[str, Any], name: str) -> Any:
    value = item.get(wire_name(name))
    if name in NULLABLE:
        return value if wire_name(name) in item else UNSET
    if name in _LISTS:
        # an empty list comes as {}, too
        return None if value is None else tuple(_LISTS[name](each) for each in items(value))
    if name in _OBJECTS:
        return _OBJECTS[name](value) if isinstance(value, Mapping) and value else None
    return item.get(RIGHT_SPELLINGS[name]) if value is None and name in RIGHT_SPELLINGS else value


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar as HighLevel shows it.

    :param fields: everything HighLevel said, under its own names.
    """

    calendar_id: str
    location_id: str
    name: str
    slug: str
    calendar_type: str
    group_id: str
    is_active: bool | None
    fields: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_answer(cls, item: Any) -> Calendar:
        """Read a calendar."""
        return cls(
            calendar_id=str(item["id"]),
            location_id=text(item, "locationId"),
            name=text(item, "name"),
            slug=text(item, "slug"),
            calendar_type=text(item, "calendarType"),
            group_id=text(item, "groupId"),
            is_active=flag(item, "isActive"),
            fields=dict(item),
        )

    @property
    def content(self) -> CalendarContent:
        """What of it could be written back."""
        return CalendarContent.from_answer(self.fields)
