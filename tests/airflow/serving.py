"""Airflow's own API server with the package's pages, in this process, and users of each role."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient

from airflow_provider_calendars.sandbox import Sandbox

__all__ = ["PAGE", "ROLES", "Pages", "connect", "serving"]

PAGE = "/calendars-page"
ROLES: dict[str, str | None] = {"admin": "ADMIN", "op": "OP", "viewer": "VIEWER", "stranger": None}
_SETTINGS = {
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin,op:op,viewer:viewer",
    "AIRFLOW__API_AUTH__JWT_SECRET": "a secret of the tests that is long enough for every algorithm there is",
    "AIRFLOW__API__SECRET_KEY": "another one",
}
_NUMBERS = itertools.count()


class Pages:
    """Asks the API server.

    :param client: speaks with it.
    """

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, path: str, user: str | None = "admin", **params: Any) -> Any:
        """Return the response to a user; None is somebody who has not logged in."""
        return self.client.get(f"{PAGE}{path}", params=params, headers=_headers(user))

    def read(self, path: str, user: str | None = "admin", **params: Any) -> Any:
        """Return the decoded answer to a user who may read it."""
        response = self.get(path, user, **params)
        assert response.status_code == 200, response.text
        return response.json()

    def card(self, conn_id: str, **params: Any) -> dict[str, Any]:
        """Return what the page shows of a connection."""
        found: dict[str, Any] = self.read(f"/api/connections/{conn_id}", **params)
        return found


def _headers(user: str | None) -> dict[str, str]:
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    if user is None:
        return {}
    token = get_auth_manager().generate_jwt(SimpleAuthManagerUser(username=user, role=ROLES[user]))
    return {"Cookie": f"_token={token}"}


@contextmanager
def serving() -> Iterator[Pages]:
    """Serve Airflow's whole API, the plugin's pages included, as Airflow itself puts it together."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _SETTINGS.items():
            patch.setenv(name, value)
        from airflow.api_fastapi.app import create_app, purge_cached_app

        purge_cached_app()
        yield Pages(TestClient(create_app(), raise_server_exceptions=False))
        purge_cached_app()


def connect(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, system: str, **changes: Any) -> str:
    """Add a connection that leads to the sandbox, to the environment, and return its id.

    :param changes: parts of the connection; ``extra`` is added to what it says already.
    """
    known = json.loads(sandbox.connection_json(system))
    extra = known.get("extra") or {}
    said: Mapping[str, Any] = json.loads(extra) if isinstance(extra, str) else extra
    changes = {**changes, "extra": {**said, **changes.get("extra", {})}}
    conn_id = f"{system}_{next(_NUMBERS)}"
    monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps({**known, **changes}))
    return conn_id
