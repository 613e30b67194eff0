"""Contacts that carry an event's tag in HighLevel become the audience of a Let's Calendar campaign.

Whoever does not want to be mailed, by HighLevel's do-not-disturb or by an opt-out of their own, is left out;
who is invited gets a second tag, so that the CRM shows it. Run it again, as often as contacts are tagged:
the campaign is the same, and only who is new is added and mailed.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from airflow.sdk import Param, dag, task

from airflow_provider_calendars.operators.contacts import PrepareContactsOperator
from airflow_provider_calendars.operators.highlevel import (
    HighLevelExportContactsOperator,
    HighLevelUpsertContactsOperator,
)
from airflow_provider_calendars.operators.lets_calendar import (
    LetsCalendarAddContactsOperator,
    LetsCalendarCreateCampaignOperator,
    LetsCalendarListSendersOperator,
    LetsCalendarSendInvitesOperator,
)
from airflow_provider_calendars.retry_policy import retry_arguments

OUTPUT = Path(tempfile.gettempdir()) / "airflow-calendars"


@dag(
    schedule=None,
    catchup=False,
    # two runs at a time would both find the same people new
    max_active_runs=1,
    tags=["calendars", "highlevel", "lets_calendar", "example"],
    default_args=retry_arguments(),
    params={
        "tag": Param("spring webinar", type="string", description="Who carries this tag is invited."),
        "start": Param("2037-03-04 16:00", type="string", description="On the clocks of the time zone."),
        "end": Param("2037-03-04 17:00", type="string"),
        "timezone": Param("Europe/Berlin", type="string"),
        "output_folder": Param(str(OUTPUT), type="string", description="Where files of this run go."),
    },
    doc_md=__doc__,
)
def highlevel_crm_to_campaign() -> None:
    """Invite who carries a tag."""
    folder = "{{ params.output_folder }}/{{ run_id | replace(':', '') }}"

    export = HighLevelExportContactsOperator(
        task_id="export_tagged_contacts",
        path=f"{folder}/export.csv",
        tags=["{{ params.tag }}"],
    )

    prepare = PrepareContactsOperator(
        task_id="prepare_contacts",
        path=export.output["path"],
        output_path=f"{folder}/contacts.csv",
        if_nobody="skip",
    )

    senders = LetsCalendarListSendersOperator(task_id="list_senders")

    campaign = LetsCalendarCreateCampaignOperator(
        task_id="create_campaign",
        title="{{ params.tag | title }}",
        subject="Your invitation: {{ params.tag | title }}",
        sender_email_id=first_sender(senders.output),
        start_datetime="{{ params.start }}",
        end_datetime="{{ params.end }}",
        timezone="{{ params.timezone }}",
        description="What is new.",
        email_content="<p>Join us.</p>",
        # the first run creates it, the others use it
        if_exists="adopt",
    )

    add = LetsCalendarAddContactsOperator(
        task_id="add_contacts",
        campaign_id=campaign.output["campaign_id"],
        path=prepare.output["path"],
        only_new=True,
    )

    send = LetsCalendarSendInvitesOperator(
        task_id="send_invites",
        campaign_id=campaign.output["campaign_id"],
    )

    mark = HighLevelUpsertContactsOperator(
        task_id="mark_as_invited",
        path=prepare.output["path"],
        tags=["{{ params.tag }} invited"],
        report_path=f"{folder}/marked.csv",
    )

    prepare >> campaign >> add >> send >> mark


@task
def first_sender(listed: dict[str, Any]) -> int:
    """Choose the mailbox to send from."""
    if not listed["senders"]:
        raise ValueError("No sender mailbox is connected in Let's Calendar. Connect one in its panel.")
    return int(listed["senders"][0]["sender_email_id"])


example = highlevel_crm_to_campaign()

if __name__ == "__main__":
    example.test()
