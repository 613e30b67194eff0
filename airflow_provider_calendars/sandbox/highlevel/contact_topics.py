"""The operations on what hangs on contacts: tags, notes, workflows and campaigns."""

from __future__ import annotations

from typing import Any

from airflow_provider_calendars.sandbox.clock import iso_timestamp
from airflow_provider_calendars.sandbox.exchange import Answer, Call
from airflow_provider_calendars.sandbox.highlevel import contact_views, views
from airflow_provider_calendars.sandbox.highlevel.contact_shapes import (
    BULK_TAGS,
    CONTACT_NOTE,
    TAGS,
    UPDATED_CONTACT_NOTE,
    WORKFLOW,
)
from airflow_provider_calendars.sandbox.highlevel.contacts import find
from airflow_provider_calendars.sandbox.highlevel.refusals import malformed
from airflow_provider_calendars.sandbox.highlevel.shapes import NOTHING
from airflow_provider_calendars.sandbox.highlevel.state import HighLevelState
from airflow_provider_calendars.sandbox.highlevel.validation import checked


def add_tags(state: HighLevelState, call: Call) -> Answer:
    """Give a contact tags; the others stay.  POST /contacts/{contactId}/tags

    :param state: where it is.
    :param call: the request.
    """
    contact = state.tag(find(state, call).id, *checked(TAGS, call)["tags"])
    return Answer(201, {"tags": list(contact.tags)})


def remove_tags(state: HighLevelState, call: Call) -> Answer:
    """Take tags from a contact.  DELETE /contacts/{contactId}/tags

    :param state: where it is.
    :param call: the request.
    """
    contact = state.untag(find(state, call).id, *checked(TAGS, call)["tags"])
    return Answer(200, {"tags": list(contact.tags)})


def change_tags_of_many(state: HighLevelState, call: Call) -> Answer:
    """Give tags to many contacts, or take them.  POST /contacts/bulk/tags/update/{type}

    :param state: where they are.
    :param call: the request.
    """
    act = {"add": state.tag, "remove": state.untag}.get(call.path_values["type"])
    if act is None:
        raise malformed("type must be one of the following values: add, remove")
    body = checked(BULK_TAGS, call)
    responses, wrong = [], 0
    for contact_id in body["contacts"]:
        contact = state.contact(contact_id)
        if contact is None:
            wrong += 1
            responses.append({"contactId": contact_id, "message": "Contact not found", "type": "error"})
            continue
        if body.get("removeAllTags"):
            state.untag(contact_id, *contact.tags)
        tags = list(act(contact_id, *body["tags"]).tags)
        responses.append(
            {"contactId": contact_id, "message": "Tags updated", "type": "success", "tags": tags}
        )
    return Answer(201, contact_views.done(call, errorCount=wrong, responses=responses))


def list_notes(state: HighLevelState, call: Call) -> Answer:
    """List the notes of a contact.  GET /contacts/{contactId}/notes

    :param state: where they are.
    :param call: the request.
    """
    contact_id = find(state, call).id
    notes = [row for row in state.contact_notes.rows if row["contactId"] == contact_id]
    return views.listed(state, "notes", notes)


def create_note(state: HighLevelState, call: Call) -> Answer:
    """Write a note.  POST /contacts/{contactId}/notes

    :param state: where it goes.
    :param call: the request.
    """
    about = {"contactId": find(state, call).id, "dateAdded": iso_timestamp(state.clock.now())}
    return Answer(201, {"note": state.contact_notes.add({**checked(CONTACT_NOTE, call), **about})})


def get_note(state: HighLevelState, call: Call) -> Answer:
    """Show a note.  GET /contacts/{contactId}/notes/{id}

    :param state: where it is.
    :param call: the request.
    """
    return Answer(200, {"note": state.contact_notes.find(call.path_values["id"], **_whose(state, call))})


def update_note(state: HighLevelState, call: Call) -> Answer:
    """Change what is sent of a note.  PUT /contacts/{contactId}/notes/{id}

    :param state: where it is.
    :param call: the request.
    """
    changes, whose = checked(UPDATED_CONTACT_NOTE, call), _whose(state, call)
    return Answer(200, {"note": state.contact_notes.change(call.path_values["id"], changes, **whose)})


def delete_note(state: HighLevelState, call: Call) -> Answer:
    """Delete a note.  DELETE /contacts/{contactId}/notes/{id}

    :param state: where it is.
    :param call: the request.
    """
    state.contact_notes.remove(call.path_values["id"], **_whose(state, call))
    return Answer(200, contact_views.done(call))


def add_to_workflow(state: HighLevelState, call: Call) -> Answer:
    """Start a workflow for a contact.  POST /contacts/{contactId}/workflow/{workflowId}

    :param state: where it is noted down.
    :param call: the request.
    """
    checked(WORKFLOW, call)
    return _enrolled(state, call, "workflow", added=True)


def remove_from_workflow(state: HighLevelState, call: Call) -> Answer:
    """Take a contact out of a workflow.  DELETE /contacts/{contactId}/workflow/{workflowId}

    :param state: where it is noted down.
    :param call: the request.
    """
    checked(WORKFLOW, call)
    return _enrolled(state, call, "workflow", added=False)


def add_to_campaign(state: HighLevelState, call: Call) -> Answer:
    """Put a contact into a campaign.  POST /contacts/{contactId}/campaigns/{campaignId}

    :param state: where it is noted down.
    :param call: the request.
    """
    checked(NOTHING, call)
    return _enrolled(state, call, "campaign", added=True, status=201)


def remove_from_campaign(state: HighLevelState, call: Call) -> Answer:
    """Take a contact out of a campaign, or of all.  DELETE /contacts/{contactId}/campaigns/{campaignId}

    :param state: where it is noted down.
    :param call: the request.
    """
    return _enrolled(state, call, "campaign", added=False)


def _enrolled(state: HighLevelState, call: Call, into: str, *, added: bool, status: int = 200) -> Answer:
    state.enrol(find(state, call).id, into, call.path_values.get(f"{into}Id", ""), added=added)
    return Answer(status, contact_views.done(call))


def _whose(state: HighLevelState, call: Call) -> dict[str, Any]:
    return {"contactId": find(state, call).id}
