"""Operators for the first few invites, and for calling all of them off."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import Context

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.exceptions import (
    CalendarsError,
    ConfigurationError,
    GuardError,
    OperationUnavailable,
)
from airflow_provider_calendars.guards.latch import Counts
from airflow_provider_calendars.operators.concealed import ConcealsPeople, reveal
from airflow_provider_calendars.operators.lets_calendar.base import LetsCalendarCampaignOperator
from airflow_provider_calendars.operators.lets_calendar.sending import LetsCalendarSendInvitesOperator

if TYPE_CHECKING:
    from airflow_provider_calendars.api.lets_calendar.people import Contact


# whoever is in a state that is not known might be mailed
_HANDLED = frozenset("SFUPC")


class LetsCalendarSendCanaryOperator(ConcealsPeople, LetsCalendarSendInvitesOperator):
    """Invites a few people of your own first, and waits until their invites are out.

    Put it before the contacts are uploaded: it adds the seeds to the campaign, sends, and waits. Give
    ``sent`` of its result to ``LetsCalendarSendInvitesOperator`` as ``canary_sent``; that then sends only
    if these invites are out and nobody of the seeds is new again. Turns the hourly automation off first.

    https://panel.letscalendar.com/docs#apis-POSTapi-lc-send-invite

    :param campaign_id: the campaign, without attendees who have no invite yet (templated).
    :param seeds: who gets the first invites: a list of dictionaries with ``email`` and ``first_name``
        (templated).
    :param timeout: seconds to wait for the invites to be out.
    :param poll_interval: seconds between two looks.
    :param allow_backfill: send in a backfill or a run that catches up, too, which is refused otherwise.
    :param approved_fingerprint: what ``ApproveInvitesOperator`` returned: nothing is sent if it was
        rejected or something else was approved (templated).
    :param audience_path: with it, the file that was approved (templated).
    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``campaign_id``, ``outcome`` (``started``, ``already_started`` or ``nothing_to_do``), ``sent``
        (how many attendees have their invite).
    :raises ConfigurationError: a seed is wrong; nothing was sent.
    :raises GuardError: others would be mailed, too; or the invites failed or were not out in time.
    :raises OperationUnavailable: the account cannot read attendees, so nobody could tell.
    """

    template_fields: Sequence[str] = (*LetsCalendarSendInvitesOperator.template_fields, "seeds")
    concealed_fields: ClassVar[tuple[str, ...]] = ("seeds",)

    def __init__(
        self,
        *,
        seeds: Sequence[Mapping[str, str]],
        timeout: float = 1800.0,
        poll_interval: float = 10.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.seeds = seeds
        self.timeout = timeout
        self.poll_interval = poll_interval

    def execute(self, context: Context) -> dict[str, Any]:
        """Add the seeds, send, and wait."""
        for name in ("timeout", "poll_interval"):
            checks.seconds(name, getattr(self, name))
        seeds = self._checked_seeds()
        self.begin(context)
        if self.hook.is_dry_run:
            return {**super().execute(context), "sent": 0}
        self.turn_automation(on=False)
        self._add(seeds)
        result = super().execute(context)
        return {**result, "sent": self._wait()["sent"]}

    def _checked_seeds(self) -> list[Contact]:
        from airflow_provider_calendars.api.lets_calendar.people import Contact

        given = reveal(self.seeds)
        if isinstance(given, str | Mapping) or not isinstance(given, Sequence) or not given:
            raise ConfigurationError("seeds must be a list of people, with at least one.")
        return [Contact.from_mapping(each, f"seeds[{row}]") for row, each in enumerate(given)]

    def _add(self, seeds: Sequence[Contact]) -> None:
        attendees = self.hook.list_attendees(self.campaign_id)
        ours = {each.email.strip().lower() for each in seeds}
        if self.hook.redirect:
            ours = set(self.hook.redirect.addresses)
        others = sum(
            each.status.strip().upper() not in _HANDLED and each.email.strip().lower() not in ours
            for each in attendees
        )
        if others:
            raise GuardError(
                f"Campaign {self.campaign_id} has {others} attendees without an invite who are no seeds; a "
                "canary would mail them, too. Nothing was sent. Send it before the contacts are added."
            )
        present = {each.email.strip().lower() for each in attendees}
        missing = [each for each in seeds if each.email.strip().lower() not in present]
        if missing:
            added = self.hook.add_contacts(self.campaign_id, missing)
            if added.invalid:
                raise GuardError(
                    f"Let's Calendar refused {len(added.invalid)} of the seeds. Nothing was sent."
                )

    def check_before_sending(self, now: Counts | None) -> None:
        """Refuse a canary that is not approved, or that nobody could watch."""
        if now is None:
            raise OperationUnavailable("This account cannot read attendees, so nobody could tell a canary.")
        self.check_approval()

    def own_addresses(self) -> Collection[str]:
        """Return the seeds' addresses."""
        return {each.email.strip().lower() for each in self._checked_seeds()}

    def _wait(self) -> Counts:
        deadline = time.monotonic() + self.timeout
        while True:
            now = self._counts()
            if now is not None and not now["new"] and not now["in_process"]:
                break
            if time.monotonic() >= deadline:
                raise GuardError(
                    f"The canary of campaign {self.campaign_id} was not out within {self.timeout:.0f} s."
                )
            time.sleep(min(self.poll_interval, max(0.0, deadline - time.monotonic())))
        if now["failed"] or not now["sent"]:
            raise GuardError(
                f"The canary of campaign {self.campaign_id}: {now['sent']} invites are out, {now['failed']} "
                "failed. Look at the sender mailbox before anybody else is invited."
            )
        self.log.info("The canary is out: %d invites.", now["sent"])
        return now


class LetsCalendarUndoInvitesOperator(LetsCalendarCampaignOperator):
    """Calls off all that is still to come of a campaign: automation, schedule, sending. For a teardown.

    What was sent stays sent. Every part is tried, also if another one fails.

    https://panel.letscalendar.com/docs#apis-POSTapi-lc-stop-campaign

    :param campaign_id: the campaign; None or empty if it was never created (templated).
    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``campaign_id``, ``automation``, ``schedule``, ``sending``: each ``done`` or ``nothing_to_do``.
    :raises CalendarsError: a part of it failed; it names all that did.
    """

    template_fields: Sequence[str] = ("lets_calendar_conn_id", "campaign_id")

    def execute(self, context: Context) -> dict[str, Any]:
        """Call off what can be."""
        if not self.campaign_id or self.campaign_id == "None":
            self.log.info("There is no campaign, so there is nothing to call off.")
            return {"campaign_id": None, **dict.fromkeys(self._parts(), Done.NOTHING_TO_DO.value)}
        self.show_campaign(context)
        outcomes, failures = {}, []
        for name, undo in self._parts().items():
            try:
                outcomes[name] = undo().value
            except CalendarsError as error:
                failures.append(f"{name}: {error}")
        self.log.info("Campaign %s: %s.", self.campaign_id, outcomes)
        if failures:
            raise CalendarsError(
                f"Not all of campaign {self.campaign_id} was called off. {' '.join(failures)}"
            )
        return {"campaign_id": self.campaign_id, **outcomes}

    def _parts(self) -> dict[str, Callable[[], Done]]:
        return {
            "automation": self._automation_off,
            "schedule": lambda: self.hook.cancel_scheduled_invites(self.campaign_id),
            "sending": self.stop_sending,
        }

    def _automation_off(self) -> Done:
        self.turn_automation(on=False)
        return Done.DONE
