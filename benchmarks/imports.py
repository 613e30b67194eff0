"""What importing an operator costs on top of ``airflow.sdk``, in milliseconds.

The DAG processor has imported ``airflow.sdk`` already and forks for each file it parses, so every
candidate is imported in a fork of this process. All candidates are measured in turns, in one run.
"""

from __future__ import annotations

import importlib
import os
import statistics
import struct
import sys
import time

from airflow.sdk import DAG, BaseHook, BaseOperator, BaseSensorOperator, ObjectStoragePath, task

CANDIDATES = (
    "airflow_provider_calendars.operators.lets_calendar",
    "airflow_provider_calendars.operators.contacts",
    "airflow_provider_calendars.sensors.lets_calendar",
    "airflow_provider_calendars.operators.lemcal",
    "airflow_provider_calendars.assets.lemcal",
    "airflow_provider_calendars.operators.highlevel",
    "airflow_provider_calendars.sensors.highlevel",
    "airflow.providers.http.operators.http",
    "airflow.providers.standard.operators.python",
    "pandas",
)
HEAVY = ("pandas", "pyarrow", "openpyxl", "aiohttp", "requests")
ROUNDS = 7
WARM = (DAG, BaseHook, BaseOperator, BaseSensorOperator, ObjectStoragePath, task)


def measure(module: str) -> tuple[float, int] | None:
    """Import a module in a fork; return seconds and which heavy libraries it loaded, as bits."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.write(writer, _import(module))
        os._exit(0)
    os.close(writer)
    answer = os.read(reader, 12)
    os.close(reader)
    os.wait()
    if not answer:
        return None
    seconds, heavy = struct.unpack("di", answer)
    return seconds, heavy


def _import(module: str) -> bytes:
    before = set(sys.modules)
    start = time.perf_counter()
    try:
        importlib.import_module(module)
    except ImportError:
        return b""
    seconds = time.perf_counter() - start
    loaded = set(sys.modules) - before
    return struct.pack("di", seconds, sum(1 << bit for bit, name in enumerate(HEAVY) if name in loaded))


def main() -> None:
    """Measure all candidates in turns and print the table."""
    samples: dict[str, list[tuple[float, int]]] = {name: [] for name in CANDIDATES}
    for _ in range(ROUNDS):
        for name in CANDIDATES:
            if (sample := measure(name)) is not None:
                samples[name].append(sample)
    ours = statistics.median(seconds for seconds, _ in samples[CANDIDATES[0]])
    print(f"{'module':<54}{'ms':>8}{'ratio':>8}  heavy libraries loaded")
    for name, taken in samples.items():
        if not taken:
            print(f"{name:<54}{'not installed':>16}")
            continue
        median = statistics.median(seconds for seconds, _ in taken)
        loaded = [library for bit, library in enumerate(HEAVY) if taken[0][1] >> bit & 1]
        print(f"{name:<54}{median * 1000:>8.1f}{median / ours:>8.1f}  {', '.join(loaded) or '-'}")


if __name__ == "__main__":
    main()
