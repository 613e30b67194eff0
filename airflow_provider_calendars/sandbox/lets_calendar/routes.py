"""The 18 operations of Let's Calendar and their gate: https://panel.letscalendar.com/docs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from airflow_provider_calendars.sandbox.exchange import (
    HTML,
    Act,
    Answer,
    Call,
    Operation,
    Refusal,
    System,
)
from airflow_provider_calendars.sandbox.lets_calendar import campaigns, contacts, invites, pages
from airflow_provider_calendars.sandbox.lets_calendar.accounts import (
    CLIENT_KEY,
    SECRET_KEY,
    grant,
    unauthenticated,
)
from airflow_provider_calendars.sandbox.lets_calendar.state import LetsCalendarState
from airflow_provider_calendars.sandbox.lets_calendar.throttle import LetsCalendarThrottle

_CAMPAIGN = "/campaign/{campaign_id}"
_ROUTES: dict[tuple[str, str], Act[LetsCalendarState]] = {
    ("POST", "/access_token"): lambda state, call: grant(call, state.tokens, state.settings),
    ("GET", "/timezone-list"): campaigns.list_timezones,
    ("POST", "/create-campaign"): campaigns.create,
    ("GET", "/campaigns"): campaigns.list_all,
    ("POST", "/toggle-automation"): campaigns.toggle_automation,
    ("POST", "/add-single-contact"): contacts.add_one,
    ("POST", "/add-contacts"): contacts.add_many,
    ("POST", "/upload-contacts"): contacts.upload,
    ("POST", "/send-invite"): invites.send,
    ("POST", "/update-invite"): invites.update,
    ("POST", "/schedule-invite"): invites.schedule,
    ("POST", "/cancel-scheduled-invite"): invites.cancel_schedule,
    ("POST", "/stop-campaign"): invites.stop,
    ("GET", "/sender-emails"): campaigns.list_senders,
    ("GET", f"{_CAMPAIGN}/attendees"): contacts.attendees,
    ("GET", f"{_CAMPAIGN}/edit"): campaigns.details,
    ("PUT", _CAMPAIGN): campaigns.update,
    ("GET", f"{_CAMPAIGN}/export-contacts"): contacts.export,
}
_WITHOUT_TOKEN = ("/access_token", "/timezone-list")


class LetsCalendarSystem(System[LetsCalendarState]):
    """Let's Calendar as a vendor of the sandbox."""

    name = "lets_calendar"
    prefix = "/api/lc"
    routes = _ROUTES
    throttle = LetsCalendarThrottle

    @property
    def pages(self) -> tuple[Operation, ...]:
        """Exported files, the login page, and a page for each campaign as in the vendor's panel."""
        return (
            Operation("GET", "/storage/exports/{name}", self._bound(contacts.download)),
            Operation("GET", "/login", lambda _: Answer(200, pages.LOGIN, media_type=HTML)),
            Operation("GET", "/campaign/{campaign_id}/edit", self._bound(pages.campaign_page)),
        )

    @property
    def actions(self) -> Mapping[str, Callable[[Mapping[str, Any]], Any]]:
        """What only the control API can do: nobody but an attendee can unsubscribe."""
        return {"status": self._set_status}

    @property
    def credentials(self) -> tuple[str, str]:
        """Client key and secret key that work."""
        return CLIENT_KEY, SECRET_KEY

    def handle(self, operation: Operation, call: Call) -> Answer:
        """Do what a request asks for, if it may."""
        if self._state.settings.missing_operations and operation.path.startswith(_CAMPAIGN):
            is_put = operation.method == "PUT"
            return self.wrong_method(call, "GET") if is_put else self.unknown_route(call)
        authorization = call.headers.get("authorization", "")
        if operation.path not in _WITHOUT_TOKEN and not self._state.tokens.accepts(authorization):
            return unauthenticated(call)
        try:
            return operation.handler(call)
        except Refusal as refusal:
            return refusal.answer

    def error(self, status: int, text: str) -> Answer:
        """Say that something went wrong, as Laravel does."""
        return Answer(status, {"message": text})

    def unknown_route(self, call: Call) -> Answer:
        """Answer a request for a path that does not exist, as Laravel does."""
        return self.error(404, f"The route {call.path.lstrip('/')} could not be found.")

    def wrong_method(self, call: Call, allowed: str) -> Answer:
        """Answer a request for a path that exists, with a method that does not, as Laravel does."""
        supported = allowed.replace("GET", "GET, HEAD")
        text = f"The {call.method} method is not supported for route {call.path.lstrip('/')}."
        return Answer(405, {"message": f"{text} Supported methods: {supported}."}, {"Allow": supported})

    def snapshot(self) -> dict[str, Any]:
        """Describe campaigns and mailbox as JSON."""
        return pages.snapshot(self._state)

    def section(self) -> str:
        """Describe campaigns and mailbox as HTML."""
        return pages.section(self._state)

    def _set_status(self, body: Mapping[str, Any]) -> dict[str, int]:
        values = [str(body.get(name, "")) for name in ("campaign_id", "email", "status")]
        return {"changed": self._state.set_status(*values)}
