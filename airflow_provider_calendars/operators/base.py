"""What the operators of the three systems share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from airflow.sdk import BaseOperator, Context

from airflow_provider_calendars._compat import AirflowFailException, AirflowSkipException
from airflow_provider_calendars.api import checks
from airflow_provider_calendars.hooks.base import CalendarsHook
from airflow_provider_calendars.memory import LastingMemory, RunMemory

NOTHING_TO_DO_CHOICES = ("succeed", "skip", "fail")


def makes_up_for_the_past(context: Context) -> bool:
    """Return whether a run is a backfill or catches up, so that people should hear nothing of it."""
    return _is_backfill(context) or _is_catch_up(context)


def _is_backfill(context: Context) -> bool:
    run_type = getattr(context.get("dag_run"), "run_type", None)
    return getattr(run_type, "value", run_type) == "backfill"


def _is_catch_up(context: Context) -> bool:
    """Return whether a scheduled run begins so late that the one after it was due already."""
    run = context.get("dag_run")
    run_type = getattr(run, "run_type", None)
    if getattr(run_type, "value", run_type) != "scheduled" or run is None:
        return False
    start, end = run.data_interval_start, run.data_interval_end
    interval = end - start if start and end and end > start else timedelta(days=1)
    begun = run.start_date or datetime.now(UTC)
    return bool(begun - run.run_after > interval)


class CalendarsOperator(BaseOperator):
    """Base of the operators: a small result, each entry of which is an XCom of its own.

    So ``create.output["campaign_id"]`` is all a DAG author has to write.
    """

    template_fields: Sequence[str] = ()

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("multiple_outputs", True)
        super().__init__(**kwargs)

    @cached_property
    def hook(self) -> CalendarsHook[Any]:
        """The hook, made once."""
        raise NotImplementedError

    def run_memory(self, context: Context) -> RunMemory:
        """Return what this task remembers within its run; a dry run remembers apart."""
        return RunMemory(context, self._realm)

    def lasting_memory(self, thing: str) -> LastingMemory:
        """Return what is remembered about a thing across runs; a dry run remembers apart.

        :param thing: e.g. the id of a campaign.
        """
        realm = f".{self._realm}" if self._realm else ""
        return LastingMemory(self.hook.conn_type, self.hook.conn_id, f"{thing}{realm}")

    @property
    def _realm(self) -> str:
        return "dry_run" if self.hook.is_dry_run else ""

    def post_execute(self, context: Any, result: Any = None) -> None:
        """Say what a dry run has not done."""
        hook = self.__dict__.get("hook")
        if hook is not None and (operations := hook.rehearsed):
            self.log.warning("This was a dry run; not done: %s.", ", ".join(operations))
            self.publish_early(context, "dry_run", operations)
        super().post_execute(context, result)

    def settle_nothing_to_do(self, choice: str, story: str) -> None:
        """Do what the DAG author chose for "there was nothing to do".

        :param choice: ``succeed``, ``skip`` or ``fail``.
        :param story: what there was not to do.
        :raises AirflowSkipException: the choice is ``skip``.
        :raises AirflowFailException: the choice is ``fail``.
        """
        if choice == "skip":
            raise AirflowSkipException(story)
        if choice == "fail":
            raise AirflowFailException(f"{story} Set if_nothing_to_do to succeed or skip to accept this.")
        self.log.info("%s", story)

    def check_nothing_to_do(self, choice: Any) -> None:
        """Refuse an unknown ``if_nothing_to_do``."""
        checks.choice("if_nothing_to_do", choice, NOTHING_TO_DO_CHOICES)

    def publish_early(self, context: Context, key: str, value: Any) -> None:
        """Push an XCom at once, so that it is there even if the task dies a moment later."""
        instance = context.get("ti")
        if instance is not None:
            instance.xcom_push(key=key, value=value)
