"""Free slots, of any range: HighLevel answers for a month at most."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.base import path
from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.highlevel.account import Account
from airflow_provider_calendars.api.highlevel.appointment_records import Slot
from airflow_provider_calendars.api.highlevel.wire import milliseconds
from airflow_provider_calendars.api.paging import unique
from airflow_provider_calendars.api.policy import Repeat
from airflow_provider_calendars.exceptions import ConfigurationError

# 31 days are allowed; a clock change must not make 30 of them longer
LONGEST_WINDOW = 30 * 86_400_000
_MOST_WINDOWS = 150
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class FreeSlots(Account):
    """The operation on free slots."""

    def list_free_slots(
        self,
        calendar_id: str,
        start: datetime | str,
        end: datetime | str,
        *,
        timezone: str | None = None,
        user_id: str | None = None,
        user_ids: Sequence[str] | None = None,
    ) -> Flow[list[Slot]]:
        """Return the slots that can be booked from a moment to another.

        GET /calendars/{calendar_id}/free-slots;
        https://marketplace.gohighlevel.com/docs/ghl/calendars/get-slots

        :param calendar_id: the calendar.
        :param start: aware; the first moment.
        :param end: aware; no slot begins then or later.
        :param timezone: the zone slots are written in; None for the location's, which is looked up.
        :param user_id: only slots of this user.
        :param user_ids: only slots of these users.
        """
        if user_ids and len(user_ids) == 1 and user_id is None:
            # how a list of one is told from a text is not documented
            user_id, user_ids = user_ids[0], None
        where = path("/calendars/{calendar_id}/free-slots", calendar_id=calendar_id)
        first, last = milliseconds("start", start), milliseconds("end", end)
        ranges = list(windows(first, last))
        if timezone is None:
            timezone = yield from self.timezone_of_location()
        params: Mapping[str, object] = {
            "timezone": checks.timezone("timezone", timezone),
            "userId": user_id,
            "userIds": list(user_ids) if user_ids else None,
        }
        slots: list[Slot] = []
        for begin, until in ranges:
            asked = {"startDate": begin, "endDate": until, **params}
            request = self.request("GET", where, repeat=Repeat.ALWAYS, params=asked)
            slots.extend((yield from self.call(request, read_slots)))
        inside = [slot for slot in slots if first <= slot.start.timestamp() * 1000 < last]
        return unique(inside, key=lambda slot: slot.text)


def windows(first: int, last: int) -> Iterator[tuple[int, int]]:
    """Cut a range into windows that HighLevel answers for; each begins where the one before ends.

    :param first: milliseconds since the epoch.
    :param last: later than ``first``.
    :raises ConfigurationError: the range is empty, or longer than twelve years.
    """
    if last <= first:
        raise ConfigurationError("end must be after start.")
    if last - first > _MOST_WINDOWS * LONGEST_WINDOW:
        raise ConfigurationError("start and end are more than twelve years apart.")
    for begin in range(first, last, LONGEST_WINDOW):
        yield begin, min(begin + LONGEST_WINDOW, last)


def read_slots(answer: Any) -> list[Slot]:
    """Read the slots of all dates, in order; what is no date, such as ``traceId``, is skipped."""
    dates = sorted(name for name in answer or {} if _DATE.fullmatch(name))
    return [Slot.from_answer(item) for date in dates for item in (_of_day(answer[date]) or [])]


def _of_day(day: Any) -> Any:
    return day.get("slots") if isinstance(day, Mapping) else day
