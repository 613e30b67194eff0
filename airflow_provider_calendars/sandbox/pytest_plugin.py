"""Fixtures for tests of DAGs that use the vendors of this package."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from airflow_provider_calendars.sandbox.server import Sandbox


@pytest.fixture
def calendars_sandbox() -> Iterator[Sandbox]:
    """Serve the vendors' APIs on 127.0.0.1 during one test."""
    from airflow_provider_calendars.sandbox.server import Sandbox

    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def calendars_connections(calendars_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Point the default connections, e.g. ``lemcal_default``, at the sandbox during one test."""
    calendars_sandbox.set_connections(monkeypatch)
    return calendars_sandbox
