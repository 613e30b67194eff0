"""The API of HighLevel, version 2: calendars, contacts and look-ups."""

from __future__ import annotations

from airflow_provider_calendars.api.highlevel.blocked_slots import BlockedSlots
from airflow_provider_calendars.api.highlevel.contacts import Contacts
from airflow_provider_calendars.api.highlevel.free_slots import FreeSlots
from airflow_provider_calendars.api.highlevel.groups import Groups
from airflow_provider_calendars.api.highlevel.notes import Notes
from airflow_provider_calendars.api.highlevel.notifications import Notifications
from airflow_provider_calendars.api.highlevel.overview import Overview
from airflow_provider_calendars.api.highlevel.resources import Resources
from airflow_provider_calendars.api.highlevel.schedules import Schedules

__all__ = ["HighLevelApi"]


class HighLevelApi(
    Overview,
    BlockedSlots,
    FreeSlots,
    Contacts,
    Notes,
    Groups,
    Resources,
    Notifications,
    Schedules,
):
    """Every calendar operation of HighLevel, and its contacts, for one location.

    :param token: a private integration token of the location, ``pit-...``; or another way to
        authenticate.
    :param base_url: where the API is: ``https://services.leadconnectorhq.com``.
    :param location_id: the location (sub-account).
    :param versions: other values of the ``Version`` header, by what a path begins with, ``/calendars``.
    :param retries: how often and how patiently calls are repeated.
    """
