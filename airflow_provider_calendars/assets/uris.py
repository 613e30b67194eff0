"""Names of assets: ``<system>://<connection>/<things>``."""

from __future__ import annotations

from urllib.parse import SplitResult


def sanitized(uri: SplitResult, system: str, things: str) -> SplitResult:
    """Return the URI of an asset in its one form, or refuse one that names no connection.

    :param uri: taken apart.
    :param system: e.g. ``lemcal``.
    :param things: e.g. ``meetings``.
    """
    if not uri.netloc or uri.path.rstrip("/") != f"/{things}":
        raise ValueError(f"A {system} asset is {system}://<connection>/{things}, not {uri.geturl()!r}.")
    return uri._replace(path=f"/{things}")
