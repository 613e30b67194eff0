"""The search for contacts, whose grammar is a body: filters, sorting, and a cursor in every record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from airflow_provider_calendars.sandbox.exchange import Answer, Call
from airflow_provider_calendars.sandbox.highlevel import views
from airflow_provider_calendars.sandbox.highlevel.contact_shapes import LONGEST_SEARCHED, SEARCH
from airflow_provider_calendars.sandbox.highlevel.contact_views import found
from airflow_provider_calendars.sandbox.highlevel.records import Contact
from airflow_provider_calendars.sandbox.highlevel.refusals import malformed, refusal
from airflow_provider_calendars.sandbox.highlevel.state import HighLevelState
from airflow_provider_calendars.sandbox.highlevel.validation import checked

Test = Callable[[Contact], bool]
_FARTHEST = 10_000
_NEWEST_FIRST = ({"field": "dateAdded", "direction": "desc"},)

_DATES: Mapping[str, Callable[[Contact], float]] = {
    "dateAdded": lambda one: one.added,
    "dateUpdated": lambda one: one.updated,
}
_FIELDS: Mapping[str, Callable[[Contact], Any]] = {
    "id": lambda one: one.id,
    "contactName": lambda one: one.name,
    "firstName": lambda one: one.first_name,
    "firstNameLowerCase": lambda one: one.first_name,
    "lastName": lambda one: one.last_name,
    "lastNameLowerCase": lambda one: one.last_name,
    "email": lambda one: one.email,
    "additionalEmails": lambda one: one.additional_emails,
    "phone": lambda one: one.phone,
    "tags": lambda one: one.tags,
    "dnd": lambda one: one.dnd,
}
_DETAILS = ("address", "assignedTo", "city", "companyName", "country", "dateOfBirth", "postalCode")
_MORE_DETAILS = ("source", "state", "timezone", "website")
_RANGES: Mapping[str, Callable[[float, float], bool]] = {
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}


def search(state: HighLevelState, call: Call) -> Answer:
    """Find contacts: a page of them, or those after a cursor.  POST /contacts/search

    :param state: where they are.
    :param call: the request.
    """
    body = checked(SEARCH, call)
    is_wanted = _all_of([_filter(one) for one in body.get("filters") or ()])
    query = (body.get("query") or "").lower()
    chosen = [one for one in state.searchable_contacts() if is_wanted(one) and _says(one, query)]
    sorting = _Sorting(body.get("sort") or _NEWEST_FIRST)
    page = _page(body, sorting, sorting.sorted(chosen))
    shown = [{**found(one), "searchAfter": sorting.cursor(one)} for one in page]
    return views.listed(state, "contacts", shown, total=len(chosen))


class _Sorting:
    """An order of contacts; the id decides where all else is the same."""

    def __init__(self, rules: Sequence[Mapping[str, Any]]) -> None:
        self._rules = [(_reader(one["field"]), one.get("direction") == "desc") for one in rules]

    def sorted(self, contacts: list[Contact]) -> list[Contact]:
        """Put contacts in order."""
        ordered = sorted(contacts, key=lambda one: one.id)
        for read, descending in reversed(self._rules):
            ordered.sort(key=lambda one, read=read: _sortable(read(one)), reverse=descending)  # type: ignore[misc]
        return ordered

    def cursor(self, one: Contact) -> list[Any]:
        """Tell where a contact stands."""
        return [*(_sortable(read(one)) for read, _ in self._rules), one.id]

    def is_after(self, one: Contact, cursor: Sequence[Any]) -> bool:
        """Tell whether a contact stands behind a cursor."""
        directions = [*(descending for _, descending in self._rules), False]
        for mine, other, descending in zip(self.cursor(one), cursor, directions, strict=True):
            if mine != other:
                return bool(mine < other) if descending else bool(mine > other)
        return False

    def check(self, cursor: Sequence[Any]) -> None:
        """Refuse a cursor that no contact can have."""
        if len(cursor) != len(self._rules) + 1 or not isinstance(cursor[-1], str):
            raise malformed("searchAfter must be the searchAfter of a contact")


def _page(body: Mapping[str, Any], sorting: _Sorting, contacts: Sequence[Contact]) -> Sequence[Contact]:
    size, cursor, page = int(body["pageLimit"]), body.get("searchAfter"), body.get("page")
    if cursor is None:
        first = (int(page or 1) - 1) * size
        if first + size > _FARTHEST:
            raise refusal(400, f"Result window is too large, page * pageLimit must be at most {_FARTHEST}")
        return contacts[first : first + size]
    if page is not None:
        raise malformed("page should not exist with searchAfter")
    sorting.check(cursor)
    try:
        return [one for one in contacts if sorting.is_after(one, cursor)][:size]
    except TypeError:
        raise malformed("searchAfter must be the searchAfter of a contact") from None


def _says(one: Contact, query: str) -> bool:
    words = (one.name, one.email, one.phone, *one.additional_emails, str(one.details.get("companyName", "")))
    return not query or any(query in word.lower() for word in words)


def _filter(rule: Any) -> Test:
    if not isinstance(rule, dict):
        raise malformed("each value in filters must be an object")
    if "group" in rule:
        tests = [_filter(one) for one in rule.get("filters") or ()]
        if rule["group"] not in _GROUPS:
            raise malformed("group must be one of the following values: AND, OR")
        return _GROUPS[rule["group"]](tests)
    if unknown := set(rule) - {"field", "operator", "value"}:
        raise malformed(*(f"property {name} should not exist" for name in sorted(unknown)))
    operator, value = str(rule.get("operator")), rule.get("value")
    if operator not in _OPERATORS:
        raise malformed(f"operator must be one of the following values: {', '.join(_OPERATORS)}")
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str) and len(each) > LONGEST_SEARCHED:
            raise malformed(f"value must be shorter than or equal to {LONGEST_SEARCHED} characters")
    return _OPERATORS[operator](str(rule.get("field")), value)


def _reader(field: str) -> Callable[[Contact], Any]:
    if field in _DATES:
        return lambda one: int(_DATES[field](one) * 1000)
    if field in _FIELDS:
        return _FIELDS[field]
    if field in (*_DETAILS, *_MORE_DETAILS):
        return lambda one: one.details.get("address1" if field == "address" else field)
    family, _, rest = field.partition(".")
    if family == "customFields" and rest:
        return lambda one: one.custom_fields.get(rest)
    channel, _, status = rest.partition(".")
    if family == "dndSettings" and status == "status":
        return lambda one: one.dnd_settings.get(channel, {}).get("status")
    raise malformed(f"Invalid field {field}")


def _sortable(value: Any) -> Any:
    if isinstance(value, tuple | list):
        value = ",".join(value)
    return value.lower() if isinstance(value, str) else value if value is not None else ""


def _words(value: Any) -> list[str]:
    values = value if isinstance(value, tuple | list) else [] if value is None else [value]
    return [str(one).lower() for one in values if one != ""]


def _given(value: Any) -> list[str]:
    words = _words(value)
    if not words:
        raise malformed("value should not be empty")
    return words


def _equals(field: str, value: Any) -> Test:
    read, wanted = _reader(field), _given(value)
    return lambda one: any(word in wanted for word in _words(read(one)))


def _contains(field: str, value: Any) -> Test:
    read, wanted = _reader(field), _given(value)
    return lambda one: any(part in word for word in _words(read(one)) for part in wanted)


def _exists(field: str, value: Any) -> Test:
    if value is not None:
        raise malformed("value should not exist")
    read = _reader(field)
    return lambda one: bool(_words(read(one)))


def _in_range(field: str, value: Any) -> Test:
    if not isinstance(value, dict) or not value or set(value) - set(_RANGES):
        raise malformed(f"value of range must be an object with any of {', '.join(_RANGES)}")
    if field not in _DATES:
        raise malformed(f"operator range is not supported for field {field}")
    bounds = [(_RANGES[name], _moment(bound)) for name, bound in value.items()]
    return lambda one: all(fits(int(_DATES[field](one) * 1000), bound) for fits, bound in bounds)


def _moment(value: Any) -> float:
    """Read a date of a filter, in milliseconds since 1970."""
    if isinstance(value, int | float):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise malformed("value of range must be a date in ISO 8601") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000


def _not(make: Callable[[str, Any], Test]) -> Callable[[str, Any], Test]:
    def make_opposite(field: str, value: Any) -> Test:
        test = make(field, value)
        return lambda one: not test(one)

    return make_opposite


def _all_of(tests: Sequence[Test]) -> Test:
    return lambda one: all(test(one) for test in tests)


def _any_of(tests: Sequence[Test]) -> Test:
    return lambda one: any(test(one) for test in tests)


_GROUPS = {"AND": _all_of, "OR": _any_of}
_OPERATORS: Mapping[str, Callable[[str, Any], Test]] = {
    "eq": _equals,
    "not_eq": _not(_equals),
    "contains": _contains,
    "not_contains": _not(_contains),
    "exists": _exists,
    "not_exists": _not(_exists),
    "range": _in_range,
}
