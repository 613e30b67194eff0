"""Questions that are asked again and again until the answer is yes.

A sensor in poke mode and a trigger in the triggerer ask the same watch, so both come to the same
verdict. What a watch knows is plain JSON, so it survives on its way to the triggerer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from airflow_provider_calendars.api.flow import Flow

A_contra = TypeVar("A_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of one look.

    :param done: whether the wait is over.
    :param story: what was seen, for the log: ids and counts.
    :param report: what the sensor returns when it is over: ids and counts.
    """

    done: bool
    story: str
    report: dict[str, Any] = field(default_factory=dict)


class Watch(Protocol[A_contra]):
    """One question about one thing. A dataclass whose fields are plain JSON values."""

    def report_as_if(self) -> dict[str, Any]:
        """Return the report of a dry run, which waits for nothing."""

    def look(self, api: A_contra) -> Flow[Verdict]:
        """Read, never write, and return the verdict."""
