"""Operators on what lemcal posts to others."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from airflow.sdk import Context

from airflow_provider_calendars._compat import conf
from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.done import Done
from airflow_provider_calendars.exceptions import ConfigurationError, Conflict, OutcomeUnknown
from airflow_provider_calendars.memory import LastingMemory, RunMemory
from airflow_provider_calendars.operators.lemcal.base import LemcalOperator

if TYPE_CHECKING:
    from airflow_provider_calendars.api.lemcal.records import HookRequest


class LemcalEnsureHookOperator(LemcalOperator):
    """Has lemcal post new bookings to a URL, if it does not yet.

    Hooks cannot be listed at lemcal, so the id is pushed to XCom and remembered at once.

    https://developer.lemcal.com/#add-hook

    :param target_url: where bookings are posted (templated). Leave it out for this Airflow's own
        receiver: its URL is made when the task runs, with the connection's webhook secret, which is
        then in no rendered field and no XCom.
    :param receiver_url: this Airflow as lemcal reaches it, e.g. ``https://airflow.example.com``; by
        default ``[api] base_url`` (templated).
    :param meeting_type_id: bookings of this type (templated).
    :param any_meeting_type: bookings of any type; exactly one of the two must be given.
    :param if_exists: when there is such a hook already: ``succeed`` or ``fail``.
    :param lemcal_conn_id: the Airflow connection (templated).
    :return: ``hook_id`` (None if it exists and no earlier run of this operator made it), ``outcome``
        (``created`` or ``exists``).
    :raises ConfigurationError: the URL is none, both or neither of type and any type are given, or the
        meeting type does not exist.
    :raises Conflict: there is such a hook, and ``if_exists`` is ``fail``.
    """

    template_fields: Sequence[str] = ("lemcal_conn_id", "target_url", "receiver_url", "meeting_type_id")

    def __init__(
        self,
        *,
        target_url: str | None = None,
        receiver_url: str | None = None,
        meeting_type_id: str | None = None,
        any_meeting_type: bool = False,
        if_exists: str = "succeed",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.target_url = target_url
        self.receiver_url = receiver_url
        self.meeting_type_id = meeting_type_id
        self.any_meeting_type = any_meeting_type
        self.if_exists = if_exists

    def execute(self, context: Context) -> dict[str, Any]:
        """Create the hook."""
        checks.choice("if_exists", self.if_exists, ("succeed", "fail"))
        wanted = self._wanted()
        details = hashlib.sha256(f"{wanted.to_wire()}".encode()).hexdigest()[:16]
        lasting = self.lasting_memory(f"hook.{details}")
        memory = self.run_memory(context)
        asked_before = (memory.get("ensure_hook") or {}).get("details") == details
        memory.set("ensure_hook", {"details": details})
        hook_id, outcome = self._ensured(wanted, lasting, memory, asked_before=asked_before)
        self.publish_early(context, "hook_id", hook_id)
        self.log.info("Hook %s %s.", hook_id or "of unknown id", outcome)
        return {"hook_id": hook_id, "outcome": outcome}

    def _ensured(
        self, wanted: HookRequest, lasting: LastingMemory, memory: RunMemory, *, asked_before: bool
    ) -> tuple[str | None, str]:
        try:
            hook_id = self.hook.create_hook(wanted).hook_id
        except OutcomeUnknown:
            if asked_before:
                raise
            # a second one is refused as a duplicate, so asking again cannot make two; but what is
            # remembered of an older one is no longer its id
            lasting.set("hook_id", None)
            return self._ensured(wanted, lasting, memory, asked_before=True)
        except Conflict:
            if self.if_exists == "fail" and not asked_before:
                # it is somebody else's for the retry, too
                memory.set("ensure_hook", {})
                raise
            return lasting.get("hook_id"), "exists"
        lasting.set("hook_id", hook_id)
        return hook_id, "created"

    def _wanted(self) -> HookRequest:
        from airflow_provider_calendars.api.lemcal.records import HookRequest

        any_type = checks.boolean("any_meeting_type", self.any_meeting_type)
        # with a stand-in first: what is wrong in the arguments must not wait for the connection
        HookRequest(self.target_url or "https://receiver", self.meeting_type_id or None, any_type)
        wanted = HookRequest(self.target_url or self._receiver(), self.meeting_type_id or None, any_type)
        if wanted.meeting_type_id:
            self.hook.check_meeting_type(wanted.meeting_type_id)
        return wanted

    def _receiver(self) -> str:
        base = self.receiver_url or conf.get("api", "base_url", fallback="")
        if not base:
            raise ConfigurationError("Give target_url or receiver_url, or set [api] base_url.")
        if not (secret := self.hook.webhook_secret):
            raise ConfigurationError(
                f"Connection {self.lemcal_conn_id!r} has no webhook_secret, so it receives no webhooks. "
                "Set one, or give target_url."
            )
        where = f"{base.rstrip('/')}/calendars/webhooks/lemcal/{quote(self.lemcal_conn_id, safe='')}"
        return f"{where}?{urlencode({'token': secret})}"


class LemcalDeleteHookOperator(LemcalOperator):
    """Stops lemcal from posting bookings to a hook.

    https://developer.lemcal.com/#delete-hook

    :param hook_id: ``hoo_...`` (templated).
    :param if_nothing_to_do: when there is no such hook: ``succeed``, ``skip`` or ``fail``.
    :param lemcal_conn_id: the Airflow connection (templated).
    :return: ``hook_id``, ``outcome`` (``deleted`` or ``nothing_to_do``).
    """

    template_fields: Sequence[str] = ("lemcal_conn_id", "hook_id")

    def __init__(self, *, hook_id: str, if_nothing_to_do: str = "succeed", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hook_id = hook_id
        self.if_nothing_to_do = if_nothing_to_do

    def execute(self, context: Context) -> dict[str, Any]:  # noqa: ARG002
        """Delete the hook."""
        checks.text("hook_id", self.hook_id)
        self.check_nothing_to_do(self.if_nothing_to_do)
        done = self.hook.delete_hook(self.hook_id)
        if done is Done.NOTHING_TO_DO:
            self.settle_nothing_to_do(self.if_nothing_to_do, f"There is no hook {self.hook_id}.")
        return {"hook_id": self.hook_id, "outcome": "deleted" if done is Done.DONE else done.value}
