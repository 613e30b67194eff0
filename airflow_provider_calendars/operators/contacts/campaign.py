"""Who is in a campaign of Let's Calendar already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_calendars.exceptions import OperationUnavailable

if TYPE_CHECKING:
    from airflow_provider_calendars.contacts import SuppressionLists


def attendees_of(campaign_id: str, conn_id: str, lists: SuppressionLists) -> set[str]:
    """Return who has a place in a campaign; who was cancelled or unsubscribed there goes on the lists.

    :param campaign_id: the vendor's id of the campaign.
    :param conn_id: the Airflow connection.
    :param lists: the suppression lists.
    :raises OperationUnavailable: the account cannot read attendees.
    """
    from airflow_provider_calendars.contacts.suppression import ATTENDEE_CANCELLED, ATTENDEE_UNSUBSCRIBED
    from airflow_provider_calendars.hooks.lets_calendar import LetsCalendarHook

    reasons = {"U": ATTENDEE_UNSUBSCRIBED, "C": ATTENDEE_CANCELLED}
    present: set[str] = set()
    try:
        attendees = LetsCalendarHook(conn_id).list_attendees(campaign_id)
    except OperationUnavailable as error:
        raise OperationUnavailable(
            "only_new_against needs the attendees of the campaign, and this account of Let's Calendar cannot "
            "read them. Leave it out; the vendor's own duplicate check then keeps people from being added "
            "twice.",
            system=error.system,
            status=error.status,
            request_id=error.request_id,
        ) from error
    for attendee in attendees:
        address = lists.addresses.normalize(attendee.email.strip()) or attendee.email.strip().lower()
        if reason := reasons.get(attendee.status):
            lists.listed[address] = reason
        else:
            present.add(address)
    return present
