"""Ids that mean nothing, as the vendors give them out."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterable


def random_id(length: int, letters: Iterable[str] = string.ascii_letters + string.digits) -> str:
    """Invent an id.

    :param length: number of characters.
    :param letters: what it is made of.
    """
    return "".join(secrets.choice(tuple(letters)) for _ in range(length))
