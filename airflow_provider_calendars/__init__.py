"""Calendar workflows for Apache Airflow: Let's Calendar, lemcal and HighLevel."""

__version__ = "0.1.0"
