"""What sensors and watchers wait for at lemcal."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.lemcal import LemcalApi
from airflow_provider_calendars.api.lemcal.records import Meeting
from airflow_provider_calendars.api.watching import Verdict

_OVERLAP = timedelta(hours=1)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BookingCursor:
    """Up to where bookings have been seen.

    Bookings can have the same time, and one can show up late; so besides a time the ids since then are
    kept.

    :param since: bookings before are old.
    :param seen: ids of bookings since then that are not new.
    """

    since: datetime = _EVER
    seen: frozenset[str] = frozenset()

    @classmethod
    def loads(cls, stored: Any) -> BookingCursor | None:
        """Return a cursor that was kept as JSON, or None if it is not one."""
        try:
            since = datetime.fromisoformat(stored["since"])
            seen = frozenset(map(str, stored["seen"]))
        except (KeyError, TypeError, ValueError):
            return None
        return None if since.tzinfo is None else cls(since, seen)

    def dumps(self) -> dict[str, Any]:
        """Return the cursor as JSON."""
        return {"since": self.since.isoformat(), "seen": sorted(self.seen)}

    def fresh(self, meetings: Iterable[Meeting]) -> list[Meeting]:
        """Return the bookings that are new, oldest first."""
        new = (
            each for each in meetings if each.created_at >= self.since and each.meeting_id not in self.seen
        )
        return sorted(new, key=lambda meeting: (meeting.created_at, meeting.meeting_id))

    def after(self, meetings: Sequence[Meeting]) -> BookingCursor:
        """Return the cursor that has seen these bookings, too."""
        newest = max((each.created_at for each in meetings), default=self.since)
        since = max(self.since, newest - _OVERLAP)
        recent = {each.meeting_id for each in meetings if each.created_at >= since}
        # what is old by its time need not be known by its id; what is no longer listed could come back
        old = {each.meeting_id for each in meetings if each.created_at < since}
        return BookingCursor(since, frozenset(recent | self.seen - old))


def hash_of(email: str) -> str:
    """Return what stands for an address where the address itself must not be."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()


@dataclass(slots=True)
class MeetingBooked:
    """Whether somebody has booked a meeting.

    :param booked_since: ISO; None for bookings from the first look on, by lemcal's clock.
    :param seen: ids that are not new although they are not older.
    :param meeting_type_id: only meetings of this type.
    :param guest_hash: only bookings by the guest whose address has this hash.
    """

    booked_since: str | None = None
    seen: list[str] = field(default_factory=list)
    meeting_type_id: str | None = None
    guest_hash: str | None = None

    def report_as_if(self) -> dict[str, Any]:
        """Return the report of a dry run: nobody has booked."""
        return {"count": 0, "meeting_ids": [], "booked_since": self.booked_since, "seen": self.seen}

    def look(self, api: LemcalApi) -> Flow[Verdict]:
        """Read the meetings."""
        meetings = yield from api.meetings(self.meeting_type_id)
        if self.booked_since is None:
            cursor = BookingCursor().after(meetings)
            self.booked_since, self.seen = cursor.since.isoformat(), sorted(cursor.seen)
        fresh = self._cursor().fresh(meetings)
        matching = [each for each in fresh if self._matches(each)]
        return Verdict(
            bool(matching),
            f"{len(matching)} new of {len(meetings)} meetings.",
            {
                "count": len(matching),
                "meeting_ids": [each.meeting_id for each in matching],
                **_where_next(self._cursor().after(meetings)),
            },
        )

    def _cursor(self) -> BookingCursor:
        since = _EVER if self.booked_since is None else datetime.fromisoformat(self.booked_since)
        return BookingCursor(since, frozenset(self.seen))

    def _matches(self, meeting: Meeting) -> bool:
        if meeting.is_cancelled:
            return False
        guest = meeting.guest
        return self.guest_hash is None or (guest is not None and hash_of(guest.email) == self.guest_hash)


def _where_next(cursor: BookingCursor) -> dict[str, Any]:
    """Return the arguments with which the next sensor goes on, also to bookings that show up late."""
    return {"booked_since": cursor.since.isoformat(), "seen": sorted(cursor.seen)}
