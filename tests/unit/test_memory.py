"""What is remembered between calls, tries and runs, in Airflow's own stores."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_calendars.memory import MaskingStore, RunMemory
from tests.airflow.running import Instance, Store, context


def test_a_task_remembers_across_its_tries() -> None:
    """What the first try noted, the next one reads."""
    store = Store()
    RunMemory(context(store, try_number=1)).set("send_invites", {"state": "sending"})
    assert RunMemory(context(store, try_number=2)).get("send_invites") == {"state": "sending"}
    assert RunMemory(context(store)).get("other") is None


@pytest.mark.parametrize("odd", ["text", 5, [1], True])
def test_a_note_of_another_shape_is_none(odd: Any) -> None:
    """What somebody else stored under the key does not break the task."""
    assert RunMemory(context(Store({"key": odd}))).get("key") is None


def test_without_a_run_memory_lasts_as_long_as_the_object() -> None:
    """An operator that is executed by hand works."""
    memory = RunMemory({})
    memory.set("key", {"a": 1})
    assert memory.get("key") == {"a": 1}
    assert RunMemory({}).get("key") is None


def names(**instance: Any) -> set[str]:
    """Return the Variable names of some keys of a task instance without a state store."""
    memory = RunMemory({"ti": Instance(**instance)})
    return {memory._variable(key) for key in ("a", "b")}


def test_variables_of_tasks_runs_and_mapped_tasks_are_apart() -> None:
    """No task reads what another one noted, however their names are put together."""
    found = [
        names(),
        names(dag_id="x"),
        names(run_id="x"),
        names(task_id="x"),
        names(map_index=0),
        names(dag_id="a", run_id="b.c"),
        names(dag_id="a.b", run_id="c"),
    ]
    assert len(set().union(*found)) == 14
    assert names() == names(try_number=7)
    assert all(len(name) < 250 and "@" not in name for name in set().union(*found))


def test_a_store_remembers_texts() -> None:
    """A token is found under its key, and one that is none does no harm."""
    store = MaskingStore()
    assert store.recall("access_token", fresh=False) is None
    store.remember("access_token", "no token at all")
    assert store.recall("access_token", fresh=True) == "no token at all"
