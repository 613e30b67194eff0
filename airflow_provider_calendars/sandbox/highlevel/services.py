"""The operations on services that only v3 has, as far as a generic call needs them to be tried."""

from __future__ import annotations

from airflow_provider_calendars.sandbox.exchange import Answer, Call
from airflow_provider_calendars.sandbox.highlevel import views
from airflow_provider_calendars.sandbox.highlevel.shapes import SERVICE_LOCATION, UPDATED_SERVICE_LOCATION
from airflow_provider_calendars.sandbox.highlevel.state import HighLevelState
from airflow_provider_calendars.sandbox.highlevel.validation import checked, query_texts


def list_services(state: HighLevelState, call: Call) -> Answer:
    """List the services: there are none.  GET /calendars/services/catalog

    :param state: where they are.
    :param call: the request.
    """
    query_texts(call, "locationId")
    return views.listed(state, "services", [])


def list_locations(state: HighLevelState, call: Call) -> Answer:
    """List the places of services.  GET /calendars/services/locations

    :param state: where they are.
    :param call: the request.
    """
    query_texts(call, "locationId")
    return views.listed(state, "serviceLocations", state.service_locations.rows)


def create_location(state: HighLevelState, call: Call) -> Answer:
    """Create a place.  POST /calendars/services/locations

    :param state: where it goes.
    :param call: the request.
    """
    fields = {"isActive": True, "isPrivate": False, **checked(SERVICE_LOCATION, call)}
    return Answer(201, state.service_locations.add(fields))


def get_location(state: HighLevelState, call: Call) -> Answer:
    """Show a place.  GET /calendars/services/locations/{serviceLocationId}

    :param state: where it is.
    :param call: the request.
    """
    return Answer(200, state.service_locations.find(_id(call)))


def update_location(state: HighLevelState, call: Call) -> Answer:
    """Change what is sent of a place.  PUT /calendars/services/locations/{serviceLocationId}

    :param state: where it is.
    :param call: the request.
    """
    changes = checked(UPDATED_SERVICE_LOCATION, call)
    return Answer(200, state.service_locations.change(_id(call), changes))


def delete_location(state: HighLevelState, call: Call) -> Answer:
    """Delete a place.  DELETE /calendars/services/locations/{serviceLocationId}

    :param state: where it is.
    :param call: the request.
    """
    state.service_locations.remove(_id(call))
    return Answer(200, {"success": True, "message": "Service location deleted successfully"})


def _id(call: Call) -> str:
    return call.path_values["serviceLocationId"]
