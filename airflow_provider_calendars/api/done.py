"""What becomes of an action at any vendor."""

from __future__ import annotations

import enum
from typing import Any


class Done(enum.Enum):
    """What became of an action: done, or there was nothing to do."""

    DONE = "done"
    NOTHING_TO_DO = "nothing_to_do"

    @classmethod
    def from_answer(cls, answer: Any) -> Done:  # noqa: ARG003
        """Return DONE for any success."""
        return cls.DONE
