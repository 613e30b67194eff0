"""How accepted invites reach people: after a delay, one after the other, until somebody stops it."""

from __future__ import annotations

from collections import Counter, deque
from functools import partial

from airflow_provider_calendars.sandbox.clock import Timeline
from airflow_provider_calendars.sandbox.lets_calendar.records import (
    Attendee,
    Campaign,
    Delivery,
    Schedule,
    Sender,
    Sending,
)
from airflow_provider_calendars.sandbox.lets_calendar.settings import LetsCalendarSettings


class PostOffice:
    """Sends invites, and remembers every one that was delivered.

    :param settings: how long sending takes, and what it may do.
    :param timeline: where deliveries wait for their time.
    """

    def __init__(self, settings: LetsCalendarSettings, timeline: Timeline) -> None:
        self._settings = settings
        self._timeline = timeline
        self.deliveries: list[Delivery] = []
        self._sent_by: Counter[int] = Counter()

    def send(self, campaign: Campaign, kind: str, now: float) -> int:
        """Accept invites for sending, and tell how many: 0 means that there is nothing to do.

        :param campaign: whose attendees.
        :param kind: ``invite`` for those who have none, ``update`` for those who have one.
        :param now: when they were accepted.
        """
        attendees = self._addressees(campaign, kind)
        if attendees:
            sending = Sending(kind, deque(attendees))
            campaign.sendings.append(sending)
            self._plan(campaign, sending, now + self._settings.send_delay)
        return len(attendees)

    def _addressees(self, campaign: Campaign, kind: str) -> list[Attendee]:
        if kind == "update":
            return campaign.with_status("S")
        new = campaign.with_status("N")
        if self._settings.second_send == "mails_again":
            # whether an accepted attendee is mailed twice is not documented: assume the worst
            return new
        queued = {id(one) for sending in campaign.sendings if sending.in_progress for one in sending.waiting}
        return [attendee for attendee in new if id(attendee) not in queued]

    def _plan(self, campaign: Campaign, sending: Sending, begin: float) -> None:
        self._timeline.at(begin, lambda _: _take_in_hand(sending))
        step = self._settings.send_seconds / len(sending.waiting)
        for number in range(1, len(sending.waiting) + 1):
            self._timeline.at(begin + step * number, partial(self._deliver_next, campaign, sending))

    def _deliver_next(self, campaign: Campaign, sending: Sending, at: float) -> None:
        if not sending.in_progress:
            return
        attendee = sending.waiting.popleft()
        if attendee.status in "UC":
            return
        if not self._within_quota(campaign.sender_email_id):
            self._refuse(sending, attendee)
            return
        self._sent_by[campaign.sender_email_id] += 1
        attendee.status = "S"
        attendee.invited = True
        self.deliveries.append(Delivery(campaign.id, attendee.id, attendee.email, sending.kind, at))

    def _within_quota(self, sender_id: int) -> bool:
        quota = self._settings.sender_quota
        return quota is None or self._sent_by[sender_id] < quota

    def _refuse(self, sending: Sending, attendee: Attendee) -> None:
        if self._settings.quota_reached == "fails":
            attendee.status = "F"
            return
        # https://letscalendar.freshdesk.com/support/solutions/articles/84000397842-pause-campaign
        sending.waiting.appendleft(attendee)
        _end(sending, "N")

    def stop(self, campaign: Campaign) -> bool:
        """Keep accepted invites from being delivered, and tell whether there were any.

        :param campaign: whose invites.
        """
        running = [sending for sending in campaign.sendings if sending.in_progress]
        for sending in running:
            # what becomes of those who wait is not documented by the vendor
            _end(sending, self._settings.stopped_become)
        return bool(running)

    def schedule(self, campaign: Campaign, schedule: Schedule) -> None:
        """Send the invites of a campaign when the time comes, unless it is cancelled before.

        :param campaign: whose invites.
        :param schedule: when.
        """

        def send(at: float) -> None:
            if schedule.status == "waiting":
                schedule.status = "done"
                self.send(campaign, "invite", at)

        self._timeline.at(schedule.at, send)

    def automate(self, campaign: Campaign, now: float) -> None:
        """Send to new attendees again and again, for as long as the automation is on.

        :param campaign: whose attendees.
        :param now: when it was turned on.
        """
        this_round = campaign.automation_round

        def send(at: float) -> None:
            if campaign.automation and campaign.automation_round == this_round:
                self.send(campaign, "invite", at)
                self.automate(campaign, at)

        self._timeline.at(now + self._settings.automation_interval, send)

    def clear(self) -> None:
        """Forget all deliveries."""
        self.deliveries.clear()
        self._sent_by.clear()


def senders(number: int) -> list[Sender]:
    """Invent the sender addresses of the account.

    :param number: how many.
    """
    return [Sender(123 + n, f"sender{n + 1}@example.com", f"Sandbox Sender {n + 1}") for n in range(number)]


def _take_in_hand(sending: Sending) -> None:
    if not sending.stopped:
        for attendee in sending.waiting:
            _set_status(attendee, "P")


def _end(sending: Sending, waiting_become: str) -> None:
    sending.stopped = True
    for attendee in sending.waiting:
        # who has an invite already keeps it
        _set_status(attendee, "S" if attendee.invited else waiting_become)


def _set_status(attendee: Attendee, letter: str) -> None:
    if attendee.status in "NPS":
        attendee.status = letter
