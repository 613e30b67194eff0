"""What a user may change about the lemcal of the sandbox."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_provider_calendars.sandbox.setting_fields import choice, count, rate, seconds, switch


@dataclass
class LemcalSettings:
    """The limit, the hooks, and how the questions are answered that the vendor leaves open."""

    lemcal_rate_limit: tuple[int, float] | None = rate(
        "requests that lemcal allows in a number of seconds, for each API key", (20, 2.0)
    )
    lemcal_rate_window: str = choice(
        "fixed", "whether requests leave the window together or one by one", "sliding"
    )
    retry_after_form: str = choice(
        "seconds", "what lemcal's `Retry-After` holds; `both` sends it twice", "js-date", "both"
    )
    error_bodies: str = choice(
        "json", 'lemcal\'s errors: {"error": ...}, {"message": ...} or a plain text', "message", "text"
    )
    meetings_shape: str = choice(
        "array", "whether the list of meetings is bare or inside an object", "meetings", "data"
    )
    cancelled_meetings: str = choice("disappear", "what becomes of a cancelled meeting", "canceledAt")
    hook_status: int = choice(200, "status of a `POST /hooks` that has created a hook", 201)
    hook_attempts: int = count(3, "how often a delivery is tried until it gets a 2xx", least=1)
    hook_pause: float = seconds(0.2, "time between two attempts of a delivery")
    hook_timeout: float = seconds(5.0, "how long an attempt waits for an answer", positive=True)
    duplicate_deliveries: bool = switch("every hook delivers every meeting twice")
