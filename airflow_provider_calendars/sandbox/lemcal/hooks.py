"""lemcal's hooks, as far as its API knows them: they can be created and deleted, but not listed."""

from __future__ import annotations

from typing import Any, NoReturn

from airflow_provider_calendars.sandbox.courier import is_url
from airflow_provider_calendars.sandbox.exchange import Answer, Call, Refusal
from airflow_provider_calendars.sandbox.lemcal import views
from airflow_provider_calendars.sandbox.lemcal.state import LemcalState


def create(state: LemcalState, call: Call) -> Answer:
    """Create a hook.  POST /hooks

    :param state: where it goes.
    :param call: the request.
    """
    target = _target(state, call.body.get("targetUrl"))
    # documented as "cannot be used with" and as "is prior to"; the example sends both and gets both back
    wants_any = call.body.get("anyMeetingType") is True
    type_id = call.body.get("meetingTypeId") or None
    if not wants_any:
        _check_type(state, type_id)
    hook = state.add_hook(target, None if type_id is None else str(type_id), any_meeting_type=wants_any)
    if hook is None:
        _refuse(state, 409, "Duplicate hook")
    return Answer(state.settings.hook_status, views.hook(hook))


def delete(state: LemcalState, call: Call) -> Answer:
    """Delete a hook.  DELETE /hooks/{id}

    :param state: where it is.
    :param call: the request.
    """
    if not state.delete_hook(call.path_values["id"]):
        _refuse(state, 404, "hook not found")
    return Answer(204)


def _target(state: LemcalState, target: Any) -> str:
    if not target:
        _refuse(state, 400, "You must provide a targetUrl")
    if not isinstance(target, str) or not is_url(target):
        _refuse(state, 400, "Invalid targetUrl")
    return target


def _check_type(state: LemcalState, type_id: Any) -> None:
    if type_id is None:
        _refuse(state, 400, "You must provide either a meetingTypeId or anyMeetingType")
    if not isinstance(type_id, str) or state.meeting_type(type_id) is None:
        _refuse(state, 404, "meeting type not found")


def _refuse(state: LemcalState, status: int, text: str) -> NoReturn:
    raise Refusal(views.error(state.settings, status, text))
