"""Runs an example DAG on an Airflow of its own against the sandbox, and tells what happened.

``python -m airflow_provider_calendars.sandbox.demo`` needs neither account nor network: it makes an
Airflow home with a SQLite database, starts the sandbox, runs ``lets_calendar_crm_invites`` to the
end and stops everything again. With ``--ui`` it starts Airflow's web page instead and waits.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

import airflow_provider_calendars
from airflow_provider_calendars.sandbox import Sandbox

_DAG = "lets_calendar_crm_invites"
_PATIENCE_IN_SECONDS = 15


def main(arguments: list[str] | None = None) -> int:
    """Run the demonstration and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m airflow_provider_calendars.sandbox.demo", description=__doc__
    )
    parser.add_argument(
        "--folder", type=Path, help="where Airflow and the files go; a temporary one if not given"
    )
    parser.add_argument("--ui", action="store_true", help="start Airflow's web page and wait for Ctrl-C")
    parser.add_argument("--port", type=int, default=8080, help="of Airflow's web page")
    options = parser.parse_args(arguments)
    folder = (options.folder or Path(tempfile.mkdtemp(prefix="airflow-calendars-"))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with Sandbox() as sandbox:
        environment = airflow_environment(folder, sandbox, options.port)
        _migrate(environment, folder)
        if options.ui:
            return _serve(environment, sandbox, folder, options.port)
        return _run(environment, sandbox, folder)


def example_dags() -> Path:
    """Return the folder of the example DAGs, in a checkout or in an installed package."""
    package = Path(airflow_provider_calendars.__file__).parent
    installed = package / "example_dags"
    return installed if installed.is_dir() else package.parent / "example_dags"


def airflow_environment(folder: Path, sandbox: Sandbox, port: int) -> dict[str, str]:
    """Return the environment of an Airflow of its own that knows the example DAGs and the sandbox.

    :param folder: where its home goes.
    :param sandbox: what the connections lead to.
    :param port: of its web page, on this machine only.
    """
    package = str(Path(airflow_provider_calendars.__file__).parent.parent)
    paths = [package, os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        # `airflow standalone` starts its parts by the name `airflow`
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(example_dags()),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        # whoever reaches the page is an administrator, so only this machine may
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://localhost:{port}/execution/",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        **_connections(sandbox),
    }


def _connections(sandbox: Sandbox) -> dict[str, str]:
    return {
        f"AIRFLOW_CONN_{system.upper()}_DEFAULT": sandbox.connection_json(system)
        for system in sandbox.systems
    }


def _migrate(environment: Mapping[str, str], folder: Path) -> None:
    print(f"Preparing Airflow in {folder} ...", flush=True)
    _check([sys.executable, "-m", "airflow", "db", "migrate"], environment, folder / "migrate.log")


def _run(environment: Mapping[str, str], sandbox: Sandbox, folder: Path) -> int:
    print(f"Running {_DAG} against the sandbox at {sandbox.url} ...", flush=True)
    conf = json.dumps({"output_folder": str(folder / "files")})
    command = [sys.executable, "-m", "airflow", "dags", "test", _DAG, "--conf", conf]
    _check(command, environment, folder / "run.log")
    reports = sorted((folder / "files").glob("*/report.json"))
    if not reports:
        print(f"The DAG did not reach its report; its log is {folder / 'run.log'}.", file=sys.stderr)
        return 1
    _tell(json.loads(reports[-1].read_text(encoding="utf-8")), reports[-1])
    return 0


def _tell(report: Mapping[str, object], path: Path) -> None:
    print(
        f"\nCampaign {report['campaign_id']}\n"
        f"  rows in the export  {report['rows']:>6}\n"
        f"  accepted            {report['accepted']:>6}\n"
        f"  rejected            {report['rejected']:>6}\n"
        f"  suppressed          {report['suppressed']:>6}\n"
        f"  duplicates          {report['duplicates']:>6}\n"
        f"  invites sent        {report['invites_sent']:>6}\n"
        f"  invites failed      {report['invites_failed']:>6}\n"
        f"  contacts  {report['contacts_path']}\n"
        f"  rejected  {report['rejected_path']}\n"
        f"  report    {path}"
    )


def _show_connections(environment: dict[str, str], sandbox: Sandbox, folder: Path) -> None:
    """Put the connections into the database: those of the environment are not on the page."""
    connections = {}
    for name, text in _connections(sandbox).items():
        del environment[name]
        connections[name.removeprefix("AIRFLOW_CONN_").lower()] = json.loads(text)
    file = folder / "connections.json"
    file.write_text(json.dumps(connections), encoding="utf-8")
    command = [sys.executable, "-m", "airflow", "connections", "import", "--overwrite", str(file)]
    _check(command, environment, folder / "connections.log")


def _serve(environment: dict[str, str], sandbox: Sandbox, folder: Path, port: int) -> int:
    _show_connections(environment, sandbox, folder)
    print(
        f"Sandbox   {sandbox.url}\nAirflow   http://localhost:{port} (ready in some 20 seconds; no login)\n"
        f"Trigger the DAG {_DAG} there. Ctrl-C stops everything.",
        flush=True,
    )
    with standalone(environment) as airflow:
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            return airflow.wait()
        except KeyboardInterrupt:
            return 0


@contextlib.contextmanager
def standalone(
    environment: Mapping[str, str], output: IO[bytes] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run all of Airflow for as long as a ``with`` block lasts.

    :param environment: from :func:`airflow_environment`.
    :param output: where its output goes; this process's own by default.
    """
    command = [sys.executable, "-m", "airflow", "standalone"]
    with subprocess.Popen(
        command, env=dict(environment), stdout=output, stderr=output, start_new_session=True
    ) as airflow:
        try:
            yield airflow
        finally:
            _stop_group(airflow)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _stop_group(process: subprocess.Popen[bytes]) -> None:
    """Stop a process and its children, which ``airflow standalone`` leaves behind when stopped alone."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE_IN_SECONDS)


def _check(command: list[str], environment: Mapping[str, str], log: Path) -> None:
    with log.open("wb") as output:
        done = subprocess.run(
            command, env=dict(environment), stdout=output, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode:
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-30:]
        sys.exit("\n".join([*tail, f"{' '.join(command[1:5])} failed; all of its output is in {log}."]))


if __name__ == "__main__":
    sys.exit(main())
