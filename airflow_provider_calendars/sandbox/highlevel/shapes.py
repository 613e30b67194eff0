"""What the bodies of HighLevel's requests may hold.

https://github.com/GoHighLevel/highlevel-api-docs/blob/main/apps/calendars.json
"""

from __future__ import annotations

from airflow_provider_calendars.sandbox.highlevel.validation import (
    Kind,
    Shape,
    array,
    flag,
    flags,
    number,
    numbers,
    text,
    texts,
)

_MINS = text("mins", "hours")
CALENDAR_TYPES = ("round_robin", "event", "class_booking", "collective", "service_booking", "personal")
STATUSES = ("new", "confirmed", "cancelled", "showed", "noshow", "invalid")
# these can only be read
KNOWN_STATUSES = (*STATUSES, "active", "completed")
DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")

LOCATION_CONFIGURATION = Shape(
    {
        "kind": text(
            "custom",
            "zoom_conference",
            "google_conference",
            "inbound_call",
            "outbound_call",
            "physical",
            "booker",
            "ms_teams_conference",
        ),
        "location": text(),
    },
    required="kind",
)
TEAM_MEMBER = Shape(
    {
        **texts("userId meetingLocation"),
        "priority": number(0, 0.5, 1),
        "meetingLocationType": text("custom", "zoom", "gmeet", "phone", "address", "teams", "booker"),
        "isPrimary": flag,
        "locationConfigurations": array(LOCATION_CONFIGURATION),
    },
    required="userId",
)
HOUR = Shape(
    {
        **numbers("openHour closeHour", least=0, most=23),
        **numbers("openMinute closeMinute", least=0, most=60),
    },
    required="openHour openMinute closeHour closeMinute",
)
OPEN_HOUR = Shape(
    {"daysOfTheWeek": array(number(least=0, most=6)), "hours": array(HOUR)}, required="daysOfTheWeek hours"
)
AVAILABILITY = Shape({"date": text(), "hours": array(HOUR), "deleted": flag}, required="date hours")
UPDATED_AVAILABILITY = Shape({**AVAILABILITY.fields, "id": text()}, required="date hours")
RECURRING = Shape(
    {
        "freq": text("DAILY", "WEEKLY", "MONTHLY"),
        "count": number(most=24),
        "bookingOption": text("skip", "continue", "book_next"),
        "bookingOverlapDefaultStatus": text("confirmed", "new"),
    }
)
LOOK_BUSY = Shape({"enabled": flag, "LookBusyPercentage": number()}, required="enabled LookBusyPercentage")
CALENDAR_NOTIFICATION = Shape(
    {
        "type": text("email"),
        **flags("shouldSendToContact shouldSendToGuest shouldSendToUser shouldSendToSelectedUsers"),
        "selectedUsers": text(),
    },
    required="shouldSendToContact shouldSendToGuest shouldSendToUser shouldSendToSelectedUsers selectedUsers",
)

_CALENDAR: dict[str, Kind] = {
    **texts(
        "groupId name description slug widgetSlug eventTitle eventColor meetingLocation formId alertEmail"
    ),
    **texts("notes pixelId formSubmitRedirectURL formSubmitThanksMessage consentLabel calendarCoverImage"),
    **numbers("slotDuration slotInterval slotBuffer preBuffer appoinmentPerSlot appoinmentPerDay"),
    **numbers("allowBookingAfter allowBookingFor"),
    **flags("isActive enableRecurring stickyContact isLivePaymentMode autoConfirm googleInvitationEmails"),
    **flags("shouldSendAlertEmailsToAssignedMember allowReschedule allowCancellation"),
    **flags("shouldAssignContactToTeamMember shouldSkipAssigningContactForExisting"),
    **dict.fromkeys(("slotDurationUnit", "slotIntervalUnit", "preBufferUnit"), _MINS),
    "eventType": text("RoundRobin_OptimizeForAvailability", "RoundRobin_OptimizeForEqualDistribution"),
    "widgetType": text("default", "classic"),
    "allowBookingAfterUnit": text("hours", "days", "weeks", "months"),
    "allowBookingForUnit": text("days", "weeks", "months"),
    "formSubmitType": text("RedirectURL", "ThankYouMessage"),
    "guestType": text("count_only", "collect_detail"),
    "availabilityType": number(0, 1),
    "notifications": array(CALENDAR_NOTIFICATION),
    "teamMembers": array(TEAM_MEMBER),
    "locationConfigurations": array(LOCATION_CONFIGURATION),
    "openHours": array(OPEN_HOUR),
    "recurring": RECURRING,
    "lookBusyConfig": LOOK_BUSY,
}
CALENDAR = Shape(
    {
        **_CALENDAR,
        "locationId": text(),
        "calendarType": text(*CALENDAR_TYPES),
        "slotBufferUnit": _MINS,
        "availabilities": array(AVAILABILITY),
    },
    required="locationId name",
)
UPDATED_CALENDAR = Shape({**_CALENDAR, "availabilities": array(UPDATED_AVAILABILITY)})

_APPOINTMENT: dict[str, Kind] = {
    **texts("title meetingLocationId assignedUserId description address rrule calendarId startTime endTime"),
    **flags("overrideLocationConfig ignoreDateRange toNotify ignoreFreeSlotValidation"),
    "meetingLocationType": text("custom", "zoom", "gmeet", "phone", "address", "ms_teams", "google"),
    "appointmentStatus": text(*STATUSES),
}
APPOINTMENT = Shape(
    {**_APPOINTMENT, **texts("locationId contactId")}, required="calendarId locationId contactId startTime"
)
UPDATED_APPOINTMENT = Shape(_APPOINTMENT)
BLOCK = Shape(texts("title calendarId assignedUserId locationId startTime endTime"), required="locationId")
NOTHING = Shape({})
NOTE = Shape({"userId": text(), "body": text(longest=5000)}, required="body")

GROUP = Shape(
    {**texts("locationId name description slug"), "isActive": flag},
    required="locationId name description slug",
)
UPDATED_GROUP = Shape(texts("name description slug"), required="name description slug")
GROUP_STATUS = Shape({"isActive": flag}, required="isActive")
GROUP_SLUG = Shape(texts("locationId slug"), required="locationId slug")

_RESOURCE: dict[str, Kind] = {
    **texts("locationId name description"),
    **numbers("quantity outOfService capacity"),
    "calendarIds": array(text(), most=100),
}
RESOURCE = Shape(_RESOURCE, required=" ".join(_RESOURCE))
UPDATED_RESOURCE = Shape({**_RESOURCE, "isActive": flag})

_TIMES = array(Shape({"timeOffset": number(), "unit": text()}))
_NOTIFICATION: dict[str, Kind] = {
    "receiverType": text("contact", "guest", "assignedUser", "emails", "phoneNumbers", "business"),
    "channel": text("email", "inApp", "sms", "whatsapp"),
    "notificationType": text("booked", "confirmation", "cancellation", "reminder", "followup", "reschedule"),
    "isActive": flag,
    **texts("templateId body subject fromAddress fromName fromNumber"),
    **dict.fromkeys(("afterTime", "beforeTime"), _TIMES),
    **dict.fromkeys(("additionalEmailIds", "additionalPhoneNumbers", "selectedUsers"), array(text())),
}
NOTIFICATION = Shape(_NOTIFICATION, required="receiverType channel notificationType")
UPDATED_NOTIFICATION = Shape({**_NOTIFICATION, "deleted": flag})

_CLOCK = text(pattern="([01]?[0-9]|2[0-3]):[0-5][0-9]")
_INTERVAL = Shape({"from": _CLOCK, "to": _CLOCK}, required="from to")
_RULE = Shape(
    {
        "type": text("wday", "date"),
        "intervals": array(_INTERVAL),
        "date": text(pattern=r"\d{4}-\d{2}-\d{2}"),
        "day": text(*DAYS),
    },
    required="type intervals",
)
_SCHEDULE: dict[str, Kind] = {
    "name": text(),
    "rules": array(_RULE),
    "timezone": text(pattern="[A-Za-z_]+/[A-Za-z_]+"),
}
SCHEDULE = Shape(
    {**_SCHEDULE, **texts("locationId userId"), "calendarIds": array(text())},
    required="timezone locationId name userId",
)
UPDATED_SCHEDULE = Shape(_SCHEDULE)
EVENT_SCHEDULE = Shape(
    {"rules": _SCHEDULE["rules"], "timezone": _SCHEDULE["timezone"]}, required="rules timezone"
)
UPDATED_EVENT_SCHEDULE = Shape(EVENT_SCHEDULE.fields)

_SERVICE_LOCATION: dict[str, Kind] = {
    **texts("name slug phone address coverImage"),
    "locationType": text("offline", "ask_booker"),
}
SERVICE_LOCATION = Shape({**_SERVICE_LOCATION, "locationId": text()}, required="locationId name slug")
UPDATED_SERVICE_LOCATION = Shape(_SERVICE_LOCATION)
