"""What is remembered: between calls, between the tries of a task, and between runs."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from airflow.sdk import Variable

from airflow_provider_calendars._compat import mask_secret
from airflow_provider_calendars.exceptions import CalendarsError, ConfigurationError

log = logging.getLogger(__name__)

_SECRETS = ("access_token", "refresh_token")
_KEPT_FOR = timedelta(days=365)
# where there is no task there is nobody to set a Variable: in a unit test, in a notebook
_outside_tasks: dict[str, str] = {}


def _get_variable(name: str) -> str | None:
    if name in _outside_tasks:
        return _outside_tasks[name]
    text: str | None = Variable.get(name, default=None)
    return text


def _set_variable(name: str, text: str, description: str | None = None) -> None:
    try:
        Variable.set(name, text, description=description)
        _outside_tasks.pop(name, None)
    except ImportError:
        log.warning("No task is running, so %s is remembered in this process only.", name)
        _outside_tasks[name] = text


class MaskingStore:
    """Remembers tokens as long as the process lives, and keeps them out of its logs."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def recall(self, key: str, *, fresh: bool) -> str | None:  # noqa: ARG002
        """Return what is remembered under a key."""
        return self._texts.get(key)

    def remember(self, key: str, value: str) -> None:
        """Keep a text under a key."""
        _mask(value)
        self._texts[key] = value


class VariableStore(MaskingStore):
    """Remembers tokens in Airflow Variables, for all tasks that use the connection.

    :param prefix: what the Variables' names begin with.
    """

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self.prefix = prefix

    def recall(self, key: str, *, fresh: bool) -> str | None:
        """Return what is remembered under a key, from the Variable if it must be fresh."""
        if not fresh:
            return super().recall(key, fresh=False)
        text: str | None = _get_variable(f"{self.prefix}.{key}")
        if text:
            super().remember(key, text)
        return text

    def remember(self, key: str, value: str) -> None:
        """Keep a text under a key, here and in the Variable."""
        super().remember(key, value)
        _set_variable(f"{self.prefix}.{key}", value, "Access shared by tasks of one connection.")


class KeptStore(VariableStore):
    """Remembers tokens in Airflow Variables or not at all: what would be lost with the process is refused.

    :param prefix: what the Variables' names begin with.
    """

    def remember(self, key: str, value: str) -> None:
        """Keep a text under a key.

        :raises ConfigurationError: no task is running, so there is nobody to set a Variable.
        :raises CalendarsError: the Variable cannot be set.
        """
        _mask(value)
        try:
            Variable.set(
                f"{self.prefix}.{key}", value, description="Access shared by tasks of one connection."
            )
        except ImportError:
            raise ConfigurationError(
                "The access of this connection has to be renewed, and what renews it the next time can only "
                "be kept by a task. Run a task that uses the connection; then it works here, too."
            ) from None
        except Exception as failure:
            raise CalendarsError(
                "What renews the access of this connection the next time could not be kept in an Airflow "
                f"Variable ({type(failure).__name__}). See that tasks can set Variables, and try again."
            ) from failure
        MaskingStore.remember(self, key, value)


def _mask(value: str) -> None:
    try:
        stored = json.loads(value)
    except ValueError:
        return
    for name in _SECRETS:
        secret = stored.get(name) if isinstance(stored, dict) else None
        if isinstance(secret, str) and secret:
            # a token may be logged whole or without its id, "12|..."
            for shown in (secret, secret.rpartition("|")[2]):
                mask_secret(shown)


class RunMemory:
    """What one task remembers within one run: it survives retries, Clear and the death of the worker.

    Kept in the task state store of Airflow 3.3, before that in Airflow Variables. Holds ids,
    fingerprints and counts, never people.

    :param context: the context of the task.
    :param realm: what is remembered in another realm, such as a dry run, is not seen here.
    """

    def __init__(self, context: Mapping[str, Any], realm: str = "") -> None:
        self._realm = realm
        self._store = context.get("task_state_store")
        self._identity = _identity(context)
        self._forgetful: dict[str, Any] = {}

    def get(self, key: str) -> dict[str, Any] | None:
        """Return what is remembered under a key."""
        key = self._in_realm(key)
        if self._store is not None:
            value = self._store.get(key)
        elif self._identity:
            value = json.loads(_get_variable(self._variable(key)) or "null")
        else:
            value = self._forgetful.get(key)
        return value if isinstance(value, dict) else None

    def set(self, key: str, value: dict[str, Any]) -> None:
        """Remember a value under a key, at once."""
        key = self._in_realm(key)
        if self._store is not None:
            self._store.set(key, value, retention=_KEPT_FOR)
        elif self._identity:
            said = f"What a task of this package remembers within a run: {' '.join(self._identity)}"
            _set_variable(self._variable(key), json.dumps(value), said[:500])
        else:
            self._forgetful[key] = value

    def _in_realm(self, key: str) -> str:
        return f"{self._realm}.{key}" if self._realm else key

    def _variable(self, key: str) -> str:
        identity = json.dumps([*(self._identity or ()), key])
        return f"calendars.run.{hashlib.sha256(identity.encode()).hexdigest()[:40]}"


def _identity(context: Mapping[str, Any]) -> tuple[str, ...] | None:
    instance = context.get("ti")
    if instance is None:
        return None
    return (instance.dag_id, instance.run_id, instance.task_id, str(instance.map_index))


class LastingMemory:
    """What is remembered about a thing across runs, in an Airflow Variable.

    :param system: e.g. ``lets_calendar``.
    :param conn_id: the connection the thing is reached with.
    :param thing: e.g. the id of a campaign.
    """

    def __init__(self, system: str, conn_id: str, thing: str) -> None:
        name = f"calendars.{system}.{conn_id}.{thing}"
        # Airflow takes 250 characters; two long names must not become one
        digest = hashlib.sha256(name.encode()).hexdigest()[:32]
        self._variable = name if len(name) <= 250 else f"{name[:217]}.{digest}"

    def get(self, key: str) -> Any:
        """Return what is remembered under a key, or None."""
        return self._load().get(key)

    def set(self, key: str, value: Any) -> None:
        """Remember a value under a key."""
        _set_variable(self._variable, json.dumps({**self._load(), key: value}))

    def _load(self) -> dict[str, Any]:
        value = json.loads(_get_variable(self._variable) or "null")
        return value if isinstance(value, dict) else {}
