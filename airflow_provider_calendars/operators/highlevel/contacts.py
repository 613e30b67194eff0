"""Operators on contacts of HighLevel: out into a file, and in from one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import Context

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import ConfigurationError, Rejected
from airflow_provider_calendars.operators.concealed import ConcealsPeople, reveal
from airflow_provider_calendars.operators.highlevel.base import HighLevelOperator
from airflow_provider_calendars.tables import check_table_path, write_table

if TYPE_CHECKING:
    from airflow_provider_calendars.api.highlevel.contact_records import Contact, ContactSearch

# the headers of HighLevel's own export, and an opt-out that nobody can overlook
_COLUMNS: Mapping[str, str] = {
    "Contact Id": "contact_id",
    "First Name": "first_name",
    "Last Name": "last_name",
    "Name": "name",
    "Email": "email",
    "Additional Emails": "additional_emails",
    "Email Opt Out": "email_opt_out",
    "Phone": "phone",
    "Company Name": "company_name",
    "Tags": "tags",
    "Created": "date_added",
    "Updated": "date_updated",
}
_OPT_OUTS = {True: "yes", False: "no", None: "unknown"}
_TOLD_EVERY = 10_000


class HighLevelExportContactsOperator(ConcealsPeople, HighLevelOperator):
    """Writes contacts to a file that ``PrepareContactsOperator`` understands.

    Whoever is not to be disturbed by mail, altogether or on this channel, for now or for good, has
    ``yes`` in the column ``Email Opt Out``; where that cannot be known, ``unknown``, which keeps the
    contact out as well.

    https://marketplace.gohighlevel.com/docs/ghl/contacts/search-contacts-advanced

    :param path: a ``.csv`` or ``.jsonl`` file, local or any ``ObjectStoragePath``, readable by its owner
        only (templated). JSON Lines also hold all that HighLevel said, as ``fields``.
    :param tags: only contacts that have all of these tags (templated).
    :param changed_since: only contacts that were changed at or after this moment: a ``datetime`` or ISO
        text with an offset (templated).
    :param changed_before: only contacts that were changed before this moment (templated).
    :param filters: further filters, as HighLevel documents them, e.g. ``[{"field": "city", "operator":
        "eq", "value": "Berlin"}]`` (templated).
    :param query: only contacts that hold these words (templated).
    :param page_size: contacts in an answer, at most 500.
    :param highlevel_conn_id: the Airflow connection (templated).
    :return: ``count``, ``path``, ``opted_out``, ``unknown_opt_outs``, ``newest_change`` (ISO, None if
        there is none).
    :raises ConfigurationError: an argument is wrong; nothing was asked.
    :raises ApiError: HighLevel shows fewer contacts than it says there are; no file is written.
    """

    template_fields: Sequence[str] = (
        "highlevel_conn_id",
        "path",
        "tags",
        "changed_since",
        "changed_before",
        "filters",
        "query",
    )
    # both can name people
    concealed_fields: ClassVar[tuple[str, ...]] = ("filters", "query")

    def __init__(
        self,
        *,
        path: str,
        tags: Sequence[str] = (),
        changed_since: str | datetime | None = None,
        changed_before: str | datetime | None = None,
        filters: Sequence[Mapping[str, Any]] = (),
        query: str | None = None,
        page_size: int = 500,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.path = path
        self.tags = tags
        self.changed_since = changed_since
        self.changed_before = changed_before
        self.filters = filters
        self.query = query
        self.page_size = page_size

    def execute(self, context: Context) -> dict[str, Any]:  # noqa: ARG002
        """Write the file."""
        check_table_path("path", self.path)
        tally = _Tally()
        found = tally.count(self._contacts(self._search()), self.log)
        columns = (*_COLUMNS, "fields") if self.path.lower().endswith(".jsonl") else tuple(_COLUMNS)
        write_table(self.path, map(_row, found), columns)
        self.log.info(
            "Wrote %d contacts to %s; %d opted out.", tally.contacts, self.path, tally.opt_outs[True]
        )
        return {
            "count": tally.contacts,
            "path": self.path,
            "opted_out": tally.opt_outs[True],
            "unknown_opt_outs": tally.opt_outs[None],
            "newest_change": tally.newest.isoformat() if tally.newest else None,
        }

    def _search(self) -> ContactSearch:
        from airflow_provider_calendars.api.highlevel.contact_records import ContactSearch

        since, before = (
            checks.moment(name, value) if (value := getattr(self, name)) else None
            for name in ("changed_since", "changed_before")
        )
        if since and before and before <= since:
            raise ConfigurationError("changed_before must be after changed_since.")
        return ContactSearch(
            tags=checks.texts("tags", self.tags),
            updated_since=since,
            updated_before=before,
            filters=_filters(reveal(self.filters)),
            query=reveal(self.query) or None,
            page_size=checks.integer("page_size", self.page_size),
        )

    def _contacts(self, search: ContactSearch) -> Iterator[Contact]:
        """Return the contacts; which dates the search takes is not documented, so it may do without."""
        found = self.hook.search_contacts(search)
        try:
            first = list(itertools.islice(found, 1))
        except Rejected as refusal:
            if search == search.without_times:
                raise
            self.log.warning("HighLevel does not search by time, so all contacts are read: %s", refusal)
            first, found = [], self.hook.search_contacts(search.without_times)
        return (each for each in itertools.chain(first, found) if search.holds(each))


def _filters(given: Any) -> tuple[Any, ...]:
    if not isinstance(given or (), list | tuple):
        raise ConfigurationError(f"filters must be a list of dictionaries, not {type(given).__name__}.")
    return tuple(given or ())


class _Tally:
    """What was written, as numbers."""

    def __init__(self) -> None:
        self.contacts = 0
        self.opt_outs: dict[bool | None, int] = dict.fromkeys(_OPT_OUTS, 0)
        self.newest: datetime | None = None

    def count(self, contacts: Iterator[Contact], log: Any) -> Iterator[Contact]:
        """Count contacts as they pass, and say in the log how far it is."""
        for contact in contacts:
            self.contacts += 1
            self.opt_outs[contact.email_disturbed] += 1
            if changed := contact.date_updated or contact.date_added:
                self.newest = max(self.newest or changed, changed)
            if self.contacts % _TOLD_EVERY == 0:
                log.info("%d contacts so far.", self.contacts)
            yield contact


def _row(contact: Contact) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(contact, name, None) for name in _COLUMNS.values()}
    values["additional_emails"] = ", ".join(contact.additional_emails)
    values["tags"] = ", ".join(contact.tags)
    values["email_opt_out"] = _OPT_OUTS[contact.email_disturbed]
    for name in ("date_added", "date_updated"):
        values[name] = values[name].isoformat() if values[name] else None
    return {**{header: values[name] for header, name in _COLUMNS.items()}, "fields": dict(contact.fields)}
