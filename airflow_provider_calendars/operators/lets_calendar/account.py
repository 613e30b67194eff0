"""Operators on the account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import Context

from airflow_provider_calendars.operators.lets_calendar.base import LetsCalendarOperator


class LetsCalendarListSendersOperator(LetsCalendarOperator):
    """Lists the mailboxes invites can be sent from, without their addresses.

    https://panel.letscalendar.com/docs#apis-GETapi-lc-sender-emails

    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``count`` and ``senders``, each with ``sender_email_id``, ``name``, ``provider_name``.
    """

    template_fields: Sequence[str] = ("lets_calendar_conn_id",)

    def execute(self, context: Context) -> dict[str, Any]:  # noqa: ARG002
        """List the senders."""
        senders = [
            {
                "sender_email_id": sender.sender_email_id,
                "name": sender.name if "@" not in sender.name else "",
                "provider_name": sender.provider_name,
            }
            for sender in self.hook.list_senders()
        ]
        self.log.info("%d senders.", len(senders))
        return {"count": len(senders), "senders": senders}


class LetsCalendarListTimezonesOperator(LetsCalendarOperator):
    """Lists the time zones campaigns may use.

    https://panel.letscalendar.com/docs#apis-GETapi-lc-timezone-list

    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``count`` and ``timezones``, IANA names.
    """

    template_fields: Sequence[str] = ("lets_calendar_conn_id",)

    def execute(self, context: Context) -> dict[str, Any]:  # noqa: ARG002
        """List the time zones."""
        timezones = self.hook.list_timezones()
        self.log.info("%d time zones.", len(timezones))
        return {"count": len(timezones), "timezones": timezones}
