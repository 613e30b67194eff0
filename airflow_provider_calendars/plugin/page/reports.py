"""The reports that the tasks of a run have left behind as XComs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from airflow.models.xcom import XComModel
from airflow.utils.session import create_session
from sqlalchemy import select

_KEYS = ("report", "progress")
_MOST_REPORTS = 50
_LONGEST_REPORT = 16_384


def reports_of(dag_id: str, run_id: str) -> dict[str, Any]:
    """Return the campaign reports of a run, in the order of its tasks' names.

    :return: ``reports``, each ``task_id``, ``map_index``, ``report`` (Markdown), ``progress``; and how many
        are ``left_out``.
    """
    found: dict[tuple[str, int], dict[str, Any]] = defaultdict(dict)
    for row in _rows(dag_id, run_id):
        found[row.task_id, row.map_index][row.key] = _value(row)
    reports = [
        {"task_id": task_id, "map_index": map_index, **values}
        for (task_id, map_index), values in sorted(found.items())
        if _is_campaign_report(values)
    ]
    return {"reports": reports[:_MOST_REPORTS], "left_out": max(0, len(reports) - _MOST_REPORTS)}


def _rows(dag_id: str, run_id: str) -> list[XComModel]:
    query = select(XComModel).where(
        XComModel.dag_id == dag_id, XComModel.run_id == run_id, XComModel.key.in_(_KEYS)
    )
    with create_session() as session:
        rows = list(session.scalars(query))
        session.expunge_all()
    return rows


def _value(row: XComModel) -> Any:
    try:
        return XComModel.deserialize_value(row)
    except (TypeError, ValueError):
        return None


def _is_campaign_report(values: Mapping[str, Any]) -> bool:
    """Return whether it is one of ours: other tasks may call something a report, too."""
    report, progress = values.get("report"), values.get("progress")
    return (
        isinstance(report, str)
        and len(report) <= _LONGEST_REPORT
        and isinstance(progress, list)
        and bool(progress)
        and all(_is_point(each) for each in progress)
    )


def _is_point(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and set(value) == {"time", "sent", "failed", "waiting"}
        and isinstance(value["time"], str)
    )
