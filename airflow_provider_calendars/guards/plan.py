"""What is about to be sent, to whom, when and from whom, in a form that can be approved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from airflow_provider_calendars.api.fingerprints import fingerprint
from airflow_provider_calendars.guards.audience import Audience


@dataclass(frozen=True)
class Plan:
    """A sending that has not happened.

    :param campaign_id: the campaign.
    :param title: its title.
    :param content: a fingerprint of all that it says, its time and its sender.
    :param starts_at: when the event starts, aware; None if it is not known.
    :param timezone: the campaign's zone.
    :param sender: who sends, without an address; empty if it is not known.
    :param audience: who gets it.
    """

    campaign_id: str
    title: str
    content: str
    starts_at: datetime | None
    timezone: str
    sender: str
    audience: Audience

    @property
    def fingerprint(self) -> str:
        """The same invites to the same people give the same text."""
        return fingerprint([self.campaign_id, self.content, self.audience.fingerprint])

    @property
    def start(self) -> str:
        """When the event starts, on the campaign's clocks and in UTC."""
        if self.starts_at is None:
            return "not known"
        local = self.starts_at.astimezone(ZoneInfo(self.timezone))
        return f"{local:%A, %Y-%m-%d %H:%M} {self.timezone} ({self.starts_at:%Y-%m-%d %H:%M} UTC)"

    def story(self, rows: int | None = None, rejected: int | None = None) -> str:
        """Return what a person needs to decide, as Markdown without anybody's address."""
        domains = ", ".join(f"{name} ({count})" for name, count in self.audience.domains().most_common(5))
        facts = {
            "Campaign": f"{_plain(self.title)} (`{self.campaign_id}`)",
            "Invites": str(len(self.audience)),
            "Starts": self.start,
            "Sender": _plain(self.sender) or "not known",
            "Most at": domains or "-",
            "For example": ", ".join(f"`{each}`" for each in self.audience.sample()) or "-",
            "Fingerprint": f"`{self.fingerprint[:16]}`",
        }
        if rows is not None and rejected is not None:
            facts["Left out"] = f"{rejected} of {rows} rows of the export"
        lines = [f"| **{name}** | {value} |" for name, value in facts.items()]
        return "\n".join(["| | |", "| --- | --- |", *lines])


def _plain(text: str) -> str:
    return "".join(" " if each in "|\r\n`" else each for each in text)
