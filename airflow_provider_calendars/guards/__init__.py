"""What may be sent. Nothing in this room imports Airflow or speaks with a vendor."""
