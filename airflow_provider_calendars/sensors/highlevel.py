"""Sensors for HighLevel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import ConfigurationError
from airflow_provider_calendars.hooks.highlevel import HighLevelHook
from airflow_provider_calendars.sensors.base import CalendarsSensor, check_count
from airflow_provider_calendars.triggers.base import CalendarsTrigger
from airflow_provider_calendars.triggers.highlevel import (
    HighLevelAppointmentsChangedTrigger,
    HighLevelAppointmentStatusTrigger,
    HighLevelFreeSlotTrigger,
)

if TYPE_CHECKING:
    from airflow_provider_calendars.api.highlevel.watches import (
        AppointmentsChanged,
        AppointmentStatus,
        FreeSlot,
    )


class HighLevelSensor(CalendarsSensor):
    """Base of the sensors for HighLevel.

    :param highlevel_conn_id: the Airflow connection (templated).
    """

    ui_color: str = "#d6ecf7"

    def __init__(self, *, highlevel_conn_id: str = HighLevelHook.default_conn_name, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.highlevel_conn_id = highlevel_conn_id

    def make_hook(self) -> HighLevelHook:
        """Return the hook to ask with."""
        return HighLevelHook(self.highlevel_conn_id)


class HighLevelFreeSlotSensor(HighLevelSensor):
    """Waits until a calendar has a free slot.

    https://marketplace.gohighlevel.com/docs/ghl/calendars/get-slots

    :param calendar_id: the calendar (templated).
    :param end_datetime: no slot at or after this moment counts; a ``datetime`` or ISO text with an offset
        (templated). When it has passed, the wait fails.
    :param start_datetime: no slot before this moment counts; by default the moment of each look
        (templated).
    :param timezone: the IANA zone slots are written in; by default the location's (templated).
    :param user_ids: only slots of these users (templated).
    :param slots: how many free slots there must be (templated).
    :param poll_interval: seconds between two looks.
    :param deferrable: wait in the triggerer, without a worker slot.
    :param highlevel_conn_id: the Airflow connection (templated).
    :return: ``calendar_id``, ``count``, ``first_slot`` (ISO, as HighLevel wrote it: to book it, pass it on
        as it is).
    :raises ConfigurationError: an argument is wrong, e.g. a moment without an offset; nothing was asked.
    """

    template_fields: Sequence[str] = (
        "highlevel_conn_id",
        "calendar_id",
        "end_datetime",
        "start_datetime",
        "timezone",
        "user_ids",
        "slots",
    )
    trigger_class: ClassVar[type[CalendarsTrigger]] = HighLevelFreeSlotTrigger

    def __init__(
        self,
        *,
        calendar_id: str,
        end_datetime: str | datetime,
        start_datetime: str | datetime | None = None,
        timezone: str | None = None,
        user_ids: Sequence[str] = (),
        slots: int | str = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.calendar_id = calendar_id
        self.end_datetime = end_datetime
        self.start_datetime = start_datetime
        self.timezone = timezone
        self.user_ids = user_ids
        self.slots = slots

    def make_watch(self) -> FreeSlot:
        """Return the question, from checked arguments."""
        from airflow_provider_calendars.api.highlevel.watches import FreeSlot

        start = checks.moment("start_datetime", self.start_datetime) if self.start_datetime else None
        end = checks.moment("end_datetime", self.end_datetime)
        if start and end <= start:
            raise ConfigurationError("end_datetime must be after start_datetime.")
        return FreeSlot(
            calendar_id=checks.text("calendar_id", self.calendar_id),
            end=end.isoformat(),
            start=start.isoformat() if start else None,
            timezone=checks.timezone("timezone", self.timezone) if self.timezone else None,
            user_ids=list(checks.texts("user_ids", self.user_ids)),
            slots=check_count("slots", self.slots) or 1,
        )


class HighLevelAppointmentStatusSensor(HighLevelSensor):
    """Waits until an appointment has a status.

    https://marketplace.gohighlevel.com/docs/ghl/calendars/get-appointment

    :param appointment_id: the appointment (templated).
    :param status: the status, or a list of which one is enough: ``new``, ``confirmed``, ``cancelled``,
        ``showed``, ``noshow``, ``invalid``, ``active``, ``completed``, or ``deleted`` (templated).
    :param failed_statuses: with one of these the wait fails at once (templated). It also does when the
        appointment is deleted, unless that is waited for.
    :param poll_interval: seconds between two looks.
    :param deferrable: wait in the triggerer, without a worker slot.
    :param highlevel_conn_id: the Airflow connection (templated).
    :return: ``appointment_id``, ``status``.
    :raises ConfigurationError: a status is unknown; nothing was asked.
    :raises NotFound: there is no such appointment, and ``deleted`` is not waited for.
    """

    template_fields: Sequence[str] = ("highlevel_conn_id", "appointment_id", "status", "failed_statuses")
    trigger_class: ClassVar[type[CalendarsTrigger]] = HighLevelAppointmentStatusTrigger

    def __init__(
        self,
        *,
        appointment_id: str,
        status: str | Sequence[str],
        failed_statuses: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.appointment_id = appointment_id
        self.status = status
        self.failed_statuses = failed_statuses

    def make_watch(self) -> AppointmentStatus:
        """Return the question, from checked arguments."""
        from airflow_provider_calendars.api.highlevel.watches import AppointmentStatus

        wanted = [self.status] if isinstance(self.status, str) else self.status
        statuses = _statuses("status", wanted)
        if not statuses:
            raise ConfigurationError("status must not be empty.")
        return AppointmentStatus(
            appointment_id=checks.text("appointment_id", self.appointment_id),
            statuses=statuses,
            failed_statuses=_statuses("failed_statuses", self.failed_statuses),
        )


class HighLevelAppointmentsChangedSensor(HighLevelSensor):
    """Waits until something has become of the appointments of a time.

    HighLevel cannot be asked what changed, so every look is compared with the first one. To go on where
    one sensor ended, give the next one its ``changed_since``; what was deleted between the two is not
    seen then.

    https://marketplace.gohighlevel.com/docs/ghl/calendars/get-calendar-events

    :param start_datetime: the first moment that appointments may start at: a ``datetime`` or ISO text
        with an offset, by default that of the first look (templated).
    :param end_datetime: appointments start before; by default 60 days after the start (templated).
    :param calendar_ids: only appointments of these calendars; of all if empty (templated).
    :param kinds: which changes end the wait: ``created``, ``moved``, ``cancelled``, ``no_show``,
        ``deleted``, ``changed`` (anything else); all if empty (templated).
    :param changed_since: what was changed at or after this moment counts at the first look already, by
        HighLevel's own dates (templated).
    :param poll_interval: seconds between two looks; each takes a request for each calendar and month.
    :param deferrable: wait in the triggerer, without a worker slot.
    :param highlevel_conn_id: the Airflow connection (templated).
    :return: ``count``, ``appointment_ids``, a count for each kind, ``changed_since`` (ISO) for the next
        sensor.
    :raises ConfigurationError: an argument is wrong; nothing was asked.
    """

    template_fields: Sequence[str] = (
        "highlevel_conn_id",
        "start_datetime",
        "end_datetime",
        "calendar_ids",
        "kinds",
        "changed_since",
    )
    trigger_class: ClassVar[type[CalendarsTrigger]] = HighLevelAppointmentsChangedTrigger

    def __init__(
        self,
        *,
        start_datetime: str | datetime | None = None,
        end_datetime: str | datetime | None = None,
        calendar_ids: Sequence[str] = (),
        kinds: Sequence[str] = (),
        changed_since: str | datetime | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.start_datetime = start_datetime
        self.end_datetime = end_datetime
        self.calendar_ids = calendar_ids
        self.kinds = kinds
        self.changed_since = changed_since

    def make_watch(self) -> AppointmentsChanged:
        """Return the question, from checked arguments."""
        from airflow_provider_calendars.api.highlevel.changes import KINDS
        from airflow_provider_calendars.api.highlevel.watches import AppointmentsChanged

        start, end, since = (
            checks.moment(name, value).isoformat() if (value := getattr(self, name)) else None
            for name in ("start_datetime", "end_datetime", "changed_since")
        )
        if start and end and end <= start:
            raise ConfigurationError("end_datetime must be after start_datetime.")
        return AppointmentsChanged(
            start=start,
            end=end,
            calendar_ids=list(checks.texts("calendar_ids", self.calendar_ids)),
            kinds=[checks.choice("kinds", each, KINDS) for each in checks.texts("kinds", self.kinds)]
            or list(KINDS),
            changed_since=since,
        )


def _statuses(name: str, given: Sequence[str]) -> list[str]:
    from airflow_provider_calendars.api.highlevel.appointment_records import SHOWN_STATUSES
    from airflow_provider_calendars.api.highlevel.changes import DELETED

    return [checks.choice(name, each, (*SHOWN_STATUSES, DELETED)) for each in checks.texts(name, given)]
