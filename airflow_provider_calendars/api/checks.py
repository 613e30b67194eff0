"""Refusing a wrong argument by name, before anything is sent."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from datetime import date as calendar_date
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from airflow_provider_calendars.exceptions import ConfigurationError

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def text(name: str, value: Any) -> str:
    """Return a text that is not blank."""
    if not isinstance(value, str):
        raise ConfigurationError(f"{name} must be a text, not {type(value).__name__}.")
    if not value.strip():
        raise ConfigurationError(f"{name} must not be empty.")
    return value


def texts(name: str, value: Any) -> tuple[str, ...]:
    """Return the texts of a list, none of them blank; None is an empty list."""
    if isinstance(value, str) or not isinstance(value or (), Iterable):
        raise ConfigurationError(f"{name} must be a list of texts, not {type(value).__name__}.")
    return tuple(text(name, each) for each in value or ())


def one_or_more(name: str, value: Any) -> tuple[str, ...]:
    """Return texts, none of them blank, from a list or from a single text; None is an empty list."""
    return texts(name, [value] if isinstance(value, str) else value)


def integer(name: str, value: Any) -> int:
    """Return a whole number, from a number or from the text a template rendered."""
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d+\s*", value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ConfigurationError(f"{name} must be a whole number, not {type(value).__name__} {value!r:.40}.")
    return value


def number(name: str, value: Any) -> float:
    """Return a number, from a number or from the text a template rendered."""
    try:
        given = float(value) if isinstance(value, str) else value
    except ValueError:
        given = None
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise ConfigurationError(f"{name} must be a number, not {type(value).__name__} {value!r:.40}.")
    return given


def seconds(name: str, value: Any) -> float:
    """Return a number of seconds that is 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise ConfigurationError(f"{name} must be a number of seconds, 0 or more, not {value!r:.40}.")
    return float(value)


def json_object(name: str, value: Any) -> None:
    """Refuse what is no dictionary, or holds what JSON cannot say. Its values are never shown."""
    if not isinstance(value, Mapping):
        raise ConfigurationError(f"{name} must be a dictionary, not {type(value).__name__}.")
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as unfit:
        raise ConfigurationError(
            f"{name} must hold what JSON can say: texts, numbers, lists ... ({type(unfit).__name__})."
        ) from None


def boolean(name: str, value: Any) -> bool:
    """Return a boolean, from a boolean or from the text a template rendered."""
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        return value.strip().lower() == "true"
    if not isinstance(value, bool):
        raise ConfigurationError(f"{name} must be True or False, not {value!r:.40}.")
    return value


def choice(name: str, value: Any, known: Iterable[str]) -> str:
    """Return a text that is one of the known ones."""
    known = tuple(known)
    if value not in known:
        raise ConfigurationError(f"{name} must be one of {', '.join(known)}, not {value!r:.60}.")
    return str(value)


def date(name: str, value: Any) -> str:
    """Return a date in the form ``YYYY-MM-DD``."""
    try:
        if _DATE.fullmatch(text(name, value)):
            calendar_date.fromisoformat(value)
            return str(value)
    except ValueError as wrong:
        if isinstance(wrong, ConfigurationError):
            raise
    raise ConfigurationError(f"{name} must be a date like 2026-05-31, not {value!r:.40}.")


def clock(name: str, value: Any) -> str:
    """Return a time in the form ``HH:MM``, 24 hours."""
    if not _TIME.fullmatch(text(name, value)):
        raise ConfigurationError(f"{name} must be a time like 14:30 (24 hours), not {value!r:.40}.")
    return str(value)


def wall_clock(date_name: str, date_value: Any, time_name: str, time_value: Any) -> datetime:
    """Return date and time together, without a zone."""
    return datetime.fromisoformat(f"{date(date_name, date_value)}T{clock(time_name, time_value)}")


def local_time(name: str, value: Any, zone: str) -> datetime:
    """Return a time on the clocks of a zone, to the minute, without an offset.

    :param name: the argument, for the message.
    :param value: a ``datetime`` or its text in ISO form; one with an offset is converted.
    :param zone: the IANA name of the zone.
    """
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(text(name, value).strip())
    except ValueError as wrong:
        if isinstance(wrong, ConfigurationError):
            raise
        raise ConfigurationError(f"{name} must be like 2026-05-31 14:30, not {value!r:.40}.") from None
    if moment.tzinfo is not None:
        moment = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if moment.second or moment.microsecond:
        raise ConfigurationError(f"{name} must be a full minute, not {moment}.")
    return moment


def unambiguous(name: str, local: datetime, zone: str) -> datetime:
    """Return the moment in UTC at which the clocks of a zone show a time.

    :param name: the argument, for the message.
    :param local: the time, without an offset.
    :param zone: the IANA name of the zone.
    :raises ConfigurationError: they show it twice, or never, because they are changed.
    """
    first, second = (local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    shown = first.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local
    raise ConfigurationError(
        f"{name}: the clocks of {zone} show {local:%Y-%m-%d %H:%M} {'twice' if shown else 'never'}, because "
        "they are changed then. Choose another time."
    )


def moment(name: str, value: Any) -> datetime:
    """Return a moment in UTC, from a ``datetime`` or its ISO text; one without an offset is refused."""
    try:
        given = value if isinstance(value, datetime) else datetime.fromisoformat(text(name, value).strip())
    except ValueError as wrong:
        if isinstance(wrong, ConfigurationError):
            raise
        raise ConfigurationError(
            f"{name} must be like 2026-05-31T14:30:00+00:00, not {value!r:.40}."
        ) from None
    if given.tzinfo is None:
        raise ConfigurationError(f"{name} must say its offset, like 2026-05-31T14:30:00+00:00, not {given}.")
    there = given.astimezone(UTC)
    # other classes, such as pendulum's, lose the zone when a time is added
    return datetime.combine(there.date(), there.time(), UTC)


def timezone(name: str, value: Any) -> str:
    """Return the IANA name of a time zone."""
    try:
        ZoneInfo(text(name, value))
    except (ZoneInfoNotFoundError, OSError, ValueError) as unknown:
        if isinstance(unknown, ConfigurationError):
            raise
        raise ConfigurationError(
            f"{name} must be a time zone like Europe/Berlin, not {value!r:.60}."
        ) from None
    return str(value)


def contact_field(name: str, value: Any, longest: int, *, required: bool) -> None:
    """Refuse a field of a contact that is missing, no text or too long. Its value is never shown."""
    if value is None or value == "":
        if required:
            raise ConfigurationError(f"{name} is missing.")
        return
    if not isinstance(value, str):
        raise ConfigurationError(f"{name} must be a text, not {type(value).__name__}.")
    if required and not value.strip():
        raise ConfigurationError(f"{name} is blank.")
    if len(value) > longest:
        raise ConfigurationError(f"{name} has {len(value)} characters; at most {longest} are allowed.")
