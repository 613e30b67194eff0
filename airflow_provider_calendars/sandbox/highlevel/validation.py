"""What may stand in a body, checked and worded as HighLevel's framework does (class-validator).

Properties that are not declared are refused:
https://github.com/GoHighLevel/highlevel-api-docs/issues/262
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_calendars.sandbox.exchange import Call
from airflow_provider_calendars.sandbox.highlevel.refusals import refuse

# finds what is wrong with a value; it is told the name of the value
Kind = Callable[[str, Any], list[str]]


def text(*choices: str, pattern: str | None = None, longest: int | None = None) -> Kind:
    """Accept texts.

    :param choices: only these.
    :param pattern: only what matches.
    :param longest: most characters.
    """

    def check(name: str, value: Any) -> list[str]:
        if choices and value not in choices:
            return [f"{name} must be one of the following values: {', '.join(choices)}"]
        if not isinstance(value, str):
            return [f"{name} must be a string"]
        if pattern is not None and not re.fullmatch(pattern, value):
            return [f"{name} must match /^{pattern}$/ regular expression"]
        if longest is not None and len(value) > longest:
            return [f"{name} must be shorter than or equal to {longest} characters"]
        return []

    return check


def number(*choices: float, least: float | None = None, most: float | None = None) -> Kind:
    """Accept numbers.

    :param choices: only these.
    :param least: the smallest.
    :param most: the largest.
    """

    def check(name: str, value: Any) -> list[str]:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return [f"{name} must be a number conforming to the specified constraints"]
        if choices and value not in choices:
            return [f"{name} must be one of the following values: {', '.join(map(str, choices))}"]
        if least is not None and value < least:
            return [f"{name} must not be less than {least}"]
        return [f"{name} must not be greater than {most}"] if most is not None and value > most else []

    return check


def flag(name: str, value: Any) -> list[str]:
    """Accept true and false."""
    return [] if isinstance(value, bool) else [f"{name} must be a boolean value"]


def texts(names: str) -> dict[str, Kind]:
    """Declare several texts at once.

    :param names: separated by spaces.
    """
    return dict.fromkeys(names.split(), text())


def flags(names: str) -> dict[str, Kind]:
    """Declare several booleans at once.

    :param names: separated by spaces.
    """
    return dict.fromkeys(names.split(), flag)


def numbers(names: str, least: float | None = None, most: float | None = None) -> dict[str, Kind]:
    """Declare several numbers at once.

    :param names: separated by spaces.
    :param least: the smallest.
    :param most: the largest.
    """
    return dict.fromkeys(names.split(), number(least=least, most=most))


@dataclass(frozen=True)
class Shape:
    """An object with these properties and no others.

    :param fields: what each may be; null is the same as left out.
    :param required: the names of those that must be there, separated by spaces.
    """

    fields: Mapping[str, Kind]
    required: str = ""

    def __call__(self, name: str, value: Any) -> list[str]:
        """Find what is wrong with an object inside another one."""
        if not isinstance(value, dict):
            return [f"nested property {name} must be either object or array"]
        return [f"{name}.{message}" for message in self.errors(value)]

    def errors(self, body: Mapping[str, Any]) -> list[str]:
        """Find what is wrong with a body.

        :param body: its properties.
        """
        unknown = [f"property {name} should not exist" for name in body if name not in self.fields]
        return [
            *unknown,
            *(message for name, kind in self.fields.items() for message in self._of(name, kind, body)),
        ]

    def _of(self, name: str, kind: Kind, body: Mapping[str, Any]) -> Iterable[str]:
        value = body.get(name)
        if name in self.required.split():
            empty = [f"{name} should not be empty"] if value in (None, "") else []
            return [*empty, *kind(name, value)]
        return [] if value is None else kind(name, value)


def array(item: Kind, most: int | None = None) -> Kind:
    """Accept lists.

    :param item: what each item may be.
    :param most: most items.
    """

    def check(name: str, value: Any) -> list[str]:
        if not isinstance(value, list):
            return [f"{name} must be an array"]
        if most is not None and len(value) > most:
            return [f"{name} must contain no more than {most} elements"]
        if isinstance(item, Shape):
            return [message for at, one in enumerate(value) for message in item(f"{name}.{at}", one)]
        return list(dict.fromkeys(message for one in value for message in item(f"each value in {name}", one)))

    return check


def checked(shape: Shape, call: Call) -> dict[str, Any]:
    """Return the body of a request, or refuse it.

    :param shape: what it may be.
    :param call: the request.
    """
    refuse(shape.errors(call.body))
    return dict(call.body)


def query_texts(call: Call, *names: str) -> list[str]:
    """Return required parameters of the query, or refuse the request.

    :param call: the request.
    :param names: their names.
    """
    refuse([f"{name} should not be empty" for name in names if not call.query.get(name)])
    return [call.query[name] for name in names]


def query_number(
    call: Call, name: str, default: int | None = None, *, least: int = 0, most: int | None = None
) -> int:
    """Return a number of the query, or refuse the request.

    :param call: the request.
    :param name: its name.
    :param default: the number if it is left out; None if it is required.
    :param least: the smallest.
    :param most: the largest.
    """
    given = call.query.get(name, "" if default is None else str(default))
    value = int(given) if re.fullmatch("-?[0-9]+", given) else given
    refuse(number(least=least, most=most)(name, value))
    return int(value)


def query_flag(call: Call, name: str) -> bool | None:
    """Return a boolean of the query, None if it is left out.

    :param call: the request.
    :param name: its name.
    """
    given = call.query.get(name)
    if given is None:
        return None
    refuse([] if given in ("true", "false") else flag(name, given))
    return given == "true"
