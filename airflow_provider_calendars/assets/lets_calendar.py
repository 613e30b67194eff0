"""How campaigns of Let's Calendar are called in Airflow's lineage."""

from __future__ import annotations

from urllib.parse import SplitResult, quote

from airflow_provider_calendars.assets.uris import sanitized

# a URI's scheme can have no underscore
SCHEME = "lets-calendar"


def campaign_uri(lets_calendar_conn_id: str, campaign_id: str) -> str:
    """Return the name of a campaign: ``lets-calendar://<connection>/campaigns/<id>``.

    :param lets_calendar_conn_id: the Airflow connection.
    :param campaign_id: the vendor's id.
    """
    return f"{SCHEME}://{quote(lets_calendar_conn_id, safe='')}/campaigns/{quote(campaign_id, safe='')}"


def sanitize_uri(uri: SplitResult) -> SplitResult:
    """Return a ``lets-calendar://`` URI as it is, or refuse one that names no campaign."""
    campaign_id = uri.path.rstrip("/").rpartition("/")[2]
    return sanitized(uri, SCHEME, f"campaigns/{campaign_id or '<id>'}")
