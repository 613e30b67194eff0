"""Runs a flow with one fault at one call, as Airflow would run its tasks again, and compares what came of it.

Every try is a process of its own, which a fault can kill. ``python -m tests.faults.harness`` runs every fault
at every call and prints the number of cases and of deviations; ``--part 3/8`` a fixed part of them.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airflow_provider_calendars.api import base, drivers
from airflow_provider_calendars.api.policy import Retries
from airflow_provider_calendars.exceptions import TransportError
from airflow_provider_calendars.operators import creation
from airflow_provider_calendars.operators.highlevel import booking
from airflow_provider_calendars.sandbox import Sandbox
from tests.faults.flows import FLOWS, PEOPLE, Flow
from tests.file_variables import FileVariables

SERVER_FAULTS: dict[str, dict[str, Any]] = {
    "500": {"kind": "status", "status": 500},
    "500 after it acted": {"kind": "status", "status": 500, "acts": True},
    "503": {"kind": "status", "status": 503},
    "429": {"kind": "status", "status": 429, "retry_after": 0.0},
    "an HTML page": {"kind": "html"},
    "an HTML page after it acted": {"kind": "html", "acts": True},
    "a success that is HTML": {"kind": "html", "status": 200, "acts": True},
    "half an answer": {"kind": "truncated"},
    "lost before": {"kind": "lost_before"},
    "lost after": {"kind": "lost_after"},
}
CLIENT_FAULTS = ("refused", "killed before", "killed after")
MOST_TRIES = 4
# exit codes of a try
DONE, FAILED, FINAL = 0, 10, 11


@dataclass(frozen=True)
class Case:
    """One fault at one call of one flow.

    :param call: the number of the call within the whole run.
    :param operation: what is called there without a fault.
    :param clear: whether all tasks are run once more in the end, as after a Clear.
    """

    flow: str
    call: int
    operation: str
    fault: str
    clear: bool = False

    def __str__(self) -> str:
        """Name the case."""
        again = ", then cleared" if self.clear else ""
        return f"{self.flow}: {self.fault} at call {self.call} ({self.operation}){again}"


@dataclass
class Outcome:
    """What came of a case.

    :param stopped: whether a task failed for good.
    :param tries: how often a task had to be tried, in all.
    :param hit: the call that went wrong: waiting takes now one look more, now one less.
    """

    state: Any
    stopped: bool
    mailed_twice: int
    tries: int
    hit: str | None = None


class FileStore:
    """The task state store, in a file that survives the process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, key: str, default: Any = None) -> Any:
        return self._load().get(key, default)

    def set(self, key: str, value: Any, **_: Any) -> None:
        half = self.path.with_suffix(".half")
        half.write_text(json.dumps({**self._load(), key: value}))
        half.rename(self.path)

    def _load(self) -> dict[str, Any]:
        return json.loads(self.path.read_text()) if self.path.exists() else {}


class Run:
    """A run of a flow, under a fault or none."""

    def __init__(self, sandbox: Sandbox, flow: Flow, folder: Path, case: Case | None = None) -> None:
        self.sandbox = sandbox
        self.flow = flow
        self.folder = folder
        self.case = case
        self.tries = 0
        self.results: dict[str, Any] = {"folder": str(folder)}
        (folder / "variables").mkdir()
        rows = "".join(f"{each['first_name']},,up{each['email']},,,\n" for each in PEOPLE)
        (folder / "contacts.csv").write_text(f"firstname,lastname,email,loginurl,username,password\n{rows}")

    def outcome(self) -> Outcome:
        """Run all tasks, once more if the case says so, and look at the vendor."""
        stopped = not all(self._task(name) for name in self.flow.tasks)
        if self.case and self.case.clear and not stopped:
            stopped = not all(self._task(name) for name in self.flow.tasks)
        twice = len(self.sandbox.lets_calendar.mailed_twice()) + len(self.sandbox.highlevel.booked_twice())
        hit = self.folder / "hit"
        operation = hit.read_text() if hit.exists() else None
        return Outcome(self.flow.state(self.sandbox), stopped, twice, self.tries, operation)

    def _task(self, name: str) -> bool:
        """Run a task until it succeeds, or fails for good, or has no tries left."""
        for number in range(1, MOST_TRIES + 1):
            self.tries += 1
            code = self._try(name, number)
            if code == DONE:
                self.results[name] = json.loads((self.folder / f"{name}.result").read_text())
                return True
            if code == FINAL:
                return False
        return False

    def _try(self, name: str, number: int) -> int:
        child = os.fork()
        if child == 0:
            os._exit(self._in_child(name, number))
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)

    def _in_child(self, name: str, number: int) -> int:
        try:
            self._quieten(name)
            self._make_quick()
            self._make_faulty()
            context = {
                "ti": _Instance(name, number),
                "task_state_store": FileStore(self.folder / f"{name}.store"),
            }
            result = self.flow.tasks[name](self.results).execute(context)
            (self.folder / f"{name}.result").write_text(json.dumps(result))
            return DONE
        except BaseException as error:  # noqa: BLE001 - a process must end with a code
            traceback.print_exc()
            return FINAL if type(error).__name__ == "AirflowFailException" else FAILED

    def _quieten(self, name: str) -> None:
        log = os.open(self.folder / f"{name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)

    def _make_quick(self) -> None:
        from airflow_provider_calendars import memory

        def quick(**given: Any) -> Retries:
            return Retries(**{"attempts": 2, "first_delay": 0.01, "jitter": lambda: 0.0, **given})

        base.Retries = quick  # type: ignore[misc, assignment]
        for module in (creation, booking):
            module.LOOKS_AFTER_LOST_REPLY = (0.0, 0.05)  # type: ignore[attr-defined]
        from airflow_provider_calendars.operators.lets_calendar import looking

        looking._LOOK_EVERY = 0.1
        memory.Variable = FileVariables(self.folder / "variables")  # type: ignore[misc, assignment]

    def _make_faulty(self) -> None:
        """Count the calls of the whole run in a file, and let the one of the case go wrong on this side."""
        real = drivers.Driver._send
        case, counter = self.case, self.folder / "calls"

        def send(driver: Any, session: Any, request: Any) -> Any:
            number = _count(counter)
            hit = case is not None and number == case.call
            if hit:
                (self.folder / "hit").write_text(request.operation)
            if hit and case.fault == "refused":
                return TransportError("no connection (refused)", sent=False)
            if hit and case.fault == "killed before":
                os.kill(os.getpid(), signal.SIGKILL)
            if hit and case.fault in SERVER_FAULTS:
                self._ask_for_fault(case.fault)
            answer = real(driver, session, request)
            if hit and case.fault == "killed after":
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        drivers.Driver._send = send  # type: ignore[method-assign]

    def _ask_for_fault(self, name: str) -> None:
        import requests

        requests.post(f"{self.sandbox.url}/sandbox/faults", json=SERVER_FAULTS[name], timeout=5)


@dataclass
class _Instance:
    task_id: str
    try_number: int
    dag_id: str = "dag"
    run_id: str = "run"
    map_index: int = -1

    def xcom_push(self, key: str, value: Any) -> None:
        """Push nothing: what is pushed early is in the result, too."""


def _count(counter: Path) -> int:
    number = int(counter.read_text()) + 1 if counter.exists() else 1
    counter.write_text(str(number))
    return number


def run(sandbox: Sandbox, name: str, case: Case | None = None) -> Outcome:
    """Run a flow at a vendor that is as good as new."""
    sandbox.reset()
    sandbox.settings.update(
        {
            "send_delay": 0.0,
            "send_seconds": 0.05,
            "import_seconds": 0.0,
            "highlevel_rate_limit": None,
            "lemcal_rate_limit": None,
        }
    )
    # a slot can only be booked once it was offered
    sandbox.highlevel.settings.strict_slot_text = False
    with tempfile.TemporaryDirectory() as folder:
        return Run(sandbox, FLOWS[name], Path(folder), case).outcome()


def cases(sandbox: Sandbox, name: str) -> Iterator[Case]:
    """Return every fault at every call that the flow makes without a fault, Clear included."""
    run(sandbox, name)
    operations = [entry.operation for entry in sandbox.journal.entries]
    for number, operation in enumerate(operations, 1):
        for fault in (*SERVER_FAULTS, *CLIENT_FAULTS):
            yield Case(name, number, operation, fault)
        for fault in ("lost after", "killed after"):
            yield Case(name, number, operation, fault, clear=True)


def deviation(case: Case, flow: Flow, wanted: Outcome, came: Outcome) -> str | None:
    """Return what is not as it should be after a case, or None."""
    if came.mailed_twice:
        return f"{case}: {came.mailed_twice} people twice"
    if came.state == wanted.state:
        return None
    if came.stopped and (came.hit or case.operation) in flow.mailing:
        return None
    return f"{case}: {came.state} instead of {wanted.state}, {'stopped' if came.stopped else 'finished'}"


def prove(
    names: tuple[str, ...], part: Callable[[int], bool], log: Callable[[str], None]
) -> tuple[int, list[str]]:
    """Run all cases of a part; return how many there were and all deviations."""
    count, found = 0, []
    with Sandbox() as sandbox:
        for system in sandbox.systems:
            os.environ[f"AIRFLOW_CONN_{system.upper()}_DEFAULT"] = sandbox.connection_json(system)
        for name in names:
            wanted = run(sandbox, name)
            chosen = [case for number, case in enumerate(cases(sandbox, name)) if part(number)]
            begun, stops = time.monotonic(), 0
            for case in chosen:
                came = run(sandbox, name, case)
                stops += came.stopped
                if wrong := deviation(case, FLOWS[name], wanted, came):
                    found.append(wrong)
                    log(wrong)
            count += len(chosen)
            took = time.monotonic() - begun
            log(f"{name}: {len(chosen)} cases in {took:.0f} s, {stops} stopped rather than mail twice")
    return count, found


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", default="1/1", help="n/m: every m-th case, beginning with the n-th")
    parser.add_argument("--flow", choices=list(FLOWS), action="append", help="only this one")
    given = parser.parse_args()
    first, every = (int(each) for each in given.part.split("/"))
    names = tuple(given.flow or FLOWS)
    count, found = prove(
        names, lambda number: number % every == first - 1, lambda text: print(text, flush=True)
    )
    print(f"{count} cases, {len(found)} deviations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
