"""Operators that mail people now."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from airflow.sdk import Context

from airflow_provider_calendars._compat import AirflowFailException
from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.exceptions import CANNOT_BE_READ, ApiError, OutcomeUnknown, TransportError
from airflow_provider_calendars.guards.canary import check_canary
from airflow_provider_calendars.guards.latch import Counts, Sending, after_accepted, after_lost_reply
from airflow_provider_calendars.memory import RunMemory
from airflow_provider_calendars.operators.lets_calendar.looking import pause
from airflow_provider_calendars.operators.lets_calendar.mailing import MailingOperator
from airflow_provider_calendars.operators.lets_calendar.other_runs import Updates


class LetsCalendarSendInvitesOperator(MailingOperator):
    """Sends the invites of a campaign to the attendees who have none yet.

    The vendor sends in the background: wait with ``LetsCalendarInvitesSentSensor``. What the task is
    about to do is remembered first. When a reply is lost, or the task is run again, the attendee
    summary decides whether the sending has begun; if it cannot know, the task fails for good rather
    than mail people twice. Where another run, or another task, has just asked for a sending of the
    campaign, it waits until that has reached everybody. Killing the task stops the sending.

    https://panel.letscalendar.com/docs#apis-POSTapi-lc-send-invite

    :param campaign_id: the campaign (templated).
    :param extra_body: further fields of the request. The vendor can send to chosen attendees, but does
        not document the field that names them (templated).
    :param allow_backfill: send in a backfill or a run that catches up, too, which is refused otherwise.
    :param approved_fingerprint: what ``ApproveInvitesOperator`` returned: only that is sent, and nothing if
        it was rejected (templated).
    :param audience_path: with it, the file that was approved (templated).
    :param if_nothing_to_do: when no attendee is without an invite: ``succeed``, ``skip`` or ``fail``.
    :param outcome_timeout: seconds to look for progress after a lost reply, or while another sending of the
        campaign is on its way.
    :param canary_sent: what ``LetsCalendarSendCanaryOperator`` returned as ``sent``: unless so many
        attendees have their invite and none is on its way, nothing is sent (templated).
    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``campaign_id``, ``outcome`` (``started``, ``already_started`` or ``nothing_to_do``) and
        ``new_attendees``, how many had no invite before (None where it cannot be read).
    :raises GuardError: it was not approved, or would mail others, or in a backfill, or the campaign's
        automation or another sending is about to mail the same people; nothing was sent.
    :raises AirflowFailException: nobody knows whether the sending has begun; look in the panel.
    """

    template_fields: Sequence[str] = (*MailingOperator.template_fields, "canary_sent")

    def __init__(
        self, *, outcome_timeout: float = 120.0, canary_sent: int | str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.outcome_timeout = outcome_timeout
        self.canary_sent = canary_sent

    def execute(self, context: Context) -> dict[str, Any]:
        """Send the invites, once."""
        checks.seconds("outcome_timeout", self.outcome_timeout)
        self.begin(context)
        memory = self.run_memory(context)
        now = self._counts()
        earlier = memory.get("send_invites") or {}
        ours = earlier.get("campaign_id") == self.campaign_id and earlier.get("state") != "refused"
        if ours and self._already_started(earlier, now):
            self._remember(memory, "accepted", earlier.get("before"))
            return self._result("already_started", earlier.get("before"))
        if not self.hook.is_dry_run:
            now = self.last_sending().await_end(self.campaign_id, self._counts, self.outcome_timeout)
        self.check_before_sending(now)
        return self._result(self._send(memory, now), now)

    def check_before_sending(self, now: Counts | None) -> None:
        """Refuse what must not be sent, right before it would be.

        :param now: the attendee summary; None where it cannot be read.
        """
        self.check_no_automation()
        self.check_approval()
        check_canary(self.campaign_id, self.canary_sent, now)

    def _already_started(self, earlier: Mapping[str, Any], now: Counts | None) -> bool:
        if earlier["state"] == "accepted":
            return after_accepted(earlier["before"], now) is not Sending.NEEDED
        self._await_progress(earlier["before"])
        return True

    def _send(self, memory: RunMemory, before: Counts | None) -> str:
        self._remember(memory, "sending", before)
        if not self.hook.is_dry_run:
            self.last_sending().asked(before)
        self._mailing = True
        try:
            done = self.hook.send_invites(self.campaign_id, self.extra_body)
        except OutcomeUnknown:
            self._await_progress(before)
            self._remember(memory, "accepted", before)
            return "already_started"
        except (ApiError, TransportError):
            self._mailing = False
            self._remember(memory, "refused", before)
            self.last_sending().forget()
            raise
        self._mailing = done is Done.DONE
        self._remember(memory, "accepted" if done is Done.DONE else "refused", before)
        if done is not Done.DONE:
            self.last_sending().forget()
        return "started" if done is Done.DONE else done.value

    def _await_progress(self, before: Counts | None) -> None:
        """Return once the sending is seen to have begun, or fail for good."""
        deadline = time.monotonic() + self.outcome_timeout
        now = self._counts()
        while after_lost_reply(before, now) is Sending.UNKNOWN:
            if now is None or time.monotonic() >= deadline:
                raise AirflowFailException(
                    f"Whether the sending of campaign {self.campaign_id} has begun is not known. It is not "
                    "asked for again, because people could get two invites. Look in the panel; if nothing "
                    "was sent, send from there or in a new run."
                )
            pause(self.outcome_timeout)
            now = self._counts()

    def _counts(self) -> Counts | None:
        summary = self.summary_or_none()
        return None if summary is None else summary.counts()

    def _remember(self, memory: RunMemory, state: str, before: Any) -> None:
        memory.set("send_invites", {"campaign_id": self.campaign_id, "state": state, "before": before})

    def _result(self, outcome: str, before: Counts | None) -> dict[str, Any]:
        return self.result(outcome, new_attendees=None if before is None else before["new"])


class LetsCalendarUpdateInvitesOperator(MailingOperator):
    """Sends everybody who has an invite of a campaign its new content.

    Every call mails everybody again. So it is made once a run, and not at all when the campaign's
    content is what the last update of any run sent. A lost reply fails the task for good, and so do
    later runs as long as the content is the same, until somebody has looked; see ``if_unknown``.

    https://panel.letscalendar.com/docs#apis-POSTapi-lc-update-invite

    :param campaign_id: the campaign (templated).
    :param extra_body: further fields of the request; see ``LetsCalendarSendInvitesOperator`` (templated).
    :param allow_backfill: send in a backfill or a run that catches up, too, which is refused otherwise.
    :param approved_fingerprint: what ``ApproveInvitesOperator`` returned: only that is sent, and nothing if
        it was rejected (templated).
    :param audience_path: with it, the file that was approved (templated).
    :param if_nothing_to_do: when nobody has an invite, or its content has not changed: ``succeed``,
        ``skip`` or ``fail``.
    :param if_unknown: when an earlier run asked for this very content and nobody knows whether it was sent:
        ``fail``, ``send`` it, or take it as sent, which is ``unchanged`` (templated).
    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``campaign_id``, ``outcome`` (``started``, ``already_started``, ``unchanged`` or
        ``nothing_to_do``).
    :raises GuardError: it was not approved, or it is a backfill; nothing was sent.
    :raises AirflowFailException: the reply was lost, now, in an earlier try or in an earlier run.
    """

    template_fields: Sequence[str] = (*MailingOperator.template_fields, "if_unknown")
    mailed_statuses: ClassVar[tuple[str, ...]] = ("S", "P")

    def __init__(self, *, if_unknown: str = "fail", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.if_unknown = if_unknown

    def execute(self, context: Context) -> dict[str, Any]:
        """Send the update, once."""
        checks.choice("if_unknown", self.if_unknown, ("fail", "send", "unchanged"))
        self.begin(context)
        memory = self.run_memory(context)
        content = self._content_fingerprint()
        updates = Updates(self.lasting_memory(self.campaign_id))
        if outcome := self._settled(memory, content):
            # the first try may have died before it could note this for other runs
            updates.accepted((memory.get("update_invites") or {}).get("content"))
            return self.result(outcome)
        if self._is_unchanged(updates, content):
            self.settle_nothing_to_do(
                self.if_nothing_to_do, f"Campaign {self.campaign_id} has not changed since its last update."
            )
            return self.result("unchanged")
        self.check_approval()
        done = self._update(memory, updates, content)
        return self.result("started" if done is Done.DONE else done.value)

    def _is_unchanged(self, updates: Updates, content: str | None) -> bool:
        if updates.are_unknown(content):
            if self.if_unknown == "fail":
                raise AirflowFailException(self._unknown("an earlier run has"))
            if self.if_unknown == "unchanged":
                updates.accepted(content)
        return updates.are_accepted(content)

    def _settled(self, memory: RunMemory, content: str | None) -> str | None:
        earlier = memory.get("update_invites") or {}
        if earlier.get("campaign_id") != self.campaign_id:
            return None
        # content that could not be read once may be the same
        if None not in (earlier["content"], content) and earlier["content"] != content:
            return None
        if earlier["state"] == "sending":
            raise AirflowFailException(self._unknown("this run has"))
        return "already_started" if earlier["state"] == "accepted" else None

    def _update(self, memory: RunMemory, updates: Updates, content: str | None) -> Done:
        self._remember(memory, "sending", content)
        updates.asked(content)
        self._mailing = True
        try:
            done = self.hook.update_invites(self.campaign_id, self.extra_body)
        except OutcomeUnknown as unknown:
            raise AirflowFailException(self._unknown("this run has")) from unknown
        except (ApiError, TransportError):
            self._mailing = False
            self._remember(memory, "refused", content)
            updates.refused()
            raise
        self._mailing = done is Done.DONE
        self._remember(memory, "accepted" if done is Done.DONE else "refused", content)
        if done is Done.DONE:
            updates.accepted(content)
        else:
            updates.refused()
        return done

    def _content_fingerprint(self) -> str | None:
        try:
            return self.hook.get_campaign(self.campaign_id).fingerprint()
        except CANNOT_BE_READ:
            self.log.warning("This account cannot read campaigns, so an unchanged one is not noticed.")
            return None

    def _remember(self, memory: RunMemory, state: str, content: str | None) -> None:
        memory.set("update_invites", {"campaign_id": self.campaign_id, "state": state, "content": content})

    def _unknown(self, who: str) -> str:
        return (
            f"Whether {who} sent the update of campaign {self.campaign_id} is not known. It is not sent "
            "again, because everybody could be mailed twice. Look in the panel, then start a new run with "
            "if_unknown='unchanged' if it was sent, or if_unknown='send' if it was not."
        )
