"""Airflow's pages as somebody at a screen finds them: by what is written on them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

_PATIENCE = 30.0


def shown(look: Callable[[], Any], what: str) -> Any:
    """Return what a look finds as soon as it finds something; pages are drawn piece by piece."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            if found := look():
                return found
        except (WebDriverException, StopIteration):
            pass
        assert time.monotonic() < deadline, f"not shown within {_PATIENCE} s: {what}"
        time.sleep(0.1)


def press(look: Callable[[], WebElement], what: str) -> None:
    """Click what a look finds, as soon as nothing covers it any more."""

    def pressed() -> bool:
        look().click()
        return True

    shown(pressed, what)


@dataclass(frozen=True)
class Field:
    """A field of a form, as it is shown.

    :param label: what it is called.
    :param help: what is written below it.
    :param required: whether it has the red star.
    :param placeholder: what stands in it in grey.
    """

    label: str
    help: str
    required: bool
    placeholder: str


class ConnectionForm:
    """The dialogue that adds or edits a connection."""

    def __init__(self, browser: WebDriver) -> None:
        self.dialog: WebElement = shown(
            lambda: browser.find_element(By.CSS_SELECTOR, "[role=dialog]"), "the form"
        )

    def choose_type(self, name: str) -> None:
        """Choose the connection type by its name."""
        entry = shown(
            lambda: self.dialog.find_element(By.CSS_SELECTOR, "input[role=combobox]"), "connection types"
        )
        entry.send_keys(name)
        press(lambda: self.dialog.find_element(By.CSS_SELECTOR, "[role=option]"), name)
        shown(lambda: "Standard Fields" in self.sections(), "the form of the type")

    def sections(self) -> list[str]:
        """Return the names of the parts of the form, in order."""
        return [each.text for each in self._triggers()]

    def open(self, section: str) -> None:
        """Open a part; the others close."""
        trigger = next(each for each in self._triggers() if each.text == section)
        if trigger.get_attribute("aria-expanded") == "false":
            press(lambda: trigger, section)
        content = trigger.get_attribute("aria-controls")
        part = shown(lambda: self.dialog.find_element(By.ID, content), section)
        # it unfolds
        heights: list[int] = []
        shown(lambda: heights.append(part.size["height"]) or heights[-2:-1] == heights[-1:] != [0], section)

    def fields(self) -> dict[str, Field]:
        """Return the fields that are to be seen, by what they are called in the connection."""
        found = {}
        for root in self.dialog.find_elements(By.CSS_SELECTOR, "[data-scope=field][data-part=root]"):
            named = root.find_elements(By.CSS_SELECTOR, "[name]")
            if root.is_displayed() and named:
                name = str(named[0].get_attribute("name")).removeprefix("element_")
                found[name] = _field(root)
        return found

    def enter(self, values: Mapping[str, str]) -> None:
        """Fill fields that are to be seen."""
        for name, value in values.items():
            field = self._input(name)
            field.send_keys(Keys.CONTROL, "a")
            field.send_keys(Keys.DELETE)
            field.send_keys(value, Keys.TAB)

    def pick(self, name: str, option: str) -> None:
        """Choose from a list by what its entry says."""
        entry = self.dialog.find_element(By.CSS_SELECTOR, f"#element_{name} input[role=combobox]")
        entry.send_keys(Keys.ARROW_DOWN)
        press(lambda: next(each for each in self._options() if each.text == option), option)

    def value(self, name: str) -> str:
        """Return what a field holds."""
        return str(self._input(name).get_attribute("value"))

    def text(self) -> str:
        """Return everything that can be read."""
        return self.dialog.text

    def save(self) -> None:
        """Press Save and wait until the form is gone."""
        button = next(
            each for each in self.dialog.find_elements(By.TAG_NAME, "button") if each.text == "Save"
        )
        shown(button.is_enabled, "Save can be pressed")
        press(lambda: button, "Save")
        shown(lambda: _is_gone(self.dialog), "the form closes")

    def _input(self, name: str) -> WebElement:
        selector = f"[name='{name}'], [name='element_{name}']"
        return self.dialog.find_element(By.CSS_SELECTOR, selector)

    def _options(self) -> list[WebElement]:
        return self.dialog.find_elements(By.CSS_SELECTOR, "[role=option]")

    def _triggers(self) -> list[WebElement]:
        return self.dialog.find_elements(By.CSS_SELECTOR, "[data-part=item-trigger]")


class ConnectionsPage:
    """Admin > Connections."""

    def __init__(self, browser: WebDriver, url: str) -> None:
        self.browser = browser
        self.url = f"{url}/connections"
        self.reload()

    def reload(self) -> None:
        """Open the page anew; what popped up is gone."""
        self.browser.get(self.url)
        shown(lambda: self._button("Add Connection"), "the connections page")

    def add(self) -> ConnectionForm:
        """Press Add Connection."""
        press(lambda: self._button("Add Connection"), "Add Connection")
        return ConnectionForm(self.browser)

    def edit(self, conn_id: str) -> ConnectionForm:
        """Press the pencil of a connection."""
        press(lambda: self._row_button(conn_id, "Edit Connection"), f"Edit Connection of {conn_id}")
        return ConnectionForm(self.browser)

    def test(self, conn_id: str) -> str:
        """Press Test and return what pops up."""
        self.reload()
        press(lambda: self._row_button(conn_id, "Test Connection"), f"Test Connection of {conn_id}")
        said = shown(lambda: [each for each in self._toasts() if "Test Connection" in each], "the outcome")
        return str(said[0])

    def _toasts(self) -> list[str]:
        roots = self.browser.find_elements(By.CSS_SELECTOR, "[data-scope=toast][data-part=root]")
        return [each.text for each in roots]

    def _row_button(self, conn_id: str, label: str) -> WebElement:
        rows = self.browser.find_elements(By.CSS_SELECTOR, "tbody tr")
        row = next(each for each in rows if conn_id in each.text.split())
        return row.find_element(By.CSS_SELECTOR, f"button[aria-label='{label}']")

    def _button(self, text: str) -> WebElement:
        return next(each for each in self.browser.find_elements(By.TAG_NAME, "button") if each.text == text)


def _field(root: WebElement) -> Field:
    label = root.find_element(By.CSS_SELECTOR, "[data-part=label]").text
    helps = root.find_elements(By.CSS_SELECTOR, "[data-part=helper-text]")
    inputs = root.find_elements(By.CSS_SELECTOR, "[name]")
    return Field(
        label=label.removesuffix("*").strip(),
        help=helps[0].text if helps else "",
        required=label.endswith("*"),
        placeholder=str(inputs[0].get_attribute("placeholder") or ""),
    )


def _is_gone(element: WebElement) -> bool:
    try:
        return not element.is_displayed()
    except WebDriverException:
        return True
