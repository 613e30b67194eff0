"""Campaigns: create, list, read, replace, automate."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from airflow_provider_calendars.api.base import path
from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.lets_calendar.attendees import Attendees
from airflow_provider_calendars.api.lets_calendar.records import (
    Campaign,
    CampaignContent,
    CampaignDetails,
    SavedCampaign,
)
from airflow_provider_calendars.api.paging import Page, is_last_of, numbered_pages
from airflow_provider_calendars.api.policy import Repeat

_STATES = {
    **dict.fromkeys(("enabled", "on", "true", "1"), True),
    **dict.fromkeys(("disabled", "off", "false", "0"), False),
}
CAMPAIGN_NOT_FOUND = "Campaign not found"
NO_CAMPAIGNS = "No campaigns found"


class Campaigns(Attendees):
    """Operations on campaigns."""

    def create_campaign(self, content: CampaignContent) -> Flow[SavedCampaign]:
        """Create a campaign; repeated, it creates a second one.  POST /create-campaign

        https://panel.letscalendar.com/docs#apis-POSTapi-lc-create-campaign
        """
        request = self.request("POST", "/create-campaign", repeat=Repeat.IF_UNSENT, json=content.to_wire())
        return self.call(request, SavedCampaign.from_answer)

    def list_campaigns(self) -> Flow[list[Campaign]]:
        """Return the active campaigns of the organisation, newest first.  GET /campaigns

        https://panel.letscalendar.com/docs#apis-GETapi-lc-campaigns
        """
        return numbered_pages(self._campaigns_page, key=lambda campaign: campaign.campaign_id)

    def _campaigns_page(self, number: int) -> Flow[Page[Campaign]]:
        request = self.request("GET", "/campaigns", repeat=Repeat.ALWAYS, params={"page": number})
        # as the list of senders does, for which it is documented
        return self.call(request, _read_page, also={(404, NO_CAMPAIGNS): Page([], is_last=True)})

    def get_campaign(self, campaign_id: str) -> Flow[CampaignDetails]:
        """Return a campaign with its content.  GET /campaign/{campaign_id}/edit

        https://panel.letscalendar.com/docs#apis-GETapi-lc-campaign--campaign_id--edit
        """
        where = path("/campaign/{campaign_id}/edit", campaign_id=campaign_id)
        return self.call(self.request("GET", where, repeat=Repeat.ALWAYS), CampaignDetails.from_answer)

    def update_campaign(self, campaign_id: str, content: CampaignContent) -> Flow[SavedCampaign]:
        """Replace the whole content of a campaign; mails nobody.  PUT /campaign/{campaign_id}

        https://panel.letscalendar.com/docs#apis-PUTapi-lc-campaign--campaign_id-
        """
        where = path("/campaign/{campaign_id}", campaign_id=campaign_id)
        request = self.request("PUT", where, repeat=Repeat.ALWAYS, json=content.to_wire())
        return self.call(request, SavedCampaign.from_answer)

    def toggle_automation(self, campaign_id: str, *, enabled: bool) -> Flow[bool]:
        """Turn the hourly sending to new attendees on or off.  POST /toggle-automation

        https://panel.letscalendar.com/docs#apis-POSTapi-lc-toggle-automation
        """
        if enabled:
            yield from self.check_redirected(campaign_id)
        body = {"campaign_id": campaign_id, "enabled": enabled}
        request = self.request("POST", "/toggle-automation", repeat=Repeat.ALWAYS, json=body)
        return (yield from self.call(request, lambda answer: _STATES[str(answer["status"]).strip().lower()]))

    def campaign_url(self, campaign_id: str) -> str:
        """Return the page of a campaign in the panel, whose paths the API's own mirror."""
        scheme, netloc = urlsplit(self.base_url)[:2]
        return f"{scheme}://{netloc}{path('/campaign/{campaign_id}/edit', campaign_id=campaign_id)}"


def _read_page(answer: Any) -> Page[Campaign]:
    page = answer["campaigns"]
    return Page([Campaign.from_answer(item) for item in page["data"]], is_last_of(page))
