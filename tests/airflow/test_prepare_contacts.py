"""The operator that prepares contacts, run as Airflow runs it."""

from __future__ import annotations

import csv
import json
import logging
import runpy
import stat
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_calendars._compat import AirflowSkipException
from airflow_provider_calendars.exceptions import ConfigurationError, ContactsError
from airflow_provider_calendars.files import open_path
from airflow_provider_calendars.operators.contacts import PrepareContactsOperator

EXPORT = (
    "First Name,Last Name,Email,Unsubscribed from all email\n"
    "Anna,Huber,Anna@Example.com,false\n"
    "Ben,,ben@example.com,true\n"
    "Cleo,,broken,false\n"
    "Anna,Huber,anna@example.com,\n"
)
EXAMPLE = Path(__file__).parent.parent.parent / "example_dags" / "data" / "hubspot_contacts.csv"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """An export with one row of each kind."""
    path = tmp_path / "export.csv"
    path.write_text(EXPORT)
    return path


def run(path: Any, output_path: Any, **arguments: Any) -> dict[str, Any]:
    """The result of one run outside a DAG."""
    operator = PrepareContactsOperator(task_id="prepare", path=path, output_path=output_path, **arguments)
    result = operator.execute(context={})
    assert isinstance(result, dict)
    return result


def rows(path: str) -> list[list[str]]:
    """The rows of a CSV file, wherever it is."""
    return list(csv.reader(open_path(path).read_text().splitlines()))


def names(folder: Path) -> list[str]:
    """Every file of a directory, hidden ones included."""
    return sorted(path.name for path in folder.iterdir())


def test_the_files_and_the_result(export: Path, tmp_path: Path) -> None:
    """The upload file has the vendor's form; the result has counts and paths, and no address."""
    output, report = tmp_path / "upload.csv", tmp_path / "report.json"
    result = run(str(export), str(output), report_path=str(report))
    assert result == {
        "rows": 4,
        "accepted": 1,
        "rejected": 1,
        "suppressed": 1,
        "duplicates": 1,
        "reasons": {"opted_out": 1, "invalid_email": 1, "duplicate_of_row": 1},
        "source": "generic",
        "encoding": "utf-8",
        "path": str(output),
        "paths": [str(output)],
        "rejected_path": str(tmp_path / "upload.rejected.csv"),
        "report_path": str(report),
        "audience_fingerprint": result["audience_fingerprint"],
    }
    assert rows(str(output)) == [
        ["firstname", "lastname", "email", "loginurl", "username", "password"],
        ["Anna", "Huber", "anna@example.com", "", "", ""],
    ]
    refused = rows(result["rejected_path"])
    assert [row[:2] for row in refused] == [
        ["row", "reason"],
        ["3", "opted_out"],
        ["4", "invalid_email"],
        ["5", "duplicate_of_row 2"],
    ]
    assert json.loads(report.read_text())["columns"]["opt_out"] == "Unsubscribed from all email"
    assert "@" not in json.dumps(result) + report.read_text()
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in names(tmp_path)} == {0o600, 0o644}


def test_the_log_says_counts_and_no_cells(
    export: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody's name or address is written to the log."""
    with caplog.at_level(logging.INFO):
        run(str(export), str(tmp_path / "upload.csv"))
    shown = caplog.text + "".join(capsys.readouterr())
    assert not any(secret in shown for secret in ("Anna", "Huber", "@", "broken"))


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".XLSX"])
@pytest.mark.parametrize("kind", ["", "file://", "memory://prepare"])
def test_any_path_and_both_formats(export: Path, tmp_path: Path, kind: str, suffix: str) -> None:
    """What was written can be prepared again and names the same audience."""
    output = f"{kind}{tmp_path}/out/upload{suffix}"
    first = run(f"file://{export}", output)
    again = run(output, str(tmp_path / "again.csv"))
    assert again["accepted"] == first["accepted"] == 1
    assert again["audience_fingerprint"] == first["audience_fingerprint"]
    assert open_path(first["rejected_path"]).exists()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"path": None}, "path"),
        ({"path": ""}, "path"),
        ({"path": "/nowhere/at/all.csv"}, "path"),
        ({"output_path": 7}, "output_path"),
        ({"output_path": "{export}"}, "output_path"),
        ({"output_path": "file://{export}"}, "output_path"),
        ({"output_path": "{folder}/upload.xls"}, "output_path"),
        ({"rejected_path": "{folder}/rejected.xlsx"}, "rejected_path"),
        ({"rejected_path": "{folder}/./export.csv"}, "rejected_path"),
        ({"report_path": "{folder}/report.txt"}, "report_path"),
        ({"columns": ["email"]}, "columns"),
        ({"columns": {"e-mail": "Email"}}, "columns"),
        ({"columns": {"email": "Not there"}}, "columns"),
        ({"opt_out_columns": {"Email": "sometimes"}}, "opt_out_columns"),
        ({"opt_out_columns": ["Not there"]}, "opt_out_columns"),
        ({"encoding": "latin-seventeen"}, "encoding"),
        ({"encoding": 8}, "encoding"),
        ({"encoding": "base64"}, "encoding"),
        ({"encoding": "rot13"}, "encoding"),
        ({"encoding": "utf\0"}, "encoding"),
        ({"encoding": "idna"}, "encoding"),
        ({"delimiter": ";;"}, "delimiter"),
        ({"sheet": 1}, "sheet"),
        ({"if_nobody": "shrug"}, "if_nobody"),
        ({"allow_test_domains": "perhaps"}, "allow_test_domains"),
        ({"storage_conn_id": 3}, "storage_conn_id"),
    ],
)
def test_a_wrong_argument_is_named_and_nothing_is_written(
    export: Path, tmp_path: Path, arguments: dict[str, Any], named: str
) -> None:
    """The error names the argument, and the directory holds what it held before."""
    arguments = {
        name: value.format(export=export, folder=tmp_path) if isinstance(value, str) else value
        for name, value in arguments.items()
    }
    with pytest.raises((ConfigurationError, ContactsError), match=rf"\b{named}\b"):
        run(**{"path": str(export), "output_path": str(tmp_path / "new" / "upload.csv"), **arguments})
    assert names(tmp_path) == ["export.csv"]
    assert export.read_text() == EXPORT


def test_a_broken_export_destroys_nothing(export: Path, tmp_path: Path) -> None:
    """The files of an earlier run stay as they were."""
    output = tmp_path / "upload.csv"
    run(str(export), str(output))
    before = {name: (tmp_path / name).read_bytes() for name in names(tmp_path) if name != "export.csv"}
    export.write_bytes(EXPORT.encode() + b"\xc3\xab,\xff\xfe,x,\n")
    with pytest.raises(ContactsError, match=r"export\.csv"):
        run(str(export), str(output))
    assert {
        name: (tmp_path / name).read_bytes() for name in names(tmp_path) if name != "export.csv"
    } == before


def test_nobody_fails_skips_or_succeeds(tmp_path: Path) -> None:
    """``fail`` writes nothing; the others write the files, the upload file with its header only."""
    export, output = tmp_path / "export.csv", tmp_path / "upload.csv"
    export.write_text("Name,Email,Email Opt Out\nAnna,anna@example.com,1\n")
    with pytest.raises(ContactsError, match=r"Nobody of 1 contacts can be invited \(opted_out: 1\)"):
        run(str(export), str(output))
    assert names(tmp_path) == ["export.csv"]
    with pytest.raises(AirflowSkipException, match="Nobody of 1 contacts"):
        run(str(export), str(output), if_nobody="skip")
    assert len(rows(str(output))) == 1
    assert run(str(export), str(output), if_nobody="succeed")["accepted"] == 0


def test_running_again_writes_the_same(export: Path, tmp_path: Path) -> None:
    """A retry gives byte for byte the same files and the same result."""
    runs = []
    for _ in range(2):
        result = run(str(export), str(tmp_path / "upload.csv"))
        runs.append((result, *((tmp_path / name).read_bytes() for name in names(tmp_path))))
    assert runs[0] == runs[1]


def test_the_example_data() -> None:
    """The sample export shows every kind of row, and most of it is good."""
    result = run(str(EXAMPLE), "memory://prepare/example.csv")
    assert result["source"] == "hubspot"
    assert 0.8 < result["accepted"] / result["rows"] < 0.9
    assert set(result["reasons"]) == {
        *("opted_out", "unknown_opt_out", "duplicate_of_row"),
        *("no_email", "invalid_email", "missing_first_name", "too_long"),
    }


def test_the_next_task_finds_what_a_connection_leads_to(tmp_path: Path) -> None:
    """What is returned names the connection, unless the path is local."""
    arguments = {"storage_conn_id": "warehouse", "report_path": "memory://named/report.json"}
    result = run(str(EXAMPLE), "memory://named/upload.csv", **arguments)
    assert result["paths"] == [result["path"]]
    for name in ("path", "rejected_path", "report_path"):
        assert result[name].startswith("memory://warehouse@/named/")
    local = run(str(EXAMPLE), str(tmp_path / "upload.csv"), storage_conn_id="warehouse")
    assert local["path"] == str(tmp_path / "upload.csv")


DAG_FILE = """
from airflow.sdk import DAG, task

from airflow_provider_calendars.operators.contacts import PrepareContactsOperator

with DAG("prepare_contacts_test", schedule=None, params={"folder": "", "column": "Email"}) as dag:
    prepared = PrepareContactsOperator(
        task_id="prepare",
        path="{{ params.folder }}/export.csv",
        output_path="{{ params.folder }}/{{ dag.dag_id }}/upload.csv",
        columns={"email": "{{ params.column }}"},
    )

    @task
    def keep(result, params=None):
        import json
        from pathlib import Path

        Path(params["folder"], "seen.json").write_text(json.dumps(result))

    keep(prepared.output)
"""


@pytest.mark.slow
@pytest.mark.usefixtures("airflow_database")
def test_a_dag_run(export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a DAG the paths and columns are rendered, and a following task gets the result."""
    from airflow import settings

    monkeypatch.setattr(settings, "DAGS_FOLDER", str(tmp_path))
    (tmp_path / "prepare.py").write_text(DAG_FILE)
    dag = runpy.run_path(str(tmp_path / "prepare.py"))["dag"]
    run = dag.test(run_conf={"folder": str(tmp_path)})
    assert run.state == "success"
    result = json.loads((tmp_path / "seen.json").read_text())
    assert result["accepted"] == 1
    assert result["path"] == str(tmp_path / "prepare_contacts_test" / "upload.csv")
    assert len(rows(result["path"])) == 2
