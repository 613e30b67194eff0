"""A list in a query reaches the server as the same name again and again, by either driver."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from airflow_provider_calendars.api.drivers import Driver, Timeouts
from airflow_provider_calendars.api.highlevel import HighLevelApi
from airflow_provider_calendars.memory import MaskingStore

RANGE = ("2026-06-01T00:00:00+00:00", "2026-06-02T00:00:00+00:00")


class Answering(BaseHTTPRequestHandler):
    """Answers with no slots and keeps what was asked."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """Run a server, and return its address and what it is asked."""
    asked: list[str] = []
    handler = type("Handler", (Answering,), {"asked": asked})
    with HTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}", asked
        running.shutdown()


@pytest.mark.parametrize("asynchronous", [False, True], ids=["requests", "aiohttp"])
def test_a_list_is_repeated_on_the_wire(server: tuple[str, list[str]], asynchronous: bool) -> None:
    """Both drivers write ``userIds`` once for each user."""
    url, asked = server
    driver = Driver(MaskingStore(), Timeouts(5.0, 5.0), "tests/1", pause=lambda _: None)
    api = HighLevelApi("pit-1", base_url=url, location_id="l1")
    flow = api.list_free_slots("c1", *RANGE, timezone="UTC", user_ids=["u1", "u2"])
    assert (asyncio.run(driver.run_async(flow)) if asynchronous else driver.run(flow)) == []
    assert len(asked) == 1
    assert asked[0].endswith("&timezone=UTC&userIds=u1&userIds=u2")
