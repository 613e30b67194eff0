"""Appointments of HighLevel, written to a file with what has changed."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import Context

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import ConfigurationError
from airflow_provider_calendars.files import atomic_text_writer, open_path, open_seekable
from airflow_provider_calendars.operators.highlevel.base import HighLevelOperator
from airflow_provider_calendars.tables import check_table_path, write_table

if TYPE_CHECKING:
    from airflow_provider_calendars.api.highlevel.changes import Change, Seen, Snapshot

_COLUMNS = (
    "appointment_id",
    "change",
    "calendar_id",
    "contact_id",
    "assigned_user_id",
    "status",
    "start",
    "end",
    "date_added",
    "date_updated",
    "previous_status",
    "previous_start",
)
_MOST_RUNS = 500


class HighLevelExportAppointmentsOperator(HighLevelOperator):
    """Writes the appointments of a time to a file, with what has become of each since the last run.

    HighLevel cannot be asked what changed, so what is there is compared with a snapshot of the last run.
    What is no longer listed is looked up: it was deleted, or moved to another time. A retry or Clear of
    the last run compares with the same snapshot as its first try; a Clear of an earlier one compares with
    the last snapshot and leaves it as it is, so that the next run misses nothing.

    https://marketplace.gohighlevel.com/docs/ghl/calendars/get-calendar-events

    :param path: a ``.csv`` or ``.jsonl`` file, local or any ``ObjectStoragePath`` (templated). Its column
        ``change`` is empty or ``created``, ``moved``, ``cancelled``, ``no_show``, ``deleted`` or
        ``changed`` (anything else).
    :param snapshot_path: a ``.json`` file where the snapshot is kept from run to run; without it nothing
        is compared (templated).
    :param start_datetime: the first moment that appointments may start at: a ``datetime`` or ISO text
        with an offset, by default a week ago (templated).
    :param end_datetime: appointments start before; by default in 60 days (templated).
    :param calendar_ids: only appointments of these calendars; of all if empty (templated).
    :param only_changes: write only rows that have a change.
    :param highlevel_conn_id: the Airflow connection (templated).
    :return: ``count`` (rows), ``path``, ``created``, ``moved``, ``cancelled``, ``no_show``, ``deleted``,
        ``changed``, ``compared_with`` (when the snapshot was taken; None in the first run, which has no
        changes).
    :raises ConfigurationError: an argument is wrong, or the snapshot is none; nothing was asked.
    """

    template_fields: Sequence[str] = (
        "highlevel_conn_id",
        "path",
        "snapshot_path",
        "start_datetime",
        "end_datetime",
        "calendar_ids",
    )

    def __init__(
        self,
        *,
        path: str,
        snapshot_path: str | None = None,
        start_datetime: str | datetime | None = None,
        end_datetime: str | datetime | None = None,
        calendar_ids: Sequence[str] = (),
        only_changes: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.path = path
        self.snapshot_path = snapshot_path
        self.start_datetime = start_datetime
        self.end_datetime = end_datetime
        self.calendar_ids = calendar_ids
        self.only_changes = only_changes

    def execute(self, context: Context) -> dict[str, Any]:
        """Write the file, then the snapshot."""
        check_table_path("path", self.path)
        only_changes = checks.boolean("only_changes", self.only_changes)
        kept = _Kept(self.snapshot_path, _run_of(context)) if self.snapshot_path else None
        before = kept.before if kept else None
        now = self._snapshot(before)
        found = _changes(before, now)
        rows = [_row(event_id, seen, found.get(event_id)) for event_id, seen in _shown(now, found)]
        rows = [each for each in rows if each["change"] or not only_changes]
        write_table(self.path, rows, _COLUMNS)
        if kept and kept.is_older:
            self.log.warning("A later run has taken the snapshot since, so it is compared with and kept.")
        elif kept:
            kept.write(now)
        kinds = Counter(each.kind for each in found.values())
        self.log.info("Wrote %d appointments to %s: %s.", len(rows), self.path, dict(kinds) or "no changes")
        return {**_counts(kinds), "count": len(rows), "path": self.path, **_compared_with(before)}

    def _snapshot(self, before: Snapshot | None) -> Snapshot:
        from airflow_provider_calendars.api.highlevel.changes import Snapshot

        taken_at = datetime.now(UTC)
        start, end = self._range(taken_at)
        calendar_ids = checks.texts("calendar_ids", self.calendar_ids)
        events = self.hook.list_appointments(start, end, calendar_ids)
        now = Snapshot.of(events, taken_at, start, end, calendar_ids)
        return self.hook.run(lambda api: api.look_up_missing(before, now)) if before else now

    def _range(self, now: datetime) -> tuple[datetime, datetime]:
        start, end = (
            checks.moment(name, value) if (value := getattr(self, name)) else now + default
            for name, default in (
                ("start_datetime", -timedelta(days=7)),
                ("end_datetime", timedelta(days=60)),
            )
        )
        if end <= start:
            raise ConfigurationError("end_datetime must be after start_datetime.")
        return start, end


class _Kept:
    """The snapshots in their file: the last one, and the one that its run compared with.

    :param path: the file.
    :param run: which run of which task this is.
    """

    def __init__(self, path: str, run: str) -> None:
        if not checks.text("snapshot_path", path).lower().endswith(".json"):
            raise ConfigurationError(f"snapshot_path must end in .json, not {path!r:.120}.")
        self.path = open_path(path)
        self.run = run
        stored = self._read()
        # the second try of a run must find what the first one found
        repeated = bool(stored) and stored.get("run") == run
        self.before = self._load(stored.get("before" if repeated else "last"))
        runs = [str(each) for each in stored.get("runs") or ()]
        self.is_older = run in runs and not repeated
        self._runs = [*(each for each in runs if each != run), run][-_MOST_RUNS:]

    def write(self, now: Snapshot) -> None:
        """Keep a snapshot, whole or not at all."""
        from airflow_provider_calendars.api.highlevel.changes import DELETED

        alive = {name: seen for name, seen in now.appointments.items() if seen.status != DELETED}
        last = replace(now, appointments=alive)
        before = self.before.dumps() if self.before else None
        with atomic_text_writer(self.path) as stream:
            json.dump({"run": self.run, "runs": self._runs, "before": before, "last": last.dumps()}, stream)

    def _read(self) -> dict[str, Any]:
        if not self.path.exists():
            return {}
        try:
            with open_seekable(self.path, "snapshot_path") as stream:
                stored = json.load(stream)
        except ValueError:
            stored = None
        if not isinstance(stored, dict) or "last" not in stored:
            raise self._unreadable()
        return stored

    def _load(self, stored: Any) -> Snapshot | None:
        from airflow_provider_calendars.api.highlevel.changes import Snapshot

        snapshot = Snapshot.loads(stored)
        if snapshot is None and stored is not None:
            raise self._unreadable()
        return snapshot

    def _unreadable(self) -> ConfigurationError:
        return ConfigurationError(
            f"snapshot_path {self.path} is not a snapshot of this operator. Name another file."
        )


def _run_of(context: Mapping[str, Any]) -> str:
    instance = context.get("ti")
    if instance is None:
        return ""
    identity = [instance.dag_id, instance.run_id, instance.task_id, instance.map_index]
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:32]


def _changes(before: Snapshot | None, now: Snapshot) -> dict[str, Change]:
    from airflow_provider_calendars.api.highlevel.changes import changes

    return {each.appointment_id: each for each in changes(before, now)} if before else {}


def _shown(now: Snapshot, found: Mapping[str, Change]) -> Iterator[tuple[str, Seen]]:
    """Return the appointments of the time, and those that left it, in the order of their start."""
    from airflow_provider_calendars.api.highlevel.changes import DELETED

    shown = (
        (event_id, seen)
        for event_id, seen in now.appointments.items()
        if seen.status != DELETED or event_id in found
    )
    return iter(sorted(shown, key=lambda item: (item[1].start, item[0])))


def _row(event_id: str, seen: Seen, change: Change | None) -> dict[str, Any]:
    before = change.before if change else None
    return {
        **{name: getattr(seen, name, None) for name in _COLUMNS},
        "appointment_id": event_id,
        "change": change.kind if change else "",
        "previous_status": before.status if before else None,
        "previous_start": before.start if before else None,
    }


def _counts(kinds: Mapping[str, int]) -> dict[str, int]:
    from airflow_provider_calendars.api.highlevel.changes import KINDS

    return {kind: kinds.get(kind, 0) for kind in KINDS}


def _compared_with(before: Snapshot | None) -> dict[str, str | None]:
    return {"compared_with": before.taken_at if before else None}
