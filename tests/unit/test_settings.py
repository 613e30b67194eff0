"""What a connection may say, and what it is told when it says something wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from airflow_provider_calendars.exceptions import ConfigurationError
from airflow_provider_calendars.hooks.settings import Settings, is_loopback, read_settings

VENDOR = "https://panel.letscalendar.com/api/lc"
CREDENTIALS = {"login": "client key", "password": "secret key"}


@dataclass
class Connection:
    """A connection as Airflow hands it out."""

    host: str | None = None
    port: int | None = None
    schema: str | None = None
    login: str | None = "lc_key"
    password: str | None = "secret-of-the-key"
    extra: str | None = None
    conn_id: str = "my_calendar"


def read(**fields: Any) -> Settings:
    return read_settings(Connection(**fields), VENDOR, CREDENTIALS)


def extra(**fields: Any) -> str:
    return json.dumps(fields)


@pytest.mark.parametrize(
    ("fields", "base_url"),
    [
        ({}, VENDOR),
        ({"host": ""}, VENDOR),
        ({"host": "   "}, VENDOR),
        ({"host": "https://panel.letscalendar.com"}, VENDOR),
        ({"host": "https://panel.letscalendar.com/"}, VENDOR),
        ({"host": "panel.letscalendar.com"}, VENDOR),
        ({"host": " https://panel.letscalendar.com "}, VENDOR),
        ({"host": "HTTPS://Panel.LetsCalendar.com"}, VENDOR),
        ({"host": "https://gate.example/proxy/lc"}, "https://gate.example/proxy/lc"),
        ({"host": "https://gate.example/proxy/lc/"}, "https://gate.example/proxy/lc"),
        ({"host": "https://gate.example:8443"}, "https://gate.example:8443/api/lc"),
        ({"host": "https://gate.example", "port": 8443}, "https://gate.example:8443/api/lc"),
        ({"host": "https://gate.example:1", "port": 2}, "https://gate.example:1/api/lc"),
        ({"host": "gate.example:8443"}, "https://gate.example:8443/api/lc"),
        ({"host": "gate.example", "schema": "https"}, "https://gate.example/api/lc"),
        ({"host": "gate.example", "schema": "lets_calendar"}, "https://gate.example/api/lc"),
        ({"host": "http://127.0.0.1:8765"}, "http://127.0.0.1:8765/api/lc"),
        ({"host": "127.0.0.1", "port": 8765}, "http://127.0.0.1:8765/api/lc"),
        ({"port": 443}, VENDOR),
        ({"port": 8443}, "https://panel.letscalendar.com:8443/api/lc"),
        ({"host": "http://localhost:8765"}, "http://localhost:8765/api/lc"),
        ({"host": "http://[::1]:8765"}, "http://[::1]:8765/api/lc"),
        ({"host": "[::1]:8765"}, "http://[::1]:8765/api/lc"),
        ({"host": "https://[2001:db8::1]/x"}, "https://[2001:db8::1]/x"),
        ({"host": "http://gate.example", "extra": extra(allow_http=True)}, "http://gate.example/api/lc"),
        ({"host": "http://gate.example", "extra": extra(allow_http="true")}, "http://gate.example/api/lc"),
        (
            {"host": "gate.example", "schema": "http", "extra": extra(allow_http=True)},
            "http://gate.example/api/lc",
        ),
    ],
)
def test_hosts_that_are_understood(fields: dict[str, Any], base_url: str) -> None:
    """What the host leaves out is the vendor's own; what it says is kept."""
    assert read(**fields).base_url == base_url


@pytest.mark.parametrize(
    "fields",
    [
        {"host": "http://panel.letscalendar.com"},
        {"host": "panel.letscalendar.com", "schema": "http"},
        {"host": "http://gate.example", "extra": extra(allow_http=False)},
        {"host": "http://gate.example", "extra": extra(allow_http=None)},
        {"host": "http://localhost.evil.example"},
        {"host": "http://127.0.0.1.evil.example"},
        {"host": "http://0.0.0.0:80"},
        {"host": "http://10.0.0.1"},
        {"host": "http://169.254.169.254"},
    ],
)
def test_credentials_do_not_cross_a_network_in_the_clear(fields: dict[str, Any]) -> None:
    """http is refused for every host but this machine, and the message names the way out."""
    with pytest.raises(ConfigurationError, match="allow_http"):
        read(**fields)


@pytest.mark.parametrize(
    "host",
    [
        "ftp://panel.letscalendar.com",
        "file:///etc/passwd",
        "https://",
        "https:///api",
        "https://user@gate.example",
        "https://user:pw@gate.example",
        "https://:pw@gate.example",
        "https://@gate.example",
        "user:pw@gate.example",
        "https://gate.example\\@evil.example",
        "https://gate.example?x=1",
        "https://gate.example/api#x",
        "https://gate .example",
        "https://gate.example\n/x",
        "https://gate.example:port",
        "https://gate.example:99999",
        "https://[::1",
        "[::1",
        "::1",
        "javascript:alert(1)",
    ],
)
def test_hosts_that_are_refused(host: str) -> None:
    """A host that is no plain URL is refused with the connection's name and without its password."""
    with pytest.raises(ConfigurationError, match="my_calendar") as caught:
        read(host=host)
    assert "pw" not in str(caught.value)
    assert "secret-of-the-key" not in str(caught.value)


@pytest.mark.parametrize("name", ["login", "password"])
@pytest.mark.parametrize("value", [None, "", "  "])
def test_missing_credentials_are_named_as_the_vendor_names_them(name: str, value: str | None) -> None:
    """An empty field is told by both names, Airflow's and the vendor's, before anything is sent."""
    with pytest.raises(ConfigurationError, match=rf"{name} \({CREDENTIALS[name]}\) is empty"):
        read(**{name: value})


def test_credentials_lose_the_blanks_around_them() -> None:
    """Keys that were pasted with a line end work."""
    settings = read(login=" lc_key\n", password="\tsecret ")
    assert (settings.login, settings.password) == ("lc_key", "secret")


@pytest.mark.parametrize(
    "text", [None, "", "{}", extra(timeout=None, allow_http=None, share_login=None), extra(timeout="")]
)
def test_untouched_form_fields_mean_the_defaults(text: str | None) -> None:
    """Airflow's form writes null for what nobody touched."""
    settings = read(extra=text)
    assert (settings.timeout, settings.share_login, dict(settings.extra)) == (60.0, False, {})


@pytest.mark.parametrize(("value", "seconds"), [(5, 5.0), ("5", 5.0), (0.5, 0.5), (" 7 ", 7.0)])
def test_timeouts_that_are_understood(value: Any, seconds: float) -> None:
    """Numbers work, and texts as 3.1's form sends them."""
    assert read(extra=extra(timeout=value)).timeout == seconds


@pytest.mark.parametrize(
    "value", [0, -1, "soon", True, [], {}, 1e9, "nan", "inf", float("nan"), float("inf")]
)
def test_timeouts_that_are_refused(value: Any) -> None:
    """A timeout that is none is told, instead of a task that waits for ever."""
    with pytest.raises(ConfigurationError, match="timeout"):
        read(extra=extra(timeout=value))


@pytest.mark.parametrize("name", ["allow_http", "share_login"])
@pytest.mark.parametrize("value", ["yes", 1, 0, [], "on"])
def test_switches_that_are_no_booleans_are_refused(name: str, value: Any) -> None:
    """A switch is not guessed: "no" must not turn anything on."""
    with pytest.raises(ConfigurationError, match=name):
        read(extra=extra(**{name: value}))


@pytest.mark.parametrize("text", ["{", "[]", '"text"', "5", "null", "true"])
def test_an_extra_that_is_no_object_is_refused(text: str) -> None:
    """Broken JSON in the extra is told, not ignored, and not repeated."""
    with pytest.raises(ConfigurationError, match="extra"):
        read(extra=text)


def test_nothing_secret_is_shown() -> None:
    """Printing the settings shows neither the secret key nor the extra."""
    shown = repr(read(extra=extra(token="hidden-in-extra")))
    assert "secret-of-the-key" not in shown
    assert "hidden-in-extra" not in shown


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("localhost.", True),
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("", False),
        ("localhost.evil.example", False),
        ("notlocalhost", False),
        ("0.0.0.0", False),
        ("127.0.0.1.evil.example", False),
    ],
)
def test_this_machine_is_told_from_others(host: str, expected: bool) -> None:
    """Only names and addresses that cannot leave the machine count as it."""
    assert is_loopback(host) is expected
