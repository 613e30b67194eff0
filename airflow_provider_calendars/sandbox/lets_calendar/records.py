"""What the sandbox's Let's Calendar remembers."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

# the letters are the vendor's (https://panel.letscalendar.com/docs), the words are ours
STATUS_LABELS = {
    "N": "New",
    "P": "In Process",
    "S": "Sent",
    "F": "Failed",
    "U": "Unsubscribed",
    "C": "Cancelled",
}


@dataclass
class Sender:
    """An address that campaigns are sent from."""

    id: int
    email: str
    name: str


@dataclass
class Attendee:
    """One person in one campaign.

    :param invited: whether an invite was delivered, whatever became of the person since.
    """

    id: int
    email: str
    firstname: str
    lastname: str = ""
    loginurl: str = ""
    username: str = ""
    password: str = ""
    status: str = "N"
    source: str = "api"
    registered_at: float = 0.0
    invited: bool = field(default=False, init=False)

    @property
    def name(self) -> str:
        """First and last name in one."""
        return f"{self.firstname} {self.lastname}".strip()


@dataclass(frozen=True)
class Delivery:
    """An invite that has arrived in somebody's calendar.

    :param kind: ``invite`` or ``update``.
    :param at: when, in seconds since 1970.
    """

    campaign_id: str
    attendee_id: int
    email: str
    kind: str
    at: float


@dataclass
class Schedule:
    """A time at which the invites of a campaign are to be sent."""

    id: int
    at: float
    status: str = "waiting"  # then "done" or "cancelled"


@dataclass
class Sending:
    """Invites that were accepted and are not all delivered yet.

    :param kind: ``invite`` or ``update``.
    """

    kind: str
    waiting: deque[Attendee]
    stopped: bool = False

    @property
    def in_progress(self) -> bool:
        """Whether somebody is still to be mailed."""
        return bool(self.waiting) and not self.stopped


@dataclass
class Campaign:
    """One campaign with its attendees; the first fields are those of the vendor's request."""

    id: str
    title: str
    subject: str
    event_type: str
    sender_email_id: int
    start_date: str
    start_time: str
    end_date: str
    end_time: str
    timezone: str
    description: str
    email_content: str
    location: str = ""
    login_url: str = ""
    created_at: float = 0.0
    automation: bool = False
    automation_round: int = 0
    attendees: list[Attendee] = field(default_factory=list)
    schedules: list[Schedule] = field(default_factory=list)
    sendings: list[Sending] = field(default_factory=list)
    _by_email: dict[str, list[Attendee]] = field(default_factory=dict, repr=False)

    def add(self, attendee: Attendee) -> None:
        """Add a person, whether or not the e-mail is there already.

        :param attendee: the person.
        """
        self.attendees.append(attendee)
        self._by_email.setdefault(attendee.email.casefold(), []).append(attendee)

    @property
    def start_datetime(self) -> str:
        """Beginning, in the campaign's own zone, as the vendor writes it."""
        return f"{self.start_date} {self.start_time}:00"

    @property
    def end_datetime(self) -> str:
        """End, in the campaign's own zone, as the vendor writes it."""
        return f"{self.end_date} {self.end_time}:00"

    def ends_at(self) -> float:
        """End, in seconds since 1970."""
        return moment(self.end_date, self.end_time, self.timezone)

    def counts(self) -> dict[str, int]:
        """Count the attendees by status letter; every letter is there."""
        counted = Counter(attendee.status for attendee in self.attendees)
        return {letter: counted[letter] for letter in STATUS_LABELS}

    def with_email(self, email: str) -> list[Attendee]:
        """Find the attendees with an e-mail.

        :param email: upper and lower case are the same, which the vendor does not document.
        """
        return list(self._by_email.get(email.casefold(), ()))

    def with_status(self, *letters: str) -> list[Attendee]:
        """Find the attendees with one of some statuses.

        :param letters: status letters.
        """
        return [one for one in self.attendees if one.status in letters]


def moment(date: str, time: str, timezone: str) -> float:
    """Turn a date and a time on the wall into seconds since 1970.

    :param date: ``2026-05-15``.
    :param time: ``14:00``.
    :param timezone: IANA name.
    """
    local = datetime.strptime(f"{date} {time}", "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(timezone))
    return local.timestamp()
