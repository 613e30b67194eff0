"""Prepare the people of a database."""

from __future__ import annotations

from airflow.sdk import Param, dag

from airflow_provider_calendars.operators.contacts import PrepareContactsOperator


@dag(
    schedule=None,
    params={
        "event": Param("spring", type="string"),
        "files": Param("/tmp/airflow-calendars", type="string"),
    },
)
def sql_contacts() -> None:
    """Prepare the people of a database."""
    PrepareContactsOperator(
        task_id="prepare_contacts",
        sql="select first_name, last_name, email, email_opt_out from people where event = ?",
        sql_conn_id="crm",
        sql_parameters=["{{ params.event }}"],
        output_path="{{ params.files }}/people.csv",
    )


example = sql_contacts()
