"""The state of the sandbox's Let's Calendar, for its operations and for the assertions of tests."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from airflow_provider_calendars.sandbox.clock import Clock, Timeline, utc
from airflow_provider_calendars.sandbox.ids import random_id
from airflow_provider_calendars.sandbox.lets_calendar.accounts import Tokens
from airflow_provider_calendars.sandbox.lets_calendar.records import (
    STATUS_LABELS,
    Attendee,
    Campaign,
    Delivery,
    Schedule,
    Sender,
)
from airflow_provider_calendars.sandbox.lets_calendar.sending import PostOffice, senders
from airflow_provider_calendars.sandbox.lets_calendar.settings import LetsCalendarSettings

COLUMNS = ("firstname", "lastname", "email", "loginurl", "username", "password")

_INVENTED: dict[str, Any] = {
    "title": "Sandbox campaign",
    "subject": "You are invited",
    "event_type": "online",
    "sender_email_id": 123,
    "start_time": "14:00",
    "end_time": "15:00",
    "timezone": "America/New_York",
    "description": "A campaign of the sandbox",
    "email_content": "<p>You are invited</p>",
}

Row = Mapping[str, str]
Given = ParamSpec("Given")
Result = TypeVar("Result")


def _up_to_date(
    method: Callable[Concatenate[LetsCalendarState, Given], Result],
) -> Callable[Concatenate[LetsCalendarState, Given], Result]:
    """Let a method see, and change, only what is true now; one thread at a time."""

    @wraps(method)
    def alone(self: LetsCalendarState, /, *given: Given.args, **named: Given.kwargs) -> Result:
        with self.lock:
            self.catch_up()
            return method(self, *given, **named)

    return alone


class LetsCalendarState:
    """Campaigns, attendees and mailbox. Whoever looks sees what has happened by then.

    :param settings: how long things take, and what the vendor leaves open.
    :param clock: the time.
    """

    def __init__(self, settings: LetsCalendarSettings, clock: Clock) -> None:
        self.lock = threading.RLock()
        self.settings = settings
        self.clock = clock
        self.tokens = Tokens(settings, clock)
        self.exports: dict[str, str] = {}
        self._timeline = Timeline(clock)
        self._post_office = PostOffice(settings, self._timeline)
        self._campaigns: dict[str, Campaign] = {}
        self._numbers = itertools.count(1)
        clock.watch(self.catch_up)

    def catch_up(self) -> None:
        """Let everything happen that is due by now."""
        with self.lock:
            self._timeline.catch_up()

    @property
    @_up_to_date
    def campaigns(self) -> list[Campaign]:
        """All campaigns, oldest first, as they are now."""
        return list(self._campaigns.values())

    @property
    def senders(self) -> list[Sender]:
        """The sender addresses of the account."""
        return senders(self.settings.senders)

    @_up_to_date
    def campaign(self, campaign_id: str) -> Campaign | None:
        """Find a campaign, as it is now.

        :param campaign_id: its id.
        """
        return self._campaigns.get(campaign_id)

    @_up_to_date
    def mailbox(self, campaign_id: str | None = None, kind: str | None = None) -> list[Delivery]:
        """List the invites that were delivered by now, in order.

        :param campaign_id: only those of one campaign.
        :param kind: only ``invite`` or ``update``.
        """
        return [
            one
            for one in self._post_office.deliveries
            if campaign_id in (None, one.campaign_id) and kind in (None, one.kind)
        ]

    def mailed_twice(self) -> list[tuple[str, str]]:
        """List who got the first invite of a campaign more than once, as ``(campaign id, e-mail)``."""
        got = Counter((one.campaign_id, one.email.casefold()) for one in self.mailbox(kind="invite"))
        return [who for who, times in got.items() if times > 1]

    @_up_to_date
    def add_campaign(self, /, **fields: Any) -> Campaign:
        """Create a campaign.

        :param fields: fields of the vendor's request; what is left out is invented.
        """
        tomorrow = (utc(self.clock.now()) + timedelta(days=1)).strftime("%Y-%m-%d")
        values = {**_INVENTED, "start_date": tomorrow, "end_date": tomorrow, **fields}
        campaign = Campaign(id=random_id(20), **{"created_at": self.clock.now(), **values})
        self._campaigns[campaign.id] = campaign
        return campaign

    @_up_to_date
    def add_attendee(
        self, campaign: Campaign, row: Row, source: str = "api", at: float | None = None
    ) -> Attendee:
        """Add a person to a campaign, whether or not the e-mail is there already.

        :param campaign: the campaign.
        :param row: ``firstname``, ``email`` and the other columns of the vendor's upload file.
        :param source: how the person came in.
        :param at: when, in seconds since 1970; now, if left out.
        """
        known = {name: str(row[name]) for name in COLUMNS if row.get(name)}
        moment = self.clock.now() if at is None else at
        attendee = Attendee(self.number(), **{"firstname": "", **known}, source=source, registered_at=moment)
        campaign.add(attendee)
        return attendee

    @_up_to_date
    def set_status(self, campaign_id: str, email: str, status: str) -> int:
        """Change the status of a person, e.g. to unsubscribed, and tell how many attendees that were.

        :param campaign_id: the campaign.
        :param email: the person.
        :param status: a status letter.
        :raises ValueError: there is no such status, or no such person in the campaign.
        """
        if status not in STATUS_LABELS:
            raise ValueError(f"unknown status {status!r}; expected one of {', '.join(STATUS_LABELS)}")
        campaign = self.campaign(campaign_id)
        found = campaign.with_email(email) if campaign else []
        if not found:
            raise ValueError(f"no such attendee in campaign {campaign_id!r}")
        for attendee in found:
            attendee.status = status
        return len(found)

    @_up_to_date
    def import_rows(self, campaign: Campaign, rows: list[Row], *, allow_duplicates: bool) -> None:
        """Let the rows of an uploaded file come in one after the other.

        :param campaign: the campaign.
        :param rows: rows that can be imported.
        :param allow_duplicates: whether an e-mail that is there already comes in once more.
        """

        def come_in(row: Row, at: float) -> None:
            if allow_duplicates or not campaign.with_email(row["email"]):
                self.add_attendee(campaign, row, "import", at)

        begin = self.clock.now()
        step = self.settings.import_seconds / max(len(rows), 1)
        for number, row in enumerate(rows, 1):
            self._timeline.at(begin + step * number, partial(come_in, row))

    @_up_to_date
    def send(self, campaign: Campaign, kind: str) -> int:
        """Begin to send invites, and tell to how many attendees.

        :param campaign: the campaign.
        :param kind: ``invite`` or ``update``.
        """
        return self._post_office.send(campaign, kind, self.clock.now())

    @_up_to_date
    def stop(self, campaign: Campaign) -> bool:
        """Stop sending, and tell whether anything was being sent.

        :param campaign: the campaign.
        """
        return self._post_office.stop(campaign)

    @_up_to_date
    def schedule(self, campaign: Campaign, at: float) -> Schedule:
        """Send the invites of a campaign later.

        :param campaign: the campaign.
        :param at: when, in seconds since 1970.
        """
        if self.settings.second_schedule == "replaces":
            self.cancel_schedules(campaign)
        schedule = Schedule(self.number(), at)
        campaign.schedules.append(schedule)
        self._post_office.schedule(campaign, schedule)
        return schedule

    @_up_to_date
    def cancel_schedules(self, campaign: Campaign) -> int:
        """Forget the schedules whose time has not come, and tell how many those were.

        :param campaign: the campaign.
        """
        waiting = [schedule for schedule in campaign.schedules if schedule.status == "waiting"]
        for schedule in waiting:
            schedule.status = "cancelled"
        return len(waiting)

    @_up_to_date
    def automate(self, campaign: Campaign, *, enabled: bool) -> None:
        """Turn the hourly sending to new attendees on or off.

        :param campaign: the campaign.
        :param enabled: on or off.
        """
        if enabled == campaign.automation:
            return
        campaign.automation = enabled
        campaign.automation_round += 1
        if enabled:
            self._post_office.automate(campaign, self.clock.now())

    def number(self) -> int:
        """Give out a number that was never given out before."""
        return next(self._numbers)

    def seed(self, number: int) -> None:
        """Create empty campaigns, a minute apart.

        :param number: how many.
        """
        for n in range(number):
            at = self.clock.now() - 60 * (number - n)
            self.add_campaign(title=f"Seed campaign {n + 1}", created_at=at)

    def reset(self) -> None:
        """Forget everything."""
        with self.lock:
            self._timeline.clear()
            self._post_office.clear()
            self._campaigns.clear()
            self.exports.clear()
            self.tokens.clear()
