"""From a campaign and a file to the plan of a sending, and whether it is the one that was approved."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from typing import TYPE_CHECKING

from airflow_provider_calendars.exceptions import (
    CANNOT_BE_READ,
    ApiError,
    GuardError,
    NotFound,
    OperationUnavailable,
    UnreadableAnswer,
)
from airflow_provider_calendars.guards.audience import Audience
from airflow_provider_calendars.guards.plan import Plan
from airflow_provider_calendars.operators.lets_calendar.upload import read_upload_contacts

if TYPE_CHECKING:
    from airflow_provider_calendars.api.lets_calendar.records import CampaignDetails
    from airflow_provider_calendars.hooks.lets_calendar import LetsCalendarHook


def audience_of(path: str) -> Audience:
    """Return the people of a CSV file in the form ``PrepareContactsOperator`` writes."""
    return Audience.of(contact.get("email", "") for contact in read_upload_contacts(path))


def make_plan(hook: LetsCalendarHook, campaign_id: str, audience: Audience) -> Plan:
    """Return what sending a campaign to an audience would be."""
    try:
        details = hook.get_campaign(campaign_id)
    except (OperationUnavailable, UnreadableAnswer):
        return _from_list(hook, campaign_id, audience)
    return Plan(
        campaign_id=campaign_id,
        title=details.title,
        content=details.fingerprint(),
        starts_at=details.starts_at,
        timezone=details.timezone,
        sender=_sender(hook, details),
        audience=audience,
    )


def _from_list(hook: LetsCalendarHook, campaign_id: str, audience: Audience) -> Plan:
    """Return the same for an account that cannot read a campaign: from what the list shows of it."""
    from airflow_provider_calendars.api.fingerprints import fingerprint

    campaign = next((each for each in hook.list_campaigns() if each.campaign_id == campaign_id), None)
    if campaign is None:
        raise NotFound(
            f"Campaign {campaign_id} is not in the list of active campaigns.", system="Let's Calendar"
        )
    content = fingerprint(asdict(campaign))
    return Plan(campaign_id, campaign.title, content, campaign.starts_at, campaign.timezone, "", audience)


def _sender(hook: LetsCalendarHook, details: CampaignDetails) -> str:
    sender_id = details.content.get("sender_email_id")
    try:
        senders = hook.list_senders()
    except ApiError:
        senders = []
    named = next(
        (each.name or each.provider_name for each in senders if str(each.sender_email_id) == str(sender_id)),
        "",
    )
    told = f"{named} (mailbox {sender_id})" if named else f"mailbox {sender_id}"
    disconnected = str(sender_id) in map(str, details.disconnected_senders)
    return f"{told}, disconnected: it cannot send at present" if disconnected else told


def check_approved(
    hook: LetsCalendarHook,
    campaign_id: str,
    path: str | None,
    approved: str | None,
    *,
    seeds: Collection[str] = (),
    statuses: Collection[str] = ("N",),
) -> None:
    """Refuse a sending that is not the one that was approved.

    :param path: the file of the audience.
    :param approved: the fingerprint of the approval.
    :param seeds: addresses of our own that may be mailed besides.
    :param statuses: attendees of which status would be mailed.
    :raises GuardError: nothing was approved, or what would be sent is something else.
    """
    if not approved or approved == "None":
        raise GuardError(f"The sending of campaign {campaign_id} was not approved. Nothing was sent.")
    if not path:
        raise GuardError(
            "approved_fingerprint needs audience_path, the file that was approved. Nothing was sent."
        )
    audience = audience_of(path)
    plan = make_plan(hook, campaign_id, audience)
    if plan.fingerprint != approved:
        raise GuardError(
            f"Campaign {campaign_id} or its audience is not what was approved ({approved[:16]}): now it is "
            f"{plan.fingerprint[:16]}. Nothing was sent; have it approved as it is."
        )
    check_attendees(hook, campaign_id, {*audience.addresses, *seeds}, statuses)


def check_attendees(
    hook: LetsCalendarHook, campaign_id: str, addresses: Collection[str], statuses: Collection[str]
) -> None:
    """Refuse to mail a campaign whose attendees of some statuses have other addresses than these.

    :raises GuardError: somebody else would be mailed.
    """
    from airflow_provider_calendars.api.lets_calendar.people import AttendeeFilter

    try:
        found = [
            each
            for status in statuses
            for each in hook.list_attendees(campaign_id, AttendeeFilter(status=status))
        ]
    except CANNOT_BE_READ:
        hook.log.warning("This account cannot read attendees, so who would be mailed is not checked.")
        return
    redirected = set(hook.redirect.addresses) if hook.redirect else set()
    known = {*addresses, *redirected}
    foreign = sum(each.email.strip().lower() not in known for each in found)
    if foreign:
        raise GuardError(
            f"{foreign} of the {len(found)} attendees of campaign {campaign_id} that would be mailed are not "
            "in the audience. Nothing was sent. Who added them?"
        )
