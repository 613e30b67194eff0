"""Wrong arguments are refused by name, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.lets_calendar.people import AttendeeFilter, Contact
from airflow_provider_calendars.api.lets_calendar.records import CampaignContent
from airflow_provider_calendars.exceptions import ConfigurationError

Check = Callable[[str, Any], Any]

ANYTHING = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.lists(st.text())
    | st.dictionaries(st.text(), st.text())
)
ACCEPTED: list[tuple[Check, Any, Any]] = [
    (checks.text, " a ", " a "),
    (checks.integer, 5, 5),
    (checks.integer, " 5\n", 5),
    (checks.integer, "-7", -7),
    (checks.boolean, True, True),
    (checks.boolean, "False", False),
    (checks.boolean, " true ", True),
    (checks.date, "2026-02-28", "2026-02-28"),
    (checks.clock, "00:00", "00:00"),
    (checks.clock, "23:59", "23:59"),
    (checks.timezone, "Europe/Berlin", "Europe/Berlin"),
    (checks.timezone, "UTC", "UTC"),
]
REFUSED: list[tuple[Check, Any]] = [
    *((checks.seconds, value) for value in (-1, "5", None, True, float("nan"), float("inf"))),
    *((checks.json_object, value) for value in (None, [], "{}", {"a": {1}}, {"a": float("nan")}, {(1,): 2})),
    *((checks.text, value) for value in ("", " \n", None, 5, b"x", [], {})),
    *((checks.integer, value) for value in ("", "5.0", "a", 5.0, True, None, "1_0", "0x1", [5])),
    *((checks.boolean, value) for value in ("", "yes", 1, 0, None, "1")),
    *((checks.date, value) for value in ("2026-02-30", "2026-2-3", "20260203", "26-02-03", "", None, 5)),
    *(
        (checks.date, value)
        for value in ("2026-02-03\n", "2026-02-03T00:00", "\uff12\uff10\uff12\uff16-02-03")
    ),
    *(
        (checks.clock, value)
        for value in ("24:00", "9:00", "09:60", "09:00:00", "", None, 9, "09:0٣", "09:00\n")
    ),
    *(
        (checks.timezone, value)
        for value in ("Berlin", "europe/atlantis", "", None, 2, "../UTC", "/etc/passwd")
    ),
    *((checks.timezone, value) for value in ("Europe", "A\0B", "x" * 500, "Europe/Berlin ", "+02:00")),
]


@pytest.mark.parametrize(("check", "value", "result"), ACCEPTED)
def test_right_arguments_pass(check: Check, value: Any, result: Any) -> None:
    """What a template renders as text is taken like the value itself."""
    assert check("field", value) == result


@pytest.mark.parametrize(("check", "value"), REFUSED)
def test_wrong_arguments_are_named(check: Check, value: Any) -> None:
    """The message names the argument, so that nobody has to guess which one is wrong."""
    with pytest.raises(ConfigurationError, match=r"^field "):
        check("field", value)


ALL_CHECKS: list[Check] = [
    checks.text,
    checks.integer,
    checks.boolean,
    checks.date,
    checks.clock,
    checks.timezone,
    lambda name, value: checks.choice(name, value, ("a", "b")),
    lambda name, value: checks.local_time(name, value, "Europe/Berlin"),
    lambda name, value: checks.wall_clock(name, value, name, "10:00"),
    lambda name, value: checks.wall_clock(name, "2026-01-01", name, value),
    lambda name, value: checks.contact_field(name, value, 150, required=True),
]


@given(value=ANYTHING)
@pytest.mark.parametrize("check", ALL_CHECKS)
def test_nothing_but_a_configuration_error_comes_out(check: Check, value: Any) -> None:
    """Whatever a DAG author or a template gives, the error is one of this package and names the argument."""
    try:
        check("field", value)
        said = "field"
    except ConfigurationError as refused:
        said = str(refused)
    assert "field" in said


@given(minutes=st.integers(10_000_000, 45_000_000), hours=st.integers(-12, 14))
def test_a_time_with_an_offset_is_converted_to_the_zone(minutes: int, hours: int) -> None:
    """A moment given in any offset is the same moment on the clocks of the campaign's zone."""
    exact = datetime.fromtimestamp(minutes * 60, timezone(timedelta(hours=hours)))
    assert checks.local_time("start", exact, "UTC") == exact.astimezone(UTC).replace(tzinfo=None)
    assert checks.local_time("start", exact.isoformat(), "UTC") == exact.astimezone(UTC).replace(tzinfo=None)


@pytest.mark.parametrize("value", ["2026-05-31 14:30", "2026-05-31T14:30", " 2026-05-31 14:30:00 "])
def test_a_time_without_an_offset_is_meant_on_the_clocks_of_the_zone(value: str) -> None:
    """14:30 stays 14:30."""
    assert checks.local_time("start", value, "America/New_York") == datetime.fromisoformat("2026-05-31T14:30")


@pytest.mark.parametrize(
    "value", ["2026-05-31 14:30:01", datetime.fromisoformat("2026-05-31T14:30:00.000001")]
)
def test_seconds_are_refused(value: Any) -> None:
    """The vendor knows minutes only; what it would cut off is refused."""
    with pytest.raises(ConfigurationError, match="full minute"):
        checks.local_time("start", value, "UTC")


CONTENT: dict[str, Any] = {
    "title": "Spring",
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


@pytest.mark.parametrize("name", sorted(CONTENT))
@pytest.mark.parametrize("value", [None, "", 5.5, [], True])
def test_a_campaign_names_the_field_that_is_wrong(name: str, value: Any) -> None:
    """A campaign with a missing field is refused here, not by the vendor."""
    with pytest.raises(ConfigurationError, match=name):
        CampaignContent(**{**CONTENT, name: value})


@pytest.mark.parametrize("name", ["location", "login_url"])
@pytest.mark.parametrize("value", [5, [], True])
def test_optional_fields_of_a_campaign_are_texts(name: str, value: Any) -> None:
    """A number in place of a link is refused by name."""
    with pytest.raises(ConfigurationError, match=name):
        CampaignContent(**{**CONTENT, name: value})


@pytest.mark.parametrize("end", [{"end_time": "14:00"}, {"end_time": "13:59"}, {"end_date": "2027-05-14"}])
def test_a_campaign_ends_after_it_starts(end: dict[str, str]) -> None:
    """An event that ends before it begins is refused."""
    with pytest.raises(ConfigurationError, match="end_date"):
        CampaignContent(**{**CONTENT, **end})


@given(st.sampled_from(sorted(set(CONTENT) - {"event_type", "timezone"})), st.text(min_size=1))
def test_a_fingerprint_changes_with_every_field(name: str, value: str) -> None:
    """Two campaigns that differ anywhere are not taken for each other."""
    try:
        other = CampaignContent(**{**CONTENT, name: value})
    except ConfigurationError:
        return
    same = other.to_wire() == CampaignContent(**CONTENT).to_wire()
    assert (other.fingerprint() == CampaignContent(**CONTENT).fingerprint()) is same


CONTACT = {"email": "jane@example.com", "first_name": "Jane"}


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        ("jane@example.com", "must be a dictionary"),
        ({}, "contacts[3].email is missing"),
        ({"email": "jane@example.com"}, "first_name is missing"),
        ({**CONTACT, "first_name": "  "}, "first_name is blank"),
        ({**CONTACT, "first_name": None}, "first_name is missing"),
        ({**CONTACT, "last_name": 5}, "last_name must be a text"),
        ({**CONTACT, "last_name": "x" * 151}, "151 characters"),
        ({**CONTACT, "phone": "1"}, "unknown fields ['phone']"),
    ],
)
def test_a_contact_is_refused_by_row_and_field_without_being_shown(contact: Any, said: str) -> None:
    """The message says which row and field, never who."""
    with pytest.raises(ConfigurationError) as caught:
        Contact.from_mapping(contact, "contacts[3]")
    assert said in str(caught.value)
    assert "contacts[3]" in str(caught.value)
    assert "jane" not in str(caught.value).lower()


def test_both_spellings_of_a_contact_mean_the_same() -> None:
    """The vendor's `firstname` and this package's `first_name` are one field; empty ones are not sent."""
    ours = Contact.from_mapping({**CONTACT, "login_url": "https://x", "last_name": ""}, "c")
    theirs = Contact.from_mapping(
        {"email": "jane@example.com", "firstname": "Jane", "loginurl": "https://x", "lastname": None}, "c"
    )
    assert ours == theirs
    assert ours.to_wire() == {"email": "jane@example.com", "firstname": "Jane", "loginurl": "https://x"}
    assert "jane" not in repr(ours).lower()


@pytest.mark.parametrize(
    "wrong", [{"status": "X"}, {"registered_from": "1.1.2027"}, {"registered_to": "2027-02-30"}]
)
def test_a_filter_the_vendor_does_not_know_is_refused(wrong: dict[str, str]) -> None:
    """A typing error in a filter does not silently export everybody."""
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        AttendeeFilter(**wrong)
