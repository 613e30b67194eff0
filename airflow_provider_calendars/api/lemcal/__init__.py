"""The API of lemcal: all operations of https://developer.lemcal.com/."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar

from airflow_provider_calendars.api.auth import Basic
from airflow_provider_calendars.api.base import Api, path
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.api.flow import Flow, Request
from airflow_provider_calendars.api.lemcal.records import Hook, HookRequest, Meeting, MeetingType, User
from airflow_provider_calendars.api.pacing import Pace, SharedPacing
from airflow_provider_calendars.api.policy import Repeat, Retries
from airflow_provider_calendars.api.rehearsal import body_of, id_of
from airflow_provider_calendars.exceptions import ApiError, AuthError

__all__ = ["LemcalApi"]

HOOK_NOT_FOUND = "hook not found"
# https://developer.lemcal.com/#rate-limit; the guard is for requests that take longer than others
PACE = Pace(limit=20, per=2.0, guard=0.1)


class LemcalApi(Api):
    """Every operation of lemcal.

    All users of a key share its rate limit, so requests of all processes of this machine are paced
    together.

    :param user_id: the user, ``usr_...``.
    :param api_key: the key.
    :param base_url: where the API is: ``https://api.lemcal.com/api/lemcal``.
    :param retries: how often and how patiently calls are repeated.
    """

    system: ClassVar[str] = "lemcal"
    advice: ClassVar[Mapping[type[ApiError], str]] = {
        AuthError: (
            "Check the user id (login) and the API key (password) of the connection under "
            "Integrations in lemcal."
        ),
    }

    def __init__(self, user_id: str, api_key: str, *, base_url: str, retries: Retries | None = None) -> None:
        key = hashlib.sha256(f"{base_url} {user_id} {api_key}".encode()).hexdigest()[:32]
        super().__init__(base_url, Basic(user_id, api_key), retries, SharedPacing(f"lemcal-{key}", PACE))

    def answer_as_if(self, request: Request) -> Any:
        """Return what lemcal would answer to a request that a dry run does not send."""
        return {"_id": id_of(request), **body_of(request)}

    def me(self) -> Flow[User]:
        """Return the user the key belongs to.  GET /me

        https://developer.lemcal.com/#authentication
        """
        return self.call(self.request("GET", "/me", repeat=Repeat.ALWAYS), User.from_answer)

    def meetings(self, meeting_type_id: str | None = None) -> Flow[list[Meeting]]:
        """Return all booked meetings, or those of one type, in one answer.  GET /meetings

        https://developer.lemcal.com/#list-booked-meetings
        """
        params = {"meetingTypeId": meeting_type_id}
        request = self.request("GET", "/meetings", repeat=Repeat.ALWAYS, params=params)
        return self.call(request, _read_meetings)

    def meeting_types(self) -> Flow[list[MeetingType]]:
        """Return the meeting types.  GET /meetingTypes

        https://developer.lemcal.com/#list-meeting-types
        """
        request = self.request("GET", "/meetingTypes", repeat=Repeat.ALWAYS)
        return self.call(request, lambda answer: [MeetingType.from_answer(item) for item in answer])

    def meeting_type(self, meeting_type_id: str) -> Flow[MeetingType]:
        """Return one meeting type.  GET /meetingTypes/{meeting_type_id}

        https://developer.lemcal.com/#get-meeting-type
        """
        where = path("/meetingTypes/{meeting_type_id}", meeting_type_id=meeting_type_id)
        return self.call(self.request("GET", where, repeat=Repeat.ALWAYS), MeetingType.from_answer)

    def create_hook(self, hook: HookRequest) -> Flow[Hook]:
        """Have new bookings posted to a URL.  POST /hooks

        A second hook of the same details is a ``Conflict``. Hooks cannot be listed, so an id that is
        lost with its reply is lost.

        https://developer.lemcal.com/#add-hook
        """
        request = self.request("POST", "/hooks", repeat=Repeat.IF_UNSENT, json=hook.to_wire())
        return self.call(request, Hook.from_answer)

    def delete_hook(self, hook_id: str) -> Flow[Done]:
        """Delete a hook.  DELETE /hooks/{hook_id}

        https://developer.lemcal.com/#delete-hook
        """
        where = path("/hooks/{hook_id}", hook_id=hook_id)
        request = self.request("DELETE", where, repeat=Repeat.ALWAYS)
        return self.call(request, Done.from_answer, also={(404, HOOK_NOT_FOUND): Done.NOTHING_TO_DO})


def _read_meetings(answer: Any) -> list[Meeting]:
    # documented is the bare list; clients have been written for the others
    if isinstance(answer, Mapping):
        answer = answer["meetings"] if "meetings" in answer else answer["data"]
    return [Meeting.from_answer(item) for item in answer]
