"""What all parts of the hook for HighLevel share: the connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_calendars._compat import mask_secret
from airflow_provider_calendars.exceptions import ConfigurationError, PermissionDenied
from airflow_provider_calendars.hooks.base import CalendarsHook
from airflow_provider_calendars.memory import KeptStore

if TYPE_CHECKING:
    from airflow_provider_calendars.api.drivers import Store
    from airflow_provider_calendars.api.highlevel import HighLevelApi
    from airflow_provider_calendars.api.highlevel.oauth import OAuth
    from airflow_provider_calendars.api.policy import Repeat
    from airflow_provider_calendars.hooks.settings import Settings

# as HighLevel's guide for developers shows it
WEBHOOK_PUBLIC_KEY = "MCowBQYDK2VwAyEAi2HR1srL4o18O8BRa7gVJY7G7bupbN3H9AwJrHCDiOg="
_APP = ("client_id", "client_secret", "refresh_token")


class HighLevelBaseHook(CalendarsHook["HighLevelApi"]):
    """Speaks with HighLevel: calendars, free slots, appointments, and what belongs to them.

    The connection's login is the id of the location (sub-account), its password a private
    integration token of that location; or its extra names a marketplace app. For an operation without
    a method see :meth:`request`.

    https://marketplace.gohighlevel.com/docs/

    :param highlevel_conn_id: the Airflow connection, of type ``highlevel``.
    """

    conn_name_attr: ClassVar[str] = "highlevel_conn_id"
    default_conn_name: ClassVar[str] = "highlevel_default"
    conn_type: ClassVar[str] = "highlevel"
    hook_name: ClassVar[str] = "HighLevel"
    vendor_url: ClassVar[str] = "https://services.leadconnectorhq.com"
    credentials: ClassVar[Mapping[str, str]] = {
        "login": "location id",
        "password": "private integration token",
    }
    stand_ins: ClassVar[Mapping[str, str]] = {"password": "client_id"}

    def __init__(self, highlevel_conn_id: str = default_conn_name) -> None:
        super().__init__(highlevel_conn_id)
        self.highlevel_conn_id = highlevel_conn_id

    def make_api(self, settings: Settings) -> HighLevelApi:
        """Return the API for a connection's settings."""
        from airflow_provider_calendars.api.highlevel import HighLevelApi

        return HighLevelApi(
            settings.password or _installation(settings),
            base_url=settings.base_url,
            location_id=settings.login,
            versions=_versions(settings),
        )

    @property
    def webhook_public_key(self) -> str:
        """The key that HighLevel signs webhooks with, in base64."""
        return str(self.settings.extra.get("webhook_public_key") or WEBHOOK_PUBLIC_KEY)

    def _store(self) -> Store:
        if self.settings.password:
            return super()._store()
        return KeptStore(f"calendars.{self.conn_type}.{self.conn_id}")

    def try_out(self) -> tuple[bool, str]:
        """Read the location or its calendars."""
        try:
            location = self.run(lambda api: api.get_location())
        except PermissionDenied:
            # a token for calendars alone need not read locations
            calendars = self.run(lambda api: api.list_calendars())
            return True, f"The token reads the location's calendars: {len(calendars)}."
        return True, f"The token reads location {location.location_id}."

    def request(
        self,
        method: str,
        path: str,
        *,
        repeat: Repeat | str,
        version: str | None = None,
        headers: Mapping[str, str] | None = None,
        **parts: Any,
    ) -> Any:
        """Call an operation this package has no method for, and return its decoded answer.

        Authentication, retries, limits and errors are the same as for every other call.

        :param method: ``GET``, ``POST``, ``PUT``, ``PATCH`` or ``DELETE``.
        :param path: below the API's base URL, beginning with ``/``, ids quoted.
        :param repeat: what may happen when nobody knows whether the call took effect: ``always``,
            ``if_unsent`` or ``never``.
        :param version: the ``Version`` header, e.g. ``v3``; by default that of the path's product.
        :param headers: further headers.
        :param parts: ``params``, ``json`` or ``form``, as for
            :meth:`~airflow_provider_calendars.hooks.base.CalendarsHook.request`.
        """
        chosen = {"Version": version} if version else {}
        return super().request(method, path, repeat=repeat, headers={**chosen, **(headers or {})}, **parts)


def _installation(settings: Settings) -> OAuth:
    """Return the installation of a marketplace app that a connection names."""
    from airflow_provider_calendars.api.highlevel.oauth import OAuth

    given = {name: str(settings.extra.get(name) or "") for name in _APP}
    for name in ("client_secret", "refresh_token"):
        mask_secret(given[name])
    if not given["client_secret"]:
        raise ConfigurationError(f"Connection {settings.conn_id!r}: client_secret is empty.")
    return OAuth(**given, base_url=settings.base_url, location_id=settings.login)


def _versions(settings: Settings) -> Mapping[str, str]:
    """Return the versions that a connection sets: one for all, or by what a path begins with."""
    from airflow_provider_calendars.api.highlevel.base import NEWEST, VERSIONS

    given = settings.extra.get("api_version", {})
    if isinstance(given, str):
        # what only the newest version has stays with it
        return {family: given for family, version in VERSIONS.items() if version != NEWEST}
    if isinstance(given, Mapping) and all(map(_is_version, given.items())):
        return given
    raise ConfigurationError(
        f"Connection {settings.conn_id!r}: api_version must be a text such as 2021-04-15, or an object "
        'such as {"/calendars": "2021-04-15"}.'
    )


def _is_version(item: tuple[str, Any]) -> bool:
    return item[0].startswith("/") and isinstance(item[1], str)
