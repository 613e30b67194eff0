"""Logging in with a pair of keys: when a token is made, shared and renewed. No server, no sleep."""

from __future__ import annotations

import json
from typing import Any

import pytest

from airflow_provider_calendars import exceptions
from airflow_provider_calendars.api.flow import Recall, Request, Response
from airflow_provider_calendars.api.lets_calendar import LetsCalendarApi
from airflow_provider_calendars.api.policy import Retries
from airflow_provider_calendars.exceptions import TransportError
from tests.unit.feeding import Conversation, answer, conversation

SENDERS = answer({"sender_emails": []})
REFUSED = answer({"message": "Unauthenticated."}, 401)
HOST = "https://vendor.example/api/lc"
KEY = "access_token"


class TwoProcesses(Conversation):
    """A conversation whose store keeps what it found elsewhere, as the one over Airflow Variables does."""

    def _perform(self, effect: object) -> Any:
        if isinstance(effect, Recall) and effect.fresh and effect.key in self.elsewhere:
            self.memory[effect.key] = self.elsewhere[effect.key]
        return super()._perform(effect)


def make_api(key: str = "lc_key", host: str = HOST, attempts: int = 5) -> LetsCalendarApi:
    return LetsCalendarApi(key, "secret", base_url=host, retries=Retries(attempts, jitter=lambda: 0.0))


def token(value: str = "1|first", lifetime: Any = 172800) -> Response:
    return answer({"access_token": value, "token_type": "Bearer", "expires_in": lifetime})


def used(request: Request) -> str | None:
    return request.headers.get("Authorization")


def logins(talked: Conversation) -> int:
    return sum(request.url.endswith("/access_token") for request in talked.requests)


@pytest.mark.parametrize("body", [token(), answer({"data": {"access_token": "1|first", "expires_in": 9999}})])
def test_both_shapes_of_the_token_are_read(body: Response) -> None:
    """The token at the top, as documented, and under `data`, as clients saw it, both log in."""
    talked = conversation([body, SENDERS])
    talked.run(make_api().list_senders())
    login, call = talked.requests
    assert (login.json, used(login)) == ({"client_key": "lc_key", "secret_key": "secret"}, None)
    assert used(call) == "Bearer 1|first"


def test_one_login_serves_many_calls() -> None:
    """A task that makes ten calls logs in once."""
    talked = conversation([token(), SENDERS, SENDERS, SENDERS])
    api = make_api()
    for _ in range(3):
        talked.run(api.list_senders())
    assert logins(talked) == 1


def test_a_token_is_renewed_a_minute_before_it_ends() -> None:
    """No call goes out with a token that ends on its way."""
    talked = conversation([token(lifetime=1000), SENDERS, SENDERS, token("2|second"), SENDERS])
    api = make_api()
    talked.run(api.list_senders())
    talked.time += 1000 - 61
    talked.run(api.list_senders())
    assert logins(talked) == 1
    talked.time += 2
    talked.run(api.list_senders())
    assert used(talked.requests[-1]) == "Bearer 2|second"


def test_a_token_without_lifetime_lives_two_days() -> None:
    """Where the vendor leaves `expires_in` out, its documented 48 hours are taken."""
    talked = conversation([answer({"access_token": "1|first"}), SENDERS, SENDERS])
    api = make_api()
    talked.run(api.list_senders())
    talked.time += 172_800 - 120
    talked.run(api.list_senders())
    assert logins(talked) == 1


def test_a_remembered_token_is_shared() -> None:
    """A second hook with the same memory does not log in again."""
    first = conversation([token(), SENDERS])
    first.run(make_api().list_senders())
    second = conversation([SENDERS])
    second.memory = first.memory
    second.run(make_api().list_senders())
    assert used(second.requests[0]) == "Bearer 1|first"


@pytest.mark.parametrize("other", [{"key": "lc_other"}, {"host": "https://staging.example/api/lc"}])
def test_a_token_of_other_credentials_or_another_host_is_not_used(other: dict[str, str]) -> None:
    """After the connection was changed, the old account's token goes nowhere."""
    first = conversation([token(), SENDERS])
    first.run(make_api().list_senders())
    second = conversation([token("9|other"), SENDERS])
    second.memory = first.memory
    second.run(make_api(**other).list_senders())
    assert used(second.requests[-1]) == "Bearer 9|other"


@pytest.mark.parametrize("text", ["", "nonsense", "5", "[]", "{}", '"a"', '{"access_token": "x"}', "null"])
def test_a_broken_memory_is_a_missing_one(text: str) -> None:
    """A Variable that somebody edited leads to a login, not to a crash."""
    talked = conversation([token(), SENDERS])
    talked.memory[KEY] = text
    talked.run(make_api().list_senders())
    assert used(talked.requests[-1]) == "Bearer 1|first"


def stored(value: str) -> str:
    """Return a token as another process would have stored it."""
    other = conversation([token(value), SENDERS])
    other.run(make_api().list_senders())
    return other.memory[KEY]


def test_the_memory_is_read_again_before_a_token_is_made() -> None:
    """A task that starts uses the login another task has just made, instead of ending it."""
    talked = conversation([SENDERS])
    talked.elsewhere[KEY] = stored("7|elsewhere")
    talked.run(make_api().list_senders())
    assert used(talked.requests[0]) == "Bearer 7|elsewhere"


def test_after_a_401_the_token_of_another_process_is_taken() -> None:
    """When a parallel task's login ended ours, we take over its token and do not end it in turn."""
    talked = TwoProcesses([REFUSED, SENDERS])
    talked.memory[KEY] = stored("1|old")
    talked.elsewhere[KEY] = stored("7|elsewhere")
    talked.run(make_api().list_senders())
    assert [used(request) for request in talked.requests] == ["Bearer 1|old", "Bearer 7|elsewhere"]


def test_after_a_401_without_news_a_token_is_made_once() -> None:
    """An expired token costs one login."""
    talked = conversation([REFUSED, token("2|new"), SENDERS])
    talked.memory[KEY] = stored("1|old")
    talked.elsewhere[KEY] = talked.memory[KEY]
    talked.run(make_api().list_senders())
    assert logins(talked) == 1
    assert used(talked.requests[-1]) == "Bearer 2|new"


def test_a_second_401_is_final() -> None:
    """A server that refuses a fresh token is not asked for a third one."""
    talked = conversation([token(), REFUSED, token("2|new"), REFUSED])
    with pytest.raises(exceptions.AuthError) as caught:
        talked.run(make_api().list_senders())
    assert caught.value.status == 401
    assert not talked.outcomes


@pytest.mark.parametrize("call", ["send_invites", "list_senders"])
def test_a_401_does_not_use_up_an_attempt(call: str) -> None:
    """Also the last, or only, attempt survives an expired token; for a sending too, as a 401 did nothing."""
    talked = conversation([token(), REFUSED, token("2|new"), SENDERS])
    api = make_api(attempts=1)
    talked.run(api.send_invites("c1") if call == "send_invites" else api.list_senders())
    assert not talked.outcomes


def test_a_401_on_the_last_attempt_is_renewed() -> None:
    """A token that ends between two retries does not fail the call."""
    down = answer(status=503)
    talked = conversation([token(), down, REFUSED, token("2|new"), SENDERS])
    talked.run(make_api(attempts=2).list_senders())
    assert not talked.outcomes


WRONG = [
    ("Unauthorized", "client key (login) and the secret key (password)"),
    ("API key secret has expired", "new secret"),
    ("API key is inactive", "Activate the key"),
]


@pytest.mark.parametrize(("text", "advice"), WRONG)
def test_keys_that_are_refused_say_what_to_do_and_are_not_tried_again(text: str, advice: str) -> None:
    """Who looks at the failed task reads which key to change, after one request."""
    talked = conversation([answer({"error": text}, 401)])
    with pytest.raises(exceptions.AuthError, match="POST /access_token") as caught:
        talked.run(make_api().send_invites("c1"))
    assert text in str(caught.value)
    assert advice in str(caught.value)
    assert "lc_key" not in str(caught.value)
    assert talked.waits == []


def test_a_bare_field_map_at_the_login_is_read() -> None:
    """The 400 of the login comes without the `error` wrapper and is told all the same."""
    talked = conversation([answer({"client_key": ["Valid Client Key is required"]}, 400)])
    with pytest.raises(exceptions.Rejected) as caught:
        talked.run(make_api().list_senders())
    assert caught.value.fields == {"client_key": ["Valid Client Key is required"]}


def test_a_login_is_tried_again_although_the_call_may_not_be() -> None:
    """A hiccup of the login does not fail a sending that has not begun."""
    lost = TransportError("lost")
    talked = conversation([lost, answer(status=503), token(), answer({"message": "ok"})])
    talked.run(make_api().send_invites("c1"))
    assert [request.url.rpartition("/")[2] for request in talked.requests] == [
        *["access_token"] * 3,
        "send-invite",
    ]


def test_a_login_that_fails_is_no_unknown_outcome() -> None:
    """When the login got no answer, nobody was mailed, and the error says that the login failed."""
    talked = conversation([TransportError("lost")] * 2)
    with pytest.raises(exceptions.TransportError, match="access_token") as caught:
        talked.run(make_api(attempts=2).send_invites("c1"))
    assert type(caught.value) is exceptions.TransportError


@pytest.mark.parametrize(
    "odd",
    [
        answer(b"<html>Welcome</html>"),
        answer({"status": "error"}),
        answer([]),
        answer(None),
        answer({"access_token": None}),
        answer({"access_token": "1|x", "expires_in": "soon"}),
        answer({"data": {"token": "1|x"}}),
    ],
    ids=["html", "no_token", "list", "nothing", "null", "lifetime", "other_key"],
)
def test_a_login_with_an_odd_answer_is_an_error_of_this_package(odd: Response) -> None:
    """A host that is not Let's Calendar gives a readable error, also at the connection's test button."""
    talked = conversation([odd] * 2)
    with pytest.raises(exceptions.ApiError, match="access_token"):
        talked.run(make_api(attempts=2).list_senders())


def test_a_token_is_never_shown() -> None:
    """Neither requests nor tokens show a secret when they are printed."""
    talked = conversation([token(), SENDERS])
    talked.run(make_api().list_senders())
    shown = repr(talked.requests)
    assert "1|first" not in shown
    assert "secret" not in shown
    assert set(json.loads(talked.memory[KEY])) == {"access_token", "expires_at", "owner"}
    assert "secret" not in talked.memory[KEY]
