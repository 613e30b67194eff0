"""An Airflow whose DAGs are those the pages quote."""

from __future__ import annotations

from pathlib import Path

import pytest

DAGS = Path(__file__).parents[2] / "docs" / "examples" / "dags"


@pytest.fixture
def airflow_of_the_pages(airflow_database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let Airflow find the DAGs of the pages, and return where they are."""
    from airflow import settings

    monkeypatch.setattr(settings, "DAGS_FOLDER", str(DAGS))
    return DAGS
