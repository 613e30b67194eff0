"""Sensors for lemcal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import Context

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import ConfigurationError
from airflow_provider_calendars.hooks.lemcal import LemcalHook
from airflow_provider_calendars.operators.concealed import ConcealsPeople, reveal
from airflow_provider_calendars.sensors.base import CalendarsSensor
from airflow_provider_calendars.triggers.base import CalendarsTrigger
from airflow_provider_calendars.triggers.lemcal import LemcalMeetingBookedTrigger

if TYPE_CHECKING:
    from airflow_provider_calendars.api.lemcal.watches import MeetingBooked


class LemcalMeetingBookedSensor(ConcealsPeople, CalendarsSensor):
    """Waits until somebody books a meeting. Bookings that are cancelled already do not count.

    To go on where one sensor ended, give the next one its ``booked_since`` and ``seen``.

    :param booked_since: only bookings at or after this moment: a ``datetime`` or ISO text, with an
        offset (templated). By default bookings from the sensor's first look on, by lemcal's clock.
    :param seen: ids of bookings that do not count although they are not older (templated).
    :param meeting_type_id: only meetings of this type (templated).
    :param guest_email: only bookings by this guest (templated). It goes to the triggerer as a hash.
    :param poll_interval: seconds between two looks.
    :param deferrable: wait in the triggerer, without a worker slot.
    :param lemcal_conn_id: the Airflow connection (templated).
    :return: ``count``, ``meeting_ids``, ``booked_since`` (ISO) and ``seen`` for the next sensor.
    """

    template_fields: Sequence[str] = (
        "lemcal_conn_id",
        "booked_since",
        "seen",
        "meeting_type_id",
        "guest_email",
    )
    concealed_fields: ClassVar[tuple[str, ...]] = ("guest_email",)
    trigger_class: ClassVar[type[CalendarsTrigger]] = LemcalMeetingBookedTrigger
    ui_color: str = "#e2f5d6"

    def __init__(
        self,
        *,
        booked_since: str | datetime | None = None,
        seen: Sequence[str] = (),
        meeting_type_id: str | None = None,
        guest_email: str | None = None,
        lemcal_conn_id: str = LemcalHook.default_conn_name,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.booked_since = booked_since
        self.seen = seen
        self.meeting_type_id = meeting_type_id
        self.guest_email = guest_email
        self.lemcal_conn_id = lemcal_conn_id

    def execute(self, context: Context) -> Any:
        """Wait, after a look whether there is such a meeting type."""
        self.make_watch()
        if self.meeting_type_id:
            self.make_hook().check_meeting_type(self.meeting_type_id)
        return super().execute(context)

    def make_hook(self) -> LemcalHook:
        """Return the hook to ask with."""
        return LemcalHook(self.lemcal_conn_id)

    def make_watch(self) -> MeetingBooked:
        """Return the question, from checked arguments."""
        from airflow_provider_calendars.api.lemcal.watches import MeetingBooked, hash_of

        since = checks.moment("booked_since", self.booked_since).isoformat() if self.booked_since else None
        if isinstance(self.seen, str) or not isinstance(self.seen, Sequence):
            raise ConfigurationError(f"seen must be a list of meeting ids, not {type(self.seen).__name__}.")
        email = reveal(self.guest_email)
        guest = hash_of(checks.text("guest_email", email)) if email else None
        return MeetingBooked(since, [str(each) for each in self.seen], self.meeting_type_id or None, guest)
