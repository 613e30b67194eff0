"""Sensors for Let's Calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import Context

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import ConfigurationError
from airflow_provider_calendars.hooks.lets_calendar import LetsCalendarHook
from airflow_provider_calendars.links import LetsCalendarCampaignLink
from airflow_provider_calendars.sensors.base import CalendarsSensor, check_count
from airflow_provider_calendars.triggers.base import CalendarsTrigger
from airflow_provider_calendars.triggers.lets_calendar import (
    LetsCalendarCampaignStartedTrigger,
    LetsCalendarContactsImportedTrigger,
    LetsCalendarInvitesSentTrigger,
)

if TYPE_CHECKING:
    from airflow_provider_calendars.api.lets_calendar.watches import (
        CampaignStarted,
        ContactsImported,
        InvitesSent,
    )

_LOOKS_WITHOUT_EXPECTED = 3


class LetsCalendarSensor(CalendarsSensor):
    """Base of the sensors for Let's Calendar.

    :param campaign_id: the campaign (templated).
    :param lets_calendar_conn_id: the Airflow connection (templated).
    """

    template_fields: Sequence[str] = ("lets_calendar_conn_id", "campaign_id")
    operator_extra_links = (LetsCalendarCampaignLink(),)
    ui_color: str = "#fff4e0"

    def __init__(
        self,
        *,
        campaign_id: str,
        lets_calendar_conn_id: str = LetsCalendarHook.default_conn_name,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.campaign_id = campaign_id
        self.lets_calendar_conn_id = lets_calendar_conn_id
        self.campaign_url = ""

    def make_hook(self) -> LetsCalendarHook:
        """Return the hook to ask with."""
        return LetsCalendarHook(self.lets_calendar_conn_id)

    def show(self, context: Context) -> None:
        """Put the link to the campaign on the task's page."""
        self.campaign_url = self.make_hook().campaign_url(self.campaign_id)
        LetsCalendarCampaignLink().publish(context, self.campaign_url)


class LetsCalendarContactsImportedSensor(LetsCalendarSensor):
    """Waits until uploaded contacts are attendees of their campaign.

    The vendor has no state of an import to ask for, so the attendees are counted: until there are
    ``expected`` of them, or until their number stays the same.

    :param campaign_id: the campaign (templated).
    :param expected: how many attendees there must be, e.g. ``expected_attendees`` of the upload
        (templated).
    :param stable_polls: in how many looks in a row the number must be the same; 3 if ``expected`` is
        not given, else the number is not watched for staying the same.
    :param source: count only attendees of this source, e.g. ``import`` (templated).
    :param poll_interval: seconds between two looks.
    :param deferrable: wait in the triggerer, without a worker slot.
    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``campaign_id``, ``attendees``, ``complete`` (False if fewer came than expected).
    :raises OperationUnavailable: the account cannot read attendees.
    """

    template_fields: Sequence[str] = ("lets_calendar_conn_id", "campaign_id", "expected", "source")
    trigger_class: ClassVar[type[CalendarsTrigger]] = LetsCalendarContactsImportedTrigger
    waits_for_own_doing: ClassVar[bool] = True

    def __init__(
        self,
        *,
        expected: int | str | None = None,
        stable_polls: int | None = None,
        source: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.expected = expected
        self.stable_polls = stable_polls
        self.source = source

    def make_watch(self) -> ContactsImported:
        """Return the question, from checked arguments."""
        from airflow_provider_calendars.api.lets_calendar.watches import ContactsImported

        expected = check_count("expected", self.expected)
        looks = check_count("stable_polls", self.stable_polls)
        if expected is None and looks is None:
            looks = _LOOKS_WITHOUT_EXPECTED
        campaign_id = checks.text("campaign_id", self.campaign_id)
        return ContactsImported(campaign_id, expected, looks, self.source or None)


class LetsCalendarInvitesSentSensor(LetsCalendarSensor):
    """Waits until the invites of a campaign have been sent.

    Over means that nobody is new or in process any more. That is believed only after progress was
    seen or after ``grace_period``, because right after a send the vendor still shows the old state.

    However it ends, the task leaves two further XComs: ``progress``, what was seen when (at most 60
    points of ``time``, ``sent``, ``failed``, ``waiting``), and ``report``, the same as Markdown. The page
    of the run shows them under *Campaign report*.

    :param campaign_id: the campaign (templated).
    :param grace_period: seconds after the first look before an end without visible progress is
        believed.
    :param stalled_after: seconds without any change after which the sending counts as stalled while
        invites are left, e.g. 1800; default: wait until ``timeout``. Let's Calendar pauses a campaign when
        its sender's quota is used up, and a paused campaign looks like a slow one. Choose far more than
        passes between two invites, or between two batches.
    :param poll_interval: seconds between two looks.
    :param deferrable: wait in the triggerer, without a worker slot.
    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``campaign_id`` and the numbers of attendees ``total``, ``new``, ``in_process``, ``sent``,
        ``failed``, ``unsubscribed``, ``cancelled``.
    :raises SendingStalled: nothing changed for ``stalled_after``, and invites are left.
    :raises OperationUnavailable: the account cannot read attendees.
    """

    trigger_class: ClassVar[type[CalendarsTrigger]] = LetsCalendarInvitesSentTrigger
    waits_for_own_doing: ClassVar[bool] = True

    def __init__(
        self, *, grace_period: float = 60.0, stalled_after: float | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.grace_period = grace_period
        self.stalled_after = stalled_after

    def make_watch(self) -> InvitesSent:
        """Return the question, from checked arguments."""
        from airflow_provider_calendars.api.lets_calendar.watches import InvitesSent

        campaign_id = checks.text("campaign_id", self.campaign_id)
        grace_period = checks.seconds("grace_period", self.grace_period)
        return InvitesSent(campaign_id, grace_period, self._stalled_after())

    def _stalled_after(self) -> float | None:
        if self.stalled_after is None:
            return None
        if (given := checks.seconds("stalled_after", self.stalled_after)) > 0:
            return given
        raise ConfigurationError(
            "stalled_after must be more than 0 seconds, not 0. Leave it out to wait until the timeout."
        )

    def record(
        self, context: Context, progress: Sequence[Any] | None, report: Mapping[str, Any] | None
    ) -> None:
        """Leave behind what was sent when, as figures and as Markdown."""
        from airflow_provider_calendars.api.lets_calendar.progress import as_records
        from airflow_provider_calendars.campaign_report import campaign_report

        instance = context.get("ti")
        if instance is None or not progress:
            return
        records = as_records(progress)
        instance.xcom_push(key="progress", value=records)
        instance.xcom_push(key="report", value=campaign_report(self.campaign_id, records, report))


class LetsCalendarCampaignStartedSensor(LetsCalendarSensor):
    """Waits until the event of a campaign starts, also when it is moved meanwhile.

    :param campaign_id: the campaign (templated).
    :param poll_interval: seconds between two looks.
    :param deferrable: wait in the triggerer, without a worker slot.
    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``campaign_id``, ``starts_at`` (ISO, UTC).
    """

    trigger_class: ClassVar[type[CalendarsTrigger]] = LetsCalendarCampaignStartedTrigger

    def make_watch(self) -> CampaignStarted:
        """Return the question, from checked arguments."""
        from airflow_provider_calendars.api.lets_calendar.watches import CampaignStarted

        return CampaignStarted(checks.text("campaign_id", self.campaign_id))
