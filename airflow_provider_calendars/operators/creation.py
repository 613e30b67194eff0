"""Creating a thing once, whatever happens in between."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import CalendarsError, Conflict, OutcomeUnknown
from airflow_provider_calendars.memory import RunMemory

IF_EXISTS_CHOICES = ("fail", "adopt", "create")
LOOKS_AFTER_LOST_REPLY = (0.5, 2.5, 6.0)


def check_if_exists(choice: Any) -> None:
    """Refuse an unknown ``if_exists``."""
    checks.choice("if_exists", choice, IF_EXISTS_CHOICES)


@dataclass(frozen=True, slots=True)
class Creation:
    """Creates a thing, or finds the one that an earlier try of the same task created.

    What is about to be done is remembered before it is done: the thing's fingerprint, and the ids of
    those like it that are there already. What is like it later and was not there then is ours.

    :param memory: what the task remembers.
    :param key: under which name.
    :param fingerprint: what the thing is; with another one it is another thing.
    :param thing: what messages call it.
    :param find: returns the ids of what is like it.
    :param create: creates it and returns its id.
    :param prefer: those of several ids that are adopted where that is asked for; by default all.
    :param is_gone: whether what an earlier try created has been deleted since, so that it is created
        again; by default it never is.
    """

    memory: RunMemory
    key: str
    fingerprint: str
    thing: str
    find: Callable[[], list[str]]
    create: Callable[[], str]
    is_gone: Callable[[str], bool] = lambda _: False
    prefer: Callable[[list[str]], list[str]] = list

    def carry_out(self, if_exists: str) -> tuple[str, str]:
        """Return the thing's id, and ``created`` or ``adopted``.

        :param if_exists: about things like it that are not ours: ``fail``, ``adopt`` or ``create``.
        :raises CalendarsError: there are such things, and which to take is not known.
        :raises OutcomeUnknown: the reply was lost and the thing is not to be seen yet.
        """
        return self._found(if_exists) or self._created()

    def _found(self, if_exists: str) -> tuple[str, str] | None:
        intent = self._intent()
        if intent.get("id"):
            if not self.is_gone(intent["id"]):
                return str(intent["id"]), "adopted"
            intent = {}
        matches = self.find()
        if intent:
            return self._adopt([each for each in matches if each not in intent["known"]])
        if matches and if_exists == "fail":
            raise CalendarsError(
                f"There is a {self.thing} already: {', '.join(matches)}. "
                "Set if_exists to adopt or create if that is right."
            )
        if if_exists == "adopt" and (found := self._adopt(self.prefer(matches))):
            return found
        self.memory.set(self.key, {"fingerprint": self.fingerprint, "known": matches})
        return None

    def _adopt(self, candidates: list[str]) -> tuple[str, str] | None:
        if len(candidates) > 1:
            raise CalendarsError(
                f"Several could be the {self.thing}: {', '.join(candidates)}. "
                "Remove the wrong ones, or make this one different."
            )
        if not candidates:
            return None
        self._remember(candidates[0])
        return candidates[0], "adopted"

    def _created(self) -> tuple[str, str]:
        try:
            created = self.create()
        except OutcomeUnknown:
            return self._look_for_lost()
        except Conflict:
            # what is in the way may be ours: a reply can be lost where nobody notices
            if found := self._adopt(self.new()):
                return found
            raise
        self._remember(created)
        return created, "created"

    def _look_for_lost(self) -> tuple[str, str]:
        for wait in LOOKS_AFTER_LOST_REPLY:
            time.sleep(wait)
            if found := self._adopt(self.new()):
                return found
        raise OutcomeUnknown(
            f"The reply to creating the {self.thing} was lost and it is not in the list. "
            "A retry looks again before it creates one.",
            looks_first=True,
        )

    def new(self) -> list[str]:
        """Return the ids of what is like it and was not there before."""
        known = self._intent().get("known", [])
        return [each for each in self.find() if each not in known]

    def _intent(self) -> dict[str, Any]:
        intent = self.memory.get(self.key) or {}
        return intent if intent.get("fingerprint") == self.fingerprint else {}

    def _remember(self, found: str) -> None:
        known = self._intent().get("known", [])
        self.memory.set(self.key, {"fingerprint": self.fingerprint, "known": known, "id": found})
