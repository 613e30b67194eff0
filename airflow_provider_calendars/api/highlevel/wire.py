"""Between Python and HighLevel's JSON: names, values that may be missing, and times.

A moment is an aware ``datetime`` in Python and has no number: seconds can never stand where
HighLevel wants milliseconds.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeGuard, TypeVar

from airflow_provider_calendars.api import checks

T = TypeVar("T")

_A_SECOND = timedelta(seconds=1)

# HighLevel spells these in its own way
_SPELLINGS = {
    "appointments_per_slot": "appoinmentPerSlot",
    "appointments_per_day": "appoinmentPerDay",
    "look_busy_percentage": "LookBusyPercentage",
    "form_submit_redirect_url": "formSubmitRedirectURL",
}
# and its answers hold them rightly spelt, too
RIGHT_SPELLINGS = {
    "appointments_per_slot": "appointmentPerSlot",
    "appointments_per_day": "appointmentPerDay",
}


class Unset(enum.Enum):
    """The type of :data:`UNSET`."""

    UNSET = "unset"


UNSET = Unset.UNSET
"""What a field holds that is not to be sent, where None says something itself."""


def wire_name(name: str) -> str:
    """Return HighLevel's name of a field."""
    first, *others = name.split("_")
    return _SPELLINGS.get(name) or first + "".join(each.capitalize() for each in others)


def spellings(name: str) -> tuple[str, ...]:
    """Return all names of a field: Python's, HighLevel's, and HighLevel's without its slips."""
    return (name, wire_name(name), RIGHT_SPELLINGS.get(name, name))


def body(record: Any, *, without: Collection[str] = ()) -> dict[str, Any]:
    """Return a record as HighLevel expects it, without the fields that are not set.

    :param record: a dataclass; so may be its values.
    :param without: fields to leave out.
    """
    given = {each.name: getattr(record, each.name) for each in fields(record) if each.name not in without}
    return {wire_name(name): plain(value) for name, value in given.items() if _is_sent(name, value)}


# the only field that can be sent as null
NULLABLE = frozenset({"availability_type"})


def _is_sent(name: str, value: Any) -> bool:
    return value is not UNSET and (value is not None or name in NULLABLE)


def plain(value: Any) -> Any:
    """Return a value as JSON says it: records as objects under HighLevel's names, tuples as lists."""
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return body(value)
    return dict(value) if isinstance(value, Mapping) else value


def inside(answer: Any, *names: str) -> Mapping[str, Any]:
    """Return the object of an answer that stands under one of these names.

    :raises KeyError: there is none.
    """
    for name in names:
        if isinstance(answer.get(name), Mapping):
            return dict(answer[name])
    raise KeyError(names[0])


def items(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a list; nothing for what stands for an empty one: null, ``{}``, or nothing."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def listed(answer: Any, name: str, read: Callable[[Any], T]) -> list[T]:
    """Return the records of an answer's list; none where nothing but an answer's trimmings are left.

    :raises KeyError: the answer holds other things, but no such list.
    """
    if name not in answer and not set(answer) - {"traceId", "hasMore"}:
        return []
    return [read(item) for item in items(answer[name])]


def text(item: Mapping[str, Any], *names: str) -> str:
    """Return the first text under these names, empty where there is none."""
    return next((item[name] for name in names if isinstance(item.get(name), str) and item[name]), "")


def texts(value: Any) -> tuple[str, ...]:
    """Return the texts of a list, none for what stands for an empty one."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def flag(item: Mapping[str, Any], name: str) -> bool | None:
    """Return a boolean, None where it is not said."""
    return item[name] if isinstance(item.get(name), bool) else None


def number(item: Mapping[str, Any], name: str) -> float | None:
    """Return a number, None where it is not said."""
    return item[name] if _is_number(item.get(name)) else None


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def milliseconds(name: str, value: datetime | str) -> int:
    """Return a moment as HighLevel counts it: milliseconds since the epoch."""
    return round(checks.moment(name, value).timestamp() * 1000)


def iso(name: str, value: datetime | str) -> str:
    """Return a moment as text with its offset and without fractions of a second.

    A text without them is returned as it is, but for blanks around it: a slot can only be booked in the
    words it was offered in.
    """
    has_fractions = checks.moment(name, value).microsecond
    if isinstance(value, str) and not has_fractions:
        return value.strip()
    given = datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
    return given.isoformat(timespec="seconds")


def moment(value: Any) -> datetime | None:
    """Return a moment in UTC from an answer; None where there is none, or its offset is not said.

    An odd one is none either: what was booked stays booked, whatever its dates look like.
    """
    try:
        if _is_number(value):
            return datetime.fromtimestamp(value / 1000, UTC)
        read = datetime.fromisoformat(value)
        return None if read.tzinfo is None else read.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def utc(moment: datetime) -> datetime:
    """Return a moment as a plain ``datetime`` in UTC.

    Those of pendulum, which Airflow gives, lose their zone when a time is added.
    """
    there = moment.astimezone(UTC)
    return datetime.combine(there.date(), there.time(), UTC)


def is_same_moment(shown: datetime | None, wanted: datetime) -> bool:
    """Return whether a moment is the one that was written, parts of a second aside."""
    return shown is not None and abs(shown - wanted) < _A_SECOND


def query_flag(value: bool | None) -> str | None:
    """Return a boolean as a query says it."""
    return None if value is None else str(value).lower()
