"""Blocked slots: list, create, update. They are deleted as events."""

from __future__ import annotations

from airflow_provider_calendars.api.base import path
from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.highlevel.appointment_records import BlockContent, Event
from airflow_provider_calendars.api.highlevel.events import Events, Window
from airflow_provider_calendars.api.policy import Repeat


class BlockedSlots(Events):
    """Operations on time that nobody can book."""

    def list_blocked_slots(self, window: Window) -> Flow[list[Event]]:
        """Return the blocked slots that start in a window.  GET /calendars/blocked-slots

        https://marketplace.gohighlevel.com/docs/ghl/calendars/get-blocked-slots
        """
        return self._events_in("/calendars/blocked-slots", window)

    def create_blocked_slot(self, content: BlockContent) -> Flow[Event]:
        """Block time; the same again makes a second block.  POST /calendars/events/block-slots

        https://marketplace.gohighlevel.com/docs/ghl/calendars/create-block-slot
        """
        body = content.to_create(self.location_id)
        request = self.request("POST", "/calendars/events/block-slots", repeat=Repeat.IF_UNSENT, json=body)
        return self.call(request, Event.from_single)

    def update_blocked_slot(self, event_id: str, content: BlockContent) -> Flow[Event]:
        """Change what is set of blocked time.  PUT /calendars/events/block-slots/{event_id}

        https://marketplace.gohighlevel.com/docs/ghl/calendars/edit-block-slot
        """
        where = path("/calendars/events/block-slots/{event_id}", event_id=event_id)
        body = content.to_update(self.location_id)
        return self.call(self.request("PUT", where, repeat=Repeat.ALWAYS, json=body), Event.from_single)
