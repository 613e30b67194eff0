"""The asset that new bookings at lemcal update."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import SplitResult

from airflow.sdk import Asset, AssetWatcher

from airflow_provider_calendars.assets.uris import sanitized
from airflow_provider_calendars.hooks.lemcal import LemcalHook


def meetings_uri(lemcal_conn_id: str) -> str:
    """Return the name of the asset of a connection."""
    return f"lemcal://{lemcal_conn_id}/meetings"


def lemcal_meetings_asset(
    lemcal_conn_id: str = LemcalHook.default_conn_name,
    *,
    meeting_type_ids: Sequence[str] = (),
    poll_interval: float = 30.0,
    watch: bool = True,
) -> Asset:
    """Return the asset that is updated whenever somebody books a meeting: ``lemcal://<connection>/meetings``.

    Schedule a DAG on it: ``schedule=[lemcal_meetings_asset()]``. Its events hold the ids of the new
    meetings and their number. The webhook receiver updates the same asset.

    :param lemcal_conn_id: the Airflow connection, which is part of the asset's name.
    :param meeting_type_ids: only meetings of these types wake the watcher; all if empty.
    :param poll_interval: seconds between two looks of the watcher.
    :param watch: False where the webhook receiver alone updates the asset.
    """
    uri = meetings_uri(lemcal_conn_id)
    if not watch:
        return Asset(name=uri, uri=uri)
    from airflow_provider_calendars.triggers.lemcal import LemcalMeetingsTrigger

    trigger = LemcalMeetingsTrigger(lemcal_conn_id, meeting_type_ids, poll_interval)
    return Asset(name=uri, uri=uri, watchers=[AssetWatcher(name=f"lemcal_{lemcal_conn_id}", trigger=trigger)])


def sanitize_uri(uri: SplitResult) -> SplitResult:
    """Return a ``lemcal://`` URI as it is, or refuse one that names no connection."""
    return sanitized(uri, "lemcal", "meetings")
