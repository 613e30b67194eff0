"""What the operators that say what a calendar is share: its content, and which calendars are like it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import Context

from airflow_provider_calendars.exceptions import NotFound, OperationUnavailable
from airflow_provider_calendars.operators.creation import Creation
from airflow_provider_calendars.operators.highlevel.base import HighLevelOperator

if TYPE_CHECKING:
    from airflow_provider_calendars.api.highlevel.calendar_records import Calendar, CalendarContent
    from airflow_provider_calendars.api.highlevel.differences import Difference

# what HighLevel fills in when somebody books: {{contact.name}}
_MERGE_FIELD = re.compile(
    r"\{\{\s*(contact|user|appointment|calendar|location|opportunity|custom_values)\.[\w.\s]+\}\}"
)
_PUT_ASIDE = "\ue000{}\ue001"


class WritesCalendar(HighLevelOperator):
    """Base of the operators that say what a calendar is.

    HighLevel's own merge fields, such as ``{{contact.name}}``, are left to HighLevel.
    """

    template_fields_renderers: ClassVar[dict[str, str]] = {"calendar": "json"}

    def __init__(self, *, calendar: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.calendar = calendar

    def render_template(self, content: Any, context: Context, *given: Any, **named: Any) -> Any:
        """Render a template, but for HighLevel's merge fields."""
        if not isinstance(content, str):
            return super().render_template(content, context, *given, **named)
        fields = [
            found[0] for found in _MERGE_FIELD.finditer(content) if found[1] not in self._own_names(context)
        ]
        for number, merge_field in enumerate(fields):
            content = content.replace(merge_field, _PUT_ASIDE.format(number))
        rendered = super().render_template(content, context, *given, **named)
        for number, merge_field in enumerate(fields):
            if isinstance(rendered, str):
                rendered = rendered.replace(_PUT_ASIDE.format(number), merge_field)
        return rendered

    def _own_names(self, context: Context) -> set[str]:
        """Return the names that templates of this DAG know."""
        dag = self.get_dag()
        return {*context, *((dag.user_defined_macros if dag else None) or {})}

    def content(self) -> CalendarContent:
        """Return the checked content of the calendar."""
        from airflow_provider_calendars.api.highlevel.calendar_records import CalendarContent
        from airflow_provider_calendars.api.highlevel.given import record

        content = record(CalendarContent, self.calendar, "calendar")
        content.check()
        return content

    def create(self, content: CalendarContent, context: Context, if_exists: str) -> tuple[str, str]:
        """Create a calendar, or find the one an earlier try created; return its id and which of both."""
        from airflow_provider_calendars.api.fingerprints import fingerprint

        listed: dict[str, Calendar] = {}

        def find() -> list[str]:
            found = {each.calendar_id: each for each in self._alike(content)}
            listed.update(found)
            return list(found)

        creation = Creation(
            memory=self.run_memory(context),
            key="create_calendar",
            fingerprint=fingerprint(content.to_create("")),
            thing=f"calendar named {content.name!r}",
            find=find,
            create=lambda: self.hook.create_calendar(content).calendar_id,
            is_gone=self.is_gone,
            prefer=lambda ids: [each.calendar_id for each in _meant([listed[one] for one in ids], content)],
        )
        return creation.carry_out(if_exists)

    def is_gone(self, calendar_id: str) -> bool:
        """Return whether there is no such calendar any more."""
        try:
            return is_deleted(self.hook.get_calendar(calendar_id))
        except OperationUnavailable:
            raise
        except NotFound:
            return True

    def _alike(self, content: CalendarContent) -> list[Calendar]:
        """Return the calendars that a lost creation can have made: a slug that is taken may be altered."""
        name = (content.name or "").strip()
        return [
            each
            for each in self.hook.list_calendars()
            if not is_deleted(each) and (each.name.strip() == name or _has_slug(each, content))
        ]

    def matches(self, content: CalendarContent) -> list[Calendar]:
        """Return the calendars that are meant: those of the slug, or of the name if slugs do not tell."""
        return _meant(self._alike(content), content)

    def existing(self, calendar_id: str) -> Calendar:
        """Return a calendar.

        :raises NotFound: there is none, or none any more.
        """
        calendar = self.hook.get_calendar(calendar_id)
        if is_deleted(calendar):
            raise NotFound(
                f"Calendar {calendar_id} has been deleted at HighLevel. Name another one, or leave "
                "calendar_id out to have it made.",
                system="HighLevel",
                status=404,
            )
        return calendar

    def write(self, calendar_id: str, difference: Difference) -> None:
        """Write what differs, and say in the log what HighLevel did not take over."""
        from airflow_provider_calendars.api.highlevel.differences import Difference

        written = self.hook.update_calendar(calendar_id, difference.to_write).content
        if left := Difference.between(written, difference.wanted).fields:
            self.log.warning(
                "HighLevel did not show the new %s of calendar %s.", ", ".join(left), calendar_id
            )


def is_deleted(calendar: Calendar) -> bool:
    """Return whether a calendar can still be read, but is gone."""
    return calendar.fields.get("deleted") is True


def _has_slug(calendar: Calendar, content: CalendarContent) -> bool:
    return bool(content.slug) and calendar.slug == content.slug


def _meant(alike: list[Calendar], content: CalendarContent) -> list[Calendar]:
    if not content.slug:
        return alike
    # one of the same name and another slug is another calendar
    return [each for each in alike if _has_slug(each, content)] or [each for each in alike if not each.slug]
