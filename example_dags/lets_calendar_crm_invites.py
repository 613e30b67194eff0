"""From a CRM export to a sent invite campaign.

Reads people from an export, leaves out whoever opted out, was malformed or came twice, creates a
campaign in Let's Calendar, uploads the people, sends the invites and reports what became of them.

Runs unchanged against the sandbox and against a real account; only the connection
``lets_calendar_default`` differs.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from airflow.sdk import ObjectStoragePath, Param, dag, task

from airflow_provider_calendars.operators.contacts import PrepareContactsOperator
from airflow_provider_calendars.operators.lets_calendar import (
    LetsCalendarCreateCampaignOperator,
    LetsCalendarListSendersOperator,
    LetsCalendarSendInvitesOperator,
    LetsCalendarUploadContactsOperator,
)
from airflow_provider_calendars.retry_policy import retry_arguments
from airflow_provider_calendars.sensors.lets_calendar import (
    LetsCalendarContactsImportedSensor,
    LetsCalendarInvitesSentSensor,
)

EXPORT = Path(__file__).parent / "data" / "hubspot_contacts.csv"
OUTPUT = Path(tempfile.gettempdir()) / "airflow-calendars"

IN_A_WEEK = "(dag_run.run_after + macros.timedelta(days=7)).strftime('%Y-%m-%d')"


@dag(
    schedule=None,
    catchup=False,
    tags=["calendars", "lets_calendar", "example"],
    default_args=retry_arguments(),
    params={
        "export": Param(str(EXPORT), type="string", description="The CRM export, any storage path."),
        "output_folder": Param(str(OUTPUT), type="string", description="Where files of this run go."),
        "title": Param("Product webinar", type="string", description="Title of the event."),
        "timezone": Param("Europe/Berlin", type="string"),
    },
    doc_md=__doc__,
)
def lets_calendar_crm_invites() -> None:
    """Invite the people of a CRM export to a webinar in a week."""
    folder = "{{ params.output_folder }}/{{ run_id | replace(':', '') }}"

    prepare = PrepareContactsOperator(
        task_id="prepare_contacts",
        path="{{ params.export }}",
        output_path=f"{folder}/contacts.csv",
        rejected_path=f"{folder}/rejected.csv",
    )

    senders = LetsCalendarListSendersOperator(task_id="list_senders")

    create = LetsCalendarCreateCampaignOperator(
        task_id="create_campaign",
        title="{{ params.title }}",
        subject="Your invitation: {{ params.title }}",
        sender_email_id=first_sender(senders.output),
        start_datetime="{{ " + IN_A_WEEK + " }} 16:00",
        end_datetime="{{ " + IN_A_WEEK + " }} 17:00",
        timezone="{{ params.timezone }}",
        description="What is new, and how to use it.",
        email_content="<p>Join us for an hour on what is new.</p>",
    )

    upload = LetsCalendarUploadContactsOperator(
        task_id="upload_contacts",
        campaign_id=create.output["campaign_id"],
        path=prepare.output["path"],
    )

    imported = LetsCalendarContactsImportedSensor(
        task_id="wait_for_import",
        campaign_id=create.output["campaign_id"],
        expected=upload.output["expected_attendees"],
        poll_interval=5,
        timeout=3600,
        deferrable=True,
    )

    send = LetsCalendarSendInvitesOperator(
        task_id="send_invites",
        campaign_id=create.output["campaign_id"],
    )

    sent = LetsCalendarInvitesSentSensor(
        task_id="wait_until_sent",
        campaign_id=create.output["campaign_id"],
        poll_interval=5,
        timeout=6 * 3600,
        deferrable=True,
    )

    # nobody is uploaded, and no campaign made, before the export is known to be usable
    prepare >> create
    upload >> imported >> send >> sent
    report(prepared=prepare.output, sent=sent.output, path=f"{folder}/report.json")


@task
def first_sender(listed: dict[str, Any]) -> int:
    """Choose the mailbox to send from."""
    if not listed["senders"]:
        raise ValueError("No sender mailbox is connected in Let's Calendar. Connect one in its panel.")
    return int(listed["senders"][0]["sender_email_id"])


@task
def report(prepared: dict[str, Any], sent: dict[str, Any], path: str) -> dict[str, Any]:
    """Bring together what happened, in counts and paths."""
    outcome = {
        **{name: prepared[name] for name in ("rows", "accepted", "rejected", "suppressed", "duplicates")},
        "campaign_id": sent["campaign_id"],
        "invites_sent": sent["sent"],
        "invites_failed": sent["failed"],
        "contacts_path": prepared["path"],
        "rejected_path": prepared["rejected_path"],
    }
    ObjectStoragePath(path).write_text(json.dumps(outcome, indent=2), encoding="utf-8")
    return {**outcome, "report_path": path}


example = lets_calendar_crm_invites()

if __name__ == "__main__":
    example.test()
