"""The operations on rooms and equipment."""

from __future__ import annotations

from airflow_provider_calendars.sandbox.exchange import Answer, Call
from airflow_provider_calendars.sandbox.highlevel.refusals import malformed
from airflow_provider_calendars.sandbox.highlevel.shapes import RESOURCE, UPDATED_RESOURCE
from airflow_provider_calendars.sandbox.highlevel.state import HighLevelState
from airflow_provider_calendars.sandbox.highlevel.validation import checked, query_number, query_texts

_TYPES = ("equipments", "rooms")


def list_all(state: HighLevelState, call: Call) -> Answer:
    """List a page of the resources of a type.  GET /calendars/resources/{resourceType}

    :param state: where they are.
    :param call: the request.
    """
    kind = _kind(call)
    query_texts(call, "locationId")
    limit, skip = query_number(call, "limit"), query_number(call, "skip")
    rows = [row for row in state.resources.rows if row["resourceType"] == kind]
    return Answer(200, rows[skip : skip + limit])


def create(state: HighLevelState, call: Call) -> Answer:
    """Create a resource.  POST /calendars/resources/{resourceType}

    :param state: where it goes.
    :param call: the request.
    """
    kind, fields = _kind(call), checked(RESOURCE, call)
    if kind == "equipments" and len(fields["calendarIds"]) > 1:
        raise malformed("One equipment can only be mapped with one service calendar")
    return Answer(201, state.resources.add({**fields, "resourceType": kind, "isActive": True}))


def get(state: HighLevelState, call: Call) -> Answer:
    """Show a resource.  GET /calendars/resources/{resourceType}/{id}

    :param state: where it is.
    :param call: the request.
    """
    return Answer(200, state.resources.find(call.path_values["id"], resourceType=_kind(call)))


def update(state: HighLevelState, call: Call) -> Answer:
    """Change what is sent of a resource.  PUT /calendars/resources/{resourceType}/{id}

    :param state: where it is.
    :param call: the request.
    """
    kind, fields = _kind(call), checked(UPDATED_RESOURCE, call)
    return Answer(200, state.resources.change(call.path_values["id"], fields, resourceType=kind))


def delete(state: HighLevelState, call: Call) -> Answer:
    """Delete a resource.  DELETE /calendars/resources/{resourceType}/{id}

    :param state: where it is.
    :param call: the request.
    """
    state.resources.remove(call.path_values["id"], resourceType=_kind(call))
    return Answer(200, {"success": True})


def _kind(call: Call) -> str:
    kind = call.path_values["resourceType"]
    if kind not in _TYPES:
        raise malformed(f"resourceType must be one of the following values: {', '.join(_TYPES)}")
    return kind
