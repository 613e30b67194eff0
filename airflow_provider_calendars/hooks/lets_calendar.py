"""The hook for Let's Calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_calendars.exceptions import ConfigurationError
from airflow_provider_calendars.hooks.base import CalendarsHook

if TYPE_CHECKING:
    from airflow_provider_calendars.api.done import Done
    from airflow_provider_calendars.api.flow import Upload
    from airflow_provider_calendars.api.lets_calendar import LetsCalendarApi
    from airflow_provider_calendars.api.lets_calendar.people import (
        AddedContacts,
        Attendee,
        AttendeeFilter,
        AttendeeSummary,
        Contact,
        ContactsExport,
    )
    from airflow_provider_calendars.api.lets_calendar.records import (
        Campaign,
        CampaignContent,
        CampaignDetails,
        SavedCampaign,
        ScheduledInvites,
        Sender,
    )
    from airflow_provider_calendars.api.lets_calendar.redirect import Redirect
    from airflow_provider_calendars.hooks.settings import Settings


class LetsCalendarHook(CalendarsHook["LetsCalendarApi"]):
    """Speaks with Let's Calendar: campaigns, their attendees, their invites.

    The connection's login is the client key, its password the secret key. For an operation
    without a method see :meth:`~airflow_provider_calendars.hooks.base.CalendarsHook.request`.

    https://panel.letscalendar.com/docs

    :param lets_calendar_conn_id: the Airflow connection, of type ``lets_calendar``.
    """

    conn_name_attr: ClassVar[str] = "lets_calendar_conn_id"
    default_conn_name: ClassVar[str] = "lets_calendar_default"
    conn_type: ClassVar[str] = "lets_calendar"
    hook_name: ClassVar[str] = "Let's Calendar"
    vendor_url: ClassVar[str] = "https://panel.letscalendar.com/api/lc"
    credentials: ClassVar[Mapping[str, str]] = {"login": "client key", "password": "secret key"}
    modes: ClassVar[Sequence[str]] = ("live", "dry_run", "redirect")

    def __init__(self, lets_calendar_conn_id: str = default_conn_name) -> None:
        super().__init__(lets_calendar_conn_id)
        self.lets_calendar_conn_id = lets_calendar_conn_id

    def make_api(self, settings: Settings) -> LetsCalendarApi:
        """Return the API for a connection's settings."""
        from airflow_provider_calendars.api.lets_calendar import LetsCalendarApi

        api = LetsCalendarApi(settings.login, settings.password, base_url=settings.base_url)
        if settings.mode == "redirect":
            api.redirect = _redirect(settings)
        return api

    @property
    def redirect(self) -> Redirect | None:
        """Where contacts go instead, in the connection's mode ``redirect``."""
        return self.api.redirect

    def try_out(self) -> tuple[bool, str]:
        """Log in and look for a sender, and return whether invites could be sent."""
        senders = self.list_senders()
        if not senders:
            return False, (
                "The login works, but no sender mailbox is connected, so nothing can be sent. "
                "Connect one in the Let's Calendar panel."
            )
        return True, f"The login works; {len(senders)} sender mailbox(es) connected."

    def list_timezones(self) -> list[str]:
        """Return the names of the time zones campaigns may use."""
        return self.run(lambda api: api.list_timezones())

    def list_senders(self) -> list[Sender]:
        """Return the mailboxes invites can be sent from; none if none is connected."""
        return self.run(lambda api: api.list_senders())

    def create_campaign(self, content: CampaignContent) -> SavedCampaign:
        """Create a campaign. Repeated, it creates a second one."""
        return self.run(lambda api: api.create_campaign(content))

    def list_campaigns(self) -> list[Campaign]:
        """Return the active campaigns of the organisation, newest first."""
        return self.run(lambda api: api.list_campaigns())

    def get_campaign(self, campaign_id: str) -> CampaignDetails:
        """Return a campaign with its content. Not open to every account: ``OperationUnavailable``."""
        return self.run(lambda api: api.get_campaign(campaign_id))

    def update_campaign(self, campaign_id: str, content: CampaignContent) -> SavedCampaign:
        """Replace the content of a campaign; mails nobody. Not open to every account."""
        return self.run(lambda api: api.update_campaign(campaign_id, content))

    def toggle_automation(self, campaign_id: str, *, enabled: bool) -> bool:
        """Turn the hourly sending to new attendees on or off, and return its state."""
        return self.run(lambda api: api.toggle_automation(campaign_id, enabled=enabled))

    def add_contact(self, campaign_id: str, contact: Contact) -> int:
        """Add one contact and return its id. :meth:`add_contacts` tells duplicates, this does not."""
        return self.run(lambda api: api.add_contact(campaign_id, contact))

    def add_contacts(self, campaign_id: str, contacts: Sequence[Contact]) -> AddedContacts:
        """Add contacts in one call and return what became of each."""
        return self.run(lambda api: api.add_contacts(campaign_id, contacts))

    def upload_contacts(self, campaign_id: str, file: Upload, *, allow_duplicates: bool = False) -> str:
        """Upload a file of contacts, imported in the background, and return the import's id."""
        return self.run(lambda api: api.upload_contacts(campaign_id, file, allow_duplicates=allow_duplicates))

    def attendee_summary(self, campaign_id: str, source: str | None = None) -> AttendeeSummary:
        """Return how many attendees are in which state. Not open to every account."""
        return self.run(lambda api: api.attendee_summary(campaign_id, source))

    def list_attendees(self, campaign_id: str, chosen: AttendeeFilter | None = None) -> list[Attendee]:
        """Return the attendees of a campaign, without passwords. Not open to every account."""
        return self.run(lambda api: api.list_attendees(campaign_id, chosen))

    def export_contacts(self, campaign_id: str) -> ContactsExport:
        """Have the vendor write a file of the contacts, with passwords. Not open to every account."""
        return self.run(lambda api: api.export_contacts(campaign_id))

    def send_invites(self, campaign_id: str, extra_body: Mapping[str, Any] | None = None) -> Done:
        """Send invites to the attendees who have none yet, in the background."""
        return self.run(lambda api: api.send_invites(campaign_id, extra_body))

    def update_invites(self, campaign_id: str, extra_body: Mapping[str, Any] | None = None) -> Done:
        """Send everybody who has an invite its new content."""
        return self.run(lambda api: api.update_invites(campaign_id, extra_body))

    def schedule_invites(
        self, campaign_id: str, *, schedule_date: str, schedule_time: str, timezone: str
    ) -> ScheduledInvites:
        """Have invites sent at a later time."""
        return self.run(
            lambda api: api.schedule_invites(
                campaign_id, schedule_date=schedule_date, schedule_time=schedule_time, timezone=timezone
            )
        )

    def cancel_scheduled_invites(self, campaign_id: str) -> Done:
        """Cancel what is scheduled for a campaign."""
        return self.run(lambda api: api.cancel_scheduled_invites(campaign_id))

    def stop_campaign(self, campaign_id: str) -> Done:
        """Stop the sending that is in progress; what was sent stays sent."""
        return self.run(lambda api: api.stop_campaign(campaign_id))

    def campaign_url(self, campaign_id: str) -> str:
        """Return the page of a campaign in the vendor's panel."""
        return self.api.campaign_url(campaign_id)


def _redirect(settings: Settings) -> Redirect:
    from airflow_provider_calendars.api.lets_calendar.redirect import Redirect, addresses_in

    try:
        return Redirect(addresses_in(settings.extra.get("redirect_to")))
    except ConfigurationError as wrong:
        raise ConfigurationError(f"Connection {settings.conn_id!r}: {wrong}") from None
