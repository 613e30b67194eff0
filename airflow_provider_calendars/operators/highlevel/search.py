"""Which free slots are tried, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import ConfigurationError, Conflict
from airflow_provider_calendars.operators.highlevel.booked import is_on

if TYPE_CHECKING:
    from airflow_provider_calendars.api.highlevel.appointment_records import Event
    from airflow_provider_calendars.hooks.highlevel import HighLevelHook

_A_DAY = timedelta(days=1)
CHOICES = ("first", "nearest", "round_robin")


@dataclass(frozen=True, slots=True)
class Offer:
    """A slot that can be booked, of a user or of whoever HighLevel chooses."""

    text: str
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """Which slots are looked for, and in which order.

    :param start: no slot before is wanted.
    :param end: no slot then or later is wanted.
    :param booked_start: the time in which the contact may be booked already; it holds the other one, and
        what an earlier try asked for.
    :param booked_end: its end.
    """

    hook: HighLevelHook
    calendar_id: str
    start: datetime
    end: datetime
    booked_start: datetime
    booked_end: datetime
    choose: str
    nearest_to: datetime | None
    user_ids: tuple[str, ...]
    timezone: str | None

    def offers(self) -> Iterator[Offer]:
        """Return the free slots, the best one first."""
        if self.choose == "round_robin":
            return self._by_user()
        return self._by_time()

    def appointments(self) -> list[Event]:
        """Return the appointments in the calendar and the time in which the contact may be booked."""
        return self.hook.list_appointments(self.booked_start, self.booked_end, [self.calendar_id])

    def assigned(self, offer: Offer) -> Offer:
        """Return a slot with somebody who is free then.

        :raises Conflict: nobody is any more.
        """
        start = checks.moment("slot", offer.text)
        for user_id in self._members():
            # whether a slot must end in the time that is asked for is not documented
            free = self.hook.list_free_slots(
                self.calendar_id, start - _A_DAY, start + _A_DAY, timezone=self.timezone, user_id=user_id
            )
            if any(slot.text == offer.text for slot in free):
                return Offer(offer.text, user_id)
        raise Conflict(f"Nobody is free at {offer.text} any more.", system="HighLevel")

    def _by_time(self) -> Iterator[Offer]:
        only = self.user_ids[0] if len(self.user_ids) == 1 else None
        slots = self.hook.list_free_slots(
            self.calendar_id, self.start, self.end, timezone=self.timezone, user_ids=self.user_ids or None
        )
        wanted = self.nearest_to or self.start
        ordered = sorted(slots, key=lambda slot: (abs(slot.start - wanted), slot.start))
        return (Offer(slot.text, only) for slot in ordered)

    def _by_user(self) -> Iterator[Offer]:
        for user_id in sorted(self._members(), key=self._load_of):
            slots = self.hook.list_free_slots(
                self.calendar_id, self.start, self.end, timezone=self.timezone, user_id=user_id
            )
            for slot in sorted(slots, key=lambda slot: slot.start):
                yield Offer(slot.text, user_id)

    def _load_of(self, user_id: str) -> int:
        """Return how many appointments a user has in the time."""
        from airflow_provider_calendars.api.highlevel.events import Window
        from airflow_provider_calendars.api.highlevel.overview import months

        return sum(
            is_on(each)
            for begin, until in months(self.start, self.end)
            for each in self.hook.list_events(Window(begin, until, user_id=user_id))
        )

    def _members(self) -> tuple[str, ...]:
        if self.user_ids:
            return self.user_ids
        members = self.hook.get_calendar(self.calendar_id).content.team_members or ()
        if not members:
            raise ConfigurationError(f"Calendar {self.calendar_id} has no team members; give user_ids.")
        return tuple(each.user_id for each in members)
