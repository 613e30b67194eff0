"""What other runs have sent of a campaign, so that no run sends it again."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from airflow_provider_calendars.exceptions import GuardError
from airflow_provider_calendars.guards.latch import Counts, may_overlap
from airflow_provider_calendars.memory import LastingMemory
from airflow_provider_calendars.operators.lets_calendar.looking import pause

log = logging.getLogger(__name__)

# by then a sending is on its way, or will never be
_BEGUN_WITHIN = 3600.0


class LastSending:
    """The last sending of a campaign that any run has asked for.

    :param memory: what is remembered about the campaign.
    :param server: where the connection leads; a sending at another one, such as a sandbox, is not believed.
    """

    def __init__(self, memory: LastingMemory, server: str) -> None:
        self._memory = memory
        self._server = server

    def asked(self, before: Counts | None) -> None:
        """Remember that a sending is about to be asked for.

        :param before: the attendee summary at present.
        """
        self._memory.set("last_sending", {"before": before, "at": time.time(), "server": self._server})

    def forget(self) -> None:
        """Forget it: it was refused, or stopped."""
        self._memory.set("last_sending", None)

    def await_end(self, campaign_id: str, look: Callable[[], Counts | None], timeout: float) -> Counts | None:
        """Wait until it has reached everybody it was for.

        :param campaign_id: the campaign, for messages.
        :param look: reads the attendee summary; None where it cannot be read.
        :param timeout: seconds to wait.
        :return: the summary then.
        :raises GuardError: it is, or may be, still on its way.
        """
        now = look()
        last = self._memory.get("last_sending")
        deadline = time.monotonic() + timeout
        while last and last["server"] == self._server and _may_be_on_its_way(last, now):
            if now is None or time.monotonic() >= deadline:
                raise GuardError(_on_its_way(campaign_id, time.time() - last["at"]))
            log.info("Another sending of campaign %s has not reached everybody yet.", campaign_id)
            pause(timeout)
            now = look()
        return now


def _may_be_on_its_way(last: Mapping[str, Any], now: Counts | None) -> bool:
    long_ago = time.time() - last["at"] > _BEGUN_WITHIN
    if long_ago and not (now and now["in_process"]):
        return False
    return may_overlap(last["before"], now)


def _on_its_way(campaign_id: str, ago: float) -> str:
    return (
        f"Another sending of campaign {campaign_id}, asked for {ago / 60:.0f} minutes ago, has not reached "
        "everybody yet. Nothing more was sent, because the same people could get two invites. Wait for it "
        "with LetsCalendarInvitesSentSensor, or stop it with LetsCalendarStopCampaignOperator, then run this "
        f"task again; one that never begins is forgotten after {_BEGUN_WITHIN / 60:.0f} minutes."
    )


class Updates:
    """Which content of a campaign was sent as an update last, by any run.

    :param memory: what is remembered about the campaign.
    """

    def __init__(self, memory: LastingMemory) -> None:
        self._memory = memory

    def asked(self, content: str | None) -> None:
        """Remember that content is about to be sent; None, content that cannot be read, is no content."""
        if content:
            self._memory.set("unknown_content", content)

    def accepted(self, content: str | None) -> None:
        """Remember that content was sent."""
        if content:
            self._memory.set("updated_content", content)
        self.refused()

    def refused(self) -> None:
        """Remember that nothing was sent after all."""
        if self._memory.get("unknown_content"):
            self._memory.set("unknown_content", None)

    def are_accepted(self, content: str | None) -> bool:
        """Tell whether everybody has this content."""
        return bool(content) and self._memory.get("updated_content") == content

    def are_unknown(self, content: str | None) -> bool:
        """Tell whether this content was asked for and nobody knows whether it was sent."""
        return bool(content) and self._memory.get("unknown_content") == content
