"""The location and its people: look-ups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_provider_calendars.api.base import path
from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.highlevel.base import HighLevelBase
from airflow_provider_calendars.api.highlevel.records import Location, User
from airflow_provider_calendars.api.highlevel.wire import inside, listed
from airflow_provider_calendars.api.policy import Repeat
from airflow_provider_calendars.exceptions import ConfigurationError


class Account(HighLevelBase):
    """Operations that look up the location."""

    def get_location(self) -> Flow[Location]:
        """Return the location of this connection.  GET /locations/{location_id}

        https://marketplace.gohighlevel.com/docs/ghl/locations/get-location
        """
        where = path("/locations/{location_id}", location_id=self.location_id)
        request = self.request("GET", where, repeat=Repeat.ALWAYS)
        return self.call(request, lambda answer: Location.from_answer(inside(answer, "location")))

    def timezone_of_location(self) -> Flow[str]:
        """Return the time zone of the location.  GET /locations/{location_id}

        https://marketplace.gohighlevel.com/docs/ghl/locations/get-location

        :raises ConfigurationError: it has none.
        """
        zone = (yield from self.get_location()).timezone
        if not zone:
            raise ConfigurationError(
                f"Location {self.location_id} has no time zone at HighLevel. Give timezone=, an IANA name "
                "like Europe/Berlin, or set one in the location's business profile."
            )
        return zone

    def list_location_timezones(self) -> Flow[list[str]]:
        """Return the names of the time zones the location may use.  GET /locations/{location_id}/timezones

        https://marketplace.gohighlevel.com/docs/ghl/locations/get-timezones
        """
        where = path("/locations/{location_id}/timezones", location_id=self.location_id)
        return self.call(self.request("GET", where, repeat=Repeat.ALWAYS), _read_timezones)

    def list_users(self) -> Flow[list[User]]:
        """Return the users of the location, whose ids calendars and appointments name.  GET /users/

        https://marketplace.gohighlevel.com/docs/ghl/users/get-user-by-location
        """
        params = {"locationId": self.location_id}
        request = self.request("GET", "/users/", repeat=Repeat.ALWAYS, params=params)
        return self.call(request, lambda answer: listed(answer, "users", User.from_answer))


def _read_timezones(answer: Any) -> list[str]:
    # the shape is not documented
    if isinstance(answer, Mapping):
        answer = {name.lower(): value for name, value in answer.items()}["timezones"]
    if isinstance(answer, str):
        raise TypeError("a text is no list of names")
    return [str(name) for name in answer or []]
