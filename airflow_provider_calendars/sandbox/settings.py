"""The settings of a sandbox: checked whenever one is changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_calendars.sandbox.highlevel.settings import HighLevelSettings
from airflow_provider_calendars.sandbox.lemcal.settings import LemcalSettings
from airflow_provider_calendars.sandbox.lets_calendar.settings import LetsCalendarSettings


@dataclass
class Settings(LetsCalendarSettings, LemcalSettings, HighLevelSettings):
    """Everything about a sandbox that can be changed, also while it runs."""

    def __setattr__(self, name: str, value: Any) -> None:
        """Change one setting, after checking its name and its value."""
        field = self.__dataclass_fields__.get(name)
        if field is None:
            raise AttributeError(f"unknown setting {name!r}; known settings: {', '.join(self.as_dict())}")
        if not field.metadata["accepts"](value):
            raise ValueError(f"setting {name!r} must be {field.metadata['expected']}, not {value!r}")
        super().__setattr__(name, tuple(value) if isinstance(value, list) else value)

    def as_dict(self) -> dict[str, Any]:
        """List all settings with their present values."""
        return {field.name: getattr(self, field.name, None) for field in dataclasses.fields(self)}

    def update(self, values: Mapping[str, Any]) -> None:
        """Change several settings: all of them, or none if one of them is wrong.

        :param values: new values by name.
        """
        dataclasses.replace(self).change(values)
        self.change(values)

    def change(self, values: Mapping[str, Any]) -> None:
        """Change several settings one after the other.

        :param values: new values by name.
        """
        for name, value in values.items():
            setattr(self, name, value)
