"""What the operators for Let's Calendar share."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.sdk import Context

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.exceptions import (
    CANNOT_BE_READ,
    ApiError,
    CalendarsError,
    ConfigurationError,
    GuardError,
    ServerError,
)
from airflow_provider_calendars.hooks.lets_calendar import LetsCalendarHook
from airflow_provider_calendars.links import LetsCalendarCampaignLink
from airflow_provider_calendars.operators.base import CalendarsOperator
from airflow_provider_calendars.operators.lets_calendar.other_runs import LastSending

if TYPE_CHECKING:
    from airflow_provider_calendars.api.lets_calendar.people import AttendeeSummary


class LetsCalendarOperator(CalendarsOperator):
    """Base of the operators for Let's Calendar.

    :param lets_calendar_conn_id: the Airflow connection (templated).
    """

    ui_color: str = "#e8f1ff"

    def __init__(
        self, *, lets_calendar_conn_id: str = LetsCalendarHook.default_conn_name, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.lets_calendar_conn_id = lets_calendar_conn_id

    @cached_property
    def hook(self) -> LetsCalendarHook:
        """The hook, made once so that ``on_kill`` finds its login ready."""
        return LetsCalendarHook(self.lets_calendar_conn_id)

    def check_zone(self, zone: str) -> None:
        """Refuse a time zone that Let's Calendar does not know.

        :raises ConfigurationError: it does not.
        """
        known = self.hook.list_timezones()
        if known and zone not in known:
            raise ConfigurationError(
                f"timezone {zone!r} is not one of the {len(known)} Let's Calendar knows."
            )

    def post_execute(self, context: Any, result: Any = None) -> None:
        """Say who was put in the place of whom, in the mode redirect."""
        redirect = self.hook.redirect if "api" in self.hook.__dict__ else None
        if redirect is not None and redirect.redirected:
            counts = {"redirected": redirect.redirected, "dropped": redirect.dropped}
            self.log.warning(
                "Mode redirect: %(redirected)d of our own addresses, %(dropped)d dropped.", counts
            )
            self.publish_early(context, "redirect", counts)
        super().post_execute(context, result)


class LetsCalendarCampaignOperator(LetsCalendarOperator):
    """Base of the operators that work on one campaign.

    :param campaign_id: the vendor's id of the campaign (templated).
    """

    operator_extra_links = (LetsCalendarCampaignLink(),)

    def __init__(self, *, campaign_id: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.campaign_id = campaign_id
        self.campaign_url = ""

    def check_campaign(self) -> None:
        """Refuse a campaign id that cannot be one, before anything is sent."""
        checks.text("campaign_id", self.campaign_id)

    def show_campaign(self, context: Context, campaign_id: str | None = None) -> None:
        """Put the link to the campaign on the task's page while it still runs."""
        self.campaign_url = self.hook.campaign_url(campaign_id or self.campaign_id)
        LetsCalendarCampaignLink().publish(context, self.campaign_url)

    def remember_automation(self, *, enabled: bool) -> None:
        """Remember for all runs whether this package has turned the hourly automation on."""
        self.lasting_memory(self.campaign_id).set("automation", enabled)

    def remembers_automation(self) -> bool:
        """Return whether this package has turned the hourly automation on."""
        return bool(self.lasting_memory(self.campaign_id).get("automation"))

    def check_automation(self, accepted: Any) -> None:
        """Refuse to add anybody to a campaign whose automation would mail them within the hour.

        :param accepted: whether the DAG author has accepted that.
        :raises GuardError: this package has turned it on, and the author has not.
        """
        if checks.boolean("accept_unattended_sending", accepted):
            return
        if self.remembers_automation():
            raise GuardError(
                f"The automation of campaign {self.campaign_id} is on: whoever is added is mailed within the "
                "hour, past every check. Nobody was added. Turn it off with "
                "LetsCalendarToggleAutomationOperator, or set accept_unattended_sending=True if it is meant."
            )

    def check_no_automation(self) -> None:
        """Refuse to have people mailed whom the automation is about to mail, too.

        :raises GuardError: this package has turned it on.
        """
        if self.remembers_automation():
            raise GuardError(
                f"The automation of campaign {self.campaign_id} is on and mails the same people within the "
                "hour, so they could get two invites. Nothing was sent. Turn it off first with "
                "LetsCalendarToggleAutomationOperator, or leave the sending to it."
            )

    def turn_automation(self, *, on: bool) -> None:
        """Turn the hourly automation, whose state cannot be read, on or off.

        It is remembered as off only where the vendor has said so.

        :raises CalendarsError: the vendor says that it is not in the state asked for.
        """
        was_on = self.remembers_automation()
        if on:
            # before it is: whoever dies in between must not leave it on unknown
            self.remember_automation(enabled=True)
        try:
            state = self.hook.toggle_automation(self.campaign_id, enabled=on)
        except ServerError:
            raise
        except (ApiError, GuardError):
            self.remember_automation(enabled=was_on)
            raise
        self.remember_automation(enabled=on or state)
        if state is not on:
            raise CalendarsError(
                f"Automation of campaign {self.campaign_id} was to be turned {'on' if on else 'off'}, but "
                f"Let's Calendar says that it is {'on' if state else 'off'}. Look in the panel."
            )

    def last_sending(self) -> LastSending:
        """Return what is remembered of the last sending, whichever run asked for it."""
        return LastSending(self.lasting_memory(self.campaign_id), self.hook.settings.base_url)

    def stop_sending(self) -> Done:
        """Stop the sending in progress; then no run has to wait for it any more."""
        done = self.hook.stop_campaign(self.campaign_id)
        if done is Done.DONE:
            self.last_sending().forget()
        return done

    def summary_or_none(self) -> AttendeeSummary | None:
        """Return the attendee summary, or None on accounts that do not have it."""
        try:
            return self.hook.attendee_summary(self.campaign_id)
        except CANNOT_BE_READ:
            self.log.warning("This account cannot read attendees, so progress cannot be checked.")
            return None
