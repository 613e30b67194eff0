"""How campaigns, attendees and lists look in the vendor's answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from airflow_provider_calendars.sandbox.clock import timestamp
from airflow_provider_calendars.sandbox.lets_calendar.records import STATUS_LABELS, Attendee, Campaign, Sender

# documented by example: 39 campaigns, 15 a page, "last_page": 20, but "last_page_url" ends in page=3
# (https://panel.letscalendar.com/docs)
LAST_PAGE_IS_OFF_BY = 17
_PROVIDER = "Google Workspace"

Item = TypeVar("Item")


def created(campaign: Campaign) -> dict[str, Any]:
    """Describe a campaign in the answers to create and update.

    :param campaign: the campaign.
    """
    return {"id": campaign.id, **_times(campaign)}


def listed(campaign: Campaign) -> dict[str, Any]:
    """Describe a campaign in the list; its id is called ``campaign_id`` here.

    :param campaign: the campaign.
    """
    known = {"campaign_id": campaign.id, "subject": campaign.subject, **_times(campaign)}
    # the zone of created_on is not documented
    return {**known, "created_on": timestamp(campaign.created_at)}


def _times(campaign: Campaign) -> dict[str, str]:
    return {
        "title": campaign.title,
        "start_datetime": campaign.start_datetime,
        "end_datetime": campaign.end_datetime,
        "timezone": campaign.timezone,
    }


def detailed(campaign: Campaign) -> dict[str, Any]:
    """Describe a campaign in full; most fields have other names than in create.

    :param campaign: the campaign.
    """
    return {
        "campaign_id": campaign.id,
        "campaign_name": campaign.title,
        "campaign_subject": campaign.subject,
        "campaign_description": campaign.description,
        "campaign_content": campaign.email_content,
        "event_type": campaign.event_type,
        "start_datetime": campaign.start_datetime,
        "end_datetime": campaign.end_datetime,
        "timezone": campaign.timezone,
        "location": campaign.location,
        "is_recurring": False,
        "sender_email_id": campaign.sender_email_id,
        "mail_provider": "google",
        "mail_service_name": _PROVIDER,
    }


def sender(one: Sender) -> dict[str, Any]:
    """Describe a sender in the list of senders.

    :param one: the sender.
    """
    known = {"id": one.id, "email": one.email, "name": one.name}
    return {**known, "reply_to": one.email, "provider_name": _PROVIDER}


def sender_choice(one: Sender) -> dict[str, Any]:
    """Describe a sender beside the details of a campaign.

    :param one: the sender.
    """
    return {
        "id": one.id,
        "sender_email": one.email,
        "sender_name": one.name,
        "provider": _PROVIDER,
        "display_text": f"{one.name} <{one.email}>",
        "disconnected": False,
    }


def attendee(one: Attendee) -> dict[str, Any]:
    """Describe an attendee, the password in clear as the vendor's answer has it.

    :param one: the attendee.
    """
    return {
        "id": one.id,
        "name": one.name,
        "email": one.email,
        "username": one.username,
        "password": one.password,
        "login_url": one.loginurl,
        "status": one.status,
        "status_label": STATUS_LABELS[one.status],
        "source": one.source,
        "registered_at": timestamp(one.registered_at),
    }


def summary(campaign: Campaign) -> dict[str, Any]:
    """Count the attendees of a campaign, whatever the filters of the request are.

    :param campaign: the campaign.
    """
    counts = campaign.counts()
    return {
        "campaign_id": campaign.id,
        "campaign_name": campaign.title,
        "total_contacts": len(campaign.attendees),
        "new_contacts": counts["N"],
        "sent_contacts": counts["S"],
        "failed_contacts": counts["F"],
        "unsubscribe_contacts": counts["U"],
        "inprocess_contacts": counts["P"],
        "cancelled_contacts": counts["C"],
    }


def page_of(
    items: Sequence[Item],
    number: int,
    size: int,
    *,
    url: str,
    show: Callable[[Item], dict[str, Any]],
    off_by: int = 0,
) -> dict[str, Any]:
    """Cut one page out of a list, as Laravel's paginator describes it.

    The addresses of the other pages keep no filter and no page size: Laravel leaves them out.

    :param items: the whole list.
    :param number: number of the page, from 1.
    :param size: items on a page.
    :param url: address of the list.
    :param show: describes an item.
    :param off_by: how much too high ``last_page`` is; the addresses are always right.
    """
    last = max(-(-len(items) // size), 1)
    first_item = (number - 1) * size
    shown = items[first_item : first_item + size]
    return {
        "current_page": number,
        "data": [show(item) for item in shown],
        "first_page_url": f"{url}?page=1",
        "from": first_item + 1 if shown else None,
        "last_page": last + off_by,
        "last_page_url": f"{url}?page={last}",
        "links": _links(number, last, url),
        "next_page_url": f"{url}?page={number + 1}" if number < last else None,
        "path": url,
        "per_page": size,
        "prev_page_url": f"{url}?page={number - 1}" if number > 1 else None,
        "to": first_item + len(shown) if shown else None,
        "total": len(items),
    }


def _links(number: int, last: int, url: str) -> list[dict[str, Any]]:
    def link(label: str, page: int, *, active: bool = False) -> dict[str, Any]:
        address = f"{url}?page={page}" if 1 <= page <= last else None
        return {"url": address, "label": label, "active": active}

    pages = [link(str(page), page, active=page == number) for page in range(1, last + 1)]
    return [link("&laquo; Previous", number - 1), *pages, link("Next &raquo;", number + 1)]
