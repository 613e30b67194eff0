"""How users, meetings, meeting types and hooks look in lemcal's answers."""

from __future__ import annotations

from typing import Any

from airflow_provider_calendars.sandbox.clock import iso_timestamp
from airflow_provider_calendars.sandbox.exchange import Answer
from airflow_provider_calendars.sandbox.lemcal.accounts import HOST_EMAIL, USER_ID
from airflow_provider_calendars.sandbox.lemcal.records import Hook, Meeting, MeetingType
from airflow_provider_calendars.sandbox.lemcal.settings import LemcalSettings


def error(settings: LemcalSettings, status: int, text: str) -> Answer:
    """Say that something went wrong; the vendor documents the text, but not what is around it.

    :param settings: what is around it.
    :param status: the status.
    :param text: the text.
    """
    if settings.error_bodies == "text":
        return Answer(status, text, media_type="text/plain; charset=utf-8")
    return Answer(status, {"message" if settings.error_bodies == "message" else "error": text})


def meeting(one: Meeting) -> dict[str, Any]:
    """Describe a meeting.

    https://developer.lemcal.com/ documents ``lead`` and attendees without flags. A public booking
    has no ``lead``, but flags; the fields after ``createdAt`` are not documented either.

    :param one: the meeting.
    """
    shown = {
        "_id": one.id,
        "userId": USER_ID,
        "meetingTypeId": one.meeting_type.id,
        "providedInfos": one.provided_infos,
        "eventId": one.event_id,
        "start": iso_timestamp(one.start),
        "end": iso_timestamp(one.end),
        **({} if one.public else {"lead": _lead(one)}),
        "attendees": _attendees(one),
        "createdAt": iso_timestamp(one.created_at),
        "meetingTypeName": one.meeting_type.name,
        "questions": [{"question": "What would you like to talk about?", "answer": one.provided_infos}],
        "timezone": one.timezone,
    }
    return shown if one.canceled_at is None else {**shown, "canceledAt": iso_timestamp(one.canceled_at)}


def _lead(one: Meeting) -> dict[str, str]:
    first, _, last = one.guest_name.partition(" ")
    return {"email": one.guest_email, "firstName": first, "lastName": last}


def _attendees(one: Meeting) -> list[dict[str, Any]]:
    guest = {"email": one.guest_email, **({"name": one.guest_name} if one.guest_name else {})}
    reply = {"type": "required", "response": "accepted"}
    if not one.public:
        return [{**guest, **reply}, {"email": HOST_EMAIL, **reply}]
    # the host first: whoever takes the first attendee for the guest is to notice here
    return [{"email": HOST_EMAIL, **reply, "owner": True}, {**guest, **reply, "primary": True}]


def meeting_type(one: MeetingType) -> dict[str, Any]:
    """Describe a meeting type.

    :param one: the meeting type.
    """
    return {
        "_id": one.id,
        "userId": USER_ID,
        "name": one.name,
        "description": f"{one.name}, {one.duration} minutes",
        "meetingLink": one.name.lower().replace(" ", "-"),
        "type": "default",
        "color": "#EC6181",
        "duration": one.duration,
        "status": one.status,
        "privacy": one.privacy,
        "meetingLocations": [{"id": "LY5Q8Y6ciZNkgo8Sr", "provider": "googlemeet"}],
        "questions": [
            {"id": "8retcc9tCAmuds7Q7", "answerType": "text", "enabled": False, "question": "A question"}
        ],
        "roundRobin": {
            "enabled": False,
            "users": [{"id": USER_ID, "enabled": True, "weight": 1}],
            "lastCycle": [],
        },
    }


def hook(one: Hook) -> dict[str, Any]:
    """Describe a hook; what the request left out is left out here too.

    :param one: the hook.
    """
    which: dict[str, Any] = {}
    if one.meeting_type_id is not None:
        which["meetingTypeId"] = one.meeting_type_id
    if one.any_meeting_type:
        which["anyMeetingType"] = True
    return {"_id": one.id, "targetUrl": one.target_url, **which, "createdAt": iso_timestamp(one.created_at)}
