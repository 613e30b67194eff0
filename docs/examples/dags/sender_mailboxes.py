"""Call the vendor's API where there is no operator."""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task


@dag(schedule=None)
def sender_mailboxes() -> None:
    """Count the mailboxes invites can be sent from."""
    count_senders()


@task
def count_senders() -> int:
    """Ask, and return a number: no address goes into XCom."""
    from airflow_provider_calendars.hooks.lets_calendar import LetsCalendarHook

    hook = LetsCalendarHook("lets_calendar_default")
    answer: Any = hook.request("GET", "/sender-emails", repeat="always")
    return len(answer["sender_emails"])


example = sender_mailboxes()
