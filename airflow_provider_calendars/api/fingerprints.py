"""Telling whether two things say the same, without keeping what they say."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def fingerprint(value: Any) -> str:
    """Return a text that is the same for the same content only.

    :param value: what JSON can say; moments and the like count by their texts.
    """
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
