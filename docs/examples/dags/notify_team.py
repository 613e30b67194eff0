"""Write to the team when rows are rejected, when invites fail, and when a sending stops."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from airflow.exceptions import AirflowException
from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.sdk import Context, Param, dag

from airflow_provider_calendars.exceptions import CalendarsError
from airflow_provider_calendars.operators.contacts import PrepareContactsOperator
from airflow_provider_calendars.operators.lets_calendar import (
    LetsCalendarAddContactsOperator,
    LetsCalendarSendInvitesOperator,
)
from airflow_provider_calendars.retry_policy import retry_arguments
from airflow_provider_calendars.sensors.lets_calendar import LetsCalendarInvitesSentSensor

PEOPLE = Path(__file__).parent / "data" / "people.csv"
TEAM = "events-team@example.com"


def tell(context: Context, subject: str, text: str, **values: Any) -> None:
    """Write to the team. A notifier keeps what it has rendered, so each mail has one of its own."""
    notifier = SmtpNotifier(to=TEAM, subject="{{ dag.dag_id }}: " + subject, html_content=text)
    notifier({**context, **values})


def left_behind(context: Context, key: str = "return_value") -> Any:
    """Return an XCom of the task that has just ended."""
    ti = context["ti"]
    return ti.xcom_pull(task_ids=ti.task_id, map_indexes=ti.map_index, key=key)


MOST_REJECTED = 0.01  # of all rows
REJECTED_ROWS = """
<p>{{ prepared.rejected }} of {{ prepared.rows }} rows cannot be used.</p>
<ul>{% for reason, count in prepared.reasons.items() %}<li>{{ reason }}: {{ count }}</li>{% endfor %}</ul>
<p>Row by row: {{ prepared.rejected_path | e }}</p>
"""


def tell_of_rejected_rows(context: Context) -> None:
    """Say how many rows cannot be used, and why, if these are more than usual."""
    prepared = left_behind(context)
    if prepared["rejected"] > MOST_REJECTED * prepared["rows"]:
        tell(context, "{{ prepared.rejected }} rows were rejected", REJECTED_ROWS, prepared=prepared)


def tell_of_failed_invites(context: Context) -> None:
    """Say how many invites failed, if any did."""
    if failed := left_behind(context)["failed"]:
        report = left_behind(context, "report")
        tell(context, f"{failed} invites failed", "<pre>{{ report | e }}</pre>", report=report)


FAILURE = """
<p>{{ reason | e }}</p>
{% if report %}<pre>{{ report | e }}</pre>{% endif %}
<p>Run {{ run_id | e }}</p>
"""


def tell_of_failure(context: Context) -> None:
    """Say why a task has failed for good, and how far the sending came."""
    error = context.get("exception")
    # what other libraries say in an error may name people
    is_told = isinstance(error, CalendarsError | AirflowException)
    reason = str(error) if is_told else "Its log says why."
    tell(context, "{{ ti.task_id }} failed", FAILURE, reason=reason, report=left_behind(context, "report"))


@dag(
    schedule=None,
    default_args={**retry_arguments(), "on_failure_callback": tell_of_failure},
    params={
        "campaign_id": Param("", type="string"),
        "people": Param(str(PEOPLE), type="string"),
        "files": Param("/tmp/airflow-calendars", type="string"),
    },
)
def notify_team() -> None:
    """Prepare, add and send, and write to the team about what somebody should look at."""
    prepare = PrepareContactsOperator(
        task_id="prepare_contacts",
        path="{{ params.people }}",
        output_path="{{ params.files }}/people.csv",
        on_success_callback=tell_of_rejected_rows,
    )

    add = LetsCalendarAddContactsOperator(
        task_id="add_contacts",
        campaign_id="{{ params.campaign_id }}",
        path=prepare.output["path"],
    )

    send = LetsCalendarSendInvitesOperator(
        task_id="send_invites",
        campaign_id="{{ params.campaign_id }}",
    )

    sent = LetsCalendarInvitesSentSensor(
        task_id="wait_until_sent",
        campaign_id="{{ params.campaign_id }}",
        stalled_after=1800,
        poll_interval=60,
        timeout=6 * 3600,
        deferrable=True,
        retries=0,
        on_success_callback=tell_of_failed_invites,
    )

    add >> send >> sent


example = notify_team()
