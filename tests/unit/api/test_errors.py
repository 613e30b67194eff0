"""From a refusal to an exception that says what to do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_calendars import exceptions
from airflow_provider_calendars.api.errors import error_from, means, read_refusal, scrub
from airflow_provider_calendars.api.flow import Response
from tests.unit.feeding import answer

SHAPES = [
    ({"error": "Campaign not found"}, "Campaign not found", {}),
    (
        {"error": {"title": ["The title field is required."]}},
        "title: The title field is required.",
        {"title": ["The title field is required."]},
    ),
    (
        {"client_key": ["Valid Client Key is required"]},
        "client_key: Valid Client Key is required",
        {"client_key": ["Valid Client Key is required"]},
    ),
    ({"message": "Unauthenticated."}, "Unauthenticated.", {}),
    (
        {"message": "The given data was invalid.", "errors": {"email": ["Wrong."]}},
        "The given data was invalid.",
        {"email": ["Wrong."]},
    ),
    ({"message": ["a is wrong", "b is wrong"]}, "a is wrong; b is wrong", {}),
    ({"error": {"message": "Nested"}}, "Nested", {}),
    ("plain", "plain", {}),
    ([1, 2], "no explanation", {}),
    ({}, "no explanation", {}),
    (b"Bad gateway", "Bad gateway", {}),
    (b"<html><head><title>503 Down</title></head></html>", "an HTML page titled '503 Down'", {}),
    (b"<!doctype html><p>x", "an HTML page", {}),
    (b"", "no explanation", {}),
    (b"\xff\xfe", "\ufffd\ufffd", {}),
]


@pytest.mark.parametrize(("body", "text", "fields"), SHAPES)
def test_every_known_shape_of_error_is_read(body: object, text: str, fields: dict[str, list[str]]) -> None:
    """Strings, field maps wrapped and bare, Laravel's message, plain text and HTML."""
    refusal = read_refusal(answer(body, status=400))
    assert refusal.text == text
    assert refusal.fields == fields


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_no_body_breaks_the_reading(body: object) -> None:
    """Whatever JSON comes, the refusal has a text."""
    assert read_refusal(answer(body, status=500)).text


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, exceptions.Rejected),
        (401, exceptions.AuthError),
        (403, exceptions.PermissionDenied),
        (404, exceptions.NotFound),
        (405, exceptions.OperationUnavailable),
        (409, exceptions.Conflict),
        (410, exceptions.NotFound),
        (419, exceptions.Rejected),
        (422, exceptions.Rejected),
        (429, exceptions.RateLimited),
        (500, exceptions.ServerError),
        (503, exceptions.ServerError),
    ],
)
def test_the_status_decides_the_class(status: int, kind: type[exceptions.ApiError]) -> None:
    """Callers catch by class, and find status and system on the error."""
    error = error_from(answer({"error": "No"}, status=status), system="Vendor", operation="GET /x")
    assert type(error) is kind
    assert (error.status, error.system) == (status, "Vendor")
    assert "GET /x" in str(error)


def test_details_are_on_the_error() -> None:
    """A rate limit says how long, a rejection which fields, both carry the vendor's request id."""
    limited = error_from(answer({}, 429, retry_after="9", x_request_id="r1"), system="V", operation="GET /x")
    assert isinstance(limited, exceptions.RateLimited)
    assert (limited.retry_after, limited.request_id) == (9.0, "r1")
    rejected = error_from(answer({"error": {"a": ["b"]}}, 400), system="V", operation="GET /x")
    assert isinstance(rejected, exceptions.Rejected)
    assert rejected.fields == {"a": ["b"]}


SECRETS = [
    "jane.doe@example.com",
    "1|a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8s9t0",
    "Bearer abcdef",
    "lc_a1b2c3d4e5f6g7h8",
    "pit-1234-5678-abcd",
    "eyJhbGciOiJIUzI1NiJ9.e30.x",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_words_of_the_vendor_lose_addresses_and_credentials(secret: str) -> None:
    """A vendor that repeats what it was sent does not get it into a log."""
    shapes = ({"error": f"{secret} is wrong"}, {"error": {"email": [f"<{secret}>"]}}, f"no {secret}".encode())
    for body in shapes:
        error = error_from(answer(body, 400), system="V", operation="GET /x")
        assert secret not in f"{error} {getattr(error, 'fields', '')}"


def test_long_words_are_cut() -> None:
    """A page of text does not become a page of log."""
    assert len(scrub("x" * 10_000)) < 400


def test_phrases_are_matched_loosely_but_not_guessed() -> None:
    """Case and punctuation may change, words may not."""
    refusal = read_refusal(answer({"error": "no  new attendees, to send calendar invite."}, 400))
    assert means(refusal, "No New Attendees to Send Calendar Invite")
    assert not means(refusal, "No attendees to update")


def test_errors_survive_pickling() -> None:
    """Airflow hands exceptions from process to process."""
    import pickle

    for name in ("ApiError", "Rejected", "RateLimited", "OutcomeUnknown", "ConfigurationError"):
        error = getattr(exceptions, name)("text")
        assert str(pickle.loads(pickle.dumps(error))) == "text"


def test_the_drawn_tree_is_the_real_one() -> None:
    """The docstring of the module names every class."""
    for name, value in vars(exceptions).items():
        if isinstance(value, type) and issubclass(value, Exception):
            assert name in (exceptions.__doc__ or "")


def test_a_response_never_shows_its_body() -> None:
    """Its representation can go to a log."""
    assert "secret" not in repr(Response(200, {"set-cookie": "secret"}, b"secret", 0.0))
