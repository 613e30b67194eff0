"""Booking an appointment of HighLevel, and what it shares with changing one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import Context

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.operators.base import makes_up_for_the_past
from airflow_provider_calendars.operators.concealed import ConcealsPeople, reveal
from airflow_provider_calendars.operators.creation import Creation, check_if_exists
from airflow_provider_calendars.operators.highlevel.base import HighLevelOperator
from airflow_provider_calendars.operators.highlevel.booked import Booked

if TYPE_CHECKING:
    from airflow_provider_calendars.api.highlevel.appointment_records import AppointmentContent, Event

CONTENT_FIELDS = (
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
_AROUND = timedelta(minutes=1)


class NotifyingOperator(ConcealsPeople, HighLevelOperator):
    """Base of the operators whose calls can run HighLevel's automations, which mail people.

    :param to_notify: whether they run; never in a backfill or catch-up run (templated).
    """

    def __init__(self, *, to_notify: bool | str = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.to_notify = to_notify

    def notifies(self, context: Context) -> bool:
        """Return whether automations run, which a run that makes up for the past never lets."""
        wanted = checks.boolean("to_notify", self.to_notify)
        if wanted and makes_up_for_the_past(context):
            self.log.warning("The run makes up for the past, so HighLevel's automations are told not to run.")
            return False
        return wanted


def without_notice(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is written, whoever is told of it: a Clear can make a run one that tells nobody."""
    return {name: value for name, value in wanted.items() if name != "toNotify"}


class WritesAppointment(NotifyingOperator):
    """Base of the operators that say what an appointment is."""

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

        given = {name: reveal(getattr(self, name)) for name in CONTENT_FIELDS}
        given = {name: value for name, value in given.items() if value not in (None, "")}
        flags = {name: checks.boolean(name, given[name]) for name in _FLAGS if name in given}
        return AppointmentContent(**{**given, **flags}, to_notify=self.notifies(context))


class HighLevelCreateAppointmentOperator(WritesAppointment):
    """Books an appointment for a contact, once. Looks before it books.

    What it is about to do is remembered first, so a retry, a Clear or a lost reply finds the
    appointment of the first try instead of booking a second one. For "the next free slot" use
    ``HighLevelBookNextSlotOperator``.

    https://marketplace.gohighlevel.com/docs/ghl/calendars/create-appointment

    :param calendar_id: the calendar (templated).
    :param contact_id: who is met (templated).
    :param start_time: a ``datetime`` or ISO text with an offset (templated). To book a free slot, pass
        its text as it is: HighLevel refuses the same moment in other words. Parts of a second are cut off.
    :param end_time: likewise; by default the calendar's slot duration after the start (templated).
    :param to_notify: whether HighLevel's automations run, which may mail the contact (templated).
        Never in a backfill or catch-up run.
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
    :raises CalendarsError: there is such an appointment already, and ``if_exists`` is ``fail``; or what an
        earlier try booked has been cancelled since.
    :raises OutcomeUnknown: the reply was lost and no new appointment is to be seen yet; a retry looks again.
    """

    template_fields: Sequence[str] = ("highlevel_conn_id", *CONTENT_FIELDS, "to_notify")

    def __init__(self, *, if_exists: str = "fail", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.if_exists = if_exists

    def execute(self, context: Context) -> dict[str, Any]:
        """Book the appointment, or find the one an earlier try booked."""
        from airflow_provider_calendars.api.fingerprints import fingerprint

        check_if_exists(self.if_exists)
        content = self.content(context)
        wanted = content.to_create("")
        start = checks.moment("start_time", wanted["startTime"])
        booked = self._booked(content)
        creation = Creation(
            memory=self.run_memory(context),
            key="create_appointment",
            fingerprint=fingerprint(without_notice(wanted)),
            thing=f"appointment of contact {content.contact_id} at {start.isoformat()}",
            find=lambda: booked.ids(self._at(start, content)),
            create=lambda: self.hook.create_appointment(content).event_id,
            is_gone=booked.is_gone,
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

    def _booked(self, content: AppointmentContent) -> Booked:
        return Booked(
            self.hook, str(content.contact_id), content.appointment_status, is_series=bool(content.rrule)
        )

    def _at(self, start: datetime, content: AppointmentContent) -> list[Event]:
        """Return the appointments of the calendar that start at a moment."""
        from airflow_provider_calendars.api.highlevel.events import Window
        from airflow_provider_calendars.api.highlevel.wire import is_same_moment

        events = self.hook.list_events(
            Window(start - _AROUND, start + _AROUND, calendar_id=content.calendar_id)
        )
        # a start without an offset cannot be read, but nothing else is in the window
        return [each for each in events if each.start is None or is_same_moment(each.start, start)]
