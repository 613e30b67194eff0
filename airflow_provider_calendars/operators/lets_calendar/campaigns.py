"""Operators on campaigns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import Context

from airflow_provider_calendars._compat import AirflowFailException
from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import ConfigurationError
from airflow_provider_calendars.links import LetsCalendarCampaignLink
from airflow_provider_calendars.operators.creation import Creation, check_if_exists
from airflow_provider_calendars.operators.lets_calendar.base import (
    LetsCalendarCampaignOperator,
    LetsCalendarOperator,
)
from airflow_provider_calendars.operators.lets_calendar.mailing import refuse_late
from airflow_provider_calendars.tables import check_table_path, write_table

if TYPE_CHECKING:
    from airflow_provider_calendars.api.lets_calendar.records import (
        Campaign,
        CampaignContent,
        SavedCampaign,
    )
    from airflow_provider_calendars.memory import RunMemory

_CONTENT_FIELDS = (
    "title",
    "subject",
    "event_type",
    "sender_email_id",
    "start_datetime",
    "end_datetime",
    "timezone",
    "description",
    "email_content",
    "location",
    "login_url",
)


class _ContentArguments(LetsCalendarOperator):
    """The arguments that say what a campaign is."""

    template_fields_renderers: ClassVar[dict[str, str]] = {"email_content": "html", "description": "html"}

    def __init__(
        self,
        *,
        title: str,
        subject: str,
        sender_email_id: int | str,
        start_datetime: str | datetime,
        end_datetime: str | datetime,
        timezone: str,
        description: str,
        email_content: str,
        event_type: str = "online",
        location: str | None = None,
        login_url: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.title = title
        self.subject = subject
        self.event_type = event_type
        self.sender_email_id = sender_email_id
        self.start_datetime = start_datetime
        self.end_datetime = end_datetime
        self.timezone = timezone
        self.description = description
        self.email_content = email_content
        self.location = location
        self.login_url = login_url

    def content(self) -> CampaignContent:
        """Return the checked content of the campaign."""
        from airflow_provider_calendars.api.lets_calendar.records import CampaignContent

        zone = checks.timezone("timezone", self.timezone)
        start = checks.local_time("start_datetime", self.start_datetime, zone)
        end = checks.local_time("end_datetime", self.end_datetime, zone)
        first = checks.unambiguous("start_datetime", start, zone)
        if checks.unambiguous("end_datetime", end, zone) <= first:
            raise ConfigurationError("end_datetime must be after start_datetime.")
        return CampaignContent(
            title=self.title,
            subject=self.subject,
            event_type=self.event_type,
            sender_email_id=checks.integer("sender_email_id", self.sender_email_id),
            start_date=f"{start:%Y-%m-%d}",
            start_time=f"{start:%H:%M}",
            end_date=f"{end:%Y-%m-%d}",
            end_time=f"{end:%H:%M}",
            timezone=zone,
            description=self.description,
            email_content=self.email_content,
            location=self.location or None,
            login_url=self.login_url or None,
        )

    def check_clocks(self, content: CampaignContent) -> None:
        """Refuse a zone the vendor does not know, and log when the event starts on both clocks."""
        self.check_zone(content.timezone)
        local = datetime.fromisoformat(content.start_datetime)
        moment = checks.unambiguous("start_datetime", local, content.timezone)
        self.log.info("The event starts at %s %s (%s UTC).", local, content.timezone, f"{moment:%F %H:%M}")
        for event_type, name in (("offline", "login_url"), ("physical", "location")):
            if content.event_type == event_type and not getattr(content, name):
                self.log.warning("An event of the type %s usually has a %s.", event_type, name)

    def wrong_start(self, saved: SavedCampaign, content: CampaignContent) -> str:
        """Return how the vendor's start differs from the one asked for; empty where it does not."""
        from airflow_provider_calendars.api.lets_calendar.records import may_start_at

        wanted = (content.start_datetime, content.timezone)
        if may_start_at(saved.start_datetime, saved.timezone, *wanted):
            return ""
        return f"{saved.start_datetime} {saved.timezone}, not for {' '.join(wanted)}"


class LetsCalendarCreateCampaignOperator(_ContentArguments):
    """Creates an invite campaign. Nobody is invited by that.

    Looks before it creates: what it is about to do is remembered first, so a retry, a Clear or a
    lost reply finds the campaign of the first try instead of making a second one.

    https://panel.letscalendar.com/docs#apis-POSTapi-lc-create-campaign

    :param title: the campaign's name in the panel (templated).
    :param subject: of the e-mail (templated).
    :param sender_email_id: the mailbox to send from, see ``LetsCalendarListSendersOperator`` (templated).
    :param start_datetime: when the event starts: ``YYYY-MM-DD HH:MM`` on the clocks of ``timezone``,
        or a ``datetime``; one with an offset is converted to ``timezone`` (templated).
    :param end_datetime: when it ends, likewise (templated).
    :param timezone: an IANA name, e.g. ``Europe/Berlin`` (templated).
    :param description: of the event (templated).
    :param email_content: HTML of the e-mail (templated).
    :param event_type: ``online`` (webinar), ``offline`` (webinar with a common login URL) or
        ``physical`` (templated).
    :param location: where a physical event takes place (templated).
    :param login_url: the common login URL of an ``offline`` event (templated).
    :param if_exists: what to do about campaigns of the same title, start and time zone that this
        run did not create: ``fail`` (and list them), ``adopt`` (use it, if there is one) or
        ``create`` (another one).
    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``campaign_id``, ``outcome`` (``created`` or ``adopted``), ``start_datetime``,
        ``timezone``.
    :raises ConfigurationError: an argument is missing or wrong.
    :raises CalendarsError: there is such a campaign already, and ``if_exists`` is ``fail``.
    :raises OutcomeUnknown: the reply was lost and no new campaign is to be seen yet; a retry looks
        again.
    :raises AirflowFailException: the vendor created it for another time; so does every retry and Clear.
    """

    template_fields: Sequence[str] = ("lets_calendar_conn_id", *_CONTENT_FIELDS)
    operator_extra_links = (LetsCalendarCampaignLink(),)

    def __init__(self, *, if_exists: str = "fail", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.if_exists = if_exists
        self.campaign_url = ""
        self._wrong_start = ""

    def execute(self, context: Context) -> dict[str, Any]:
        """Create the campaign, or find the one an earlier try created."""
        check_if_exists(self.if_exists)
        content = self.content()
        self.check_clocks(content)
        memory = self.run_memory(context)
        creation = Creation(
            memory=memory,
            key="create_campaign",
            fingerprint=content.fingerprint(),
            thing=f"campaign titled {content.title!r} at {content.start_datetime} {content.timezone}",
            find=lambda: self._matches(content),
            create=lambda: self._create(content),
        )
        campaign_id, outcome = creation.carry_out(self.if_exists)
        self._check_start(memory, campaign_id)
        self.publish_early(context, "campaign_id", campaign_id)
        self.campaign_url = self.hook.campaign_url(campaign_id)
        LetsCalendarCampaignLink().publish(context, self.campaign_url)
        self.log.info("Campaign %s %s.", campaign_id, outcome)
        return {
            "campaign_id": campaign_id,
            "outcome": outcome,
            "start_datetime": content.start_datetime,
            "timezone": content.timezone,
        }

    def _create(self, content: CampaignContent) -> str:
        saved = self.hook.create_campaign(content)
        self._wrong_start = self.wrong_start(saved, content)
        return saved.campaign_id

    def _check_start(self, memory: RunMemory, campaign_id: str) -> None:
        """Refuse to go on with a campaign at another time than was asked for, after Clear, too."""
        if self._wrong_start:
            memory.set("wrong_start", {"campaign_id": campaign_id, "said": self._wrong_start})
        wrong = memory.get("wrong_start") or {}
        if wrong.get("campaign_id") == campaign_id:
            raise AirflowFailException(
                f"Campaign {campaign_id} was created for {wrong['said']}. Nobody was invited; remove it in "
                "the panel, then create it in a new run."
            )

    def _matches(self, content: CampaignContent) -> list[str]:
        return [each.campaign_id for each in self.hook.list_campaigns() if _is_same(each, content)]


def _is_same(campaign: Campaign, content: CampaignContent) -> bool:
    from airflow_provider_calendars.api.lets_calendar.records import may_start_at

    wanted = (content.start_datetime, content.timezone)
    same_title = campaign.title.strip() == content.title.strip()
    return same_title and may_start_at(campaign.start_datetime, campaign.timezone, *wanted)


class LetsCalendarUpdateCampaignOperator(LetsCalendarCampaignOperator, _ContentArguments):
    """Replaces the whole content of a campaign. Invites already sent stay as they are.

    Use ``LetsCalendarUpdateInvitesOperator`` afterwards to send the new content.
    Not open to every account.

    https://panel.letscalendar.com/docs#apis-PUTapi-lc-campaign--campaign_id-

    :param campaign_id: the campaign (templated).
    :param title: and all further arguments: as for ``LetsCalendarCreateCampaignOperator``, all of
        them, because what is not given is not kept (templated).
    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``campaign_id``, ``start_datetime``, ``timezone``.
    :raises OperationUnavailable: the account does not have the operation.
    :raises AirflowFailException: the vendor changed it to another time.
    """

    template_fields: Sequence[str] = ("lets_calendar_conn_id", "campaign_id", *_CONTENT_FIELDS)

    def execute(self, context: Context) -> dict[str, Any]:
        """Replace the campaign's content."""
        self.check_campaign()
        content = self.content()
        self.check_clocks(content)
        self.show_campaign(context)
        saved = self.hook.update_campaign(self.campaign_id, content)
        if wrong := self.wrong_start(saved, content):
            raise AirflowFailException(
                f"Campaign {self.campaign_id} was changed to {wrong}. Nobody was mailed; look in the panel."
            )
        self.log.info("Campaign %s updated.", self.campaign_id)
        return {
            "campaign_id": self.campaign_id,
            "start_datetime": content.start_datetime,
            "timezone": content.timezone,
        }


class LetsCalendarListCampaignsOperator(LetsCalendarOperator):
    """Lists the organisation's active campaigns.

    https://panel.letscalendar.com/docs#apis-GETapi-lc-campaigns

    :param title: only campaigns whose title contains this, whatever the case (templated).
    :param path: a ``.csv`` or ``.jsonl`` file to write the campaigns to, local or any
        ``ObjectStoragePath`` (templated). Without it only the ids are returned.
    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``count``, ``campaign_ids``, ``path``.
    """

    template_fields: Sequence[str] = ("lets_calendar_conn_id", "title", "path")

    def __init__(self, *, title: str | None = None, path: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.title = title
        self.path = path

    def execute(self, context: Context) -> dict[str, Any]:  # noqa: ARG002
        """List the campaigns."""
        if self.path:
            check_table_path("path", self.path)
        wanted = checks.text("title", self.title).casefold() if self.title else ""
        campaigns = [each for each in self.hook.list_campaigns() if wanted in each.title.casefold()]
        if self.path:
            self._write(self.path, campaigns)
        self.log.info("%d campaigns.", len(campaigns))
        return {
            "count": len(campaigns),
            "campaign_ids": [campaign.campaign_id for campaign in campaigns],
            "path": self.path or None,
        }

    def _write(self, path: str, campaigns: Sequence[Campaign]) -> None:
        from airflow_provider_calendars.api.lets_calendar.records import Campaign

        columns = [each.name for each in fields(Campaign)]
        write_table(path, (asdict(campaign) for campaign in campaigns), columns)


class LetsCalendarToggleAutomationOperator(LetsCalendarCampaignOperator):
    """Turns the vendor's hourly automation of a campaign on or off.

    While it is on, whoever is added to the campaign is mailed within the hour, and no later task
    of a DAG is asked. Its state cannot be read back.

    https://panel.letscalendar.com/docs#apis-POSTapi-lc-toggle-automation

    :param campaign_id: the campaign (templated).
    :param enabled: whether it shall be on (templated).
    :param accept_unattended_sending: must be True to turn it on.
    :param allow_backfill: turn it on in a backfill or a run that catches up, too, which is refused otherwise.
    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``campaign_id``, ``enabled``.
    :raises ConfigurationError: it would be turned on without ``accept_unattended_sending``.
    :raises GuardError: it would be turned on in a backfill.
    """

    template_fields: Sequence[str] = ("lets_calendar_conn_id", "campaign_id", "enabled")

    def __init__(
        self,
        *,
        enabled: bool | str,
        accept_unattended_sending: bool = False,
        allow_backfill: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.allow_backfill = allow_backfill
        self.enabled = enabled
        self.accept_unattended_sending = accept_unattended_sending

    def execute(self, context: Context) -> dict[str, Any]:
        """Turn the automation on or off."""
        self.check_campaign()
        enabled = checks.boolean("enabled", self.enabled)
        if enabled and self.accept_unattended_sending is not True:
            raise ConfigurationError(
                "Automation mails everybody who is added to the campaign within the hour, past every check "
                "of a DAG. Set accept_unattended_sending=True if that is meant."
            )
        if enabled:
            refuse_late(context, self.allow_backfill)
        self.show_campaign(context)
        self.turn_automation(on=enabled)
        self.log.info("Automation of campaign %s is %s.", self.campaign_id, "on" if enabled else "off")
        return {"campaign_id": self.campaign_id, "enabled": enabled}
