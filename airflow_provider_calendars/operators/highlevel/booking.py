"""Booking the next free slot, once."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import Context

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.exceptions import CalendarsError, ConfigurationError, Conflict, Rejected
from airflow_provider_calendars.memory import RunMemory
from airflow_provider_calendars.operators.concealed import reveal
from airflow_provider_calendars.operators.creation import (
    LOOKS_AFTER_LOST_REPLY,
    Creation,
    check_if_exists,
)
from airflow_provider_calendars.operators.highlevel.appointments import NotifyingOperator
from airflow_provider_calendars.operators.highlevel.booked import Booked
from airflow_provider_calendars.operators.highlevel.search import CHOICES, Offer, Search

if TYPE_CHECKING:
    from airflow_provider_calendars.api.highlevel.appointment_records import AppointmentContent, Event

_MONTH = timedelta(days=30)
_SHORTLY = timedelta(minutes=1)
_SOME_TIME = "2000-01-01T00:00:00Z"
_USER_MISSING = "assigneduserid"
_ATTEMPT = "book_next_slot_attempt"


class _NothingFree(CalendarsError):
    """No slot is free."""


class HighLevelBookNextSlotOperator(NotifyingOperator):
    """Books the next free slot of a calendar for a contact, once.

    If a slot is taken meanwhile, the next one is booked. What it is about to book is remembered first:
    a retry, a Clear, a killed worker or a lost reply finds the appointment of the first try instead of
    booking a second one. Two tasks that book the same contact at the same moment do not see each other, so
    name each contact once.

    https://marketplace.gohighlevel.com/docs/ghl/calendars/create-appointment

    :param calendar_id: the calendar (templated).
    :param contact_id: who is met (templated).
    :param start_datetime: no slot before this moment; a ``datetime`` or ISO text with an offset, by
        default now (templated).
    :param end_datetime: no slot at or after this moment; by default 30 days after the start (templated).
    :param choose: ``first``, ``nearest`` (to ``nearest_to``) or ``round_robin`` (the first slot of the
        user who has the fewest appointments in that time).
    :param nearest_to: a moment (templated).
    :param user_ids: only slots of these users; for ``round_robin`` by default the calendar's team
        (templated). A single one is also assigned.
    :param timezone: the IANA zone that slots are asked for in; by default the location's (templated).
    :param to_notify: whether HighLevel's automations run, which may mail the contact (templated).
        Never in a backfill.
    :param title: of the appointment (templated).
    :param description: of the appointment (templated).
    :param appointment_status: by default what the calendar says (templated).
    :param most_attempts: how many slots to try if they are taken one after the other.
    :param if_exists: what to do about an appointment that the contact has in this calendar in this time,
        and this run did not book: ``fail`` (and name it), ``adopt`` (let it stand for this one; the earliest
        of several) or ``create`` (another one).
    :param if_nothing_to_do: when no slot is free: ``succeed``, ``skip`` or ``fail``.
    :param highlevel_conn_id: the Airflow connection (templated).
    :return: ``appointment_id``, ``calendar_id``, ``start_time`` (ISO, UTC), ``assigned_user_id``,
        ``outcome`` (``created``, ``adopted`` or ``nothing_to_do``).
    :raises ConfigurationError: an argument is missing or wrong; nothing was sent.
    :raises Conflict: every slot that was tried was taken meanwhile.
    :raises CalendarsError: the contact has such an appointment already, and ``if_exists`` is ``fail``; or
        what an earlier try booked has been cancelled since.
    :raises OutcomeUnknown: the reply was lost and no new appointment is to be seen yet; a retry looks again.
    """

    template_fields: Sequence[str] = (
        "highlevel_conn_id",
        "calendar_id",
        "contact_id",
        "start_datetime",
        "end_datetime",
        "nearest_to",
        "user_ids",
        "timezone",
        "title",
        "description",
        "appointment_status",
        "to_notify",
    )
    concealed_fields: ClassVar[tuple[str, ...]] = ("title", "description")

    def __init__(
        self,
        *,
        calendar_id: str,
        contact_id: str,
        start_datetime: str | datetime | None = None,
        end_datetime: str | datetime | None = None,
        choose: str = "first",
        nearest_to: str | datetime | None = None,
        user_ids: Sequence[str] = (),
        timezone: str | None = None,
        title: str | None = None,
        description: str | None = None,
        appointment_status: str | None = None,
        most_attempts: int = 10,
        if_exists: str = "fail",
        if_nothing_to_do: str = "fail",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.calendar_id = calendar_id
        self.contact_id = contact_id
        self.start_datetime = start_datetime
        self.end_datetime = end_datetime
        self.choose = choose
        self.nearest_to = nearest_to
        self.user_ids = user_ids
        self.timezone = timezone
        self.title = title
        self.description = description
        self.appointment_status = appointment_status
        self.most_attempts = most_attempts
        self.if_exists = if_exists
        self.if_nothing_to_do = if_nothing_to_do

    def execute(self, context: Context) -> dict[str, Any]:
        """Book a slot, or find the appointment an earlier try booked."""
        self._check()
        notify, attempt = self.notifies(context), _Attempt(self.run_memory(context), self._identity())
        search = self._search(attempt)
        booked = Booked(self.hook, self.contact_id, self.appointment_status or None)
        creation = Creation(
            memory=attempt.memory,
            key="book_next_slot",
            fingerprint=attempt.identity,
            thing=f"appointment of contact {self.contact_id} in calendar {self.calendar_id}",
            find=lambda: booked.ids(search.appointments()),
            create=lambda: self._book(search, attempt, creation, notify=notify),
            is_gone=booked.is_gone,
            prefer=lambda matches: matches[:1],
        )
        try:
            appointment_id, outcome = creation.carry_out(self.if_exists)
        except _NothingFree as nothing:
            self.settle_nothing_to_do(self.if_nothing_to_do, str(nothing))
            return self._result(None, Done.NOTHING_TO_DO.value)
        self.publish_early(context, "appointment_id", appointment_id)
        self.log.info("Appointment %s %s.", appointment_id, outcome)
        return self._result(self.hook.get_appointment(appointment_id), outcome)

    def _check(self) -> None:
        check_if_exists(self.if_exists)
        self.check_nothing_to_do(self.if_nothing_to_do)
        checks.choice("choose", self.choose, CHOICES)
        if checks.integer("most_attempts", self.most_attempts) < 1:
            raise ConfigurationError(f"most_attempts must be at least 1, not {self.most_attempts}.")
        if (self.choose == "nearest") != bool(self.nearest_to):
            raise ConfigurationError("nearest_to belongs to choose='nearest', which needs it.")
        self._content(Offer(_SOME_TIME), notify=False).to_create("")

    def _identity(self) -> str:
        """Return what makes two tries the same: within a run a task books one slot for a contact."""
        from airflow_provider_calendars.api.fingerprints import fingerprint

        return fingerprint([self.calendar_id, self.contact_id])

    def _search(self, attempt: _Attempt) -> Search:
        start, end = self._range()
        return Search(
            hook=self.hook,
            calendar_id=self.calendar_id,
            start=start,
            end=end,
            booked_start=min([start, *attempt.moments]),
            booked_end=max([end, *(slot + _SHORTLY for slot in attempt.moments)]),
            choose=self.choose,
            nearest_to=self._moment("nearest_to"),
            user_ids=checks.texts("user_ids", self.user_ids),
            timezone=checks.timezone("timezone", self.timezone) if self.timezone else None,
        )

    def _range(self) -> tuple[datetime, datetime]:
        start = self._moment("start_datetime") or datetime.now(UTC)
        end = self._moment("end_datetime") or start + _MONTH
        if end <= start:
            raise ConfigurationError("end_datetime must be after start_datetime.")
        return start, end

    def _moment(self, name: str) -> datetime | None:
        from airflow_provider_calendars.api.highlevel.wire import utc

        value = getattr(self, name)
        return utc(checks.moment(name, value)) if value else None

    def _book(self, search: Search, attempt: _Attempt, creation: Creation, *, notify: bool) -> str:
        if attempt.asked and (ours := _own(creation, LOOKS_AFTER_LOST_REPLY)):
            return ours
        undecided = list(attempt.undecided(search))
        offers = itertools.chain(undecided, search.offers())
        taken = 0
        for offer in itertools.islice(offers, checks.integer("most_attempts", self.most_attempts)):
            attempt.record(offer)
            try:
                return self._booked(search, offer, notify=notify)
            except Conflict:
                taken += 1
                self.log.info("The slot at %s is taken.", offer.text)
                # that of an earlier try is taken by us, if its reply was lost
                waits = LOOKS_AFTER_LOST_REPLY if offer in undecided else (0.0,)
                if ours := _own(creation, waits):
                    return ours
        if not taken:
            raise _NothingFree(
                f"Calendar {self.calendar_id} has no free slot from {search.start.isoformat()} to "
                f"{search.end.isoformat()}."
            )
        raise Conflict(f"All {taken} slots that were tried have been taken meanwhile.", system="HighLevel")

    def _booked(self, search: Search, offer: Offer, *, notify: bool) -> str:
        try:
            return self.hook.create_appointment(self._content(offer, notify=notify)).event_id
        except Rejected as refusal:
            # documented as optional, and needed by some calendars all the same
            if offer.user_id or _USER_MISSING not in str(refusal).lower():
                raise
        return self._booked(search, search.assigned(offer), notify=notify)

    def _content(self, offer: Offer, *, notify: bool) -> AppointmentContent:
        from airflow_provider_calendars.api.highlevel.appointment_records import AppointmentContent

        return AppointmentContent(
            calendar_id=self.calendar_id,
            contact_id=self.contact_id,
            start_time=offer.text,
            title=reveal(self.title) or None,
            description=reveal(self.description) or None,
            appointment_status=self.appointment_status or None,
            assigned_user_id=offer.user_id,
            to_notify=notify,
        )

    def _result(self, appointment: Event | None, outcome: str) -> dict[str, Any]:
        start = appointment.start if appointment else None
        return {
            "appointment_id": appointment.event_id if appointment else None,
            "calendar_id": self.calendar_id,
            "start_time": start.isoformat() if start else None,
            "assigned_user_id": appointment.assigned_user_id if appointment else None,
            "outcome": outcome,
        }


class _Attempt:
    """The slots that earlier tries asked for last, without hearing whether they are theirs.

    :param memory: what the task remembers.
    :param identity: what is booked; of another thing nothing is remembered.
    """

    def __init__(self, memory: RunMemory, identity: str) -> None:
        self.memory = memory
        self.identity = identity
        recorded = memory.get(_ATTEMPT) or {}
        self.asked: list[dict[str, Any]] = recorded["asked"] if recorded.get("identity") == identity else []

    @property
    def moments(self) -> list[datetime]:
        """When the slots are that were asked for."""
        return [checks.moment("slot", each["slot"]) for each in self.asked]

    def record(self, offer: Offer) -> None:
        """Remember a slot, before it is asked for; those before it in the same try are decided."""
        asked = [*self.asked, {"slot": offer.text, "user_id": offer.user_id}]
        self.memory.set(_ATTEMPT, {"identity": self.identity, "asked": asked})

    def undecided(self, search: Search) -> Iterator[Offer]:
        """Return the slot that can be ours though nobody sees it, if it is still wanted."""
        for each in self.asked[-1:]:
            if max(search.start, datetime.now(UTC)) <= checks.moment("slot", each["slot"]) < search.end:
                yield Offer(each["slot"], each["user_id"])


def _own(creation: Creation, waits: Sequence[float]) -> str | None:
    """Return the appointment that an earlier try booked, if it shows."""
    for wait in waits:
        time.sleep(wait)
        if found := creation.new():
            return found[0]
    return None
