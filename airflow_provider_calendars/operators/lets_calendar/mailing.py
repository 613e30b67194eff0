"""What the operators that act on a campaign's invites share."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from airflow.sdk import Context

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.exceptions import CalendarsError, ConfigurationError, GuardError
from airflow_provider_calendars.operators.base import makes_up_for_the_past
from airflow_provider_calendars.operators.lets_calendar.base import LetsCalendarCampaignOperator
from airflow_provider_calendars.operators.lets_calendar.plans import check_approved

NOT_ASKED = "not asked"


def refuse_late(context: Context, allow_backfill: Any) -> None:
    """Refuse to let people be mailed by a run that makes up for the past.

    :raises GuardError: it does, and the DAG author has not allowed it.
    """
    if makes_up_for_the_past(context) and not checks.boolean("allow_backfill", allow_backfill):
        raise GuardError(
            "This run makes up for the past, and invites of the past are sent to nobody. Nothing was "
            "sent. Set allow_backfill=True if that is meant."
        )


class InvitesOperator(LetsCalendarCampaignOperator):
    """Base of the operators that act on a campaign's invites."""

    template_fields: Sequence[str] = ("lets_calendar_conn_id", "campaign_id")

    def __init__(self, *, if_nothing_to_do: str = "succeed", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.if_nothing_to_do = if_nothing_to_do

    def begin(self, context: Context) -> None:
        """Check what every one of them needs, and show the campaign."""
        self.check_campaign()
        self.check_nothing_to_do(self.if_nothing_to_do)
        self.show_campaign(context)

    def result(self, outcome: str, **further: Any) -> dict[str, Any]:
        """Return the small result, after settling that there was nothing to do."""
        if outcome == Done.NOTHING_TO_DO.value:
            self.settle_nothing_to_do(
                self.if_nothing_to_do, f"Campaign {self.campaign_id}: there was nothing to do."
            )
        self.log.info("Campaign %s: %s.", self.campaign_id, outcome)
        return {"campaign_id": self.campaign_id, "outcome": outcome, **further}


class GuardedOperator(InvitesOperator):
    """Base of the operators whose call mails people, now or later.

    :param allow_backfill: whether it may be made in a backfill or a run that catches up.
    :param approved_fingerprint: what ``ApproveInvitesOperator`` returned; then only that is sent.
    :param audience_path: the file that was approved.
    """

    template_fields: Sequence[str] = (
        "lets_calendar_conn_id",
        "campaign_id",
        "approved_fingerprint",
        "audience_path",
    )
    # attendees of which status the call mails: those who have no invite yet
    mailed_statuses: ClassVar[tuple[str, ...]] = ("N",)

    def __init__(
        self,
        *,
        allow_backfill: bool = False,
        approved_fingerprint: str | None = NOT_ASKED,
        audience_path: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.allow_backfill = allow_backfill
        self.approved_fingerprint = approved_fingerprint
        self.audience_path = audience_path

    def begin(self, context: Context) -> None:
        """Check the arguments, then whether people may be mailed."""
        if self.audience_path is not None and self.approved_fingerprint == NOT_ASKED:
            raise ConfigurationError("audience_path needs approved_fingerprint, with which it is compared.")
        refuse_late(context, self.allow_backfill)
        super().begin(context)

    def check_approval(self) -> None:
        """Refuse what was not approved, where approval is asked for.

        :raises GuardError: it was not, or it is not what was approved.
        """
        if self.approved_fingerprint != NOT_ASKED:
            approved = self.approved_fingerprint
            check_approved(
                self.hook,
                self.campaign_id,
                self.audience_path,
                approved,
                seeds=self.own_addresses(),
                statuses=self.mailed_statuses,
            )

    def own_addresses(self) -> Collection[str]:
        """Return addresses of our own that may be mailed besides those that were approved."""
        return ()


class MailingOperator(GuardedOperator):
    """Base of the operators whose call must not be repeated once it may have been heard."""

    template_fields: Sequence[str] = (*GuardedOperator.template_fields, "extra_body")

    def __init__(self, *, extra_body: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.extra_body = extra_body
        self._mailing = False

    def begin(self, context: Context) -> None:
        """Check the arguments and show the campaign."""
        if self.extra_body is not None:
            checks.json_object("extra_body", self.extra_body)
        super().begin(context)

    def on_kill(self) -> None:
        """Stop the sending this task has set off."""
        if not self._mailing:
            return
        try:
            if self.hook.hurried().stop_campaign(self.campaign_id) is Done.DONE:
                self.last_sending().forget()
            self.log.info("Stopped the sending of campaign %s.", self.campaign_id)
        except CalendarsError as error:
            self.log.warning("Could not stop the sending of campaign %s: %s", self.campaign_id, error)
