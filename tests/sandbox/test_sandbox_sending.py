"""Who gets an invite in the sandbox, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests

from airflow_provider_calendars.sandbox import Sandbox
from airflow_provider_calendars.sandbox.lets_calendar.records import Campaign

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC).timestamp()
HOUR = 3600.0


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(clock=lambda: NOW) as running:
        yield running


@pytest.fixture
def campaign(sandbox: Sandbox) -> Campaign:
    """A campaign with four attendees."""
    created = sandbox.lets_calendar.add_campaign()
    join(sandbox, created, "a", "b", "c", "d")
    return created


def join(sandbox: Sandbox, campaign: Campaign, *names: str) -> None:
    for name in names:
        row = {"firstname": name, "email": f"{name}@example.com"}
        sandbox.lets_calendar.add_attendee(campaign, row)


def post(sandbox: Sandbox, path: str, campaign: Campaign, **body: object) -> tuple[int, dict[str, str]]:
    headers = {
        "Accept": "application/json",
        "Authorization": f"Bearer {sandbox.lets_calendar.tokens.issue()}",
    }
    address = f"{sandbox.url}/api/lc/{path}"
    answer = requests.post(address, json={"campaign_id": campaign.id, **body}, headers=headers, timeout=5)
    return answer.status_code, answer.json()


def statuses(sandbox: Sandbox, campaign: Campaign) -> str:
    current = sandbox.lets_calendar.campaign(campaign.id)
    assert current is not None
    return "".join(one.status for one in current.attendees)


def mailed(sandbox: Sandbox, kind: str | None = None) -> str:
    return "".join(one.email[0] for one in sandbox.lets_calendar.mailbox(kind=kind))


def test_sending_takes_its_time(sandbox: Sandbox, campaign: Campaign) -> None:
    """After a delay attendees are in process, then one after the other has got the invite."""
    assert post(sandbox, "send-invite", campaign)[0] == 200
    assert statuses(sandbox, campaign) == "NNNN"
    sandbox.clock.advance(0.5)
    assert (statuses(sandbox, campaign), mailed(sandbox)) == ("PPPP", "")
    sandbox.clock.advance(1)
    assert (statuses(sandbox, campaign), mailed(sandbox)) == ("SSPP", "ab")
    sandbox.clock.advance(1)
    assert (statuses(sandbox, campaign), mailed(sandbox)) == ("SSSS", "abcd")
    assert sandbox.lets_calendar.mailbox()[0].at == NOW + 1.0


def test_sending_again_reaches_only_new_attendees(sandbox: Sandbox, campaign: Campaign) -> None:
    """Who has an invite gets none; if nobody is new, that is a documented 400."""
    post(sandbox, "send-invite", campaign)
    sandbox.clock.advance(3)
    nobody = post(sandbox, "send-invite", campaign)
    assert nobody == (400, {"error": "No New Attendees to Send Calendar Invite"})
    join(sandbox, campaign, "e")
    post(sandbox, "send-invite", campaign)
    sandbox.clock.advance(3)
    assert mailed(sandbox) == "abcde"
    assert sandbox.lets_calendar.mailed_twice() == []


@pytest.mark.parametrize(("choice", "expected"), [("mails_again", "aabbccdd"), ("skips_queued", "abcd")])
def test_second_send_before_the_first_has_begun(
    sandbox: Sandbox, campaign: Campaign, choice: str, expected: str
) -> None:
    """A send that is repeated at once mails everybody twice, unless the setting says otherwise."""
    sandbox.settings.second_send = choice
    for _ in range(2):
        post(sandbox, "send-invite", campaign)
    sandbox.clock.advance(5)
    assert "".join(sorted(mailed(sandbox))) == expected
    assert len(sandbox.lets_calendar.mailed_twice()) == (4 if choice == "mails_again" else 0)


def test_update_mails_those_who_have_an_invite(sandbox: Sandbox, campaign: Campaign) -> None:
    """An update reaches exactly those who have an invite, every time."""
    assert post(sandbox, "update-invite", campaign) == (400, {"error": "No attendees to update"})
    post(sandbox, "send-invite", campaign)
    sandbox.clock.advance(3)
    join(sandbox, campaign, "e")
    for _ in range(2):
        post(sandbox, "update-invite", campaign)
        sandbox.clock.advance(3)
    assert mailed(sandbox, "update") == "abcdabcd"
    assert statuses(sandbox, campaign) == "SSSSN"


@pytest.mark.parametrize("letter", ["N", "C"])
def test_stop_keeps_the_rest_from_being_mailed(sandbox: Sandbox, campaign: Campaign, letter: str) -> None:
    """Stopping keeps the invites that were delivered, and nobody else gets one."""
    sandbox.settings.stopped_become = letter
    post(sandbox, "send-invite", campaign)
    sandbox.clock.advance(1)
    assert post(sandbox, "stop-campaign", campaign)[0] == 200
    sandbox.clock.advance(HOUR)
    assert (statuses(sandbox, campaign), mailed(sandbox)) == (f"S{letter * 3}", "a")
    nothing = post(sandbox, "stop-campaign", campaign)
    assert nothing == (400, {"error": "Failed to stop campaign. No sending in progress"})


def test_stop_takes_no_invite_back(sandbox: Sandbox, campaign: Campaign) -> None:
    """Who has an invite counts as sent, also where a second sending or an update was stopped."""
    for _ in range(2):
        post(sandbox, "send-invite", campaign)
    sandbox.clock.advance(1)
    post(sandbox, "stop-campaign", campaign)
    assert (statuses(sandbox, campaign), mailed(sandbox)) == ("SNNN", "aa")
    post(sandbox, "update-invite", campaign)
    sandbox.clock.advance(0.5)
    assert statuses(sandbox, campaign) == "PNNN"
    post(sandbox, "stop-campaign", campaign)
    assert statuses(sandbox, campaign) == "SNNN"


def test_settings_do_not_change_the_past(sandbox: Sandbox, campaign: Campaign) -> None:
    """What happened before a setting was changed has happened, even if nobody looked."""
    post(sandbox, "send-invite", campaign)
    sandbox.clock.advance(3)
    sandbox.settings.sender_quota = 0
    assert statuses(sandbox, campaign) == "SSSS"


def test_quota_of_a_sender(sandbox: Sandbox, campaign: Campaign) -> None:
    """Once a sender has used up its quota, the rest stays new, until somebody sends with a new quota."""
    sandbox.settings.sender_quota = 2
    for _ in range(2):
        post(sandbox, "send-invite", campaign)
        sandbox.clock.advance(3)
        assert statuses(sandbox, campaign) == "SSNN"
    sandbox.settings.sender_quota = None
    post(sandbox, "send-invite", campaign)
    sandbox.clock.advance(3)
    assert (statuses(sandbox, campaign), mailed(sandbox)) == ("SSSS", "abcd")


def test_quota_that_lets_the_rest_fail(sandbox: Sandbox, campaign: Campaign) -> None:
    """The other reading: nobody is left to be sent to."""
    sandbox.settings.sender_quota, sandbox.settings.quota_reached = 3, "fails"
    post(sandbox, "send-invite", campaign)
    sandbox.clock.advance(3)
    assert statuses(sandbox, campaign) == "SSSF"


def test_unsubscribed_attendees_are_not_mailed(sandbox: Sandbox, campaign: Campaign) -> None:
    """Who unsubscribes after the send was accepted gets nothing."""
    post(sandbox, "send-invite", campaign)
    sandbox.lets_calendar.set_status(campaign.id, "b@example.com", "U")
    sandbox.clock.advance(3)
    assert (statuses(sandbox, campaign), mailed(sandbox)) == ("SUSS", "acd")


def schedule(sandbox: Sandbox, campaign: Campaign, time: str) -> tuple[int, dict[str, str]]:
    fields = {"schedule_date": "2026-11-21", "schedule_time": time, "timezone": "America/Hermosillo"}
    return post(sandbox, "schedule-invite", campaign, **fields)


def test_scheduled_invites_are_sent_when_the_time_comes(sandbox: Sandbox, campaign: Campaign) -> None:
    """The time is meant in the zone of the request; the answer has it in another one."""
    status, answer = schedule(sandbox, campaign, "06:00")
    assert (status, answer["scheduled_time"]) == (200, "2026-11-21 13:00:00")
    sandbox.clock.advance(HOUR - 1)
    assert statuses(sandbox, campaign) == "NNNN"
    sandbox.clock.advance(4)
    assert mailed(sandbox) == "abcd"
    gone = post(sandbox, "cancel-scheduled-invite", campaign)
    assert gone == (404, {"error": "No scheduled invites found for this campaign"})


def test_schedule_in_the_past(sandbox: Sandbox, campaign: Campaign) -> None:
    """A schedule must be in the future."""
    expected = {"error": "Invalid schedule time. Schedule time must be in the future."}
    assert schedule(sandbox, campaign, "05:00") == (400, expected)
    assert schedule(sandbox, campaign, "5 am")[0] == 400


def test_cancelled_schedule(sandbox: Sandbox, campaign: Campaign) -> None:
    """Cancelling takes back all schedules of a campaign."""
    schedule(sandbox, campaign, "06:00")
    schedule(sandbox, campaign, "07:00")
    assert post(sandbox, "cancel-scheduled-invite", campaign)[0] == 200
    sandbox.clock.advance(5 * HOUR)
    assert mailed(sandbox) == ""


@pytest.mark.parametrize(("choice", "waiting"), [("adds", 2), ("replaces", 1)])
def test_second_schedule(sandbox: Sandbox, campaign: Campaign, choice: str, waiting: int) -> None:
    """A second schedule comes on top of the first, unless the setting says otherwise."""
    sandbox.settings.second_schedule = choice
    schedule(sandbox, campaign, "06:00")
    schedule(sandbox, campaign, "07:00")
    assert [one.status for one in campaign.schedules].count("waiting") == waiting


def test_automation_mails_new_attendees_every_hour(sandbox: Sandbox, campaign: Campaign) -> None:
    """While the automation is on, whoever has no invite gets one within the hour."""
    on = post(sandbox, "toggle-automation", campaign, enabled=True)
    assert on == (200, {"message": "Automation enabled successfully", "status": "enabled"})
    sandbox.clock.advance(HOUR + 3)
    join(sandbox, campaign, "e")
    assert mailed(sandbox) == "abcd"
    sandbox.clock.advance(HOUR)
    assert mailed(sandbox) == "abcde"
    assert post(sandbox, "toggle-automation", campaign, enabled="0")[1]["status"] == "disabled"
    join(sandbox, campaign, "f")
    sandbox.clock.advance(9 * HOUR)
    assert mailed(sandbox) == "abcde"


def test_automation_that_is_turned_off_and_on_runs_once(sandbox: Sandbox, campaign: Campaign) -> None:
    """Turning the automation off and on again does not start it twice."""
    for enabled in (True, False, True, True):
        post(sandbox, "toggle-automation", campaign, enabled=enabled)
    sandbox.clock.advance(HOUR + 3)
    assert mailed(sandbox) == "abcd"
    wrong = post(sandbox, "toggle-automation", campaign, enabled="true")
    assert wrong[0] == 400
