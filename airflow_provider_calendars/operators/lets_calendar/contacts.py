"""Operators that upload a file of people to a campaign, and read people back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from airflow.sdk import Context

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import (
    ApiError,
    OutcomeUnknown,
    TransportError,
)
from airflow_provider_calendars.memory import RunMemory
from airflow_provider_calendars.operators.lets_calendar.base import LetsCalendarCampaignOperator
from airflow_provider_calendars.operators.lets_calendar.upload import read_upload
from airflow_provider_calendars.tables import check_table_path, write_table


class LetsCalendarUploadContactsOperator(LetsCalendarCampaignOperator):
    """Uploads a file of contacts, which the vendor imports in the background. Nobody is invited by that.

    Wait for the import with ``LetsCalendarContactsImportedSensor``; the vendor does not say which rows
    it refused, so let ``PrepareContactsOperator`` write the file.

    https://panel.letscalendar.com/docs#apis-POSTapi-lc-upload-contacts

    :param campaign_id: the campaign (templated).
    :param path: a ``.csv``, ``.xlsx`` or ``.xls`` file, local or any ``ObjectStoragePath``, with the
        columns ``firstname, lastname, email, loginurl, username, password`` (templated).
    :param allow_duplicates: let the vendor add people who are in the campaign already; they would
        get a second invite.
    :param accept_unattended_sending: upload to a campaign whose automation this package has turned on, too,
        which mails whoever is added within the hour.
    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``campaign_id``, ``import_id``, ``path``, ``rows``, ``attendees_before`` and
        ``expected_attendees`` (None where the account cannot read attendees or the rows of the file
        cannot be counted).
    :raises ContactsError: the file is empty, broken or has other columns; nothing was sent.
    :raises OutcomeUnknown: with ``allow_duplicates``, the reply was lost; the file is not sent again.
    """

    template_fields: Sequence[str] = ("lets_calendar_conn_id", "campaign_id", "path")

    def __init__(
        self,
        *,
        path: str,
        allow_duplicates: bool = False,
        accept_unattended_sending: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.accept_unattended_sending = accept_unattended_sending
        self.path = path
        self.allow_duplicates = allow_duplicates

    def execute(self, context: Context) -> dict[str, Any]:
        """Upload the file."""
        self.check_campaign()
        allow_duplicates = checks.boolean("allow_duplicates", self.allow_duplicates)
        upload, rows = read_upload(checks.text("path", self.path))
        if rows is not None and self.hook.redirect is not None:
            rows = min(rows, len(self.hook.redirect.addresses))
        self.check_automation(self.accept_unattended_sending)
        self.show_campaign(context)
        memory = self.run_memory(context)
        file_hash = hashlib.sha256(upload.content).hexdigest()
        before = self._before(memory, file_hash, allow_duplicates=allow_duplicates)
        try:
            import_id = self.hook.upload_contacts(self.campaign_id, upload, allow_duplicates=allow_duplicates)
        except OutcomeUnknown:
            raise
        except (ApiError, TransportError):
            self._note(memory, "refused")
            raise
        self._note(memory, "accepted")
        self.log.info("Uploaded %s contacts as import %s.", "?" if rows is None else rows, import_id)
        return {
            "campaign_id": self.campaign_id,
            "import_id": import_id,
            "path": self.path,
            "rows": rows,
            "attendees_before": before,
            "expected_attendees": None if before is None or rows is None else before + rows,
        }

    def _note(self, memory: RunMemory, state: str) -> None:
        memory.set("upload_contacts", {**(memory.get("upload_contacts") or {}), "state": state})

    def _before(self, memory: RunMemory, file_hash: str, *, allow_duplicates: bool) -> int | None:
        """Return how many attendees there were before the first try uploaded this file."""
        earlier = memory.get("upload_contacts") or {}
        if (earlier.get("campaign_id"), earlier.get("file")) == (self.campaign_id, file_hash):
            if allow_duplicates and earlier.get("state") != "refused":
                raise OutcomeUnknown(
                    "An earlier try of this task uploaded this file, or may have. With allow_duplicates a "
                    "second upload would add everybody twice, so it is not sent again."
                )
            self._note(memory, "uploading")
            return earlier.get("before")
        summary = self.summary_or_none()
        before = None if summary is None else summary.total
        intent = {"campaign_id": self.campaign_id, "file": file_hash, "before": before, "state": "uploading"}
        memory.set("upload_contacts", intent)
        return before


class LetsCalendarExportAttendeesOperator(LetsCalendarCampaignOperator):
    """Writes the attendees of a campaign to a file, without their passwords.

    Not open to every account.

    https://panel.letscalendar.com/docs#apis-GETapi-lc-campaign--campaign_id--attendees

    :param campaign_id: the campaign (templated).
    :param path: a ``.csv`` or ``.jsonl`` file, local or any ``ObjectStoragePath`` (templated).
    :param status: only ``N`` new, ``S`` sent, ``F`` failed, ``U`` unsubscribed, ``P`` in process or
        ``C`` cancelled (templated).
    :param source: only ``api``, ``import``, ``manual`` ... (templated).
    :param registered_from: ``YYYY-MM-DD`` (templated).
    :param registered_to: ``YYYY-MM-DD`` (templated).
    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``campaign_id``, ``count``, ``path``.
    :raises OperationUnavailable: the account does not have the operation.
    """

    template_fields: Sequence[str] = (
        "lets_calendar_conn_id",
        "campaign_id",
        "path",
        "status",
        "source",
        "registered_from",
        "registered_to",
    )

    def __init__(
        self,
        *,
        path: str,
        status: str | None = None,
        source: str | None = None,
        registered_from: str | None = None,
        registered_to: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.path = path
        self.status = status
        self.source = source
        self.registered_from = registered_from
        self.registered_to = registered_to

    def execute(self, context: Context) -> dict[str, Any]:
        """Write the file."""
        from airflow_provider_calendars.api.lets_calendar.people import Attendee, AttendeeFilter

        self.check_campaign()
        check_table_path("path", self.path)
        chosen = AttendeeFilter(
            self.status or None, self.source or None, self.registered_from or None, self.registered_to or None
        )
        self.show_campaign(context)
        attendees = self.hook.list_attendees(self.campaign_id, chosen)
        columns = [each.name for each in fields(Attendee)]
        count = write_table(self.path, (asdict(each) for each in attendees), columns)
        self.log.info("Wrote %d attendees to %s.", count, self.path)
        return {"campaign_id": self.campaign_id, "count": count, "path": self.path}
