"""What a user may change about the HighLevel of the sandbox."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_provider_calendars.sandbox.setting_fields import choice, limit, rate, some_of, switch

SCOPES = (
    "calendars.readonly",
    "calendars.write",
    "calendars/events.readonly",
    "calendars/events.write",
    "calendars/groups.readonly",
    "calendars/groups.write",
    "calendars/resources.readonly",
    "calendars/resources.write",
    "locations.readonly",
    "users.readonly",
)


@dataclass
class HighLevelSettings:
    """The limits, the token, and how the questions are answered that the vendor leaves open."""

    highlevel_rate_limit: tuple[int, float] | None = rate(
        "requests that HighLevel allows in a number of seconds", (100, 10.0)
    )
    highlevel_daily_limit: int | None = limit("requests that HighLevel allows in a day", 200_000)
    highlevel_scopes: tuple[str, ...] = some_of("what the token may do", *SCOPES)
    highlevel_answers: str = choice(
        "live", "whether HighLevel answers as it was observed or as it is documented", "documented"
    )
    created_status: int = choice(200, "status of a POST that has created a calendar or an appointment", 201)
    repeated_delete: int = choice(404, "status of a DELETE of what was deleted before", 200, 400)
    taken_slug: str = choice("reject", "what becomes of a slug that another calendar has", "alter")
    empty_lists: str = choice("list", "what stands for an empty list", "null", "object", "missing")
    update_restores_defaults: bool = switch("an update of a calendar sets what it leaves out to its default")
    strict_slot_text: bool = switch("a slot can only be booked in the words it was offered in", default=True)
    slots_in: str = choice(
        "moments", "whether free slots are cut at the moments or the days asked for", "days"
    )
    slots_default_zone: str = choice("location", "zone of free slots without `timezone`", "UTC")
    any_contact: bool = switch("appointments can be made for contacts that do not exist")
    assigned_user_required: bool = switch("an appointment of a team needs an `assignedUserId`")
    notification_limit_fails: bool = switch(
        "`limit` of a list of notifications is answered with an error of the database", default=True
    )
