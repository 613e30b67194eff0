"""Updating an asset from the API server, as its own REST call does."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from airflow.assets.manager import asset_manager
from airflow.models.asset import AssetModel
from airflow.utils.session import create_session
from sqlalchemy import select

log = logging.getLogger(__name__)


def update_asset(lemcal_conn_id: str, meeting_ids: Sequence[str]) -> None:
    """Make an event of ``lemcal://<connection>/meetings`` with the ids and the number of new meetings.

    :param lemcal_conn_id: the connection the asset is named after.
    :param meeting_ids: what was booked.
    """
    uri = f"lemcal://{lemcal_conn_id}/meetings"
    payload = {"lemcal_conn_id": lemcal_conn_id, "count": len(meeting_ids), "meeting_ids": list(meeting_ids)}
    with create_session() as session:
        asset = session.scalar(select(AssetModel).where(AssetModel.uri == uri).limit(1))
        if asset is None:
            log.warning("No DAG uses the asset %s, so %d bookings wake nobody.", uri, len(meeting_ids))
            return
        asset_manager.register_asset_change(
            asset=asset, extra={"from_webhook": True, "payload": payload}, session=session
        )
    log.info("%d bookings made an event of %s.", len(meeting_ids), uri)
