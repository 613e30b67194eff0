"""Appointments: get, create, update. They are deleted as events."""

from __future__ import annotations

from airflow_provider_calendars.api.base import path
from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.highlevel.appointment_records import AppointmentContent, Event
from airflow_provider_calendars.api.highlevel.base import HighLevelBase
from airflow_provider_calendars.api.policy import Repeat


class Appointments(HighLevelBase):
    """Operations on appointments."""

    def get_appointment(self, event_id: str) -> Flow[Event]:
        """Return an appointment, a deleted one too.  GET /calendars/events/appointments/{event_id}

        https://marketplace.gohighlevel.com/docs/ghl/calendars/get-appointment
        """
        where = path("/calendars/events/appointments/{event_id}", event_id=event_id)
        return self.call(self.request("GET", where, repeat=Repeat.ALWAYS), Event.from_single)

    def create_appointment(self, content: AppointmentContent) -> Flow[Event]:
        """Book an appointment; a slot taken meanwhile is a ``Conflict``.  POST /calendars/events/appointments

        https://marketplace.gohighlevel.com/docs/ghl/calendars/create-appointment
        """
        body = content.to_create(self.location_id)
        request = self.request("POST", "/calendars/events/appointments", repeat=Repeat.IF_UNSENT, json=body)
        return self.call(request, Event.from_single)

    def update_appointment(self, event_id: str, content: AppointmentContent) -> Flow[Event]:
        """Change what is set of an appointment; of a series, name the master event.

        PUT /calendars/events/appointments/{event_id}; repeated when the outcome is not known only if
        ``to_notify`` is False, because automations would run again.

        https://marketplace.gohighlevel.com/docs/ghl/calendars/edit-appointment
        """
        where = path("/calendars/events/appointments/{event_id}", event_id=event_id)
        repeat = Repeat.ALWAYS if content.to_notify is False else Repeat.IF_UNSENT
        request = self.request("PUT", where, repeat=repeat, json=content.to_update())
        return self.call(request, Event.from_single)
