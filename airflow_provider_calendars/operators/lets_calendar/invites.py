"""Operators that have people mailed later, or keep them from being mailed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import Context

from airflow_provider_calendars._compat import AirflowFailException
from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.exceptions import CalendarsError, ConfigurationError, OutcomeUnknown
from airflow_provider_calendars.operators.lets_calendar.mailing import GuardedOperator, InvitesOperator

if TYPE_CHECKING:
    from airflow_provider_calendars.api.lets_calendar.records import ScheduledInvites


class LetsCalendarScheduleInvitesOperator(GuardedOperator):
    """Has the invites of a campaign sent at a later time.

    Cancels what is scheduled for the campaign first, because a second schedule may not replace the
    first one. Killing the task cancels the schedule.

    https://panel.letscalendar.com/docs#apis-POSTapi-lc-schedule-invite

    :param campaign_id: the campaign (templated).
    :param schedule_date: ``YYYY-MM-DD`` on the clocks of ``timezone`` (templated).
    :param schedule_time: ``HH:MM``, 24 hours (templated).
    :param timezone: an IANA name (templated).
    :param allow_backfill: schedule in a backfill or a run that catches up, too, which is refused otherwise.
    :param approved_fingerprint: what ``ApproveInvitesOperator`` returned: only that is scheduled, and
        nothing if it was rejected (templated).
    :param audience_path: with it, the file that was approved (templated).
    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``campaign_id``, ``outcome`` (``scheduled``), ``schedule_id``, ``scheduled_time`` (as the
        vendor says it; in which zone is not documented), ``timezone``.
    :raises ConfigurationError: the clocks of the zone show that time twice, or never, or it is past.
    :raises GuardError: it was not approved, or it is a backfill, or the campaign's automation is on; nothing
        was scheduled.
    :raises Rejected: the vendor finds the time too soon.
    :raises AirflowFailException: the vendor scheduled it in another zone; the schedule was cancelled.
    :raises OutcomeUnknown: two replies were lost; a retry cancels and schedules again.
    """

    template_fields: Sequence[str] = (
        *GuardedOperator.template_fields,
        "schedule_date",
        "schedule_time",
        "timezone",
    )

    def __init__(self, *, schedule_date: str, schedule_time: str, timezone: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.schedule_date = schedule_date
        self.schedule_time = schedule_time
        self.timezone = timezone
        self._scheduling = False

    def execute(self, context: Context) -> dict[str, Any]:
        """Cancel and schedule."""
        local = checks.wall_clock("schedule_date", self.schedule_date, "schedule_time", self.schedule_time)
        zone = checks.timezone("timezone", self.timezone)
        moment = checks.unambiguous("schedule_date and schedule_time", local, zone)
        if moment <= datetime.now(UTC):
            raise ConfigurationError(
                f"schedule_date and schedule_time must be in the future, not {local} {zone} "
                f"({moment:%Y-%m-%d %H:%M} UTC)."
            )
        self.begin(context)
        self.check_no_automation()
        self.check_zone(zone)
        self.check_approval()
        self.log.info("Scheduling for %s %s (%s UTC).", local, zone, f"{moment:%Y-%m-%d %H:%M}")
        self._scheduling = True
        try:
            scheduled = self._replace_schedule()
        except OutcomeUnknown:
            self.log.warning("The reply was lost; cancelling and scheduling again.")
            scheduled = self._replace_again()
        self._check_zone_of(scheduled, zone)
        return self.result(
            "scheduled",
            schedule_id=scheduled.schedule_id,
            scheduled_time=scheduled.scheduled_time,
            timezone=scheduled.timezone,
        )

    def _check_zone_of(self, scheduled: ScheduledInvites, zone: str) -> None:
        if scheduled.timezone and scheduled.timezone.strip().casefold() != zone.casefold():
            self.hook.cancel_scheduled_invites(self.campaign_id)
            raise AirflowFailException(
                f"Campaign {self.campaign_id} was scheduled in the zone {scheduled.timezone:.60}, not in "
                f"{zone}. The schedule was cancelled."
            )

    def _replace_again(self) -> ScheduledInvites:
        try:
            return self._replace_schedule()
        except OutcomeUnknown as unknown:
            # a retry of the task cancels first
            raise OutcomeUnknown(str(unknown), looks_first=True) from unknown

    def _replace_schedule(self) -> ScheduledInvites:
        self.hook.cancel_scheduled_invites(self.campaign_id)
        return self.hook.schedule_invites(
            self.campaign_id,
            schedule_date=self.schedule_date,
            schedule_time=self.schedule_time,
            timezone=self.timezone,
        )

    def on_kill(self) -> None:
        """Cancel the schedule this task may have made."""
        if not self._scheduling:
            return
        try:
            self.hook.hurried().cancel_scheduled_invites(self.campaign_id)
            self.log.info("Cancelled the schedule of campaign %s.", self.campaign_id)
        except CalendarsError as error:
            self.log.warning("Could not cancel the schedule of campaign %s: %s", self.campaign_id, error)


class LetsCalendarCancelScheduledInvitesOperator(InvitesOperator):
    """Cancels what is scheduled for a campaign.

    https://panel.letscalendar.com/docs#apis-POSTapi-lc-cancel-scheduled-invite

    :param campaign_id: the campaign (templated).
    :param if_nothing_to_do: when nothing is scheduled: ``succeed``, ``skip`` or ``fail``.
    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``campaign_id``, ``outcome`` (``cancelled`` or ``nothing_to_do``).
    :raises NotFound: there is no such campaign.
    """

    def execute(self, context: Context) -> dict[str, Any]:
        """Cancel."""
        self.begin(context)
        done = self.hook.cancel_scheduled_invites(self.campaign_id)
        return self.result("cancelled" if done is Done.DONE else done.value)


class LetsCalendarStopCampaignOperator(InvitesOperator):
    """Stops the sending of a campaign that is in progress. What was sent stays sent.

    Automation and schedules are not touched: see ``LetsCalendarToggleAutomationOperator`` and
    ``LetsCalendarCancelScheduledInvitesOperator``.

    https://panel.letscalendar.com/docs#apis-POSTapi-lc-stop-campaign

    :param campaign_id: the campaign (templated).
    :param if_nothing_to_do: when nothing is being sent: ``succeed``, ``skip`` or ``fail``.
    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``campaign_id``, ``outcome`` (``stopped`` or ``nothing_to_do``).
    :raises NotFound: there is no such campaign.
    """

    def execute(self, context: Context) -> dict[str, Any]:
        """Stop."""
        self.begin(context)
        done = self.stop_sending()
        return self.result("stopped" if done is Done.DONE else done.value)
