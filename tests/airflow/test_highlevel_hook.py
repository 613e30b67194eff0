"""The hook for HighLevel: what the test button says, versions, calls without a method."""

from __future__ import annotations

import json
from typing import Any

import pytest

from airflow_provider_calendars import exceptions
from airflow_provider_calendars.hooks.highlevel import HighLevelHook
from airflow_provider_calendars.sandbox import Fault, Sandbox
from airflow_provider_calendars.sandbox.highlevel.settings import SCOPES
from tests.airflow.running import hasten


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hasten(monkeypatch)


def connect(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, **fields: Any) -> HighLevelHook:
    """Return the hook of a connection to the sandbox with some other fields."""
    extra = json.dumps(fields.pop("extra", {}))
    known = json.loads(sandbox.connection_json("highlevel"))
    monkeypatch.setenv("AIRFLOW_CONN_HIGHLEVEL_DEFAULT", json.dumps({**known, "extra": extra, **fields}))
    return HighLevelHook()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"password": "pit-wrong"}, ["private integration token", "Settings > Private Integrations"]),
        ({"login": "locOther"}, ["does not have access to this location", "belongs to the location"]),
        ({"login": None}, ["login (location id) is empty"]),
        ({"password": None}, ["password (private integration token) is empty"]),
        ({"extra": {"api_version": "1999-01-01"}}, ["Version header is wrong, not the token"]),
        ({"extra": {"api_version": 3}}, ["api_version must be a text"]),
        ({"extra": {"api_version": {"calendars": "v3"}}}, ["api_version must be a text"]),
        ({"host": "http://10.0.0.1"}, ["allow_http"]),
    ],
)
def test_the_test_button_says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, calendars_sandbox: Sandbox, fields: dict[str, Any], said: list[str]
) -> None:
    """Who presses it reads which field to change, and no token."""
    worked, message = connect(monkeypatch, calendars_sandbox, **fields).test_connection()
    assert not worked
    assert [words for words in said if words not in message] == []
    assert "pit-" not in message.replace("pit-...", "")


def test_the_test_button_needs_one_scope_only(calendars_connections: Sandbox) -> None:
    """A token for calendars alone works, and one for neither is told which scope it lacks."""
    assert HighLevelHook().test_connection() == (
        True,
        f"The token reads location {calendars_connections.highlevel.location_id}.",
    )
    calendars_connections.settings.highlevel_scopes = ("calendars.readonly",)
    assert HighLevelHook().test_connection() == (True, "The token reads the location's calendars: 2.")
    calendars_connections.settings.highlevel_scopes = ()
    worked, message = HighLevelHook().test_connection()
    assert (worked, "calendars.readonly" in message) == (False, True)


@pytest.mark.parametrize(
    ("given", "calendars", "users"),
    [
        (None, "2021-04-15", "2021-07-28"),
        ("2023-02-21", "2023-02-21", "2023-02-21"),
        ({"/calendars": "2021-07-28"}, "2021-07-28", "2021-07-28"),
    ],
)
def test_versions(
    monkeypatch: pytest.MonkeyPatch, calendars_sandbox: Sandbox, given: Any, calendars: str, users: str
) -> None:
    """Each product has its documented version unless the connection says otherwise; what v3 alone has, v3."""
    hook = connect(monkeypatch, calendars_sandbox, extra={"api_version": given})
    api = hook.api
    sent = {where: api.standing_headers(where)["Version"] for where in ("/calendars/", "/users/")}
    assert sent == {"/calendars/": calendars, "/users/": users}
    assert api.standing_headers("/calendars/services/catalog")["Version"] == "v3"


def test_a_call_without_a_method(calendars_connections: Sandbox) -> None:
    """An operation of version 3 is reached under the same token, limits and errors."""
    hook = HighLevelHook()
    location = calendars_connections.highlevel.location_id
    made = hook.request(
        "POST",
        "/calendars/services/locations",
        repeat="if_unsent",
        json={"locationId": location, "name": "Office", "slug": "office"},
    )
    listed = hook.request(
        "GET", "/calendars/services/locations", repeat="always", params={"locationId": location}
    )
    assert (len(listed["serviceLocations"]), bool(made)) == (1, True)
    newer = hook.request("GET", "/calendars/", repeat="always", params={"locationId": location}, version="v3")
    assert len(newer["calendars"]) == 2
    with pytest.raises(exceptions.ConfigurationError, match="repeat"):
        hook.request("GET", "/calendars/", repeat="perhaps")


def test_the_daily_budget_is_one_clear_error(
    monkeypatch: pytest.MonkeyPatch, calendars_connections: Sandbox
) -> None:
    """Out of requests for today, the error says when there are new ones, and nothing more is sent."""
    calendars_connections.settings.highlevel_daily_limit = 1
    hook = HighLevelHook()
    hook.list_calendars()
    for _ in range(2):
        with pytest.raises(exceptions.RateLimited, match=r"daily budget.*resets at") as raised:
            hook.list_calendars()
        assert raised.value.retry_after
    assert len(calendars_connections.journal.entries) <= 2


def test_a_short_limit_is_waited_out(calendars_connections: Sandbox) -> None:
    """A full interval costs a wait and no error, although the refusal names no time."""
    calendars_connections.settings.highlevel_rate_limit = (3, 0.5)
    hook = HighLevelHook()
    assert [len(hook.list_calendars()) for _ in range(7)] == [2] * 7
    assert [entry.status for entry in calendars_connections.journal.entries].count(429) <= 1


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (401, "The token is not authorized for this scope.", exceptions.PermissionDenied),
        (401, "version header was not found.", exceptions.Rejected),
        (401, "Command timed out", exceptions.ServerError),
        (401, "Invalid JWT", exceptions.AuthError),
        (403, "The token does not have access to this location.", exceptions.PermissionDenied),
        (422, ["property x should not exist"], exceptions.Rejected),
        (404, "Cannot GET /calendars/", exceptions.OperationUnavailable),
    ],
)
def test_a_refusal_is_read_before_it_is_believed(
    calendars_connections: Sandbox, status: int, said: Any, kind: type[Exception]
) -> None:
    """Its 401 says five things, of which one is about the token."""
    fault = Fault("status", status=status, body={"statusCode": status, "message": said}, times=None)
    calendars_connections.faults.add(fault)
    with pytest.raises(kind) as raised:
        HighLevelHook().list_calendars()
    assert type(raised.value) is kind


def test_every_scope_is_named(calendars_connections: Sandbox) -> None:
    """Whatever a token may not do, the error names the scope to give it."""
    calendars_connections.settings.highlevel_scopes = tuple(
        each for each in SCOPES if each != "calendars/resources.readonly"
    )
    with pytest.raises(exceptions.PermissionDenied, match=r"calendars/resources\.readonly"):
        HighLevelHook().list_resources("rooms")


def test_a_refusal_names_the_trace(calendars_connections: Sandbox) -> None:
    """HighLevel's support asks for it; what could be anything else is not shown."""
    for trace, shown in (("3f2a-91", True), ("ada@example.com", False)):
        body = {"statusCode": 400, "message": "No", "traceId": trace}
        calendars_connections.faults.add(Fault("status", operation="GET /calendars/", status=400, body=body))
        with pytest.raises(exceptions.Rejected) as raised:
            HighLevelHook().list_calendars()
        assert (trace in str(raised.value)) is shown


def test_a_location_without_a_time_zone(calendars_connections: Sandbox) -> None:
    """The message says what to give instead."""
    body = {"location": {"id": "loc1", "name": "Here"}}
    calendars_connections.faults.add(
        Fault("status", operation="GET /locations/{locationId}", status=200, body=body)
    )
    with pytest.raises(exceptions.ConfigurationError, match="no time zone at HighLevel"):
        HighLevelHook().list_free_slots("cal1", "2037-06-01T00:00:00Z", "2037-06-02T00:00:00Z")
