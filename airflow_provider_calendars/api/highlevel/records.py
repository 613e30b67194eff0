"""Groups, notes, resources, the location and its users."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.highlevel.wire import body, flag, moment, number, text, texts
from airflow_provider_calendars.exceptions import ConfigurationError

RESOURCE_TYPES = ("equipments", "rooms")
_LONGEST_NOTE = 5000


@dataclass(frozen=True, slots=True)
class Location:
    """A location (sub-account).

    :param timezone: an IANA name; empty where it is not said.
    :param fields: everything HighLevel said, under its own names.
    """

    location_id: str
    name: str
    timezone: str
    fields: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_answer(cls, item: Any) -> Location:
        """Read a location."""
        return cls(str(item["id"]), text(item, "name"), text(item, "timezone"), dict(item))


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who works in the location."""

    user_id: str
    name: str = field(repr=False)
    email: str = field(repr=False)
    fields: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_answer(cls, item: Any) -> User:
        """Read a user."""
        return cls(str(item["id"]), text(item, "name"), text(item, "email"), dict(item))


@dataclass(frozen=True, slots=True)
class GroupContent:
    """What a group of calendars is called.

    :param slug: the end of its address; unique in the location.
    """

    name: str
    description: str
    slug: str

    def __post_init__(self) -> None:
        checks.text("name", self.name)
        checks.text("slug", self.slug)

    def to_wire(self) -> dict[str, Any]:
        """Return the body HighLevel expects."""
        return body(self)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of calendars."""

    group_id: str
    location_id: str
    name: str
    description: str
    slug: str
    is_active: bool | None

    @classmethod
    def from_answer(cls, item: Any) -> Group:
        """Read a group."""
        return cls(
            group_id=str(item["id"]),
            location_id=text(item, "locationId"),
            name=text(item, "name"),
            description=text(item, "description"),
            slug=text(item, "slug"),
            is_active=flag(item, "isActive"),
        )


@dataclass(frozen=True, slots=True)
class NoteContent:
    """A note to write.

    :param body: at most 5000 characters.
    :param user_id: who writes it.
    """

    body: str = field(repr=False)
    user_id: str | None = None

    def __post_init__(self) -> None:
        if len(checks.text("body", self.body)) > _LONGEST_NOTE:
            raise ConfigurationError(f"body has {len(self.body)} characters; at most 5000 are allowed.")

    def to_wire(self) -> dict[str, Any]:
        """Return the body HighLevel expects."""
        return body(self)


@dataclass(frozen=True, slots=True)
class Note:
    """A note on an appointment."""

    note_id: str
    body: str = field(repr=False)
    user_id: str
    contact_id: str
    date_added: datetime | None

    @classmethod
    def from_answer(cls, item: Any) -> Note:
        """Read a note."""
        return cls(
            str(item["id"]),
            text(item, "body"),
            text(item, "userId"),
            text(item, "contactId"),
            moment(item.get("dateAdded")),
        )


@dataclass(frozen=True, slots=True)
class ResourceContent:
    """A piece of equipment or a room. What is None is not sent and keeps its value.

    :param quantity: how many there are, of equipment.
    :param out_of_service: how many of them cannot be used.
    :param capacity: how many people a room holds.
    :param calendar_ids: service calendars; equipment belongs to one at most.
    :param is_active: can only be set when updating.
    """

    name: str | None = None
    description: str | None = None
    quantity: int | None = None
    out_of_service: int | None = None
    capacity: int | None = None
    calendar_ids: tuple[str, ...] | None = None
    is_active: bool | None = None

    def __post_init__(self) -> None:
        if len(self.calendar_ids or ()) > 100:
            raise ConfigurationError("calendar_ids holds more than 100 ids.")

    def to_create(self, location_id: str) -> dict[str, Any]:
        """Return the body that makes a resource; numbers of the other kind are required, too."""
        checks.text("name", self.name)
        required = {"description": "", "quantity": 1, "outOfService": 0, "capacity": 1, "calendarIds": []}
        return {"locationId": location_id, **required, **body(self, without=("is_active",))}

    def to_update(self, location_id: str) -> dict[str, Any]:
        """Return the body that changes a resource."""
        return {"locationId": location_id, **body(self)}


@dataclass(frozen=True, slots=True)
class Resource:
    """A piece of equipment or a room.

    :param resource_id: empty where HighLevel does not say it; documented it is nowhere.
    :param fields: everything HighLevel said, under its own names.
    """

    resource_id: str
    name: str
    resource_type: str
    is_active: bool | None
    quantity: float | None
    out_of_service: float | None
    capacity: float | None
    calendar_ids: tuple[str, ...]
    fields: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_answer(cls, item: Any) -> Resource:
        """Read a resource."""
        return cls(
            resource_id=text(item, "id", "_id"),
            name=str(item["name"]),
            resource_type=text(item, "resourceType"),
            is_active=flag(item, "isActive"),
            quantity=number(item, "quantity"),
            out_of_service=number(item, "outOfService"),
            capacity=number(item, "capacity"),
            calendar_ids=texts(item.get("calendarIds")),
            fields=dict(item),
        )
