"""What has become of appointments since somebody last looked.

HighLevel cannot be asked what changed, so what is there is compared with what was there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from airflow_provider_calendars.api.highlevel.appointment_records import Event

CREATED, MOVED, CANCELLED, NO_SHOW, DELETED, CHANGED = (
    "created",
    "moved",
    "cancelled",
    "no_show",
    "deleted",
    "changed",
)
KINDS = (CREATED, MOVED, CANCELLED, NO_SHOW, DELETED, CHANGED)
_LISTS_LAG = timedelta(minutes=10)
_BY_STATUS = {"cancelled": CANCELLED, "noshow": NO_SHOW}


@dataclass(frozen=True, slots=True)
class Seen:
    """An appointment as it was seen, as JSON: ids and moments, no people's names.

    :param start: ISO, UTC; so are the other moments. Empty where HighLevel does not say it.
    """

    calendar_id: str = ""
    contact_id: str = ""
    assigned_user_id: str = ""
    status: str = ""
    start: str = ""
    end: str = ""
    date_added: str = ""
    date_updated: str = ""

    @classmethod
    def from_event(cls, event: Event) -> Seen:
        """Return what of an appointment is remembered."""
        return cls(
            event.calendar_id,
            event.contact_id,
            event.assigned_user_id,
            DELETED if event.deleted else event.status,
            *(_iso(moment) for moment in (event.start, event.end, event.date_added, event.date_updated)),
        )


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All appointments of a time, as they were at a moment.

    :param taken_at: ISO, UTC; so are ``start`` and ``end`` of the time.
    :param appointments: by their ids.
    :param calendar_ids: the calendars that were looked at; all if empty.
    """

    taken_at: str
    start: str
    end: str
    appointments: Mapping[str, Seen] = field(default_factory=dict)
    calendar_ids: tuple[str, ...] = ()

    @property
    def surely_complete_until(self) -> str:
        """ISO, UTC; what was made before was listed."""
        return _iso(datetime.fromisoformat(self.taken_at) - _LISTS_LAG)

    def covers(self, seen: Seen) -> bool:
        """Return whether an appointment is in what was looked at."""
        in_calendars = not self.calendar_ids or seen.calendar_id in {"", *self.calendar_ids}
        return in_calendars and self.start <= seen.start < self.end

    @classmethod
    def of(
        cls,
        events: Iterable[Event],
        taken_at: datetime,
        start: datetime,
        end: datetime,
        calendar_ids: Iterable[str] = (),
    ) -> Snapshot:
        """Return a snapshot of appointments."""
        seen = {event.event_id: Seen.from_event(event) for event in events}
        return cls(_iso(taken_at), _iso(start), _iso(end), seen, tuple(calendar_ids))

    @classmethod
    def loads(cls, stored: Any) -> Snapshot | None:
        """Return a snapshot that was kept as JSON, or None if it is not one."""
        try:
            known = {each.name for each in fields(Seen)}
            seen = {
                str(event_id): Seen(**{name: str(value) for name, value in said.items() if name in known})
                for event_id, said in stored["appointments"].items()
            }
            taken_at = datetime.fromisoformat(stored["taken_at"])
            calendar_ids = tuple(map(str, stored.get("calendar_ids") or ()))
            return cls(_iso(taken_at), str(stored["start"]), str(stored["end"]), seen, calendar_ids)
        except (AttributeError, KeyError, TypeError, ValueError):
            return None

    def dumps(self) -> dict[str, Any]:
        """Return the snapshot as JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Change:
    """What has become of an appointment.

    :param kind: one of :data:`KINDS`.
    :param before: as it was; None if it was not.
    :param now: as it is; as it was, if it is gone.
    """

    kind: str
    appointment_id: str
    before: Seen | None
    now: Seen


def changes(before: Snapshot, now: Snapshot) -> list[Change]:
    """Return what has changed from one snapshot to the next.

    What is no longer listed although its time still is, is deleted or was moved away: see
    :func:`missing`, which must have been looked up and put into ``now``.
    """
    found = []
    for appointment_id, seen in now.appointments.items():
        earlier = before.appointments.get(appointment_id)
        kind = _new(seen, before) if earlier is None else _change(earlier, seen)
        if kind is not None:
            found.append(Change(kind, appointment_id, earlier, seen))
    return found


def missing(before: Snapshot, now: Snapshot) -> list[str]:
    """Return the ids of those that were there, should still be listed, and are not."""
    return [
        appointment_id
        for appointment_id, seen in before.appointments.items()
        if appointment_id not in now.appointments and now.covers(seen) and seen.status != DELETED
    ]


def _new(seen: Seen, before: Snapshot) -> str | None:
    if seen.status == DELETED:
        return None
    was_looked_at = before.covers(seen)
    if not seen.date_added or seen.date_added >= before.taken_at:
        return CREATED
    if not was_looked_at:
        # the time that is looked at has come to it
        return None
    # a list shows what is new a moment late
    return CREATED if seen.date_added >= before.surely_complete_until else MOVED


def _change(before: Seen, now: Seen) -> str | None:
    if now.status != before.status and now.status == DELETED:
        return DELETED
    if now.status != before.status and now.status in _BY_STATUS:
        return _BY_STATUS[now.status]
    if (now.start, now.end) != (before.start, before.end):
        return MOVED
    return None if now == before else CHANGED


def changed_since(now: Snapshot, moment: str) -> list[Change]:
    """Return what was changed at a moment or later, by HighLevel's own dates.

    What was deleted since cannot be seen.
    """
    return [
        Change(_kind_of(seen, moment), appointment_id, None, seen)
        for appointment_id, seen in now.appointments.items()
        if max(seen.date_added, seen.date_updated) >= moment
    ]


def _kind_of(seen: Seen, moment: str) -> str:
    if seen.status in _BY_STATUS:
        return _BY_STATUS[seen.status]
    return CREATED if seen.date_added >= moment else CHANGED
