"""The asset that changes of appointments at HighLevel update."""

from __future__ import annotations

from urllib.parse import SplitResult

from airflow.sdk import Asset

from airflow_provider_calendars.assets.uris import sanitized
from airflow_provider_calendars.hooks.highlevel import HighLevelHook


def appointments_uri(highlevel_conn_id: str) -> str:
    """Return the name of the asset of a connection."""
    return f"highlevel://{highlevel_conn_id}/appointments"


def highlevel_appointments_asset(highlevel_conn_id: str = HighLevelHook.default_conn_name) -> Asset:
    """Return the asset that is updated whenever an appointment is created, changed or deleted.

    Schedule a DAG on it: ``schedule=[highlevel_appointments_asset()]``. Its events hold the id of the
    appointment, of its calendar, its status and ``created``, ``updated`` or ``deleted``. The webhook
    receiver updates it; HighLevel sends webhooks for marketplace apps only, and some get lost, so an
    event wakes a DAG and :class:`HighLevelExportAppointmentsOperator` says what has changed.

    :param highlevel_conn_id: the Airflow connection, which is part of the asset's name.
    """
    uri = appointments_uri(highlevel_conn_id)
    return Asset(name=uri, uri=uri)


def sanitize_uri(uri: SplitResult) -> SplitResult:
    """Return a ``highlevel://`` URI as it is, or refuse one that names no connection."""
    return sanitized(uri, "highlevel", "appointments")
