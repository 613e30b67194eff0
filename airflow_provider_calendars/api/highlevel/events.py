"""Events: what lies in a calendar, a group, or with a user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.base import path
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.highlevel.appointment_records import Event
from airflow_provider_calendars.api.highlevel.base import HighLevelBase
from airflow_provider_calendars.api.highlevel.wire import listed, milliseconds
from airflow_provider_calendars.api.policy import Repeat
from airflow_provider_calendars.exceptions import ConfigurationError


@dataclass(frozen=True, slots=True)
class Window:
    """Which events are asked for: those that start in a time, of one calendar, group or user.

    :param start: aware; so is ``end``.
    """

    start: datetime | str
    end: datetime | str
    calendar_id: str | None = None
    group_id: str | None = None
    user_id: str | None = None

    def __post_init__(self) -> None:
        if sum(map(bool, (self.calendar_id, self.group_id, self.user_id))) != 1:
            raise ConfigurationError("Give exactly one of calendar_id, group_id and user_id.")
        if checks.moment("end", self.end) <= checks.moment("start", self.start):
            raise ConfigurationError("end must be after start.")

    def to_wire(self) -> Mapping[str, object]:
        """Return the query."""
        return {
            "startTime": milliseconds("start", self.start),
            "endTime": milliseconds("end", self.end),
            "calendarId": self.calendar_id,
            "groupId": self.group_id,
            "userId": self.user_id,
        }


class Events(HighLevelBase):
    """Operations on events of any kind."""

    def list_events(self, window: Window) -> Flow[list[Event]]:
        """Return the events that start in a window, without pages.  GET /calendars/events

        https://marketplace.gohighlevel.com/docs/ghl/calendars/get-calendar-events
        """
        return self._events_in("/calendars/events", window)

    def delete_event(self, event_id: str) -> Flow[Done]:
        """Delete an appointment or a blocked slot.  DELETE /calendars/events/{event_id}

        https://marketplace.gohighlevel.com/docs/ghl/calendars/delete-event
        """
        # the body is required, and empty
        return self._delete(path("/calendars/events/{event_id}", event_id=event_id), json={})

    def _events_in(self, where: str, window: Window) -> Flow[list[Event]]:
        params = {"locationId": self.location_id, **window.to_wire()}
        request = self.request("GET", where, repeat=Repeat.ALWAYS, params=params)
        return self.call(request, lambda answer: listed(answer, "events", Event.from_answer))
