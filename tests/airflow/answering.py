"""Answers what a run asks people, over the REST API of an Airflow of its own, while the run waits."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

_PATIENCE = 90.0


@contextmanager
def answering(dag_id: str, task_id: str, option: str) -> Iterator[list[dict[str, Any]]]:
    """Choose an option of a task as soon as it asks; what people were shown is in the list afterwards."""
    shown: list[dict[str, Any]] = []
    over = threading.Event()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "airflow", "api-server", "--port", str(port), "--workers", "1"]
    environment = {**os.environ, "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        asked = (f"http://127.0.0.1:{port}", dag_id, task_id, option, shown, over)
        thread = threading.Thread(target=_answer, args=asked, daemon=True)
        thread.start()
        try:
            yield shown
        finally:
            over.set()
            thread.join(10)
            server.terminate()


def _answer(
    url: str,
    dag_id: str,
    task_id: str,
    option: str,
    shown: list[dict[str, Any]],
    over: threading.Event,
) -> None:
    headers: dict[str, str] = {}
    deadline = time.monotonic() + _PATIENCE
    while not over.wait(0.3):
        try:
            if not headers:
                token = requests.get(f"{url}/auth/token", timeout=10).json()["access_token"]
                headers = {"Authorization": f"Bearer {token}"}
            if time.monotonic() > deadline:
                # a run nobody answers would wait for ever
                return _give_up(url, dag_id, headers)
            _answer_open(f"{url}/api/v2/dags/{dag_id}/dagRuns", task_id, option, shown, headers)
        except (OSError, ValueError):
            continue
    return None


def _answer_open(
    runs: str, task_id: str, option: str, shown: list[dict[str, Any]], headers: dict[str, str]
) -> None:
    asked = requests.get(f"{runs}/~/hitlDetails", headers=headers, timeout=10).json()
    for each in asked.get("hitl_details", []):
        instance = each["task_instance"]
        if instance["task_id"] != task_id or each["response_received"]:
            continue
        where = f"{runs}/{instance['dag_run_id']}/taskInstances/{task_id}/{instance['map_index']}/hitlDetails"
        chosen = {"chosen_options": [option], "params_input": {}}
        if requests.patch(where, json=chosen, headers=headers, timeout=10).ok:
            shown.append(each)


def _give_up(url: str, dag_id: str, headers: dict[str, str]) -> None:
    runs = f"{url}/api/v2/dags/{dag_id}/dagRuns"
    for run in requests.get(runs, headers=headers, timeout=10).json()["dag_runs"]:
        where = f"{runs}/{run['dag_run_id']}"
        requests.patch(where, json={"state": "failed"}, headers=headers, timeout=10)
