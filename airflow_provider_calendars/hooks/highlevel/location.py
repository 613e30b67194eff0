"""The location and what its calendars share: the hook's methods for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from airflow_provider_calendars.hooks.highlevel.base import HighLevelBaseHook

if TYPE_CHECKING:
    from airflow_provider_calendars.api.done import Done
    from airflow_provider_calendars.api.highlevel.notification_records import (
        Notification,
        NotificationContent,
    )
    from airflow_provider_calendars.api.highlevel.records import (
        Group,
        GroupContent,
        Location,
        Resource,
        ResourceContent,
        User,
    )
    from airflow_provider_calendars.api.highlevel.schedule_records import Schedule, ScheduleContent


class LocationMethods(HighLevelBaseHook):
    """What can be done with a location: groups, resources, notifications, schedules."""

    def get_location(self) -> Location:
        """Return the location of the connection."""
        return self.run(lambda api: api.get_location())

    def list_location_timezones(self) -> list[str]:
        """Return the names of the time zones the location may use."""
        return self.run(lambda api: api.list_location_timezones())

    def list_users(self) -> list[User]:
        """Return the users of the location."""
        return self.run(lambda api: api.list_users())

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
        return self.run(lambda api: api.list_notifications(calendar_id, is_active=is_active, deleted=deleted))

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
