"""The location and its users."""

from __future__ import annotations

from airflow_provider_calendars.sandbox.exchange import Answer, Call
from airflow_provider_calendars.sandbox.highlevel import views
from airflow_provider_calendars.sandbox.highlevel.records import User
from airflow_provider_calendars.sandbox.highlevel.refusals import refusal
from airflow_provider_calendars.sandbox.highlevel.seeds import COMPANY_ID
from airflow_provider_calendars.sandbox.highlevel.state import HighLevelState
from airflow_provider_calendars.sandbox.highlevel.validation import query_number, query_texts
from airflow_provider_calendars.sandbox.zones import timezones


def location(state: HighLevelState, call: Call) -> Answer:  # noqa: ARG001 - an operation takes both
    """Show the location.  GET /locations/{locationId}

    :param state: where it is.
    :param call: the request.
    """
    return Answer(200, {"location": _location(state)})


def zones(state: HighLevelState, call: Call) -> Answer:  # noqa: ARG001 - an operation takes both
    """List the time zones the location may use.  GET /locations/{locationId}/timezones

    :param state: where it is.
    :param call: the request.
    """
    return Answer(200, {"timeZones": list(timezones())})


def search_locations(state: HighLevelState, call: Call) -> Answer:
    """List the locations of an agency.  GET /locations/search

    :param state: where they are.
    :param call: the request.
    """
    skip, limit = query_number(call, "skip", 0), query_number(call, "limit", 10, least=1)
    return views.listed(state, "locations", [_location(state)][skip : skip + limit])


def users(state: HighLevelState, call: Call) -> Answer:
    """List the users of the location.  GET /users/

    :param state: where they are.
    :param call: the request.
    """
    query_texts(call, "locationId")
    return views.listed(state, "users", [_user(state, one) for one in state.users.values()])


def user(state: HighLevelState, call: Call) -> Answer:
    """Show a user.  GET /users/{userId}

    :param state: where they are.
    :param call: the request.
    """
    found = state.users.get(call.path_values["userId"])
    if found is None:
        raise refusal(404, "User not found")
    return Answer(200, _user(state, found))


def _location(state: HighLevelState) -> dict[str, object]:
    settings = {
        "allowDuplicateContact": state.settings.allow_duplicate_contact,
        "contactUniqueIdentifiers": list(state.settings.contact_unique_identifiers),
    }
    about = {"name": "Sandbox location", "country": "DE", "email": "location@example.com"}
    shown = {"id": state.location_id, "companyId": COMPANY_ID, **about, "timezone": state.timezone}
    return {**shown, "settings": settings}


def _user(state: HighLevelState, one: User) -> dict[str, object]:
    first, _, last = one.name.partition(" ")
    roles = {"type": "account", "role": "user", "locationIds": [state.location_id]}
    return {
        "id": one.id,
        "name": one.name,
        "firstName": first,
        "lastName": last,
        "email": one.email,
        "roles": roles,
    }
