"""How a sending goes on: a short series of counts, thinned out as it grows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

MOST_POINTS = 60
_COUNTS = ("sent", "failed", "waiting")


def with_point(points: Sequence[Sequence[float]], time: float, *counts: int) -> list[list[float]]:
    """Return a series with one more point; the first and the last one are always kept.

    :param points: each seconds since the epoch, sent, failed, waiting.
    :param time: seconds since the epoch.
    :param counts: how many are sent, failed, waiting.
    """
    grown = [*map(list, points), [round(time, 1), *counts]]
    if len(grown) > 2 and grown[-3][1:] == grown[-2][1:] == grown[-1][1:]:
        # of a time in which nothing changes, two points say all
        del grown[-2]
    elif len(grown) > MOST_POINTS:
        del grown[_most_crowded(grown)]
    return grown


def _most_crowded(points: Sequence[Sequence[float]]) -> int:
    """Return which inner point has the nearest neighbours."""
    return min(range(1, len(points) - 1), key=lambda at: points[at + 1][0] - points[at - 1][0])


def as_records(points: Sequence[Sequence[float]]) -> list[dict[str, Any]]:
    """Return a series fit for XCom: ``time`` (ISO, UTC), ``sent``, ``failed``, ``waiting``."""
    return [
        {
            "time": datetime.fromtimestamp(time, UTC).isoformat(timespec="seconds"),
            **dict(zip(_COUNTS, map(int, counts), strict=True)),
        }
        for time, *counts in points
    ]
