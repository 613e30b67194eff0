"""The operations on what people are told about the appointments of a calendar."""

from __future__ import annotations

from airflow_provider_calendars.sandbox.exchange import Answer, Call, Refusal
from airflow_provider_calendars.sandbox.highlevel.refusals import malformed, refuse
from airflow_provider_calendars.sandbox.highlevel.shapes import NOTIFICATION, UPDATED_NOTIFICATION
from airflow_provider_calendars.sandbox.highlevel.state import HighLevelState
from airflow_provider_calendars.sandbox.highlevel.tables import Row
from airflow_provider_calendars.sandbox.highlevel.validation import checked, query_flag, query_number

_OWNER = "calendarId"
# https://github.com/GoHighLevel/highlevel-api-docs/issues/3
_DATABASE_ERROR = {
    "status": 400,
    "message": "MongoError: BSON field 'FindCommandRequest.limit' is the wrong type 'string', "
    "expected types '[long, int, decimal, double']",
    "name": "HttpException",
}


def list_all(state: HighLevelState, call: Call) -> Answer:
    """List a page of the notifications of a calendar.  GET /calendars/{calendarId}/notifications

    :param state: where they are.
    :param call: the request.
    """
    if "limit" in call.query and state.settings.notification_limit_fails:
        raise Refusal(Answer(400, _DATABASE_ERROR))
    wanted = {"deleted": query_flag(call, "deleted") or False, **_whose(state, call)}
    is_active = query_flag(call, "isActive")
    if is_active is not None:
        wanted["isActive"] = is_active
    rows = [
        row for row in state.notifications.rows if all(row[name] == value for name, value in wanted.items())
    ]
    limit, skip = query_number(call, "limit", 100), query_number(call, "skip", 0)
    return Answer(200, [_shown(row) for row in rows[skip : skip + limit]])


def create(state: HighLevelState, call: Call) -> Answer:
    """Create notifications: the body is a list.  POST /calendars/{calendarId}/notifications

    :param state: where they go.
    :param call: the request.
    """
    if not isinstance(call.json, list):
        raise malformed("the body must be an array")
    whose = _whose(state, call)
    refuse([message for at, one in enumerate(call.json) for message in NOTIFICATION(str(at), one)])
    fields = [{"isActive": True, "deleted": False, **one, **whose} for one in call.json]
    return Answer(200, [_shown(state.notifications.add(one)) for one in fields])


def get(state: HighLevelState, call: Call) -> Answer:
    """Show a notification.  GET /calendars/{calendarId}/notifications/{notificationId}

    :param state: where it is.
    :param call: the request.
    """
    row = state.notifications.find(call.path_values["notificationId"], **_whose(state, call))
    return Answer(200, _shown(row))


def update(state: HighLevelState, call: Call) -> Answer:
    """Change what is sent of a notification.  PUT /calendars/{calendarId}/notifications/{notificationId}

    :param state: where it is.
    :param call: the request.
    """
    changes, whose = checked(UPDATED_NOTIFICATION, call), _whose(state, call)
    state.notifications.change(call.path_values["notificationId"], changes, **whose)
    return Answer(200, {"message": "Notification updated successfully"})


def delete(state: HighLevelState, call: Call) -> Answer:
    """Delete a notification.  DELETE /calendars/{calendarId}/notifications/{notificationId}

    :param state: where it is.
    :param call: the request.
    """
    state.notifications.remove(call.path_values["notificationId"], **_whose(state, call))
    return Answer(200, {"message": "Notification deleted successfully"})


def _whose(state: HighLevelState, call: Call) -> Row:
    return {_OWNER: state.calendar_table.find(call.path_values["calendarId"])["id"]}


def _shown(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != _OWNER}
