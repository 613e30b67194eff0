"""The recommended DAG, as Airflow draws it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.airflow.test_end_to_end import Airflow

pytest.importorskip("selenium")

from selenium.webdriver.common.by import By

from tests.browser.pages import press, shown

pytestmark = pytest.mark.slow

DAG = "lets_calendar_approved_campaign"


def drawn(browser: Any) -> set[str]:
    """Return the tasks in the graph."""
    nodes = browser.find_elements(By.CSS_SELECTOR, ".react-flow__node")
    return {line for each in nodes for line in each.text.split("\n")}


def test_the_graph_shows_every_step(browser: Any, airflow: Airflow, pictures: Path) -> None:
    """All tasks of the recommended DAG are in its graph."""
    expected = {each["task_id"] for each in airflow.get(f"/api/v2/dags/{DAG}/tasks")["tasks"]}
    browser.set_window_size(3200, 700)
    browser.get(f"{airflow.url}/dags/{DAG}")
    press(lambda: browser.find_element(By.CSS_SELECTOR, "[title^='Show Graph']"), "Show Graph")
    shown(lambda: drawn(browser) >= expected, "all tasks")
    browser.find_element(By.CSS_SELECTOR, ".react-flow").screenshot(str(pictures / f"graph_{DAG}.png"))
