"""What the sandbox's HighLevel has at the beginning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_provider_calendars.sandbox.highlevel.records import Contact, User

LOCATION_ID = "locSandbox0000000001"
TOKEN = "pit-5a9db0c0-0000-4000-8000-000000000001"  # opens nothing but the sandbox
CLIENT_ID = "appSandbox0000000001-client0"
CLIENT_SECRET = "sandbox-client-secret"  # opens nothing but the sandbox
COMPANY_ID = "comSandbox0000000001"
TIMEZONE = "Europe/Berlin"

USERS = (
    User("usrGrace000000000001", "Grace Hopper", "grace@example.com"),
    User("usrLinus000000000001", "Linus Pauling", "linus@example.com"),
)
SOMEBODY_ELSE = "conSomebody000000001"
CONTACTS = (
    Contact("conAda00000000000001", "Ada", "Byron", "ada@example.com"),
    Contact("conBlaise00000000001", "Blaise", "Pascal", "blaise@example.com"),
    Contact("conChien000000000001", "Chien-Shiung", "Wu", "chien@example.com"),
    Contact("conDorothy0000000001", "Dorothy", "Vaughan", "dorothy@example.com"),
    Contact(SOMEBODY_ELSE, "Somebody", "Else", "somebody@example.com"),
)

# what a calendar has that nobody said anything about
DEFAULTS: Mapping[str, Any] = {
    "locationId": LOCATION_ID,
    "isActive": True,
    "calendarType": "event",
    "eventType": "RoundRobin_OptimizeForAvailability",
    "widgetType": "classic",
    "eventTitle": "{{contact.name}}",
    "eventColor": "#039be5",
    "slotDuration": 30,
    "slotDurationUnit": "mins",
    "slotInterval": 30,
    "slotIntervalUnit": "mins",
    "appoinmentPerSlot": 1,
    "enableRecurring": False,
    "autoConfirm": True,
    # the documented default is false
    "googleInvitationEmails": True,
    "allowReschedule": True,
    "allowCancellation": True,
    "formSubmitType": "ThankYouMessage",
    "teamMembers": [],
    "openHours": [],
    "availabilities": [],
}
# those that the description of an update repeats
UPDATE_DEFAULTS: Mapping[str, Any] = {
    name: DEFAULTS[name]
    for name in (
        "widgetType",
        "eventColor",
        "slotDuration",
        "slotInterval",
        "enableRecurring",
        "formSubmitType",
    )
}

DEMO_CALENDAR = "calDemo0000000000001"
PERSONAL_CALENDAR = "calGrace000000000001"
CALENDARS: Mapping[str, Mapping[str, Any]] = {
    DEMO_CALENDAR: {
        "name": "Product demo",
        "slug": "product-demo",
        "calendarType": "round_robin",
        "teamMembers": [{"userId": one.id, "priority": 0.5, "isPrimary": False} for one in USERS],
    },
    PERSONAL_CALENDAR: {
        "name": "Grace Hopper",
        "slug": "grace-hopper",
        "calendarType": "personal",
        "teamMembers": [{"userId": USERS[0].id, "priority": 0.5, "isPrimary": True}],
    },
}
