"""What must be written so that a calendar is as it shall be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from airflow_provider_calendars.api.highlevel.calendar_records import (
    CHOICES,
    CREATE_ONLY,
    CalendarContent,
    TeamMember,
)
from airflow_provider_calendars.api.highlevel.hours import Availability, OpenHours
from airflow_provider_calendars.api.highlevel.wire import NULLABLE, UNSET, plain
from airflow_provider_calendars.exceptions import ConfigurationError

_LONGEST_SHOWN = 200
# a place can be somebody's number or home
_PLACES = frozenset({"location", "meetingLocation"})
_PROSE = frozenset({"consent_label", "description", "event_title", "form_submit_thanks_message", "notes"})
_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")
_PHONE = re.compile(r"\+?\d[\d\s()./-]{5,}\d")
# fields whose defaults an update may bring back when they are left out: nobody documents that it does not
_RESET_BY_UPDATES = (
    "slot_duration",
    "slot_duration_unit",
    "slot_interval",
    "slot_interval_unit",
    "widget_type",
    "event_color",
    "enable_recurring",
    "form_submit_type",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not as it shall be.

    :param current: the calendar.
    :param wanted: what it shall be, where that is said.
    """

    current: CalendarContent
    wanted: CalendarContent

    @classmethod
    def between(cls, current: CalendarContent, wanted: CalendarContent) -> Difference:
        """Compare, after completing what is wanted by what it leaves to the calendar.

        :raises ConfigurationError: something differs that cannot be changed.
        """
        difference = cls(current, _completed(wanted, current))
        for name in CREATE_ONLY:
            if name in difference.fields:
                raise ConfigurationError(
                    f"{name} of a calendar cannot be changed: it is {getattr(current, name)!r}, not "
                    f"{getattr(wanted, name)!r}. Leave it out, or make another calendar."
                )
        return difference

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields that differ."""
        return tuple(each.name for each in fields(self.wanted) if self._differs(each.name))

    def changes(self) -> dict[str, list[Any]]:
        """Return what differs as JSON: field to ``[now, wanted]``, shortened, and without addresses."""
        return {name: [_shown(each, name) for each in (self.current, self.wanted)] for name in self.fields}

    @property
    def to_write(self) -> CalendarContent:
        """What differs, together with what an update could reset."""
        changed = {name: getattr(self.wanted, name) for name in self.fields if name not in CREATE_ONLY}
        return CalendarContent(**{**_kept(self.current), **changed})

    def _differs(self, name: str) -> bool:
        wanted, current = getattr(self.wanted, name), getattr(self.current, name)
        if wanted is UNSET or (wanted is None and name not in NULLABLE):
            return False
        if current is None and name in CREATE_ONLY:
            # what is neither shown nor can be written is no difference that anybody could end
            return False
        if current in (None, UNSET):
            # what is left out of an answer is null, and a list or text is empty
            return wanted not in (None, (), "")
        if wanted is None:
            return True
        form = _FORMS.get(name, _same)
        return bool(form(wanted) != form(current))


def _kept(current: CalendarContent) -> dict[str, Any]:
    values = {name: getattr(current, name) for name in _RESET_BY_UPDATES}
    return {
        name: value
        for name, value in values.items()
        if value is not None and (name not in CHOICES or value in CHOICES[name])
    }


def _shown(content: CalendarContent, name: str) -> Any:
    private = {each.name for each in fields(content) if not each.repr}
    value = getattr(content, name)
    if name in private and value is not None:
        return "***"
    shown = _without_people(None if value is UNSET else plain(value))
    if not isinstance(shown, str):
        return shown
    shown = _PHONE.sub("<phone>", shown) if name in _PROSE else shown
    return f"{shown[:_LONGEST_SHOWN]}..." if len(shown) > _LONGEST_SHOWN else shown


def _without_people(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_people(each) for each in value]
    if isinstance(value, dict):
        return {
            key: "***" if key in _PLACES and each else _without_people(each) for key, each in value.items()
        }
    return _ADDRESS.sub("<address>", value) if isinstance(value, str) else value


def _completed(wanted: CalendarContent, current: CalendarContent) -> CalendarContent:
    filled = {
        name: fill(getattr(wanted, name), getattr(current, name))
        for name, fill in _FILLS.items()
        if getattr(wanted, name) is not None and getattr(current, name) is not None
    }
    return replace(wanted, **filled)


def _fill(wanted: Any, current: Any) -> Any:
    names = [each.name for each in fields(wanted) if getattr(wanted, each.name) is None]
    return replace(wanted, **{name: getattr(current, name) for name in names})


def _fill_members(wanted: tuple[TeamMember, ...], current: tuple[TeamMember, ...]) -> tuple[TeamMember, ...]:
    known = {each.user_id: each for each in current}
    return tuple(
        _fill(each, _place_of(known[each.user_id], each)) if each.user_id in known else each
        for each in wanted
    )


def _place_of(current: TeamMember, wanted: TeamMember) -> TeamMember:
    """Return a member without the place that another way to say it takes over from."""
    if wanted.location_configurations is None:
        return current
    return replace(current, meeting_location_type=None, meeting_location=None)


def _members(members: Iterable[TeamMember]) -> Any:
    return {each.user_id: _place_of(each, each) for each in members}


def _fill_availabilities(
    wanted: tuple[Availability, ...], current: tuple[Availability, ...]
) -> tuple[Availability, ...]:
    """Name the ones that are there by their ids, and those that are no longer wanted as deleted."""
    ids = {each.date: each.id for each in current if not each.deleted}
    dates = {each.date for each in wanted}
    gone = (replace(each, deleted=True) for each in current if each.date not in dates and not each.deleted)
    return (*(replace(each, id=each.id or ids.get(each.date)) for each in wanted), *gone)


_FILLS: Mapping[str, Callable[[Any, Any], Any]] = {
    "team_members": _fill_members,
    "availabilities": _fill_availabilities,
    "look_busy_config": _fill,
    "recurring": _fill,
}


def _same(value: Any) -> Any:
    return value


def _open_hours(value: Iterable[OpenHours]) -> Any:
    return {(day, hours) for each in value for day in each.days_of_the_week for hours in each.hours}


def _availabilities(value: Iterable[Availability]) -> Any:
    return {(each.date, frozenset(each.hours)) for each in value if not each.deleted}


_FORMS: Mapping[str, Callable[[Any], Any]] = {
    "event_color": lambda color: str(color).casefold(),
    "team_members": _members,
    "open_hours": _open_hours,
    "availabilities": _availabilities,
    "notifications": list,
}
