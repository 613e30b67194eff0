"""The operations on contacts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from airflow_provider_calendars.sandbox.exchange import Answer, Call, Refusal
from airflow_provider_calendars.sandbox.highlevel import contact_views, views
from airflow_provider_calendars.sandbox.highlevel.contact_book import bare_phone
from airflow_provider_calendars.sandbox.highlevel.contact_shapes import (
    CONTACT,
    UPDATED_CONTACT,
    UPSERTED_CONTACT,
)
from airflow_provider_calendars.sandbox.highlevel.records import Contact
from airflow_provider_calendars.sandbox.highlevel.refusals import error, malformed, refusal
from airflow_provider_calendars.sandbox.highlevel.seeds import LOCATION_ID
from airflow_provider_calendars.sandbox.highlevel.state import HighLevelState
from airflow_provider_calendars.sandbox.highlevel.tables import check_repetition, new_id
from airflow_provider_calendars.sandbox.highlevel.validation import checked, query_number, query_texts

Body = Mapping[str, Any]
_NO_DUPLICATES = "This location does not allow duplicated contacts."
_DETAILS = (
    *("address1", "city", "state", "postalCode", "country", "companyName", "website", "timezone"),
    *("source", "dateOfBirth", "gender", "assignedTo", "inboundDndSettings"),
)
_LARGEST_PAGE = 100


def upsert(state: HighLevelState, call: Call) -> Answer:
    """Change the contact that has the e-mail or the phone, or make one.  POST /contacts/upsert

    :param state: where it is.
    :param call: the request.
    """
    body = checked(UPSERTED_CONTACT, call)
    _check_identity(state, body)
    old = None if _wants_another(state, body) else _first_match(state, body)
    contact = _create(state, body) if old is None else _change(state, old, _without_taken(state, old, body))
    shown = contact_views.contact(contact)
    return Answer(200, contact_views.done(call, new=old is None, contact=shown))


def create(state: HighLevelState, call: Call) -> Answer:
    """Make a contact; if there is one like it, tell which.  POST /contacts/

    :param state: where it goes.
    :param call: the request.
    """
    body = checked(CONTACT, call)
    _check_duplicates(state, body)
    contact = _create(state, body)
    if state.settings.created_contact_fails:
        raise malformed("Unprocessable Entity")
    return Answer(201, {"contact": contact_views.contact(contact)})


def get(state: HighLevelState, call: Call) -> Answer:
    """Show a contact.  GET /contacts/{contactId}

    :param state: where it is.
    :param call: the request.
    """
    return Answer(200, {"contact": contact_views.contact(find(state, call))})


def update(state: HighLevelState, call: Call) -> Answer:
    """Change what is sent of a contact; null clears it.  PUT /contacts/{contactId}

    :param state: where it is.
    :param call: the request.
    """
    contact, body = find(state, call), checked(UPDATED_CONTACT, call)
    _check_duplicates(state, body, besides=contact.id)
    shown = contact_views.contact(_change(state, contact, body))
    return Answer(200, contact_views.done(call, contact=shown))


def delete(state: HighLevelState, call: Call) -> Answer:
    """Delete a contact.  DELETE /contacts/{contactId}

    :param state: where it is.
    :param call: the request.
    """
    if state.was_deleted(call.path_values["contactId"]):
        check_repetition("Contact", state.settings)
    else:
        state.delete_contact(find(state, call).id)
    return Answer(200, contact_views.done(call))


def find_duplicate(state: HighLevelState, call: Call) -> Answer:
    """Find the contact with an e-mail or a phone.  GET /contacts/search/duplicate

    :param state: where it is.
    :param call: the request.
    """
    query_texts(call, "locationId")
    values = {"email": call.query.get("email", ""), "phone": call.query.get("number", "")}
    if not any(values.values()):
        raise malformed("email or number should not be empty")
    for field, value in values.items():
        match = state.same_contact(field, value)
        if match is not None:
            return Answer(200, {"contact": contact_views.contact(match), "matchingField": field})
    return Answer(200, {"contact": None})


def list_all(state: HighLevelState, call: Call) -> Answer:
    """List a page of the contacts, newest first; deprecated.  GET /contacts/

    :param state: where they are.
    :param call: the request.
    """
    query_texts(call, "locationId")
    limit = query_number(call, "limit", 20, least=1, most=_LARGEST_PAGE)
    words = call.query.get("query", "").lower()
    contacts = [
        one
        for one in state.contacts.values()
        if any(words in text.lower() for text in (one.name, one.email, one.phone))
    ]
    contacts.sort(key=_newest_first)
    begin = _begin(call)
    rest = [one for one in contacts if begin is None or _newest_first(one) > begin]
    meta = {"total": len(contacts), **_next(call, rest[:limit], more=len(rest) > limit)}
    shown = [contact_views.found(one) for one in rest[:limit]]
    return views.listed(state, "contacts", shown, count=len(contacts), meta=meta)


def list_appointments(state: HighLevelState, call: Call) -> Answer:
    """List the appointments of a contact.  GET /contacts/{contactId}/appointments

    :param state: where they are.
    :param call: the request.
    """
    contact_id = find(state, call).id
    events = [one for one in state.appointments if one.contact_id == contact_id and not one.deleted]
    return views.listed(state, "events", [contact_views.appointment(state, one) for one in events])


def find(state: HighLevelState, call: Call) -> Contact:
    """Find the contact that a path names, or refuse the request.

    :param state: where it is.
    :param call: the request.
    """
    contact = state.contact(call.path_values["contactId"])
    if contact is None:
        raise refusal(state.settings.unknown_contact, "Contact not found")
    return contact


def _check_identity(state: HighLevelState, body: Body) -> None:
    if state.settings.phone_alone_fails and body.get("phone") and not body.get("email"):
        raise malformed("email should not be empty")
    anonymous = not body.get("email") and not body.get("phone")
    if anonymous and not state.settings.allow_duplicate_contact:
        raise malformed("email or phone should not be empty")


def _wants_another(state: HighLevelState, body: Body) -> bool:
    return state.settings.allow_duplicate_contact and body.get("createNewIfDuplicateAllowed") is True


def _first_match(state: HighLevelState, body: Body) -> Contact | None:
    matches = (
        state.same_contact(field, body.get(field) or "")
        for field in state.settings.contact_unique_identifiers
    )
    return next((one for one in matches if one is not None), None)


def _without_taken(state: HighLevelState, contact: Contact, body: Body) -> dict[str, Any]:
    """Return what an upsert says, without the address or number of somebody else: silently dropped."""
    if state.settings.allow_duplicate_contact:
        return dict(body)
    taken = [
        field
        for field in state.settings.contact_unique_identifiers
        if body.get(field) and state.same_contact(field, body[field], besides=contact.id)
    ]
    return {name: value for name, value in body.items() if name not in taken}


def _check_duplicates(state: HighLevelState, body: Body, besides: str = "") -> None:
    if state.settings.allow_duplicate_contact:
        return
    for field in state.settings.contact_unique_identifiers:
        match = state.same_contact(field, body.get(field) or "", besides)
        if match is not None:
            meta = {"contactId": match.id, "contactName": match.name, "matchingField": field}
            answer = error(400, _NO_DUPLICATES)
            raise Refusal(Answer(400, {**answer.body, "meta": meta}))


def _create(state: HighLevelState, body: Body) -> Contact:
    return state.keep_contact(Contact(new_id(), **_changes(state, Contact(""), body)))


def _change(state: HighLevelState, contact: Contact, body: Body) -> Contact:
    return state.change_contact(contact, **_changes(state, contact, body))


def _changes(state: HighLevelState, old: Contact, body: Body) -> dict[str, Any]:
    """Return what becomes of a contact; a list of tags takes the place of all its tags."""
    changes: dict[str, Any] = _names(body)
    if "email" in body:
        changes["email"] = body["email"] or ""
    if "phone" in body:
        changes["phone"] = bare_phone(body["phone"] or "")
    if "tags" in body:
        changes["tags"] = state.as_tags(body["tags"] or ())
    if body.get("dnd") is not None:
        changes["dnd"] = body["dnd"]
    if body.get("dndSettings"):
        changes["dnd_settings"] = {**old.dnd_settings, **body["dndSettings"]}
    changes["custom_fields"] = {**old.custom_fields, **_custom_fields(body)}
    details = {**old.details, **{name: body[name] for name in _DETAILS if name in body}}
    changes["details"] = {name: value for name, value in details.items() if value is not None}
    return changes


def _names(body: Body) -> dict[str, str]:
    names: dict[str, str] = {}
    if body.get("name"):
        names["first_name"], _, names["last_name"] = body["name"].partition(" ")
    given = {"first_name": "firstName", "last_name": "lastName"}
    return {**names, **{name: body[field] or "" for name, field in given.items() if field in body}}


def _custom_fields(body: Body) -> dict[str, Any]:
    fields = {}
    for one in body.get("customFields") or ():
        name = one.get("id") or one.get("key")
        if not name:
            raise malformed("customFields must have an id or a key")
        fields[name] = one.get("fieldValue", one.get("field_value"))
    return fields


def _newest_first(one: Contact) -> tuple[int, str]:
    return -int(one.added * 1000), one.id


def _begin(call: Call) -> tuple[int, str] | None:
    if "startAfterId" not in call.query:
        return None
    return -query_number(call, "startAfter"), call.query["startAfterId"]


def _next(call: Call, page: list[Contact], *, more: bool) -> dict[str, Any]:
    if not page:
        return {"nextPageUrl": None, "startAfterId": None, "startAfter": None}
    begin = {"startAfter": int(page[-1].added * 1000), "startAfterId": page[-1].id}
    query = {**call.query, **begin, "locationId": LOCATION_ID}
    url = f"{call.origin}/contacts/?{urlencode(query)}" if more else None
    return {"nextPageUrl": url, **begin}
