"""What tasks read and write, told to whoever follows lineage in Airflow, such as OpenLineage."""

from __future__ import annotations

import logging
from typing import Any

log = logging.getLogger(__name__)


def note_input(context: Any, uri: str) -> None:
    """Say that the running task has read something.

    :param context: the hook or path it was read through.
    :param uri: what was read, e.g. ``file:///data/people.csv``.
    """
    _note("add_input_asset", context, uri)


def note_output(context: Any, uri: str) -> None:
    """Say that the running task has changed something.

    :param context: the hook or path it was changed through.
    :param uri: what was changed, e.g. ``lets-calendar://lets_calendar_default/campaigns/1``.
    """
    _note("add_output_asset", context, uri)


def _note(how: str, context: Any, uri: str) -> None:
    try:
        from airflow_provider_calendars._compat import get_hook_lineage_collector

        getattr(get_hook_lineage_collector(), how)(context=context, uri=uri)
    except Exception as error:  # noqa: BLE001 - nothing that is done must fail for being noted
        log.debug("The lineage of %s was not noted: %s", uri, error)
