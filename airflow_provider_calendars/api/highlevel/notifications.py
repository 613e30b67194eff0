"""Notifications of a calendar: list, get, create, update, delete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow_provider_calendars.api.base import path
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.highlevel.base import HighLevelBase
from airflow_provider_calendars.api.highlevel.notification_records import Notification, NotificationContent
from airflow_provider_calendars.api.highlevel.wire import items, query_flag
from airflow_provider_calendars.api.paging import Page, numbered_pages
from airflow_provider_calendars.api.policy import Repeat
from airflow_provider_calendars.exceptions import ConfigurationError

_NOTIFICATIONS = "/calendars/{calendar_id}/notifications"
_NOTIFICATION = f"{_NOTIFICATIONS}/{{notification_id}}"
_PAGE = 100


class Notifications(HighLevelBase):
    """Operations on what people are told about appointments."""

    def list_notifications(
        self, calendar_id: str, *, is_active: bool | None = None, deleted: bool | None = None
    ) -> Flow[list[Notification]]:
        """Return the notifications of a calendar.  GET /calendars/{calendar_id}/notifications

        https://marketplace.gohighlevel.com/docs/ghl/calendars/get-event-notification
        """
        where = path(_NOTIFICATIONS, calendar_id=calendar_id)
        chosen = {"isActive": query_flag(is_active), "deleted": query_flag(deleted)}

        def fetch(number: int) -> Flow[Page[Notification]]:
            # a limit is answered with an error of the database, so a page has the default length:
            # https://github.com/GoHighLevel/highlevel-api-docs/issues/3
            params = {**chosen, "skip": (number - 1) * _PAGE or None}
            request = self.request("GET", where, repeat=Repeat.ALWAYS, params=params)
            return self.call(request, _read_page)

        return numbered_pages(fetch, key=lambda notification: notification.notification_id)

    def get_notification(self, calendar_id: str, notification_id: str) -> Flow[Notification]:
        """Return a notification.  GET /calendars/{calendar_id}/notifications/{notification_id}

        https://marketplace.gohighlevel.com/docs/ghl/calendars/find-event-notification
        """
        where = path(_NOTIFICATION, calendar_id=calendar_id, notification_id=notification_id)
        return self.call(self.request("GET", where, repeat=Repeat.ALWAYS), Notification.from_answer)

    def create_notifications(
        self, calendar_id: str, contents: Sequence[NotificationContent]
    ) -> Flow[list[Notification]]:
        """Create notifications; the same again tells people twice.

        POST /calendars/{calendar_id}/notifications;
        https://marketplace.gohighlevel.com/docs/ghl/calendars/create-event-notification
        """
        if not contents:
            raise ConfigurationError("contents must not be empty.")
        where = path(_NOTIFICATIONS, calendar_id=calendar_id)
        body = [content.to_create() for content in contents]
        request = self.request("POST", where, repeat=Repeat.IF_UNSENT, json=body)
        return self.call(request, _read_notifications)

    def update_notification(
        self, calendar_id: str, notification_id: str, content: NotificationContent
    ) -> Flow[Done]:
        """Change what is set of a notification.

        PUT /calendars/{calendar_id}/notifications/{notification_id};
        https://marketplace.gohighlevel.com/docs/ghl/calendars/update-event-notification
        """
        where = path(_NOTIFICATION, calendar_id=calendar_id, notification_id=notification_id)
        request = self.request("PUT", where, repeat=Repeat.ALWAYS, json=content.to_update())
        return self.call(request, Done.from_answer)

    def delete_notification(self, calendar_id: str, notification_id: str) -> Flow[Done]:
        """Delete a notification.  DELETE /calendars/{calendar_id}/notifications/{notification_id}

        https://marketplace.gohighlevel.com/docs/ghl/calendars/delete-event-notification
        """
        where = path(_NOTIFICATION, calendar_id=calendar_id, notification_id=notification_id)
        return self._delete(where)


def _read_notifications(answer: Any) -> list[Notification]:
    return [Notification.from_answer(item) for item in items(answer)]


def _read_page(answer: Any) -> Page[Notification]:
    notifications = _read_notifications(answer)
    return Page(notifications, is_last=len(notifications) < _PAGE)
