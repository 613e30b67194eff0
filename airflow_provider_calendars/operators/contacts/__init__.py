"""Turning a CRM export into a clean audience and the file that Let's Calendar takes."""

from __future__ import annotations

from airflow_provider_calendars.operators.contacts.merge import MergeRejectedContactsOperator
from airflow_provider_calendars.operators.contacts.prepare import PrepareContactsOperator

__all__ = ["MergeRejectedContactsOperator", "PrepareContactsOperator"]
