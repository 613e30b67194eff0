"""What Let's Calendar would answer, for a dry run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from airflow_provider_calendars.api.flow import Request
from airflow_provider_calendars.api.rehearsal import body_of, id_of

_SUMMARY = (
    "total_contacts",
    "new_contacts",
    "inprocess_contacts",
    "sent_contacts",
    "failed_contacts",
    "unsubscribe_contacts",
    "cancelled_contacts",
)
# of what was never created nobody knows when it is
_SOME_DAY = "2099-01-01 00:00:00"


def answer_as_if(request: Request) -> Any:
    """Return an answer to a request that was not sent."""
    *_, before, last = request.url.partition("?")[0].split("/")
    if request.method == "PUT":
        return _campaign(last, request)
    make = _ANSWERS.get(last)
    return make(before, request) if make else {"status": "success"}


def _campaign(campaign_id: str, request: Request) -> Any:
    body = body_of(request)
    start, end = (
        f"{body.get(f'{which}_date', '')} {body.get(f'{which}_time', '')}:00" for which in ("start", "end")
    )
    said = {"title": body.get("title"), "timezone": body.get("timezone")}
    return {"campaign": {"id": campaign_id, **said, "start_datetime": start, "end_datetime": end}}


def _added(_: str, request: Request) -> Any:
    contacts = body_of(request).get("contacts") or []
    return {"valid_count": len(contacts), "invalid_contacts": [], "duplicate_count": 0}


def _attendees(*_: Any) -> Any:
    page = {"data": [], "total": 0, "next_page_url": None}
    return {"summary": dict.fromkeys(_SUMMARY, 0), "attendees": page}


def _details(campaign_id: str, _: Request) -> Any:
    campaign = {"campaign_id": campaign_id, "campaign_name": "dry run", "timezone": "UTC"}
    return {"campaign": {**campaign, "start_datetime": _SOME_DAY}, "sender_emails": []}


def _scheduled(_: str, request: Request) -> Any:
    body = body_of(request)
    when = f"{body.get('schedule_date')} {body.get('schedule_time')}"
    return {"schedule_id": id_of(request), "scheduled_time": when, "timezone": body.get("timezone")}


_ANSWERS: Mapping[str, Callable[[str, Request], Any]] = {
    "create-campaign": lambda _, request: _campaign(id_of(request), request),
    "toggle-automation": lambda _, request: {
        "status": "enabled" if body_of(request).get("enabled") else "disabled"
    },
    "add-single-contact": lambda *_: {"contact_id": 0},
    "add-contacts": _added,
    "upload-contacts": lambda _, request: {"import_id": id_of(request)},
    "schedule-invite": _scheduled,
    "attendees": _attendees,
    "edit": _details,
    "export-contacts": lambda *_: {"total_contacts": 0, "download_url": ""},
}
