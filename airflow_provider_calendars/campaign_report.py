"""What became of the invites of a campaign, told in Markdown: counts and times, nobody's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_MOST_ROWS = 20
_COUNTS = {
    "sent": "Sent",
    "failed": "Failed",
    "new": "New",
    "in_process": "In process",
    "unsubscribed": "Unsubscribed",
    "cancelled": "Cancelled",
    "total": "Total",
}


def campaign_report(
    campaign_id: str, progress: Sequence[Mapping[str, Any]], counts: Mapping[str, Any] | None = None
) -> str:
    """Return the report of a campaign as Markdown, less than 4 KB of it.

    :param campaign_id: the campaign.
    :param progress: what was seen when: ``time`` (ISO), ``sent``, ``failed``, ``waiting``; not empty.
    :param counts: how many attendees are in which state at the end; None if the wait was given up.
    """
    return "\n\n".join(
        [
            f"## Invites of campaign {_code(campaign_id)}",
            f"**{_verdict(counts)}** {_told(progress[-1])}",
            *([_counts_table(counts)] if counts else []),
            "### Over time",
            _progress_table(_chosen(progress)),
        ]
    )


def _verdict(counts: Mapping[str, Any] | None) -> str:
    return "All invites are out." if counts else "The wait ended before all invites were out."


def _told(point: Mapping[str, Any]) -> str:
    return f"{point['sent']} sent, {point['failed']} failed, {point['waiting']} waiting."


def _code(text: str) -> str:
    """Return a text as Markdown's code, which nothing in it can end."""
    plain = "".join(each for each in str(text)[:80] if each.isprintable() and each not in "`|<>")
    return f"`{plain}`"


def _counts_table(counts: Mapping[str, Any]) -> str:
    rows = [[label, int(counts[name])] for name, label in _COUNTS.items() if name in counts]
    return _table(["State", "Attendees"], rows)


def _progress_table(progress: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        [
            str(each["time"])[:19].replace("T", " "),
            *(int(each[name]) for name in ("sent", "failed", "waiting")),
        ]
        for each in progress
    ]
    return _table(["Time (UTC)", "Sent", "Failed", "Waiting"], rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    ruler = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(map(str, cells))} |" for cells in (head, ruler, *rows))


def _chosen(progress: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return as many points as are read with ease, evenly chosen, the first and the last among them."""
    if len(progress) <= _MOST_ROWS:
        return progress
    step = (len(progress) - 1) / (_MOST_ROWS - 1)
    return [progress[round(number * step)] for number in range(_MOST_ROWS)]
