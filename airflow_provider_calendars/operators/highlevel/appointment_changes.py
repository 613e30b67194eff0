"""Changing, cancelling and deleting appointments of HighLevel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow.sdk import Context

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.exceptions import ApiError, ConfigurationError, NotFound, Rejected
from airflow_provider_calendars.memory import RunMemory
from airflow_provider_calendars.operators.highlevel.appointments import (
    CONTENT_FIELDS,
    NotifyingOperator,
    WritesAppointment,
    without_notice,
)
from airflow_provider_calendars.operators.highlevel.base import DeletingOperator

if TYPE_CHECKING:
    from airflow_provider_calendars.api.highlevel.appointment_records import AppointmentContent, Event

_UPDATE = "update_appointment"
_CANCEL = "cancel_appointment"


class HighLevelUpdateAppointmentOperator(WritesAppointment):
    """Changes what is given of an appointment. Its contact cannot be changed.

    After a lost reply, a retry reads the appointment first, so that automations do not run twice. It runs
    them only where the appointment shows that nothing at all was changed by the try before.

    https://marketplace.gohighlevel.com/docs/ghl/calendars/edit-appointment

    :param appointment_id: the appointment; of a series, its master event (templated).
    :param start_time: and all further arguments: as for ``HighLevelCreateAppointmentOperator``
        (templated).
    :param to_notify: whether HighLevel's automations run, which may mail the contact (templated).
        Never in a backfill or catch-up run.
    :param highlevel_conn_id: the Airflow connection (templated).
    :return: ``appointment_id``, ``status`` (empty where HighLevel does not say it).
    :raises ConfigurationError: an argument is wrong, or nothing is given; nothing was sent.
    :raises NotFound: there is no such appointment.
    """

    template_fields: Sequence[str] = ("highlevel_conn_id", "appointment_id", *CONTENT_FIELDS, "to_notify")

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
        from airflow_provider_calendars.api.fingerprints import fingerprint

        wanted = fingerprint(without_notice(content.to_update()))
        intent = {"appointment_id": self.appointment_id, "fingerprint": wanted}
        telling = Telling(memory, _UPDATE, intent)
        if not (telling.was_begun or content.to_notify):
            return self.hook.update_appointment(self.appointment_id, content)
        appointment = self.hook.get_appointment(self.appointment_id)
        # an earlier try may have changed it
        if telling.was_begun and content.is_shown_by(appointment):
            return appointment
        with telling.of(appointment) as may_tell:
            content = replace(content, to_notify=bool(content.to_notify and may_tell))
            return self.hook.update_appointment(self.appointment_id, content)


class Telling:
    """Whether automations may run for a change whose first try may have run them.

    :param memory: what the task remembers.
    :param key: under which name.
    :param intent: what is changed; of another change nothing is remembered.
    """

    def __init__(self, memory: RunMemory, key: str, intent: dict[str, Any]) -> None:
        self._memory, self._key, self._intent = memory, key, intent
        self._recorded = memory.get(key) or {}

    @property
    def was_begun(self) -> bool:
        """Whether an earlier try may have made the change."""
        return {name: self._recorded.get(name) for name in self._intent} == self._intent

    @contextmanager
    def of(self, appointment: Event) -> Iterator[bool]:
        """Remember how an appointment is, while it is changed; yield whether automations may run.

        They may if it is the first try, or the one before has provably changed nothing: the appointment is in
        all that it shows, with the moment of its last change, as it was.
        """
        seen = _seen(appointment)
        may_tell = not self.was_begun or (bool(seen) and self._recorded.get("seen") == seen)
        if may_tell:
            self._memory.set(self._key, {**self._intent, "seen": seen})
        try:
            yield may_tell
        except ApiError:
            # this try changed nothing and told nobody
            if may_tell:
                self._memory.set(self._key, {})
            raise


def _seen(appointment: Event) -> str:
    """Return a fingerprint of an appointment; empty where it does not say when it was changed last."""
    from airflow_provider_calendars.api.fingerprints import fingerprint

    return fingerprint(appointment.fields) if appointment.date_updated else ""


def _check_is_change(content: AppointmentContent) -> None:
    if content.contact_id is not None:
        raise ConfigurationError("contact_id of an appointment cannot be changed; leave it out.")
    if set(content.to_update()) <= {"toNotify"}:
        raise ConfigurationError("Nothing to change is given. Give a title, a start_time, ...")


class HighLevelCancelAppointmentOperator(NotifyingOperator):
    """Cancels an appointment. It stays in the calendar as cancelled.

    After a lost reply, a retry finds it cancelled, or cancels it; it runs automations only where the
    appointment shows that nothing at all was changed by the try before.

    https://marketplace.gohighlevel.com/docs/ghl/calendars/edit-appointment

    :param appointment_id: the appointment (templated).
    :param to_notify: whether HighLevel's automations run, which may mail the contact (templated).
        Never in a backfill or catch-up run.
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
        telling = Telling(self.run_memory(context), _CANCEL, {"appointment_id": self.appointment_id})
        appointment = self.hook.get_appointment(self.appointment_id)
        state = "deleted" if appointment.deleted else appointment.status
        if state not in {"deleted", "cancelled"}:
            with telling.of(appointment) as may_tell:
                content = replace(cancelled, to_notify=bool(cancelled.to_notify and may_tell))
                self.hook.update_appointment(self.appointment_id, content)
        elif not telling.was_begun:
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
