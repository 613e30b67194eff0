"""One flow, two drivers: the same result and the same requests, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from airflow_provider_calendars.api.drivers import Driver, Timeouts
from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.api.lets_calendar import LetsCalendarApi
from airflow_provider_calendars.api.policy import Retries
from airflow_provider_calendars.exceptions import CalendarsError
from airflow_provider_calendars.sandbox import Fault, Sandbox

Prepare = Callable[[Sandbox], None]
Seen = tuple[Any, list[tuple[str, int | None, str | None]]]


class Tokens:
    """Remembers tokens without Airflow, whose masking gets slower with every secret it has seen."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def recall(self, key: str, *, fresh: bool) -> str | None:
        return self._texts.get(key)

    def remember(self, key: str, value: str) -> None:
        self._texts[key] = value


def faulty(*faults: Fault) -> Prepare:
    def prepare(sandbox: Sandbox) -> None:
        for fault in faults:
            sandbox.faults.add(fault)

    return prepare


def fault(kind: str, **fields: Any) -> Fault:
    return Fault(kind, operation="campaigns", **fields)


SCENARIOS: dict[str, Prepare] = {
    "nothing_wrong": faulty(),
    "401_on_page_2": faulty(fault("status", status=401, skip=1)),
    "429_in_seconds": faulty(fault("status", status=429, retry_after=0.05)),
    "429_http_date": faulty(fault("status", status=429, retry_after=0, retry_after_form="http-date")),
    "429_js_date": faulty(fault("status", status=429, retry_after=0, retry_after_form="js-date")),
    "429_twice": faulty(fault("status", status=429, retry_after=0, retry_after_form="both")),
    "429_without_header": faulty(fault("status", status=429)),
    "500": faulty(fault("status", status=500)),
    "503_page": faulty(fault("html", status=503)),
    "html_with_200": faulty(fault("html", status=200)),
    "truncated": faulty(fault("truncated")),
    "lost_before": faulty(fault("lost_before")),
    "lost_after": faulty(fault("lost_after")),
    "401_on_the_last_attempt": faulty(fault("status", status=503), fault("status", status=401)),
    "login_lost": faulty(Fault("lost_after", operation="access_token")),
    "login_limited": faulty(Fault("status", operation="access_token", status=429, retry_after=0.05)),
    "down_for_good": faulty(fault("status", status=503, times=None)),
    "limited_for_good": faulty(fault("status", status=429, times=None, retry_after=0.01)),
    "limited_for_an_hour": faulty(fault("status", status=429, retry_after=3600)),
    "401_for_good": faulty(fault("status", status=401, times=None)),
    "wrong_shape": faulty(fault("status", status=200, body={"campaigns": []})),
}


def converse(driver_name: str, prepare: Prepare, attempts: int = 2) -> Seen:
    """Read a list of three pages, and return what came of it and what the server saw."""
    with Sandbox(seed_campaigns=39) as sandbox:
        prepare(sandbox)
        retries = Retries(attempts, first_delay=0.02, jitter=lambda: 0.0)
        base = f"{sandbox.url}/api/lc"
        api = LetsCalendarApi("lc_sandbox", "sandbox-secret", base_url=base, retries=retries)
        driver = Driver(Tokens(), Timeouts(5, 5), "tests/1")
        flow: Flow[Any] = api.list_campaigns()
        result: Any
        try:
            found = driver.run(flow) if driver_name == "requests" else asyncio.run(driver.run_async(flow))
            result = sorted(each.title for each in found)
        except CalendarsError as error:
            result = (type(error).__name__, str(error))
        return result, [(each.operation, each.status, each.fault) for each in sandbox.journal.entries]


@pytest.mark.parametrize("name", SCENARIOS)
def test_both_drivers_say_and_get_the_same(name: str) -> None:
    """A sensor gives the same verdict in the worker and in the triggerer, by the same requests."""
    by_requests = converse("requests", SCENARIOS[name])
    by_aiohttp = converse("aiohttp", SCENARIOS[name])
    assert by_requests == by_aiohttp
    result = by_requests[0]
    failing = name.endswith(("for_good", "hour", "shape"))
    assert (len(result) == 2) if failing else (len(result) == 39)


@pytest.mark.parametrize("driver", ["requests", "aiohttp"])
def test_a_server_that_is_down_comes_back(driver: str) -> None:
    """A refused connection is tried again, and the call succeeds when the server is back."""
    import threading

    with Sandbox(seed_campaigns=1) as sandbox:
        port = int(sandbox.url.rpartition(":")[2])
    held: list[Sandbox] = []
    starter = threading.Timer(0.15, lambda: held.append(Sandbox(port=port, seed_campaigns=1).start()))
    starter.start()
    try:
        retries = Retries(20, first_delay=0.05, longest_delay=0.1, jitter=lambda: 0.0)
        base = f"http://127.0.0.1:{port}/api/lc"
        api = LetsCalendarApi("lc_sandbox", "sandbox-secret", base_url=base, retries=retries)
        worker = Driver(Tokens(), Timeouts(5, 5), "tests/1")
        flow = api.list_campaigns()
        found = worker.run(flow) if driver == "requests" else asyncio.run(worker.run_async(flow))
        assert len(found) == 1
    finally:
        starter.join()
        for sandbox in held:
            sandbox.stop()


@pytest.mark.parametrize("form", ["seconds", "http-date", "js-date"])
def test_every_form_of_retry_after_is_obeyed_in_full(form: str) -> None:
    """The vendor is not asked again before the moment it named."""
    waits: list[float] = []
    with Sandbox() as sandbox:
        sandbox.faults.add(fault("status", status=429, retry_after=30, retry_after_form=form))
        api = LetsCalendarApi("lc_sandbox", "sandbox-secret", base_url=f"{sandbox.url}/api/lc")
        Driver(Tokens(), Timeouts(5, 5), "tests/1", pause=waits.append).run(api.list_campaigns())
    assert len(waits) == 1
    assert 29 <= waits[0] <= 33


def test_the_triggerer_waits_as_asked_without_blocking() -> None:
    """The wait of one trigger does not hold up the others."""

    async def both() -> tuple[float, int]:
        turns = 0
        with Sandbox() as sandbox:
            sandbox.faults.add(fault("status", status=429, retry_after=0.3))
            api = LetsCalendarApi("lc_sandbox", "sandbox-secret", base_url=f"{sandbox.url}/api/lc")
            driver = Driver(Tokens(), Timeouts(5, 5), "tests/1")
            begun = time.monotonic()
            asking = asyncio.create_task(driver.run_async(api.list_campaigns()))
            while not asking.done():
                turns += 1
                await asyncio.sleep(0.01)
            await asking
            return time.monotonic() - begun, turns

    took, turns = asyncio.run(both())
    assert took >= 0.3
    assert turns > 10
