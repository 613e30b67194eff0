"""Turning a CRM export into a clean audience and the file that Let's Calendar takes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import Context

from airflow_provider_calendars._compat import AirflowSkipException
from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import ConfigurationError, ContactsError
from airflow_provider_calendars.files import AtomicFiles, atomic_files, open_path
from airflow_provider_calendars.operators.base import CalendarsOperator
from airflow_provider_calendars.operators.concealed import ConcealsPeople, reveal
from airflow_provider_calendars.operators.contacts.outputs import ProgressLog, UploadFiles, remove_stale_parts
from airflow_provider_calendars.operators.contacts.rules import rules_of
from airflow_provider_calendars.operators.contacts.sources import (
    DataFrameSource,
    FileSource,
    QuerySource,
    place_of,
)

if TYPE_CHECKING:
    from airflow_provider_calendars.contacts import Prepared, Rules, Table, Wanted
    from airflow_provider_calendars.contacts.outputs import Uploads
    from airflow_provider_calendars.files import AnyPath

IF_NOBODY_CHOICES = ("fail", "skip", "succeed")
SEVERAL_ADDRESSES_CHOICES = ("first", "expand")
_CONCEALED = ("dataframe", "sql_parameters")


class PrepareContactsOperator(ConcealsPeople, CalendarsOperator):
    """Write the upload file of Let's Calendar from a CRM export, and nobody into it who opted out.

    Reads CSV, TSV and XLSX (or a ZIP of them) as HubSpot, Salesforce, Pipedrive, HighLevel, Zoho,
    Outlook and Google export them, or the rows of a query, or a DataFrame. Rows that cannot be used,
    people who opted out and duplicates go to a second file, each with its row number and a reason code.
    All files are written whole or not at all, for their owner only; no row and no address appears in
    logs, XCom or errors. Running the task again writes the same files again.

    All arguments are templated, except ``if_nobody``, ``several_addresses`` and ``allow_test_domains``.
    Paths are local, ``file://``, or anything ``ObjectStoragePath`` knows, such as
    ``s3://bucket/people.csv``.

    :param path: the export: a file, a directory, a pattern such as ``contacts_*.csv``, or a list of
        these; together they are one audience. Give this, ``sql`` or ``dataframe``.
    :param output_path: the upload file; ``.csv`` (UTF-8) or ``.xlsx``.
    :param sql: a query, or a ``.sql`` file with one; its rows are streamed.
    :param sql_conn_id: the Airflow connection of the database.
    :param sql_parameters: what the query's placeholders stand for, in the style of the database's driver.
    :param dataframe: a DataFrame of pandas or Polars, usually another task's output. Airflow keeps
        outputs in its database: mind that they hold people.
    :param rejected_path: the rows that did not get in, a ``.csv``; default: beside ``output_path``, as
        ``<its stem>.rejected.csv``.
    :param report_path: the result as a ``.json`` file; default: none.
    :param rows_per_file: write several upload files of at most so many people, named
        ``<stem>.part-0001.csv`` and so on beside ``output_path``. Default: one file. Parts that an earlier
        run wrote, and this one does not, are removed.
    :param columns: which column holds what, where that is not recognised: a dict of ``email``,
        ``first_name``, ``last_name``, ``full_name``, ``login_url``, ``username`` or ``password`` to a header
        or a column number counted from 1; ``email`` may be a list, best first. The last three are taken
        only if named here.
    :param opt_out_columns: opt-out columns beyond those recognised: a list of headers, or a dict of
        header to ``negative`` (yes suppresses), ``positive`` (only yes passes), ``wish`` (only no
        suppresses), ``status``, ``moment`` (any entry suppresses) or ``ignore``.
    :param several_addresses: of a row with several usable addresses take the ``first`` (default), or
        ``expand`` it into one contact for each. An opt-out counts for all of them either way.
    :param suppression_paths: a list of files, or one, of addresses, domains and SHA-256 hashes that
        must not be invited.
    :param suppression_sql: a query, or a ``.sql`` file with one, that returns such entries.
    :param suppression_sql_conn_id: the Airflow connection for it; by default ``sql_conn_id``.
    :param suppression_campaign_ids: ids of campaigns of Let's Calendar, or one; who unsubscribed from them
        is left out.
    :param suppression_highlevel_conn_id: a connection of HighLevel; whoever of its contacts wants no mail
        ("do not disturb") is left out. All contacts of the location are read.
    :param allowed_domains: the only domains people may be invited at; ``*.example.com`` is every
        subdomain.
    :param blocked_domains: domains nobody may be invited at; subdomains are meant, too.
    :param only_new_against: the id of a campaign of Let's Calendar: its attendees, and people who were
        cancelled or unsubscribed there, are left out.
    :param lets_calendar_conn_id: the Airflow connection for ``only_new_against`` and
        ``suppression_campaign_ids``.
    :param encoding: of a text file; default: found (byte-order mark, UTF-8, else cp1252).
    :param delimiter: of a text file, one character; default: found.
    :param sheet: of a workbook, by name; default: the only one that looks like contacts.
    :param if_nobody: what to do where nobody is accepted: ``fail`` (default; nothing is written),
        ``skip`` or ``succeed`` (the files are written).
    :param allow_test_domains: accept addresses under ``.test``.
    :param storage_conn_id: the Airflow connection of remote paths that name none themselves; the paths of the
        result name it.
    :return: counts (``rows``, ``accepted``, ``rejected``, ``suppressed``, ``duplicates``, ``reasons``),
        ``source``, ``encoding``, ``path`` (the upload file; None if there may be several), ``paths`` (the
        upload files), ``rejected_path``, ``report_path`` and ``audience_fingerprint``.
    :raises ConfigurationError: an argument is wrong; nothing was written.
    :raises ContactsError: the export cannot be used, or holds nobody; nothing was written.
    :raises OperationUnavailable: ``only_new_against``: the account cannot read attendees.
    :raises AirflowSkipException: nobody was accepted, and ``if_nobody`` is ``skip``.
    """

    template_fields: Sequence[str] = (
        "path",
        "output_path",
        "sql",
        "sql_conn_id",
        "sql_parameters",
        "dataframe",
        "rejected_path",
        "report_path",
        "rows_per_file",
        "columns",
        "opt_out_columns",
        "suppression_paths",
        "suppression_sql",
        "suppression_sql_conn_id",
        "suppression_campaign_ids",
        "suppression_highlevel_conn_id",
        "allowed_domains",
        "blocked_domains",
        "only_new_against",
        "lets_calendar_conn_id",
        "encoding",
        "delimiter",
        "sheet",
        "storage_conn_id",
    )
    template_ext: Sequence[str] = (".sql",)
    template_fields_renderers: ClassVar[dict[str, str]] = {
        "columns": "json",
        "opt_out_columns": "json",
        "sql": "sql",
        "suppression_sql": "sql",
    }
    concealed_fields: ClassVar[tuple[str, ...]] = _CONCEALED

    def __init__(
        self,
        *,
        output_path: str,
        path: str | Sequence[str] | None = None,
        sql: str | None = None,
        sql_conn_id: str | None = None,
        sql_parameters: Sequence[Any] | Mapping[str, Any] | None = None,
        dataframe: Any = None,
        rejected_path: str | None = None,
        report_path: str | None = None,
        rows_per_file: int | str | None = None,
        columns: Mapping[str, str | int | Sequence[str | int]] | None = None,
        opt_out_columns: Mapping[str, str] | Sequence[str] | None = None,
        several_addresses: str = "first",
        suppression_paths: str | Sequence[str] | None = None,
        suppression_sql: str | None = None,
        suppression_sql_conn_id: str | None = None,
        suppression_campaign_ids: str | Sequence[str] | None = None,
        suppression_highlevel_conn_id: str | None = None,
        allowed_domains: Sequence[str] | None = None,
        blocked_domains: Sequence[str] | None = None,
        only_new_against: str | None = None,
        lets_calendar_conn_id: str = "lets_calendar_default",
        encoding: str | None = None,
        delimiter: str | None = None,
        sheet: str | None = None,
        if_nobody: str = "fail",
        allow_test_domains: bool = False,
        storage_conn_id: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.path = path
        self.output_path = output_path
        self.sql = sql
        self.sql_conn_id = sql_conn_id
        self.sql_parameters = sql_parameters
        self.dataframe = dataframe
        self.rejected_path = rejected_path
        self.report_path = report_path
        self.rows_per_file = rows_per_file
        self.columns = columns
        self.opt_out_columns = opt_out_columns
        self.several_addresses = several_addresses
        self.suppression_paths = suppression_paths
        self.suppression_sql = suppression_sql
        self.suppression_sql_conn_id = suppression_sql_conn_id
        self.suppression_campaign_ids = suppression_campaign_ids
        self.suppression_highlevel_conn_id = suppression_highlevel_conn_id
        self.allowed_domains = allowed_domains
        self.blocked_domains = blocked_domains
        self.only_new_against = only_new_against
        self.lets_calendar_conn_id = lets_calendar_conn_id
        self.encoding = encoding
        self.delimiter = delimiter
        self.sheet = sheet
        self.if_nobody = if_nobody
        self.allow_test_domains = allow_test_domains
        self.storage_conn_id = storage_conn_id

    def execute(self, context: Context) -> dict[str, Any]:  # noqa: ARG002
        """Prepare the contacts; see the class."""
        self._check()
        source, wanted = self._source(), self._wanted()
        outputs = self._outputs(source)
        rules = rules_of(self)
        with ExitStack() as stack:
            tables = source.tables(stack, wanted)
            prepared, paths = self._prepare(tables, rules, outputs)
        self._log(prepared)
        count = 0 if self.rows_per_file is None else len(paths)
        for name in remove_stale_parts(outputs["output_path"], count):
            self.log.info("Removed %s of an earlier run.", name)
        if not prepared.accepted and self.if_nobody == "skip":
            raise AirflowSkipException(self._nobody(prepared))
        return self._result(prepared, outputs, paths)

    def _check(self) -> None:
        checks.choice("if_nobody", self.if_nobody, IF_NOBODY_CHOICES)
        checks.choice("several_addresses", self.several_addresses, SEVERAL_ADDRESSES_CHOICES)
        checks.boolean("allow_test_domains", self.allow_test_domains)
        if self.rows_per_file is not None and checks.integer("rows_per_file", self.rows_per_file) < 1:
            raise ConfigurationError(f"rows_per_file must be 1 or more, not {self.rows_per_file}.")
        for name, suffixes in (
            ("output_path", (".csv", ".xlsx")),
            ("rejected_path", (".csv",)),
            ("report_path", (".json",)),
        ):
            self._check_output(name, suffixes)
        for name in ("encoding", "delimiter", "sheet", "storage_conn_id", "sql_conn_id", "only_new_against"):
            if getattr(self, name) is not None:
                _check_text(name, getattr(self, name))

    def _check_output(self, name: str, suffixes: tuple[str, ...]) -> None:
        path = getattr(self, name)
        if path is None and name != "output_path":
            return
        if not checks.text(name, path).lower().endswith(suffixes):
            raise ConfigurationError(f"{name} must end in {' or '.join(suffixes)}, not {path!r:.120}.")

    def _source(self) -> FileSource | QuerySource | DataFrameSource:
        from airflow_provider_calendars.contacts import HowToRead

        frame = reveal(self.dataframe)
        given = [name for name in ("path", "sql") if getattr(self, name) is not None]
        given += ["dataframe"] if frame is not None else []
        if len(given) != 1:
            raise ConfigurationError(
                f"Give one of path, sql and dataframe, not {' and '.join(given) or 'none'}."
            )
        how = HowToRead(self.encoding, self.delimiter, self.sheet)
        if given == ["path"]:
            return FileSource(checks.one_or_more("path", self.path), self.storage_conn_id, how)
        if given == ["dataframe"]:
            return DataFrameSource(frame)
        query = QuerySource(
            checks.text("sql", self.sql),
            checks.text("sql_conn_id", self.sql_conn_id),
            reveal(self.sql_parameters),
        )
        # refused before a campaign is read for the rules
        query.hook()
        return query

    def _outputs(self, source: FileSource | QuerySource | DataFrameSource) -> dict[str, AnyPath]:
        """Return the paths to write, the upload file last, so that it never appears without the others."""
        upload = open_path(self.output_path, self.storage_conn_id)
        rejected = self._open(self.rejected_path) or upload.with_name(f"{upload.stem}.rejected.csv")
        report = self._open(self.report_path)
        paths = {"rejected_path": rejected, "report_path": report, "output_path": upload}
        seen: dict[str, str] = {}
        for name, path in paths.items():
            if path is None:
                continue
            if (other := seen.setdefault(place_of(path), name)) != name:
                raise ConfigurationError(f"{name} is the same file as {other}: give each its own.")
        outputs = {name: path for name, path in paths.items() if path is not None}
        if isinstance(source, FileSource):
            for name, path in reversed(outputs.items()):
                source.refuse_output(name, path)
        return outputs

    def _open(self, path: str | None) -> AnyPath | None:
        return None if path is None else open_path(path, self.storage_conn_id)

    def _wanted(self) -> Wanted:
        from airflow_provider_calendars.contacts import Wanted

        if self.columns is not None and not isinstance(self.columns, Mapping):
            raise ConfigurationError(f"columns must be a dict, not {type(self.columns).__name__}.")
        return Wanted(dict(self.columns or {}), self.opt_out_columns)

    def _prepare(
        self, tables: Sequence[Table], rules: Rules, outputs: dict[str, AnyPath]
    ) -> tuple[Prepared, list[AnyPath]]:
        from airflow_provider_calendars.contacts import prepare_tables

        with atomic_files() as files:
            rejected = files.create(outputs["rejected_path"])
            report = files.create(outputs["report_path"]) if "report_path" in outputs else None
            uploads, parts = self._uploads(files, outputs["output_path"])
            prepared = prepare_tables(tables, uploads, rejected, rules=rules, progress=ProgressLog(self.log))
            if not prepared.accepted and self.if_nobody == "fail":
                raise ContactsError(
                    f"{self._nobody(prepared)} Set if_nobody to skip or succeed to accept this."
                )
            if report:
                report.write(json.dumps(prepared.as_dict(), indent=2).encode() + b"\n")
        return prepared, parts.paths

    def _uploads(self, files: AtomicFiles, path: AnyPath) -> tuple[Uploads, UploadFiles]:
        from airflow_provider_calendars.contacts.outputs import SplitUploads

        most = None if self.rows_per_file is None else checks.integer("rows_per_file", self.rows_per_file)
        parts = UploadFiles(files, path, split=most is not None)
        return SplitUploads(parts, path.suffix.lower().lstrip("."), most), parts

    def _nobody(self, prepared: Prepared) -> str:
        reasons = ", ".join(f"{reason}: {count}" for reason, count in prepared.reasons.items())
        return f"Nobody of {prepared.rows} contacts can be invited ({reasons})."

    def _log(self, prepared: Prepared) -> None:
        for file in prepared.files:
            self.log.info(
                "%s looks like %s (encoding %s, sheet %s, header in row %d): %d contacts; columns taken: %s",
                *(file["name"], file["source"], file["encoding"], file["sheet"], file["header_row"]),
                *(file["rows"], file["columns"]),
            )
        self.log.info(
            "%d contacts: %d accepted, %d rejected, %d suppressed, %d duplicates; reasons: %s",
            *(prepared.rows, prepared.accepted, prepared.rejected, prepared.suppressed, prepared.duplicates),
            dict(prepared.reasons),
        )

    def _result(
        self, prepared: Prepared, outputs: dict[str, AnyPath], paths: Sequence[AnyPath]
    ) -> dict[str, Any]:
        full = prepared.as_dict()
        counts = ("rows", "accepted", "rejected", "suppressed", "duplicates", "reasons", "source", "encoding")
        split = self.rows_per_file is not None
        return {
            **{name: full[name] for name in counts},
            "path": None if split else self._told(outputs["output_path"], self.output_path),
            "paths": [str(path) for path in paths] if split else [self._told(paths[0], self.output_path)],
            "rejected_path": self._told(outputs["rejected_path"], self.rejected_path),
            "report_path": self._told(outputs.get("report_path"), self.report_path),
            "audience_fingerprint": prepared.audience_fingerprint,
        }

    def _told(self, path: AnyPath | None, given: str | None) -> str | None:
        """Return a path that another task can open, which does not know the connection."""
        return given if path is None or (given and not self.storage_conn_id) else str(path)


def _check_text(name: str, value: Any) -> None:
    # a tab or a space is a delimiter, so blank is not refused here
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"{name} must be a text, not {value!r:.40}.")
