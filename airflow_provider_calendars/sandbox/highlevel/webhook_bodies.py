"""What the events of HighLevel say about appointments and contacts.

https://marketplace.gohighlevel.com/docs/webhook/AppointmentCreate
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from airflow_provider_calendars.sandbox.clock import iso_timestamp
from airflow_provider_calendars.sandbox.highlevel.records import Contact, Event


def appointment(event: Event, zone: tzinfo, group_id: str) -> dict[str, Any]:
    """Describe an appointment; its times have the offset of the location.

    :param event: the appointment.
    :param zone: where the location is.
    :param group_id: the group of its calendar; empty for none.
    """
    moments = {"startTime": event.start, "endTime": event.end}
    moments |= {"dateAdded": event.added, "dateUpdated": event.updated}
    times = {
        name: datetime.fromtimestamp(moment, zone).isoformat(timespec="seconds")
        for name, moment in moments.items()
    }
    about = {
        "id": event.id,
        "address": event.details.get("address", ""),
        "title": event.title,
        "calendarId": event.calendar_id,
        "contactId": event.contact_id,
        "groupId": group_id,
        "appointmentStatus": event.status,
        "assignedUserId": event.assigned_user_id,
        "users": [event.assigned_user_id] if event.assigned_user_id else [],
        "notes": "",
        "source": "booking_widget",
    }
    return {"appointment": {**about, **times}}


def contact(one: Contact) -> dict[str, Any]:
    """Describe a contact, without an object around it.

    :param one: the contact.
    """
    return {
        "id": one.id,
        "name": one.name,
        "firstName": one.first_name,
        "lastName": one.last_name,
        "email": one.email,
        "phone": one.phone,
        "tags": list(one.tags),
        "dnd": one.dnd,
        "dndSettings": dict(one.dnd_settings),
        "customFields": [{"id": name, "value": value} for name, value in one.custom_fields.items()],
        "dateAdded": iso_timestamp(one.added),
        **one.details,
    }
