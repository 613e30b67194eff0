"""What is not installed is named, with the command that installs it, before anything is done."""

from __future__ import annotations

import json
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import BaseOperator

from airflow_provider_calendars.exceptions import ConfigurationError
from airflow_provider_calendars.extras import EXTRA_OF_SCHEME
from airflow_provider_calendars.files import open_path
from airflow_provider_calendars.operators.contacts import (
    MergeRejectedContactsOperator,
    PrepareContactsOperator,
)
from airflow_provider_calendars.operators.guards import ApproveInvitesOperator, CheckInvitesOperator
from airflow_provider_calendars.operators.highlevel import (
    HighLevelExportAppointmentsOperator,
    HighLevelExportContactsOperator,
    HighLevelListCalendarsOperator,
    HighLevelListFreeSlotsOperator,
    HighLevelUpsertContactsOperator,
)
from airflow_provider_calendars.operators.lemcal import (
    LemcalListMeetingsOperator,
    LemcalListMeetingTypesOperator,
)
from airflow_provider_calendars.operators.lets_calendar import (
    LetsCalendarAddContactsOperator,
    LetsCalendarExportAttendeesOperator,
    LetsCalendarListCampaignsOperator,
    LetsCalendarUploadContactsOperator,
)
from airflow_provider_calendars.sandbox import Sandbox

AMAZON = re.escape("pip install 'airflow-provider-calendars[amazon]'")
LIBRARIES = {"amazon": "s3fs", "google": "gcsfs", "microsoft-azure": "adlfs"}
# of nobody
STORAGE: dict[str, dict[str, Any]] = {
    "amazon": {"conn_type": "aws", "login": "key", "password": "secret"},
    "google": {"conn_type": "google_cloud_platform", "extra": {"is_anonymous": True, "project": "nobody"}},
    "microsoft-azure": {
        "conn_type": "wasb",
        "extra": {
            "connection_string": "DefaultEndpointsProtocol=http;AccountName=nobody;AccountKey=a2V5;"
            "BlobEndpoint=http://127.0.0.1:9/nobody"
        },
    },
}
CAMPAIGN = {"campaign_id": "1"}
CALENDAR = {"calendar_id": "c", "end_datetime": "2030-01-01T00:00:00Z"}
UPLOAD = "firstname,lastname,email\nAda,,ada@example.com\n"


def without(library: str) -> None:
    """Skip where a library happens to be installed."""
    if find_spec(library):
        pytest.skip(f"{library} is installed here, so nothing is missing")


@pytest.mark.parametrize("scheme", sorted(EXTRA_OF_SCHEME))
def test_a_path_whose_file_system_is_missing_names_the_extra(scheme: str) -> None:
    """With the path, and the whole command."""
    extra = EXTRA_OF_SCHEME[scheme]
    without(LIBRARIES[extra])
    path = f"{scheme}://bucket/people.csv"
    with pytest.raises(ConfigurationError) as refused:
        open_path(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert f"pip install 'airflow-provider-calendars[{extra}]'" in str(refused.value)


@pytest.mark.parametrize("scheme", sorted(EXTRA_OF_SCHEME))
def test_a_path_whose_file_system_is_there_is_opened(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra was enough; nothing is asked of the storage yet."""
    extra = EXTRA_OF_SCHEME[scheme]
    if not find_spec(LIBRARIES[extra]):
        pytest.skip(f"{LIBRARIES[extra]} is not installed here")
    monkeypatch.setenv("AIRFLOW_CONN_STORAGE", json.dumps(STORAGE[extra]))
    # this machine is in no cloud, and need not look for one
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    path = open_path(f"{scheme}://storage@bucket/people.csv")
    assert (path.name, path.suffix) == ("people.csv", ".csv")
    assert type(path.fs).__module__.startswith(LIBRARIES[extra])  # type: ignore[union-attr]


def test_a_connection_that_does_not_fit_its_storage_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Installing something would not help, so it is not said."""
    if not find_spec("adlfs"):
        pytest.skip("adlfs is not installed here")
    monkeypatch.setenv("AIRFLOW_CONN_EMPTY", '{"conn_type": "wasb"}')
    with pytest.raises(ConfigurationError, match="check its connection") as refused:
        open_path("abfs://empty@bucket/people.csv")
    assert "pip install" not in str(refused.value)


def test_another_scheme_names_a_provider() -> None:
    """There is no extra for it, and none is made up."""
    with pytest.raises(ConfigurationError, match=r"carrier-pigeon://.*install the Airflow provider"):
        open_path("carrier-pigeon://coop/people.csv")


@pytest.mark.parametrize(
    ("operator_class", "arguments", "remote"),
    [
        (PrepareContactsOperator, {"output_path": "{folder}/u.csv"}, "path"),
        (PrepareContactsOperator, {"path": "{file}"}, "output_path"),
        (
            PrepareContactsOperator,
            {"path": "{file}", "output_path": "{folder}/u.csv", "only_new_against": "1"},
            "suppression_paths",
        ),
        (MergeRejectedContactsOperator, {"upload_paths": "{file}"}, "rejected_path"),
        (CheckInvitesOperator, {**CAMPAIGN}, "path"),
        (CheckInvitesOperator, {**CAMPAIGN, "path": "{file}"}, "report_path"),
        (CheckInvitesOperator, {**CAMPAIGN, "path": "{file}"}, "suppression_paths"),
        (ApproveInvitesOperator, {**CAMPAIGN, "path": "{file}"}, "report_path"),
        (LetsCalendarUploadContactsOperator, CAMPAIGN, "path"),
        (LetsCalendarAddContactsOperator, CAMPAIGN, "path"),
        (LetsCalendarAddContactsOperator, {**CAMPAIGN, "path": "{file}"}, "rejected_path"),
        (LetsCalendarExportAttendeesOperator, CAMPAIGN, "path"),
        (LetsCalendarListCampaignsOperator, {}, "path"),
        (LemcalListMeetingsOperator, {}, "path"),
        (LemcalListMeetingTypesOperator, {}, "path"),
        (HighLevelListCalendarsOperator, {}, "path"),
        (HighLevelListFreeSlotsOperator, CALENDAR, "path"),
        (HighLevelExportAppointmentsOperator, {}, "path"),
        (HighLevelExportContactsOperator, {}, "path"),
        (HighLevelUpsertContactsOperator, {}, "path"),
        (HighLevelUpsertContactsOperator, {"path": "{file}"}, "report_path"),
    ],
    ids=lambda value: getattr(value, "__name__", value if isinstance(value, str) else ""),
)
def test_a_missing_extra_is_told_before_the_first_request(
    operator_class: Any,
    arguments: dict[str, str],
    remote: str,
    tmp_path: Path,
    calendars_connections: Sandbox,
) -> None:
    """No operator asks a vendor, or writes a row, for what it cannot keep."""
    without("s3fs")
    file = tmp_path / "people.csv"
    file.write_text(UPLOAD)
    path = "s3://bucket/x.csv"
    given: dict[str, Any] = {
        name: value.format(file=file, folder=tmp_path) for name, value in arguments.items()
    }
    given[remote] = [path] if remote == "suppression_paths" else path
    operator: BaseOperator = operator_class(task_id="task", **given)
    with pytest.raises(ConfigurationError, match=f"{path}: .*{AMAZON}"):
        operator.execute({})  # type: ignore[arg-type]
    assert calendars_connections.journal.entries == []
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("conn_type", "todo"),
    [
        ("postgres", "pip install apache-airflow-providers-postgres"),
        ("mssql", "pip install apache-airflow-providers-microsoft-mssql"),
        ("no_such_database", "install the Airflow provider that has this type"),
    ],
)
@pytest.mark.parametrize("argument", ["sql_conn_id", "suppression_sql_conn_id"])
def test_a_database_whose_provider_is_missing_names_it(
    conn_type: str,
    todo: str,
    argument: str,
    tmp_path: Path,
    calendars_connections: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As far as Airflow knows one, and before the campaign is read."""
    monkeypatch.setenv("AIRFLOW_CONN_CRM", f'{{"conn_type": "{conn_type}"}}')
    (tmp_path / "people.csv").write_text(UPLOAD)
    sources = {
        "sql_conn_id": {"sql": "select 1"},
        "suppression_sql_conn_id": {"path": str(tmp_path / "people.csv"), "suppression_sql": "select 1"},
    }
    arguments: dict[str, Any] = {**sources[argument], argument: "crm"}
    operator = PrepareContactsOperator(
        task_id="prepare", output_path=str(tmp_path / "u.csv"), only_new_against="1", **arguments
    )
    with pytest.raises(ConfigurationError, match=f"^{argument}: .* crm is of type {conn_type}, .*{todo}"):
        operator.execute({})  # type: ignore[arg-type]
    assert calendars_connections.journal.entries == []


def test_a_dataframe_without_pyarrow_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Airflow unpacks what another task has returned."""
    from airflow.sdk.definitions._internal.mixins import ResolveMixin

    class Packed(ResolveMixin):
        def iter_references(self) -> Any:
            return iter(())

        def resolve(self, context: Any) -> Any:
            from pyarrow import parquet

            return parquet

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    operator = PrepareContactsOperator(task_id="prepare", output_path="u.csv", dataframe=Packed())
    with pytest.raises(ConfigurationError, match=re.escape("airflow-provider-calendars[pyarrow]")):
        operator.render_template_fields({})  # type: ignore[arg-type]
