"""The vendors' APIs on 127.0.0.1: stateful, with faults on demand, for demos and tests.

Nothing here ever mails anybody. Start it with ``python -m airflow_provider_calendars.sandbox``,
or inside a test with :class:`Sandbox`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow_provider_calendars.sandbox.clock import Clock
    from airflow_provider_calendars.sandbox.faults import Fault
    from airflow_provider_calendars.sandbox.server import Sandbox
    from airflow_provider_calendars.sandbox.settings import Settings

__all__ = ["Clock", "Fault", "Sandbox", "Settings"]

_MODULE_OF = {"Clock": "clock", "Fault": "faults", "Sandbox": "server", "Settings": "settings"}


def __getattr__(name: str) -> object:
    """Load a public name at its first use, so that the import of this package costs nothing."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it offers {', '.join(__all__)}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
