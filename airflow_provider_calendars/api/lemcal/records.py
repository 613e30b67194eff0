"""What goes to and comes from lemcal, as records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import ConfigurationError


@dataclass(frozen=True, slots=True)
class User:
    """The user a key belongs to."""

    user_id: str
    email: str = field(repr=False)

    @classmethod
    def from_answer(cls, answer: Any) -> User:
        """Read the answer of ``GET /me``."""
        return cls(str(answer["_id"]), str(answer.get("email") or ""))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes part in a meeting."""

    email: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A booked meeting.

    :param start: aware, UTC; so are ``end``, ``created_at`` and ``canceled_at``.
    :param canceled_at: when it was cancelled, where lemcal keeps and says it.
    :param guest: who booked: the primary attendee, else the first who is not the owner, else the lead.
    :param fields: everything lemcal said, under its own names.
    """

    meeting_id: str
    user_id: str
    meeting_type_id: str
    start: datetime | None
    end: datetime | None
    created_at: datetime
    canceled_at: datetime | None
    guest: Person | None = field(repr=False)
    fields: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_answer(cls, item: Any) -> Meeting:
        """Read an item of ``GET /meetings``, or what a hook delivers."""
        return cls(
            meeting_id=str(item["_id"]),
            user_id=str(item.get("userId") or ""),
            meeting_type_id=str(item.get("meetingTypeId") or ""),
            start=_moment(item.get("start")),
            end=_moment(item.get("end")),
            created_at=_required_moment(item["createdAt"]),
            canceled_at=_moment(item.get("canceledAt")),
            guest=_guest(item),
            fields=dict(item),
        )

    @property
    def is_cancelled(self) -> bool:
        """Whether it was cancelled, in whatever form lemcal says so: the field is not documented."""
        return bool(self.fields.get("canceledAt"))


def _required_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _moment(text: Any) -> datetime | None:
    try:
        return _required_moment(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _guest(item: Mapping[str, Any]) -> Person | None:
    attendees = [each for each in item.get("attendees") or [] if isinstance(each, Mapping)]
    for chosen in (_primary(attendees), _first_stranger(attendees)):
        if chosen is not None and chosen.get("email"):
            return Person(_address(chosen["email"]), str(chosen.get("name") or ""))
    lead = item.get("lead") or {}
    if not lead.get("email"):
        return None
    names = (str(lead.get(part) or "") for part in ("firstName", "lastName"))
    return Person(_address(lead["email"]), " ".join(name for name in names if name))


def _address(email: Any) -> str:
    return str(email).strip().lower()


def _primary(attendees: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    return next((each for each in attendees if each.get("primary")), None)


def _first_stranger(attendees: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    return next((each for each in attendees if not each.get("owner")), None)


@dataclass(frozen=True, slots=True)
class MeetingType:
    """A kind of meeting that can be booked.

    :param duration: minutes.
    :param fields: everything lemcal said, under its own names.
    """

    meeting_type_id: str
    name: str
    duration: int | None
    status: str
    privacy: str
    fields: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_answer(cls, item: Any) -> MeetingType:
        """Read an item of ``GET /meetingTypes``. The id is ``_id`` in samples and ``id`` in the table."""
        duration = item.get("duration")
        return cls(
            meeting_type_id=str(item["_id"] if "_id" in item else item["id"]),
            name=str(item.get("name") or ""),
            duration=None if duration is None else int(duration),
            status=str(item.get("status") or ""),
            privacy=str(item.get("privacy") or ""),
            fields=dict(item),
        )


@dataclass(frozen=True, slots=True)
class HookRequest:
    """Where new bookings are to be posted, and which.

    :param target_url: ``http://`` or ``https://``; may carry a secret, so it is never shown.
    :param meeting_type_id: bookings of this type.
    :param any_meeting_type: bookings of any type; exactly one of the two must be given.
    """

    target_url: str = field(repr=False)
    meeting_type_id: str | None = None
    any_meeting_type: bool = False

    def __post_init__(self) -> None:
        if not _is_url(checks.text("target_url", self.target_url)):
            raise ConfigurationError("target_url must be a URL that begins with http:// or https://.")
        if bool(self.meeting_type_id) == bool(self.any_meeting_type):
            raise ConfigurationError("Give either meeting_type_id or any_meeting_type=True, not both.")

    def to_wire(self) -> dict[str, Any]:
        """Return the body lemcal expects."""
        if self.any_meeting_type:
            return {"targetUrl": self.target_url, "anyMeetingType": True}
        return {"targetUrl": self.target_url, "meetingTypeId": self.meeting_type_id}


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and not any(each.isspace() for each in text)


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook as lemcal confirms it."""

    hook_id: str

    @classmethod
    def from_answer(cls, answer: Any) -> Hook:
        """Read the answer of ``POST /hooks``."""
        return cls(str(answer["_id"]))
