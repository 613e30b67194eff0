"""Writing records to a file: CSV or JSON Lines, by the ending of its name."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import ConfigurationError
from airflow_provider_calendars.files import atomic_text_writer, open_path

_SUFFIXES = (".csv", ".jsonl")


def check_table_path(name: str, path: Any) -> str:
    """Refuse a path that is no text, ends in neither ``.csv`` nor ``.jsonl``, or is served by nothing here.

    :param name: the argument, for the message.
    :param path: what the DAG author gave.
    """
    if not checks.text(name, path).lower().endswith(_SUFFIXES):
        raise ConfigurationError(f"{name} must end in .csv or .jsonl, not {path!r:.120}.")
    open_path(path)
    return str(path)


def write_table(path: str, records: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> int:
    """Write records to a file, whole or not at all, readable by its owner only.

    :param path: local or any ``ObjectStoragePath``; ``.csv`` or ``.jsonl``.
    :param records: what to write.
    :param columns: which of their fields, in order.
    :return: how many records were written.
    """
    write = _write_csv if check_table_path("path", path).lower().endswith(".csv") else _write_json_lines
    with atomic_text_writer(open_path(path)) as stream:
        return write(stream, records, columns)


def _write_csv(stream: TextIO, records: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> int:
    writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    count = 0
    for record in records:
        writer.writerow({name: _harmless(record.get(name)) for name in columns})
        count += 1
    return count


def _harmless(value: Any) -> Any:
    # a spreadsheet would run a cell that begins like a formula
    return (
        f"'{value}"
        if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
        else value
    )


def _write_json_lines(stream: TextIO, records: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> int:
    count = 0
    for record in records:
        stream.write(json.dumps({name: record.get(name) for name in columns}, ensure_ascii=False) + "\n")
        count += 1
    return count
