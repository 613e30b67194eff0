"""Invites: send, update, schedule, cancel, stop. Everything here reaches people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.lets_calendar.attendees import Attendees
from airflow_provider_calendars.api.lets_calendar.records import ScheduledInvites
from airflow_provider_calendars.api.policy import Repeat

NO_NEW_ATTENDEES = "No New Attendees to Send Calendar Invite"
NO_ATTENDEES_TO_UPDATE = "No attendees to update"
NO_SENDING_IN_PROGRESS = "No sending in progress"
NO_SCHEDULED_INVITES = "No scheduled invites found"


def _done(answer: Any) -> Done:
    """Read the answer of an action: a success that speaks of an error is none."""
    given = answer if isinstance(answer, Mapping) else {}
    if given.get("error") or given.get("errors") or given.get("success") is False:
        raise ValueError("an error within a success")
    if str(given.get("status", "")).lower() in {"error", "fail", "failed"}:
        raise ValueError("an error within a success")
    return Done.DONE


def _heard(answer: Any) -> Done:
    """Read the answer of an action that mails people: it must say something."""
    if not isinstance(answer, Mapping) or not answer:
        raise ValueError("no answer within a success")
    return _done(answer)


class Invites(Attendees):
    """Operations that mail people, or keep them from being mailed."""

    def send_invites(self, campaign_id: str, extra_body: Mapping[str, Any] | None = None) -> Flow[Done]:
        """Send invites to the attendees who have none yet, in the background.  POST /send-invite

        https://panel.letscalendar.com/docs#apis-POSTapi-lc-send-invite
        """
        nothing = (400, NO_NEW_ATTENDEES)
        yield from self.check_redirected(campaign_id)
        return (yield from self._mail("/send-invite", campaign_id, nothing, extra_body))

    def update_invites(self, campaign_id: str, extra_body: Mapping[str, Any] | None = None) -> Flow[Done]:
        """Send everybody who has an invite its new content.  POST /update-invite

        https://panel.letscalendar.com/docs#apis-POSTapi-lc-update-invite
        """
        nothing = (400, NO_ATTENDEES_TO_UPDATE)
        yield from self.check_redirected(campaign_id)
        return (yield from self._mail("/update-invite", campaign_id, nothing, extra_body))

    def schedule_invites(
        self, campaign_id: str, *, schedule_date: str, schedule_time: str, timezone: str
    ) -> Flow[ScheduledInvites]:
        """Have invites sent at a later time; an earlier schedule may stay.  POST /schedule-invite

        https://panel.letscalendar.com/docs#apis-POSTapi-lc-schedule-invite
        """
        body = {
            "campaign_id": campaign_id,
            "schedule_date": schedule_date,
            "schedule_time": schedule_time,
            "timezone": timezone,
        }
        yield from self.check_redirected(campaign_id)
        request = self.request("POST", "/schedule-invite", repeat=Repeat.IF_UNSENT, json=body)
        return (yield from self.call(request, ScheduledInvites.from_answer))

    def cancel_scheduled_invites(self, campaign_id: str) -> Flow[Done]:
        """Cancel what is scheduled for a campaign.  POST /cancel-scheduled-invite

        https://panel.letscalendar.com/docs#apis-POSTapi-lc-cancel-scheduled-invite
        """
        nothing = (404, NO_SCHEDULED_INVITES)
        return self._act("/cancel-scheduled-invite", {"campaign_id": campaign_id}, Repeat.ALWAYS, nothing)

    def stop_campaign(self, campaign_id: str) -> Flow[Done]:
        """Stop the sending that is in progress; what was sent stays sent.  POST /stop-campaign

        https://panel.letscalendar.com/docs#apis-POSTapi-lc-stop-campaign
        """
        nothing = (400, NO_SENDING_IN_PROGRESS)
        return self._act("/stop-campaign", {"campaign_id": campaign_id}, Repeat.ALWAYS, nothing)

    def _mail(
        self, where: str, campaign_id: str, nothing: tuple[int, str], extra_body: Mapping[str, Any] | None
    ) -> Flow[Done]:
        body = {**(extra_body or {}), "campaign_id": campaign_id}
        return self._act(where, body, Repeat.NEVER, nothing, read=_heard)

    def _act(
        self,
        where: str,
        body: Mapping[str, Any],
        repeat: Repeat,
        nothing: tuple[int, str],
        read: Callable[[Any], Done] = _done,
    ) -> Flow[Done]:
        request = self.request("POST", where, repeat=repeat, json=body)
        return self.call(request, read, also={nothing: Done.NOTHING_TO_DO})
