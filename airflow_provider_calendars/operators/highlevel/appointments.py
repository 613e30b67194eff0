"""Operators on appointments of HighLevel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import Context

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.exceptions import ApiError, ConfigurationError, NotFound, Rejected
from airflow_provider_calendars.memory import RunMemory
from airflow_provider_calendars.operators.base import is_backfill
from airflow_provider_calendars.operators.concealed import ConcealsPeople, reveal
from airflow_provider_calendars.operators.creation import Creation, check_if_exists
from airflow_provider_calendars.operators.highlevel.base import DeletingOperator, HighLevelOperator
from airflow_provider_calendars.operators.highlevel.search import is_on

if TYPE_CHECKING:
    from airflow_provider_calendars.api.highlevel.appointment_records import AppointmentContent, Event

_CONTENT_FIELDS = (
    "calendar_id",
    "contact_id",
    "start_time",
    "end_time",
    "title",
    "appointment_status",
    "assigned_user_id",
    "description",
    "address",
    "meeting_location_type",
    "meeting_location_id",
    "override_location_config",
    "ignore_date_range",
    "ignore_free_slot_validation",
    "rrule",
)
_FLAGS = ("override_location_config", "ignore_date_range", "ignore_free_slot_validation")
_UPDATE = "update_appointment"
_CANCEL = "cancel_appointment"
_AROUND = timedelta(minutes=1)


class NotifyingOperator(ConcealsPeople, HighLevelOperator):
    """Base of the operators whose calls can run HighLevel's automations, which mail people.

    :param to_notify: whether they run; never in a backfill (templated).
    """

    def __init__(self, *, to_notify: bool | str = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.to_notify = to_notify

    def notifies(self, context: Context) -> bool:
        """Return whether automations run, which a backfill never lets."""
        wanted = checks.boolean("to_notify", self.to_notify)
        if wanted and is_backfill(context):
            self.log.warning("This is a backfill, so HighLevel's automations are told not to run.")
            return False
        return wanted


class _WritesAppointment(NotifyingOperator):
    """What the operators that say what an appointment is share."""

    # a title and a description can name the person
    concealed_fields: ClassVar[tuple[str, ...]] = ("title", "description", "address")

    def __init__(
        self,
        *,
        calendar_id: str | None = None,
        contact_id: str | None = None,
        start_time: str | datetime | None = None,
        end_time: str | datetime | None = None,
        title: str | None = None,
        appointment_status: str | None = None,
        assigned_user_id: str | None = None,
        description: str | None = None,
        address: str | None = None,
        meeting_location_type: str | None = None,
        meeting_location_id: str | None = None,
        override_location_config: bool | str | None = None,
        ignore_date_range: bool | str | None = None,
        ignore_free_slot_validation: bool | str | None = None,
        rrule: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.calendar_id = calendar_id
        self.contact_id = contact_id
        self.start_time = start_time
        self.end_time = end_time
        self.title = title
        self.appointment_status = appointment_status
        self.assigned_user_id = assigned_user_id
        self.description = description
        self.address = address
        self.meeting_location_type = meeting_location_type
        self.meeting_location_id = meeting_location_id
        self.override_location_config = override_location_config
        self.ignore_date_range = ignore_date_range
        self.ignore_free_slot_validation = ignore_free_slot_validation
        self.rrule = rrule

    def content(self, context: Context) -> AppointmentContent:
        """Return the checked content of the appointment."""
        from airflow_provider_calendars.api.highlevel.appointment_records import AppointmentContent

        given = {name: reveal(getattr(self, name)) for name in _CONTENT_FIELDS}
        given = {name: value for name, value in given.items() if value not in (None, "")}
        flags = {name: checks.boolean(name, given[name]) for name in _FLAGS if name in given}
        return AppointmentContent(**{**given, **flags}, to_notify=self.notifies(context))


class HighLevelCreateAppointmentOperator(_WritesAppointment):
    """Books an appointment for a contact, once. Looks before it books.

    What it is about to do is remembered first, so a retry, a Clear or a lost reply finds the
    appointment of the first try instead of booking a second one. For "the next free slot" use
    ``HighLevelBookNextSlotOperator``.

    https://marketplace.gohighlevel.com/docs/ghl/calendars/create-appointment

    :param calendar_id: the calendar (templated).
    :param contact_id: who is met (templated).
    :param start_time: a ``datetime`` or ISO text with an offset (templated). To book a free slot, pass
        its text as it is: HighLevel refuses the same moment in other words.
    :param end_time: likewise; by default the calendar's slot duration after the start (templated).
    :param to_notify: whether HighLevel's automations run, which may mail the contact (templated).
        Never in a backfill.
    :param title: of the appointment (templated).
    :param appointment_status: ``new``, ``confirmed``, ``cancelled``, ``showed``, ``noshow`` or
        ``invalid`` (templated).
    :param assigned_user_id: who meets the contact (templated).
    :param description: of the appointment (templated).
    :param address: where it takes place (templated).
    :param meeting_location_type: ``custom``, ``zoom``, ``gmeet``, ``phone``, ``address``, ``ms_teams`` or
        ``google`` (templated).
    :param meeting_location_id: one of the calendar's or member's location configurations (templated).
    :param override_location_config: whether this place wins over the calendar's (templated).
    :param ignore_date_range: whether minimum notice and date range are ignored (templated).
    :param ignore_free_slot_validation: whether it may lie outside the free slots (templated).
    :param rrule: how it is repeated, with ``ignore_free_slot_validation`` only (templated).
    :param if_exists: what to do about an appointment of this contact in this calendar at this time that
        this run did not book: ``fail`` (and name it), ``adopt`` or ``create`` (another one).
    :param highlevel_conn_id: the Airflow connection (templated).
    :return: ``appointment_id``, ``calendar_id``, ``start_time`` (ISO, UTC), ``outcome`` (``created`` or
        ``adopted``).
    :raises ConfigurationError: an argument is missing or wrong, e.g. a time without an offset.
    :raises Conflict: the slot is taken, by somebody else.
    :raises CalendarsError: there is such an appointment already, and ``if_exists`` is ``fail``.
    :raises OutcomeUnknown: the reply was lost and no new appointment is to be seen yet; a retry looks again.
    """

    template_fields: Sequence[str] = ("highlevel_conn_id", *_CONTENT_FIELDS, "to_notify")

    def __init__(self, *, if_exists: str = "fail", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.if_exists = if_exists

    def execute(self, context: Context) -> dict[str, Any]:
        """Book the appointment, or find the one an earlier try booked."""
        from airflow_provider_calendars.api.fingerprints import fingerprint
        from airflow_provider_calendars.api.highlevel.wire import utc

        check_if_exists(self.if_exists)
        content = self.content(context)
        wanted = content.to_create("")
        start = utc(checks.moment("start_time", content.start_time))
        creation = Creation(
            memory=self.run_memory(context),
            key="create_appointment",
            fingerprint=fingerprint(wanted),
            thing=f"appointment of contact {content.contact_id} at {start.isoformat()}",
            find=lambda: self._matches(content, start),
            create=lambda: self.hook.create_appointment(content).event_id,
        )
        appointment_id, outcome = creation.carry_out(self.if_exists)
        self.publish_early(context, "appointment_id", appointment_id)
        self.log.info("Appointment %s %s.", appointment_id, outcome)
        return {
            "appointment_id": appointment_id,
            "calendar_id": content.calendar_id,
            "start_time": start.isoformat(),
            "outcome": outcome,
        }

    def _matches(self, content: AppointmentContent, start: datetime) -> list[str]:
        from airflow_provider_calendars.api.highlevel.events import Window

        window = Window(start - _AROUND, start + _AROUND, calendar_id=content.calendar_id)
        events = self.hook.list_events(window)
        return [
            each.event_id
            for each in events
            # a start without an offset cannot be read, but nothing else is in the window
            if each.contact_id == content.contact_id and each.start in {start, None} and is_on(each)
        ]


class HighLevelUpdateAppointmentOperator(_WritesAppointment):
    """Changes what is given of an appointment. Its contact cannot be changed.

    After a lost reply, a retry reads the appointment first, so that automations do not run twice. Where
    the appointment does not show what was changed, the retry changes it without running them.

    https://marketplace.gohighlevel.com/docs/ghl/calendars/edit-appointment

    :param appointment_id: the appointment; of a series, its master event (templated).
    :param start_time: and all further arguments: as for ``HighLevelCreateAppointmentOperator``
        (templated).
    :param to_notify: whether HighLevel's automations run, which may mail the contact (templated).
        Never in a backfill.
    :param highlevel_conn_id: the Airflow connection (templated).
    :return: ``appointment_id``, ``status`` (empty where HighLevel does not say it).
    :raises ConfigurationError: an argument is wrong, or nothing is given; nothing was sent.
    :raises NotFound: there is no such appointment.
    """

    template_fields: Sequence[str] = ("highlevel_conn_id", "appointment_id", *_CONTENT_FIELDS, "to_notify")

    def __init__(self, *, appointment_id: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.appointment_id = appointment_id

    def execute(self, context: Context) -> dict[str, Any]:
        """Change the appointment."""
        checks.text("appointment_id", self.appointment_id)
        content = self.content(context)
        _check_is_change(content)
        appointment = self._updated(self.run_memory(context), content)
        self.log.info("Appointment %s updated.", self.appointment_id)
        return {"appointment_id": self.appointment_id, "status": appointment.status}

    def _updated(self, memory: RunMemory, content: AppointmentContent) -> Event:
        intent = self._intent(content)
        if memory.get(_UPDATE) == intent:
            # an earlier try may have changed it
            appointment = self.hook.get_appointment(self.appointment_id)
            is_done = content.is_shown_by(appointment)
            if is_done:
                return appointment
            if is_done is None:
                content = replace(content, to_notify=False)
        memory.set(_UPDATE, intent)
        try:
            return self.hook.update_appointment(self.appointment_id, content)
        except ApiError:
            # nothing was changed, and nobody told
            memory.set(_UPDATE, {})
            raise

    def _intent(self, content: AppointmentContent) -> dict[str, Any]:
        from airflow_provider_calendars.api.fingerprints import fingerprint

        return {"appointment_id": self.appointment_id, "fingerprint": fingerprint(content.to_update())}


def _check_is_change(content: AppointmentContent) -> None:
    if content.contact_id is not None:
        raise ConfigurationError("contact_id of an appointment cannot be changed; leave it out.")
    if set(content.to_update()) <= {"toNotify"}:
        raise ConfigurationError("Nothing to change is given. Give a title, a start_time, ...")


class HighLevelCancelAppointmentOperator(NotifyingOperator):
    """Cancels an appointment. It stays in the calendar as cancelled.

    https://marketplace.gohighlevel.com/docs/ghl/calendars/edit-appointment

    :param appointment_id: the appointment (templated).
    :param to_notify: whether HighLevel's automations run, which may mail the contact (templated).
        Never in a backfill.
    :param if_nothing_to_do: when it is cancelled or deleted already: ``succeed``, ``skip`` or ``fail``.
    :param highlevel_conn_id: the Airflow connection (templated).
    :return: ``appointment_id``, ``outcome`` (``cancelled`` or ``nothing_to_do``).
    :raises NotFound: there is no such appointment.
    """

    template_fields: Sequence[str] = ("highlevel_conn_id", "appointment_id", "to_notify")

    def __init__(self, *, appointment_id: str, if_nothing_to_do: str = "succeed", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.appointment_id = appointment_id
        self.if_nothing_to_do = if_nothing_to_do

    def execute(self, context: Context) -> dict[str, Any]:
        """Cancel the appointment."""
        from airflow_provider_calendars.api.highlevel.appointment_records import AppointmentContent

        checks.text("appointment_id", self.appointment_id)
        self.check_nothing_to_do(self.if_nothing_to_do)
        cancelled = AppointmentContent(appointment_status="cancelled", to_notify=self.notifies(context))
        memory, intent = self.run_memory(context), {"appointment_id": self.appointment_id}
        appointment = self.hook.get_appointment(self.appointment_id)
        state = "deleted" if appointment.deleted else appointment.status
        if state not in {"deleted", "cancelled"}:
            memory.set(_CANCEL, intent)
            self.hook.update_appointment(self.appointment_id, cancelled)
        elif memory.get(_CANCEL) != intent:
            story = f"Appointment {self.appointment_id} is {state} already."
            self.settle_nothing_to_do(self.if_nothing_to_do, story)
            return {"appointment_id": self.appointment_id, "outcome": Done.NOTHING_TO_DO.value}
        self.log.info("Appointment %s cancelled.", self.appointment_id)
        return {"appointment_id": self.appointment_id, "outcome": "cancelled"}


class HighLevelDeleteAppointmentOperator(DeletingOperator):
    """Deletes an appointment, or blocked time, from the calendar. To call it off, cancel it instead.

    What an earlier try has deleted counts as deleted.

    https://marketplace.gohighlevel.com/docs/ghl/calendars/delete-event

    :param appointment_id: the appointment, or the event of blocked time (templated).
    :param if_nothing_to_do: when it is gone already: ``succeed``, ``skip`` or ``fail``.
    :param highlevel_conn_id: the Airflow connection (templated).
    :return: ``appointment_id``, ``outcome`` (``deleted`` or ``nothing_to_do``).
    """

    template_fields: Sequence[str] = ("highlevel_conn_id", "appointment_id")

    def __init__(self, *, appointment_id: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.appointment_id = appointment_id

    def execute(self, context: Context) -> dict[str, Any]:
        """Delete the appointment."""
        checks.text("appointment_id", self.appointment_id)
        outcome = self.delete(context, "appointment", self.appointment_id)
        return {"appointment_id": self.appointment_id, "outcome": outcome}

    def is_there(self) -> bool | None:
        """Return whether the appointment is there: what is deleted can be read, and says so."""
        try:
            return not self.hook.get_appointment(self.appointment_id).deleted
        except (NotFound, Rejected):
            # blocked time is no appointment, and can be deleted all the same
            return None

    def send_deletion(self) -> Done:
        """Delete the appointment; what a second deletion answers is not documented."""
        try:
            return self.hook.delete_event(self.appointment_id)
        except Rejected:
            if self.is_there() is False:
                return Done.NOTHING_TO_DO
            raise
