"""What the sandbox's HighLevel remembers of events and of the people of the location."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_calendars.sandbox.courier import Delivery

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
    """Somebody the location knows; moments are seconds since 1970.

    :param email: empty for none; so is ``phone``.
    :param additional_emails: secondary addresses, which can only be read.
    :param dnd: no message at all is wanted.
    :param dnd_settings: what is not wanted by channel, e.g. ``{"Email": {"status": "permanent"}}``.
    :param custom_fields: values by the id of the field.
    :param details: what else is known, under HighLevel's names.
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    tags: tuple[str, ...] = ()
    dnd: bool = False
    dnd_settings: Mapping[str, Any] = field(default_factory=dict)
    additional_emails: tuple[str, ...] = ()
    custom_fields: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    added: float = 0.0
    updated: float = 0.0

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def emails(self) -> tuple[str, ...]:
        """All addresses in lower case, the primary one first."""
        return tuple(one.lower() for one in (self.email, *self.additional_emails) if one)


@dataclass(frozen=True)
class Enrolment:
    """That a contact was put into a workflow or a campaign, or taken out: messages may follow.

    :param into: ``workflow`` or ``campaign``.
    :param id: which one; empty for all campaigns.
    :param added: False for taken out.
    """

    contact_id: str
    into: str
    id: str
    added: bool


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


@dataclass
class WebhookDelivery(Delivery):
    """One event on its way to one URL.

    :param url: without its query, which may hold a secret.
    """

    webhook_id: str
    type: str
    url: str
