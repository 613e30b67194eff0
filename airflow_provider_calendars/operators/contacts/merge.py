"""Bringing the vendor's own refusals together with ours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from airflow.sdk import Context

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import ConfigurationError, ContactsError
from airflow_provider_calendars.files import atomic_files, open_path, open_seekable
from airflow_provider_calendars.operators.base import CalendarsOperator

if TYPE_CHECKING:
    from airflow_provider_calendars.contacts.vendor_rejects import VendorRejects


class MergeRejectedContactsOperator(CalendarsOperator):
    """Add the people that Let's Calendar refused to the rejected rows and the report of preparing.

    The files are replaced, whole or not at all. Running the task again changes nothing more. Nobody is
    mailed or changed by this.

    :param upload_paths: the upload file, or the files, ``.csv``, e.g. ``prepare.output["paths"]``
        (templated).
    :param rejected_path: the rejected rows of preparing, ``prepare.output["rejected_path"]`` (templated).
    :param report_path: the report of preparing; default: none (templated).
    :param vendor_rejected_path: the ``rejected_path`` of ``LetsCalendarAddContactsOperator``; None where it
        wrote none (templated).
    :param vendor_duplicates: how many people the vendor had already, its ``duplicates`` (templated).
    :param storage_conn_id: the Airflow connection of remote paths that name none themselves (templated).
    :return: ``vendor_invalid``, ``vendor_duplicates``, ``rejected_path``, ``report_path``.
    :raises ContactsError: the files do not belong together; nothing was changed.
    """

    template_fields: Sequence[str] = (
        "upload_paths",
        "rejected_path",
        "report_path",
        "vendor_rejected_path",
        "vendor_duplicates",
        "storage_conn_id",
    )

    def __init__(
        self,
        *,
        upload_paths: str | Sequence[str],
        rejected_path: str,
        report_path: str | None = None,
        vendor_rejected_path: str | None = None,
        vendor_duplicates: int | str = 0,
        storage_conn_id: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.upload_paths = upload_paths
        self.rejected_path = rejected_path
        self.report_path = report_path
        self.vendor_rejected_path = vendor_rejected_path
        self.vendor_duplicates = vendor_duplicates
        self.storage_conn_id = storage_conn_id

    def execute(self, context: Context) -> dict[str, Any]:  # noqa: ARG002
        """Merge; see the class."""
        checks.text("rejected_path", self.rejected_path)
        uploads = [self.upload_paths] if isinstance(self.upload_paths, str) else list(self.upload_paths)
        if not all(checks.text("upload_paths", path).lower().endswith(".csv") for path in uploads):
            raise ConfigurationError("upload_paths must end in .csv: only these are added person by person.")
        vendor = self._vendor()
        self._merge(uploads, vendor)
        self.log.info("The vendor refused %d people and had %d.", len(vendor.invalid), vendor.duplicates)
        return {
            "vendor_invalid": len(vendor.invalid),
            "vendor_duplicates": vendor.duplicates,
            "rejected_path": self.rejected_path,
            "report_path": self.report_path,
        }

    def _vendor(self) -> VendorRejects:
        from airflow_provider_calendars.contacts.vendor_rejects import VendorRejects, read_rejects

        duplicates = checks.integer("vendor_duplicates", self.vendor_duplicates)
        if not self.vendor_rejected_path:
            return VendorRejects({}, duplicates)
        path = open_path(self.vendor_rejected_path, self.storage_conn_id)
        with open_seekable(path, "vendor_rejected_path") as stream:
            return VendorRejects(read_rejects(stream, path.name), duplicates)

    def _merge(self, uploads: Sequence[str], vendor: VendorRejects) -> None:
        from airflow_provider_calendars.contacts.vendor_rejects import merge_rejected, merge_report

        rejected = open_path(self.rejected_path, self.storage_conn_id)
        with ExitStack() as stack:
            files = stack.enter_context(atomic_files())
            people = []
            for text in uploads:
                path = open_path(text, self.storage_conn_id)
                people.append((path.name, stack.enter_context(open_seekable(path, "upload_paths"))))
            old = stack.enter_context(open_seekable(rejected, "rejected_path"))
            if self.report_path:
                where = open_path(self.report_path, self.storage_conn_id)
                report = stack.enter_context(open_seekable(where, "report_path"))
                try:
                    merged = merge_report(json.load(report), vendor)
                except (ValueError, KeyError, TypeError) as error:
                    raise ContactsError(
                        f"report_path is no report of preparing contacts ({type(error).__name__})."
                    ) from None
                files.create(where).write(json.dumps(merged, indent=2).encode() + b"\n")
            merge_rejected(old, people, vendor, files.create(rejected))
