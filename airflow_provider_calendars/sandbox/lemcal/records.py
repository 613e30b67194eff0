"""What the sandbox's lemcal remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from airflow_provider_calendars.sandbox.courier import Delivery, shown_url
from airflow_provider_calendars.sandbox.ids import random_id

_ID_LENGTH = 17


def new_id(kind: str) -> str:
    """Invent an id.

    :param kind: what it begins with, e.g. ``mee``.
    """
    return f"{kind}_{random_id(_ID_LENGTH)}"


@dataclass
class MeetingType:
    """Something that can be booked.

    :param duration: minutes.
    :param status: ``enabled`` or ``disabled``.
    :param privacy: ``public`` or ``private``.
    """

    id: str
    name: str
    duration: int = 30
    status: str = "enabled"
    privacy: str = "public"


@dataclass
class Meeting:
    """One booked meeting; moments are seconds since 1970.

    :param guest_name: empty where the guest gave none.
    :param public: booked on the public page, not by a lead of a campaign.
    :param provided_infos: what the guest wrote.
    :param timezone: the guest's.
    :param canceled_at: when it was cancelled, if it was.
    """

    meeting_type: MeetingType
    guest_email: str
    guest_name: str
    start: float
    created_at: float
    public: bool
    provided_infos: str
    timezone: str = "Europe/Paris"
    canceled_at: float | None = None
    id: str = field(default_factory=partial(new_id, "mee"))
    event_id: str = field(default_factory=lambda: random_id(26).lower())

    @property
    def end(self) -> float:
        """When it ends."""
        return self.start + 60 * self.meeting_type.duration


@dataclass(frozen=True)
class Hook:
    """Where new bookings are posted, and which.

    :param meeting_type_id: what the request said, even where ``any_meeting_type`` wins.
    """

    id: str
    target_url: str
    meeting_type_id: str | None
    any_meeting_type: bool
    created_at: float

    @property
    def details(self) -> tuple[str, str | None]:
        """What no two hooks have in common: the target and the meeting type; None is any."""
        return self.target_url, None if self.any_meeting_type else self.meeting_type_id

    @property
    def shown_url(self) -> str:
        """The target without its query, which may hold a secret."""
        return shown_url(self.target_url)

    def wants(self, meeting: Meeting) -> bool:
        """Tell whether a booking is to be posted.

        :param meeting: the booking.
        """
        return self.any_meeting_type or self.meeting_type_id == meeting.meeting_type.id


@dataclass
class HookDelivery(Delivery):
    """One meeting on its way to one hook."""

    hook_id: str
    meeting_id: str
