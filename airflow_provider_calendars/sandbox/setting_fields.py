"""Fields of a settings class, each of which knows what it accepts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Any


def _field(default: Any, kind: str, expected: str, about: str, accepts: Callable[[Any], bool]) -> Any:
    metadata = {"kind": kind, "expected": expected, "about": about, "accepts": accepts}
    return field(default=default, metadata=metadata)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return _is_whole(value) or isinstance(value, float)


def switch(about: str, *, default: bool = False) -> Any:
    """Declare a setting that is on or off."""
    return _field(default, "switch", "true or false", about, lambda value: isinstance(value, bool))


def seconds(default: float, about: str, *, positive: bool = False) -> Any:
    """Declare a length of time."""
    expected = "a number of seconds above 0" if positive else "a number of seconds, 0 or more"

    def accepts(value: Any) -> bool:
        return _is_number(value) and (value > 0 if positive else value >= 0)

    return _field(default, "seconds", expected, about, accepts)


def choice(default: str | int, about: str, *others: str | int) -> Any:
    """Declare a setting with a few possible words or numbers."""
    words = (default, *others)
    expected = f"one of {', '.join(map(str, words))}"
    return _field(default, "choice", expected, about, lambda value: value in words)


def count(default: int, about: str, *, least: int = 0) -> Any:
    """Declare a number of things."""
    expected = f"a whole number, {least} or more"
    return _field(default, "count", expected, about, lambda value: _is_whole(value) and value >= least)


def limit(about: str, default: int | None = None) -> Any:
    """Declare a number of things that may be unlimited, and is by default."""
    expected = "null for no limit, or a whole number, 0 or more"
    return _field(
        default, "limit", expected, about, lambda value: value is None or (_is_whole(value) and value >= 0)
    )


def rate(about: str, default: tuple[int, float] | None = None) -> Any:
    """Declare a number of requests in a number of seconds."""
    expected = "null for no limit, or a pair (requests, seconds), both above 0"

    def accepts(value: Any) -> bool:
        return value is None or (
            isinstance(value, list | tuple)
            and len(value) == 2
            and _is_whole(value[0])
            and all(_is_number(part) and part > 0 for part in value)
        )

    return _field(default, "rate", expected, about, accepts)


def some_of(about: str, *words: str) -> Any:
    """Declare a choice of any number of words; all of them, by default."""
    expected = f"a list of any of {', '.join(words)}"

    def accepts(value: Any) -> bool:
        return isinstance(value, list | tuple) and all(one in words for one in value)

    return _field(words, "some", expected, about, accepts)
