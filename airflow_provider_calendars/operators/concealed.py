"""Keeping people out of the page that shows a task's rendered fields."""

from __future__ import annotations

from typing import Any


class Concealed:
    """A rendered value that shows as stars wherever it is shown or stored.

    :param value: what it stands for.
    """

    def __init__(self, value: Any) -> None:
        self.value = value

    def serialize(self) -> str:
        """Return what Airflow stores as the rendered field."""
        return "***"

    __repr__ = __str__ = serialize


def conceal(owner: Any, *names: str) -> None:
    """Conceal attributes of an operator that have a value.

    :param owner: the operator, after its fields were rendered.
    :param names: the attributes.
    """
    for name in names:
        value = getattr(owner, name)
        if value is not None and not isinstance(value, Concealed):
            setattr(owner, name, Concealed(value))


def reveal(value: Any) -> Any:
    """Return the value behind stars, or the value itself."""
    return value.value if isinstance(value, Concealed) else value
