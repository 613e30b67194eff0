"""The operations that bring people into a campaign, and show who is in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from airflow_provider_calendars.sandbox.clock import timestamp, utc
from airflow_provider_calendars.sandbox.exchange import Answer, Call
from airflow_provider_calendars.sandbox.ids import random_id
from airflow_provider_calendars.sandbox.lets_calendar import views
from airflow_provider_calendars.sandbox.lets_calendar.campaigns import find, page_number
from airflow_provider_calendars.sandbox.lets_calendar.records import STATUS_LABELS, Attendee, Campaign
from airflow_provider_calendars.sandbox.lets_calendar.rules import (
    BAD_EMAIL,
    Errors,
    contact_errors,
    is_blank,
    is_boolean,
    is_form,
    is_true,
    refuse,
    required,
)
from airflow_provider_calendars.sandbox.lets_calendar.sheets import importable_rows
from airflow_provider_calendars.sandbox.lets_calendar.state import COLUMNS, LetsCalendarState

SOURCES = ("zapier", "api", "import", "manual", "copy", "zoom", "Public URL", "test-invite")
_LONGEST_PAGE = 100


def add_one(state: LetsCalendarState, call: Call) -> Answer:
    """Add one person; 200, not 201.  POST /add-single-contact"""
    errors = {**required(call.body, "campaign_id"), **contact_errors(call.body)}
    if errors == {"email": [BAD_EMAIL]}:
        # documented beside the map of fields: here the error is a plain text
        return Answer(400, {"error": BAD_EMAIL})
    refuse(errors)
    campaign = find(state, call.body["campaign_id"])
    there = campaign.with_email(str(call.body["email"]).strip())
    if there and state.settings.single_contact_duplicates == "reject":
        return Answer(400, {"error": "The contact already exists in this campaign"})
    if there and state.settings.single_contact_duplicates == "existing":
        return _added(there[0])
    # what happens to an e-mail that is there already is not documented: assume the worst, a second attendee
    return _added(state.add_attendee(campaign, _stripped(call.body)))


def _added(attendee: Attendee) -> Answer:
    return Answer(200, {"message": "Contact added successfully", "contact_id": attendee.id})


def add_many(state: LetsCalendarState, call: Call) -> Answer:
    """Add people; 200 even if some of them could not be added.  POST /add-contacts"""
    refuse(_batch_errors(call.body))
    contacts = call.body["contacts"]
    campaign = find(state, call.body["campaign_id"])
    invalid = [
        {"index": index, "data": row, "errors": [text for texts in errors.values() for text in texts]}
        for index, row in enumerate(contacts)
        if (errors := contact_errors(row))
    ]
    if len(invalid) == len(contacts):
        return Answer(400, {"error": invalid[0]["errors"][-1]})
    wrong = {row["index"] for row in invalid}
    duplicates = _add_new(state, campaign, [row for n, row in enumerate(contacts) if n not in wrong])
    added = len(contacts) - len(invalid) - len(duplicates)
    return Answer(
        200,
        {
            "message": f"{added} contacts added successfully",
            "valid_count": added,
            "invalid_count": len(invalid),
            "duplicate_count": len(duplicates),
            "invalid_contacts": invalid,
            "duplicate_emails": duplicates,
        },
    )


def _batch_errors(body: Mapping[str, Any]) -> Errors:
    errors = required(body, "campaign_id", "contacts")
    contacts = body.get("contacts")
    if "contacts" in errors:
        return errors
    if not isinstance(contacts, list):
        return {**errors, "contacts": ["The contacts field must be an array."]}
    # the documentation writes a contact as a PHP array, ["firstname": ...], which is not even JSON
    for index, row in enumerate(contacts):
        if not isinstance(row, dict):
            errors[f"contacts.{index}"] = [f"The contacts.{index} field must be an array."]
    return errors


def _add_new(state: LetsCalendarState, campaign: Campaign, rows: list[dict[str, Any]]) -> list[str]:
    duplicates = []
    for row in rows:
        if campaign.with_email(row["email"].strip()):
            duplicates.append(row["email"])
        else:
            state.add_attendee(campaign, _stripped(row))
    return duplicates


def _stripped(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(row[name]).strip() for name in COLUMNS if not is_blank(row.get(name))}


def upload(state: LetsCalendarState, call: Call) -> Answer:
    """Accept a file of people, who come in later.  POST /upload-contacts"""
    refuse(_upload_errors(call))
    rows = importable_rows(call.files["file"])
    campaign = find(state, call.body["campaign_id"])
    state.import_rows(campaign, rows, allow_duplicates=is_true(call.body.get("allow_duplicates")))
    message = "File upload received. Contacts are being imported in the background."
    # nothing documented takes this id: there is no way to ask how far the import is
    return Answer(200, {"message": message, "import_id": f"org{random_id(9, '0123456789abcdef')}"})


def _upload_errors(call: Call) -> Errors:
    errors: Errors = {}
    if is_blank(call.body.get("campaign_id")):
        # here the vendor writes "campaign id", elsewhere "campaign_id"
        errors["campaign_id"] = ["The campaign id field is required."]
    if "file" not in call.files:
        errors["file"] = ["The file field is required."]
    allow = call.body.get("allow_duplicates")
    if not is_blank(allow) and not is_boolean(allow):
        errors["allow_duplicates"] = ["The allow duplicates field must be true or false."]
    return errors


def attendees(state: LetsCalendarState, call: Call) -> Answer:
    """Show who is in a campaign, passwords in clear.  GET /campaign/{campaign_id}/attendees"""
    campaign = find(state, call.path_values["campaign_id"])
    refuse(_filter_errors(call.query))
    shown = [one for one in campaign.attendees if _passes(one, call.query)]
    size = int(call.query.get("per_page", "50"))
    page = views.page_of(shown, page_number(call), size, url=f"{call.origin}{call.path}", show=views.attendee)
    return Answer(200, {"summary": views.summary(campaign), "attendees": page})


def _filter_errors(query: Mapping[str, str]) -> Errors:
    errors: Errors = {}
    size = query.get("per_page", "50")
    if not size.isdecimal() or not 1 <= int(size) <= _LONGEST_PAGE:
        errors["per_page"] = ["The per page field must be between 1 and 100."]
    if query.get("status", "N") not in STATUS_LABELS:
        errors["status"] = ["The selected status is invalid."]
    if query.get("source", "api") not in SOURCES:
        errors["source"] = ["The selected source is invalid."]
    for name in ("registered_from", "registered_to"):
        if name in query and not is_form(query[name], "Y-m-d"):
            errors[name] = [f"The {name.replace('_', ' ')} field must match the format Y-m-d."]
    return errors


def _passes(one: Attendee, query: Mapping[str, str]) -> bool:
    if query.get("status", one.status) != one.status or query.get("source", one.source) != one.source:
        return False
    if "registered_from" not in query and "registered_to" not in query:
        return True
    day = utc(one.registered_at).strftime("%Y-%m-%d")
    return query.get("registered_from", day) <= day <= query.get("registered_to", day)


def export(state: LetsCalendarState, call: Call) -> Answer:
    """Write who is in a campaign to a file.  GET /campaign/{campaign_id}/export-contacts"""
    campaign = find(state, call.path_values["campaign_id"])
    name = f"{random_id(20)}.csv"
    state.exports[name] = _as_csv(campaign)
    return Answer(
        200,
        {
            "message": "Contacts exported successfully",
            "campaign_name": campaign.title,
            "total_contacts": len(campaign.attendees),
            "download_url": f"{call.origin}/storage/exports/{name}",
            "export_timestamp": timestamp(state.clock.now()),
        },
    )


def download(state: LetsCalendarState, call: Call) -> Answer:
    """Serve an exported file, to anybody who knows its address: the vendor documents no more."""
    content = state.exports.get(call.path_values["name"])
    if content is None:
        return Answer(404, "File not found", media_type="text/plain; charset=utf-8")
    return Answer(200, content, media_type="text/csv; charset=utf-8")


def _as_csv(campaign: Campaign) -> str:
    # the vendor does not document the columns of this file
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([*COLUMNS, "status", "source", "registered_at"])
    for one in campaign.attendees:
        values = [getattr(one, name) for name in COLUMNS]
        writer.writerow([*values, one.status, one.source, timestamp(one.registered_at)])
    return file.getvalue()
