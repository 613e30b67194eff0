"""How long to wait between two looks at what became of a request."""

from __future__ import annotations

import time

_LOOK_EVERY = 5.0


def pause(timeout: float) -> None:
    """Wait until the next look.

    :param timeout: how many seconds all looks may take; a short time still has some of them.
    """
    time.sleep(min(_LOOK_EVERY, max(0.1, timeout / 10)))
