"""The vendor's OpenAPI files, mended and closed, and what they say about a request.

The files describe what may be sent, but any further property passes: their schemas are open. The
server refuses further properties, so the schemas of bodies are closed here. Where the files
contradict themselves or the server, one of :data:`PATCHES` or :data:`CALENDAR_PATCHES` says it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from airflow_provider_calendars.api.flow import Request

HOST = "https://services.leadconnectorhq.com"
Schema = dict[str, Any]


def folder() -> Path | None:
    """Return where the files are, or None."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "api" / "specs" / "highlevel"
    named = os.environ.get("HIGHLEVEL_OPENAPI")
    found = Path(named) if named else beside
    return found if (found / "apps" / "calendars.json").is_file() else None


def _declare_path_parameters(spec: Schema) -> None:
    """Two paths have a parameter that their operations do not declare (``noteId``, ``locationId``)."""
    for _, path, operation in _operations(spec):
        declared = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
        for name in set(re.findall(r"{(\w+)}", path)) - declared:
            operation["parameters"].append(
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            )


def _allow_null_availability_type(spec: Schema) -> None:
    """The text says that null means both kinds of availability; the schema forbids it."""
    for name in ("CalendarCreateDTO", "CalendarUpdateDTO"):
        availability = spec["components"]["schemas"][name]["properties"]["availabilityType"]
        availability.update(nullable=True, enum=[0, 1, None])


def _allow_blocks_of_users(spec: Schema) -> None:
    """The text says: either the calendar or the user, not both; the schema requires the calendar."""
    for name in ("BlockSlotCreateRequestDTO", "BlockSlotEditRequestDTO"):
        spec["components"]["schemas"][name]["required"].remove("calendarId")


def _texts_for_times(spec: Schema) -> None:
    """Times in answers are typed as objects, and their examples are texts."""
    for schema in spec["components"]["schemas"].values():
        for each in schema.get("properties", {}).values():
            if each.get("type") == "object" and isinstance(each.get("example"), str):
                each["type"] = "string"


def _booleans_for_examples(spec: Schema) -> None:
    """Examples of booleans are texts."""
    for schema in spec["components"]["schemas"].values():
        for each in schema.get("properties", {}).values():
            if each.get("type") == "boolean" and isinstance(each.get("example"), str):
                each["example"] = each["example"] == "true"


def _no_plural_examples(spec: Schema) -> None:
    """Schemas of OpenAPI 3.0 have one example; ``examples`` is of 3.1."""
    for schema in spec["components"]["schemas"].values():
        for each in schema.get("properties", {}).values():
            if "examples" in each:
                each["example"] = each.pop("examples")[0]


def _refuse_further_properties(spec: Schema) -> None:
    """The server refuses what a body may not have (422, "property ... should not exist")."""
    for name, schema in spec["components"]["schemas"].items():
        if name in _bodies(spec):
            schema["additionalProperties"] = False


def _plain_bearer_tokens(spec: Schema) -> None:
    """A bearer scheme has no name and no place."""
    for scheme in spec["components"]["securitySchemes"].values():
        if scheme["type"] == "http":
            for name in ("name", "in"):
                scheme.pop(name, None)


def _leave_searches_open(spec: Schema) -> None:
    """The body of a search has no schema at all."""
    spec["components"]["schemas"]["SearchBodyV2DTO"]["additionalProperties"] = True


def _plain_values_of_custom_fields(spec: Schema) -> None:
    """A custom field is one of eleven schemas that overlap; here it is what they share."""
    for name in ("CreateContactDto", "UpdateContactDto", "UpsertContactDto"):
        spec["components"]["schemas"][name]["properties"]["customFields"]["items"] = {
            "type": "object",
            "properties": {"id": {"type": "string"}, "key": {"type": "string"}, "field_value": {}},
            "additionalProperties": False,
        }


PATCHES: tuple[Callable[[Schema], None], ...] = (_plain_bearer_tokens, _declare_path_parameters)
CALENDAR_PATCHES: tuple[Callable[[Schema], None], ...] = (
    _allow_null_availability_type,
    _allow_blocks_of_users,
    _texts_for_times,
    _booleans_for_examples,
    _no_plural_examples,
    _refuse_further_properties,
)


CONTACT_PATCHES: tuple[Callable[[Schema], None], ...] = (
    _plain_values_of_custom_fields,
    _texts_for_times,
    _booleans_for_examples,
    _no_plural_examples,
    _refuse_further_properties,
    _leave_searches_open,
)


def _keep(spec: Schema, wanted: Callable[[str, Schema], bool]) -> None:
    for path, operations in list(spec["paths"].items()):
        kept = {method: said for method, said in operations.items() if wanted(method, said)}
        spec["paths"][path] = kept
        if not kept:
            del spec["paths"][path]


def _bodies(spec: Schema) -> set[str]:
    """Return the names of the schemas that bodies are made of."""
    found: set[str] = set()
    for _, _, operation in _operations(spec):
        _collect(spec, operation.get("requestBody", {}), found)
    return found


def _collect(spec: Schema, part: Any, found: set[str]) -> None:
    if isinstance(part, Mapping):
        name = str(part.get("$ref", "")).rpartition("/")[2]
        if name and name not in found:
            found.add(name)
            _collect(spec, spec["components"]["schemas"][name], found)
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            _collect(spec, each, found)


def _operations(spec: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            yield method.upper(), path, operation


@dataclass(frozen=True)
class Operation:
    """An operation of the files.

    :param id: its ``operationId``.
    :param scopes: what a token must be allowed.
    :param queries: the names of its query parameters.
    """

    id: str
    method: str
    path: str
    scopes: frozenset[str]
    queries: frozenset[str]
    example: Any


class Specification:
    """One file.

    :param name: of the file, without ``.json``.
    :param paths: only these, of which only look-ups are used.
    :param operations: only these, by their ids.
    """

    def __init__(
        self, name: str, paths: frozenset[str] | None = None, operations: frozenset[str] = frozenset()
    ) -> None:
        at = folder()
        assert at is not None
        spec = json.loads((at / "apps" / f"{name}.json").read_text(encoding="utf-8"))
        if paths is not None:
            spec["paths"] = {path: said for path, said in spec["paths"].items() if path in paths}
            # the schemas of look-ups are not judged
            _keep(spec, lambda method, _: method == "get")
        elif operations:
            _keep(spec, lambda _, said: said["operationId"] in operations)
            for patch in CONTACT_PATCHES:
                patch(spec)
        else:
            for patch in CALENDAR_PATCHES:
                patch(spec)
        for patch in PATCHES:
            patch(spec)
        self._spec = spec
        self.operations = {
            operation["operationId"]: self._operation(method, path, operation)
            for method, path, operation in _operations(spec)
        }
        closed = deepcopy(spec)
        for _, _, operation in _operations(closed):
            # refusals refer to other files, and no schema of theirs is used
            operation["responses"] = {"200": {"description": "not judged"}}
        self._openapi = OpenAPI.from_dict(closed)

    def _operation(self, method: str, path: str, operation: Schema) -> Operation:
        scopes = {scope for way in operation.get("security", []) for said in way.values() for scope in said}
        queries = {each["name"] for each in operation.get("parameters", []) if each["in"] == "query"}
        success = next(said for status, said in operation["responses"].items() if status.startswith("2"))
        schema = success.get("content", {}).get("application/json", {}).get("schema", {})
        example = _example(self._spec, schema)
        return Operation(
            operation["operationId"], method, path, frozenset(scopes), frozenset(queries), example
        )

    def properties(self, schema: str) -> set[str]:
        """Return the names of the properties of a schema."""
        return set(self._spec["components"]["schemas"][schema]["properties"])

    def judge(self, request: Request) -> list[str]:
        """Return what is wrong with a request, nothing if it is as the files say."""
        errors = self._openapi.iter_request_errors(_Asked(request))
        return [f"{error}: {error.__cause__ or ''}" for error in errors]


class _Asked:
    """A request as the validator asks for it."""

    def __init__(self, request: Request) -> None:
        parts = urlsplit(request.url)
        pairs = [
            (name, each)
            for name, value in (request.params or {}).items()
            for each in ([value] if isinstance(value, str) else value)
        ]
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(pairs),
            header=Headers(dict(request.headers)),
            cookie=ImmutableMultiDict(),
        )
        self.host_url = f"{parts.scheme}://{parts.netloc}"
        self.path = parts.path
        self.method = request.method.lower()
        self.content_type = "application/json"
        self.body = None if request.json is None else json.dumps(request.json).encode()


def _example(spec: Schema, schema: Schema) -> Any:
    """Return an answer made of the examples of its properties."""
    if "$ref" in schema:
        return _example(spec, spec["components"]["schemas"].get(schema["$ref"].rpartition("/")[2], {}))
    if "allOf" in schema:
        return _example(spec, schema["allOf"][0])
    if "example" in schema:
        return schema["example"]
    return _made_up(spec, schema)


def _made_up(spec: Schema, schema: Schema) -> Any:
    if schema.get("type") == "array":
        return [_example(spec, schema["items"])]
    if schema.get("type") == "object":
        return {name: _example(spec, each) for name, each in schema.get("properties", {}).items()}
    if schema.get("enum"):
        return schema["enum"][0]
    return {"boolean": True, "number": 1, "string": "text"}.get(str(schema.get("type")))
