"""The recommended way to invite people: checked, approved by a person, tried on ourselves first.

An export is prepared and a campaign created. What nobody can have meant is refused, then a person sees
the numbers under *Required actions* and decides. Our own people get the first invites; when those are out,
the audience is uploaded and invited, and the report says what became of everybody. What was approved is
all that can be sent: another file, text or time is refused. If anything fails, whatever is still to come is
called off.
"""

from __future__ import annotations

import json
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import Param, dag, task

from airflow_provider_calendars.operators.contacts import PrepareContactsOperator
from airflow_provider_calendars.operators.guards import ApproveInvitesOperator, CheckInvitesOperator
from airflow_provider_calendars.operators.lets_calendar import (
    LetsCalendarCreateCampaignOperator,
    LetsCalendarListSendersOperator,
    LetsCalendarSendCanaryOperator,
    LetsCalendarSendInvitesOperator,
    LetsCalendarUndoInvitesOperator,
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
    render_template_as_native_obj=True,
    params={
        "export": Param(str(EXPORT), type="string", description="The CRM's export."),
        "seeds": Param(
            [{"email": "qa@example.com", "first_name": "Quality"}],
            type="array",
            description="Our own people, who get the first invites.",
        ),
        "max_invites": Param(1000, type="integer"),
        "timezone": Param("Europe/Berlin", type="string"),
        "hours_to_answer": Param(24, type="integer"),
        "output_folder": Param(str(OUTPUT), type="string", description="Where files of this run go."),
    },
    doc_md=__doc__,
)
def lets_calendar_approved_campaign() -> None:
    """Prepare, check, approve, try, send, report; call off on failure."""
    folder = "{{ params.output_folder }}/{{ run_id | replace(':', '') }}"

    prepare = PrepareContactsOperator(
        task_id="prepare_contacts",
        path="{{ params.export }}",
        output_path=f"{folder}/contacts.csv",
        report_path=f"{folder}/prepared.json",
    )

    senders = LetsCalendarListSendersOperator(task_id="list_senders")

    create = LetsCalendarCreateCampaignOperator(
        task_id="create_campaign",
        title="Product webinar {{ " + IN_A_WEEK + " }}",
        subject="Your invitation to the product webinar",
        sender_email_id=first_sender(senders.output),
        start_datetime="{{ " + IN_A_WEEK + " }} 16:00",
        end_datetime="{{ " + IN_A_WEEK + " }} 17:00",
        timezone="{{ params.timezone }}",
        description="What is new.",
        email_content="<p>Join us for what is new.</p>",
    )
    campaign_id = create.output["campaign_id"]

    check = CheckInvitesOperator(
        task_id="check_invites",
        campaign_id=campaign_id,
        path=prepare.output["path"],
        audience_fingerprint=prepare.output["audience_fingerprint"],
        report_path=f"{folder}/prepared.json",
        max_invites="{{ params.max_invites }}",
        max_growth=3,
        max_reject_ratio=0.5,
        min_lead_time=24 * 3600,
    )

    approve = ApproveInvitesOperator(
        task_id="approve_invites",
        campaign_id=campaign_id,
        path=prepare.output["path"],
        report_path=f"{folder}/prepared.json",
        response_timeout=timedelta(hours=24),
    )

    canary = LetsCalendarSendCanaryOperator(
        task_id="send_canary",
        campaign_id=campaign_id,
        seeds="{{ params.seeds }}",
        poll_interval=2,
        approved_fingerprint=approve.output["send_fingerprint"],
        audience_path=prepare.output["path"],
    )

    upload = LetsCalendarUploadContactsOperator(
        task_id="upload_contacts",
        campaign_id=campaign_id,
        path=prepare.output["path"],
    )

    imported = LetsCalendarContactsImportedSensor(
        task_id="wait_until_imported",
        campaign_id=campaign_id,
        expected=upload.output["expected_attendees"],
        poll_interval=5,
        timeout=3600,
        deferrable=True,
    )

    send = LetsCalendarSendInvitesOperator(
        task_id="send_invites",
        campaign_id=campaign_id,
        approved_fingerprint=approve.output["send_fingerprint"],
        audience_path=prepare.output["path"],
        canary_sent=canary.output["sent"],
    )

    sent = LetsCalendarInvitesSentSensor(
        task_id="wait_until_sent",
        campaign_id=campaign_id,
        poll_interval=5,
        timeout=6 * 3600,
        deferrable=True,
    )

    undo = LetsCalendarUndoInvitesOperator(
        task_id="call_off",
        campaign_id=campaign_id,
        trigger_rule="one_failed",
    )

    prepare >> create >> check >> approve >> canary >> upload >> imported >> send >> sent
    sent >> write_report(prepare.output, sent.output, f"{folder}/report.json")
    [canary, upload, imported, send, sent] >> undo


@task
def first_sender(listed: dict[str, Any]) -> int:
    """Choose the mailbox to send from."""
    if not listed["senders"]:
        raise ValueError("No sender mailbox is connected in Let's Calendar. Connect one in its panel.")
    return int(listed["senders"][0]["sender_email_id"])


@task
def write_report(prepared: dict[str, Any], sent: dict[str, Any], path: str) -> dict[str, Any]:
    """Write down what became of everybody, as numbers."""
    report = {**{f"export_{name}": prepared[name] for name in ("rows", "accepted", "rejected")}, **sent}
    Path(path).write_text(json.dumps(report, indent=2), encoding="utf-8")
    return report


example = lets_calendar_approved_campaign()

if __name__ == "__main__":
    example.test()
