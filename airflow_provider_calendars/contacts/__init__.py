"""A CRM export in, a clean audience out: reading, cleaning, deciding row by row, writing.

This room knows no Airflow and no vendor's API: it takes open streams and rows.
"""

from __future__ import annotations

from airflow_provider_calendars.contacts.audience import fingerprint
from airflow_provider_calendars.contacts.columns import Wanted
from airflow_provider_calendars.contacts.decisions import Rules
from airflow_provider_calendars.contacts.lists import SuppressionLists
from airflow_provider_calendars.contacts.opening import HowToRead, open_table, open_tables
from airflow_provider_calendars.contacts.prepare import Prepared, prepare_contacts, prepare_tables
from airflow_provider_calendars.contacts.suppression import Suppression
from airflow_provider_calendars.contacts.tables import Table, table_of_rows

__all__ = [
    "HowToRead",
    "Prepared",
    "Rules",
    "Suppression",
    "SuppressionLists",
    "Table",
    "Wanted",
    "fingerprint",
    "open_table",
    "open_tables",
    "prepare_contacts",
    "prepare_tables",
    "table_of_rows",
]
