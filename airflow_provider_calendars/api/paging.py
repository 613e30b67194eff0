"""Reading lists that come in pages. Every loop has a cap."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from airflow_provider_calendars.api.flow import Flow
from airflow_provider_calendars.exceptions import ApiError

T = TypeVar("T")

MOST_PAGES = 2000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list.

    :param items: what is on it.
    :param is_last: whether the vendor says that there is no further one.
    """

    items: list[T]
    is_last: bool


def numbered_pages(
    fetch: Callable[[int], Flow[Page[T]]], *, key: Callable[[T], Hashable], most_pages: int = MOST_PAGES
) -> Flow[list[T]]:
    """Read page 1, 2, 3 ... and return every item once.

    A live list shifts while it is read, so the same item can come on two pages.

    :param fetch: reads the page with a number.
    :param key: what makes two items the same.
    :param most_pages: where to give up on a list that does not end.
    :raises ApiError: the list did not end within ``most_pages``.
    """
    items: list[T] = []
    for number in range(1, most_pages + 1):
        page = yield from fetch(number)
        items.extend(page.items)
        if page.is_last:
            return unique(items, key)
    raise ApiError(f"The list did not end within {most_pages} pages. Narrow the question with a filter.")


def is_last_of(page: Mapping[str, Any]) -> bool:
    """Return whether a page in the form of Laravel is the last one.

    ``last_page`` is not asked: Let's Calendar's own example has it wrong.

    :param page: the decoded page, with ``next_page_url``, or at least ``current_page``, ``per_page``,
        ``total`` and ``data``.
    """
    if "next_page_url" in page:
        return not page["next_page_url"]
    return not page["data"] or int(page["current_page"]) * int(page["per_page"]) >= int(page["total"])


def unique(items: Iterable[T], key: Callable[[T], Hashable]) -> list[T]:
    """Return the items in order, the first of each key only."""
    firsts: dict[Hashable, T] = {}
    for item in items:
        firsts.setdefault(key(item), item)
    return list(firsts.values())
