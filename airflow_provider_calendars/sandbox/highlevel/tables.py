"""Objects that HighLevel keeps as it gets them."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from airflow_provider_calendars.sandbox.highlevel.refusals import refusal
from airflow_provider_calendars.sandbox.highlevel.settings import HighLevelSettings
from airflow_provider_calendars.sandbox.ids import random_id

ID_LENGTH = 20
Row = dict[str, Any]


def new_id() -> str:
    """Invent an id as calendars and events have it."""
    return random_id(ID_LENGTH)


def object_id() -> str:
    """Invent an id as the vendor's database has it."""
    return random_id(24, string.digits + "abcdef")


class Table:
    """Objects of one kind, under HighLevel's names, in the order in which they were made.

    :param what: what one of them is called, e.g. ``Calendar``.
    :param settings: how a second deletion is answered.
    :param key: the name of the id.
    """

    def __init__(self, what: str, settings: HighLevelSettings, key: str = "id") -> None:
        self._what = what
        self._settings = settings
        self._key = key
        self._rows: dict[str, Row] = {}
        self._gone: set[str] = set()

    @property
    def rows(self) -> list[Row]:
        """All objects."""
        return list(self._rows.values())

    def add(self, fields: Mapping[str, Any], id: str | None = None) -> Row:  # noqa: A002 - an id is an id
        """Make an object.

        :param fields: its properties.
        :param id: its id; invented, if left out.
        """
        row = {**fields, self._key: id or (new_id() if self._key == "id" else object_id())}
        self._rows[row[self._key]] = row
        return row

    def get(self, id: str) -> Row | None:  # noqa: A002
        """Find an object.

        :param id: its id.
        """
        return self._rows.get(id)

    def find(self, id: str, **fields: Any) -> Row:  # noqa: A002
        """Find an object, or answer 404.

        :param id: its id.
        :param fields: properties it must have.
        """
        row = self._rows.get(id)
        if row is None or any(row.get(name) != value for name, value in fields.items()):
            raise refusal(404, f"{self._what} not found")
        return row

    def change(self, id: str, changes: Mapping[str, Any], **fields: Any) -> Row:  # noqa: A002
        """Change an object, or answer 404.

        :param id: its id.
        :param changes: new values; the others stay.
        :param fields: properties it must have.
        """
        row = self.find(id, **fields)
        row.update(changes)
        return row

    def remove(self, id: str, **fields: Any) -> None:  # noqa: A002
        """Delete an object, or answer 404.

        :param id: its id.
        :param fields: properties it must have.
        """
        if id in self._gone:
            check_repetition(self._what, self._settings)
            return
        self.find(id, **fields)
        del self._rows[id]
        self._gone.add(id)

    def clear(self) -> None:
        """Forget all objects."""
        self._rows.clear()
        self._gone.clear()


def check_repetition(what: str, settings: HighLevelSettings) -> None:
    """Refuse to delete something a second time, unless the settings allow it.

    :param what: what it is called.
    :param settings: how a second deletion is answered.
    """
    if settings.repeated_delete == 400:
        raise refusal(400, f"{what} is already deleted")
    if settings.repeated_delete == 404:
        raise refusal(404, f"{what} not found")
