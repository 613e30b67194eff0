"""The page of campaigns and booked meetings in Airflow's web interface; it only reads."""
