"""How a call of Let's Calendar goes: retries, refused calls, pages, odd answers. No server, no sleep.

https://panel.letscalendar.com/docs
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from airflow_provider_calendars import exceptions
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.api.flow import Flow, Response, Upload
from airflow_provider_calendars.api.lets_calendar import LetsCalendarApi
from airflow_provider_calendars.api.lets_calendar.people import AttendeeFilter, Contact
from airflow_provider_calendars.api.lets_calendar.records import CampaignContent
from airflow_provider_calendars.api.policy import Retries
from airflow_provider_calendars.exceptions import TransportError
from tests.unit.feeding import Outcome, answer, conversation

TOKEN = answer({"access_token": "1|abcdefghijklmnopqrst", "token_type": "Bearer", "expires_in": 172800})
CONTENT = CampaignContent(
    title="Spring",
    subject="Join us",
    event_type="online",
    sender_email_id=123,
    start_date="2027-05-15",
    start_time="14:00",
    end_date="2027-05-15",
    end_time="15:00",
    timezone="America/New_York",
    description="New products",
    email_content="<p>Join us</p>",
)
JANE = Contact("jane@example.com", "Jane")
FILE = Upload("contacts.csv", b"firstname,email\nJane,jane@example.com\n", "text/csv")

Call = Callable[[LetsCalendarApi], Flow[Any]]

READS: dict[str, Call] = {
    "list_campaigns": lambda api: api.list_campaigns(),
    "list_senders": lambda api: api.list_senders(),
    "get_campaign": lambda api: api.get_campaign("c1"),
    "attendee_summary": lambda api: api.attendee_summary("c1"),
    "list_attendees": lambda api: api.list_attendees("c1"),
    "export_contacts": lambda api: api.export_contacts("c1"),
    "list_timezones": lambda api: api.list_timezones(),
}
ABSOLUTE: dict[str, Call] = {
    "update_campaign": lambda api: api.update_campaign("c1", CONTENT),
    "toggle_automation": lambda api: api.toggle_automation("c1", enabled=False),
    "cancel_scheduled_invites": lambda api: api.cancel_scheduled_invites("c1"),
    "stop_campaign": lambda api: api.stop_campaign("c1"),
}
CREATING: dict[str, Call] = {
    "create_campaign": lambda api: api.create_campaign(CONTENT),
    "add_contact": lambda api: api.add_contact("c1", JANE),
    "add_contacts": lambda api: api.add_contacts("c1", [JANE]),
    "upload_contacts": lambda api: api.upload_contacts("c1", FILE),
    "upload_with_duplicates": lambda api: api.upload_contacts("c1", FILE, allow_duplicates=True),
    "schedule_invites": lambda api: api.schedule_invites(
        "c1", schedule_date="2027-05-01", schedule_time="09:00", timezone="UTC"
    ),
}
MAILING: dict[str, Call] = {
    "send_invites": lambda api: api.send_invites("c1"),
    "update_invites": lambda api: api.update_invites("c1"),
}


def named(*groups: dict[str, Call]) -> Any:
    calls = {name: call for group in groups for name, call in group.items()}
    return pytest.mark.parametrize("call", calls.values(), ids=calls.keys())


def make_api(attempts: int = 5) -> LetsCalendarApi:
    retries = Retries(attempts=attempts, jitter=lambda: 0.0)
    return LetsCalendarApi("lc_key", "secret", base_url="https://vendor.example/api/lc", retries=retries)


def talk(call: Call, *outcomes: Outcome, attempts: int = 5) -> tuple[Any, list[str]]:
    """Have a call after a login, and return its result or its error, and the paths it sent."""
    login = [] if call is READS["list_timezones"] else [TOKEN]
    talked = conversation([*login, *outcomes])
    result: Any
    try:
        result = talked.run(call(make_api(attempts)))
    except exceptions.CalendarsError as error:
        result = error
    paths = [request.url.removeprefix("https://vendor.example/api/lc") for request in talked.requests]
    assert not talked.outcomes, "an answer was not asked for"
    return result, [path for path in paths if path != "/access_token"]


UNDECIDED: dict[str, Outcome] = {
    "lost": TransportError("the connection broke"),
    "500": answer({"error": "An error occurred while processing your request"}, 500),
    "502": answer(b"<html><title>502</title></html>", 502),
    "503": answer(status=503),
    "408": answer(status=408),
    "html_200": answer(b"<html>maintenance</html>"),
    "half_json_200": answer(b'{"message": "Inv'),
}


@pytest.mark.parametrize("outcome", UNDECIDED.values(), ids=UNDECIDED.keys())
@named(CREATING, MAILING)
def test_undecided_calls_that_create_or_mail_are_sent_once(call: Call, outcome: Outcome) -> None:
    """Nobody gets a second invite because a reply was lost, broken or a 5xx: the outcome is unknown."""
    error, paths = talk(call, outcome)
    assert type(error) is exceptions.OutcomeUnknown
    assert len(paths) == 1
    assert "jane" not in str(error).lower()
    assert "html" not in str(error)


@pytest.mark.parametrize("outcome", UNDECIDED.values(), ids=UNDECIDED.keys())
@named(READS, ABSOLUTE)
def test_undecided_reads_and_absolute_states_are_tried_to_the_last_attempt(
    call: Call, outcome: Outcome
) -> None:
    """A vendor that hiccups is asked again, and at last the error says that it failed."""
    error, paths = talk(call, *[outcome] * 3, attempts=3)
    assert len(paths) == 3
    assert type(error) in {exceptions.TransportError, exceptions.ServerError, exceptions.Rejected}


@named(CREATING)
def test_refused_connections_are_tried_again_for_creations(call: Call) -> None:
    """A connection that was never made can be made again without a second campaign."""
    unsent = TransportError("refused", sent=False)
    error, paths = talk(call, unsent, unsent, attempts=2)
    assert type(error) is exceptions.TransportError
    assert error.sent is False
    assert len(paths) == 2


@named(MAILING)
def test_refused_connections_are_not_tried_again_for_mails_but_provably_unsent(call: Call) -> None:
    """A sending that never left is an error the task's own retry can repeat, not an unknown outcome."""
    error, paths = talk(call, TransportError("refused", sent=False))
    assert type(error) is exceptions.TransportError
    assert error.sent is False
    assert len(paths) == 1


UNREADABLE = [answer([]), answer({}), answer("text"), answer(None), answer({"campaign": None})]


@pytest.mark.parametrize("odd", UNREADABLE, ids=["list", "empty", "text", "nothing", "null"])
@pytest.mark.parametrize("name", ["create_campaign", "add_contact", "add_contacts", "upload_with_duplicates"])
def test_success_of_an_unknown_shape_leaves_the_outcome_unknown(name: str, odd: Response) -> None:
    """A 200 nobody can read may well have created something, so it is neither a result nor repeated."""
    error, paths = talk(CREATING[name], odd)
    assert type(error) is exceptions.OutcomeUnknown
    assert len(paths) == 1


@pytest.mark.parametrize("odd", UNREADABLE, ids=["list", "empty", "text", "nothing", "null"])
@named(READS)
def test_reads_of_an_unknown_shape_name_the_host(call: Call, odd: Response) -> None:
    """A host that is not Let's Calendar gives a clear error, not a KeyError."""
    error, _ = talk(call, odd)
    assert isinstance(error, exceptions.ServerError)
    assert "Check the host" in str(error)


OPTIONAL = ["get_campaign", "update_campaign", "attendee_summary", "list_attendees", "export_contacts"]


@pytest.mark.parametrize(
    "refusal",
    [
        answer({"message": "The route api/lc/campaign/c1 could not be found."}, 404),
        answer({"message": "The GET method is not supported."}, 405),
        answer(b"<html><title>Not Found</title></html>", 404),
        answer(None, 404),
    ],
    ids=["route", "method", "page", "empty"],
)
@pytest.mark.parametrize("name", OPTIONAL)
def test_accounts_without_an_operation_are_told_so(name: str, refusal: Response) -> None:
    """An account that lacks one of the four operations gets OperationUnavailable, which callers catch."""
    error, _ = talk({**READS, **ABSOLUTE}[name], refusal)
    assert type(error) is exceptions.OperationUnavailable
    assert "account" in str(error)


@pytest.mark.parametrize("name", OPTIONAL)
def test_a_wrong_campaign_is_not_taken_for_a_missing_operation(name: str) -> None:
    """A typing error in the campaign's id does not look like a plan that is too small."""
    error, _ = talk({**READS, **ABSOLUTE}[name], answer({"error": "Campaign not found"}, 404))
    assert type(error) is exceptions.NotFound


@named(MAILING, {"stop": ABSOLUTE["stop_campaign"], "cancel": ABSOLUTE["cancel_scheduled_invites"]})
def test_a_wrong_campaign_is_never_nothing_to_do(call: Call) -> None:
    """404 "Campaign not found" is an error also where another 404 means that there was nothing to do."""
    error, _ = talk(call, answer({"error": "Campaign not found"}, 404))
    assert type(error) is exceptions.NotFound


NOTHING = [
    (MAILING["send_invites"], 400, "No New Attendees to Send Calendar Invite"),
    (MAILING["update_invites"], 400, "No attendees to update"),
    (ABSOLUTE["stop_campaign"], 400, "Failed to stop campaign. No sending in progress"),
    (ABSOLUTE["cancel_scheduled_invites"], 404, "No scheduled invites found for this campaign"),
]


@pytest.mark.parametrize(("call", "status", "text"), NOTHING, ids=[text for *_, text in NOTHING])
def test_nothing_to_do_is_a_result(call: Call, status: int, text: str) -> None:
    """What the vendor words as a refusal, but means that all is done, is told as such."""
    assert talk(call, answer({"error": text}, status))[0] is Done.NOTHING_TO_DO
    assert talk(call, answer({"message": text.upper() + "!"}, status))[0] is Done.NOTHING_TO_DO


@pytest.mark.parametrize(("call", "status", "text"), NOTHING, ids=[text for *_, text in NOTHING])
def test_other_refusals_of_the_same_status_are_errors(call: Call, status: int, text: str) -> None:
    """A text that does not match is an error, never a silent success; nor is the text with another status."""
    other = talk(call, answer({"error": "Something else is wrong"}, status))[0]
    assert isinstance(other, exceptions.Rejected | exceptions.NotFound)
    assert isinstance(talk(call, answer({"error": text}, 422))[0], exceptions.Rejected)


def test_no_senders_is_an_empty_list() -> None:
    """An account without a mailbox has no senders; that is no error."""
    assert talk(READS["list_senders"], answer({"error": "No sender emails found"}, 404))[0] == []
    assert isinstance(talk(READS["list_senders"], answer({"error": "x"}, 404))[0], exceptions.NotFound)


HARD_IDS = ["../x", "a/b", "a?b=c", "a#b", "ünïcode", "a b", "100%", "..%2f", "a;b", "x\ny"]


@pytest.mark.parametrize("campaign_id", HARD_IDS)
def test_an_id_in_a_path_names_nothing_but_itself(campaign_id: str) -> None:
    """An id from a faulty upstream task cannot reach another page of the API."""
    from urllib.parse import unquote, urlsplit

    api = make_api()
    for call in (api.get_campaign(campaign_id), api.attendee_summary(campaign_id)):
        talked = conversation([TOKEN, answer({"error": "Campaign not found"}, 404)])
        with pytest.raises(exceptions.NotFound):
            talked.run(call)
        parts = urlsplit(talked.requests[-1].url)
        segments = parts.path.split("/")
        assert segments[:4] == ["", "api", "lc", "campaign"]
        assert unquote(segments[4]) == campaign_id
        assert len(segments) == 6
        assert not parts.query
        assert not parts.fragment


@pytest.mark.parametrize("campaign_id", [".", ".."])
def test_an_id_that_http_clients_would_resolve_is_refused(campaign_id: str) -> None:
    """`..` cannot be quoted: clients resolve it, so it is refused before anything is sent."""
    with pytest.raises(exceptions.ConfigurationError):
        conversation([TOKEN, answer({}, 404)]).run(make_api().get_campaign(campaign_id))


def campaigns_page(ids: list[str], following: str | None, last_page: int = 20) -> Response:
    items = [{"campaign_id": each, "title": f"T {each}", "timezone": "UTC"} for each in ids]
    page = {"data": items, "next_page_url": following, "last_page": last_page, "current_page": 1, "total": 39}
    return answer({"campaigns": page})


def test_pages_end_where_the_next_one_is_null() -> None:
    """`last_page` lies in the vendor's own example, in both directions; only `next_page_url` counts."""
    pages = [
        campaigns_page(["a", "b"], "http://elsewhere/?page=2", last_page=1),
        campaigns_page(["c"], "http://elsewhere/?page=9", last_page=1),
        campaigns_page(["d"], None, last_page=20),
    ]
    talked = conversation([TOKEN, *pages])
    found = talked.run(make_api().list_campaigns())
    assert [each.campaign_id for each in found] == ["a", "b", "c", "d"]
    assert [request.params for request in talked.requests[1:]] == [
        {"page": "1"},
        {"page": "2"},
        {"page": "3"},
    ]
    assert {request.url.split("/")[2] for request in talked.requests} == {"vendor.example"}


def test_items_that_shift_between_pages_come_once() -> None:
    """A campaign that moves to the next page while the list is read is not listed twice."""
    pages = [campaigns_page(["a", "b"], "x"), campaigns_page(["b", "c"], "x"), campaigns_page([], None)]
    found = conversation([TOKEN, *pages]).run(make_api().list_campaigns())
    assert [each.campaign_id for each in found] == ["a", "b", "c"]


def test_a_list_without_end_is_given_up() -> None:
    """A server that always names a next page does not keep a worker busy for ever."""
    from airflow_provider_calendars.api.paging import MOST_PAGES

    talked = conversation([TOKEN, *[campaigns_page(["a"], "x")] * (MOST_PAGES + 1)])
    with pytest.raises(exceptions.ApiError, match="did not end"):
        talked.run(make_api().list_campaigns())
    assert len(talked.requests) == MOST_PAGES + 1


def attendees_page(ids: list[int], **page: Any) -> Response:
    return answer({"attendees": {"data": [{"id": each, "email": f"{each}@x.com"} for each in ids], **page}})


@pytest.mark.parametrize(
    "pages",
    [
        [
            attendees_page([1, 2], current_page=1, per_page=2, total=3),
            attendees_page([3], current_page=2, per_page=2, total=3),
        ],
        [
            attendees_page([1, 2], current_page=1, per_page=2, total=9, next_page_url="x"),
            attendees_page([3], current_page=2, per_page=2, total=9, next_page_url=None),
        ],
        [
            attendees_page([1, 2, 3], current_page=1, per_page=3, total=9),
            attendees_page([], current_page=2, per_page=3, total=9),
        ],
    ],
    ids=["counted", "next_page_url", "empty_page"],
)
def test_attendees_end_with_and_without_a_next_page(pages: list[Response]) -> None:
    """Where the vendor leaves `next_page_url` out, the counts tell the end, and an empty page does too."""
    chosen = AttendeeFilter(status="N", source="import", registered_from="2027-01-01")
    talked = conversation([TOKEN, *pages])
    found = talked.run(make_api().list_attendees("c1", chosen))
    assert [each.attendee_id for each in found] == ["1", "2", "3"]
    params = talked.requests[-1].params
    assert params == {
        "status": "N",
        "source": "import",
        "registered_from": "2027-01-01",
        "page": "2",
        "per_page": "100",
    }


def test_null_and_missing_fields_of_lists_are_empty_texts() -> None:
    """A campaign without subject or an attendee without name is still listed."""
    bare = {"campaigns": {"data": [{"campaign_id": 7, "title": None}], "next_page_url": None}}
    (campaign,) = conversation([TOKEN, answer(bare)]).run(make_api().list_campaigns())
    assert (campaign.campaign_id, campaign.title, campaign.subject) == ("7", "", "")
    page = {"data": [{"id": 1, "name": None, "password": "hunter2"}], "next_page_url": None}
    (attendee,) = conversation([TOKEN, answer({"attendees": page})]).run(make_api().list_attendees("c1"))
    assert (attendee.name, attendee.email, attendee.status) == ("", "", "")
    assert "hunter2" not in repr(attendee)
    assert not hasattr(attendee, "password")


SUMMARY = {"total_contacts": "3", "new_contacts": None, "inprocess_contacts": 1, "sent_contacts": 2}


def test_a_summary_with_holes_counts_them_as_zero() -> None:
    """A summary without a number that decides nothing does not break a sensor."""
    found, _ = talk(READS["attendee_summary"], answer({"summary": SUMMARY}))
    assert (found.total, found.new, found.sent, found.failed, found.listed) == (3, 0, 2, 0, 3)


def test_a_summary_is_read_however_its_keys_are_written() -> None:
    """The vendor's own spelling is not documented."""
    camel = {"totalContacts": 3, "newContacts": 0, "inProcessContacts": 1, "sentContacts": 2}
    found, _ = talk(READS["attendee_summary"], answer({"summary": camel}))
    assert (found.total, found.new, found.in_process, found.sent) == (3, 0, 1, 2)


@pytest.mark.parametrize("missing", SUMMARY)
def test_a_summary_that_does_not_say_who_is_left_is_none(missing: str) -> None:
    """A count that is not there must not read as "nobody is waiting for mail"."""
    body = {"summary": {name: count for name, count in SUMMARY.items() if name != missing}}
    error, _ = talk(READS["attendee_summary"], answer(body))
    assert type(error) is exceptions.UnreadableAnswer


ERRORS_IN_A_SUCCESS = [
    {"error": "Campaign not found"},
    {"status": "error"},
    {"success": False, "message": "no"},
]


@pytest.mark.parametrize("body", ERRORS_IN_A_SUCCESS)
def test_an_error_within_a_success_is_no_success(body: Any) -> None:
    """What mails people is unknown then, and what ends a sending has not ended it."""
    for call in MAILING.values():
        assert type(talk(call, answer(body))[0]) is exceptions.OutcomeUnknown
    for name in ("stop_campaign", "cancel_scheduled_invites"):
        assert type(talk(ABSOLUTE[name], answer(body))[0]) is exceptions.UnreadableAnswer


@named(MAILING)
@pytest.mark.parametrize("body", [[], {}, None, b""])
def test_a_success_that_says_nothing_has_mailed_nobody_for_sure(call: Call, body: Any) -> None:
    """A task must not take it for sent."""
    assert type(talk(call, answer(body))[0]) is exceptions.OutcomeUnknown


@pytest.mark.parametrize("name", ["stop_campaign", "cancel_scheduled_invites"])
@pytest.mark.parametrize("first", ["lost", "503", "429"])
def test_nothing_to_do_after_a_lost_reply_is_done(name: str, first: str) -> None:
    """The first attempt may have done it; a refusal has not."""
    said = {
        "stop_campaign": (400, "Failed to stop campaign. No sending in progress"),
        "cancel_scheduled_invites": (404, "No scheduled invites found for this campaign"),
    }
    status, text = said[name]
    outcome = answer(status=429) if first == "429" else UNDECIDED[first]
    done, paths = talk(ABSOLUTE[name], outcome, answer({"error": text, "message": "Bad Request"}, status))
    assert done is (Done.NOTHING_TO_DO if first == "429" else Done.DONE)
    assert len(paths) == 2


def test_no_campaigns_is_an_empty_list() -> None:
    """A vendor that says so with a 404, as for senders, does not keep the first one from being created."""
    assert talk(READS["list_campaigns"], answer({"error": "No campaigns found"}, 404))[0] == []


@pytest.mark.parametrize("status", [403, 404])
@named({name: READS[name] for name in ("get_campaign", "attendee_summary", "list_attendees")})
def test_an_operation_the_account_may_not_use(call: Call, status: int) -> None:
    """However the vendor refuses one of the four operations, callers do without it."""
    error, _ = talk(call, answer({"error": "Forbidden for your plan"}, status))
    assert type(error) is exceptions.OperationUnavailable


def test_partial_success_of_a_batch_is_read() -> None:
    """A 200 that refuses some contacts tells which, without their addresses."""
    body = {
        "valid_count": "1",
        "invalid_count": 1,
        "duplicate_count": None,
        "invalid_contacts": [
            {"index": "2", "errors": ["The address foo@bar.example is wrong", 5]},
            {"index": 3},
        ],
    }
    found, _ = talk(CREATING["add_contacts"], answer(body))
    assert (found.valid_count, found.duplicate_count) == (1, 0)
    assert [each.index for each in found.invalid] == [2, 3]
    assert "foo@bar" not in json.dumps([each.errors for each in found.invalid])


def test_redirects_are_errors_that_name_the_other_host() -> None:
    """A redirect is told, with what to check, instead of being followed with the credentials."""
    moved = answer(None, 302, location="https://evil.example/login?email=jane@example.com")
    error, paths = talk(READS["list_campaigns"], moved)
    assert type(error) is exceptions.ApiError
    assert "evil.example" in str(error)
    assert "jane" not in str(error)
    assert len(paths) == 1
