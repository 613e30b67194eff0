"""Schedules, when users are available: list, get, create, update, delete, and their calendars."""

from __future__ import annotations

from typing import Any

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.base import path
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.highlevel.base import HighLevelBase
from airflow_provider_calendars.api.highlevel.schedule_records import Schedule, ScheduleContent
from airflow_provider_calendars.api.highlevel.wire import inside, listed
from airflow_provider_calendars.api.paging import Page, numbered_pages
from airflow_provider_calendars.api.policy import Repeat

_SCHEDULE = "/calendars/schedules/{schedule_id}"
_ASSOCIATION = f"{_SCHEDULE}/associations/{{calendar_id}}"
_LARGEST_PAGE = 500


class Schedules(HighLevelBase):
    """Operations on schedules."""

    def list_schedules(self, user_id: str, *, calendar_id: str | None = None) -> Flow[list[Schedule]]:
        """Return the schedules of a user.  GET /calendars/schedules/search

        https://marketplace.gohighlevel.com/docs/ghl/calendars/get-all-schedules
        """
        asked = {"locationId": self.location_id, "userId": checks.text("user_id", user_id)}

        def fetch(number: int) -> Flow[Page[Schedule]]:
            skip = (number - 1) * _LARGEST_PAGE
            params = {**asked, "calendarId": calendar_id, "skip": skip, "limit": _LARGEST_PAGE}
            request = self.request("GET", "/calendars/schedules/search", repeat=Repeat.ALWAYS, params=params)
            return self.call(request, _read_page)

        return numbered_pages(fetch, key=lambda schedule: schedule.schedule_id)

    def get_schedule(self, schedule_id: str) -> Flow[Schedule]:
        """Return a schedule.  GET /calendars/schedules/{schedule_id}

        https://marketplace.gohighlevel.com/docs/ghl/calendars/get-schedule-by-id
        """
        where = path(_SCHEDULE, schedule_id=schedule_id)
        return self.call(self.request("GET", where, repeat=Repeat.ALWAYS), _read_schedule)

    def create_schedule(self, content: ScheduleContent) -> Flow[Schedule]:
        """Create a schedule of a user.  POST /calendars/schedules

        https://marketplace.gohighlevel.com/docs/ghl/calendars/create-schedule
        """
        body = content.to_create(self.location_id)
        request = self.request("POST", "/calendars/schedules", repeat=Repeat.IF_UNSENT, json=body)
        return self.call(request, _read_schedule)

    def update_schedule(self, schedule_id: str, content: ScheduleContent) -> Flow[Schedule]:
        """Change what is set of a schedule.  PUT /calendars/schedules/{schedule_id}

        https://marketplace.gohighlevel.com/docs/ghl/calendars/update-schedule
        """
        where = path(_SCHEDULE, schedule_id=schedule_id)
        request = self.request("PUT", where, repeat=Repeat.ALWAYS, json=content.to_update())
        return self.call(request, _read_schedule)

    def delete_schedule(self, schedule_id: str) -> Flow[Done]:
        """Delete a schedule; it cannot be brought back.  DELETE /calendars/schedules/{schedule_id}

        https://marketplace.gohighlevel.com/docs/ghl/calendars/delete-schedule
        """
        return self._delete(path(_SCHEDULE, schedule_id=schedule_id))

    def add_calendar_to_schedule(self, schedule_id: str, calendar_id: str) -> Flow[Done]:
        """Have a schedule count for a calendar.

        PUT /calendars/schedules/{schedule_id}/associations/{calendar_id};
        https://marketplace.gohighlevel.com/docs/ghl/calendars/add-calendar-to-schedule
        """
        where = path(_ASSOCIATION, schedule_id=schedule_id, calendar_id=calendar_id)
        return self.call(self.request("PUT", where, repeat=Repeat.ALWAYS), Done.from_answer)

    def remove_calendar_from_schedule(self, schedule_id: str, calendar_id: str) -> Flow[Done]:
        """Have a schedule count for a calendar no longer.

        DELETE /calendars/schedules/{schedule_id}/associations/{calendar_id};
        https://marketplace.gohighlevel.com/docs/ghl/calendars/remove-calendar-from-schedule
        """
        return self._delete(path(_ASSOCIATION, schedule_id=schedule_id, calendar_id=calendar_id))


def _read_schedule(answer: Any) -> Schedule:
    return Schedule.from_answer(inside(answer, "schedule"))


def _read_page(answer: Any) -> Page[Schedule]:
    schedules = listed(answer, "schedules", Schedule.from_answer)
    return Page(schedules, is_last=len(schedules) < _LARGEST_PAGE)
