"""Runs operators: with a small context, or as tasks of a real DAG run."""

from __future__ import annotations

import importlib.util
import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import DAG, BaseOperator

from airflow_provider_calendars.api.policy import Retries

try:
    from airflow.sdk.exceptions import TaskDeferred
except ImportError:  # Airflow 3.1
    from airflow.exceptions import TaskDeferred

__all__ = [
    "Instance",
    "Killed",
    "Store",
    "TaskDeferred",
    "context",
    "die",
    "hasten",
    "hasten_booking",
    "load_dag",
    "run_dag",
    "states",
    "xcom",
]

_NUMBERS = itertools.count()


@dataclass
class Store:
    """The task state store of Airflow 3.3, without a database."""

    values: dict[str, Any] = field(default_factory=dict)

    def get(self, key: str, default: Any = None) -> Any:
        return self.values.get(key, default)

    def set(self, key: str, value: Any, *, retention: timedelta | None = None) -> None:
        self.values[key] = value


@dataclass
class Instance:
    """As much of a task instance as operators use outside a run."""

    dag_id: str = "dag"
    run_id: str = "run"
    task_id: str = "task"
    map_index: int = -1
    try_number: int = 1
    xcoms: dict[str, Any] = field(default_factory=dict)

    def xcom_push(self, key: str, value: Any) -> None:
        self.xcoms[key] = value


def context(store: Store | None = None, **instance: Any) -> Any:
    """Return a context that remembers in a store, a new one if none is given."""
    return {"ti": Instance(**instance), "task_state_store": Store() if store is None else store}


def run_dag(make_tasks: Callable[[], Any], **arguments: Any) -> Any:
    """Run tasks as a DAG run of their own, with retries that come at once, and return it."""
    number = next(_NUMBERS)
    defaults = {"retries": 0, "retry_delay": timedelta(0), **arguments}
    with DAG(f"calendars_test_{number}", schedule=None, default_args=defaults) as dag:
        make_tasks()
    _make_known(dag)
    return dag.test()


def _make_known(dag: DAG) -> None:
    """Do what Airflow's DAG processor does with a DAG it finds in a file."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager

    try:
        from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db
    except ImportError:  # Airflow 3.1
        from airflow.models.dagbag import DagBag, sync_bag_to_db

    DagBundlesManager().sync_bundles_to_db()
    bag = DagBag(dag_folder=os.devnull)
    bag.bag_dag(dag)
    sync_bag_to_db(bag, "dags-folder", None)


def states(run: Any) -> dict[str, str]:
    """Return the state of each task of a run."""
    return {instance.task_id: str(instance.state) for instance in run.get_task_instances()}


def xcom(run: Any, task_id: str, key: str = "return_value") -> Any:
    """Return what a task of a run left behind, read from Airflow's database."""
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        query = select(XComModel).where(
            XComModel.dag_id == run.dag_id,
            XComModel.run_id == run.run_id,
            XComModel.task_id == task_id,
            XComModel.key == key,
        )
        row = session.scalars(query).first()
        return None if row is None else XComModel.deserialize_value(row)


def hasten(monkeypatch: pytest.MonkeyPatch, attempts: int = 3) -> None:
    """Let calls be tried again at once, and less often."""

    def quick(**given: Any) -> Retries:
        return Retries(**{"attempts": attempts, "first_delay": 0.01, "jitter": lambda: 0.0, **given})

    monkeypatch.setattr("airflow_provider_calendars.api.base.Retries", quick)


def hasten_booking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let calls be tried again at once, and what became of a lost booking be looked at without waiting."""
    hasten(monkeypatch)
    for module in ("creation", "highlevel.booking"):
        where = f"airflow_provider_calendars.operators.{module}.LOOKS_AFTER_LOST_REPLY"
        monkeypatch.setattr(where, (0.0,) * 2)


class Killed(BaseException):
    """The worker process dies: nothing in the task can catch it."""


def die(operator: BaseOperator, call: str, *, after: bool) -> None:
    """Let the process of a task die right before, or right after, a call to the vendor."""
    hook = operator.hook  # type: ignore[attr-defined]
    real = getattr(hook, call)

    def dying(*arguments: Any, **named: Any) -> Any:
        if after:
            real(*arguments, **named)
        raise Killed

    setattr(hook, call, dying)


def load_dag(path: Path) -> DAG:
    """Import a DAG as Airflow does, as a file of its own."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return next(value for value in vars(module).values() if isinstance(value, DAG))
