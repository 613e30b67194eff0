"""The state as JSON for the control API, and as HTML for people; what people fill in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from airflow_provider_calendars.sandbox.clock import timestamp
from airflow_provider_calendars.sandbox.lemcal import views
from airflow_provider_calendars.sandbox.lemcal.records import Hook, Meeting
from airflow_provider_calendars.sandbox.lemcal.state import LemcalState

_SHOWN = 200
_TEXTS = ("guest_email", "guest_name", "meeting_type_id", "provided_infos", "timezone")
_MOMENTS = ("start", "created_at")
_YES_AND_NO = {"true": True, "false": False, True: True, False: False}


def booking(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read a booking from JSON or from the form on the page, where everything is a text.

    :param body: what was sent; what is empty counts as left out.
    :raises ValueError: a field is unknown or has a wrong type.
    """
    values = {name: value for name, value in body.items() if value not in ("", None)}
    known = (*_TEXTS, *_MOMENTS, "public")
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"a booking has no field {name!r}; it may have {', '.join(known)}")
        if name in _TEXTS and not isinstance(value, str):
            raise ValueError(f"`{name}` of a booking must be a text")
        if name in _MOMENTS and not isinstance(value, str | int | float):
            raise ValueError(f"`{name}` of a booking must be a date in ISO 8601, or seconds since 1970")
    if "public" in values:
        values["public"] = _yes_or_no(values["public"])
    return values


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, str | bool) or value not in _YES_AND_NO:
        raise ValueError("`public` of a booking must be true or false")
    return _YES_AND_NO[value]


def snapshot(state: LemcalState) -> dict[str, Any]:
    """Describe meeting types, meetings, hooks and deliveries as JSON.

    :param state: what is described.
    """
    return {
        "meeting_types": [views.meeting_type(one) for one in state.meeting_types],
        "meetings": [views.meeting(one) for one in state.meetings],
        "hooks": [_hook_as_dict(one) for one in state.hooks],
        "deliveries": [{**asdict(one), "at": timestamp(one.at)} for one in state.deliveries],
    }


def _hook_as_dict(hook: Hook) -> dict[str, Any]:
    return {**views.hook(hook), "targetUrl": hook.shown_url}


def section(state: LemcalState) -> str:
    """Describe meetings, hooks and deliveries as HTML, with a form that books.

    :param state: what is described.
    """
    from airflow_provider_calendars.sandbox.page import render

    meetings, deliveries = state.meetings, state.deliveries
    return render(
        "lemcal/templates/overview.html",
        types=[one for one in state.meeting_types if one.status == "enabled"],
        meetings=[_row(one) for one in reversed(meetings[-_SHOWN:])],
        total=len(meetings),
        hooks=[_hook_as_dict(one) for one in state.hooks],
        deliveries=[{**asdict(one), "at": timestamp(one.at)} for one in reversed(deliveries[-_SHOWN:])],
        deliveries_total=len(deliveries),
    )


def _row(meeting: Meeting) -> dict[str, Any]:
    return {
        **asdict(meeting),
        "start": timestamp(meeting.start),
        "created_at": timestamp(meeting.created_at),
        "canceled_at": timestamp(meeting.canceled_at) if meeting.canceled_at is not None else "",
    }
