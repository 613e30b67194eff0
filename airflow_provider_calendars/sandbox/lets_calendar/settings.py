"""What a user may change about the Let's Calendar of the sandbox."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_provider_calendars.sandbox.setting_fields import choice, count, limit, rate, seconds, switch


@dataclass
class LetsCalendarSettings:
    """How long things take, and how the questions are answered that the vendor leaves open."""

    import_seconds: float = seconds(1.0, "how long the import of an uploaded file takes")
    send_delay: float = seconds(0.5, "how long accepted invites wait before they are in process")
    send_seconds: float = seconds(2.0, "how long the sending takes after that, for all attendees together")
    automation_interval: float = seconds(3600.0, "time between two automatic sendings", positive=True)
    token_seconds: float = seconds(172800, "lifetime of a bearer token", positive=True)
    token_in_data: bool = switch("put the token under `data` instead of the top level")
    new_token_ends_older: bool = switch("a new token makes the older ones invalid")
    missing_operations: bool = switch("the four operations that not every account may have do not exist")
    senders: int = count(2, "how many sender addresses the account has")
    sender_quota: int | None = limit("how many invites a sender can send")
    quota_reached: str = choice(
        "pauses", "what using the quota up does: the campaign stops sending, or the rest fails", "fails"
    )
    single_contact_duplicates: str = choice(
        "add", "what add-single-contact does with an e-mail that the campaign has", "existing", "reject"
    )
    second_schedule: str = choice("adds", "what a second schedule-invite does to the first", "replaces")
    second_send: str = choice(
        "mails_again",
        "what a second send-invite does for attendees that wait in send_delay",
        "skips_queued",
    )
    stopped_become: str = choice(
        "N", "status of the attendees that stop-campaign kept from being mailed", "C"
    )
    hide_past_campaigns: bool = switch("a campaign that has ended is no longer listed")
    rate_limit: tuple[int, float] | None = rate("requests that Let's Calendar allows in a number of seconds")
