"""What Airflow is told about this package.

One dictionary per system describes its connection. The form of Airflow 3.2 and later is made from
it here, the form of Airflow 3.1 from the same dictionary in
:mod:`airflow_provider_calendars.hooks.base`.
"""

from __future__ import annotations

from typing import Any

from airflow_provider_calendars import __version__

_PACKAGE = "airflow_provider_calendars"

# the parts of the form below the standard fields
_SAFETY = "Safety"
_REQUESTS = "Requests"
_WEBHOOKS = "Webhooks"
_MARKETPLACE_APP = "Marketplace app (OAuth)"

_MODES_DISPLAY = {
    "null": "live (nothing chosen)",
    "live": "live: everything, for real",
    "dry_run": "dry_run: nothing is changed at the vendor",
    "redirect": "redirect: only your own addresses are invited",
}


def _modes(*modes: str) -> dict[str, Any]:
    return {
        "type": ["string", "null"],
        "enum": [*modes, None],
        "values_display": {mode: _MODES_DISPLAY[mode] for mode in (*modes, "null")},
        "section": _SAFETY,
    }


# what connections can say beside host, login and password
_TIMEOUT: dict[str, dict[str, Any]] = {
    "timeout": {
        "label": "Timeout",
        "description": "Seconds to wait for an answer. 60 if empty.",
        "schema": {"type": ["integer", "null"], "minimum": 1, "section": _REQUESTS},
    },
}
_MODE: dict[str, dict[str, Any]] = {
    "mode": {
        "label": "Mode",
        "description": (
            "live (also if empty), or dry_run: nothing that would change anything leaves this machine, "
            "every task says what it would have done."
        ),
        "schema": _modes("live", "dry_run"),
    },
}
_ALLOW_HTTP: dict[str, dict[str, Any]] = {
    "allow_http": {
        "label": "Allow http",
        "description": "Send credentials unencrypted to a host other than this machine.",
        "schema": {"type": ["boolean", "null"], "section": _REQUESTS},
    },
}

SYSTEMS: dict[str, dict[str, Any]] = {
    "lets_calendar": {
        "connection-type": "lets_calendar",
        "hook-class-name": f"{_PACKAGE}.hooks.lets_calendar.LetsCalendarHook",
        "hook-name": "Let's Calendar",
        "ui-field-behaviour": {
            "hidden-fields": ["schema"],
            "relabeling": {
                "login": "Client key",
                "password": "Secret key",
                "host": "Host (optional)",
                "port": "Port (optional)",
            },
            "placeholders": {
                "login": "lc_... (API section of the Let's Calendar panel)",
                "password": "the secret that belongs to the client key",
                "host": "https://panel.letscalendar.com",
                "port": "443",
            },
        },
        "conn-fields": {
            "mode": {
                **_MODE["mode"],
                "description": (
                    "live (also if empty); dry_run: nothing that would change anything leaves this machine, "
                    "every task says what it would have done; redirect: the first contacts get the addresses "
                    "below, the others are dropped."
                ),
                "schema": _modes("live", "dry_run", "redirect"),
            },
            "redirect_to": {
                "label": "Redirect to",
                "description": "Your own addresses for the mode redirect, separated by commas.",
                "schema": {"type": ["string", "null"], "section": _SAFETY},
            },
            **_TIMEOUT,
            **_ALLOW_HTTP,
            "share_login": {
                "label": "Share the login between tasks",
                "description": (
                    "Keep the access of a login in an (encrypted) Airflow Variable, so that tasks use one "
                    "login together. Turn it on when parallel tasks end each other's access."
                ),
                "schema": {"type": ["boolean", "null"], "section": _REQUESTS},
            },
        },
    },
    "lemcal": {
        "connection-type": "lemcal",
        "hook-class-name": f"{_PACKAGE}.hooks.lemcal.LemcalHook",
        "hook-name": "lemcal",
        "ui-field-behaviour": {
            "hidden-fields": ["schema"],
            "relabeling": {
                "login": "User id",
                "password": "API key",
                "host": "Host (optional)",
                "port": "Port (optional)",
            },
            "placeholders": {
                "login": "usr_... (Integrations in lemcal)",
                "password": "the API key of that user",
                "host": "https://api.lemcal.com",
                "port": "443",
            },
        },
        "conn-fields": {
            **_MODE,
            **_TIMEOUT,
            "webhook_secret": {
                "label": "Webhook secret",
                "description": (
                    "What lemcal must add to the webhook's URL to be believed, 16 characters or more. "
                    "Empty: this connection receives no webhooks."
                ),
                "schema": {"type": ["string", "null"], "format": "password", "section": _WEBHOOKS},
            },
        },
    },
    "highlevel": {
        "connection-type": "highlevel",
        "hook-class-name": f"{_PACKAGE}.hooks.highlevel.HighLevelHook",
        "hook-name": "HighLevel",
        "ui-field-behaviour": {
            "hidden-fields": ["schema"],
            "relabeling": {
                "login": "Location id",
                "password": "Private integration token",
                "host": "Host (optional)",
                "port": "Port (optional)",
            },
            "placeholders": {
                "login": "the id in the sub-account's address: /v2/location/<id>/",
                "password": "pit-... (Settings > Private Integrations of the sub-account)",
                "host": "https://services.leadconnectorhq.com",
                "port": "443",
            },
        },
        "conn-fields": {
            **_MODE,
            **_TIMEOUT,
            **_ALLOW_HTTP,
            "client_id": {
                "label": "Client id",
                "description": "Of a marketplace app, instead of a private integration token.",
                "schema": {"type": ["string", "null"], "section": _MARKETPLACE_APP},
            },
            "client_secret": {
                "label": "Client secret",
                "description": "The secret of that app.",
                "schema": {
                    "type": ["string", "null"],
                    "format": "password",
                    "section": _MARKETPLACE_APP,
                },
            },
            "refresh_token": {
                "label": "Refresh token",
                "description": (
                    "What the app got when it was installed in the location. It works once; those that "
                    "follow are kept in an (encrypted) Airflow Variable."
                ),
                "schema": {
                    "type": ["string", "null"],
                    "format": "password",
                    "section": _MARKETPLACE_APP,
                },
            },
            "webhook_public_key": {
                "label": "Webhook public key",
                "description": (
                    "The Ed25519 key that webhooks are signed with, in base64. Empty: the one that "
                    "HighLevel publishes."
                ),
                "schema": {"type": ["string", "null"], "section": _WEBHOOKS},
            },
            "api_version": {
                "label": "API version",
                "description": (
                    "Another value of the Version header for all calls, e.g. 2023-02-21. "
                    "Empty: the version that HighLevel documents for each product."
                ),
                "schema": {"type": ["string", "null"], "section": _REQUESTS},
            },
        },
    },
}

_CONFIG = {
    "calendars": {
        "description": "Options of airflow-provider-calendars.",
        "options": {
            "webhook_connections": {
                "description": (
                    "Ids of the connections, separated by commas, that may receive webhooks on the API "
                    "server. Those of lemcal need a webhook_secret."
                ),
                "version_added": "0.1.0",
                "type": "string",
                "example": "lemcal_default",
                "default": "",
            }
        },
    }
}
_INTEGRATIONS = {
    "Let's Calendar": "https://panel.letscalendar.com/docs",
    "lemcal": "https://developer.lemcal.com/",
    "HighLevel": "https://marketplace.gohighlevel.com/docs/",
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
            {"integration-name": name, "external-doc-url": url, "tags": ["service"]}
            for name, url in _INTEGRATIONS.items()
        ],
        "hooks": _modules("hooks"),
        "operators": [
            *_modules("operators"),
            {"integration-name": "Contacts", "python-modules": [f"{_PACKAGE}.operators.contacts"]},
            {"integration-name": "Guards", "python-modules": [f"{_PACKAGE}.operators.guards"]},
        ],
        "sensors": _modules("sensors"),
        "triggers": _modules("triggers"),
        "asset-uris": [
            {"schemes": [system], "handler": f"{_PACKAGE}.assets.{system}.sanitize_uri"}
            for system in ("lemcal", "highlevel")
        ],
        "config": _CONFIG,
        "extra-links": [f"{_PACKAGE}.links.LetsCalendarCampaignLink"],
    }


def _modules(room: str) -> list[dict[str, Any]]:
    return [
        {
            "integration-name": system["hook-name"],
            "python-modules": [f"{_PACKAGE}.{room}.{system['connection-type']}"],
        }
        for system in SYSTEMS.values()
    ]
