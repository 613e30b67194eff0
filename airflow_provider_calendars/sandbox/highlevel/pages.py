"""The state as JSON for the control API, and as HTML for people; what people fill in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from airflow_provider_calendars.sandbox.clock import timestamp
from airflow_provider_calendars.sandbox.highlevel import contact_views, views
from airflow_provider_calendars.sandbox.highlevel.records import Event
from airflow_provider_calendars.sandbox.highlevel.shapes import STATUSES
from airflow_provider_calendars.sandbox.highlevel.state import HighLevelState

_SHOWN = 200
_BOOKING = ("calendar_id", "start", "contact_id", "user_id", "status", "title")
_REDELIVERY = ("webhook_id", "signature", "timestamp", "reordered")


def booking(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read a booking from JSON or from the form on the page.

    :param body: what was sent; what is empty counts as left out.
    :raises ValueError: a field is unknown.
    """
    return _known_fields("a booking", body, _BOOKING)


def redelivery(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read how an event is to be delivered again.

    :param body: what was sent; what is empty counts as left out.
    :raises ValueError: a field is unknown.
    """
    return _known_fields("a redelivery", body, _REDELIVERY)


def snapshot(state: HighLevelState) -> dict[str, Any]:
    """Describe calendars, events and everything else as JSON.

    :param state: what is described.
    """
    tables = ("groups", "notes", "resources", "notifications", "schedules", "service_locations")
    return {
        "location": {"id": state.location_id, "timezone": state.timezone},
        "users": [asdict(one) for one in state.users.values()],
        "contacts": [contact_views.contact(one) for one in state.contacts.values()],
        "calendars": [views.calendar(row) for row in state.calendars],
        "events": [event(state, one) for one in state.events],
        **{name: getattr(state, name).rows for name in tables},
        "installations": [asdict(one) for one in state.oauth.all],
        "refreshes": state.oauth.refreshes,
        "refused_refreshes": state.oauth.refused_refreshes,
        "enrolments": [asdict(one) for one in state.enrolments],
        "deliveries": [{**asdict(one), "at": timestamp(one.at)} for one in state.deliveries],
        "automations": [asdict(one) for one in state.automations],
    }


def event(state: HighLevelState, one: Event) -> dict[str, Any]:
    """Describe an event as JSON.

    :param state: where it is.
    :param one: the event.
    """
    moments = {name: views.local(state, getattr(one, name)) for name in ("start", "end", "added", "updated")}
    return {**asdict(one), **moments}


def section(state: HighLevelState) -> str:
    """Describe calendars and events as HTML, with a form that books.

    :param state: what is described.
    """
    from airflow_provider_calendars.sandbox.page import render

    events = state.events
    return render(
        "highlevel/templates/overview.html",
        calendars=state.calendars,
        contacts=list(state.contacts.values())[:_SHOWN],
        statuses=STATUSES,
        timezone=state.timezone,
        events=[_row(state, one) for one in reversed(events[-_SHOWN:])],
        total=len(events),
        deliveries=[{**asdict(one), "at": timestamp(one.at)} for one in reversed(state.deliveries[-_SHOWN:])],
        public_key=state.webhook_public_key,
        automations=len(state.automations),
    )


def _known_fields(what: str, body: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    values = {name: value for name, value in body.items() if value not in ("", None)}
    unknown = next((name for name in values if name not in known), None)
    if unknown is not None:
        raise ValueError(f"{what} has no field {unknown!r}; it may have {', '.join(known)}")
    return values


def _row(state: HighLevelState, one: Event) -> dict[str, Any]:
    calendar, contact = state.calendar_table.get(one.calendar_id), state.contact(one.contact_id)
    user = state.users.get(one.assigned_user_id)
    return {
        **event(state, one),
        "added": timestamp(one.added),
        "calendar": calendar["name"] if calendar else one.calendar_id,
        "contact": contact.name if contact else one.contact_id,
        "user": user.name if user else one.assigned_user_id,
    }
