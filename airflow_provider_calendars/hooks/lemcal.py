"""The hook for lemcal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote_plus

from airflow_provider_calendars._compat import mask_secret
from airflow_provider_calendars.exceptions import ConfigurationError, NotFound
from airflow_provider_calendars.hooks.base import CalendarsHook

if TYPE_CHECKING:
    from airflow_provider_calendars.api.done import Done
    from airflow_provider_calendars.api.lemcal import LemcalApi
    from airflow_provider_calendars.api.lemcal.records import Hook, HookRequest, Meeting, MeetingType, User
    from airflow_provider_calendars.hooks.settings import Settings

_SHORTEST_SECRET = 16


class LemcalHook(CalendarsHook["LemcalApi"]):
    """Speaks with lemcal: booked meetings, meeting types, webhooks.

    The connection's login is the user id, its password the API key. For an operation without a
    method see :meth:`~airflow_provider_calendars.hooks.base.CalendarsHook.request`.

    https://developer.lemcal.com/

    :param lemcal_conn_id: the Airflow connection, of type ``lemcal``.
    """

    conn_name_attr: ClassVar[str] = "lemcal_conn_id"
    default_conn_name: ClassVar[str] = "lemcal_default"
    conn_type: ClassVar[str] = "lemcal"
    hook_name: ClassVar[str] = "lemcal"
    vendor_url: ClassVar[str] = "https://api.lemcal.com/api/lemcal"
    credentials: ClassVar[Mapping[str, str]] = {"login": "user id", "password": "API key"}
    # lemcal's own documentation writes http://, which would show the key to the network
    may_allow_http: ClassVar[bool] = False

    def __init__(self, lemcal_conn_id: str = default_conn_name) -> None:
        super().__init__(lemcal_conn_id)
        self.lemcal_conn_id = lemcal_conn_id

    def make_api(self, settings: Settings) -> LemcalApi:
        """Return the API for a connection's settings."""
        from airflow_provider_calendars.api.lemcal import LemcalApi

        return LemcalApi(settings.login, settings.password, base_url=settings.base_url)

    @property
    def webhook_secret(self) -> str | None:
        """What a delivery must bring to be believed; None if the connection receives none.

        :raises ConfigurationError: it is too short to protect anything.
        """
        secret = str(self.settings.extra.get("webhook_secret") or "")
        # also as it stands in the URL of a hook
        for form in {secret, quote_plus(secret)}:
            mask_secret(form)
        if secret and len(secret) < _SHORTEST_SECRET:
            raise ConfigurationError(
                f"Connection {self.conn_id!r}: webhook_secret needs at least {_SHORTEST_SECRET} characters."
            )
        return secret or None

    def try_out(self) -> tuple[bool, str]:
        """Ask who the key belongs to."""
        return True, f"The key belongs to user {self.me().user_id}."

    def me(self) -> User:
        """Return the user the key belongs to."""
        return self.run(lambda api: api.me())

    def meetings(self, meeting_type_id: str | None = None) -> list[Meeting]:
        """Return all booked meetings, or those of one type."""
        return self.run(lambda api: api.meetings(meeting_type_id))

    def meeting_types(self) -> list[MeetingType]:
        """Return the meeting types."""
        return self.run(lambda api: api.meeting_types())

    def meeting_type(self, meeting_type_id: str) -> MeetingType:
        """Return one meeting type."""
        return self.run(lambda api: api.meeting_type(meeting_type_id))

    def check_meeting_type(self, meeting_type_id: str) -> None:
        """Refuse a meeting type that does not exist; lemcal's list of its meetings would be empty.

        :raises ConfigurationError: there is no such meeting type.
        """
        try:
            self.meeting_type(meeting_type_id)
        except NotFound as unknown:
            raise ConfigurationError(
                f"meeting_type_id {meeting_type_id!r} does not exist: {unknown}"
            ) from unknown

    def create_hook(self, hook: HookRequest) -> Hook:
        """Have new bookings posted to a URL. A second one of the same details is a ``Conflict``."""
        return self.run(lambda api: api.create_hook(hook))

    def delete_hook(self, hook_id: str) -> Done:
        """Delete a hook."""
        return self.run(lambda api: api.delete_hook(hook_id))
