"""The hook for HighLevel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_calendars.exceptions import CalendarsError, ConfigurationError, PermissionDenied
from airflow_provider_calendars.hooks.base import TEST_TIMEOUT, CalendarsHook

if TYPE_CHECKING:
    from airflow_provider_calendars.api.done import Done
    from airflow_provider_calendars.api.highlevel import HighLevelApi
    from airflow_provider_calendars.api.highlevel.appointment_records import (
        AppointmentContent,
        BlockContent,
        Event,
        Slot,
    )
    from airflow_provider_calendars.api.highlevel.calendar_records import Calendar, CalendarContent
    from airflow_provider_calendars.api.highlevel.events import Window
    from airflow_provider_calendars.api.highlevel.notification_records import (
        Notification,
        NotificationContent,
    )
    from airflow_provider_calendars.api.highlevel.records import (
        Group,
        GroupContent,
        Location,
        Note,
        NoteContent,
        Resource,
        ResourceContent,
        User,
    )
    from airflow_provider_calendars.api.highlevel.schedule_records import Schedule, ScheduleContent
    from airflow_provider_calendars.api.policy import Repeat
    from airflow_provider_calendars.hooks.settings import Settings


class HighLevelHook(CalendarsHook["HighLevelApi"]):
    """Speaks with HighLevel: calendars, free slots, appointments, and what belongs to them.

    The connection's login is the id of the location (sub-account), its password a private
    integration token of that location. For an operation without a method see :meth:`request`.

    https://marketplace.gohighlevel.com/docs/

    :param highlevel_conn_id: the Airflow connection, of type ``highlevel``.
    """

    conn_name_attr: ClassVar[str] = "highlevel_conn_id"
    default_conn_name: ClassVar[str] = "highlevel_default"
    conn_type: ClassVar[str] = "highlevel"
    hook_name: ClassVar[str] = "HighLevel"
    vendor_url: ClassVar[str] = "https://services.leadconnectorhq.com"
    credentials: ClassVar[Mapping[str, str]] = {
        "login": "location id",
        "password": "private integration token",
    }

    def __init__(self, highlevel_conn_id: str = default_conn_name) -> None:
        super().__init__(highlevel_conn_id)
        self.highlevel_conn_id = highlevel_conn_id

    def make_api(self, settings: Settings) -> HighLevelApi:
        """Return the API for a connection's settings."""
        from airflow_provider_calendars.api.highlevel import HighLevelApi

        return HighLevelApi(
            settings.password,
            base_url=settings.base_url,
            location_id=settings.login,
            versions=_versions(settings),
        )

    def test_connection(self) -> tuple[bool, str]:
        """Read the location or its calendars, and return whether that worked and what is wrong if not."""
        try:
            return True, _what_is_read(self.hurried(TEST_TIMEOUT))
        except CalendarsError as wrong:
            return False, str(wrong)

    def request(
        self,
        method: str,
        path: str,
        *,
        repeat: Repeat | str,
        version: str | None = None,
        headers: Mapping[str, str] | None = None,
        **parts: Any,
    ) -> Any:
        """Call an operation this package has no method for, and return its decoded answer.

        Authentication, retries, limits and errors are the same as for every other call.

        :param method: ``GET``, ``POST``, ``PUT``, ``PATCH`` or ``DELETE``.
        :param path: below the API's base URL, beginning with ``/``, ids quoted.
        :param repeat: what may happen when nobody knows whether the call took effect: ``always``,
            ``if_unsent`` or ``never``.
        :param version: the ``Version`` header, e.g. ``v3``; by default that of the path's product.
        :param headers: further headers.
        :param parts: ``params``, ``json`` or ``form``, as for
            :meth:`~airflow_provider_calendars.hooks.base.CalendarsHook.request`.
        """
        chosen = {"Version": version} if version else {}
        return super().request(method, path, repeat=repeat, headers={**chosen, **(headers or {})}, **parts)

    def get_location(self) -> Location:
        """Return the location of the connection."""
        return self.run(lambda api: api.get_location())

    def list_location_timezones(self) -> list[str]:
        """Return the names of the time zones the location may use."""
        return self.run(lambda api: api.list_location_timezones())

    def list_users(self) -> list[User]:
        """Return the users of the location."""
        return self.run(lambda api: api.list_users())

    def list_calendars(
        self, *, group_id: str | None = None, show_drafted: bool | None = None
    ) -> list[Calendar]:
        """Return the calendars of the location, inactive ones too unless told not to."""
        return self.run(lambda api: api.list_calendars(group_id=group_id, show_drafted=show_drafted))

    def get_calendar(self, calendar_id: str) -> Calendar:
        """Return a calendar."""
        return self.run(lambda api: api.get_calendar(calendar_id))

    def create_calendar(self, content: CalendarContent) -> Calendar:
        """Create a calendar. A second one of the same name is another calendar."""
        return self.run(lambda api: api.create_calendar(content))

    def update_calendar(self, calendar_id: str, content: CalendarContent) -> Calendar:
        """Change what is set of a calendar; lists are replaced as a whole."""
        return self.run(lambda api: api.update_calendar(calendar_id, content))

    def delete_calendar(self, calendar_id: str) -> Done:
        """Delete a calendar."""
        return self.run(lambda api: api.delete_calendar(calendar_id))

    def list_free_slots(
        self,
        calendar_id: str,
        start: datetime | str,
        end: datetime | str,
        *,
        timezone: str | None = None,
        user_id: str | None = None,
        user_ids: Sequence[str] | None = None,
    ) -> list[Slot]:
        """Return the slots that can be booked from a moment to another, however far away.

        :param calendar_id: the calendar.
        :param start: aware; the first moment.
        :param end: aware; no slot begins then or later.
        :param timezone: the zone slots are written in; None for the location's, which is looked up.
        :param user_id: only slots of this user.
        :param user_ids: only slots of these users.
        """
        return self.run(
            lambda api: api.list_free_slots(
                calendar_id, start, end, timezone=timezone, user_id=user_id, user_ids=user_ids
            )
        )

    def get_appointment(self, event_id: str) -> Event:
        """Return an appointment, a deleted one too."""
        return self.run(lambda api: api.get_appointment(event_id))

    def create_appointment(self, content: AppointmentContent) -> Event:
        """Book an appointment. A slot taken meanwhile is a ``Conflict``."""
        return self.run(lambda api: api.create_appointment(content))

    def update_appointment(self, event_id: str, content: AppointmentContent) -> Event:
        """Change what is set of an appointment."""
        return self.run(lambda api: api.update_appointment(event_id, content))

    def list_events(self, window: Window) -> list[Event]:
        """Return the appointments that start in a window."""
        return self.run(lambda api: api.list_events(window))

    def delete_event(self, event_id: str) -> Done:
        """Delete an appointment or a blocked slot."""
        return self.run(lambda api: api.delete_event(event_id))

    def list_blocked_slots(self, window: Window) -> list[Event]:
        """Return the blocked slots that start in a window."""
        return self.run(lambda api: api.list_blocked_slots(window))

    def create_blocked_slot(self, content: BlockContent) -> Event:
        """Block time. The same again makes a second block."""
        return self.run(lambda api: api.create_blocked_slot(content))

    def update_blocked_slot(self, event_id: str, content: BlockContent) -> Event:
        """Change what is set of blocked time."""
        return self.run(lambda api: api.update_blocked_slot(event_id, content))

    def list_notes(self, appointment_id: str) -> list[Note]:
        """Return the notes on an appointment."""
        return self.run(lambda api: api.list_notes(appointment_id))

    def create_note(self, appointment_id: str, content: NoteContent) -> Note:
        """Write a note on an appointment."""
        return self.run(lambda api: api.create_note(appointment_id, content))

    def update_note(self, appointment_id: str, note_id: str, content: NoteContent) -> Note:
        """Rewrite a note."""
        return self.run(lambda api: api.update_note(appointment_id, note_id, content))

    def delete_note(self, appointment_id: str, note_id: str) -> Done:
        """Delete a note."""
        return self.run(lambda api: api.delete_note(appointment_id, note_id))

    def list_groups(self) -> list[Group]:
        """Return the groups of calendars."""
        return self.run(lambda api: api.list_groups())

    def create_group(self, content: GroupContent, *, is_active: bool | None = None) -> Group:
        """Create a group of calendars."""
        return self.run(lambda api: api.create_group(content, is_active=is_active))

    def is_group_slug_available(self, slug: str) -> bool:
        """Return whether no group has a slug yet."""
        return self.run(lambda api: api.is_group_slug_available(slug))

    def update_group(self, group_id: str, content: GroupContent) -> Group:
        """Replace what a group is called."""
        return self.run(lambda api: api.update_group(group_id, content))

    def set_group_active(self, group_id: str, *, active: bool) -> Done:
        """Turn a group on or off."""
        return self.run(lambda api: api.set_group_active(group_id, active=active))

    def delete_group(self, group_id: str) -> Done:
        """Delete a group; what becomes of its calendars is not documented."""
        return self.run(lambda api: api.delete_group(group_id))

    def list_resources(self, resource_type: str) -> list[Resource]:
        """Return the ``equipments`` or ``rooms``."""
        return self.run(lambda api: api.list_resources(resource_type))

    def get_resource(self, resource_type: str, resource_id: str) -> Resource:
        """Return a resource."""
        return self.run(lambda api: api.get_resource(resource_type, resource_id))

    def create_resource(self, resource_type: str, content: ResourceContent) -> Resource:
        """Create a resource."""
        return self.run(lambda api: api.create_resource(resource_type, content))

    def update_resource(self, resource_type: str, resource_id: str, content: ResourceContent) -> Resource:
        """Change what is set of a resource."""
        return self.run(lambda api: api.update_resource(resource_type, resource_id, content))

    def delete_resource(self, resource_type: str, resource_id: str) -> Done:
        """Delete a resource."""
        return self.run(lambda api: api.delete_resource(resource_type, resource_id))

    def list_notifications(
        self, calendar_id: str, *, is_active: bool | None = None, deleted: bool | None = None
    ) -> list[Notification]:
        """Return the notifications of a calendar."""
        return self.run(
            lambda api: api.list_notifications(calendar_id, is_active=is_active, deleted=deleted)
        )

    def get_notification(self, calendar_id: str, notification_id: str) -> Notification:
        """Return a notification."""
        return self.run(lambda api: api.get_notification(calendar_id, notification_id))

    def create_notifications(
        self, calendar_id: str, contents: Sequence[NotificationContent]
    ) -> list[Notification]:
        """Create notifications. The same again tells people twice."""
        return self.run(lambda api: api.create_notifications(calendar_id, contents))

    def update_notification(
        self, calendar_id: str, notification_id: str, content: NotificationContent
    ) -> Done:
        """Change what is set of a notification."""
        return self.run(lambda api: api.update_notification(calendar_id, notification_id, content))

    def delete_notification(self, calendar_id: str, notification_id: str) -> Done:
        """Delete a notification."""
        return self.run(lambda api: api.delete_notification(calendar_id, notification_id))

    def list_schedules(self, user_id: str, *, calendar_id: str | None = None) -> list[Schedule]:
        """Return the schedules of a user."""
        return self.run(lambda api: api.list_schedules(user_id, calendar_id=calendar_id))

    def get_schedule(self, schedule_id: str) -> Schedule:
        """Return a schedule."""
        return self.run(lambda api: api.get_schedule(schedule_id))

    def create_schedule(self, content: ScheduleContent) -> Schedule:
        """Create a schedule of a user."""
        return self.run(lambda api: api.create_schedule(content))

    def update_schedule(self, schedule_id: str, content: ScheduleContent) -> Schedule:
        """Change what is set of a schedule."""
        return self.run(lambda api: api.update_schedule(schedule_id, content))

    def delete_schedule(self, schedule_id: str) -> Done:
        """Delete a schedule; it cannot be brought back."""
        return self.run(lambda api: api.delete_schedule(schedule_id))

    def add_calendar_to_schedule(self, schedule_id: str, calendar_id: str) -> Done:
        """Have a schedule count for a calendar."""
        return self.run(lambda api: api.add_calendar_to_schedule(schedule_id, calendar_id))

    def remove_calendar_from_schedule(self, schedule_id: str, calendar_id: str) -> Done:
        """Have a schedule count for a calendar no longer."""
        return self.run(lambda api: api.remove_calendar_from_schedule(schedule_id, calendar_id))


def _what_is_read(hook: HighLevelHook) -> str:
    try:
        return f"The token reads location {hook.get_location().location_id}."
    except PermissionDenied:
        # a token for calendars alone need not read locations
        return f"The token reads the location's calendars: {len(hook.list_calendars())}."


def _versions(settings: Settings) -> Mapping[str, str]:
    """Return the versions that a connection sets: one for all, or by what a path begins with."""
    from airflow_provider_calendars.api.highlevel.base import NEWEST, VERSIONS

    given = settings.extra.get("api_version", {})
    if isinstance(given, str):
        # what only the newest version has stays with it
        return {family: given for family, version in VERSIONS.items() if version != NEWEST}
    if isinstance(given, Mapping) and all(map(_is_version, given.items())):
        return given
    raise ConfigurationError(
        f"Connection {settings.conn_id!r}: api_version must be a text such as 2021-04-15, or an object "
        'such as {"/calendars": "2021-04-15"}.'
    )


def _is_version(item: tuple[str, Any]) -> bool:
    return item[0].startswith("/") and isinstance(item[1], str)
