"""The page of campaigns and the report of a run, as they are seen within Airflow."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from airflow_provider_calendars.sandbox import Sandbox
from tests.airflow.test_end_to_end import Airflow
from tests.browser.conftest import run_airflow

pytest.importorskip("selenium")

from selenium.webdriver.common.by import By

from tests.browser.pages import press, shown

pytestmark = pytest.mark.slow

DAG = "lets_calendar_crm_invites"
PERSON = {"firstname": "Zebulon", "email": "zebulon@unmistakable.example"}


@pytest.fixture(scope="module")
def filled(airflow: Airflow, sandbox: Sandbox) -> Sandbox:
    """Connect Airflow with vendors that have something to show."""
    for system in sandbox.systems:
        said = json.loads(sandbox.connection_json(system))
        said |= {"connection_id": f"{system}_default", "extra": json.dumps(said.get("extra") or {})}
        airflow.post("/api/v2/connections", said)
    for days, title in ((2, "Webinar: what is new"), (9, "Onboarding for new customers")):
        day = f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}"
        times = {"start_date": day, "start_time": "16:00", "end_date": day, "end_time": "17:00"}
        campaign = sandbox.lets_calendar.add_campaign(title=title, timezone="Europe/Berlin", **times)
        for number in range(7 * days):
            sandbox.lets_calendar.add_attendee(campaign, {**PERSON, "email": f"{number}{PERSON['email']}"})
    sandbox.lemcal.book(PERSON["email"], "Zebulon Quackenbush")
    sandbox.lemcal.book()
    sandbox.highlevel.book(title="Zebulon and us")
    return sandbox


@contextmanager
def within_frame(browser: Any) -> Iterator[None]:
    """Look into the frame that Airflow shows a plugin's page in."""
    frame = shown(lambda: browser.find_element(By.TAG_NAME, "iframe"), "the frame of the page")
    browser.switch_to.frame(frame)
    try:
        yield
    finally:
        browser.switch_to.default_content()


_TEXT_IF_SETTLED = """
const waits = document.querySelector("[aria-busy=true], .waits");
return waits ? "" : document.querySelector("main").innerText;
"""


def text_when_read(browser: Any, what: str) -> str:
    """Return all that is written once nothing is being read any more."""
    return str(shown(lambda: browser.execute_script(_TEXT_IF_SETTLED), what))


def background(browser: Any, element: str) -> str:
    """Return the colour behind everything."""
    script = f"return getComputedStyle(document.{element}).backgroundColor"
    return str(browser.execute_script(script))


@pytest.fixture
def in_dark(browser: Any, airflow: Airflow) -> Iterator[Callable[[bool], None]]:
    """Choose between Airflow's themes."""

    def choose(dark: bool) -> None:
        browser.get(airflow.url)
        browser.execute_script(f"localStorage.setItem('theme', '{'dark' if dark else 'light'}')")
        browser.refresh()

    yield choose
    choose(False)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_campaigns_and_meetings_are_shown(
    browser: Any, in_dark: Callable[[bool], None], filled: Sandbox, theme: str, pictures: Path
) -> None:
    """The page is in Airflow's menu and theme, with what each vendor has, and with nobody's name."""
    browser.set_window_size(1300, 900)
    in_dark(theme == "dark")
    press(lambda: by_text(browser, "button", "Browse"), "Browse")
    press(lambda: by_text(browser, "[role=menuitem]", "Campaigns"), "Campaigns in the menu")
    with within_frame(browser):
        read = text_when_read(browser, "the campaigns")
        behind = background(browser, "body")
    assert behind == background(browser, "documentElement")
    for title in (
        "Webinar: what is new",
        "Onboarding for new customers",
        "Intro call",
        "lemcal",
        "HighLevel",
    ):
        assert title in read
    assert "14 14 0 0" in " ".join(read.split())
    assert "zebulon" not in read.casefold()
    browser.save_screenshot(str(pictures / f"campaign_page_{theme}.png"))


@pytest.fixture(scope="module")
def run(airflow: Airflow, filled: Sandbox, environment: dict[str, str]) -> str:
    """Run a whole campaign and return the address of the run's page."""
    run_airflow(environment, "dags", "test", DAG)
    (run,) = airflow.runs(DAG)
    assert run["state"] == "success"
    return f"{airflow.url}/dags/{DAG}/runs/{quote(run['dag_run_id'])}"


def test_a_run_shows_what_became_of_its_campaign(browser: Any, run: str, pictures: Path) -> None:
    """The page of a run has a tab with the counts at the end, and how they came about."""
    browser.set_window_size(1300, 1000)
    browser.get(run)
    press(lambda: by_text(browser, "a, button", "Campaign report"), "Campaign report")
    with within_frame(browser):
        read = text_when_read(browser, "the report")
    assert "All invites are out." in read
    assert "0 waiting" in read
    assert "@" not in read
    browser.save_screenshot(str(pictures / "campaign_report.png"))


def test_a_task_shows_what_it_was_given(browser: Any, run: str, filled: Sandbox) -> None:
    """Rendered templates can be read, the mail as HTML, and a link leads to the campaign."""
    browser.set_window_size(1300, 1000)
    browser.get(f"{run}/tasks/create_campaign/rendered_templates")
    shown(lambda: "<p>Join us for an hour" in body(browser), "the mail's text")
    assert "Europe/Berlin" in body(browser)
    browser.get(f"{run}/tasks/send_invites")
    press(lambda: by_text(browser, "a", "Details"), "Details")
    link = shown(lambda: by_text(browser, "a", "Let's Calendar campaign"), "the link to the campaign")
    assert filled.lets_calendar.campaigns[-1].id in link.get_attribute("href")


def body(browser: Any) -> str:
    """Return all that is written on the page, however it is coloured."""
    return str(browser.execute_script("return document.body.textContent"))


def by_text(browser: Any, selector: str, text: str) -> Any:
    """Return the element that says just this."""
    found = browser.find_elements(By.CSS_SELECTOR, selector)
    return next(each for each in found if each.text.strip() == text)
