"""What the bodies of HighLevel's requests about contacts may hold.

https://github.com/GoHighLevel/highlevel-api-docs/blob/main/apps/contacts.json
"""

from __future__ import annotations

from typing import Any

from airflow_provider_calendars.sandbox.highlevel.validation import (
    Kind,
    Shape,
    array,
    flag,
    flags,
    number,
    text,
    texts,
)

CHANNELS = ("Call", "Email", "SMS", "WhatsApp", "GMB", "FB")
DND_STATUSES = ("active", "inactive", "permanent")
LONGEST_SEARCHED = 75
LARGEST_PAGE = 500


def anything(name: str, value: Any) -> list[str]:  # noqa: ARG001 - as every kind
    """Accept whatever it is."""
    return []


def email(name: str, value: Any) -> list[str]:
    """Accept addresses, and the empty text, which takes one away."""
    if isinstance(value, str) and (not value or ("@" in value.strip("@") and " " not in value)):
        return []
    return [f"{name} must be an email"]


_CHANNEL = Shape({"status": text(*DND_STATUSES), **texts("message code")}, required="status")
_INBOUND = Shape({"status": text("active", "inactive"), "message": text()}, required="status")
_CUSTOM_FIELD = Shape({**texts("id key"), "field_value": anything, "fieldValue": anything})

_CONTACT: dict[str, Kind] = {
    **texts("firstName lastName name phone address1 city state postalCode website timezone source"),
    **texts("dateOfBirth country assignedTo"),
    "email": email,
    "dnd": flag,
    "dndSettings": Shape(dict.fromkeys(CHANNELS, _CHANNEL)),
    "inboundDndSettings": Shape({"all": _INBOUND}),
    "tags": array(text()),
    "customFields": array(_CUSTOM_FIELD),
}
UPDATED_CONTACT = Shape(_CONTACT)
CONTACT = Shape({**_CONTACT, **texts("locationId gender companyName")}, required="locationId")
UPSERTED_CONTACT = Shape({**CONTACT.fields, "createNewIfDuplicateAllowed": flag}, required="locationId")

TAGS = Shape({"tags": array(text())}, required="tags")
BULK_TAGS = Shape(
    {"locationId": text(), "contacts": array(text()), "tags": array(text()), "removeAllTags": flag},
    required="locationId contacts tags",
)
UPDATED_CONTACT_NOTE = Shape({**texts("userId body title color"), **flags("pinned")})
CONTACT_NOTE = Shape(UPDATED_CONTACT_NOTE.fields, required="body")
WORKFLOW = Shape(texts("eventStartTime"))

_SORT = Shape({"field": text(), "direction": text("asc", "desc")}, required="field")
SEARCH = Shape(
    {
        "locationId": text(),
        "pageLimit": number(least=1, most=LARGEST_PAGE),
        "page": number(least=1),
        "searchAfter": array(anything),
        "filters": array(anything),
        "sort": array(_SORT),
        "query": text(longest=LONGEST_SEARCHED),
    },
    required="locationId pageLimit",
)
