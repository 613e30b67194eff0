"""Notifications of a calendar: what may be written, and what is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.highlevel.wire import body, flag, text

_CHOICES = {
    "receiver_type": ("contact", "guest", "assignedUser", "emails", "phoneNumbers", "business"),
    "channel": ("email", "inApp", "sms", "whatsapp"),
    "notification_type": ("booked", "confirmation", "cancellation", "reminder", "followup", "reschedule"),
}


@dataclass(frozen=True, slots=True)
class Offset:
    """How long before or after a meeting, e.g. 1 ``hours``."""

    time_offset: float
    unit: str


@dataclass(frozen=True, slots=True)
class NotificationContent:
    """Who is told what, how and when. What is None is not sent and keeps its value.

    :param receiver_type: ``contact``, ``guest``, ``assignedUser``, ``emails``, ``phoneNumbers`` or
        ``business``.
    :param channel: ``email``, ``inApp``, ``sms`` or ``whatsapp``.
    :param notification_type: ``booked``, ``confirmation``, ``cancellation``, ``reminder``, ``followup`` or
        ``reschedule``.
    :param after_time: for ``followup``.
    :param before_time: for ``reminder``.
    :param selected_users: ids of users, or ``sub_account_admin``.
    :param deleted: True to hide it; can only be set when updating.
    """

    receiver_type: str | None = None
    channel: str | None = None
    notification_type: str | None = None
    is_active: bool | None = None
    template_id: str | None = None
    body: str | None = field(default=None, repr=False)
    subject: str | None = field(default=None, repr=False)
    after_time: tuple[Offset, ...] | None = None
    before_time: tuple[Offset, ...] | None = None
    additional_email_ids: tuple[str, ...] | None = field(default=None, repr=False)
    additional_phone_numbers: tuple[str, ...] | None = field(default=None, repr=False)
    selected_users: tuple[str, ...] | None = None
    from_address: str | None = field(default=None, repr=False)
    from_name: str | None = field(default=None, repr=False)
    from_number: str | None = field(default=None, repr=False)
    deleted: bool | None = None

    def __post_init__(self) -> None:
        for name, known in _CHOICES.items():
            if getattr(self, name) is not None:
                checks.choice(name, getattr(self, name), known)

    def to_create(self) -> dict[str, Any]:
        """Return an item of the body that makes notifications."""
        for name in _CHOICES:
            checks.text(name, getattr(self, name))
        return body(self, without=("deleted",))

    def to_update(self) -> dict[str, Any]:
        """Return the body that changes a notification."""
        return body(self)


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification as HighLevel shows it.

    :param fields: everything HighLevel said, under its own names.
    """

    notification_id: str
    receiver_type: str
    channel: str
    notification_type: str
    is_active: bool | None
    deleted: bool
    fields: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_answer(cls, item: Any) -> Notification:
        """Read a notification, whose id is ``_id``."""
        return cls(
            notification_id=str(item["_id"] if "_id" in item else item["id"]),
            receiver_type=text(item, "receiverType"),
            channel=text(item, "channel"),
            notification_type=text(item, "notificationType"),
            is_active=flag(item, "isActive"),
            deleted=flag(item, "deleted") or False,
            fields=dict(item),
        )
