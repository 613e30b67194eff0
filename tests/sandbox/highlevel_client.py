"""A client of the sandbox's HighLevel that knows nothing of the package's own client."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import requests

from airflow_provider_calendars.sandbox import Sandbox

# a Monday, nine o'clock in Berlin
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC).timestamp()
DEMO = "calDemo0000000000001"
PERSONAL = "calGrace000000000001"
GRACE, LINUS = "usrGrace000000000001", "usrLinus000000000001"
ADA, BLAISE = "conAda00000000000001", "conBlaise00000000001"
TAKEN = "The slot you have selected is no longer available."
DAY = 86400
CONTACTS_VERSION = "2021-07-28"


class Client:
    """A client of the sandbox's HighLevel."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.location = sandbox.highlevel.location_id
        self.session = requests.Session()
        token = "pit-5a9db0c0-0000-4000-8000-000000000001"
        self.session.headers.update({"Authorization": f"Bearer {token}", "Version": "2021-04-15"})

    def call(self, method: str, path: str, json: Any = None, **options: Any) -> requests.Response:
        url = f"{self.sandbox.url}/{path}"
        return self.session.request(method, url, json=json, timeout=5, **options)

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.call("GET", path, params={"locationId": self.location, **query})

    def post(self, path: str, **body: Any) -> requests.Response:
        return self.call("POST", path, {"locationId": self.location, **body})

    def put(self, path: str, **body: Any) -> requests.Response:
        return self.call("PUT", path, body)

    def delete(self, path: str) -> requests.Response:
        return self.call("DELETE", path, {})

    def slots(self, calendar: str = DEMO, days: float = 1, start: float = NOW, **query: Any) -> list[str]:
        asked = {"startDate": round(start * 1000), "endDate": round((start + days * DAY) * 1000), **query}
        answer = self.get(f"calendars/{calendar}/free-slots", **asked)
        assert answer.status_code == 200, answer.text
        dates = {name: value for name, value in answer.json().items() if name != "traceId"}
        return [slot for day in dates.values() for slot in day["slots"]]

    def book(self, start: str, calendar: str = DEMO, contact: str = ADA, **more: Any) -> requests.Response:
        body = {"calendarId": calendar, "contactId": contact, "startTime": start, **more}
        return self.post("calendars/events/appointments", **body)

    def change(self, event_id: str, **body: Any) -> requests.Response:
        return self.put(f"calendars/events/appointments/{event_id}", **body)

    def appointment(self, event_id: str) -> dict[str, Any]:
        return self.get(f"calendars/events/appointments/{event_id}").json()["appointment"]

    def search(self, size: int = 100, **body: Any) -> requests.Response:
        return self.post("contacts/search", pageLimit=size, **body)

    def found(self, *filters: Any, **body: Any) -> list[str]:
        answer = self.search(filters=list(filters), **body)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["contacts"]]

    def upsert(self, **body: Any) -> dict[str, Any]:
        answer = self.post("contacts/upsert", **body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def events(self, days: float = 7, **query: Any) -> list[dict[str, Any]]:
        window = {"startTime": round(NOW * 1000), "endTime": round((NOW + days * DAY) * 1000)}
        return self.get("calendars/events", **window, **(query or {"calendarId": DEMO})).json()["events"]


def refused(answer: requests.Response) -> tuple[int, Any]:
    """Return status and message of a refusal, which has a trace id, too."""
    body = answer.json()
    assert body["statusCode"] == answer.status_code
    assert body["traceId"]
    return answer.status_code, body["message"]
