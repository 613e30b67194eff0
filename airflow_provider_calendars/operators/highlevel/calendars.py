"""Operators on calendars of HighLevel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow.sdk import Context

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.exceptions import CalendarsError, NotFound, OperationUnavailable, Rejected
from airflow_provider_calendars.operators.creation import check_if_exists
from airflow_provider_calendars.operators.highlevel.base import (
    DeletingOperator,
    HighLevelCalendarOperator,
    HighLevelOperator,
)
from airflow_provider_calendars.operators.highlevel.calendar_content import WritesCalendar, is_deleted
from airflow_provider_calendars.tables import check_table_path, write_table

if TYPE_CHECKING:
    from airflow_provider_calendars.api.highlevel.calendar_records import Calendar, CalendarContent

_COLUMNS = ("calendar_id", "name", "slug", "calendar_type", "group_id", "is_active")
_ALTERED_SLUGS = "altered_slugs"


class HighLevelCreateCalendarOperator(WritesCalendar):
    """Creates a calendar. Looks before it creates, so a retry or a lost reply makes no second one.

    https://marketplace.gohighlevel.com/docs/ghl/calendars/create-calendar

    :param calendar: what the calendar shall be: ``name``, and any other field of
        :class:`~airflow_provider_calendars.api.highlevel.calendar_records.CalendarContent`, such as
        ``calendar_type``, ``team_members``, ``slot_duration`` or ``open_hours``. HighLevel's own names
        (``slotDuration``) are understood, too (templated, but for HighLevel's merge fields such as
        ``{{contact.name}}``).
    :param if_exists: what to do about calendars of the same slug or name that this run did not create:
        ``fail`` (and list them), ``adopt`` (use it as it is, if there is one; with a slug, only one of that
        slug or without any) or ``create`` (another one).
    :param highlevel_conn_id: the Airflow connection (templated).
    :return: ``calendar_id``, ``outcome`` (``created`` or ``adopted``).
    :raises ConfigurationError: a field is unknown, missing or wrong; nothing was sent.
    :raises CalendarsError: there is such a calendar already, and ``if_exists`` is ``fail``.
    :raises OutcomeUnknown: the reply was lost and no new calendar is to be seen yet; a retry looks again.
    """

    template_fields: Sequence[str] = ("highlevel_conn_id", "calendar")

    def __init__(self, *, if_exists: str = "fail", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.if_exists = if_exists

    def execute(self, context: Context) -> dict[str, Any]:
        """Create the calendar, or find the one an earlier try created."""
        check_if_exists(self.if_exists)
        calendar_id, outcome = self.create(self.content(), context, self.if_exists)
        self.publish_early(context, "calendar_id", calendar_id)
        self.log.info("Calendar %s %s.", calendar_id, outcome)
        return {"calendar_id": calendar_id, "outcome": outcome}


class HighLevelUpdateCalendarOperator(WritesCalendar, HighLevelCalendarOperator):
    """Changes a calendar where it is not as it shall be; what is not given keeps its value.

    Lists such as ``team_members`` and ``open_hours`` are replaced as a whole. What a given member, or
    ``recurring``, leaves out keeps its value.

    https://marketplace.gohighlevel.com/docs/ghl/calendars/update-calendar

    :param calendar_id: the calendar (templated).
    :param calendar: what shall be, as for ``HighLevelCreateCalendarOperator`` (templated).
    :param highlevel_conn_id: the Airflow connection (templated).
    :return: ``calendar_id``, ``outcome`` (``updated`` or ``unchanged``), ``changed`` (names of fields).
    :raises ConfigurationError: a field is unknown or wrong, or cannot be changed; nothing was written.
    :raises NotFound: there is no such calendar.
    """

    template_fields: Sequence[str] = ("highlevel_conn_id", "calendar_id", "calendar")

    def execute(self, context: Context) -> dict[str, Any]:  # noqa: ARG002
        """Write what differs."""
        from airflow_provider_calendars.api.highlevel.differences import Difference

        self.check_calendar()
        wanted = self.content()
        difference = Difference.between(self.existing(self.calendar_id).content, wanted)
        if difference.fields:
            self.write(self.calendar_id, difference)
        outcome = "updated" if difference.fields else "unchanged"
        self.log.info("Calendar %s %s: %s.", self.calendar_id, outcome, ", ".join(difference.fields) or "-")
        return {"calendar_id": self.calendar_id, "outcome": outcome, "changed": list(difference.fields)}


class HighLevelEnsureCalendarOperator(WritesCalendar):
    """Sees to it that there is a calendar and that it is as it shall be: writes only what differs.

    The calendar is found by ``calendar_id``, or else by its slug, or, if it has none or none is given, by its
    name. So two of one name and different slugs are two calendars, and a slug is changed by ``calendar_id``
    only. Running it again changes nothing, so calendars can be kept as code.

    https://marketplace.gohighlevel.com/docs/ghl/calendars/update-calendar

    :param calendar: what shall be, as for ``HighLevelCreateCalendarOperator``; what is not given is left
        as it is (templated).
    :param calendar_id: the calendar, if it is known (templated).
    :param plan_only: change nothing, and report what would be changed (templated).
    :param highlevel_conn_id: the Airflow connection (templated).
    :return: ``calendar_id`` (None if there is none yet), ``name``, ``outcome`` (``created``, ``updated``
        or ``unchanged``; ``to_create`` or ``to_update`` with ``plan_only``), ``changes`` (field to
        ``[now, wanted]``).
    :raises ConfigurationError: a field is unknown or wrong, or cannot be changed; nothing was written.
    :raises CalendarsError: several calendars have the name.
    :raises NotFound: there is no calendar of that id.
    """

    template_fields: Sequence[str] = ("highlevel_conn_id", "calendar_id", "calendar", "plan_only")

    def __init__(
        self, *, calendar_id: str | None = None, plan_only: bool | str = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.calendar_id = calendar_id
        self.plan_only = plan_only

    def execute(self, context: Context) -> dict[str, Any]:
        """Create the calendar, write what differs, or find that nothing does."""
        wanted = self.content()
        if not self.calendar_id:
            checks.text("calendar.name", wanted.name)
        plan_only = checks.boolean("plan_only", self.plan_only)
        found = self._find(wanted)
        if found is None and (found := self._under_altered_slug(wanted)):
            wanted = replace(wanted, slug=None)
        if found is None:
            return self._create(wanted, context, plan_only=plan_only)
        return self._update(found, wanted, plan_only=plan_only)

    def _find(self, wanted: CalendarContent) -> Calendar | None:
        if self.calendar_id:
            return self.existing(self.calendar_id)
        found = self.matches(wanted)
        if len(found) > 1:
            raise CalendarsError(
                f"Several calendars are named {wanted.name!r}: "
                f"{', '.join(each.calendar_id for each in found)}. Give calendar_id, or a slug."
            )
        # a list need not show all of a calendar
        return self.hook.get_calendar(found[0].calendar_id) if found else None

    def _under_altered_slug(self, wanted: CalendarContent) -> Calendar | None:
        """Return the calendar that got another slug when an earlier run made it, because it was taken."""
        if self.calendar_id or not wanted.slug:
            return None
        known = self.lasting_memory(_ALTERED_SLUGS).get(wanted.slug)
        return self.hook.get_calendar(known) if known and not self.is_gone(known) else None

    def _remember_altered_slug(self, calendar: Calendar, wanted: CalendarContent) -> None:
        if not wanted.slug or calendar.slug in {"", wanted.slug}:
            return
        self.lasting_memory(_ALTERED_SLUGS).set(wanted.slug, calendar.calendar_id)
        self.log.warning(
            "The slug %s is taken: calendar %s has %s.", wanted.slug, calendar.calendar_id, calendar.slug
        )

    def _create(self, wanted: CalendarContent, context: Context, *, plan_only: bool) -> dict[str, Any]:
        wanted.to_create("")
        if plan_only:
            self.log.info("Calendar %r is to be created.", wanted.name)
            return _report(None, wanted.name, "to_create")
        calendar_id, outcome = self.create(wanted, context, "adopt")
        if outcome == "adopted" or wanted.slug:
            made = self.hook.get_calendar(calendar_id)
            self._remember_altered_slug(made, wanted)
        if outcome == "adopted":
            # made by an earlier try, or come since it was looked for a moment ago
            report = self._update(made, replace(wanted, slug=None), plan_only=False)
            return {**report, "outcome": "created"}
        self.log.info("Calendar %s created.", calendar_id)
        return _report(calendar_id, wanted.name, outcome)

    def _update(self, found: Calendar, wanted: CalendarContent, *, plan_only: bool) -> dict[str, Any]:
        from airflow_provider_calendars.api.highlevel.differences import Difference

        difference = Difference.between(found.content, wanted)
        changes = difference.changes()
        for name, (now, then) in changes.items():
            self.log.info("Calendar %s: %s is %s, shall be %s.", found.calendar_id, name, now, then)
        if changes and not plan_only:
            self.write(found.calendar_id, difference)
        outcome = ("to_update" if plan_only else "updated") if changes else "unchanged"
        self.log.info("Calendar %s: %s.", found.calendar_id, outcome)
        return _report(found.calendar_id, wanted.name or found.name, outcome, changes)


def _report(calendar_id: str | None, name: str | None, outcome: str, changes: Any = ()) -> dict[str, Any]:
    return {"calendar_id": calendar_id, "name": name, "outcome": outcome, "changes": dict(changes)}


class HighLevelDeleteCalendarOperator(DeletingOperator, HighLevelCalendarOperator):
    """Deletes a calendar. What becomes of its appointments is not documented.

    What an earlier try has deleted counts as deleted.

    https://marketplace.gohighlevel.com/docs/ghl/calendars/delete-calendar

    :param calendar_id: the calendar (templated).
    :param if_nothing_to_do: when there is no such calendar: ``succeed``, ``skip`` or ``fail``.
    :param highlevel_conn_id: the Airflow connection (templated).
    :return: ``calendar_id``, ``outcome`` (``deleted`` or ``nothing_to_do``).
    """

    template_fields: Sequence[str] = ("highlevel_conn_id", "calendar_id")

    def execute(self, context: Context) -> dict[str, Any]:
        """Delete the calendar."""
        self.check_calendar()
        outcome = self.delete(context, "calendar", self.calendar_id)
        return {"calendar_id": self.calendar_id, "outcome": outcome}

    def is_there(self) -> bool | None:
        """Return whether there is such a calendar."""
        try:
            return not is_deleted(self.hook.get_calendar(self.calendar_id))
        except OperationUnavailable:
            raise
        except NotFound:
            return False
        except Rejected:
            return None

    def send_deletion(self) -> Done:
        """Delete the calendar; what a second deletion answers is not documented."""
        try:
            return self.hook.delete_calendar(self.calendar_id)
        except Rejected:
            listed = [each for each in self.hook.list_calendars() if not is_deleted(each)]
            if any(each.calendar_id == self.calendar_id for each in listed):
                raise
            return Done.NOTHING_TO_DO


class HighLevelListCalendarsOperator(HighLevelOperator):
    """Lists the calendars of the location.

    https://marketplace.gohighlevel.com/docs/ghl/calendars/get-calendars

    :param group_id: only calendars of this group (templated).
    :param include_inactive: list drafts and inactive calendars, too.
    :param path: a ``.csv`` or ``.jsonl`` file to write them to, local or any ``ObjectStoragePath``
        (templated). JSON Lines also hold all that HighLevel said, as ``fields``. Without it only the
        ids are returned.
    :param highlevel_conn_id: the Airflow connection (templated).
    :return: ``count``, ``calendar_ids``, ``path``.
    """

    template_fields: Sequence[str] = ("highlevel_conn_id", "group_id", "path")

    def __init__(
        self,
        *,
        group_id: str | None = None,
        include_inactive: bool = True,
        path: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.group_id = group_id
        self.include_inactive = include_inactive
        self.path = path

    def execute(self, context: Context) -> dict[str, Any]:  # noqa: ARG002
        """List the calendars."""
        if self.path:
            check_table_path("path", self.path)
        show_drafted = checks.boolean("include_inactive", self.include_inactive)
        calendars = self.hook.list_calendars(group_id=self.group_id or None, show_drafted=show_drafted)
        if self.path:
            columns = (*_COLUMNS, "fields") if self.path.lower().endswith(".jsonl") else _COLUMNS
            write_table(
                self.path, ({name: getattr(each, name) for name in columns} for each in calendars), columns
            )
        self.log.info("%d calendars.", len(calendars))
        ids = [each.calendar_id for each in calendars]
        return {"count": len(ids), "calendar_ids": ids, "path": self.path or None}
