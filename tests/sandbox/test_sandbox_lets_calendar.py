"""The sandbox's Let's Calendar answers as the vendor documents it."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from airflow_provider_calendars.sandbox import Sandbox, Settings

CAMPAIGN = {
    "title": "Spring Webinar",
    "subject": "Join us",
    "event_type": "online",
    "sender_email_id": 123,
    "start_date": "2027-05-15",
    "start_time": "14:00",
    "end_date": "2027-05-15",
    "end_time": "15:00",
    "timezone": "America/New_York",
    "description": "New products",
    "email_content": "<p>Join us</p>",
}
KEYS = {"client_key": "lc_sandbox", "secret_key": "sandbox-secret"}
JSON_ONLY = {"Accept": "application/json"}


class Client:
    """A client of the sandbox's Let's Calendar, with a token."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.base = f"{sandbox.url}/api/lc"
        self.session = requests.Session()
        self.session.headers.update(JSON_ONLY)
        token = self.post("access_token", **KEYS).json()["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"

    def post(self, path: str, **body: Any) -> requests.Response:
        return self.session.post(f"{self.base}/{path}", json=body, timeout=5)

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.session.get(f"{self.base}/{path}", params=query, timeout=5)

    def upload(self, campaign_id: str, name: str, content: bytes, **fields: str) -> requests.Response:
        data = {"campaign_id": campaign_id, **fields}
        return self.session.post(
            f"{self.base}/upload-contacts", data=data, files={"file": (name, content)}, timeout=5
        )

    def summary(self, campaign_id: str) -> dict[str, Any]:
        return self.get(f"campaign/{campaign_id}/attendees").json()["summary"]


class StoppedClock:
    """A clock that stands still until the sandbox is told to advance."""

    def __call__(self) -> float:
        return 1_800_000_000.0


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(clock=StoppedClock()) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    return Client(sandbox)


@pytest.fixture
def campaign_id(client: Client) -> str:
    return client.post("create-campaign", **CAMPAIGN).json()["campaign"]["id"]


def add(client: Client, campaign_id: str, *emails: str) -> dict[str, Any]:
    contacts = [{"firstname": "Ava", "email": email} for email in emails]
    return client.post("add-contacts", campaign_id=campaign_id, contacts=contacts).json()


@pytest.mark.parametrize(
    ("keys", "status", "body"),
    [
        ({"secret_key": "x"}, 400, {"client_key": ["Valid Client Key is required"]}),
        ({**KEYS, "secret_key": "wrong"}, 401, {"error": "Unauthorized"}),
        ({**KEYS, "client_key": "lc_expired"}, 401, {"error": "API key secret has expired"}),
        ({**KEYS, "client_key": "lc_inactive"}, 401, {"error": "API key is inactive"}),
        ({**KEYS, "client_key": "lc_no_user"}, 404, {"error": "User not found"}),
    ],
)
def test_keys_that_are_refused(sandbox: Sandbox, keys: dict[str, str], status: int, body: Any) -> None:
    """Each documented refusal of a pair of keys can be had."""
    answer = requests.post(f"{sandbox.url}/api/lc/access_token", json=keys, headers=JSON_ONLY, timeout=5)
    assert (answer.status_code, answer.json()) == (status, body)


def test_token_is_at_the_top_or_under_data(sandbox: Sandbox, client: Client) -> None:
    """The token is at the top level, or under `data` if the setting says so."""
    flat = client.post("access_token", **KEYS).json()
    assert flat["token_type"] == "Bearer"
    assert flat["expires_in"] == 172800
    assert "|" in flat["access_token"]
    sandbox.settings.token_in_data = True
    wrapped = client.post("access_token", **KEYS).json()
    assert "access_token" not in wrapped
    assert wrapped["data"]["access_token"]


def test_token_expires(sandbox: Sandbox, client: Client) -> None:
    """A token is good for 48 hours and not longer."""
    sandbox.clock.advance(172799)
    assert client.get("campaigns").status_code == 200
    sandbox.clock.advance(1)
    answer = client.get("campaigns")
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthenticated."})


@pytest.mark.parametrize(("ends_older", "status"), [(False, 200), (True, 401)])
def test_new_token_and_the_older_ones(
    sandbox: Sandbox, client: Client, ends_older: bool, status: int
) -> None:
    """A new token leaves the older ones valid, unless the setting says otherwise."""
    sandbox.settings.new_token_ends_older = ends_older
    client.post("access_token", **KEYS)
    assert client.get("campaigns").status_code == status


def test_browser_without_token_is_sent_to_the_login_page(sandbox: Sandbox) -> None:
    """Who does not ask for JSON and has no token is redirected to an HTML page."""
    answer = requests.get(f"{sandbox.url}/api/lc/campaigns", allow_redirects=False, timeout=5)
    assert answer.status_code == 302
    page = requests.get(answer.headers["Location"], timeout=5)
    assert page.headers["Content-Type"].startswith("text/html")


def test_timezones_need_no_token(sandbox: Sandbox) -> None:
    """The list of time zones is open to everybody and holds IANA names."""
    answer = requests.get(f"{sandbox.url}/api/lc/timezone-list", timeout=5)
    assert {"America/New_York", "Europe/London", "UTC"} <= set(answer.json()["timezones"])


def test_unknown_routes_and_methods(client: Client) -> None:
    """Paths and methods that do not exist are answered as Laravel does."""
    unknown = client.get("x")
    assert (unknown.status_code, unknown.json()) == (
        404,
        {"message": "The route api/lc/x could not be found."},
    )
    wrong = client.get("send-invite")
    expected = "The GET method is not supported for route api/lc/send-invite. Supported methods: POST."
    assert (wrong.status_code, wrong.json()) == (405, {"message": expected})


def test_campaign_is_created_as_often_as_it_is_asked_for(sandbox: Sandbox, client: Client) -> None:
    """Creating answers 201 with an opaque id, and the same request creates a second campaign."""
    answer = client.post("create-campaign", **CAMPAIGN)
    assert answer.status_code == 201
    assert answer.json()["message"] == "Campaign created successfully"
    campaign = answer.json()["campaign"]
    assert len(campaign.pop("id")) == 20
    assert campaign == {
        "title": "Spring Webinar",
        "start_datetime": "2027-05-15 14:00:00",
        "end_datetime": "2027-05-15 15:00:00",
        "timezone": "America/New_York",
    }
    client.post("create-campaign", **CAMPAIGN)
    assert len(sandbox.lets_calendar.campaigns) == 2


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("title", "", "The title field is required."),
        ("sender_email_id", 9, "The selected sender email id is invalid."),
        ("event_type", "hybrid", "The selected event type is invalid."),
        ("start_date", "15/05/2027", "The start date field must match the format Y-m-d."),
        ("start_date", "2027-02-30", "The start date field must match the format Y-m-d."),
        ("end_time", "3 pm", "The end time field must match the format H:i."),
        ("end_time", "14:00", None),
        ("timezone", "EST5EDT", "The timezone field must be a valid timezone."),
        ("timezone", "Mars/Base", "The timezone field must be a valid timezone."),
    ],
)
def test_campaign_that_is_refused(client: Client, field: str, value: Any, text: str | None) -> None:
    """A wrong field of a campaign is named in a 400, under `error`."""
    answer = client.post("create-campaign", **{**CAMPAIGN, field: value})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error == {field: [text]} if text else "end_date" in error


def test_body_that_is_not_declared_as_json_counts_as_empty(client: Client) -> None:
    """Without a JSON content type no field arrives."""
    answer = client.session.post(f"{client.base}/send-invite", data=b'{"campaign_id": "x"}', timeout=5)
    assert answer.json() == {"error": {"campaign_id": ["The campaign_id field is required."]}}


def test_last_page_lies_but_the_addresses_do_not() -> None:
    """With 39 campaigns `last_page` is 20 while the addresses end at page 3, as documented."""
    with Sandbox(seed_campaigns=39) as sandbox:
        client = Client(sandbox)
        first = client.get("campaigns").json()["campaigns"]
        assert (first["total"], first["per_page"], first["last_page"]) == (39, 15, 20)
        assert first["last_page_url"].endswith("page=3")
        assert first["next_page_url"] == f"{client.base}/campaigns?page=2"
        assert first["prev_page_url"] is None
        third = client.get("campaigns", page=3).json()["campaigns"]
        assert (third["next_page_url"], len(third["data"]), third["to"]) == (None, 9, 39)
        assert third["data"][-1]["title"] == "Seed campaign 1"
        fourth = client.get("campaigns", page=4).json()["campaigns"]
        assert (fourth["data"], fourth["from"], fourth["next_page_url"]) == ([], None, None)


def test_past_campaigns_can_be_hidden(sandbox: Sandbox, client: Client, campaign_id: str) -> None:
    """A campaign that has ended stays in the list, unless the setting says otherwise."""
    sandbox.clock.advance(365 * 24 * 3600)
    client = Client(sandbox)
    assert client.get("campaigns").json()["campaigns"]["total"] == 1
    sandbox.settings.hide_past_campaigns = True
    assert client.get("campaigns").json()["campaigns"]["total"] == 0


def test_campaign_is_shown_and_replaced(client: Client, campaign_id: str) -> None:
    """The details use other names than create, and PUT replaces all fields."""
    shown = client.get(f"campaign/{campaign_id}/edit").json()
    assert shown["campaign"]["campaign_name"] == "Spring Webinar"
    assert shown["campaign"]["campaign_content"] == "<p>Join us</p>"
    assert [one["id"] for one in shown["sender_emails"]] == [123, 124]
    changed = {**CAMPAIGN, "title": "Summer Webinar"}
    address = f"{client.base}/campaign/{campaign_id}"
    assert client.session.put(address, json=changed, timeout=5).json()["campaign"]["id"] == campaign_id
    assert client.get(f"campaign/{campaign_id}/edit").json()["campaign"]["campaign_name"] == "Summer Webinar"
    assert client.session.put(address, json={"title": "x"}, timeout=5).status_code == 400


def test_operations_that_an_account_may_lack(sandbox: Sandbox, client: Client, campaign_id: str) -> None:
    """The four operations outside the public documentation can be made to not exist."""
    sandbox.settings.missing_operations = True
    for path in ("attendees", "edit", "export-contacts"):
        answer = client.get(f"campaign/{campaign_id}/{path}")
        assert answer.status_code == 404
        assert "could not be found" in answer.json()["message"]
    put = client.session.put(f"{client.base}/campaign/{campaign_id}", json=CAMPAIGN, timeout=5)
    assert put.status_code == 405
    assert client.get("campaigns").status_code == 200


def test_no_senders_is_a_404(sandbox: Sandbox, client: Client) -> None:
    """An account without senders gets a 404 instead of an empty list."""
    assert len(client.get("sender-emails").json()["sender_emails"]) == 2
    sandbox.settings.senders = 0
    answer = client.get("sender-emails")
    assert (answer.status_code, answer.json()) == (404, {"error": "No sender emails found"})


@pytest.mark.parametrize("path", ["send-invite", "update-invite", "stop-campaign", "cancel-scheduled-invite"])
def test_unknown_and_missing_campaign(client: Client, path: str) -> None:
    """A campaign that does not exist is a 404, one that is not named a 400."""
    unknown = client.post(path, campaign_id="nope")
    assert (unknown.status_code, unknown.json()) == (404, {"error": "Campaign not found"})
    missing = client.post(path)
    assert missing.status_code == 400
    assert missing.json() == {"error": {"campaign_id": ["The campaign_id field is required."]}}


@pytest.mark.parametrize(
    ("choice", "status", "people"), [("add", 200, 2), ("existing", 200, 1), ("reject", 400, 1)]
)
def test_single_contact_that_is_there_already(
    sandbox: Sandbox, client: Client, campaign_id: str, choice: str, status: int, people: int
) -> None:
    """The same person added twice is there twice by default; the setting can say otherwise."""
    sandbox.settings.single_contact_duplicates = choice
    person = {"campaign_id": campaign_id, "firstname": "Ava", "email": "ava@example.com"}
    first = client.post("add-single-contact", **person).json()
    second = client.post("add-single-contact", **{**person, "email": "AVA@example.com"})
    assert second.status_code == status
    assert (second.json().get("contact_id") == first["contact_id"]) == (choice == "existing")
    assert client.summary(campaign_id)["total_contacts"] == people


def test_single_contact_that_is_refused(client: Client, campaign_id: str) -> None:
    """A missing field is a map, a bad address a plain text."""
    missing = client.post("add-single-contact", firstname="Ava", email="ava@example.com")
    assert missing.json() == {"error": {"campaign_id": ["The campaign_id field is required."]}}
    long = client.post(
        "add-single-contact", campaign_id=campaign_id, firstname="A" * 151, email="a@example.com"
    )
    text = "The firstname field must not be greater than 150 characters."
    assert long.json() == {"error": {"firstname": [text]}}
    bad = client.post("add-single-contact", campaign_id=campaign_id, firstname="Ava", email="ava")
    assert (bad.status_code, bad.json()) == (400, {"error": "The email address format is invalid"})


def test_contacts_are_added_in_part(client: Client, campaign_id: str) -> None:
    """Invalid and duplicate contacts are reported inside a 200, by their 0-based index."""
    answer = add(client, campaign_id, "a@example.com", "nonsense", "A@example.com", "b@example.com")
    assert answer == {
        "message": "2 contacts added successfully",
        "valid_count": 2,
        "invalid_count": 1,
        "duplicate_count": 1,
        "invalid_contacts": [
            {
                "index": 1,
                "data": {"firstname": "Ava", "email": "nonsense"},
                "errors": ["The email address format is invalid"],
            }
        ],
        "duplicate_emails": ["A@example.com"],
    }


def test_contacts_that_are_all_refused(client: Client, campaign_id: str) -> None:
    """If no contact is valid, or they are no objects, the answer is a 400."""
    contacts = [{"firstname": "Ava", "email": "nonsense"}]
    bad = client.post("add-contacts", campaign_id=campaign_id, contacts=contacts)
    assert (bad.status_code, bad.json()) == (400, {"error": "The email address format is invalid"})
    for wrong in ([], "text", [["firstname", "Ava"]]):
        assert client.post("add-contacts", campaign_id=campaign_id, contacts=wrong).status_code == 400


def test_uploaded_file_comes_in_over_time(sandbox: Sandbox, client: Client, campaign_id: str) -> None:
    """The rows of a file come in one after the other; bad rows and duplicates are dropped silently."""
    people = ("Ava,Chen,a@example.com", "Bad,,nonsense", "Bo,,b@example.com", "Cy,,A@example.com")
    content = "\n".join(("firstname,lastname,email", *people)).encode()
    answer = client.upload(campaign_id, "people.csv", content)
    assert answer.json()["message"].startswith("File upload received.")
    assert client.summary(campaign_id)["total_contacts"] == 0
    sandbox.clock.advance(0.5)
    assert client.summary(campaign_id)["total_contacts"] == 1
    sandbox.clock.advance(0.5)
    assert client.summary(campaign_id)["total_contacts"] == 2
    imported = client.get(f"campaign/{campaign_id}/attendees", source="import").json()["attendees"]
    assert [one["name"] for one in imported["data"]] == ["Ava Chen", "Bo"]


@pytest.mark.parametrize(("allow", "people"), [("", 1), ("0", 1), ("1", 2)])
def test_second_upload_of_the_same_file(
    sandbox: Sandbox, client: Client, campaign_id: str, allow: str, people: int
) -> None:
    """A second import of the same people is absorbed unless duplicates are allowed."""
    for _ in range(2):
        client.upload(campaign_id, "people.csv", b"Ava,,a@example.com\n", allow_duplicates=allow)
    sandbox.clock.advance(1)
    assert client.summary(campaign_id)["total_contacts"] == people


def test_uploads_that_are_refused(client: Client, campaign_id: str) -> None:
    """Missing fields, the words "true" and "false", and other kinds of files are refused."""
    empty = client.session.post(f"{client.base}/upload-contacts", data={"x": "y"}, timeout=5)
    assert empty.json()["error"] == {
        "campaign_id": ["The campaign id field is required."],
        "file": ["The file field is required."],
    }
    word = client.upload(campaign_id, "people.csv", b"", allow_duplicates="true")
    assert "allow_duplicates" in word.json()["error"]
    for name in ("people.pdf", "people.xls", "people.xlsx"):
        wrong = client.upload(campaign_id, name, b"nothing readable")
        assert wrong.status_code == 400
        assert wrong.json() == {"error": "File must be a CSV or Excel document (xlsx, xls, csv)"}


def test_workbook_is_imported(sandbox: Sandbox, client: Client, campaign_id: str) -> None:
    """An xlsx file without a header row is read in the documented order of columns."""
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    book.active.append(["Ava", "Chen", "a@example.com", "https://example.com/join", "ava", "secret"])
    content = io.BytesIO()
    book.save(content)
    client.upload(campaign_id, "people.xlsx", content.getvalue())
    sandbox.clock.advance(1)
    person = client.get(f"campaign/{campaign_id}/attendees").json()["attendees"]["data"][0]
    assert (person["name"], person["password"], person["login_url"]) == (
        "Ava Chen",
        "secret",
        "https://example.com/join",
    )


def test_attendees_are_paged_and_filtered(sandbox: Sandbox, client: Client, campaign_id: str) -> None:
    """Attendees come 50 a page or as many as asked for, filtered; their next page forgets the filters."""
    add(client, campaign_id, *(f"p{n}@example.com" for n in range(60)))
    path = f"campaign/{campaign_id}/attendees"
    page = client.get(path).json()["attendees"]
    assert (page["per_page"], len(page["data"]), page["total"], page["last_page"]) == (50, 50, 60, 2)
    small = client.get(path, per_page=7, status="N").json()["attendees"]
    assert len(small["data"]) == 7
    assert small["next_page_url"].endswith("attendees?page=2")
    today = small["data"][0]["registered_at"][:10]
    assert client.get(path, registered_from=today, registered_to=today).json()["attendees"]["total"] == 60
    assert client.get(path, registered_from="2030-01-01").json()["attendees"]["total"] == 0
    assert client.get(path, status="S").json()["attendees"]["total"] == 0
    for wrong in ({"per_page": 101}, {"status": "X"}, {"source": "fax"}, {"registered_to": "today"}):
        assert client.get(path, **wrong).status_code == 400


def test_contacts_are_exported(client: Client, campaign_id: str) -> None:
    """The export is a CSV file that is served without a token."""
    add(client, campaign_id, "a@example.com")
    answer = client.get(f"campaign/{campaign_id}/export-contacts").json()
    assert answer["total_contacts"] == 1
    text = requests.get(answer["download_url"], timeout=5).text
    assert [row["email"] for row in csv.DictReader(io.StringIO(text))] == ["a@example.com"]
    assert requests.get(f"{answer['download_url']}x", timeout=5).status_code == 404


def test_rate_limit(sandbox: Sandbox, client: Client) -> None:
    """Every answer tells what is left; one request too many is a 429 that tells when to come back."""
    sandbox.settings.rate_limit = (2, 60)
    left = [client.get("campaigns").headers["X-RateLimit-Remaining"] for _ in range(2)]
    assert left == ["1", "0"]
    refused = client.get("campaigns")
    assert (refused.status_code, refused.json()) == (429, {"message": "Too Many Attempts."})
    assert (refused.headers["Retry-After"], refused.headers["X-RateLimit-Limit"]) == ("60", "2")
    assert 55 < int(refused.headers["X-RateLimit-Reset"]) - time.time() <= 61
    sandbox.clock.advance(60)
    assert client.get("campaigns").status_code == 200


def test_settings_are_checked() -> None:
    """A setting that does not exist or a value that makes no sense is refused, naming both."""
    settings = Settings()
    with pytest.raises(AttributeError, match="unknown setting 'send_second'"):
        settings.send_second = 1  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="'second_schedule' must be one of adds, replaces"):
        settings.second_schedule = "twice"
    with pytest.raises(ValueError, match="rate_limit"):
        settings.update({"token_seconds": 5, "rate_limit": [0, 1]})
    assert settings.token_seconds == 172800
