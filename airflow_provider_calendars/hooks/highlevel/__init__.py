"""The hook for HighLevel."""

from __future__ import annotations

from airflow_provider_calendars.hooks.highlevel.calendars import CalendarMethods
from airflow_provider_calendars.hooks.highlevel.contacts import ContactMethods
from airflow_provider_calendars.hooks.highlevel.location import LocationMethods

__all__ = ["HighLevelHook"]


class HighLevelHook(CalendarMethods, ContactMethods, LocationMethods):
    """Speaks with HighLevel: calendars, free slots, appointments, contacts, and what belongs to them.

    The connection's login is the id of the location (sub-account), its password a private
    integration token of that location; or its extra names a marketplace app that is installed there
    (``client_id``, ``client_secret``, ``refresh_token``). For an operation without a method see
    :meth:`~airflow_provider_calendars.hooks.highlevel.base.HighLevelBaseHook.request`.

    https://marketplace.gohighlevel.com/docs/

    :param highlevel_conn_id: the Airflow connection, of type ``highlevel``.
    """
