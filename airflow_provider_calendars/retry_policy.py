"""What Airflow 3.3 and later do about a failure of this package: wait, try again, or give up at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow_provider_calendars.exceptions import (
    CalendarsError,
    OutcomeUnknown,
    RateLimited,
    ServerError,
    TransportError,
)

try:
    from airflow.sdk import RetryDecision, RetryPolicy
except ImportError:  # Airflow before 3.3
    HAS_RETRY_POLICIES = False
else:
    HAS_RETRY_POLICIES = True

    class CalendarsRetryPolicy(RetryPolicy):
        """Tries again what can end better, after the time it takes; what cannot fails at once.

        ======================================  =============================================
        rate limited                            try again after the time the vendor asks for
        no answer, or the vendor failed         try again after the task's own delay
        outcome not known                       fail now, unless the task looks before it acts again
        refused, wrong arguments, guards        fail now
        anything else                           as the task says
        ======================================  =============================================
        """

        def evaluate(
            self,
            exception: BaseException,
            try_number: int,  # noqa: ARG002
            max_tries: int,  # noqa: ARG002
            context: Any = None,  # noqa: ARG002
        ) -> RetryDecision:
            """Decide what becomes of a failed try."""
            if isinstance(exception, RateLimited):
                wait = exception.retry_after
                delay = None if wait is None else timedelta(seconds=wait)
                return RetryDecision.retry(delay, "rate limited")
            if isinstance(exception, OutcomeUnknown) and not exception.looks_first:
                return RetryDecision.fail("whether it was done is not known, so it is not done again")
            if isinstance(exception, TransportError | ServerError):
                return RetryDecision.retry(reason="no proper answer")
            if isinstance(exception, CalendarsError):
                return RetryDecision.fail(f"{type(exception).__name__}: another try would end the same")
            return RetryDecision.default()

        def serialize(self) -> dict[str, Any]:
            """Return what makes this policy again: it has no settings."""
            return {}

        @classmethod
        def deserialize(cls, data: dict[str, Any]) -> CalendarsRetryPolicy:  # noqa: ARG003
            """Return the policy."""
            return cls()


def retry_arguments(retries: int = 2, retry_delay: timedelta = timedelta(minutes=1)) -> dict[str, Any]:
    """Return ``default_args`` for DAGs: so many retries, and the policy where Airflow has policies.

    :param retries: how often a task is tried again.
    :param retry_delay: how long to wait before, where the vendor does not say it.
    """
    policy = {"retry_policy": CalendarsRetryPolicy()} if HAS_RETRY_POLICIES else {}
    return {"retries": retries, "retry_delay": retry_delay, **policy}
