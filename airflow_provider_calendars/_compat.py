"""The few names that moved between Airflow 3.1 and 3.4, imported from where they are."""

from __future__ import annotations

from airflow.sdk.log import mask_secret

try:
    from airflow.sdk.configuration import conf
    from airflow.sdk.exceptions import (
        AirflowException,
        AirflowFailException,
        AirflowSensorTimeout,
        AirflowSkipException,
    )
except ImportError:  # Airflow 3.1
    from airflow.configuration import conf
    from airflow.exceptions import (  # type: ignore[no-redef]
        AirflowException,
        AirflowFailException,
        AirflowSensorTimeout,
        AirflowSkipException,
    )

try:
    from airflow.sdk.lineage import get_hook_lineage_collector
except ImportError:  # Airflow 3.1
    from airflow.lineage.hook import get_hook_lineage_collector  # type: ignore[import-not-found,no-redef]

__all__ = [
    "AirflowException",
    "AirflowFailException",
    "AirflowSensorTimeout",
    "AirflowSkipException",
    "conf",
    "get_hook_lineage_collector",
    "mask_secret",
]
