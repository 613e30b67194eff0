"""Prepare the people another task has brought together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from airflow.sdk import Param, dag, task

from airflow_provider_calendars.operators.contacts import PrepareContactsOperator

PEOPLE = Path(__file__).parent / "data" / "people.csv"


@dag(schedule=None, params={"files": Param("/tmp/airflow-calendars", type="string")})
def dataframe_contacts() -> None:
    """Prepare the people another task has brought together."""
    PrepareContactsOperator(
        task_id="prepare_contacts",
        dataframe=load_people(),
        output_path="{{ params.files }}/people.csv",
    )


@task
def load_people() -> Any:
    """Return people as a DataFrame, however you come by them."""
    import pandas as pd

    return pd.read_csv(PEOPLE)


example = dataframe_contacts()
