"""Who may be invited: what the operator's arguments say, read before the first contact is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.files import open_path, open_seekable
from airflow_provider_calendars.operators.contacts.sources import QuerySource
from airflow_provider_calendars.operators.contacts.suppressed import (
    add_do_not_disturb,
    add_query,
    add_unsubscribed,
    attendees_of,
)

if TYPE_CHECKING:
    from airflow_provider_calendars.contacts import Rules, SuppressionLists
    from airflow_provider_calendars.contacts.emails import AddressReader
    from airflow_provider_calendars.operators.contacts.prepare import PrepareContactsOperator
    from airflow_provider_calendars.operators.guards import CheckInvitesOperator


def rules_of(operator: PrepareContactsOperator) -> Rules:
    """Read the suppression lists, the rules on domains and the attendees of the campaign.

    :param operator: whose arguments count.
    :raises ConfigurationError: an argument is wrong.
    :raises ContactsError: a suppression list cannot be understood.
    :raises OperationUnavailable: the account cannot read attendees.
    """
    from airflow_provider_calendars.contacts import Rules, SuppressionLists
    from airflow_provider_calendars.contacts.emails import AddressReader

    addresses = AddressReader(allow_test_domains=operator.allow_test_domains)
    domains = domains_of(operator, addresses)
    lists = SuppressionLists(addresses)
    _fill(lists, operator)
    attendees: set[str] = set()
    if operator.only_new_against:
        attendees = attendees_of(operator.only_new_against, operator.lets_calendar_conn_id, lists)
        operator.log.info("Campaign %s has %d attendees.", operator.only_new_against, len(attendees))
    suppression = lists.suppression(**domains, attendees=attendees)
    return Rules(operator.allow_test_domains, operator.several_addresses, suppression)


def domains_of(
    operator: PrepareContactsOperator | CheckInvitesOperator, addresses: AddressReader
) -> dict[str, list[str]]:
    """Return the domains that an operator blocks and those it allows.

    :param operator: whose arguments count.
    :param addresses: reads addresses.
    :raises ConfigurationError: one is no domain.
    """
    from airflow_provider_calendars.contacts.lists import domain_rules

    blocked = checks.one_or_more("blocked_domains", operator.blocked_domains)
    allowed = checks.one_or_more("allowed_domains", operator.allowed_domains)
    return {
        "blocked_domains": domain_rules("blocked_domains", blocked, addresses),
        "allowed_domains": domain_rules("allowed_domains", allowed, addresses, wild=True),
    }


def _fill(lists: SuppressionLists, operator: PrepareContactsOperator) -> None:
    """Read everything that says who must not be invited."""
    for path in checks.one_or_more("suppression_paths", operator.suppression_paths):
        where = open_path(path, operator.storage_conn_id)
        with open_seekable(where, "suppression_paths") as stream:
            operator.log.info("Suppression list %s: %d entries.", where.name, lists.add(stream, where.name))
    if operator.suppression_sql is not None:
        conn_id = operator.suppression_sql_conn_id or operator.sql_conn_id
        query = QuerySource(
            checks.text("suppression_sql", operator.suppression_sql),
            checks.text("suppression_sql_conn_id", conn_id),
            name="suppression_sql",
        )
        operator.log.info("Suppression query: %d entries.", add_query(query, lists))
    for campaign_id in checks.one_or_more("suppression_campaign_ids", operator.suppression_campaign_ids):
        found = add_unsubscribed(campaign_id, operator.lets_calendar_conn_id, lists)
        operator.log.info("Campaign %s: %d unsubscribed.", campaign_id, found)
    if operator.suppression_highlevel_conn_id is not None:
        conn_id = checks.text("suppression_highlevel_conn_id", operator.suppression_highlevel_conn_id)
        operator.log.info("HighLevel: %d want no mail.", add_do_not_disturb(conn_id, lists))
