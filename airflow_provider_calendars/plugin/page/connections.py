"""Which connections the page shows, to whom, and what they say."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import ConnectionDetails
from airflow.models import Connection
from airflow.secrets.environment_variables import CONN_ENV_PREFIX, EnvironmentVariablesBackend
from airflow.utils.session import create_session
from sqlalchemy import select

from airflow_provider_calendars.plugin import page_connections
from airflow_provider_calendars.provider_info import SYSTEMS

if TYPE_CHECKING:
    from airflow.api_fastapi.auth.managers.models.base_user import BaseUser

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """A connection the page may show.

    :param conn_type: None if only its secrets backend can say it.
    """

    conn_id: str
    conn_type: str | None


def known_connections() -> list[Known]:
    """Return the connections of our types, whoever may see them."""
    found: dict[str, str | None] = dict.fromkeys(page_connections())
    types = {**found, **_in_database(), **_in_environment()}
    return sorted((Known(*each) for each in types.items()), key=_place)


def _place(known: Known) -> tuple[int, str]:
    """Return where on the page a connection comes: by system, those of unknown type last."""
    systems = list(SYSTEMS)
    place = systems.index(known.conn_type) if known.conn_type in systems else len(systems)
    return place, known.conn_id


def _in_database() -> Mapping[str, str]:
    with create_session() as session:
        query = select(Connection.conn_id, Connection.conn_type).where(Connection.conn_type.in_(SYSTEMS))
        return {str(row.conn_id): str(row.conn_type) for row in session.execute(query)}


def _in_environment() -> Mapping[str, str]:
    ids = (
        name.removeprefix(CONN_ENV_PREFIX).lower() for name in os.environ if name.startswith(CONN_ENV_PREFIX)
    )
    # what begins with _ is a team's own
    types = {conn_id: _type_in_environment(conn_id) for conn_id in ids if conn_id and conn_id[0] != "_"}
    return {conn_id: conn_type for conn_id, conn_type in types.items() if conn_type in SYSTEMS}


def _type_in_environment(conn_id: str) -> str:
    try:
        connection = EnvironmentVariablesBackend().get_connection(conn_id)
    except Exception as error:  # noqa: BLE001 - what is not readable as a connection may be anything
        log.debug("Connection %s of the environment cannot be read: %s", conn_id, type(error).__name__)
        return ""
    return str(connection.conn_type) if connection else ""


def may_read(conn_id: str, user: BaseUser) -> bool:
    """Return whether Airflow lets a user read a connection."""
    details = ConnectionDetails(conn_id=conn_id, team_name=Connection.get_team_name(conn_id))
    return get_auth_manager().is_authorized_connection(method="GET", details=details, user=user)


def read_connection(conn_id: str) -> Any:
    """Return what a connection says, wherever it is kept."""
    team = Connection.get_team_name(conn_id)
    given = {"team_name": team} if team else {}
    return Connection.get_connection_from_secrets(conn_id, **given)
