"""Let's Calendar on the page: campaigns that run, that come, and that are just over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow_provider_calendars.api.lets_calendar.records import Campaign, utc
from airflow_provider_calendars.hooks.lets_calendar import LetsCalendarHook
from airflow_provider_calendars.plugin.page.patience import within
from airflow_provider_calendars.plugin.page.tables import Column, Table, capped, clock, shortened

_OVER_FOR = timedelta(days=14)
_MOST_OVER = 5
# each costs a request of its own
_MOST_COUNTED = 20

_COLUMNS = (
    Column("campaign", "Campaign", "link"),
    Column("state", "State", "state"),
    Column("starts", "Starts"),
    Column("starts_utc", "Starts (UTC)", "time"),
    Column("total", "Attendees", "number"),
    Column("new", "New", "number"),
    Column("in_process", "In process", "number"),
    Column("sent", "Sent", "number"),
    Column("failed", "Failed", "number"),
    Column("unsubscribed", "Unsubscribed", "number"),
    Column("cancelled", "Cancelled", "number"),
)


@dataclass(frozen=True, slots=True)
class _Dated:
    """A campaign and its time in UTC.

    :param state: ``running``, ``upcoming``, ``over``, or ``unknown`` if its times are not readable.
    """

    campaign: Campaign
    start: datetime | None
    state: str


def campaigns_table(hook: LetsCalendarHook, now: datetime) -> Table:
    """Return the campaigns by date: running, upcoming, over."""
    dated = [_dated(each, now) for each in hook.run(lambda api: within(api.list_campaigns()))]
    by_state = {state: _in_order(dated, state) for state in ("running", "upcoming", "unknown", "over")}
    chosen = [each for state in by_state.values() for each in state]
    rows, left_out = capped(_row(hook, each, number) for number, each in enumerate(chosen))
    running, upcoming = len(by_state["running"]), len(by_state["upcoming"])
    return Table(
        columns=_COLUMNS,
        rows=rows,
        summary=f"{running} running, {upcoming} upcoming",
        empty="No campaign runs, comes, or was in the last two weeks.",
        left_out=left_out,
        notes=_notes(chosen),
    )


def campaign_counts(hook: LetsCalendarHook, campaign_id: str) -> dict[str, int]:
    """Return how many attendees of a campaign are in which state."""
    return hook.run(lambda api: within(api.attendee_summary(campaign_id))).counts()


def _dated(campaign: Campaign, now: datetime) -> _Dated:
    start = campaign.starts_at
    end = utc(campaign.end_datetime, campaign.timezone) if campaign.end_datetime else start
    if start is None or end is None:
        return _Dated(campaign, None, "unknown")
    if start > now:
        return _Dated(campaign, start, "upcoming")
    if end > now:
        return _Dated(campaign, start, "running")
    return _Dated(campaign, start, "over" if now - end <= _OVER_FOR else "long over")


def _in_order(dated: Sequence[_Dated], state: str) -> list[_Dated]:
    """Return the campaigns of a state, those next to now first."""
    chosen = [each for each in dated if each.state == state]
    chosen.sort(key=lambda each: each.start or datetime.min.replace(tzinfo=UTC), reverse=state == "over")
    return chosen[:_MOST_OVER] if state == "over" else chosen


def _row(hook: LetsCalendarHook, dated: _Dated, number: int) -> Mapping[str, Any]:
    campaign = dated.campaign
    row = {
        "campaign": {
            "text": shortened(campaign.title) or campaign.campaign_id,
            "href": hook.campaign_url(campaign.campaign_id),
            "hint": campaign.campaign_id,
        },
        "state": dated.state,
        "starts": shortened(f"{campaign.start_datetime[:16]} {campaign.timezone}"),
        "starts_utc": clock(dated.start) if dated.start else "",
    }
    return {**row, "counts_of": campaign.campaign_id} if number < _MOST_COUNTED else row


def _notes(chosen: Sequence[_Dated]) -> list[str]:
    if len(chosen) <= _MOST_COUNTED:
        return []
    return [f"Attendees are counted for the first {_MOST_COUNTED} campaigns only."]
