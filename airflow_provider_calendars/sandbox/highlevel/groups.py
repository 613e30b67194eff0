"""The operations on groups of calendars."""

from __future__ import annotations

from airflow_provider_calendars.sandbox.exchange import Answer, Call
from airflow_provider_calendars.sandbox.highlevel import views
from airflow_provider_calendars.sandbox.highlevel.refusals import refusal
from airflow_provider_calendars.sandbox.highlevel.shapes import (
    GROUP,
    GROUP_SLUG,
    GROUP_STATUS,
    UPDATED_GROUP,
)
from airflow_provider_calendars.sandbox.highlevel.state import HighLevelState
from airflow_provider_calendars.sandbox.highlevel.validation import checked, query_texts


def list_all(state: HighLevelState, call: Call) -> Answer:
    """List the groups.  GET /calendars/groups

    :param state: where they are.
    :param call: the request.
    """
    query_texts(call, "locationId")
    return views.listed(state, "groups", state.groups.rows)


def create(state: HighLevelState, call: Call) -> Answer:
    """Create a group, whose slug no other has.  POST /calendars/groups

    :param state: where it goes.
    :param call: the request.
    """
    fields = {"isActive": True, **checked(GROUP, call)}
    _check_slug(state, fields["slug"])
    return Answer(201, {"group": state.groups.add(fields)})


def validate_slug(state: HighLevelState, call: Call) -> Answer:
    """Tell whether no group has a slug.  POST /calendars/groups/validate-slug

    :param state: where groups are.
    :param call: the request.
    """
    return Answer(200, {"available": _is_free(state, checked(GROUP_SLUG, call)["slug"])})


def update(state: HighLevelState, call: Call) -> Answer:
    """Change a group.  PUT /calendars/groups/{groupId}

    :param state: where it is.
    :param call: the request.
    """
    group_id, fields = call.path_values["groupId"], checked(UPDATED_GROUP, call)
    _check_slug(state, fields["slug"], besides=group_id)
    return Answer(200, {"group": state.groups.change(group_id, fields)})


def set_status(state: HighLevelState, call: Call) -> Answer:
    """Switch a group on or off.  PUT /calendars/groups/{groupId}/status

    :param state: where it is.
    :param call: the request.
    """
    state.groups.change(call.path_values["groupId"], checked(GROUP_STATUS, call))
    return Answer(200, {"success": True})


def delete(state: HighLevelState, call: Call) -> Answer:
    """Delete a group; its calendars stay, in no group.  DELETE /calendars/groups/{groupId}

    :param state: where it is.
    :param call: the request.
    """
    group_id = call.path_values["groupId"]
    state.groups.remove(group_id)
    for row in state.calendars:
        if row.get("groupId") == group_id:
            row["groupId"] = None
    return Answer(200, {"success": True})


def _check_slug(state: HighLevelState, slug: str, besides: str = "") -> None:
    if not _is_free(state, slug, besides):
        raise refusal(400, "The slug is already taken")


def _is_free(state: HighLevelState, slug: str, besides: str = "") -> bool:
    return all(row["slug"] != slug or row["id"] == besides for row in state.groups.rows)
