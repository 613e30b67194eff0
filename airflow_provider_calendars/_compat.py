"""The few names that moved between Airflow 3.1 and 3.4, imported from where they are."""

from __future__ import annotations

from airflow.sdk.log import mask_secret

try:
    from airflow.sdk.configuration import conf
    from airflow.sdk.exceptions import AirflowFailException, AirflowSensorTimeout, AirflowSkipException
except ImportError:  # Airflow 3.1
    from airflow.configuration import conf
    from airflow.exceptions import (  # type: ignore[no-redef]
        AirflowFailException,
        AirflowSensorTimeout,
        AirflowSkipException,
    )

__all__ = ["AirflowFailException", "AirflowSensorTimeout", "AirflowSkipException", "conf", "mask_secret"]
