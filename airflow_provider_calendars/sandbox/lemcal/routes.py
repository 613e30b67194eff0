"""The operations of lemcal and their gate: https://developer.lemcal.com/."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from airflow_provider_calendars.sandbox.exchange import Act, Answer, Call, Operation, Refusal, System
from airflow_provider_calendars.sandbox.lemcal import accounts, hooks, pages, views
from airflow_provider_calendars.sandbox.lemcal.state import LemcalState
from airflow_provider_calendars.sandbox.lemcal.throttle import LemcalThrottle


def _me(state: LemcalState, call: Call) -> Answer:  # noqa: ARG001 - an operation takes both
    return Answer(200, accounts.USER)


def _meetings(state: LemcalState, call: Call) -> Answer:
    items = [views.meeting(one) for one in state.listed(call.query.get("meetingTypeId") or None)]
    shape = state.settings.meetings_shape
    return Answer(200, items if shape == "array" else {shape: items})


def _meeting_types(state: LemcalState, call: Call) -> Answer:  # noqa: ARG001 - an operation takes both
    return Answer(200, [views.meeting_type(one) for one in state.meeting_types])


def _meeting_type(state: LemcalState, call: Call) -> Answer:
    found = state.meeting_type(call.path_values["_id"])
    if found is None:
        raise Refusal(views.error(state.settings, 404, "meeting type not found"))
    return Answer(200, views.meeting_type(found))


_ROUTES: dict[tuple[str, str], Act[LemcalState]] = {
    ("GET", "/me"): _me,
    ("GET", "/meetings"): _meetings,
    ("GET", "/meetingTypes"): _meeting_types,
    ("GET", "/meetingTypes/{_id}"): _meeting_type,
    ("POST", "/hooks"): hooks.create,
    ("DELETE", "/hooks/{id}"): hooks.delete,
}


class LemcalSystem(System[LemcalState]):
    """lemcal as a vendor of the sandbox."""

    name = "lemcal"
    prefix = "/api/lemcal"
    routes = _ROUTES
    throttle = LemcalThrottle

    @property
    def actions(self) -> Mapping[str, Callable[[Mapping[str, Any]], Any]]:
        """What only the control API can do: the vendor's API neither books nor cancels."""
        return {"book": self._book, "cancel": self._cancel}

    @property
    def credentials(self) -> tuple[str, str]:
        """User id and API key that work."""
        return accounts.USER_ID, accounts.API_KEY

    def handle(self, operation: Operation, call: Call) -> Answer:
        """Do what a request asks for, if it may."""
        if not accounts.is_known(call):
            return self.error(401, "Unauthorized")
        try:
            return operation.handler(call)
        except Refusal as refusal:
            return refusal.answer

    def error(self, status: int, text: str) -> Answer:
        """Say that something went wrong, in the shape that the settings ask for."""
        return views.error(self._state.settings, status, text)

    def unknown_route(self, call: Call) -> Answer:
        """Answer a request for a path that does not exist."""
        if call.path == f"{self.prefix}/hooks/":
            # documented with the slash and without it; most clients follow a 301 with a GET
            return Answer(301, "", {"Location": call.path.rstrip("/")}, "text/plain; charset=utf-8")
        return self.error(404, "Not Found")

    def wrong_method(self, call: Call, allowed: str) -> Answer:  # noqa: ARG002 - as the base class has it
        """Answer a request for a path that exists, with a method that does not."""
        answer = self.error(405, "Method Not Allowed")
        return Answer(answer.status, answer.body, {"Allow": allowed}, answer.media_type)

    def snapshot(self) -> dict[str, Any]:
        """Describe meetings, hooks and deliveries as JSON."""
        return pages.snapshot(self._state)

    def section(self) -> str:
        """Describe meetings, hooks and deliveries as HTML."""
        return pages.section(self._state)

    def stop(self) -> None:
        """Give up what is on its way to hooks."""
        self._state.stop()

    def _book(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return views.meeting(self._state.book(**pages.booking(body)))

    def _cancel(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return views.meeting(self._state.cancel(str(body.get("meeting_id", ""))))
