"""200 calls to lemcal's sandbox, whose limit is 20 in 2 seconds: how close to the ideal, how many refused.

Each way of pacing is measured with a fixed and a sliding window, from one process and from four with
one key. Requests reach the server after 10 to 40 milliseconds, as over a network. The ideal is 18 s:
20 calls at once and 20 more every 2 seconds.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from airflow_provider_calendars.api.drivers import Driver, Timeouts
from airflow_provider_calendars.api.lemcal import LemcalApi
from airflow_provider_calendars.api.pacing import NoBudget
from airflow_provider_calendars.api.shared_slots import SharedSlots
from airflow_provider_calendars.memory import MaskingStore
from airflow_provider_calendars.sandbox import Sandbox

CALLS = 200
IDEAL = 18.0


class Uplink(Driver):
    """A driver whose requests take a while to arrive."""

    def _send(self, session: Any, request: Any) -> Any:
        time.sleep(random.uniform(0.010, 0.040))
        return super()._send(session, request)


def work(connection: dict[str, str], calls: int, paced: bool, folder: Path, done: Any) -> None:
    """Make calls in one process and report how many succeeded."""
    base_url = f"{connection['host']}/api/lemcal"
    api = LemcalApi(connection["login"], connection["password"], base_url=base_url)
    if not paced:
        api.budget = NoBudget()
    driver = Uplink(MaskingStore(), Timeouts(), "benchmark", slots=SharedSlots(folder))
    made = 0
    for _ in range(calls):
        driver.run(api.me())
        made += 1
    done.put(made)


def measure(paced: bool, processes: int, window: str) -> tuple[float, int, int]:
    """Return the share of the ideal, the number of refusals and of lost calls."""
    with Sandbox() as sandbox, tempfile.TemporaryDirectory() as folder:
        sandbox.settings.lemcal_rate_window = window
        connection = json.loads(sandbox.connection_json("lemcal"))
        done: Any = multiprocessing.Queue()
        arguments = (connection, CALLS // processes, paced, Path(folder), done)
        workers = [multiprocessing.Process(target=work, args=arguments) for _ in range(processes)]
        start = time.perf_counter()
        for worker in workers:
            worker.start()
        made = sum(done.get(timeout=120) for _ in workers)
        seconds = time.perf_counter() - start
        for worker in workers:
            worker.join()
        refused = sum(entry.status == 429 for entry in sandbox.journal.entries)
    return IDEAL / seconds, refused, CALLS - made


def main() -> None:
    """Measure all candidates in turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1, help="how often each is measured; the median counts")
    rounds = parser.parse_args().rounds
    print(f"{'pacing':<12}{'processes':>10}{'window':>9}{'of ideal':>10}{'429s':>6}{'lost':>6}")
    for window in ("fixed", "sliding"):
        for processes in (1, 4):
            for name, paced in (("shared", True), ("Retry-After", False)):
                taken = [measure(paced, processes, window) for _ in range(rounds)]
                share, refused, lost = (statistics.median(column) for column in zip(*taken, strict=True))
                print(
                    f"{name:<12}{processes:>10}{window:>9}{share:>10.0%}{refused:>6.0f}{lost:>6.0f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
