"""What a connection says, checked and completed."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import SplitResult, urlsplit

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import ConfigurationError

LIVE, DRY_RUN, REDIRECT = "live", "dry_run", "redirect"


class StoredConnection(Protocol):
    """The parts of an Airflow connection that are read here."""

    conn_id: str
    host: str | None
    port: int | None
    schema: str | None
    login: str | None
    password: str | None
    extra: str | None


@dataclass(frozen=True, slots=True)
class Settings:
    """A connection, ready to use.

    :param conn_id: its id.
    :param base_url: where the API is, without a slash at the end.
    :param login: the public half of the credentials.
    :param password: the secret half.
    :param timeout: seconds to wait for an answer.
    :param share_login: whether tasks share a login.
    :param mode: ``live``, ``dry_run`` or ``redirect``.
    :param extra: everything else the connection says; what was left empty is not in it.
    """

    conn_id: str
    base_url: str
    login: str
    password: str = field(repr=False)
    timeout: float
    share_login: bool
    mode: str
    extra: Mapping[str, Any] = field(repr=False)


def read_settings(
    connection: StoredConnection,
    vendor_url: str,
    credentials: Mapping[str, str],
    *,
    may_allow_http: bool = True,
    stand_ins: Mapping[str, str] | None = None,
    modes: Sequence[str] = (LIVE, DRY_RUN),
) -> Settings:
    """Return what a connection says.

    :param connection: as Airflow hands it out.
    :param vendor_url: the API's own URL, whose parts stand in for what the host leaves out.
    :param credentials: what the vendor calls ``login`` and ``password``, for messages.
    :param may_allow_http: whether the connection can allow http to another machine.
    :param modes: what ``mode`` can be.
    :param stand_ins: fields of the extra that make ``login`` or ``password`` needless.
    :raises ConfigurationError: something is missing or wrong; the message names the connection.
    """
    try:
        extra = _extra(connection.extra)
        allow_http = _boolean(extra, "allow_http") if may_allow_http else None
        for name, said in credentials.items():
            if not ((getattr(connection, name) or "").strip() or extra.get((stand_ins or {}).get(name, ""))):
                raise ConfigurationError(f"the {name} ({said}) is empty")
        return Settings(
            conn_id=connection.conn_id,
            base_url=_base_url(connection, vendor_url, allow_http=allow_http),
            login=(connection.login or "").strip(),
            password=(connection.password or "").strip(),
            timeout=_timeout(extra),
            share_login=_boolean(extra, "share_login"),
            mode=checks.choice("mode", extra.get("mode", LIVE), modes),
            extra=extra,
        )
    except ConfigurationError as wrong:
        raise ConfigurationError(f"Connection {connection.conn_id!r}: {str(wrong).rstrip('.')}.") from None


def _extra(text: str | None) -> dict[str, Any]:
    try:
        extra = json.loads(text or "{}")
    except ValueError:
        raise ConfigurationError("the extra is not JSON") from None
    if not isinstance(extra, dict):
        raise ConfigurationError(f"the extra must be a JSON object, not {type(extra).__name__}")
    # a form writes null for every field that nobody touched
    return {name: value for name, value in extra.items() if value is not None and value != ""}


def _boolean(extra: Mapping[str, Any], name: str) -> bool:
    return checks.boolean(name, extra.get(name, False))


def _timeout(extra: Mapping[str, Any]) -> float:
    value = extra.get("timeout", 60)
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = 0.0
    if isinstance(value, bool) or not 0 < seconds < 86_400:
        raise ConfigurationError(f"timeout must be a number of seconds above 0, not {value!r:.40}")
    return seconds


def _base_url(connection: StoredConnection, vendor_url: str, *, allow_http: bool | None) -> str:
    text = (connection.host or "").strip()
    vendor = urlsplit(vendor_url)
    if not text:
        return vendor_url if connection.port in {None, 0, 443} else _with_port(vendor, connection.port)
    if "://" not in text:
        host, *_ = _parts(f"https://{text}", connection.port)
        text = f"{_scheme(connection.schema, host)}://{text}"
    host, netloc, scheme, prefix = _parts(text, connection.port)
    if scheme not in {"https", "http"}:
        raise ConfigurationError(f"the host must begin with https://, not {scheme}://")
    if scheme == "http" and not (allow_http or is_loopback(host)):
        raise ConfigurationError(
            f"the host {host} would be reached by http, which shows the credentials to the network; use https"
            + ("" if allow_http is None else ", or set allow_http if you mean it")
        )
    return f"{scheme}://{netloc}{prefix or vendor.path}"


def _with_port(vendor: SplitResult, port: int | None) -> str:
    return vendor._replace(netloc=f"{vendor.hostname}:{port}").geturl()


def _scheme(schema: str | None, host: str) -> str:
    if schema in {"http", "https"}:
        return schema
    return "http" if is_loopback(host) else "https"


def _parts(url: str, port: int | None) -> tuple[str, str, str, str]:
    try:
        parts = urlsplit(url)
        host, own_port = parts.hostname, parts.port
    except ValueError:
        raise ConfigurationError("the host is not a URL; expected scheme://host[:port][/prefix]") from None
    if not host or "@" in parts.netloc or parts.query or parts.fragment or any(c.isspace() for c in url):
        raise ConfigurationError(
            "the host must be scheme://host[:port][/prefix], without login, query or fragment"
        )
    name = f"[{host}]" if ":" in host else host
    chosen = own_port or port
    return host, f"{name}:{chosen}" if chosen else name, parts.scheme, parts.path.rstrip("/")


def is_loopback(host: str) -> bool:
    """Return whether a host name means this machine."""
    if host.rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
