"""All 18 operations over real HTTP, from the worker and from the triggerer, and each documented error.

https://panel.letscalendar.com/docs
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from airflow_provider_calendars import exceptions
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.api.drivers import Driver, Timeouts
from airflow_provider_calendars.api.flow import Flow, Upload
from airflow_provider_calendars.api.lets_calendar import LetsCalendarApi
from airflow_provider_calendars.api.lets_calendar.people import AttendeeFilter, Contact
from airflow_provider_calendars.api.lets_calendar.records import CampaignContent
from airflow_provider_calendars.api.policy import Retries
from airflow_provider_calendars.sandbox import Fault, Sandbox

CONTENT = CampaignContent(
    title="Spring Webinar",
    subject="Join us",
    event_type="offline",
    sender_email_id=123,
    start_date="2037-05-15",
    start_time="14:00",
    end_date="2037-05-15",
    end_time="15:00",
    timezone="America/New_York",
    description="New products",
    email_content="<p>Join us</p>",
    login_url="https://zoom.example/j/1",
)
JANE = Contact("jane@example.com", "Jane", "Doe", "https://join.example/1", "jane", "join-password")
JOHN = Contact("john@example.com", "John")
QUICK = Retries(attempts=2, first_delay=0.01, jitter=lambda: 0.0)

Ask = Callable[[LetsCalendarApi], Flow[Any]]


class Tokens:
    """Remembers tokens without Airflow, whose masking gets slower with every secret it has seen."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def recall(self, key: str, *, fresh: bool) -> str | None:
        return self._texts.get(key)

    def remember(self, key: str, value: str) -> None:
        self._texts[key] = value


class StoppedClock:
    """A clock that stands still until the sandbox is told to advance."""

    def __call__(self) -> float:
        return 1_800_000_000.0


class Client:
    """The API, asked by one of the drivers."""

    def __init__(
        self, sandbox: Sandbox, driver: str, key: str = "lc_sandbox", secret: str = "sandbox-secret"
    ):
        self.sandbox = sandbox
        self.api = LetsCalendarApi(key, secret, base_url=f"{sandbox.url}/api/lc", retries=QUICK)
        self._driver = Driver(Tokens(), Timeouts(5, 5), "tests/1", pause=lambda _: None)
        self._kind = driver

    def ask(self, ask: Ask) -> Any:
        flow = ask(self.api)
        return (
            self._driver.run(flow) if self._kind == "requests" else asyncio.run(self._driver.run_async(flow))
        )


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(clock=StoppedClock()) as running:
        yield running


@pytest.fixture(params=["requests", "aiohttp"])
def client(request: pytest.FixtureRequest, sandbox: Sandbox) -> Client:
    return Client(sandbox, request.param)


@pytest.fixture
def campaign_id(client: Client) -> str:
    created: str = client.ask(lambda api: api.create_campaign(CONTENT)).campaign_id
    return created


def schedule(campaign_id: str, date: str = "2037-05-01", zone: str = "Europe/Berlin") -> Ask:
    return lambda api: api.schedule_invites(
        campaign_id, schedule_date=date, schedule_time="19:00", timezone=zone
    )


@pytest.mark.parametrize("nested", [False, True])
def test_access_token(client: Client, nested: bool) -> None:
    """POST /access_token: both shapes of the token open the API, once for several calls."""
    client.sandbox.settings.token_in_data = nested
    client.ask(lambda api: api.list_senders())
    client.ask(lambda api: api.list_senders())
    assert len(client.sandbox.journal.calls("access_token")) == 1
    assert all(entry.headers["accept"] == "application/json" for entry in client.sandbox.journal.entries)


@pytest.mark.parametrize(
    ("key", "secret", "kind", "said"),
    [
        ("lc_sandbox", "wrong", exceptions.AuthError, "Check the client key"),
        ("lc_expired", "sandbox-secret", exceptions.AuthError, "has expired"),
        ("lc_inactive", "sandbox-secret", exceptions.AuthError, "inactive"),
        ("lc_no_user", "sandbox-secret", exceptions.AuthError, "User not found"),
        ("", "sandbox-secret", exceptions.Rejected, "Valid Client Key is required"),
    ],
)
@pytest.mark.parametrize("driver", ["requests", "aiohttp"])
def test_access_token_refused(
    sandbox: Sandbox, driver: str, key: str, secret: str, kind: type[Exception], said: str
) -> None:
    """POST /access_token: each refusal is told apart, and asked for once."""
    with pytest.raises(kind, match=said):
        Client(sandbox, driver, key, secret).ask(lambda api: api.list_campaigns())
    assert len(sandbox.journal.entries) == 1


def test_timezone_list(client: Client) -> None:
    """GET /timezone-list: the names come, without a login."""
    assert "Europe/Berlin" in client.ask(lambda api: api.list_timezones())
    assert [entry.authorized for entry in client.sandbox.journal.entries] == [False]


def test_sender_emails(client: Client) -> None:
    """GET /sender-emails: the mailboxes come; none is an empty list."""
    senders = client.ask(lambda api: api.list_senders())
    assert [sender.sender_email_id for sender in senders] == [123, 124]
    client.sandbox.settings.senders = 0
    assert client.ask(lambda api: api.list_senders()) == []


def test_create_campaign(client: Client) -> None:
    """POST /create-campaign: the campaign is there with its content."""
    saved = client.ask(lambda api: api.create_campaign(CONTENT))
    assert (saved.title, saved.start_datetime) == ("Spring Webinar", CONTENT.start_datetime)
    made = client.sandbox.lets_calendar.campaign(saved.campaign_id)
    assert made is not None
    assert (made.subject, made.timezone, made.login_url) == ("Join us", "America/New_York", CONTENT.login_url)


def test_create_campaign_refused(client: Client) -> None:
    """POST /create-campaign: the vendor's words come field by field."""
    with pytest.raises(exceptions.Rejected) as caught:
        client.ask(lambda api: api.create_campaign(replace(CONTENT, sender_email_id=9)))
    assert caught.value.fields == {"sender_email_id": ["The selected sender email id is invalid."]}


def test_campaigns(client: Client) -> None:
    """GET /campaigns: all pages are read, although `last_page` lies."""
    for number in range(31):
        client.sandbox.lets_calendar.add_campaign(title=f"Campaign {number}")
    found = client.ask(lambda api: api.list_campaigns())
    assert len({each.campaign_id for each in found}) == len(found) == 31
    assert [entry.query["page"] for entry in client.sandbox.journal.calls("campaigns")] == ["1", "2", "3"]


def test_campaign_edit(client: Client, campaign_id: str) -> None:
    """GET /campaign/{id}/edit: the content comes, and its fingerprint follows it."""
    details = client.ask(lambda api: api.get_campaign(campaign_id))
    assert (details.campaign_id, details.title) == (campaign_id, "Spring Webinar")
    assert details.starts_at.isoformat() == "2037-05-15T18:00:00+00:00"
    assert client.ask(lambda api: api.get_campaign(campaign_id)).fingerprint() == details.fingerprint()


def test_update_campaign(client: Client, campaign_id: str) -> None:
    """PUT /campaign/{id}: the whole content is replaced; what is wrong is refused."""
    before = client.ask(lambda api: api.get_campaign(campaign_id)).fingerprint()
    client.ask(lambda api: api.update_campaign(campaign_id, replace(CONTENT, subject="New", login_url=None)))
    made = client.sandbox.lets_calendar.campaign(campaign_id)
    assert made is not None
    assert (made.subject, made.login_url) == ("New", "")
    assert client.ask(lambda api: api.get_campaign(campaign_id)).fingerprint() != before
    with pytest.raises(exceptions.Rejected):
        client.ask(lambda api: api.update_campaign(campaign_id, replace(CONTENT, sender_email_id=9)))


@pytest.mark.parametrize("enabled", [True, False])
def test_toggle_automation(client: Client, campaign_id: str, enabled: bool) -> None:
    """POST /toggle-automation: the state asked for is the state."""
    assert client.ask(lambda api: api.toggle_automation(campaign_id, enabled=enabled)) is enabled
    made = client.sandbox.lets_calendar.campaign(campaign_id)
    assert made is not None
    assert made.automation is enabled


def test_add_single_contact(client: Client, campaign_id: str) -> None:
    """POST /add-single-contact: the person is there with all fields; a bad address is told without it."""
    contact_id = client.ask(lambda api: api.add_contact(campaign_id, JANE))
    (attendee,) = client.ask(lambda api: api.list_attendees(campaign_id))
    assert (attendee.attendee_id, attendee.email) == (str(contact_id), "jane@example.com")
    assert (attendee.username, attendee.login_url) == ("jane", "https://join.example/1")
    with pytest.raises(exceptions.Rejected) as caught:
        client.ask(lambda api: api.add_contact(campaign_id, Contact("bad-address-of-jane", "Jane")))
    assert "bad-address" not in str(caught.value)


def test_add_contacts(client: Client, campaign_id: str) -> None:
    """POST /add-contacts: added, duplicate and refused contacts are told apart inside a 200."""
    client.ask(lambda api: api.add_contacts(campaign_id, [JANE]))
    batch = [JANE, Contact("nonsense", "X"), JOHN]
    found = client.ask(lambda api: api.add_contacts(campaign_id, batch))
    assert (found.valid_count, found.duplicate_count) == (1, 1)
    assert [each.index for each in found.invalid] == [1]
    with pytest.raises(exceptions.Rejected):
        client.ask(lambda api: api.add_contacts(campaign_id, [Contact("nonsense", "X")]))


@pytest.mark.parametrize(("allow", "attendees"), [(False, 2), (True, 4)])
def test_upload_contacts(client: Client, campaign_id: str, allow: bool, attendees: int) -> None:
    """POST /upload-contacts: the file arrives, and duplicates come in only where they are allowed."""
    file = Upload("c.csv", b"firstname,email\nJane,jane@example.com\nJohn,john@example.com\n", "text/csv")
    for _ in range(2):
        assert client.ask(lambda api: api.upload_contacts(campaign_id, file, allow_duplicates=allow))
        client.sandbox.clock.advance(60)
    summary = client.ask(lambda api: api.attendee_summary(campaign_id, "import"))
    assert (summary.total, summary.listed) == (attendees, attendees)


def test_upload_contacts_refused(client: Client, campaign_id: str) -> None:
    """POST /upload-contacts: a file of another kind is refused with the vendor's words."""
    with pytest.raises(exceptions.Rejected, match="CSV or Excel"):
        client.ask(lambda api: api.upload_contacts(campaign_id, Upload("c.pdf", b"%PDF", "application/pdf")))


def test_attendees(client: Client, campaign_id: str) -> None:
    """GET /campaign/{id}/attendees: all pages, under a filter, without passwords."""
    people = [Contact(f"p{n}@example.com", "P", password="join-password") for n in range(120)]
    client.ask(lambda api: api.add_contacts(campaign_id, people))
    found = client.ask(lambda api: api.list_attendees(campaign_id))
    assert len({each.email for each in found}) == 120
    client.sandbox.lets_calendar.set_status(campaign_id, "p7@example.com", "U")
    (gone,) = client.ask(
        lambda api: api.list_attendees(campaign_id, AttendeeFilter(status="U", source="api"))
    )
    assert gone.email == "p7@example.com"
    assert "join-password" not in repr([gone.username, gone.status_label, gone])
    summary = client.ask(lambda api: api.attendee_summary(campaign_id, "import"))
    assert (summary.total, summary.new, summary.unsubscribed, summary.listed) == (120, 119, 1, 0)
    with pytest.raises(exceptions.Rejected):
        client.ask(lambda api: api.list_attendees(campaign_id, AttendeeFilter(source="nowhere")))


def test_export_contacts(client: Client, campaign_id: str) -> None:
    """GET /campaign/{id}/export-contacts: an address of a file comes and is not shown."""
    client.ask(lambda api: api.add_contact(campaign_id, JANE))
    export = client.ask(lambda api: api.export_contacts(campaign_id))
    assert export.total_contacts == 1
    assert export.download_url.startswith(client.sandbox.url)
    assert export.download_url not in repr(export)


def test_send_and_update_invites(client: Client, campaign_id: str) -> None:
    """POST /send-invite and /update-invite: each mails its people, and says when there are none."""
    assert client.ask(lambda api: api.update_invites(campaign_id)) is Done.NOTHING_TO_DO
    assert client.ask(lambda api: api.send_invites(campaign_id)) is Done.NOTHING_TO_DO
    client.ask(lambda api: api.add_contacts(campaign_id, [JANE, JOHN]))
    assert (
        client.ask(lambda api: api.send_invites(campaign_id, {"ids": [1], "campaign_id": "x"})) is Done.DONE
    )
    client.sandbox.clock.advance(60)
    assert client.ask(lambda api: api.send_invites(campaign_id)) is Done.NOTHING_TO_DO
    assert client.ask(lambda api: api.update_invites(campaign_id)) is Done.DONE
    client.sandbox.clock.advance(60)
    kinds = [delivery.kind for delivery in client.sandbox.lets_calendar.mailbox(campaign_id)]
    assert sorted(kinds) == ["invite", "invite", "update", "update"]
    body = client.sandbox.journal.calls("send-invite")[1].body
    assert body == {"ids": [1], "campaign_id": campaign_id}


def test_schedule_and_cancel(client: Client, campaign_id: str) -> None:
    """POST /schedule-invite and /cancel-scheduled-invite: made, cancelled, and nothing left to cancel."""
    made = client.ask(schedule(campaign_id))
    assert (made.scheduled_time, made.timezone) == ("2037-05-01 17:00:00", "Europe/Berlin")
    assert made.schedule_id
    assert client.ask(lambda api: api.cancel_scheduled_invites(campaign_id)) is Done.DONE
    assert client.ask(lambda api: api.cancel_scheduled_invites(campaign_id)) is Done.NOTHING_TO_DO


@pytest.mark.parametrize(
    ("date", "zone", "said"), [("2020-01-01", "UTC", "future"), ("2037-05-01", "Mars", "zone")]
)
def test_schedule_refused(client: Client, campaign_id: str, date: str, zone: str, said: str) -> None:
    """POST /schedule-invite: a time in the past or an unknown zone is refused with the vendor's words."""
    with pytest.raises(exceptions.Rejected, match=said):
        client.ask(schedule(campaign_id, date, zone))


def test_stop_campaign(client: Client, campaign_id: str) -> None:
    """POST /stop-campaign: a sending stops before anybody gets mail; then there is nothing to stop."""
    assert client.ask(lambda api: api.stop_campaign(campaign_id)) is Done.NOTHING_TO_DO
    client.ask(lambda api: api.add_contacts(campaign_id, [JANE, JOHN]))
    client.ask(lambda api: api.send_invites(campaign_id))
    assert client.ask(lambda api: api.stop_campaign(campaign_id)) is Done.DONE
    client.sandbox.clock.advance(60)
    assert client.sandbox.lets_calendar.mailbox() == []


ON_A_CAMPAIGN: dict[str, Ask] = {
    "edit": lambda api: api.get_campaign("nope"),
    "put": lambda api: api.update_campaign("nope", CONTENT),
    "toggle": lambda api: api.toggle_automation("nope", enabled=True),
    "add-one": lambda api: api.add_contact("nope", JANE),
    "add-many": lambda api: api.add_contacts("nope", [JANE]),
    "upload": lambda api: api.upload_contacts(
        "nope", Upload("c.csv", b"firstname,email\nJ,j@x.com\n", "text/csv")
    ),
    "attendees": lambda api: api.list_attendees("nope"),
    "export": lambda api: api.export_contacts("nope"),
    "send": lambda api: api.send_invites("nope"),
    "update": lambda api: api.update_invites("nope"),
    "schedule": schedule("nope"),
    "cancel": lambda api: api.cancel_scheduled_invites("nope"),
    "stop": lambda api: api.stop_campaign("nope"),
}


@pytest.mark.parametrize("ask", ON_A_CAMPAIGN.values(), ids=ON_A_CAMPAIGN.keys())
def test_an_unknown_campaign(client: Client, ask: Ask) -> None:
    """Every operation on a campaign tells a wrong id by the same error."""
    with pytest.raises(exceptions.NotFound, match="Campaign not found") as caught:
        client.ask(ask)
    assert type(caught.value) is exceptions.NotFound


@pytest.mark.parametrize("name", ["edit", "put", "attendees", "export"])
def test_an_account_without_the_four_operations(client: Client, name: str) -> None:
    """An account that lacks them is told so."""
    client.sandbox.settings.missing_operations = True
    with pytest.raises(exceptions.OperationUnavailable):
        client.ask(ON_A_CAMPAIGN[name])


@pytest.mark.parametrize("ask", ON_A_CAMPAIGN.values(), ids=ON_A_CAMPAIGN.keys())
def test_a_server_error_is_never_a_result(client: Client, ask: Ask) -> None:
    """500 "An error occurred ..." is an unknown outcome where people or campaigns could be doubled."""
    client.ask(lambda api: api.list_senders())
    body = {"error": "An error occurred while processing your request"}
    client.sandbox.faults.add(Fault("status", status=500, body=body, times=None))
    with pytest.raises((exceptions.OutcomeUnknown, exceptions.ServerError)):
        client.ask(ask)
    operation = client.sandbox.journal.entries[-1].operation
    once = "invite", "add-", "create", "upload"
    repeated = "cancel" in operation or not any(word in operation for word in once)
    assert len(client.sandbox.journal.calls(operation)) == (2 if repeated else 1)
