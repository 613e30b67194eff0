"""The state of the sandbox's lemcal, for its operations and for the assertions of tests."""

from __future__ import annotations

import itertools
import json
import math
import threading

from airflow_provider_calendars.sandbox.clock import Clock, Moment, moment_of
from airflow_provider_calendars.sandbox.courier import Courier, Patience, is_url
from airflow_provider_calendars.sandbox.lemcal import views
from airflow_provider_calendars.sandbox.lemcal.records import (
    Hook,
    HookDelivery,
    Meeting,
    MeetingType,
    new_id,
)
from airflow_provider_calendars.sandbox.lemcal.settings import LemcalSettings

_HALF_AN_HOUR = 1800
_DAY = 86400


class LemcalState:
    """Meeting types, meetings, hooks and what the hooks delivered.

    :param settings: what the vendor leaves open.
    :param clock: the time.
    """

    def __init__(self, settings: LemcalSettings, clock: Clock) -> None:
        self.lock = threading.RLock()
        self.settings = settings
        self.clock = clock
        self._courier = Courier[HookDelivery](self._patience)
        self._types: dict[str, MeetingType] = {}
        self._meetings: dict[str, Meeting] = {}
        self._hooks: dict[str, Hook] = {}
        self._guests = itertools.count(1)
        self._seed()

    @property
    def meeting_types(self) -> list[MeetingType]:
        """All meeting types, also the disabled one."""
        with self.lock:
            return list(self._types.values())

    @property
    def meetings(self) -> list[Meeting]:
        """All meetings, also the cancelled ones, in the order in which they were booked."""
        with self.lock:
            return list(self._meetings.values())

    @property
    def hooks(self) -> list[Hook]:
        """All hooks; the vendor's API cannot list them."""
        with self.lock:
            return list(self._hooks.values())

    @property
    def deliveries(self) -> list[HookDelivery]:
        """What hooks were to deliver, and what has become of it by now."""
        return self._courier.deliveries

    def wait_for_deliveries(self, timeout: float = 5.0) -> bool:
        """Wait until nothing is on its way to a hook any more, and tell whether that is so.

        :param timeout: how many seconds to wait at most.
        """
        return self._courier.wait(timeout)

    def meeting_type(self, type_id: str) -> MeetingType | None:
        """Find a meeting type.

        :param type_id: its id.
        """
        with self.lock:
            return self._types.get(type_id)

    def listed(self, type_id: str | None = None) -> list[Meeting]:
        """List the meetings that the vendor's API shows now.

        :param type_id: only those of one meeting type.
        """
        kept = self.settings.cancelled_meetings == "canceledAt"
        return [
            one
            for one in self.meetings
            if type_id in (None, one.meeting_type.id) and (kept or one.canceled_at is None)
        ]

    def book(
        self,
        guest_email: str | None = None,
        guest_name: str | None = None,
        meeting_type_id: str = "met_intro",
        start: Moment | None = None,
        *,
        public: bool = True,
        created_at: Moment | None = None,
        provided_infos: str = "Looking forward to it",
        timezone: str = "Europe/Paris",
    ) -> Meeting:
        """Book a meeting as a guest does; every hook that wants to know is told, in the background.

        :param guest_email: the guest; invented, with a name, if left out.
        :param guest_name: first and last name; without it the attendee has none.
        :param meeting_type_id: what is booked.
        :param start: an aware date, ISO 8601 or seconds since 1970; a free half hour in a day, if left out.
        :param public: on the public page; False is by a lead of a campaign.
        :param created_at: when it was booked; now, if left out. Either way in whole milliseconds.
        :param provided_infos: what the guest writes.
        :param timezone: the guest's.
        :raises ValueError: the meeting type cannot be booked, or a date has no time zone.
        """
        with self.lock:
            meeting = Meeting(
                self._bookable(meeting_type_id),
                *self._guest(guest_email, guest_name),
                start=self._next_start() if start is None else moment_of("start", start),
                created_at=self._milliseconds(created_at),
                public=public,
                provided_infos=provided_infos,
                timezone=timezone,
            )
            self._meetings[meeting.id] = meeting
            self._tell(meeting)
            return meeting

    def cancel(self, meeting_id: str) -> Meeting:
        """Cancel a meeting; no hook is told.

        :param meeting_id: the meeting.
        :raises ValueError: there is no such meeting.
        """
        with self.lock:
            meeting = self._meetings.get(meeting_id)
            if meeting is None:
                raise ValueError(f"no such meeting: {meeting_id!r}")
            if meeting.canceled_at is None:
                meeting.canceled_at = self.clock.now()
            return meeting

    def add_meeting_type(self, name: str, *, duration: int = 30, status: str = "enabled") -> MeetingType:
        """Create one more meeting type.

        :param name: its name.
        :param duration: minutes.
        :param status: ``enabled`` or ``disabled``.
        """
        with self.lock:
            created = MeetingType(new_id("met"), name, duration, status)
            self._types[created.id] = created
            return created

    def add_hook(
        self, target_url: str, meeting_type_id: str | None = None, *, any_meeting_type: bool = False
    ) -> Hook | None:
        """Create a hook; None if there is one with the same details.

        :param target_url: where bookings are posted.
        :param meeting_type_id: bookings of this type.
        :param any_meeting_type: bookings of any type; wins where both are given.
        :raises ValueError: nothing can be posted to that target.
        """
        if not is_url(target_url):
            raise ValueError("`target_url` must be a URL that begins with http:// or https://")
        with self.lock:
            hook_id = new_id("hoo")
            hook = Hook(hook_id, target_url, meeting_type_id, any_meeting_type, self.clock.now())
            if any(one.details == hook.details for one in self._hooks.values()):
                return None
            self._hooks[hook.id] = hook
            return hook

    def delete_hook(self, hook_id: str) -> bool:
        """Delete a hook, and tell whether there was one.

        :param hook_id: its id.
        """
        with self.lock:
            return self._hooks.pop(hook_id, None) is not None

    def stop(self) -> None:
        """Give up what is on its way to hooks."""
        self._courier.stop()

    def reset(self) -> None:
        """Forget everything that happened."""
        with self.lock:
            self._courier.stop()
            self._courier.clear()
            self._types.clear()
            self._meetings.clear()
            self._hooks.clear()
            self._guests = itertools.count(1)
            self._seed()

    def _seed(self) -> None:
        for one in (
            MeetingType("met_intro", "Intro call", 30),
            MeetingType("met_demo", "Product demo", 45),
            MeetingType("met_retired", "Retired workshop", 60, "disabled", "private"),
        ):
            self._types[one.id] = one

    def _bookable(self, type_id: str) -> MeetingType:
        meeting_type = self._types.get(type_id)
        if meeting_type is None:
            raise ValueError(f"no such meeting type: {type_id!r}; there are {', '.join(self._types)}")
        if meeting_type.status != "enabled":
            raise ValueError(f"meeting type {type_id!r} is disabled: nobody can book it")
        return meeting_type

    def _guest(self, email: str | None, name: str | None) -> tuple[str, str]:
        if email is not None:
            return email, name or ""
        number = next(self._guests)
        return f"guest{number}@example.com", name or f"Guest {number}"

    def _milliseconds(self, moment: Moment | None) -> float:
        booked = self.clock.now() if moment is None else moment_of("created_at", moment)
        return math.floor(round(booked * 1000, 3)) / 1000

    def _next_start(self) -> float:
        first = math.ceil((self.clock.now() + _DAY) / _HALF_AN_HOUR) * _HALF_AN_HOUR
        return float(first + len(self._meetings) * _HALF_AN_HOUR)

    def _tell(self, meeting: Meeting) -> None:
        content, now = json.dumps(views.meeting(meeting)).encode(), self.clock.now()
        for hook in self._hooks.values():
            if hook.wants(meeting):
                for _ in range(2 if self.settings.duplicate_deliveries else 1):
                    delivery = HookDelivery(hook.id, meeting.id, at=now)
                    self._courier.send(delivery, hook.target_url, content, {})

    def _patience(self) -> Patience:
        pause, timeout = self.settings.hook_pause, self.settings.hook_timeout
        return Patience(self.settings.hook_attempts, pause, timeout, tries_again=lambda _: True)
