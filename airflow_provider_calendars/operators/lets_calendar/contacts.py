"""Operators that upload a file of people to a campaign, and read people back."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from airflow.sdk import Context

from airflow_provider_calendars.api import checks
from airflow_provider_calendars.exceptions import (
    ApiError,
    OutcomeUnknown,
    TransportError,
)
from airflow_provider_calendars.memory import RunMemory
from airflow_provider_calendars.operators.lets_calendar.base import LetsCalendarCampaignOperator
from airflow_provider_calendars.operators.lets_calendar.looking import pause
from airflow_provider_calendars.operators.lets_calendar.upload import read_upload
from airflow_provider_calendars.tables import check_table_path, write_table

if TYPE_CHECKING:
    from airflow_provider_calendars.api.flow import Upload

_UPLOAD = "upload_contacts"


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
    :param outcome_timeout: seconds to look whether attendees come after a lost reply.
    :param lets_calendar_conn_id: the Airflow connection (templated).
    :return: ``campaign_id``, ``import_id`` (None where its reply was lost), ``path``, ``rows``,
        ``attendees_before`` and ``expected_attendees``, who of the file is new included (None where the
        account cannot read attendees or the file is an ``.xls``).
    :raises ContactsError: the file is empty, broken or has other columns; nothing was sent.
    :raises OutcomeUnknown: replies were lost and nobody has come, or nobody can tell. A retry looks again
        before it uploads again; with ``allow_duplicates`` it never does.
    """

    template_fields: Sequence[str] = ("lets_calendar_conn_id", "campaign_id", "path")

    def __init__(
        self,
        *,
        path: str,
        allow_duplicates: bool = False,
        accept_unattended_sending: bool = False,
        outcome_timeout: float = 30.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.accept_unattended_sending = accept_unattended_sending
        self.path = path
        self.allow_duplicates = allow_duplicates
        self.outcome_timeout = outcome_timeout

    def execute(self, context: Context) -> dict[str, Any]:
        """Upload the file."""
        self.check_campaign()
        checks.seconds("outcome_timeout", self.outcome_timeout)
        allow_duplicates = checks.boolean("allow_duplicates", self.allow_duplicates)
        upload, addresses = read_upload(checks.text("path", self.path))
        self.check_automation(self.accept_unattended_sending)
        self.show_campaign(context)
        memory = self.run_memory(context)
        file_hash = hashlib.sha256(upload.content).hexdigest()
        intent = memory.get(_UPLOAD) or {}
        if (intent.get("campaign_id"), intent.get("file")) == (self.campaign_id, file_hash):
            arrived = self._look_at_earlier(intent, allow_duplicates=allow_duplicates)
        else:
            intent, arrived = self._intent(file_hash, addresses, allow_duplicates=allow_duplicates), False
        if not arrived:
            intent = self._upload(memory, intent, upload, allow_duplicates=allow_duplicates)
        rows = None if addresses is None else len(self._arriving(addresses))
        self.log.info(
            "Uploaded %s contacts as import %s.", "?" if rows is None else rows, intent["import_id"]
        )
        return {
            "campaign_id": self.campaign_id,
            "import_id": intent["import_id"],
            "path": self.path,
            "rows": rows,
            "attendees_before": intent["before"],
            "expected_attendees": intent["expected"],
        }

    def _intent(
        self, file_hash: str, addresses: Sequence[str] | None, *, allow_duplicates: bool
    ) -> dict[str, Any]:
        """Return what is about to be uploaded, and how many attendees there are and will be."""
        summary = self.summary_or_none()
        before = None if summary is None else summary.total
        expected = None
        if before is not None and addresses is not None:
            arriving = self._arriving(addresses)
            expected = before + (len(arriving) if allow_duplicates else self._newcomers(arriving, before))
        return {
            "campaign_id": self.campaign_id,
            "file": file_hash,
            "before": before,
            "expected": expected,
            "import_id": None,
        }

    def _arriving(self, addresses: Sequence[str]) -> Sequence[str]:
        redirect = self.hook.redirect
        return addresses if redirect is None else redirect.addresses[: len(addresses)]

    def _newcomers(self, addresses: Sequence[str], before: int) -> int:
        """Return how many people are not in the campaign yet; the vendor takes nobody twice."""
        present = self.hook.list_attendees(self.campaign_id) if before else []
        return len(set(addresses) - {"", *(each.email.strip().casefold() for each in present)})

    def _upload(
        self, memory: RunMemory, intent: dict[str, Any], upload: Upload, *, allow_duplicates: bool
    ) -> dict[str, Any]:
        memory.set(_UPLOAD, {**intent, "state": "uploading"})
        try:
            import_id = self._upload_once(intent, upload, allow_duplicates=allow_duplicates)
        except OutcomeUnknown:
            raise
        except (ApiError, TransportError):
            memory.set(_UPLOAD, {**intent, "state": "refused"})
            raise
        uploaded = {**intent, "import_id": import_id}
        memory.set(_UPLOAD, {**uploaded, "state": "accepted"})
        return uploaded

    def _upload_once(
        self, intent: Mapping[str, Any], upload: Upload, *, allow_duplicates: bool
    ) -> str | None:
        """Upload; after a lost reply again, if by then nobody has come."""
        again = True
        while True:
            try:
                return self.hook.upload_contacts(self.campaign_id, upload, allow_duplicates=allow_duplicates)
            except OutcomeUnknown as unknown:
                if allow_duplicates or intent["before"] is None:
                    raise
                if self._await_import(intent):
                    self.log.warning("The reply was lost, but attendees come: the file was taken.")
                    return None
                if not again:
                    raise OutcomeUnknown(str(unknown), looks_first=True) from unknown
            self.log.warning("The reply was lost and nobody comes; uploading again.")
            again = False

    def _look_at_earlier(self, intent: Mapping[str, Any], *, allow_duplicates: bool) -> bool:
        """Tell whether an earlier try of this task has uploaded this file."""
        if intent["state"] == "refused":
            return False
        if allow_duplicates:
            raise OutcomeUnknown(
                "An earlier try of this task uploaded this file, or may have. With allow_duplicates a "
                "second upload would add everybody twice, so it is not sent again."
            )
        return self._has_grown(intent)

    def _has_grown(self, intent: Mapping[str, Any]) -> bool:
        summary = None if intent["before"] is None else self.summary_or_none()
        return summary is not None and summary.total > intent["before"]

    def _await_import(self, intent: Mapping[str, Any]) -> bool:
        """Look for a while whether attendees come, and tell whether they do."""
        deadline = time.monotonic() + self.outcome_timeout
        while not (grown := self._has_grown(intent)) and time.monotonic() < deadline:
            pause(self.outcome_timeout)
        return grown


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
