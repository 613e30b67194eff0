"""What is too much, too soon or for the wrong people: all of it, not only the first thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from airflow_provider_calendars.contacts.suppression import DOMAIN_BLOCKED, NOBODY, Suppression
from airflow_provider_calendars.exceptions import GuardError


@dataclass(frozen=True, slots=True)
class Limits:
    """What a DAG author allows. None allows everything.

    :param max_invites: how many people at most.
    :param max_growth: how many times as many people as the last time at most.
    :param max_reject_ratio: which part of the export's rows may have been rejected, 0 to 1.
    :param suppression: suppression lists, blocked domains and the only ones allowed.
    :param min_lead_time: how long before the event invites may still go out.
    """

    max_invites: int | None = None
    max_growth: float | None = None
    max_reject_ratio: float | None = None
    suppression: Suppression = NOBODY
    min_lead_time: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is about to be sent.

    :param invites: how many people.
    :param previous: how many there were the last time; None if there was none.
    :param rows: rows of the export; None if it is not known.
    :param rejected: how many of them were rejected.
    :param domains: people by domain.
    :param suppressed: people who are on a suppression list all the same.
    :param starts_at: when the event starts; None if it is not known.
    :param now: the present moment.
    """

    invites: int
    domains: Mapping[str, int] = field(repr=False)
    now: datetime
    previous: int | None = None
    rows: int | None = None
    rejected: int | None = None
    suppressed: int = 0
    starts_at: datetime | None = None


def complaints(limits: Limits, facts: Facts) -> list[str]:
    """Return all that is wrong, as sentences without anybody's address."""
    found = [*_of_size(limits, facts), *_of_quality(limits, facts)]
    return [*found, *_of_domains(limits.suppression, facts.domains), *_of_time(limits, facts)]


def refuse(wrong: Sequence[str]) -> None:
    """Refuse to go on if anything is wrong.

    :raises GuardError: it lists everything.
    """
    if wrong:
        listed = " ".join(f"({number}) {each}" for number, each in enumerate(wrong, 1))
        things = "1 thing is wrong" if len(wrong) == 1 else f"{len(wrong)} things are wrong"
        raise GuardError(f"Nothing was sent: {things}. {listed}")


def _of_size(limits: Limits, facts: Facts) -> list[str]:
    found = []
    if facts.invites == 0:
        found.append("There is nobody to invite.")
    if limits.max_invites is not None and facts.invites > limits.max_invites:
        found.append(f"{facts.invites} people are more than max_invites, {limits.max_invites}.")
    if limits.max_growth is not None and facts.previous:
        most = facts.previous * limits.max_growth
        if facts.invites > most:
            found.append(
                f"{facts.invites} people are {facts.invites / facts.previous:.1f} times the "
                f"{facts.previous} of the last time, more than max_growth, {limits.max_growth:g}."
            )
    return found


def _of_quality(limits: Limits, facts: Facts) -> list[str]:
    found = []
    if limits.max_reject_ratio is not None and facts.rows and facts.rejected is not None:
        ratio = facts.rejected / facts.rows
        if ratio > limits.max_reject_ratio:
            found.append(
                f"{facts.rejected} of {facts.rows} rows of the export were rejected ({ratio:.1%}), more than "
                f"max_reject_ratio, {limits.max_reject_ratio:.1%}."
            )
    if facts.suppressed:
        found.append(f"{facts.suppressed} people are on a suppression list.")
    return found


def _of_domains(rules: Suppression, domains: Mapping[str, int]) -> list[str]:
    found = []
    blocked = {name: n for name, n in domains.items() if rules.reason_for_domain(name) == DOMAIN_BLOCKED}
    if blocked:
        found.append(f"{sum(blocked.values())} people are at blocked domains: {_named(blocked)}.")
    foreign = {name: n for name, n in domains.items() if not rules.allows(name)}
    if foreign:
        found.append(f"{sum(foreign.values())} people are at domains not allowed: {_named(foreign)}.")
    return found


def _named(domains: Mapping[str, int]) -> str:
    names = sorted(domains, key=lambda name: (-domains[name], name))
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _of_time(limits: Limits, facts: Facts) -> list[str]:
    if facts.starts_at is None:
        return (
            ["When the event starts is not known, so its min_lead_time cannot be kept."]
            if (limits.min_lead_time is not None)
            else []
        )
    if facts.starts_at <= facts.now:
        return [f"The event started at {facts.starts_at.isoformat()}, which is past."]
    lead = facts.starts_at - facts.now
    if limits.min_lead_time is None or lead >= limits.min_lead_time:
        return []
    least = _duration(limits.min_lead_time)
    return [f"The event starts in {_duration(lead)}, sooner than min_lead_time, {least}."]


def _duration(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return f"{hours / 24:.1f} days" if hours >= 48 else f"{hours:.1f} hours"
