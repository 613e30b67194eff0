"""What a user may change about the HighLevel of the sandbox."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_provider_calendars.sandbox.setting_fields import (
    choice,
    count,
    limit,
    rate,
    seconds,
    some_of,
    switch,
)

SCOPES = (
    "calendars.readonly",
    "calendars.write",
    "calendars/events.readonly",
    "calendars/events.write",
    "calendars/groups.readonly",
    "calendars/groups.write",
    "calendars/resources.readonly",
    "calendars/resources.write",
    "contacts.readonly",
    "contacts.write",
    "oauth.readonly",
    "oauth.write",
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
    allow_duplicate_contact: bool = switch("two contacts can have the same e-mail or phone")
    contact_unique_identifiers: tuple[str, ...] = some_of(
        "what makes two contacts the same, the first that fits", "email", "phone"
    )
    search_lag: float = seconds(0.0, "time until a search finds what was written to a contact")
    unknown_contact: int = choice(404, "status for the id of a contact that does not exist", 400)
    created_contact_fails: bool = switch("a POST that has created a contact is answered with 422")
    phone_alone_fails: bool = switch("an upsert with a phone and no e-mail is answered with 422")
    lower_case_tags: bool = switch("tags are kept in lower case")
    access_token_seconds: float = seconds(86399.0, "lifetime of an access token", positive=True)
    authorization_code_seconds: float = seconds(600.0, "lifetime of an authorization code", positive=True)
    refresh_token_grace: float = seconds(0.0, "time a used refresh token can be used again")
    refresh_ends_access_token: bool = switch("a refresh makes the access token before it invalid")
    new_code_ends_older_tokens: bool = switch(
        "tokens for an authorization code make the older ones of the installation invalid"
    )
    refused_grant: int = choice(400, "status of a request for tokens with a refresh token that was used", 401)
    expired_token_text: str = choice(
        "token is expired",
        "what a request with an expired access token is told",
        "Invalid token: access token has expired",
        "Invalid JWT",
    )
    webhook_retries: int = count(6, "how often an event is sent again after a 429")
    webhook_pause: float = seconds(2.0, "time between two attempts of an event (HighLevel: 10 minutes)")
    webhook_timeout: float = seconds(5.0, "how long an attempt waits for an answer", positive=True)
    webhook_signature: str = choice(
        "ed25519", "how events are signed: `x-ghl-signature`, `x-wh-signature` or both", "rsa", "both"
    )
