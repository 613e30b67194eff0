"""The operations of HighLevel and their gate: https://marketplace.gohighlevel.com/docs/."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from airflow_provider_calendars.sandbox.exchange import Act, Answer, Call, Operation, Refusal, System
from airflow_provider_calendars.sandbox.highlevel import (
    accounts,
    appointments,
    calendars,
    contact_search,
    contact_topics,
    contacts,
    events,
    groups,
    installations,
    notes,
    notifications,
    oauth,
    pages,
    people,
    refusals,
    resources,
    schedules,
    seeds,
    services,
)
from airflow_provider_calendars.sandbox.highlevel.state import HighLevelState
from airflow_provider_calendars.sandbox.highlevel.throttle import HighLevelThrottle

_FAMILIES = ("calendars", "contacts", "locations", "oauth", "users")
_V3_ONLY = ("/calendars/services/", "/calendars/schedules/event-calendar/")

_APPOINTMENT = "/calendars/events/appointments"
_BLOCK = "/calendars/events/block-slots"
_NOTES = "/calendars/appointments/{appointmentId}/notes"
_GROUP = "/calendars/groups/{groupId}"
_RESOURCES = "/calendars/resources/{resourceType}"
_SCHEDULE = "/calendars/schedules/{id}"
_EVENT_SCHEDULE = "/calendars/schedules/event-calendar/{calendarId}"
_PLACES = "/calendars/services/locations"
_CALENDAR = "/calendars/{calendarId}"
_NOTIFICATIONS = f"{_CALENDAR}/notifications"
_CONTACT = "/contacts/{contactId}"
_CONTACT_NOTE = f"{_CONTACT}/notes/{{id}}"
_CAMPAIGNS = f"{_CONTACT}/campaigns"
_WORKFLOW = f"{_CONTACT}/workflow/{{workflowId}}"

# what one version of the API has and the other does not
_V3_PATHS = (f"{_CAMPAIGNS}/remove-all", "/oauth/location-token", "/oauth/installed-locations")
_V2_OPERATIONS = (
    "GET /contacts/",
    f"DELETE {_CAMPAIGNS}/removeAll",
    "POST /oauth/locationToken",
    "GET /oauth/installedLocations",
)

# a path with a value in it would swallow the plain words at the same place, so it stands behind them
_ROUTES: dict[tuple[str, str], Act[HighLevelState]] = {
    ("GET", "/calendars/"): calendars.list_all,
    ("POST", "/calendars/"): calendars.create,
    ("GET", "/calendars/events"): events.list_events,
    ("POST", _APPOINTMENT): appointments.create,
    ("GET", f"{_APPOINTMENT}/{{eventId}}"): appointments.get,
    ("PUT", f"{_APPOINTMENT}/{{eventId}}"): appointments.update,
    ("POST", _BLOCK): events.block,
    ("PUT", f"{_BLOCK}/{{eventId}}"): events.update_block,
    ("DELETE", "/calendars/events/{eventId}"): events.delete,
    ("GET", "/calendars/blocked-slots"): events.list_blocked,
    ("GET", _NOTES): notes.list_all,
    ("POST", _NOTES): notes.create,
    ("PUT", f"{_NOTES}/{{noteId}}"): notes.update,
    ("DELETE", f"{_NOTES}/{{noteId}}"): notes.delete,
    ("GET", "/calendars/groups"): groups.list_all,
    ("POST", "/calendars/groups"): groups.create,
    ("POST", "/calendars/groups/validate-slug"): groups.validate_slug,
    ("PUT", _GROUP): groups.update,
    ("PUT", f"{_GROUP}/status"): groups.set_status,
    ("DELETE", _GROUP): groups.delete,
    ("GET", _RESOURCES): resources.list_all,
    ("POST", _RESOURCES): resources.create,
    ("GET", f"{_RESOURCES}/{{id}}"): resources.get,
    ("PUT", f"{_RESOURCES}/{{id}}"): resources.update,
    ("DELETE", f"{_RESOURCES}/{{id}}"): resources.delete,
    ("GET", "/calendars/schedules/search"): schedules.search,
    ("GET", _EVENT_SCHEDULE): schedules.get_of_calendar,
    ("POST", _EVENT_SCHEDULE): schedules.create_of_calendar,
    ("PUT", _EVENT_SCHEDULE): schedules.update_of_calendar,
    ("POST", "/calendars/schedules"): schedules.create,
    ("GET", _SCHEDULE): schedules.get,
    ("PUT", _SCHEDULE): schedules.update,
    ("DELETE", _SCHEDULE): schedules.delete,
    ("PUT", f"{_SCHEDULE}/associations/{{calendarId}}"): schedules.associate,
    ("DELETE", f"{_SCHEDULE}/associations/{{calendarId}}"): schedules.dissociate,
    ("GET", "/calendars/services/catalog"): services.list_services,
    ("GET", _PLACES): services.list_locations,
    ("POST", _PLACES): services.create_location,
    ("GET", f"{_PLACES}/{{serviceLocationId}}"): services.get_location,
    ("PUT", f"{_PLACES}/{{serviceLocationId}}"): services.update_location,
    ("DELETE", f"{_PLACES}/{{serviceLocationId}}"): services.delete_location,
    ("GET", _CALENDAR): calendars.get,
    ("PUT", _CALENDAR): calendars.update,
    ("DELETE", _CALENDAR): calendars.delete,
    ("GET", f"{_CALENDAR}/free-slots"): calendars.free_slots,
    ("GET", _NOTIFICATIONS): notifications.list_all,
    ("POST", _NOTIFICATIONS): notifications.create,
    ("GET", f"{_NOTIFICATIONS}/{{notificationId}}"): notifications.get,
    ("PUT", f"{_NOTIFICATIONS}/{{notificationId}}"): notifications.update,
    ("DELETE", f"{_NOTIFICATIONS}/{{notificationId}}"): notifications.delete,
    ("POST", "/contacts/search"): contact_search.search,
    ("GET", "/contacts/search/duplicate"): contacts.find_duplicate,
    ("POST", "/contacts/upsert"): contacts.upsert,
    ("POST", "/contacts/bulk/tags/update/{type}"): contact_topics.change_tags_of_many,
    ("GET", "/contacts/"): contacts.list_all,
    ("POST", "/contacts/"): contacts.create,
    ("GET", _CONTACT): contacts.get,
    ("PUT", _CONTACT): contacts.update,
    ("DELETE", _CONTACT): contacts.delete,
    ("GET", f"{_CONTACT}/appointments"): contacts.list_appointments,
    ("POST", f"{_CONTACT}/tags"): contact_topics.add_tags,
    ("DELETE", f"{_CONTACT}/tags"): contact_topics.remove_tags,
    ("GET", f"{_CONTACT}/notes"): contact_topics.list_notes,
    ("POST", f"{_CONTACT}/notes"): contact_topics.create_note,
    ("GET", _CONTACT_NOTE): contact_topics.get_note,
    ("PUT", _CONTACT_NOTE): contact_topics.update_note,
    ("DELETE", _CONTACT_NOTE): contact_topics.delete_note,
    ("POST", _WORKFLOW): contact_topics.add_to_workflow,
    ("DELETE", _WORKFLOW): contact_topics.remove_from_workflow,
    ("DELETE", f"{_CAMPAIGNS}/removeAll"): contact_topics.remove_from_campaign,
    ("DELETE", f"{_CAMPAIGNS}/remove-all"): contact_topics.remove_from_campaign,
    ("POST", f"{_CAMPAIGNS}/{{campaignId}}"): contact_topics.add_to_campaign,
    ("DELETE", f"{_CAMPAIGNS}/{{campaignId}}"): contact_topics.remove_from_campaign,
    ("GET", "/locations/search"): people.search_locations,
    ("GET", "/locations/{locationId}"): people.location,
    ("GET", "/locations/{locationId}/timezones"): people.zones,
    ("POST", "/oauth/token"): oauth.token,
    ("POST", "/oauth/reconnect"): oauth.reconnect,
    ("POST", "/oauth/locationToken"): oauth.location_token,
    ("POST", "/oauth/location-token"): oauth.location_token,
    ("GET", "/oauth/installedLocations"): oauth.installed_locations,
    ("GET", "/oauth/installed-locations"): oauth.installed_locations,
    ("GET", "/users/"): people.users,
    ("GET", "/users/{userId}"): people.user,
}


class HighLevelSystem(System[HighLevelState]):
    """HighLevel as a vendor of the sandbox; its paths begin at the root, as the vendor's do."""

    name = "highlevel"
    prefix = ""
    routes = _ROUTES
    throttle = HighLevelThrottle

    @property
    def actions(self) -> Mapping[str, Callable[[Mapping[str, Any]], Any]]:
        """What others do in the location: book, take a slot, be faster, change and delete appointments."""
        return {
            "book": self._book,
            "take_slot": self._take_slot,
            "race": self._race,
            "status": self._set_status,
            "delete": self._delete,
            "install": self._install,
            "deliver_to": self._deliver_to,
            "deliver_again": self._deliver_again,
        }

    @property
    def credentials(self) -> tuple[str, str]:
        """The location and a private integration token of it."""
        return seeds.LOCATION_ID, seeds.TOKEN

    def paths(self, operation: Operation) -> tuple[str, ...]:
        """List the full paths of an operation: a slash at the end does not matter."""
        bare = operation.path.rstrip("/")
        return bare, f"{bare}/"

    def owns(self, path: str) -> bool:
        """Tell whether a path begins with the name of a product: the root belongs to nobody."""
        return path.split("/")[1] in _FAMILIES

    def handle(self, operation: Operation, call: Call) -> Answer:
        """Do what a request asks for, if it may."""
        try:
            if not accounts.is_open(operation):
                accounts.check_version(call)
                if not _is_known(operation, call.headers["version"]):
                    return self.unknown_route(call)
                accounts.check_rights(call, operation, self._state)
            return _traced(operation.handler(call))
        except Refusal as refusal:
            return _traced(_worded(refusal.answer, operation, call))

    def error(self, status: int, text: str) -> Answer:
        """Say that something went wrong, as HighLevel's framework does."""
        return _traced(refusals.error(status, text))

    def unknown_route(self, call: Call) -> Answer:
        """Answer a request for a path that does not exist."""
        return self.error(404, f"Cannot {call.method} {call.path}")

    def wrong_method(self, call: Call, allowed: str) -> Answer:  # noqa: ARG002 - as the base class has it
        """Answer a request for a path that exists, with a method that does not: there is no 405."""
        return self.unknown_route(call)

    def snapshot(self) -> dict[str, Any]:
        """Describe calendars, events and everything else as JSON."""
        return pages.snapshot(self._state)

    def section(self) -> str:
        """Describe calendars and events as HTML."""
        return pages.section(self._state)

    def _book(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return pages.event(self._state, self._state.book(**pages.booking(body)))

    def _take_slot(self, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        booked = self._state.take_slot(str(body.get("calendar_id", "")), body.get("start", ""))
        return [pages.event(self._state, one) for one in booked]

    def _race(self, body: Mapping[str, Any]) -> dict[str, int]:
        times = body.get("times", 1)
        self._state.race(times)
        return {"times": times}

    def _set_status(self, body: Mapping[str, Any]) -> dict[str, Any]:
        changed = self._state.set_status(str(body.get("event_id", "")), str(body.get("status", "")))
        return pages.event(self._state, changed)

    def stop(self) -> None:
        """Give up what is on its way to those who want to be told of events."""
        self._state.stop()

    def _deliver_to(self, body: Mapping[str, Any]) -> dict[str, str]:
        self._state.deliver_to(str(body.get("url", "")), *body.get("types", ()))
        return {"public_key": self._state.webhook_public_key}

    def _deliver_again(self, body: Mapping[str, Any]) -> dict[str, int]:
        self._state.deliver_again(**pages.redelivery(body))
        return {"deliveries": len(self._state.deliveries)}

    def _install(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return self._state.install(str(body.get("user_type") or installations.LOCATION))

    def _delete(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return pages.event(self._state, self._state.delete(str(body.get("event_id", ""))))


def _is_known(operation: Operation, version: str) -> bool:
    if version == accounts.NEWEST:
        return operation.name not in _V2_OPERATIONS
    return not operation.path.startswith(_V3_ONLY) and operation.path not in _V3_PATHS


def _worded(answer: Answer, operation: Operation, call: Call) -> Answer:
    is_new = operation.path.startswith("/oauth/") and call.headers.get("version") == accounts.NEWEST
    return oauth.aip(answer) if is_new else answer


def _traced(answer: Answer) -> Answer:
    """Return an answer with the id that the vendor's support asks for; a list has no place for it."""
    if not isinstance(answer.body, dict) or "traceId" in answer.body:
        return answer
    return replace(answer, body={**answer.body, "traceId": str(uuid.uuid4())})
