"""Operators on time that is free, and time that shall not be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import Context

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import ConfigurationError
from airflow_provider_calendars.operators.concealed import ConcealsPeople, reveal
from airflow_provider_calendars.operators.creation import Creation, check_if_exists
from airflow_provider_calendars.operators.highlevel.base import HighLevelCalendarOperator, HighLevelOperator
from airflow_provider_calendars.tables import check_table_path, write_table

if TYPE_CHECKING:
    from airflow_provider_calendars.api.highlevel.appointment_records import BlockContent, Event

_COLUMNS = ("slot", "start")
_AROUND = timedelta(minutes=1)


class HighLevelListFreeSlotsOperator(HighLevelCalendarOperator):
    """Lists the slots of a calendar that can be booked, over any time.

    https://marketplace.gohighlevel.com/docs/ghl/calendars/get-slots

    :param calendar_id: the calendar (templated).
    :param start_datetime: the first moment; a ``datetime`` or ISO text with an offset, by default now
        (templated).
    :param end_datetime: no slot begins then or later (templated).
    :param timezone: the IANA zone slots are written in; by default the location's (templated).
    :param user_ids: only slots of these users (templated).
    :param path: a ``.csv`` or ``.jsonl`` file to write all slots to, as ``slot`` and ``start`` (UTC)
        (templated).
    :param limit: how many slots the result holds at most; the file holds all.
    :param highlevel_conn_id: the Airflow connection (templated).
    :return: ``calendar_id``, ``count``, ``slots`` (ISO, as HighLevel wrote them: to book one, pass it on
        as it is), ``path``.
    :raises ConfigurationError: an argument is wrong, e.g. a moment without an offset; nothing was asked.
    """

    template_fields: Sequence[str] = (
        "highlevel_conn_id",
        "calendar_id",
        "start_datetime",
        "end_datetime",
        "timezone",
        "user_ids",
        "path",
    )

    def __init__(
        self,
        *,
        end_datetime: str | datetime,
        start_datetime: str | datetime | None = None,
        timezone: str | None = None,
        user_ids: Sequence[str] = (),
        path: str | None = None,
        limit: int = 100,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.start_datetime = start_datetime
        self.end_datetime = end_datetime
        self.timezone = timezone
        self.user_ids = user_ids
        self.path = path
        self.limit = limit

    def execute(self, context: Context) -> dict[str, Any]:  # noqa: ARG002
        """List the slots."""
        self.check_calendar()
        if self.path:
            check_table_path("path", self.path)
        limit = checks.integer("limit", self.limit)
        if limit < 0:
            raise ConfigurationError(f"limit must be 0 or more, not {limit}.")
        slots = self.hook.list_free_slots(
            self.calendar_id,
            checks.moment("start_datetime", self.start_datetime or datetime.now(UTC)),
            checks.moment("end_datetime", self.end_datetime),
            timezone=self.timezone or None,
            user_ids=checks.texts("user_ids", self.user_ids) or None,
        )
        if self.path:
            rows = ({"slot": each.text, "start": each.start.isoformat()} for each in slots)
            write_table(self.path, rows, _COLUMNS)
        self.log.info("Calendar %s has %d free slots.", self.calendar_id, len(slots))
        return {
            "calendar_id": self.calendar_id,
            "count": len(slots),
            "slots": [each.text for each in slots[:limit]],
            "path": self.path or None,
        }


class HighLevelBlockTimeOperator(ConcealsPeople, HighLevelOperator):
    """Blocks time that nobody can book then, of a calendar or of a user, once.

    What it is about to do is remembered first, so a retry or a lost reply makes no second block. Blocked
    time is freed with ``HighLevelDeleteAppointmentOperator``.

    https://marketplace.gohighlevel.com/docs/ghl/calendars/create-block-slot

    :param start_datetime: a ``datetime`` or ISO text with an offset (templated).
    :param end_datetime: likewise (templated).
    :param calendar_id: the calendar, or (templated)
    :param assigned_user_id: the user; exactly one of the two must be given (templated).
    :param title: why (templated).
    :param if_exists: what to do about a block of the same time that this run did not make: ``adopt``
        (it serves as well), ``fail`` or ``create`` (another one).
    :param highlevel_conn_id: the Airflow connection (templated).
    :return: ``event_id``, ``outcome`` (``created`` or ``adopted``).
    :raises ConfigurationError: an argument is missing or wrong; nothing was sent.
    :raises OutcomeUnknown: the reply was lost and no new block is to be seen yet; a retry looks again.
    """

    template_fields: Sequence[str] = (
        "highlevel_conn_id",
        "start_datetime",
        "end_datetime",
        "calendar_id",
        "assigned_user_id",
        "title",
    )
    concealed_fields: ClassVar[tuple[str, ...]] = ("title",)

    def __init__(
        self,
        *,
        start_datetime: str | datetime,
        end_datetime: str | datetime,
        calendar_id: str | None = None,
        assigned_user_id: str | None = None,
        title: str | None = None,
        if_exists: str = "adopt",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.start_datetime = start_datetime
        self.end_datetime = end_datetime
        self.calendar_id = calendar_id
        self.assigned_user_id = assigned_user_id
        self.title = title
        self.if_exists = if_exists

    def execute(self, context: Context) -> dict[str, Any]:
        """Block the time, or find the block an earlier try made."""
        from airflow_provider_calendars.api.fingerprints import fingerprint

        check_if_exists(self.if_exists)
        content = self._content()
        wanted = content.to_create("")
        creation = Creation(
            memory=self.run_memory(context),
            key="block_time",
            fingerprint=fingerprint(wanted),
            thing=f"block from {wanted['startTime']} to {wanted['endTime']}",
            find=lambda: [each.event_id for each in self._blocks() if self._is_same(each)],
            create=lambda: self.hook.create_blocked_slot(content).event_id,
        )
        event_id, outcome = creation.carry_out(self.if_exists)
        self.publish_early(context, "event_id", event_id)
        self.log.info("Block %s %s.", event_id, outcome)
        return {"event_id": event_id, "outcome": outcome}

    def _content(self) -> BlockContent:
        from airflow_provider_calendars.api.highlevel.appointment_records import BlockContent

        return BlockContent(
            start_time=checks.moment("start_datetime", self.start_datetime),
            end_time=checks.moment("end_datetime", self.end_datetime),
            title=reveal(self.title) or None,
            calendar_id=self.calendar_id or None,
            assigned_user_id=self.assigned_user_id or None,
        )

    def _blocks(self) -> list[Event]:
        from airflow_provider_calendars.api.highlevel.events import Window
        from airflow_provider_calendars.api.highlevel.wire import utc

        start = utc(checks.moment("start_datetime", self.start_datetime))
        whose = {"calendar_id": self.calendar_id or None, "user_id": self.assigned_user_id or None}
        return self.hook.list_blocked_slots(Window(start - _AROUND, start + _AROUND, **whose))

    def _is_same(self, block: Event) -> bool:
        from airflow_provider_calendars.api.highlevel.wire import is_same_moment

        start, end = (checks.moment(name, getattr(self, name)) for name in ("start_datetime", "end_datetime"))
        # times without an offset cannot be read, but nothing else begins in the window
        same_start = block.start is None or is_same_moment(block.start, start)
        return same_start and (block.end is None or is_same_moment(block.end, end)) and not block.deleted
