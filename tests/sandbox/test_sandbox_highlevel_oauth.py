"""Tokens of the sandbox's HighLevel: they expire, rotate, get lost and are given out anew."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from airflow_provider_calendars.sandbox import Fault, Sandbox
from tests.sandbox.highlevel_client import ADA, NOW, Client, refused

V3 = {"Version": "v3"}
COMPANY = "comSandbox0000000001"
EXPIRED = (401, "token is expired")
SPENT = (400, "Invalid grant: refresh token is invalid")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(clock=lambda: NOW) as running:
        running.settings.highlevel_rate_limit = None
        yield running


class App:
    """The app as it would be run by somebody: it only knows its secret and the last tokens."""

    def __init__(self, sandbox: Sandbox, user_type: str = "Location", **options: Any) -> None:
        self.sandbox = sandbox
        self.client = Client(sandbox)
        self.tokens = sandbox.highlevel.install(user_type, **options)
        self.secrets = {name: self.tokens[name] for name in ("client_id", "client_secret")}

    def token(self, headers: Any = None, **form: Any) -> requests.Response:
        return requests.post(
            f"{self.sandbox.url}/oauth/token", data={**self.secrets, **form}, headers=headers, timeout=5
        )

    def refresh(self, refresh_token: str | None = None) -> requests.Response:
        token = refresh_token or self.tokens["refresh_token"]
        return self.token(grant_type="refresh_token", refresh_token=token)

    def get(self, path: str, access_token: str | None = None, **query: Any) -> requests.Response:
        token = access_token or self.tokens["access_token"]
        return self.client.call("GET", path, params=query, headers={"Authorization": f"Bearer {token}"})

    def reconnect(self, **body: Any) -> requests.Response:
        keys = {"clientKey": self.secrets["client_id"], "clientSecret": self.secrets["client_secret"]}
        whose = {"locationId": self.client.location}
        return requests.post(
            f"{self.sandbox.url}/oauth/reconnect", json={**keys, **(body or whose)}, timeout=5
        )


@pytest.fixture
def app(sandbox: Sandbox) -> App:
    return App(sandbox)


def test_access_tokens_work_until_they_expire(sandbox: Sandbox, app: App) -> None:
    """An access token reads contacts and calendars for a day; after that only its refusal is different."""
    assert (app.tokens["expires_in"], app.tokens["token_type"]) == (86399, "Bearer")
    assert app.get(f"contacts/{ADA}").json()["contact"]["id"] == ADA
    assert app.get("calendars/", locationId=app.tokens["locationId"]).status_code == 200
    sandbox.clock.advance(86398)
    assert app.get(f"contacts/{ADA}").status_code == 200
    sandbox.clock.advance(1)
    assert refused(app.get(f"contacts/{ADA}")) == EXPIRED
    assert refused(app.get(f"contacts/{ADA}", access_token="eyJother")) == (401, "Invalid JWT")
    sandbox.settings.expired_token_text = "Invalid JWT"
    assert refused(app.get(f"contacts/{ADA}")) == (401, "Invalid JWT")


def test_a_refresh_token_works_once(sandbox: Sandbox, app: App) -> None:
    """A refresh gives a new pair; the old refresh token is dead at once, the old access token is not."""
    fresh = app.refresh().json()
    assert fresh["refresh_token"] != app.tokens["refresh_token"]
    assert app.get(f"contacts/{ADA}", access_token=fresh["access_token"]).status_code == 200
    assert app.get(f"contacts/{ADA}").status_code == 200
    assert refused(app.refresh()) == SPENT
    oauth = sandbox.highlevel.oauth
    assert (oauth.refreshes, oauth.refused_refreshes) == (1, 1)
    assert oauth.refreshes_with(fresh["refresh_token"])
    assert not oauth.refreshes_with(app.tokens["refresh_token"])
    sandbox.settings.refused_grant = 401
    assert refused(app.refresh())[0] == 401


def test_a_race_has_one_winner(sandbox: Sandbox, app: App) -> None:
    """Of many who refresh at once with the same token, one gets the next pair."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: app.refresh(), range(16)))
    winners = [one.json()["refresh_token"] for one in answers if one.status_code == 200]
    assert len(winners) == 1
    oauth = sandbox.highlevel.oauth
    assert (oauth.refreshes, oauth.refused_refreshes) == (1, 15)
    assert oauth.refreshes_with(winners[0])


def test_spent_tokens_of_somebody_else(sandbox: Sandbox, app: App) -> None:
    """A test can let somebody else use up the refresh tokens; access tokens still work."""
    sandbox.highlevel.oauth.spend_refresh_tokens()
    assert refused(app.refresh()) == SPENT
    assert app.get(f"contacts/{ADA}").status_code == 200


def test_a_lost_answer_loses_the_installation(sandbox: Sandbox, app: App) -> None:
    """A refresh whose answer is lost has spent the token, until somebody reconnects."""
    sandbox.faults.add(Fault("lost_after", operation="POST /oauth/token"))
    with pytest.raises(requests.ConnectionError):
        app.refresh()
    assert refused(app.refresh()) == SPENT
    answer = app.reconnect().json()
    assert answer["expiresAt"] == "2026-11-23T08:10:00.000Z"
    assert answer["traceId"]
    fresh = app.token(grant_type="authorization_code", code=answer["authorizationCode"])
    assert app.refresh(fresh.json()["refresh_token"]).status_code == 200


def test_grace_for_used_refresh_tokens(sandbox: Sandbox, app: App) -> None:
    """On demand a used refresh token works for a while, counted from its first use."""
    sandbox.settings.refresh_token_grace = 10
    assert app.refresh().status_code == 200
    sandbox.clock.advance(9)
    assert app.refresh().status_code == 200
    sandbox.clock.advance(1)
    assert refused(app.refresh()) == SPENT


def test_refresh_tokens_grow_old(sandbox: Sandbox, app: App) -> None:
    """A refresh token nobody used is dead after a year."""
    sandbox.clock.advance(365 * 86400)
    assert refused(app.refresh()) == SPENT


def test_short_lives(sandbox: Sandbox) -> None:
    """How long access tokens live is a setting, which the answers tell."""
    sandbox.settings.access_token_seconds = 5.0
    app = App(sandbox)
    assert app.tokens["expires_in"] == 5
    sandbox.clock.advance(5)
    assert refused(app.get(f"contacts/{ADA}")) == EXPIRED


def test_a_refresh_may_end_the_access_token(sandbox: Sandbox, app: App) -> None:
    """On demand a refresh makes the access token before it invalid, for whoever still uses it."""
    sandbox.settings.refresh_ends_access_token = True
    fresh = app.refresh().json()
    assert refused(app.get(f"contacts/{ADA}")) == (401, "Invalid JWT")
    assert app.get(f"contacts/{ADA}", access_token=fresh["access_token"]).status_code == 200


@pytest.mark.parametrize("ends", [True, False])
def test_a_code_works_once_and_not_for_long(sandbox: Sandbox, app: App, ends: bool) -> None:
    """A code gives tokens once; whether older tokens still work then is a setting."""
    sandbox.settings.new_code_ends_older_tokens = ends
    late, code = (app.reconnect().json()["authorizationCode"] for _ in range(2))
    assert app.token(grant_type="authorization_code", code=code).status_code == 200
    again = app.token(grant_type="authorization_code", code=code)
    assert refused(again) == (400, "Invalid grant: authorization code is invalid")
    assert app.get(f"contacts/{ADA}").status_code == (401 if ends else 200)
    assert app.refresh().status_code == (400 if ends else 200)
    sandbox.clock.advance(600)
    assert app.token(grant_type="authorization_code", code=late).status_code == 400


def test_who_may_reconnect(sandbox: Sandbox, app: App) -> None:
    """Only the app may reconnect, and only where it is installed."""
    assert refused(app.reconnect(clientSecret="other", locationId="x"))[0] == 401
    assert refused(app.reconnect(locationId="other"))[0] == 404
    assert refused(app.reconnect(companyId=COMPANY))[0] == 404
    both = {"locationId": app.client.location, "companyId": COMPANY}
    assert [refused(app.reconnect(**body))[0] for body in (both, {"locationId": ""})] == [422, 422]
    sandbox.highlevel.oauth.remove_all()
    assert refused(app.reconnect())[0] == 404
    assert refused(app.refresh()) == SPENT
    assert refused(app.get(f"contacts/{ADA}")) == (401, "Invalid JWT")


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"grant_type": "password"}, 422),
        ({"grant_type": "refresh_token", "username": "x"}, 422),
        ({"grant_type": "refresh_token"}, 400),
        ({"grant_type": "refresh_token", "client_secret": "other"}, 401),
        ({"grant_type": "refresh_token", "client_id": ""}, 422),
        ({"grant_type": "client_credentials"}, 400),
        ({"grant_type": "refresh_token", "user_type": "Nobody"}, 422),
    ],
)
def test_requests_for_tokens_that_are_refused(app: App, form: dict[str, str], status: int) -> None:
    """What makes no sense, or comes from a stranger, gets no token and spends none."""
    assert refused(app.token(**form))[0] == status
    assert app.refresh().status_code == 200


def test_v2_takes_forms_only(sandbox: Sandbox, app: App) -> None:
    """JSON is refused by v2; it spends nothing."""
    body = {**app.secrets, "grant_type": "refresh_token", "refresh_token": app.tokens["refresh_token"]}
    assert refused(requests.post(f"{sandbox.url}/oauth/token", json=body, timeout=5))[0] == 422
    assert app.refresh().status_code == 200


@pytest.mark.parametrize("how", ["json", "data"])
def test_v3(sandbox: Sandbox, app: App, how: str) -> None:
    """v3 writes everything in camel case, takes JSON, too, and words its refusals otherwise."""
    body = {
        "clientId": app.secrets["client_id"],
        "clientSecret": app.secrets["client_secret"],
        "grantType": "refresh_token",
        "refreshToken": app.tokens["refresh_token"],
    }
    first, second = (
        requests.post(f"{sandbox.url}/oauth/token", **{how: body}, headers=V3, timeout=5) for _ in range(2)
    )
    fresh = first.json()
    assert (first.status_code, fresh["expiresIn"], "access_token" in fresh) == (200, 86399, False)
    assert app.get(f"contacts/{ADA}", access_token=fresh["accessToken"]).status_code == 200
    assert second.status_code == 400
    assert second.json()["error"] == {
        "code": 400,
        "status": "INVALID_ARGUMENT",
        "message": "Invalid grant: refresh token is invalid",
    }
    assert app.token(headers=V3, grant_type="refresh_token").status_code == 422


def test_scopes_of_an_installation(sandbox: Sandbox) -> None:
    """A token may do what the app was given; a refresh does not change that."""
    app = App(sandbox, scopes=["contacts.readonly"])
    assert app.tokens["scope"] == "contacts.readonly"
    for token in (app.tokens["access_token"], app.refresh().json()["access_token"]):
        assert app.get(f"contacts/{ADA}", token).status_code == 200
        missing = app.get("calendars/", token, locationId=app.client.location)
        assert refused(missing) == (401, "The token is not authorized for this scope.")


def test_agencies(sandbox: Sandbox, app: App) -> None:
    """The token of an agency lists locations and turns into one of a location, but is none."""
    agency = App(sandbox, "Company")
    whose = {"companyId": COMPANY, "locationId": agency.client.location}
    assert refused(agency.get(f"contacts/{ADA}"))[0] == 403
    listed = agency.get("oauth/installedLocations", companyId=COMPANY, appId="app").json()
    assert ([one["_id"] for one in listed["locations"]], listed["count"]) == ([agency.client.location], 1)
    assert len(agency.get("locations/search").json()["locations"]) == 1
    assert refused(app.get("oauth/installedLocations", companyId=COMPANY, appId="app"))[0] == 403
    assert refused(app.get("locations/search"))[0] == 403
    headers = {"Authorization": f"Bearer {agency.tokens['access_token']}", "Version": "2021-07-28"}
    url = f"{sandbox.url}/oauth/locationToken"
    made = requests.post(url, data=whose, headers=headers, timeout=5).json()
    assert (made["userType"], "refresh_token" in made) == ("Location", False)
    assert agency.get(f"contacts/{ADA}", made["access_token"]).status_code == 200
    assert agency.token(grant_type="client_credentials").json()["userType"] == "Company"
    foreign = requests.post(url, data={**whose, "companyId": "other"}, headers=headers, timeout=5)
    assert refused(foreign)[0] == 403
    assert requests.post(url, data=whose, headers={**headers, **V3}, timeout=5).status_code == 404
    new = requests.post(url.replace("Token", "-token"), json=whose, headers={**headers, **V3}, timeout=5)
    assert app.refresh(new.json()["refreshToken"]).json()["userType"] == "Location"
    listed = agency.client.call(
        "GET",
        "oauth/installed-locations",
        params={"companyId": COMPANY, "appId": "app"},
        headers={**headers, **V3},
    )
    assert len(listed.json()["items"]) == 1


def test_installing_from_another_process(sandbox: Sandbox) -> None:
    """Another process can install the app; no token shows in the state, the journal or the page."""
    tokens = requests.post(f"{sandbox.url}/sandbox/highlevel/install", json={}, timeout=5).json()
    assert tokens["refresh_token"]
    bad = requests.post(f"{sandbox.url}/sandbox/highlevel/install", json={"user_type": "User"}, timeout=5)
    assert "there are Company, Location" in bad.json()["error"]
    state = requests.get(f"{sandbox.url}/sandbox/state", timeout=5).text
    page = requests.get(sandbox.url, timeout=5).text
    journal = requests.get(f"{sandbox.url}/sandbox/journal", timeout=5).text
    for secret in ("refresh_token", "access_token"):
        assert all(tokens[secret] not in shown for shown in (state, page, journal))
    assert '"installations":' in state


def test_reset(sandbox: Sandbox, app: App) -> None:
    """A reset uninstalls the app and counts anew."""
    app.refresh()
    sandbox.reset()
    assert refused(app.refresh()) == SPENT
    assert sandbox.highlevel.oauth.refreshes == 0
