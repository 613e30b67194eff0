"""Keeping people out of the page that shows a task's rendered fields."""

from __future__ import annotations

from typing import Any, ClassVar

from airflow_provider_calendars.extras import no_pyarrow


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


class ConcealsPeople:
    """Goes before an operator's base, and conceals some of its fields as soon as they are rendered."""

    concealed_fields: ClassVar[tuple[str, ...]] = ()

    def _do_render_template_fields(self, parent: Any, *arguments: Any, **named: Any) -> None:
        # the one method Airflow calls for tasks and for mapped tasks alike
        try:
            super()._do_render_template_fields(parent, *arguments, **named)  # type: ignore[misc]
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != "pyarrow":
                raise
            raise no_pyarrow() from error
        if parent is not self:
            return
        for name in self.concealed_fields:
            value = getattr(self, name)
            if value is not None and not isinstance(value, Concealed):
                setattr(self, name, Concealed(value))


def reveal(value: Any) -> Any:
    """Return the value behind stars, or the value itself."""
    return value.value if isinstance(value, Concealed) else value
