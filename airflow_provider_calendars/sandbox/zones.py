"""The time zones the vendors know."""

from __future__ import annotations

import zoneinfo
from functools import cache


@cache
def timezones() -> tuple[str, ...]:
    """List the time zones the sandbox knows: the current IANA names of places, and UTC."""
    places = {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe"}
    places |= {"Indian", "Pacific"}
    names = (
        name for name in zoneinfo.available_timezones() if name.partition("/")[0] in places and "/" in name
    )
    return (*sorted(names), "UTC")
