"""What the sandbox's HighLevel remembers of events and of the people of the location."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

APPOINTMENT = "appointment"
BLOCK = "block"


@dataclass(frozen=True)
class User:
    """Somebody who works in the location."""

    id: str
    name: str
    email: str


@dataclass(frozen=True)
class Contact:
    """Somebody who can be met."""

    id: str
    name: str
    email: str


@dataclass
class Event:
    """An appointment or a blocked slot; moments are seconds since 1970.

    :param kind: ``appointment`` or ``block``.
    :param calendar_id: empty for a blocked slot of a user.
    :param contact_id: empty for a blocked slot.
    :param assigned_user_id: empty for nobody.
    :param status: as ``appointmentStatus`` has it; empty for a blocked slot.
    :param rrule: how it is repeated, where it is.
    :param details: what else was sent, under HighLevel's names.
    """

    id: str
    kind: str
    calendar_id: str
    contact_id: str
    assigned_user_id: str
    title: str
    status: str
    start: float
    end: float
    added: float
    updated: float
    rrule: str = ""
    deleted: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def takes_time(self) -> bool:
        """Whether nobody else can have its time."""
        return not self.deleted and self.status != "cancelled"

    def overlaps(self, start: float, end: float) -> bool:
        """Tell whether it lies in a time.

        :param start: the first moment.
        :param end: the first moment after it.
        """
        return self.start < end and start < self.end


@dataclass(frozen=True)
class Automation:
    """What ran, and may have mailed somebody, because ``toNotify`` was not false.

    :param what: ``booked``, ``updated`` or ``cancelled``.
    """

    event_id: str
    what: str
