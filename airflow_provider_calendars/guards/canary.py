"""Whether a few invites of our own went out well before those of everybody do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import GuardError


def check_canary(campaign_id: str, sent: Any, now: Mapping[str, int] | None) -> None:
    """Refuse to send to everybody unless the attendee summary shows that the canary's invites are out.

    It rests on the vendor's word that a sending reaches only attendees who have no invite yet: where those
    of the canary show as such again, everybody could be mailed twice.

    :param campaign_id: the campaign.
    :param sent: how many invites the canary sent; None if there was no canary.
    :param now: the attendee summary; None where it cannot be read.
    :raises GuardError: they are not out, or nobody can tell.
    """
    if sent is None:
        return
    if sent in ("", "None"):
        raise GuardError(
            f"The canary of campaign {campaign_id} has not sent anything. Nothing more was sent."
        )
    wanted = checks.integer("canary_sent", sent)
    if now is None:
        raise GuardError(
            f"Whether the canary of campaign {campaign_id} is out cannot be read. Nothing was sent."
        )
    if now["in_process"] or now["sent"] < wanted:
        raise GuardError(
            f"The canary of campaign {campaign_id} sent {wanted} invites, but the attendee summary shows "
            f"{now['sent']} sent and {now['in_process']} in process. Nothing more was sent."
        )
