"""Serves the webhook receiver as Airflow's API server mounts it, and reads what becomes of webhooks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import uvicorn
from airflow.sdk import DAG, Asset, BaseOperator
from fastapi import FastAPI

from airflow_provider_calendars.plugin import _apps
from tests.airflow.running import _make_known

__all__ = ["Served", "events_of", "queued", "schedule_on", "wait_until"]


class Served:
    """The plugin's app in a thread, for some connections.

    :param connections: their ids.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *connections: str) -> None:
        monkeypatch.setenv("AIRFLOW__CALENDARS__WEBHOOK_CONNECTIONS", " , ".join(connections))
        app = FastAPI()
        for each in _apps():
            app.mount(each["url_prefix"], each["app"])
        config = uvicorn.Config(app, port=0, lifespan="off", log_config=None)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        wait_until(lambda: self._server.started)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.base = f"http://127.0.0.1:{port}/calendars"

    def stop(self) -> None:
        """Stop serving."""
        self._server.should_exit = True
        self._thread.join(5)


def wait_until(true: Callable[[], Any], seconds: float = 8.0) -> Any:
    """Wait for something to become true, and return it."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.01)
    return found


def schedule_on(asset: Asset, dag_id: str) -> str:
    """Have a DAG scheduled on an asset, as the DAG processor would, and return its id."""
    with DAG(dag_id, schedule=[asset], is_paused_upon_creation=False) as dag:
        BaseOperator(task_id="wake")
    _make_known(dag)
    return dag.dag_id


def events_of(uri: str) -> list[dict[str, Any]]:
    """Return what the events of an asset hold, read from Airflow's database."""
    from airflow.models.asset import AssetEvent, AssetModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        found = select(AssetEvent.extra).join(AssetModel, AssetModel.id == AssetEvent.asset_id)
        return list(session.scalars(found.where(AssetModel.uri == uri).order_by(AssetEvent.id)))


def queued(dag_id: str) -> bool:
    """Return whether Airflow is about to run a DAG because of an asset."""
    from airflow.models.asset import AssetDagRunQueue
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        query = select(AssetDagRunQueue).where(AssetDagRunQueue.target_dag_id == dag_id)
        return session.scalars(query).first() is not None
