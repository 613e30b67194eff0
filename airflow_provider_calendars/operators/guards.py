"""Operators that refuse a sending, or have a person decide on it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from inspect import signature
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import ApprovalOperator, HITLOperator
from airflow.sdk import Context

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import ConfigurationError, ContactsError
from airflow_provider_calendars.files import open_path, open_seekable
from airflow_provider_calendars.operators.base import makes_up_for_the_past
from airflow_provider_calendars.operators.lets_calendar.base import LetsCalendarCampaignOperator
from airflow_provider_calendars.operators.lets_calendar.plans import audience_of, make_plan

if TYPE_CHECKING:
    from airflow_provider_calendars.contacts import Suppression
    from airflow_provider_calendars.contacts.emails import AddressReader
    from airflow_provider_calendars.guards.limits import Facts, Limits
    from airflow_provider_calendars.guards.plan import Plan

_APPROVAL = "approve_invites"
# before 1.13 of the standard provider, it waits for an answer as long as for the task itself
_HAS_RESPONSE_TIMEOUT = "response_timeout" in signature(HITLOperator.__init__).parameters
_NUMBERS = ("max_invites", "max_growth", "max_reject_ratio", "min_lead_time", "suppression_max_age")


class CheckInvitesOperator(LetsCalendarCampaignOperator):
    """Refuses a sending that nobody can have meant, and lists all that is wrong with it.

    Nothing is sent or changed. A backfill, a run that catches up, an event in the past and an audience of
    nobody are always refused.

    :param campaign_id: the campaign (templated).
    :param path: the audience: a CSV file in the form ``PrepareContactsOperator`` writes (templated).
    :param audience_fingerprint: what the audience must be: ``audience_fingerprint`` of the task that
        prepared it (templated).
    :param report_path: the report of ``PrepareContactsOperator``, for ``max_reject_ratio`` (templated).
    :param max_invites: how many people at most (templated).
    :param max_growth: how many times as many people as this task let pass the last time, at most
        (templated).
    :param max_reject_ratio: which part of the export's rows may have been rejected, 0 to 1 (templated).
    :param allowed_domains: the only domains, or domain, people may be invited at; ``*.example.com`` is the
        subdomains (templated).
    :param blocked_domains: domains, or one, nobody may be invited at, nor at their subdomains (templated).
    :param min_lead_time: seconds before the event in which invites may no longer go out (templated).
    :param suppression_paths: a list of suppression lists, or one, that the audience is compared with again
        (templated).
    :param suppression_max_age: seconds; a list that was written longer ago is not believed (templated).
    :param allow_backfill: let backfills and runs that catch up pass.
    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``campaign_id``, ``invites``, ``previous_invites``, ``audience_fingerprint``,
        ``send_fingerprint``, ``starts_at`` (ISO, UTC).
    :raises GuardError: something is wrong; it lists everything.
    :raises ConfigurationError: an argument is wrong; nothing was asked.
    """

    template_fields: Sequence[str] = (
        "lets_calendar_conn_id",
        "campaign_id",
        "path",
        "audience_fingerprint",
        "report_path",
        *_NUMBERS,
        "allowed_domains",
        "blocked_domains",
        "suppression_paths",
    )

    def __init__(
        self,
        *,
        path: str,
        audience_fingerprint: str | None = None,
        report_path: str | None = None,
        max_invites: int | str | None = None,
        max_growth: float | str | None = None,
        max_reject_ratio: float | str | None = None,
        allowed_domains: str | Sequence[str] | None = None,
        blocked_domains: str | Sequence[str] | None = None,
        min_lead_time: float | str | None = None,
        suppression_paths: str | Sequence[str] | None = None,
        suppression_max_age: float | str | None = None,
        allow_backfill: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.path = path
        self.audience_fingerprint = audience_fingerprint
        self.report_path = report_path
        self.max_invites = max_invites
        self.max_growth = max_growth
        self.max_reject_ratio = max_reject_ratio
        self.allowed_domains = allowed_domains
        self.blocked_domains = blocked_domains
        self.min_lead_time = min_lead_time
        self.suppression_paths = suppression_paths
        self.suppression_max_age = suppression_max_age
        self.allow_backfill = allow_backfill

    def execute(self, context: Context) -> dict[str, Any]:
        """Look at everything, then refuse or let pass."""
        from airflow_provider_calendars.guards.limits import complaints, refuse

        self.check_campaign()
        for path in (self.report_path, *self._lists()):
            _check_served(path)
        numbers = self._numbers()
        limits = self._limits(numbers)
        audience = audience_of(checks.text("path", self.path))
        self.show_campaign(context)
        plan = make_plan(self.hook, self.campaign_id, audience)
        previous = self._previous(context)
        facts = self._facts(plan, previous, limits.suppression)
        of_lists = self._of_lists(numbers["suppression_max_age"])
        refuse([*self._of_run(context), *self._of_file(plan), *of_lists, *complaints(limits, facts)])
        self._remember(context, previous, len(audience))
        self.log.info("%d invites may go out; the event starts %s.", len(audience), plan.start)
        return {
            "campaign_id": self.campaign_id,
            "invites": len(audience),
            "previous_invites": previous,
            "audience_fingerprint": audience.fingerprint,
            "send_fingerprint": plan.fingerprint,
            "starts_at": plan.starts_at.isoformat() if plan.starts_at else None,
        }

    def _lists(self) -> tuple[str, ...]:
        return checks.one_or_more("suppression_paths", self.suppression_paths)

    def _numbers(self) -> dict[str, float | None]:
        numbers = {name: _number(name, getattr(self, name)) for name in _NUMBERS}
        if numbers["max_reject_ratio"] is not None and not self.report_path:
            raise ConfigurationError("max_reject_ratio needs report_path.")
        if numbers["suppression_max_age"] is not None and not self._lists():
            raise ConfigurationError("suppression_max_age needs suppression_paths.")
        return numbers

    def _limits(self, numbers: Mapping[str, float | None]) -> Limits:
        from airflow_provider_calendars.guards.limits import Limits

        most, lead = numbers["max_invites"], numbers["min_lead_time"]
        return Limits(
            max_invites=None if most is None else int(most),
            max_growth=numbers["max_growth"],
            max_reject_ratio=numbers["max_reject_ratio"],
            suppression=self._suppression(),
            min_lead_time=None if lead is None else timedelta(seconds=lead),
        )

    def _suppression(self) -> Suppression:
        from airflow_provider_calendars.contacts import SuppressionLists
        from airflow_provider_calendars.operators.contacts.rules import domains_of

        addresses = _reader()
        domains = domains_of(self, addresses)
        lists = SuppressionLists(addresses)
        for path in self._lists():
            with open_seekable(open_path(path)) as stream:
                lists.add(stream, path)
        return lists.suppression(**domains)

    def _facts(self, plan: Plan, previous: int | None, suppression: Suppression) -> Facts:
        from airflow_provider_calendars.contacts.suppression import DOMAIN_BLOCKED
        from airflow_provider_calendars.guards.limits import Facts

        rows, rejected = _rows_of(self.report_path) if self.report_path else (None, None)
        reader = _reader()
        addresses = [reader.normalize(each) or each for each in plan.audience.addresses]
        reasons = (suppression.reason_for([each]) for each in addresses)
        return Facts(
            invites=len(plan.audience),
            domains=Counter(each.rpartition("@")[2] for each in addresses),
            now=datetime.now(UTC),
            previous=previous,
            rows=rows,
            rejected=rejected,
            suppressed=sum(reason not in (None, DOMAIN_BLOCKED) for reason in reasons),
            starts_at=plan.starts_at,
        )

    def _of_run(self, context: Context) -> list[str]:
        if checks.boolean("allow_backfill", self.allow_backfill):
            return []
        if not makes_up_for_the_past(context):
            return []
        return ["This run makes up for the past; set allow_backfill=True if that is meant."]

    def _of_file(self, plan: Plan) -> list[str]:
        wanted = self.audience_fingerprint
        if not wanted or wanted == plan.audience.fingerprint:
            return []
        return [f"{self.path} does not hold the audience that was prepared; something has changed the file."]

    def _of_lists(self, oldest: float | None) -> list[str]:
        if oldest is None:
            return []
        ages = {path: _age(path) for path in self._lists()}
        most = _told(oldest)
        return [
            f"The suppression list {path} is {_told(age)} old, more than suppression_max_age, {most}."
            for path, age in ages.items()
            if age is None or age > oldest
        ]

    def _previous(self, context: Context) -> int | None:
        """Return how many people passed the last time; for a run that is repeated, the time before it."""
        known = self.lasting_memory(self._audience_of(context)).get("audience") or {}
        return known.get("before") if known.get("run") == _run_of(context) else known.get("invites")

    def _remember(self, context: Context, previous: int | None, invites: int) -> None:
        known = {"run": _run_of(context), "invites": invites, "before": previous}
        self.lasting_memory(self._audience_of(context)).set("audience", known)

    def _audience_of(self, context: Context) -> str:
        return f"audience.{getattr(context.get('ti'), 'dag_id', '')}.{self.task_id}"


def _reader() -> AddressReader:
    """Return what reads addresses; whoever wrote the audience may have allowed test domains."""
    from airflow_provider_calendars.contacts.emails import AddressReader

    return AddressReader(allow_test_domains=True)


def _run_of(context: Context) -> str:
    return str(getattr(context.get("ti"), "run_id", ""))


def _number(name: str, value: Any) -> float | None:
    if value is None or value in ("", "None"):
        return None
    if (number := checks.number(name, value)) < 0:
        raise ConfigurationError(f"{name} must be 0 or more, not {value}.")
    return number


def _check_served(path: str | None) -> None:
    """Refuse a path for which something is not installed, before the first request."""
    if path:
        open_path(path)


def _rows_of(report_path: str) -> tuple[int, int]:
    with open_seekable(open_path(report_path), "report_path") as stream:
        try:
            report = json.load(stream)
            return int(report["rows"]), int(report["rejected"])
        except (OSError, KeyError, TypeError, ValueError) as wrong:
            raise ContactsError(
                f"{report_path} is not a report of PrepareContactsOperator ({type(wrong).__name__})."
            ) from None


def _age(path: str) -> float | None:
    """Return how many seconds ago a file was written; None where the storage does not say it."""
    written = getattr(open_path(path).stat(), "st_mtime", None)
    return None if not written else datetime.now(UTC).timestamp() - float(written)


def _told(seconds: float | None) -> str:
    return "of unknown age, so perhaps too" if seconds is None else f"{seconds / 3600:.1f} hours"


class ApproveInvitesOperator(LetsCalendarCampaignOperator, ApprovalOperator):
    """Has a person decide whether invites go out, on Airflow's page of required actions.

    The page shows how many are invited to what, when on the campaign's clocks and in UTC, from whom, at
    which domains, and a sample of which only the domain can be read. The approval is bound to just that:
    give ``send_fingerprint`` of the result to the sending operator as ``approved_fingerprint``, with the same
    ``audience_path``; it refuses anything else. Without an answer in time it is rejected, and all that
    follows is skipped.

    https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/hitl.html

    :param campaign_id: the campaign (templated).
    :param path: the audience: a CSV file in the form ``PrepareContactsOperator`` writes (templated).
    :param report_path: the report of ``PrepareContactsOperator``, to show how many were left out (templated).
    :param response_timeout: how long to wait for an answer, a ``timedelta``; 24 hours by default.
    :param assigned_users: who may answer; anybody with the right to, by default.
    :param notifiers: who tells them.
    :param fail_on_reject: fail instead of skipping what follows.
    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``approved``, ``send_fingerprint`` (None if it was rejected), ``invites``, ``responded_by``.
    :raises GuardError: there is nobody to invite.
    """

    template_fields: Sequence[str] = (
        "lets_calendar_conn_id",
        "campaign_id",
        "path",
        "report_path",
        "subject",
    )

    def __init__(
        self,
        *,
        path: str,
        report_path: str | None = None,
        subject: str = "Send these invites?",
        response_timeout: timedelta = timedelta(hours=24),
        ignore_downstream_trigger_rules: bool = True,
        **kwargs: Any,
    ) -> None:
        if _HAS_RESPONSE_TIMEOUT:
            kwargs["response_timeout"] = response_timeout
        super().__init__(
            subject=subject,
            defaults=ApprovalOperator.REJECT,
            ignore_downstream_trigger_rules=ignore_downstream_trigger_rules,
            **kwargs,
        )
        self.response_timeout = response_timeout
        self.path = path
        self.report_path = report_path

    def execute(self, context: Context) -> Any:
        """Show what would be sent, and wait."""
        from airflow_provider_calendars.guards.limits import refuse

        self.check_campaign()
        _check_served(self.report_path)
        audience = audience_of(checks.text("path", self.path))
        refuse([] if len(audience) else ["There is nobody to invite."])
        self.show_campaign(context)
        plan = make_plan(self.hook, self.campaign_id, audience)
        rows, rejected = _rows_of(self.report_path) if self.report_path else (None, None)
        self.body = plan.story(rows, rejected)
        shown = {"send_fingerprint": plan.fingerprint, "invites": len(audience)}
        self.run_memory(context).set(_APPROVAL, shown)
        self.log.info("%d invites of campaign %s wait for approval.", len(audience), self.campaign_id)
        if not _HAS_RESPONSE_TIMEOUT:
            # set only now, so that it ends the wait for an answer and not this task
            self.execution_timeout = self.response_timeout
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Take over the answer."""
        answer = super().execute_complete(context, event)
        approved = answer["chosen_options"] == [self.APPROVE]
        shown = self.run_memory(context).get(_APPROVAL) or {}
        who = answer.get("responded_by_user") or {}
        return {
            "approved": approved,
            "send_fingerprint": shown.get("send_fingerprint") if approved else None,
            "invites": shown.get("invites"),
            "responded_by": who.get("name") if isinstance(who, dict) else getattr(who, "name", None),
        }
