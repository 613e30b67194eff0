"""Every error this package raises on purpose.

::

    CalendarsError
    ├── ConfigurationError        a connection or an argument is wrong; nothing was sent
    ├── ContactsError             a file of contacts cannot be used
    ├── GuardError                sending was refused before anything left the machine
    ├── SendingStalled            invites that were asked for do not go out
    ├── TransportError            no answer: connection refused, reply lost, timed out
    │   └── OutcomeUnknown        the same, for a call that must not be repeated
    └── ApiError                  the vendor answered, and said no
        ├── AuthError             the credentials are wrong, expired or inactive
        ├── PermissionDenied      the credentials are right but may not do this
        ├── NotFound              no such campaign, meeting, calendar ...
        │   └── OperationUnavailable   this account or plan does not have the operation
        ├── Rejected              the vendor refused the request as invalid
        │   └── Conflict          what was to be created exists already
        ├── RateLimited           too many requests, for longer than it is sensible to wait
        └── ServerError           the vendor failed, and kept failing
            └── UnreadableAnswer  it answered, with something else than it documents

Messages name the system, the call, what the vendor said and what to do. They never hold a
token, a request or response body, or a person's address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class CalendarsError(Exception):
    """Base of every error of this package."""


class ConfigurationError(CalendarsError, ValueError):
    """A connection or an argument is wrong. Nothing was sent."""


class ContactsError(CalendarsError):
    """A file of contacts cannot be read, has no usable column, or holds nobody."""


class GuardError(CalendarsError):
    """Sending was refused before anything left the machine."""


class SendingStalled(CalendarsError):
    """Invites that were asked for do not go out: the vendor sends nothing more, and some are left."""


class TransportError(CalendarsError):
    """The call got no answer.

    :param message: what happened, without address or body.
    :param sent: False only where the server provably saw nothing of the request.
    """

    def __init__(self, message: str, *, sent: bool = True) -> None:
        super().__init__(message)
        self.sent = sent


class OutcomeUnknown(TransportError):
    """A call that must not be repeated was sent, and whether it took effect is not known.

    :param message: what happened.
    :param looks_first: whether the task looks what became of it before it would call again, so that a
        retry is safe.
    """

    def __init__(self, message: str, *, looks_first: bool = False) -> None:
        super().__init__(message)
        self.looks_first = looks_first


class ApiError(CalendarsError):
    """The vendor answered with an error.

    :param message: the whole message, as shown.
    :param system: the vendor, e.g. ``Let's Calendar``.
    :param status: the HTTP status.
    :param request_id: the vendor's id of the request, for its support, where it sends one.
    """

    def __init__(
        self, message: str, *, system: str = "", status: int = 0, request_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.system = system
        self.status = status
        self.request_id = request_id


class AuthError(ApiError):
    """The credentials are wrong, expired or inactive."""


class PermissionDenied(ApiError):
    """The credentials are valid but may not do this."""


class NotFound(ApiError):
    """What the call names does not exist."""


class OperationUnavailable(NotFound):
    """The account or plan does not have this operation."""


class Rejected(ApiError):
    """The vendor refused the request as invalid.

    :param fields: what the vendor said, field by field, where it did.
    """

    def __init__(
        self,
        message: str,
        *,
        system: str = "",
        status: int = 0,
        request_id: str | None = None,
        fields: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(message, system=system, status=status, request_id=request_id)
        self.fields = dict(fields or {})


class Conflict(Rejected):
    """What was to be created exists already."""


class RateLimited(ApiError):
    """Too many requests.

    :param retry_after: seconds the vendor asks to wait, where it said so.
    """

    def __init__(
        self,
        message: str,
        *,
        system: str = "",
        status: int = 429,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, system=system, status=status, request_id=request_id)
        self.retry_after = retry_after


class ServerError(ApiError):
    """The vendor failed to answer properly, and kept failing."""


class UnreadableAnswer(ServerError):
    """The vendor answered with a success that is not what its documentation describes."""


CANNOT_BE_READ = (NotFound, UnreadableAnswer)
"""What says that an account cannot read something, as opposed to a vendor that fails at present."""
