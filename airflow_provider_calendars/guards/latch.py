"""Whether an earlier try of a task has already set a sending off."""

from __future__ import annotations

import enum
from collections.abc import Mapping

Counts = Mapping[str, int]


class Sending(enum.Enum):
    """What is known of an earlier try's sending."""

    NEEDED = "needed"
    STARTED = "started"
    UNKNOWN = "unknown"


def progressed(before: Counts, now: Counts) -> bool:
    """Return whether attendees have moved towards being invited between two summaries.

    Fewer new ones are no sign of it, they may have unsubscribed; nor are those who were in process before.
    """
    return _handled(now) > _handled(before)


def after_lost_reply(before: Counts | None, now: Counts | None) -> Sending:
    """Judge a sending that was asked for without an answer.

    Without visible progress nothing is known: the vendor may not have begun yet.

    :param before: the attendee summary before the call, None where it could not be read.
    :param now: the summary at present, None where it cannot be read.
    """
    if before is None or now is None:
        return Sending.UNKNOWN
    return Sending.STARTED if progressed(before, now) else Sending.UNKNOWN


def after_accepted(before: Counts | None, now: Counts | None) -> Sending:
    """Judge whether a task that is run again has to send, after the vendor accepted its first call.

    Only attendees who came after a sending that visibly ran to its end need another one. One that
    has not begun, or not reached all who were new then, is still to come, so a second call could mail
    the same people twice.

    :param before: the attendee summary before the first call, None where it could not be read.
    :param now: the summary at present, None where it cannot be read.
    """
    if before is None or now is None or now["in_process"] > 0:
        return Sending.STARTED
    reached_all = _left_new(now) - _left_new(before) >= before["new"]
    return Sending.NEEDED if progressed(before, now) and reached_all and now["new"] > 0 else Sending.STARTED


def may_overlap(before: Counts | None, now: Counts | None) -> bool:
    """Tell whether a second sending could mail people whom one of another run is still to mail.

    It cannot once everybody who was new before that one is new no more.

    :param before: the attendee summary before the sending of the other run, None where it could not be read.
    :param now: the summary at present, None where it cannot be read.
    """
    return before is None or now is None or _left_new(now) - _left_new(before) < before["new"]


def _left_new(counts: Counts) -> int:
    return _handled(counts) + counts["unsubscribed"] + counts["cancelled"]


def _handled(counts: Counts) -> int:
    return counts["sent"] + counts["failed"] + counts["in_process"]
