"""Whom campaigns, a database and HighLevel say must not be invited."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from airflow_provider_calendars.exceptions import OperationUnavailable

if TYPE_CHECKING:
    from airflow_provider_calendars.api.lets_calendar.people import Attendee
    from airflow_provider_calendars.contacts import SuppressionLists
    from airflow_provider_calendars.operators.contacts.sources import QuerySource


def attendees_of(campaign_id: str, conn_id: str, lists: SuppressionLists) -> set[str]:
    """Return who has a place in a campaign; who was cancelled or unsubscribed there goes on the lists.

    :param campaign_id: the vendor's id of the campaign.
    :param conn_id: the Airflow connection.
    :param lists: the suppression lists.
    :raises OperationUnavailable: the account cannot read attendees.
    """
    from airflow_provider_calendars.contacts.suppression import ATTENDEE_CANCELLED, ATTENDEE_UNSUBSCRIBED

    reasons = {"U": ATTENDEE_UNSUBSCRIBED, "C": ATTENDEE_CANCELLED}
    return _sorted_out(_attendees("only_new_against", campaign_id, conn_id), reasons, lists)


def add_unsubscribed(campaign_id: str, conn_id: str, lists: SuppressionLists) -> int:
    """Put who unsubscribed from a campaign on the lists, and return how many that are.

    :param campaign_id: the vendor's id of the campaign.
    :param conn_id: the Airflow connection.
    :param lists: the suppression lists.
    :raises OperationUnavailable: the account cannot read attendees.
    """
    from airflow_provider_calendars.contacts.suppression import ATTENDEE_UNSUBSCRIBED

    everybody = _attendees("suppression_campaign_ids", campaign_id, conn_id)
    unsubscribed = [each for each in everybody if each.status == "U"]
    _sorted_out(unsubscribed, {"U": ATTENDEE_UNSUBSCRIBED}, lists)
    return len(unsubscribed)


def add_query(source: QuerySource, lists: SuppressionLists) -> int:
    """Put what a query returns on the lists, and return how many entries that are.

    :param source: the query; its columns are those of a suppression list.
    :param lists: the suppression lists.
    :raises ContactsError: an entry cannot be understood.
    """
    with ExitStack() as stack:
        return lists.add_rows(*source.rows(stack), source.name)


def add_do_not_disturb(conn_id: str, lists: SuppressionLists) -> int:
    """Put who wants no mail of HighLevel's location on the lists, and return how many people that are.

    All contacts are read: which of them a filter for "do not disturb" leaves out is not documented.

    :param conn_id: the Airflow connection.
    :param lists: the suppression lists.
    """
    from airflow_provider_calendars.api.highlevel.contact_records import ContactSearch
    from airflow_provider_calendars.contacts.suppression import DO_NOT_DISTURB
    from airflow_provider_calendars.hooks.highlevel import HighLevelHook

    found = 0
    for contact in HighLevelHook(conn_id).search_contacts(ContactSearch()):
        # a setting that nobody knows may mean that mail is unwanted
        if contact.email_disturbed is not False:
            found += 1
            for address in (contact.email, *contact.additional_emails):
                _list(address, DO_NOT_DISTURB, lists)
    return found


def _attendees(argument: str, campaign_id: str, conn_id: str) -> list[Attendee]:
    from airflow_provider_calendars.hooks.lets_calendar import LetsCalendarHook

    try:
        return LetsCalendarHook(conn_id).list_attendees(campaign_id)
    except OperationUnavailable as error:
        raise OperationUnavailable(
            f"{argument} needs the attendees of the campaign, and this account of Let's Calendar cannot "
            "read them. Leave it out; the vendor's own duplicate check then keeps people from being added "
            "twice.",
            system=error.system,
            status=error.status,
            request_id=error.request_id,
        ) from error


def _sorted_out(attendees: Iterable[Attendee], reasons: dict[str, str], lists: SuppressionLists) -> set[str]:
    present: set[str] = set()
    for attendee in attendees:
        if reason := reasons.get(attendee.status):
            _list(attendee.email, reason, lists)
        else:
            present.add(_plain(attendee.email, lists))
    return present


def _list(address: str, reason: str, lists: SuppressionLists) -> None:
    if plain := _plain(address, lists):
        lists.listed[plain] = reason


def _plain(address: str, lists: SuppressionLists) -> str:
    return lists.addresses.normalize(address.strip()) or address.strip().lower()
