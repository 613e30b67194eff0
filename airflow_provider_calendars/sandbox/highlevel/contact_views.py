"""How HighLevel shows contacts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from airflow_provider_calendars.sandbox.clock import iso_timestamp
from airflow_provider_calendars.sandbox.exchange import Call
from airflow_provider_calendars.sandbox.highlevel.accounts import NEWEST
from airflow_provider_calendars.sandbox.highlevel.records import Contact, Event
from airflow_provider_calendars.sandbox.highlevel.seeds import LOCATION_ID
from airflow_provider_calendars.sandbox.highlevel.state import HighLevelState

Json = dict[str, Any]


def contact(one: Contact) -> Json:
    """Describe a contact by itself: what is not known is left out.

    :param one: the contact.
    """
    return {name: value for name, value in found(one).items() if value is not None}


def found(one: Contact) -> Json:
    """Describe a contact of a list: what is not known is null.

    :param one: the contact.
    """
    return {
        "id": one.id,
        "locationId": LOCATION_ID,
        "contactName": one.name or None,
        "firstName": one.first_name or None,
        "lastName": one.last_name or None,
        "firstNameLowerCase": one.first_name.lower() or None,
        "lastNameLowerCase": one.last_name.lower() or None,
        "email": one.email or None,
        "phone": one.phone or None,
        "dnd": one.dnd,
        "dndSettings": dict(one.dnd_settings),
        "tags": list(one.tags),
        "customFields": [{"id": name, "value": value} for name, value in one.custom_fields.items()],
        "additionalEmails": list(one.additional_emails),
        "followers": [],
        "dateAdded": iso_timestamp(one.added),
        "dateUpdated": iso_timestamp(one.updated),
        **one.details,
    }


def done(call: Call, **beside: Any) -> Json:
    """Say that a write has worked: v2 misspells it, and was observed to say it both ways.

    :param call: the request.
    :param beside: what else stands in the answer.
    """
    misspelt = {} if call.headers.get("version") == NEWEST else {"succeded": True}
    return {**misspelt, "succeeded": True, **beside}


def appointment(state: HighLevelState, event: Event) -> Json:
    """Describe an appointment of a contact: its times are those of the location, without saying so.

    :param state: where it is.
    :param event: the appointment.
    """
    moments = {"startTime": event.start, "endTime": event.end}
    moments |= {"dateAdded": event.added, "dateUpdated": event.updated}
    calendar = state.calendar_table.get(event.calendar_id) or {}
    return {
        "id": event.id,
        "calendarId": event.calendar_id,
        "locationId": LOCATION_ID,
        "contactId": event.contact_id,
        "groupId": calendar.get("groupId"),
        "assignedUserId": event.assigned_user_id or None,
        "title": event.title,
        "status": "booked",
        "appointmentStatus": event.status,
        "address": event.details.get("address"),
        **{name: _naive(state, moment) for name, moment in moments.items()},
    }


def _naive(state: HighLevelState, moment: float) -> str:
    return datetime.fromtimestamp(moment, state.zone).strftime("%Y-%m-%d %H:%M:%S")
