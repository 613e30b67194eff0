"""What goes to and comes from Let's Calendar, as records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.fingerprints import fingerprint
from airflow_provider_calendars.exceptions import ConfigurationError

EVENT_TYPES = ("online", "offline", "physical")


@dataclass(frozen=True, slots=True)
class CampaignContent:
    """What a campaign says, when, and from whom.

    :param title: the name in the panel.
    :param subject: of the e-mail.
    :param event_type: ``online`` (webinar), ``offline`` (webinar with a common login URL) or ``physical``.
    :param sender_email_id: one of ``GET /sender-emails``.
    :param start_date: ``YYYY-MM-DD`` in the campaign's time zone.
    :param start_time: ``HH:MM``, 24 hours.
    :param end_date: ``YYYY-MM-DD``.
    :param end_time: ``HH:MM``.
    :param timezone: an IANA name.
    :param description: of the event.
    :param email_content: HTML of the e-mail.
    :param location: where a physical event takes place.
    :param login_url: the common login URL of an ``offline`` event.
    """

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
    location: str | None = None
    login_url: str | None = None

    def __post_init__(self) -> None:
        optional = {"location", "login_url", "sender_email_id"}
        for name in (each.name for each in fields(self) if each.name not in optional):
            checks.text(name, getattr(self, name))
        for name in ("location", "login_url"):
            if getattr(self, name) is not None:
                checks.text(name, getattr(self, name))
        checks.choice("event_type", self.event_type, EVENT_TYPES)
        checks.integer("sender_email_id", self.sender_email_id)
        checks.timezone("timezone", self.timezone)
        start = checks.wall_clock("start_date", self.start_date, "start_time", self.start_time)
        if checks.wall_clock("end_date", self.end_date, "end_time", self.end_time) <= start:
            raise ConfigurationError("end_date and end_time must be after start_date and start_time.")

    @property
    def start_datetime(self) -> str:
        """The start as the vendor writes it in lists: ``YYYY-MM-DD HH:MM:SS`` in the campaign's zone."""
        return f"{self.start_date} {self.start_time}:00"

    def to_wire(self) -> dict[str, Any]:
        """Return the body the vendor expects."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def fingerprint(self) -> str:
        """Return a text that is the same for the same content only."""
        return fingerprint(self.to_wire())


@dataclass(frozen=True, slots=True)
class SavedCampaign:
    """A campaign as the vendor confirms it after create and update.

    :param start_datetime: ``YYYY-MM-DD HH:MM:SS`` in ``timezone``; so is ``end_datetime``.
    """

    campaign_id: str
    title: str
    start_datetime: str
    end_datetime: str
    timezone: str

    @classmethod
    def from_answer(cls, answer: Any) -> SavedCampaign:
        """Read ``{"campaign": {"id": ...}}``."""
        campaign = answer["campaign"]
        return cls(
            campaign_id=str(campaign["id"]),
            **{name: str(campaign.get(name) or "") for name in _SAVED_TEXTS},
        )


_SAVED_TEXTS = ("title", "start_datetime", "end_datetime", "timezone")


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as the list shows it.

    :param start_datetime: ``YYYY-MM-DD HH:MM:SS`` in ``timezone``; so is ``end_datetime``.
    :param created_on: naive; the vendor does not say in which zone.
    """

    campaign_id: str
    title: str
    subject: str
    start_datetime: str
    end_datetime: str
    timezone: str
    created_on: str

    @classmethod
    def from_answer(cls, item: Any) -> Campaign:
        """Read an item of ``GET /campaigns``."""
        return cls(
            campaign_id=str(item["campaign_id"]),
            **{name: str(item.get(name) or "") for name in _CAMPAIGN_TEXTS},
        )

    @property
    def starts_at(self) -> datetime | None:
        """The start in UTC; None where it cannot be read."""
        return utc(self.start_datetime, self.timezone)


_CAMPAIGN_TEXTS = ("title", "subject", "start_datetime", "end_datetime", "timezone", "created_on")


@dataclass(frozen=True, slots=True)
class CampaignDetails:
    """A campaign with its content, as the panel's edit page holds it.

    :param content: the vendor's own fields, by the vendor's names (``campaign_subject`` ...).
    :param disconnected_senders: ids of mailboxes that cannot send at present.
    """

    campaign_id: str
    title: str
    start_datetime: str
    timezone: str
    content: Mapping[str, Any] = field(repr=False)
    disconnected_senders: tuple[int, ...] = ()

    @classmethod
    def from_answer(cls, answer: Any) -> CampaignDetails:
        """Read ``{"campaign": {...}, "sender_emails": [...]}``."""
        campaign = answer["campaign"]
        senders = answer.get("sender_emails") or []
        return cls(
            campaign_id=str(campaign.get("campaign_id", "")),
            title=str(campaign.get("campaign_name", "")),
            start_datetime=str(campaign.get("start_datetime") or ""),
            timezone=str(campaign.get("timezone") or ""),
            content=dict(campaign),
            disconnected_senders=tuple(int(item["id"]) for item in senders if item.get("disconnected")),
        )

    @property
    def starts_at(self) -> datetime | None:
        """The start in UTC; None where it cannot be read."""
        return utc(self.start_datetime, self.timezone)

    def fingerprint(self) -> str:
        """Return a text that is the same for the same content only."""
        return fingerprint(dict(self.content))


def utc(text: str, zone: str) -> datetime | None:
    """Return the moment of a wall clock time in a zone; of two at a clock change, the first.

    :param text: the time; one that says its offset is not of the zone.
    :param zone: the IANA name of the zone.
    :return: None where either cannot be read.
    """
    try:
        clocks, moment = ZoneInfo(zone), datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=clocks)).astimezone(UTC)
    except (KeyError, OSError, OverflowError, ValueError):
        return None


def may_start_at(text: str, zone: str, wanted: str, wanted_zone: str) -> bool:
    """Tell whether a start as the vendor says it may be the one that was wanted.

    :param text: the vendor's time, in whatever form; what it leaves out, or nobody can read, may be.
    :param zone: the vendor's zone.
    :param wanted: the wanted time on the clocks of ``wanted_zone``.
    :param wanted_zone: the IANA name of the wanted zone.
    """
    zone = zone.strip() or wanted_zone
    if zone.casefold() != wanted_zone.casefold():
        return False
    return utc(text, wanted_zone) in {None, utc(wanted, wanted_zone)}


@dataclass(frozen=True, slots=True)
class Sender:
    """A mailbox invites can be sent from."""

    sender_email_id: int
    email: str = field(repr=False)
    name: str
    provider_name: str

    @classmethod
    def from_answer(cls, item: Any) -> Sender:
        """Read an item of ``GET /sender-emails``."""
        name, provider = str(item.get("name") or ""), str(item.get("provider_name") or "")
        return cls(int(item["id"]), str(item.get("email") or ""), name, provider)


@dataclass(frozen=True, slots=True)
class ScheduledInvites:
    """A schedule as the vendor confirms it.

    :param scheduled_time: as the vendor says it; in which zone is not documented, so do not compute with it.
    """

    schedule_id: str
    scheduled_time: str
    timezone: str

    @classmethod
    def from_answer(cls, answer: Any) -> ScheduledInvites:
        """Read the answer of ``POST /schedule-invite``."""
        return cls(
            str(answer.get("schedule_id") or ""),
            str(answer.get("scheduled_time") or ""),
            str(answer.get("timezone") or ""),
        )
