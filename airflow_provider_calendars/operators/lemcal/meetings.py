"""Operators that list what lemcal knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import Context

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import ConfigurationError
from airflow_provider_calendars.memory import LastingMemory
from airflow_provider_calendars.operators.lemcal.base import LemcalOperator
from airflow_provider_calendars.tables import check_table_path, write_table

if TYPE_CHECKING:
    from airflow_provider_calendars.api.lemcal.records import Meeting
    from airflow_provider_calendars.api.lemcal.watches import BookingCursor

_MEETING_COLUMNS = (
    "meeting_id",
    "meeting_type_id",
    "user_id",
    "start",
    "end",
    "created_at",
    "canceled_at",
    "guest_email",
    "guest_name",
)
_TYPE_COLUMNS = ("meeting_type_id", "name", "duration", "status", "privacy")


class LemcalListMeetingsOperator(LemcalOperator):
    """Writes booked meetings to a file.

    lemcal lists everything at once and filters by type only, so all else is chosen here.

    https://developer.lemcal.com/#list-booked-meetings

    :param path: a ``.csv`` or ``.jsonl`` file, local or any ``ObjectStoragePath`` (templated). JSON
        Lines also hold all that lemcal said, as ``fields``.
    :param meeting_type_id: only meetings of this type (templated).
    :param booked_since: only meetings booked at or after this moment (templated). Moments are a
        ``datetime`` or ISO text, with an offset.
    :param booked_before: only meetings booked before this moment (templated).
    :param starts_after: only meetings that start at or after this moment (templated).
    :param starts_before: only meetings that start before this moment (templated).
    :param cursor: a name; only meetings that no earlier run listed under it. The first run lists all. Not
        together with ``booked_since``, ``booked_before`` and ``starts_before``: what these leave out now
        would be wanted later.
        Kept in the Variable ``calendars.lemcal.<connection>.cursor.<name>[.<type>]``; a retry or Clear lists
        again what its run listed (templated).
    :param include_cancelled: list cancelled meetings too, where lemcal still does.
    :param lemcal_conn_id: the Airflow connection (templated).
    :return: ``count``, ``path``, ``newest_booking`` (ISO, None if there is none).
    :raises ConfigurationError: an argument is wrong, e.g. a moment without an offset; nothing was asked.
    """

    template_fields: Sequence[str] = (
        "lemcal_conn_id",
        "path",
        "meeting_type_id",
        "booked_since",
        "booked_before",
        "starts_after",
        "starts_before",
        "cursor",
    )

    def __init__(
        self,
        *,
        path: str,
        meeting_type_id: str | None = None,
        booked_since: str | datetime | None = None,
        booked_before: str | datetime | None = None,
        starts_after: str | datetime | None = None,
        starts_before: str | datetime | None = None,
        cursor: str | None = None,
        include_cancelled: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.path = path
        self.meeting_type_id = meeting_type_id
        self.booked_since = booked_since
        self.booked_before = booked_before
        self.starts_after = starts_after
        self.starts_before = starts_before
        self.cursor = cursor
        self.include_cancelled = include_cancelled

    def execute(self, context: Context) -> dict[str, Any]:
        """Write the file."""
        check_table_path("path", self.path)
        chosen = _Window(self)
        self._check_cursor()
        if self.meeting_type_id:
            self.hook.check_meeting_type(self.meeting_type_id)
        listed = self.hook.meetings(self.meeting_type_id or None)
        start = self._start(context) if self.cursor else None
        meetings = listed if start is None else start.fresh(listed)
        meetings = [each for each in meetings if chosen.holds(each)]
        columns = (*_MEETING_COLUMNS, "fields") if self.path.lower().endswith(".jsonl") else _MEETING_COLUMNS
        count = write_table(self.path, (_row(meeting) for meeting in meetings), columns)
        if start is not None:
            # not before the file is there: what was never written was not listed
            self._lasting.set("cursor", start.after(listed).dumps())
        self.log.info("Wrote %d of %d meetings to %s.", count, len(listed), self.path)
        newest = max((each.created_at for each in meetings), default=None)
        return {"count": count, "path": self.path, "newest_booking": newest and newest.isoformat()}

    def _check_cursor(self) -> None:
        windows = [name for name in ("booked_since", "booked_before", "starts_before") if getattr(self, name)]
        if self.cursor and windows:
            raise ConfigurationError(
                f"cursor cannot go together with {' and '.join(windows)}: what these leave out now would be "
                "old to the next run. Leave one of them out."
            )

    @property
    def _lasting(self) -> LastingMemory:
        # with another filter it is another cursor, or one would skip what the other listed
        name = ".".join(each for each in (self.cursor, self.meeting_type_id) if each)
        return self.lasting_memory(f"cursor.{name}")

    def _start(self, context: Context) -> BookingCursor:
        """Return where this run began, so that running it again lists the same and what came since."""
        from airflow_provider_calendars.api.lemcal.watches import BookingCursor

        memory = self.run_memory(context)
        started = memory.get("cursor")
        if started is None:
            started = {"cursor": self._lasting.get("cursor")}
            memory.set("cursor", started)
        return BookingCursor.loads(started["cursor"]) or BookingCursor()


class _Window:
    """Which meetings are wanted, by time and state."""

    def __init__(self, operator: LemcalListMeetingsOperator) -> None:
        self.booked = _bounds(operator, "booked_since", "booked_before")
        self.starts = _bounds(operator, "starts_after", "starts_before")
        self.include_cancelled = operator.include_cancelled

    def holds(self, meeting: Meeting) -> bool:
        """Return whether a meeting is wanted."""
        if meeting.is_cancelled and not self.include_cancelled:
            return False
        return _within(meeting.created_at, self.booked) and _within(meeting.start, self.starts)


Bounds = tuple[datetime | None, datetime | None]


def _bounds(operator: LemcalListMeetingsOperator, *names: str) -> Bounds:
    first, last = (
        checks.moment(name, value) if (value := getattr(operator, name)) else None for name in names
    )
    if first and last and last <= first:
        raise ConfigurationError(f"{names[1]} must be after {names[0]}.")
    return first, last


def _within(moment: datetime | None, bounds: Bounds) -> bool:
    first, last = bounds
    if moment is None:
        return first is None and last is None
    return (first is None or moment >= first) and (last is None or moment < last)


def _row(meeting: Meeting) -> dict[str, Any]:
    moments = {name: getattr(meeting, name) for name in ("start", "end", "created_at", "canceled_at")}
    return {
        "meeting_id": meeting.meeting_id,
        "meeting_type_id": meeting.meeting_type_id,
        "user_id": meeting.user_id,
        **{name: moment and moment.isoformat() for name, moment in moments.items()},
        "guest_email": meeting.guest.email if meeting.guest else None,
        "guest_name": meeting.guest.name if meeting.guest else None,
        "fields": dict(meeting.fields),
    }


class LemcalListMeetingTypesOperator(LemcalOperator):
    """Lists the meeting types.

    https://developer.lemcal.com/#list-meeting-types

    :param path: a ``.csv`` or ``.jsonl`` file to write them to, local or any ``ObjectStoragePath``
        (templated). Without it only the ids are returned.
    :param lemcal_conn_id: the Airflow connection (templated).
    :return: ``count``, ``meeting_type_ids``, ``path``.
    """

    template_fields: Sequence[str] = ("lemcal_conn_id", "path")

    def __init__(self, *, path: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.path = path

    def execute(self, context: Context) -> dict[str, Any]:  # noqa: ARG002
        """List the meeting types."""
        if self.path:
            check_table_path("path", self.path)
        types = self.hook.meeting_types()
        if self.path:
            write_table(
                self.path,
                ({name: getattr(each, name) for name in _TYPE_COLUMNS} for each in types),
                _TYPE_COLUMNS,
            )
        self.log.info("%d meeting types.", len(types))
        ids = [each.meeting_type_id for each in types]
        return {"count": len(ids), "meeting_type_ids": ids, "path": self.path or None}
