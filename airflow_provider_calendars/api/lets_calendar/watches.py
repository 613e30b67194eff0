"""What sensors wait for at Let's Calendar."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from airflow_provider_calendars.api.flow import Flow, now
from airflow_provider_calendars.api.lets_calendar import LetsCalendarApi
from airflow_provider_calendars.api.lets_calendar.people import AttendeeSummary
from airflow_provider_calendars.api.lets_calendar.progress import with_point
from airflow_provider_calendars.api.lets_calendar.records import Campaign, CampaignDetails
from airflow_provider_calendars.api.watching import Verdict
from airflow_provider_calendars.exceptions import (
    ApiError,
    NotFound,
    OperationUnavailable,
    SendingStalled,
    UnreadableAnswer,
)


@dataclass(slots=True)
class ContactsImported:
    """Whether a campaign's attendees are there: so many of them, or no more coming.

    :param campaign_id: the campaign.
    :param expected: how many attendees there must be; None to wait until the number stays the same.
    :param stable_looks: how often in a row the number must be the same.
    :param source: count only attendees of this source, e.g. ``import``.
    :param last_count: the number at the last look.
    :param same_looks: how often in a row it has been that.
    """

    campaign_id: str
    expected: int | None = None
    stable_looks: int | None = None
    source: str | None = None
    last_count: int = -1
    same_looks: int = 0

    def report_as_if(self) -> dict[str, Any]:
        """Return the report of a dry run: everybody is there."""
        return {"campaign_id": self.campaign_id, "attendees": self.expected or 0, "complete": True}

    def look(self, api: LetsCalendarApi) -> Flow[Verdict]:
        """Count the attendees."""
        summary = yield from api.attendee_summary(self.campaign_id, self.source)
        count = summary.listed if self.source else summary.total
        self.same_looks = self.same_looks + 1 if count == self.last_count else 1
        self.last_count = count
        complete = self.expected is not None and count >= self.expected
        stable = bool(self.stable_looks) and count > 0 and self.same_looks >= (self.stable_looks or 0)
        wanted = "" if self.expected is None else f" of {self.expected}"
        return Verdict(
            complete or stable,
            f"Campaign {self.campaign_id} has {count}{wanted} attendees.",
            {
                "campaign_id": self.campaign_id,
                "attendees": count,
                "complete": complete or self.expected is None,
            },
        )


@dataclass(slots=True)
class InvitesSent:
    """Whether the sending of a campaign's invites is over.

    Right after it was asked for, a sending has not begun and the summary still shows the old state;
    so the wait ends only after progress was seen, or after a period of grace.

    Let's Calendar pauses a campaign by itself when its sender's quota is used up or a delivery fails, and
    then waits for somebody to resume it; no operation says so. It shows in counts that stay the same:
    https://letscalendar.freshdesk.com/support/solutions/articles/84000397842-pause-campaign

    :param campaign_id: the campaign.
    :param grace_period: seconds after the first look in which progress must be seen to believe the end.
    :param stalled_after: seconds in which some count must change while invites are left; None for ever.
    :param first_look: when the first look was, in seconds since the epoch.
    :param first_pending: how many attendees had no invite then.
    :param progress_seen: whether attendees have moved since.
    :param progress: what was seen when: seconds since the epoch, and how many are sent, failed, waiting.
    :param last_counts: how many were new, in process, sent and failed at the last look.
    :param changed_at: when that was first seen, in seconds since the epoch.
    """

    campaign_id: str
    grace_period: float = 60.0
    stalled_after: float | None = None
    first_look: float | None = None
    first_pending: int = 0
    progress_seen: bool = False
    progress: list[list[float]] = field(default_factory=list)
    last_counts: list[int] = field(default_factory=list)
    changed_at: float = 0.0

    def report_as_if(self) -> dict[str, Any]:
        """Return the report of a dry run: nobody was mailed."""
        return {"campaign_id": self.campaign_id, **AttendeeSummary(0, 0, 0, 0, 0, 0, 0, 0).counts()}

    def look(self, api: LetsCalendarApi) -> Flow[Verdict]:
        """Read the summary."""
        summary = yield from api.attendee_summary(self.campaign_id)
        time = yield from now()
        pending = summary.new + summary.in_process
        if self.first_look is None:
            self.first_look, self.first_pending = time, pending
        self.progress = with_point(self.progress, time, summary.sent, summary.failed, pending)
        self.progress_seen |= summary.in_process > 0 or pending < self.first_pending
        believable = self.progress_seen or time >= self.first_look + self.grace_period
        # nobody at all is no sending that is over
        over = pending == 0 and _reached(summary) > 0
        if not over:
            self._refuse_stall(summary, time)
        return Verdict(
            over and believable,
            f"Campaign {self.campaign_id}: {summary.new} new, {summary.in_process} in process, "
            f"{summary.sent} sent, {summary.failed} failed.",
            {"campaign_id": self.campaign_id, **summary.counts()},
        )

    def _refuse_stall(self, summary: AttendeeSummary, time: float) -> None:
        counts = [summary.new, summary.in_process, summary.sent, summary.failed]
        if counts != self.last_counts:
            self.last_counts, self.changed_at = counts, time
        if self.stalled_after is None or time < self.changed_at + self.stalled_after:
            return
        raise SendingStalled(
            f"Campaign {self.campaign_id}: nothing has changed for {time - self.changed_at:.0f} seconds, "
            f"with {summary.sent} sent, {summary.failed} failed, {summary.new} new and {summary.in_process} "
            "in process. Let's Calendar pauses a campaign when its sender's quota is used up or a delivery "
            "fails. Look in its panel; when it sends again, clear this task to wait on."
        )


def _reached(summary: AttendeeSummary) -> int:
    return summary.sent + summary.failed + summary.unsubscribed + summary.cancelled


@dataclass(slots=True)
class CampaignStarted:
    """Whether a campaign's event has started.

    :param campaign_id: the campaign.
    :param starts_at: its start as last seen, in seconds since the epoch.
    """

    campaign_id: str
    starts_at: float | None = None

    def report_as_if(self) -> dict[str, Any]:
        """Return the report of a dry run, in which nothing starts."""
        return {"campaign_id": self.campaign_id, "starts_at": None}

    def look(self, api: LetsCalendarApi) -> Flow[Verdict]:
        """Read the start, which may have been moved, and compare it with the time."""
        start = yield from self._read_start(api)
        time = yield from now()
        if start is not None:
            self.starts_at = start
        if self.starts_at is None:
            return Verdict(False, f"Campaign {self.campaign_id} is not in the list of active campaigns.")
        said = datetime.fromtimestamp(self.starts_at, UTC).isoformat()
        return Verdict(
            time >= self.starts_at,
            f"Campaign {self.campaign_id} starts at {said}.",
            {"campaign_id": self.campaign_id, "starts_at": said},
        )

    def _read_start(self, api: LetsCalendarApi) -> Flow[float | None]:
        try:
            details = yield from api.get_campaign(self.campaign_id)
            return _timestamp(details)
        except (OperationUnavailable, UnreadableAnswer):
            # a campaign that is over may leave the list, so one that is not in it is no error
            campaigns = yield from api.list_campaigns()
        except NotFound:
            # nor is one that is gone after it was seen
            if self.starts_at is None:
                raise
            return None
        for campaign in campaigns:
            if campaign.campaign_id == self.campaign_id:
                return _timestamp(campaign)
        return None


def _timestamp(campaign: Campaign | CampaignDetails) -> float:
    if campaign.starts_at is None:
        raise ApiError(
            f"Campaign {campaign.campaign_id} has no readable start: {campaign.start_datetime!r:.40} in the "
            f"time zone {campaign.timezone!r:.40}.",
            system="Let's Calendar",
        )
    return campaign.starts_at.timestamp()
