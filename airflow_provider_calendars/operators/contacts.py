"""Turning a CRM export into a clean audience and the file that Let's Calendar takes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import Context

from airflow_provider_calendars._compat import AirflowSkipException
from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import ConfigurationError, ContactsError
from airflow_provider_calendars.files import atomic_writers, open_path, open_seekable
from airflow_provider_calendars.operators.base import CalendarsOperator

if TYPE_CHECKING:
    from airflow_provider_calendars.contacts import HowToRead, Prepared, Wanted
    from airflow_provider_calendars.files import AnyPath

IF_NOBODY_CHOICES = ("fail", "skip", "succeed")


class PrepareContactsOperator(CalendarsOperator):
    """Write the upload file of Let's Calendar from a CRM export, and nobody into it who opted out.

    Reads CSV, TSV and XLSX (or a ZIP of one of them) as HubSpot, Salesforce, Pipedrive, HighLevel, Zoho,
    Outlook and Google export them. Rows that cannot be used, people who opted out and duplicates go to a
    second file, each with its row number and a reason code. All files are written whole or not at all,
    for their owner only; no row and no address appears in logs, XCom or errors. Running the task again
    writes the same files again.

    All arguments are templated, except ``if_nobody`` and ``allow_test_domains``. Paths are local,
    ``file://``, or anything ``ObjectStoragePath`` knows, such as ``s3://bucket/people.csv``.

    :param path: the export.
    :param output_path: the upload file; ``.csv`` (UTF-8) or ``.xlsx``.
    :param rejected_path: the rows that did not get in, a ``.csv``; default: beside ``output_path``, as
        ``<its stem>.rejected.csv``.
    :param report_path: the result as a ``.json`` file; default: none.
    :param columns: which column holds what, where that is not recognised: a dict of ``email``,
        ``first_name``, ``last_name``, ``full_name``, ``login_url``, ``username`` or ``password`` to a header
        or a column number counted from 1; ``email`` may be a list, best first. The last three are taken
        only if named here.
    :param opt_out_columns: opt-out columns beyond those recognised: a list of headers, or a dict of
        header to ``negative`` (yes suppresses), ``positive`` (no suppresses), ``status``, ``moment`` (any
        entry suppresses) or ``ignore``.
    :param encoding: of a text file; default: found (byte-order mark, UTF-8, else cp1252).
    :param delimiter: of a text file, one character; default: found.
    :param sheet: of a workbook, by name; default: the only one that looks like contacts.
    :param if_nobody: what to do where nobody is accepted: ``fail`` (default; nothing is written),
        ``skip`` or ``succeed`` (the files are written).
    :param allow_test_domains: accept addresses under ``.test``.
    :param storage_conn_id: the Airflow connection of remote paths.
    :return: counts (``rows``, ``accepted``, ``rejected``, ``suppressed``, ``duplicates``, ``reasons``),
        ``source``, ``encoding``, ``path`` (the upload file), ``rejected_path``, ``report_path`` and
        ``audience_fingerprint``.
    :raises ConfigurationError: an argument is wrong; nothing was written.
    :raises ContactsError: the export cannot be used, or holds nobody; nothing was written.
    :raises AirflowSkipException: nobody was accepted, and ``if_nobody`` is ``skip``.
    """

    template_fields: Sequence[str] = (
        "path",
        "output_path",
        "rejected_path",
        "report_path",
        "columns",
        "opt_out_columns",
        "encoding",
        "delimiter",
        "sheet",
        "storage_conn_id",
    )
    template_fields_renderers: ClassVar[dict[str, str]] = {"columns": "json", "opt_out_columns": "json"}

    def __init__(
        self,
        *,
        path: str,
        output_path: str,
        rejected_path: str | None = None,
        report_path: str | None = None,
        columns: Mapping[str, str | int | Sequence[str | int]] | None = None,
        opt_out_columns: Mapping[str, str] | Sequence[str] | None = None,
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
        self.rejected_path = rejected_path
        self.report_path = report_path
        self.columns = columns
        self.opt_out_columns = opt_out_columns
        self.encoding = encoding
        self.delimiter = delimiter
        self.sheet = sheet
        self.if_nobody = if_nobody
        self.allow_test_domains = allow_test_domains
        self.storage_conn_id = storage_conn_id

    def execute(self, context: Context) -> dict[str, Any]:  # noqa: ARG002
        """Prepare the contacts; see the class."""
        self._check()
        wanted, how = self._wanted(), self._how()
        outputs = self._outputs()
        prepared = self._prepare(wanted, how, outputs)
        self._log(prepared)
        if not prepared.accepted and self.if_nobody == "skip":
            raise AirflowSkipException(self._nobody(prepared))
        return self._result(prepared, outputs)

    def _check(self) -> None:
        checks.text("path", self.path)
        checks.choice("if_nobody", self.if_nobody, IF_NOBODY_CHOICES)
        checks.boolean("allow_test_domains", self.allow_test_domains)
        for name, suffixes in (
            ("output_path", (".csv", ".xlsx")),
            ("rejected_path", (".csv",)),
            ("report_path", (".json",)),
        ):
            self._check_output(name, suffixes)
        for name in ("encoding", "delimiter", "sheet", "storage_conn_id"):
            if getattr(self, name) is not None:
                _check_text(name, getattr(self, name))

    def _check_output(self, name: str, suffixes: tuple[str, ...]) -> None:
        path = getattr(self, name)
        if path is None and name != "output_path":
            return
        if not checks.text(name, path).lower().endswith(suffixes):
            raise ConfigurationError(f"{name} must end in {' or '.join(suffixes)}, not {path!r:.120}.")

    def _outputs(self) -> dict[str, AnyPath]:
        """Return the paths to write, the upload file last, so that it never appears without the others."""
        upload = open_path(self.output_path, self.storage_conn_id)
        rejected = self._open(self.rejected_path) or upload.with_name(f"{upload.stem}.rejected.csv")
        report = self._open(self.report_path)
        paths = {"rejected_path": rejected, "report_path": report, "output_path": upload}
        seen = {_place(open_path(self.path, self.storage_conn_id)): "path"}
        for name, path in paths.items():
            if path is not None and (other := seen.setdefault(_place(path), name)) != name:
                raise ConfigurationError(f"{name} is the same file as {other}: give each its own.")
        return {name: path for name, path in paths.items() if path is not None}

    def _open(self, path: str | None) -> AnyPath | None:
        return None if path is None else open_path(path, self.storage_conn_id)

    def _wanted(self) -> Wanted:
        from airflow_provider_calendars.contacts import Wanted

        if self.columns is not None and not isinstance(self.columns, Mapping):
            raise ConfigurationError(f"columns must be a dict, not {type(self.columns).__name__}.")
        return Wanted(dict(self.columns or {}), self.opt_out_columns)

    def _how(self) -> HowToRead:
        from airflow_provider_calendars.contacts import HowToRead

        return HowToRead(self.encoding, self.delimiter, self.sheet)

    def _prepare(self, wanted: Wanted, how: HowToRead, outputs: dict[str, AnyPath]) -> Prepared:
        from airflow_provider_calendars.contacts import prepare_contacts

        source_path = open_path(self.path, self.storage_conn_id)
        with open_seekable(source_path, "path") as source, atomic_writers(*outputs.values()) as streams:
            files = dict(zip(outputs, streams, strict=True))
            prepared = prepare_contacts(
                source,
                files["output_path"],
                files["rejected_path"],
                name=source_path.name,
                upload_format=outputs["output_path"].suffix.lower().lstrip("."),
                wanted=wanted,
                how=how,
                allow_test_domains=self.allow_test_domains,
            )
            if not prepared.accepted and self.if_nobody == "fail":
                raise ContactsError(
                    f"{self._nobody(prepared)} Set if_nobody to skip or succeed to accept this."
                )
            if "report_path" in files:
                files["report_path"].write(json.dumps(prepared.as_dict(), indent=2).encode() + b"\n")
        return prepared

    def _nobody(self, prepared: Prepared) -> str:
        reasons = ", ".join(f"{reason}: {count}" for reason, count in prepared.reasons.items())
        return f"Nobody of {prepared.rows} contacts can be invited ({reasons})."

    def _log(self, prepared: Prepared) -> None:
        self.log.info(
            "Looks like %s (encoding %s, sheet %s, header in row %d); columns taken: %s",
            *(
                prepared.source,
                prepared.encoding,
                prepared.sheet,
                prepared.header_row,
                dict(prepared.columns),
            ),
        )
        self.log.info(
            "%d contacts: %d accepted, %d rejected, %d suppressed, %d duplicates; reasons: %s",
            *(prepared.rows, prepared.accepted, prepared.rejected, prepared.suppressed, prepared.duplicates),
            dict(prepared.reasons),
        )

    def _result(self, prepared: Prepared, outputs: dict[str, AnyPath]) -> dict[str, Any]:
        full = prepared.as_dict()
        counts = ("rows", "accepted", "rejected", "suppressed", "duplicates", "reasons", "source", "encoding")
        return {
            **{name: full[name] for name in counts},
            "path": self.output_path,
            "rejected_path": self.rejected_path or str(outputs["rejected_path"]),
            "report_path": self.report_path,
            "audience_fingerprint": prepared.audience_fingerprint,
        }


def _check_text(name: str, value: Any) -> None:
    # a tab or a space is a delimiter, so blank is not refused here
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"{name} must be a text, not {value!r:.40}.")


def _place(path: AnyPath) -> str:
    """Return what makes two paths the same file."""
    return str(path.resolve() if hasattr(path, "resolve") else path)
