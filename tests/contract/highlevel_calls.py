"""A call of every function of HighLevel's API, with every field that can be sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.highlevel import HighLevelApi
from airflow_provider_calendars.api.highlevel.appointment_records import AppointmentContent, BlockContent
from airflow_provider_calendars.api.highlevel.calendar_records import (
    CalendarContent,
    MeetingPlace,
    Recurring,
    TeamMember,
)
from airflow_provider_calendars.api.highlevel.contact_records import (
    ContactContent,
    ContactSearch,
    CustomField,
)
from airflow_provider_calendars.api.highlevel.events import Window
from airflow_provider_calendars.api.highlevel.hours import Availability, Hours, LookBusy, OpenHours
from airflow_provider_calendars.api.highlevel.notification_records import NotificationContent, Offset
from airflow_provider_calendars.api.highlevel.records import GroupContent, NoteContent, ResourceContent
from airflow_provider_calendars.api.highlevel.schedule_records import (
    Interval,
    ScheduleContent,
    ScheduleRule,
)

NINE_TO_FIVE = Hours(9, 0, 17, 0)
CALENDAR = CalendarContent(
    name="Demo",
    description="A demonstration",
    is_active=True,
    group_id="g1",
    calendar_type="round_robin",
    event_type="RoundRobin_OptimizeForAvailability",
    team_members=(TeamMember("u1", 0.5, True, (MeetingPlace("custom", "+14455550132"),)),),
    slug="demo",
    widget_slug="demo",
    widget_type="classic",
    event_title="{{contact.name}}",
    event_color="#039be5",
    location_configurations=(MeetingPlace("physical", "Main Street 1"),),
    slot_duration=30,
    slot_duration_unit="mins",
    slot_interval=30,
    slot_interval_unit="mins",
    slot_buffer=10,
    slot_buffer_unit="mins",
    pre_buffer=10,
    pre_buffer_unit="mins",
    appointments_per_slot=1,
    appointments_per_day=10,
    allow_booking_after=2,
    allow_booking_after_unit="hours",
    allow_booking_for=30,
    allow_booking_for_unit="days",
    open_hours=(OpenHours((1, 2, 3), (NINE_TO_FIVE,)),),
    availability_type=None,
    availabilities=(Availability("2026-09-24", (NINE_TO_FIVE,), False, "a1"),),
    look_busy_config=LookBusy(True, 30),
    enable_recurring=True,
    recurring=Recurring("DAILY", 5, "skip", "confirmed"),
    form_id="f1",
    sticky_contact=True,
    is_live_payment_mode=False,
    auto_confirm=True,
    should_send_alert_emails_to_assigned_member=True,
    alert_email="alert@example.com",
    google_invitation_emails=False,
    allow_reschedule=True,
    allow_cancellation=True,
    should_assign_contact_to_team_member=True,
    should_skip_assigning_contact_for_existing=True,
    notes="Notes",
    pixel_id="p1",
    form_submit_type="RedirectURL",
    form_submit_redirect_url="https://example.com/thanks",
    form_submit_thanks_message="Thanks",
    guest_type="count_only",
    consent_label="I agree",
    calendar_cover_image="https://example.com/cover.png",
    notifications=(
        {
            "type": "email",
            "shouldSendToContact": True,
            "shouldSendToGuest": False,
            "shouldSendToUser": False,
            "shouldSendToSelectedUsers": False,
            "selectedUsers": "",
        },
    ),
)
APPOINTMENT = AppointmentContent(
    calendar_id="c1",
    contact_id="p1",
    start_time="2026-06-23T03:30:00+05:30",
    end_time="2026-06-23T04:30:00+05:30",
    title="Demo",
    appointment_status="confirmed",
    assigned_user_id="u1",
    description="A demonstration",
    address="Main Street 1",
    meeting_location_type="custom",
    meeting_location_id="custom_0",
    override_location_config=True,
    to_notify=False,
    ignore_date_range=True,
    ignore_free_slot_validation=True,
    rrule="RRULE:FREQ=DAILY;INTERVAL=1;COUNT=5",
)
TIMES = {"start_time": "2026-06-23T03:30:00+05:30", "end_time": "2026-06-23T04:30:00+05:30"}
BLOCK = BlockContent(**TIMES, title="Holiday", calendar_id="c1")
GROUP = GroupContent("Group", "Of calendars", "group")
RESOURCE = ResourceContent("Projector", "Bright", 3, 1, 1, ("c1",), True)
NOTIFICATION = NotificationContent(
    receiver_type="contact",
    channel="email",
    notification_type="reminder",
    is_active=True,
    template_id="t1",
    body="See you",
    subject="Soon",
    after_time=(Offset(1, "hours"),),
    before_time=(Offset(1, "hours"),),
    additional_email_ids=("a@example.com",),
    additional_phone_numbers=("+14455550132",),
    selected_users=("u1",),
    from_address="b@example.com",
    from_name="B",
    from_number="+14455550133",
    deleted=False,
)
SCHEDULE = ScheduleContent(
    name="Weekdays",
    timezone="Europe/Berlin",
    rules=(
        ScheduleRule((Interval("09:00", "17:00"),), day="monday"),
        ScheduleRule((Interval("09:00", "12:00"),), date="2026-04-15"),
    ),
    user_id="u1",
    calendar_ids=("c1",),
)
WINDOW = Window("2026-06-01T00:00:00+00:00", "2026-07-01T00:00:00+00:00", calendar_id="c1")
RANGE = ("2026-06-01T00:00:00+00:00", "2026-07-01T00:00:00+00:00")

Call = Callable[[HighLevelApi], Flow[Any]]
# by the operationId of the files
CALLS: Mapping[str, Call] = {
    "get-calendars": lambda api: api.list_calendars(group_id="g1", show_drafted=False),
    "create-calendar": lambda api: api.create_calendar(CALENDAR),
    "get-calendar": lambda api: api.get_calendar("c1"),
    "update-calendar": lambda api: api.update_calendar("c1", CALENDAR),
    "delete-calendar": lambda api: api.delete_calendar("c1"),
    "get-slots": lambda api: api.list_free_slots(
        "c1", *RANGE, timezone="Europe/Berlin", user_id="u1", user_ids=["u1", "u2"]
    ),
    "create-appointment": lambda api: api.create_appointment(APPOINTMENT),
    "get-appointment": lambda api: api.get_appointment("e1"),
    "edit-appointment": lambda api: api.update_appointment("e1", APPOINTMENT),
    "get-calendar-events": lambda api: api.list_events(WINDOW),
    "delete-event": lambda api: api.delete_event("e1"),
    "get-blocked-slots": lambda api: api.list_blocked_slots(WINDOW),
    "create-block-slot": lambda api: api.create_blocked_slot(BLOCK),
    "edit-block-slot": lambda api: api.update_blocked_slot("e1", BLOCK),
    "get-appointment-notes": lambda api: api.list_notes("e1"),
    "create-appointment-note": lambda api: api.create_note("e1", NoteContent("Tall", "u1")),
    "update-appointment-note": lambda api: api.update_note("e1", "n1", NoteContent("Taller", "u1")),
    "delete-appointment-note": lambda api: api.delete_note("e1", "n1"),
    "get-groups": lambda api: api.list_groups(),
    "create-calendar-group": lambda api: api.create_group(GROUP, is_active=True),
    "validate-groups-slug": lambda api: api.is_group_slug_available("group"),
    "edit-group": lambda api: api.update_group("g1", GROUP),
    "disable-group": lambda api: api.set_group_active("g1", active=False),
    "delete-group": lambda api: api.delete_group("g1"),
    "fetch-calendar-resources": lambda api: api.list_resources("rooms"),
    "create-calendar-resource": lambda api: api.create_resource("equipments", RESOURCE),
    "get-calendar-resource": lambda api: api.get_resource("rooms", "r1"),
    "update-calendar-resource": lambda api: api.update_resource("rooms", "r1", RESOURCE),
    "delete-calendar-resource": lambda api: api.delete_resource("rooms", "r1"),
    "get-event-notification": lambda api: api.list_notifications("c1", is_active=True, deleted=False),
    "create-event-notification": lambda api: api.create_notifications("c1", [NOTIFICATION]),
    "find-event-notification": lambda api: api.get_notification("c1", "n1"),
    "update-event-notification": lambda api: api.update_notification("c1", "n1", NOTIFICATION),
    "delete-event-notification": lambda api: api.delete_notification("c1", "n1"),
    "getAllSchedules": lambda api: api.list_schedules("u1", calendar_id="c1"),
    "createSchedule": lambda api: api.create_schedule(SCHEDULE),
    "getScheduleById": lambda api: api.get_schedule("s1"),
    "updateSchedule": lambda api: api.update_schedule("s1", SCHEDULE),
    "deleteSchedule": lambda api: api.delete_schedule("s1"),
    "add-calendar-to-schedule": lambda api: api.add_calendar_to_schedule("s1", "c1"),
    "remove-calendar-from-schedule": lambda api: api.remove_calendar_from_schedule("s1", "c1"),
    "get-location": lambda api: api.get_location(),
    "get-timezones": lambda api: api.list_location_timezones(),
    "get-user-by-location": lambda api: api.list_users(),
}
# whatever else may be sent: the least, and the other of two
VARIANTS: Mapping[str, Call] = {
    "create-calendar": lambda api: api.create_calendar(CalendarContent(name="Demo")),
    "update-calendar": lambda api: api.update_calendar("c1", CalendarContent(availability_type=1)),
    "get-calendars": lambda api: api.list_calendars(),
    "create-appointment": lambda api: api.create_appointment(
        AppointmentContent("c1", "p1", "2026-06-23T03:30:00+05:30")
    ),
    "edit-appointment": lambda api: api.update_appointment(
        "e1", AppointmentContent(appointment_status="cancelled", to_notify=False)
    ),
    "create-block-slot": lambda api: api.create_blocked_slot(BlockContent(**TIMES, assigned_user_id="u1")),
    "edit-block-slot": lambda api: api.update_blocked_slot("e1", BlockContent(calendar_id="c1")),
    "get-slots": lambda api: api.list_free_slots("c1", *RANGE, timezone="Europe/Berlin"),
    "get-calendar-events": lambda api: api.list_events(Window(*RANGE, user_id="u1")),
    "get-blocked-slots": lambda api: api.list_blocked_slots(Window(*RANGE, group_id="g1")),
    "create-calendar-resource": lambda api: api.create_resource("rooms", ResourceContent("Room")),
    "update-calendar-resource": lambda api: api.update_resource("rooms", "r1", ResourceContent(capacity=2)),
    "create-calendar-group": lambda api: api.create_group(GROUP),
    "create-appointment-note": lambda api: api.create_note("e1", NoteContent("Tall")),
    "get-event-notification": lambda api: api.list_notifications("c1"),
    "update-event-notification": lambda api: api.update_notification(
        "c1", "n1", NotificationContent(deleted=True)
    ),
    "getAllSchedules": lambda api: api.list_schedules("u1"),
    "createSchedule": lambda api: api.create_schedule(
        ScheduleContent(name="Any", timezone="Europe/Berlin", user_id="u1")
    ),
    "updateSchedule": lambda api: api.update_schedule("s1", ScheduleContent(name="Other")),
}

CONTACT = ContactContent(
    first_name="Ada",
    last_name="Byron",
    name="Ada Byron",
    email="ada@example.com",
    phone="+4930123456",
    address1="Main Street 1",
    city="Berlin",
    state="BE",
    postal_code="10115",
    country="DE",
    website="https://example.com",
    timezone="Europe/Berlin",
    source="export",
    company_name="Engines Ltd",
    assigned_to="u1",
    date_of_birth="1815-12-10",
    custom_fields=(CustomField(id="f1", field_value="notes"),),
)
SEARCH = ContactSearch(tags=("webinar",), updated_since=datetime(2026, 6, 1, tzinfo=UTC))
CONTACT_CALLS: Mapping[str, Call] = {
    "search-contacts-advanced": lambda api: api.search_contacts_page(SEARCH),
    "get-contact": lambda api: api.get_contact("p1"),
    "get-duplicate-contact": lambda api: api.find_duplicate_contact(
        email="ada@example.com", phone="+4930123456"
    ),
    "upsert-contact": lambda api: api.upsert_contact(CONTACT),
    "create-contact": lambda api: api.create_contact(CONTACT, tags=["webinar"]),
    "update-contact": lambda api: api.update_contact("p1", CONTACT),
    "delete-contact": lambda api: api.delete_contact("p1"),
    "add-tags": lambda api: api.add_contact_tags("p1", ["webinar"]),
    "remove-tags": lambda api: api.remove_contact_tags("p1", ["webinar"]),
    "get-appointments-for-contact": lambda api: api.list_contact_appointments("p1", timezone="Europe/Berlin"),
}
