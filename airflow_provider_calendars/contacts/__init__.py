"""A CRM export in, a clean audience out: reading, cleaning, deciding row by row, writing.

This room knows no Airflow and no vendor's API: it takes open streams and rows.
"""

from __future__ import annotations

from airflow_provider_calendars.contacts.columns import Wanted
from airflow_provider_calendars.contacts.prepare import (
    Prepared,
    fingerprint,
    prepare_contacts,
    prepare_table,
)
from airflow_provider_calendars.contacts.tables import HowToRead, open_table, table_of_rows

__all__ = [
    "HowToRead",
    "Prepared",
    "Wanted",
    "fingerprint",
    "open_table",
    "prepare_contacts",
    "prepare_table",
    "table_of_rows",
]
