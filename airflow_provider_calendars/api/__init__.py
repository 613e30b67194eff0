"""What the vendors' APIs say and how to speak with them.

Nothing in this room imports Airflow, and only :mod:`~airflow_provider_calendars.api.drivers`
opens a connection or reads a clock.
"""
