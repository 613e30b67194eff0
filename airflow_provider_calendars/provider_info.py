"""What Airflow is told about this package.

One dictionary per system describes its connection. The form of Airflow 3.2 and later is made from
it here, the form of Airflow 3.1 from the same dictionary in
:mod:`airflow_provider_calendars.hooks.base`.
"""

from __future__ import annotations

from typing import Any

from airflow_provider_calendars import __version__

_PACKAGE = "airflow_provider_calendars"

# what every system's connection can say beside host, login and password
_SHARED_FIELDS: dict[str, dict[str, Any]] = {
    "timeout": {
        "label": "Timeout",
        "description": "Seconds to wait for an answer. 60 if empty.",
        "schema": {"type": ["integer", "null"], "minimum": 1},
    },
    "allow_http": {
        "label": "Allow http",
        "description": "Send credentials unencrypted to a host other than this machine.",
        "schema": {"type": ["boolean", "null"]},
    },
}

SYSTEMS: dict[str, dict[str, Any]] = {
    "lets_calendar": {
        "connection-type": "lets_calendar",
        "hook-class-name": f"{_PACKAGE}.hooks.lets_calendar.LetsCalendarHook",
        "hook-name": "Let's Calendar",
        "ui-field-behaviour": {
            "hidden-fields": ["schema", "port"],
            "relabeling": {"login": "Client key", "password": "Secret key", "host": "Host (optional)"},
            "placeholders": {
                "login": "lc_... (API section of the Let's Calendar panel)",
                "password": "the secret that belongs to the client key",
                "host": "https://panel.letscalendar.com",
            },
        },
        "conn-fields": {
            **_SHARED_FIELDS,
            "share_login": {
                "label": "Share the login between tasks",
                "description": (
                    "Keep the access of a login in an (encrypted) Airflow Variable, so that tasks use one "
                    "login together. Turn it on when parallel tasks end each other's access."
                ),
                "schema": {"type": ["boolean", "null"]},
            },
        },
    },
}


def get_provider_info() -> dict[str, Any]:
    """Return this package's description in the form of Airflow's provider schema."""
    return {
        "package-name": "airflow-provider-calendars",
        "name": "Calendars",
        "description": "Calendar workflows: Let's Calendar, lemcal and HighLevel.",
        "versions": [__version__],
        "connection-types": list(SYSTEMS.values()),
        "integrations": [
            {
                "integration-name": "Let's Calendar",
                "external-doc-url": "https://panel.letscalendar.com/docs",
                "tags": ["service"],
            }
        ],
        "hooks": _modules("hooks", "Let's Calendar", "lets_calendar"),
        "operators": [
            *_modules("operators", "Let's Calendar", "lets_calendar"),
            *_modules("operators", "Contacts", "contacts"),
        ],
        "sensors": _modules("sensors", "Let's Calendar", "lets_calendar"),
        "triggers": _modules("triggers", "Let's Calendar", "lets_calendar"),
        "extra-links": [f"{_PACKAGE}.links.LetsCalendarCampaignLink"],
    }


def _modules(room: str, integration: str, module: str) -> list[dict[str, Any]]:
    return [{"integration-name": integration, "python-modules": [f"{_PACKAGE}.{room}.{module}"]}]
