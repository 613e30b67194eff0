"""Updating an asset from the API server, as its own REST call does."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from airflow.assets.manager import asset_manager
from airflow.models.asset import AssetModel
from airflow.utils.session import create_session
from sqlalchemy import select

log = logging.getLogger(__name__)


def update_asset(uri: str, payload: Mapping[str, Any]) -> None:
    """Make an event of an asset, if any DAG uses it.

    :param uri: the asset.
    :param payload: what the event says; its ``count`` is how many things have happened.
    """
    with create_session() as session:
        asset = session.scalar(select(AssetModel).where(AssetModel.uri == uri).limit(1))
        if asset is None:
            log.warning("No DAG uses the asset %s, so %d events wake nobody.", uri, payload["count"])
            return
        asset_manager.register_asset_change(
            asset=asset, extra={"from_webhook": True, "payload": dict(payload)}, session=session
        )
    log.info("%d webhooks made an event of %s.", payload["count"], uri)
