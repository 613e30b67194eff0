"""All 6 operations over real HTTP, from the worker and from the triggerer, and each documented error.

https://developer.lemcal.com/
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_calendars import exceptions
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.api.drivers import Driver, Timeouts
from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.lemcal import LemcalApi
from airflow_provider_calendars.api.lemcal.records import HookRequest, Meeting
from airflow_provider_calendars.api.policy import Repeat, Retries
from airflow_provider_calendars.api.shared_slots import SharedSlots
from airflow_provider_calendars.hooks.lemcal import LemcalHook
from airflow_provider_calendars.sandbox import Fault, Sandbox
from airflow_provider_calendars.sandbox.lemcal.accounts import API_KEY, USER_ID

TARGET = "https://airflow.example.com/hook"
QUICK = Retries(attempts=2, first_delay=0.01, jitter=lambda: 0.0)
BODIES = ["json", "message", "text"]

Ask = Callable[[LemcalApi], Flow[Any]]


class Nothing:
    """Remembers nothing; lemcal has no tokens."""

    def recall(self, key: str, *, fresh: bool) -> str | None:
        return None

    def remember(self, key: str, value: str) -> None:
        raise AssertionError("there is nothing to remember")


class Client:
    """The API, asked by one of the drivers, with a time of its own that waiting advances."""

    def __init__(self, sandbox: Sandbox, kind: str, folder: Path, key: tuple[str, str] = (USER_ID, API_KEY)):
        self.api = LemcalApi(*key, base_url=f"{sandbox.url}/api/lemcal", retries=QUICK)
        self.waits: list[float] = []
        self._kind = kind
        self._time = 1000.0
        self._driver = Driver(
            Nothing(),
            Timeouts(5, 5),
            "tests/1",
            pause=self._pause,
            slots=SharedSlots(folder, lambda: self._time),
        )

    def ask(self, ask: Ask) -> Any:
        flow = ask(self.api)
        if self._kind == "requests":
            return self._driver.run(flow)
        return asyncio.run(self._driver.run_async(flow))

    def _pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        self._time += seconds


@pytest.fixture(params=["requests", "aiohttp"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox, kind: str, tmp_path: Path) -> Client:
    return Client(sandbox, kind, tmp_path)


def sent(sandbox: Sandbox) -> list[tuple[str, int | None]]:
    return [(entry.operation, entry.status) for entry in sandbox.journal.entries]


def test_me(client: Client, sandbox: Sandbox) -> None:
    """The key tells whose it is; https://developer.lemcal.com/#authentication."""
    user = client.ask(lambda api: api.me())
    assert (user.user_id, user.email) == (USER_ID, "host@example.com")
    assert sent(sandbox) == [("GET /me", 200)]


@pytest.mark.parametrize("shape", ["array", "meetings", "data"])
@pytest.mark.parametrize("public", [True, False])
def test_meetings(client: Client, sandbox: Sandbox, shape: str, public: bool) -> None:
    """All meetings or those of one type, with and without lead, in every shape of the list."""
    sandbox.settings.meetings_shape = shape
    booked = sandbox.lemcal.book("Ada@example.com", "Ada Byron", "met_demo", public=public)
    sandbox.lemcal.book("bob@example.com", None, "met_intro", public=public)
    ada, bob = client.ask(lambda api: api.meetings())
    assert isinstance(ada, Meeting)
    assert (ada.meeting_id, ada.meeting_type_id, ada.user_id) == (booked.id, "met_demo", USER_ID)
    assert (ada.guest and (ada.guest.email, ada.guest.name)) == ("ada@example.com", "Ada Byron")
    assert (bob.guest and (bob.guest.email, bob.guest.name)) == ("bob@example.com", "")
    assert ada.start is not None
    assert (ada.start.timestamp(), ada.created_at.timestamp()) == (booked.start, booked.created_at)
    assert ada.fields["timezone"] == "Europe/Paris"
    assert client.ask(lambda api: api.meetings("met_demo")) == [ada]
    assert client.ask(lambda api: api.meetings("met_nope")) == []
    assert sandbox.journal.entries[1].query == {"meetingTypeId": "met_demo"}


def test_cancelled_meetings(client: Client, sandbox: Sandbox) -> None:
    """A cancelled meeting is gone, or stays and says when."""
    meeting = sandbox.lemcal.book()
    sandbox.lemcal.cancel(meeting.id)
    assert client.ask(lambda api: api.meetings()) == []
    sandbox.settings.cancelled_meetings = "canceledAt"
    (read,) = client.ask(lambda api: api.meetings())
    assert read.canceled_at is not None
    assert read.canceled_at.timestamp() == pytest.approx(meeting.canceled_at, abs=0.001)


def test_meeting_types(client: Client, sandbox: Sandbox) -> None:
    """All of them, also the disabled one, and one by its id."""
    types = client.ask(lambda api: api.meeting_types())
    assert [(each.meeting_type_id, each.duration, each.status) for each in types] == [
        ("met_intro", 30, "enabled"),
        ("met_demo", 45, "enabled"),
        ("met_retired", 60, "disabled"),
    ]
    assert client.ask(lambda api: api.meeting_type("met_demo")) == types[1]
    assert sent(sandbox)[1] == ("GET /meetingTypes/{_id}", 200)


@pytest.mark.parametrize("status", [200, 201])
def test_a_hook_from_beginning_to_end(client: Client, sandbox: Sandbox, status: int) -> None:
    """Created, a duplicate, deleted with a 204 that has no body, and not there any more."""
    sandbox.settings.hook_status = status
    by_type = client.ask(lambda api: api.create_hook(HookRequest(TARGET, "met_demo")))
    any_type = client.ask(lambda api: api.create_hook(HookRequest(TARGET, any_meeting_type=True)))
    assert [each.id for each in sandbox.lemcal.hooks] == [by_type.hook_id, any_type.hook_id]
    assert sandbox.journal.entries[0].body == {"targetUrl": TARGET, "meetingTypeId": "met_demo"}
    assert sandbox.journal.entries[1].body == {"targetUrl": TARGET, "anyMeetingType": True}
    with pytest.raises(exceptions.Conflict, match="Duplicate hook"):
        client.ask(lambda api: api.create_hook(HookRequest(TARGET, "met_demo")))
    assert client.ask(lambda api: api.delete_hook(by_type.hook_id)) is Done.DONE
    assert client.ask(lambda api: api.delete_hook(by_type.hook_id)) is Done.NOTHING_TO_DO
    assert [status for _, status in sent(sandbox)][2:] == [409, 204, 404]


@pytest.mark.parametrize("bodies", BODIES)
@pytest.mark.parametrize(
    ("ask", "kind_of_error", "said"),
    [
        (lambda api: api.meeting_type("met_nope"), exceptions.NotFound, "meeting type not found"),
        (
            lambda api: api.create_hook(HookRequest(TARGET, "met_nope")),
            exceptions.NotFound,
            "meeting type not found",
        ),
        (
            lambda api: api.call(api.request("POST", "/hooks", repeat=Repeat.NEVER, json={}), dict),
            exceptions.Rejected,
            "You must provide a targetUrl",
        ),
        (
            lambda api: api.call(
                api.request("POST", "/hooks", repeat=Repeat.NEVER, json={"targetUrl": "x"}), dict
            ),
            exceptions.Rejected,
            "Invalid targetUrl",
        ),
        (
            lambda api: api.call(
                api.request("POST", "/hooks", repeat=Repeat.NEVER, json={"targetUrl": TARGET}), dict
            ),
            exceptions.Rejected,
            "You must provide either a meetingTypeId or anyMeetingType",
        ),
        (
            lambda api: api.call(api.request("GET", "/hooks", repeat=Repeat.ALWAYS), dict),
            exceptions.OperationUnavailable,
            "Method Not Allowed",
        ),
        (
            lambda api: api.call(api.request("GET", "/nope", repeat=Repeat.ALWAYS), dict),
            exceptions.NotFound,
            "Not Found",
        ),
        (
            lambda api: api.call(api.request("POST", "/hooks/", repeat=Repeat.NEVER, json={}), dict),
            exceptions.ApiError,
            "a redirect to the same host",
        ),
    ],
)
def test_documented_errors(
    client: Client, sandbox: Sandbox, bodies: str, ask: Ask, kind_of_error: type[Exception], said: str
) -> None:
    """Each is told in lemcal's words, whatever the shape of the body, after one request."""
    sandbox.settings.error_bodies = bodies
    with pytest.raises(kind_of_error, match=said) as caught:
        client.ask(ask)
    assert type(caught.value) is kind_of_error
    assert str(caught.value).startswith("lemcal answered ")
    assert len(sandbox.journal.entries) == 1


@pytest.mark.parametrize("bodies", BODIES)
def test_hook_refusals_that_are_results(client: Client, sandbox: Sandbox, bodies: str) -> None:
    """A hook that is not there is recognised whatever the shape of the body; 409 is a Conflict."""
    sandbox.settings.error_bodies = bodies
    assert client.ask(lambda api: api.delete_hook("hoo_nope")) is Done.NOTHING_TO_DO
    sandbox.lemcal.add_hook(TARGET, any_meeting_type=True)
    with pytest.raises(exceptions.Conflict, match="Duplicate hook"):
        client.ask(lambda api: api.create_hook(HookRequest(TARGET, any_meeting_type=True)))


@pytest.mark.parametrize("key", [(USER_ID, "wrong"), ("", API_KEY), (API_KEY, USER_ID)])
def test_wrong_credentials(sandbox: Sandbox, kind: str, tmp_path: Path, key: tuple[str, str]) -> None:
    """401 says where the key is found, is not repeated, and does not tell the key."""
    client = Client(sandbox, kind, tmp_path, key)
    with pytest.raises(exceptions.AuthError, match="Integrations in lemcal") as caught:
        client.ask(lambda api: api.meetings())
    assert sent(sandbox) == [("GET /meetings", 401)]
    assert API_KEY not in str(caught.value)


@pytest.mark.parametrize("meeting_type_id", ["..", ".", "", " "])
def test_ids_that_are_none(client: Client, sandbox: Sandbox, meeting_type_id: str) -> None:
    """An id that would name another path is refused before any request."""
    with pytest.raises(exceptions.ConfigurationError, match="meeting_type_id"):
        client.ask(lambda api: api.meeting_type(meeting_type_id))
    assert sandbox.journal.entries == []


def test_ids_are_quoted(client: Client, sandbox: Sandbox) -> None:
    """An id can name nothing but itself."""
    for odd in ("a/b", "a?b=c", "../me", "%2e%2e"):
        with pytest.raises(exceptions.NotFound):
            client.ask(lambda api, odd=odd: api.meeting_type(odd))
    assert not {operation for operation, _ in sent(sandbox)} & {"GET /me", "GET /meetingTypes"}


@pytest.mark.parametrize("form", ["seconds", "http-date", "js-date", "both"])
def test_every_form_of_retry_after(sandbox: Sandbox, tmp_path: Path, form: str) -> None:
    """The worker waits what the 429 said, once, and then the call succeeds."""
    client = Client(sandbox, "requests", tmp_path)
    sandbox.faults.add(Fault("status", operation="me", status=429, retry_after=7, retry_after_form=form))
    assert client.ask(lambda api: api.me()).user_id == USER_ID
    assert 6 <= sum(client.waits) <= 9.5
    assert [status for _, status in sent(sandbox)] == [429, 200]


@pytest.mark.parametrize("form", ["seconds", "http-date", "js-date", "both"])
def test_every_form_in_the_triggerer(sandbox: Sandbox, tmp_path: Path, form: str) -> None:
    """The triggerer reads the same header; aiohttp shows it in another way where it is sent twice."""
    client = Client(sandbox, "aiohttp", tmp_path)
    fault = Fault("status", operation="me", status=429, retry_after=900, retry_after_form=form)
    sandbox.faults.add(fault)
    with pytest.raises(exceptions.RateLimited) as caught:
        client.ask(lambda api: api.me())
    assert caught.value.retry_after == pytest.approx(900, abs=3)


@pytest.mark.parametrize("form", ["seconds", "js-date", "both"])
def test_the_limit_of_the_sandbox(sandbox: Sandbox, tmp_path: Path, form: str) -> None:
    """Another machine has used the key up: the 429 of the limiter itself is waited out."""
    import requests

    sandbox.settings.retry_after_form = form
    for _ in range(20):
        requests.get(f"{sandbox.url}/api/lemcal/me", auth=(USER_ID, API_KEY), timeout=5)
    client = Client(sandbox, "requests", tmp_path)
    # what the client takes for waiting, the sandbox takes for time
    advance, pause = sandbox.clock.advance, client._driver.pause
    client._driver.pause = lambda seconds: (pause(seconds), advance(seconds))[0]
    assert client.ask(lambda api: api.me()).user_id == USER_ID
    assert [status for _, status in sent(sandbox)][20:] == [429, 200]


def test_a_client_alone_is_never_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    """Fifty calls in a row are paced by the client itself."""
    client = Client(sandbox, "requests", tmp_path)
    advance, pause = sandbox.clock.advance, client._driver.pause
    client._driver.pause = lambda seconds: (pause(seconds), advance(seconds))[0]
    for _ in range(50):
        client.ask(lambda api: api.me())
    assert {status for _, status in sent(sandbox)} == {200}
    assert len(client.waits) == 2


@pytest.mark.parametrize("kind_of_fault", ["lost_after", "truncated", "html"])
def test_a_reply_that_is_lost(client: Client, sandbox: Sandbox, kind_of_fault: str) -> None:
    """Reads and deletes are asked again; for a new hook nobody knows, and nothing is repeated."""
    hook = sandbox.lemcal.add_hook(TARGET, any_meeting_type=True)
    assert hook is not None
    for operation in ("meetings", "DELETE /hooks/{id}", "POST /hooks"):
        sandbox.faults.add(Fault(kind_of_fault, operation=operation, system="lemcal", acts=None))
    assert client.ask(lambda api: api.meetings()) == []
    # also where the first attempt did it, and the second finds nothing
    assert client.ask(lambda api: api.delete_hook(hook.id)) is Done.DONE
    with pytest.raises(exceptions.OutcomeUnknown, match="POST /hooks"):
        client.ask(lambda api: api.create_hook(HookRequest(TARGET, "met_demo")))
    assert len(sandbox.journal.calls("POST /hooks")) == 1


# --- the connection


def connect(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, **fields: Any) -> LemcalHook:
    known = json.loads(sandbox.connection_json("lemcal"))
    monkeypatch.setenv("AIRFLOW_CONN_LEMCAL_DEFAULT", json.dumps({**known, **fields}))
    return LemcalHook()


@pytest.mark.parametrize(
    "fields",
    [
        {"host": "http://api.lemcal.com/api/lemcal"},
        {"host": "api.lemcal.com", "schema": "http"},
        {"host": "http://api.lemcal.com", "extra": json.dumps({"allow_http": True})},
        {"host": "http://127.0.0.1.example.com"},
    ],
)
def test_http_is_refused(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, fields: dict[str, Any]) -> None:
    """lemcal's own documentation writes http://, which would show the key to the network."""
    worked, message = connect(monkeypatch, sandbox, **fields).test_connection()
    assert not worked
    assert "use https" in message
    assert "allow_http" not in message
    assert API_KEY not in message


def test_the_vendors_address_is_https(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    """Without a host, or with its bare name, it is lemcal itself, by https."""
    for fields in ({"host": None}, {"host": "api.lemcal.com"}, {"host": "https://api.lemcal.com/"}):
        hook = connect(monkeypatch, sandbox, **fields, port=None, schema=None)
        assert hook.settings.base_url == "https://api.lemcal.com/api/lemcal"


def test_the_test_button(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    """It says whose key it is, or which field to change."""
    assert connect(monkeypatch, sandbox).test_connection() == (True, f"The key belongs to user {USER_ID}.")
    worked, message = connect(monkeypatch, sandbox, password="wrong").test_connection()
    assert (worked, "API key (password)" in message) == (False, True)
    worked, message = connect(monkeypatch, sandbox, login="").test_connection()
    assert (worked, "login (user id) is empty" in message) == (False, True)
