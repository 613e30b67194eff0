"""Records from what a DAG author wrote: mappings and lists, from a file or in Python."""

from __future__ import annotations

import difflib
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.api.highlevel.wire import Unset, spellings
from airflow_provider_calendars.exceptions import ConfigurationError

T = TypeVar("T")


def record(kind: type[T], given: Any, where: str) -> T:
    """Return a record from a mapping of its fields, under Python's names or HighLevel's.

    :param kind: a dataclass of this package.
    :param given: the mapping; values may be mappings and lists in turn.
    :param where: what it is called, for messages.
    :raises ConfigurationError: a field is unknown, missing, given twice or of another type.
    """
    if not isinstance(given, Mapping):
        raise ConfigurationError(f"{where} must be a mapping of fields, not {type(given).__name__}.")
    known, hints = _known(kind), get_type_hints(kind)
    values: dict[str, Any] = {}
    for name, value in given.items():
        field = known.get(name)
        if field is None:
            raise ConfigurationError(f"{where} has no field {name!r}.{_meant(str(name), known)}")
        if field in values:
            raise ConfigurationError(f"{where} has {field} twice, once as {name!r}.")
        values[field] = _value(hints[field], value, f"{where}.{name}")
    missing = [each.name for each in _fields(kind) if _is_required(each) and each.name not in values]
    if missing:
        raise ConfigurationError(f"{where} misses {', '.join(missing)}.")
    return kind(**values)


def _fields(kind: Any) -> tuple[Field[Any], ...]:
    return fields(kind)


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _known(kind: Any) -> Mapping[str, str]:
    return {spelling: each.name for each in _fields(kind) for spelling in spellings(each.name)}


def _meant(name: str, known: Mapping[str, str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean {close[0]}?" if close else f" It has {', '.join(dict.fromkeys(known.values()))}."


def _value(hint: Any, value: Any, where: str) -> Any:
    kinds = [each for each in _kinds(hint) if each not in (Unset, types.NoneType)]
    if value is None and types.NoneType in _kinds(hint):
        return None
    kind = kinds[0]
    if get_origin(kind) is tuple:
        if not isinstance(value, list | tuple):
            raise ConfigurationError(f"{where} must be a list, not {type(value).__name__}.")
        inner = get_args(kind)[0]
        return tuple(_value(inner, each, f"{where}[{number}]") for number, each in enumerate(value))
    if is_dataclass(kind) and isinstance(kind, type):
        return record(kind, value, where)
    return _plain(kind, value, where)


def _kinds(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def _plain(kind: Any, value: Any, where: str) -> Any:
    if kind is bool:
        return checks.boolean(where, value)
    if kind is int:
        return checks.integer(where, value)
    if kind is float:
        return checks.number(where, value)
    if kind is str:
        # what YAML takes for a date is a text here
        return _text(value.isoformat() if isinstance(value, date) else value, where)
    checks.json_object(where, value)
    return dict(value)


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise ConfigurationError(f"{where} must be a text, not {type(value).__name__}.")
    return value
