"""How long the page waits for a vendor."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.exceptions import CalendarsError, TransportError

T = TypeVar("T")

# for one answer, and for all that a card takes
ANSWER_TIMEOUT = 6.0
CARD_TIMEOUT = 15.0


def within(flow: Flow[T], seconds: float = CARD_TIMEOUT) -> Flow[T]:
    """Go through a flow, and give it up between two requests when it has taken too long.

    :raises TransportError: it has.
    """
    end = time.monotonic() + seconds
    go_on: Callable[[], Any] = partial(flow.send, None)
    while True:
        try:
            effect = go_on()
        except StopIteration as over:
            found: T = over.value
            return found
        if time.monotonic() > end:
            flow.close()
            raise TransportError(f"What there is could not be read within {seconds:.0f} seconds.")
        try:
            go_on = partial(flow.send, (yield effect))
        except CalendarsError as failure:
            go_on = partial(flow.throw, failure)
