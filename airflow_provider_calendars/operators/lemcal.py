"""Operators for lemcal."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from airflow.sdk import Context

from airflow_provider_calendars._compat import conf
from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.exceptions import (
    ConfigurationError,
    Conflict,
    OutcomeUnknown,
)
from airflow_provider_calendars.hooks.lemcal import LemcalHook
from airflow_provider_calendars.memory import LastingMemory
from airflow_provider_calendars.operators.base import CalendarsOperator
from airflow_provider_calendars.tables import check_table_path, write_table

if TYPE_CHECKING:
    from airflow_provider_calendars.api.lemcal.records import HookRequest, Meeting
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


class LemcalOperator(CalendarsOperator):
    """Base of the operators for lemcal.

    :param lemcal_conn_id: the Airflow connection (templated).
    """

    ui_color: str = "#eefbe7"

    def __init__(self, *, lemcal_conn_id: str = LemcalHook.default_conn_name, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.lemcal_conn_id = lemcal_conn_id

    @cached_property
    def hook(self) -> LemcalHook:
        """The hook, made once."""
        return LemcalHook(self.lemcal_conn_id)


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
    :param cursor: a name; only meetings that no earlier run listed under it. The first run lists all.
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
        if meeting.canceled_at is not None and not self.include_cancelled:
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


class LemcalEnsureHookOperator(LemcalOperator):
    """Has lemcal post new bookings to a URL, if it does not yet.

    Hooks cannot be listed at lemcal, so the id is pushed to XCom and remembered at once.

    https://developer.lemcal.com/#add-hook

    :param target_url: where bookings are posted (templated). Leave it out for this Airflow's own
        receiver: its URL is made when the task runs, with the connection's webhook secret, which is
        then in no rendered field and no XCom.
    :param receiver_url: this Airflow as lemcal reaches it, e.g. ``https://airflow.example.com``; by
        default ``[api] base_url`` (templated).
    :param meeting_type_id: bookings of this type (templated).
    :param any_meeting_type: bookings of any type; exactly one of the two must be given.
    :param if_exists: when there is such a hook already: ``succeed`` or ``fail``.
    :param lemcal_conn_id: the Airflow connection (templated).
    :return: ``hook_id`` (None if it exists and no earlier run of this operator made it), ``outcome``
        (``created`` or ``exists``).
    :raises ConfigurationError: the URL is none, both or neither of type and any type are given, or the
        meeting type does not exist.
    :raises Conflict: there is such a hook, and ``if_exists`` is ``fail``.
    """

    template_fields: Sequence[str] = ("lemcal_conn_id", "target_url", "receiver_url", "meeting_type_id")

    def __init__(
        self,
        *,
        target_url: str | None = None,
        receiver_url: str | None = None,
        meeting_type_id: str | None = None,
        any_meeting_type: bool = False,
        if_exists: str = "succeed",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.target_url = target_url
        self.receiver_url = receiver_url
        self.meeting_type_id = meeting_type_id
        self.any_meeting_type = any_meeting_type
        self.if_exists = if_exists

    def execute(self, context: Context) -> dict[str, Any]:
        """Create the hook."""
        checks.choice("if_exists", self.if_exists, ("succeed", "fail"))
        wanted = self._wanted()
        details = hashlib.sha256(f"{wanted.to_wire()}".encode()).hexdigest()[:16]
        lasting = self.lasting_memory(f"hook.{details}")
        memory = self.run_memory(context)
        asked_before = (memory.get("ensure_hook") or {}).get("details") == details
        memory.set("ensure_hook", {"details": details})
        hook_id, outcome = self._ensured(wanted, lasting, asked_before=asked_before)
        self.publish_early(context, "hook_id", hook_id)
        self.log.info("Hook %s %s.", hook_id or "of unknown id", outcome)
        return {"hook_id": hook_id, "outcome": outcome}

    def _ensured(
        self, wanted: HookRequest, lasting: LastingMemory, *, asked_before: bool
    ) -> tuple[str | None, str]:
        try:
            hook_id = self.hook.create_hook(wanted).hook_id
        except OutcomeUnknown:
            if asked_before:
                raise
            # a second one is refused as a duplicate, so asking again cannot make two; but what is
            # remembered of an older one is no longer its id
            lasting.set("hook_id", None)
            return self._ensured(wanted, lasting, asked_before=True)
        except Conflict:
            if self.if_exists == "fail" and not asked_before:
                raise
            return lasting.get("hook_id"), "exists"
        lasting.set("hook_id", hook_id)
        return hook_id, "created"

    def _wanted(self) -> HookRequest:
        from airflow_provider_calendars.api.lemcal.records import HookRequest

        any_type = checks.boolean("any_meeting_type", self.any_meeting_type)
        # with a stand-in first: what is wrong in the arguments must not wait for the connection
        HookRequest(self.target_url or "https://receiver", self.meeting_type_id or None, any_type)
        wanted = HookRequest(self.target_url or self._receiver(), self.meeting_type_id or None, any_type)
        if wanted.meeting_type_id:
            self.hook.check_meeting_type(wanted.meeting_type_id)
        return wanted

    def _receiver(self) -> str:
        base = self.receiver_url or conf.get("api", "base_url", fallback="")
        if not base:
            raise ConfigurationError("Give target_url or receiver_url, or set [api] base_url.")
        if not (secret := self.hook.webhook_secret):
            raise ConfigurationError(
                f"Connection {self.lemcal_conn_id!r} has no webhook_secret, so it receives no webhooks. "
                "Set one, or give target_url."
            )
        where = f"{base.rstrip('/')}/calendars/webhooks/lemcal/{quote(self.lemcal_conn_id, safe='')}"
        return f"{where}?{urlencode({'token': secret})}"


class LemcalDeleteHookOperator(LemcalOperator):
    """Stops lemcal from posting bookings to a hook.

    https://developer.lemcal.com/#delete-hook

    :param hook_id: ``hoo_...`` (templated).
    :param if_nothing_to_do: when there is no such hook: ``succeed``, ``skip`` or ``fail``.
    :param lemcal_conn_id: the Airflow connection (templated).
    :return: ``hook_id``, ``outcome`` (``deleted`` or ``nothing_to_do``).
    """

    template_fields: Sequence[str] = ("lemcal_conn_id", "hook_id")

    def __init__(self, *, hook_id: str, if_nothing_to_do: str = "succeed", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hook_id = hook_id
        self.if_nothing_to_do = if_nothing_to_do

    def execute(self, context: Context) -> dict[str, Any]:  # noqa: ARG002
        """Delete the hook."""
        checks.text("hook_id", self.hook_id)
        self.check_nothing_to_do(self.if_nothing_to_do)
        done = self.hook.delete_hook(self.hook_id)
        if done is Done.NOTHING_TO_DO:
            self.settle_nothing_to_do(self.if_nothing_to_do, f"There is no hook {self.hook_id}.")
        return {"hook_id": self.hook_id, "outcome": "deleted" if done is Done.DONE else done.value}
