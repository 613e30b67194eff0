"""Calendars: list, get, create, update, delete."""

from __future__ import annotations

from typing import Any

from airflow_provider_calendars.api.base import path
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.highlevel.base import HighLevelBase
from airflow_provider_calendars.api.highlevel.calendar_records import Calendar, CalendarContent
from airflow_provider_calendars.api.highlevel.wire import inside, listed, query_flag
from airflow_provider_calendars.api.policy import Repeat


class Calendars(HighLevelBase):
    """Operations on calendars."""

    def list_calendars(
        self, *, group_id: str | None = None, show_drafted: bool | None = None
    ) -> Flow[list[Calendar]]:
        """Return the calendars of the location, inactive ones too unless told not to.  GET /calendars/

        https://marketplace.gohighlevel.com/docs/ghl/calendars/get-calendars
        """
        params = {
            "locationId": self.location_id,
            "groupId": group_id,
            "showDrafted": query_flag(show_drafted),
        }
        request = self.request("GET", "/calendars/", repeat=Repeat.ALWAYS, params=params)
        return self.call(request, lambda answer: listed(answer, "calendars", Calendar.from_answer))

    def get_calendar(self, calendar_id: str) -> Flow[Calendar]:
        """Return a calendar.  GET /calendars/{calendar_id}

        https://marketplace.gohighlevel.com/docs/ghl/calendars/get-calendar
        """
        where = path("/calendars/{calendar_id}", calendar_id=calendar_id)
        return self.call(self.request("GET", where, repeat=Repeat.ALWAYS), _read_calendar)

    def create_calendar(self, content: CalendarContent) -> Flow[Calendar]:
        """Create a calendar. A second one of the same name is another calendar.  POST /calendars/

        https://marketplace.gohighlevel.com/docs/ghl/calendars/create-calendar
        """
        body = content.to_create(self.location_id)
        request = self.request("POST", "/calendars/", repeat=Repeat.IF_UNSENT, json=body)
        return self.call(request, _read_calendar)

    def update_calendar(self, calendar_id: str, content: CalendarContent) -> Flow[Calendar]:
        """Change what is set of a calendar; lists are replaced as a whole.  PUT /calendars/{calendar_id}

        https://marketplace.gohighlevel.com/docs/ghl/calendars/update-calendar
        """
        where = path("/calendars/{calendar_id}", calendar_id=calendar_id)
        request = self.request("PUT", where, repeat=Repeat.ALWAYS, json=content.to_update())
        return self.call(request, _read_calendar)

    def delete_calendar(self, calendar_id: str) -> Flow[Done]:
        """Delete a calendar.  DELETE /calendars/{calendar_id}

        https://marketplace.gohighlevel.com/docs/ghl/calendars/delete-calendar
        """
        return self._delete(path("/calendars/{calendar_id}", calendar_id=calendar_id))


def _read_calendar(answer: Any) -> Calendar:
    return Calendar.from_answer(inside(answer, "calendar"))
