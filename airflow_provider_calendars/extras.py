"""What to install where something is missing: one of this package's extras, or another provider."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, requires

from airflow_provider_calendars.exceptions import ConfigurationError

EXTRA_OF_SCHEME = {
    "s3": "amazon",
    "s3a": "amazon",
    "gs": "google",
    "gcs": "google",
    "abfs": "microsoft-azure",
    "abfss": "microsoft-azure",
}


def install(extra: str) -> str:
    """Return the command that installs an extra."""
    return f"pip install 'airflow-provider-calendars[{extra}]'"


def no_file_system(path: str, scheme: str, error: Exception) -> ConfigurationError:
    """Return the error for a path that nothing installed serves.

    :param path: as the DAG author wrote it.
    :param scheme: what is before its ``://``.
    :param error: what Airflow said.
    """
    extra = EXTRA_OF_SCHEME.get(scheme)
    todo = install(extra) if extra else "install the Airflow provider for it"
    return ConfigurationError(
        f"{path}: no file system serves {scheme}:// here; {todo}. Airflow said: {error}"
    )


def no_hook(argument: str, conn_id: str, conn_type: str, error: Exception) -> ConfigurationError:
    """Return the error for a connection whose hook cannot be made.

    :param argument: the operator's argument that names the connection.
    :param conn_id: the connection.
    :param conn_type: its type.
    :param error: what Airflow said.
    """
    provider = _provider_of(conn_type)
    todo = f"pip install {provider}" if provider else "install the Airflow provider that has this type"
    return ConfigurationError(
        f"{argument}: the connection {conn_id} is of type {conn_type}, which cannot be used here; {todo}. "
        f"Airflow said: {error}"
    )


def no_pyarrow() -> ConfigurationError:
    """Return the error for a DataFrame that was handed over by another task and cannot be unpacked."""
    return ConfigurationError(
        f"A DataFrame of another task can be read with pyarrow only; {install('pyarrow')} on all workers, "
        "or write a file and give its path."
    )


def _provider_of(conn_type: str) -> str | None:
    """Return the provider that Airflow itself would install for a type of connection."""
    try:
        known = requires("apache-airflow") or []
    except PackageNotFoundError:
        return None
    ending = re.escape(conn_type.replace("_", "-"))
    pattern = re.compile(rf"apache-airflow-providers-(?:\w+-)?{ending}(?![\w-])")
    return min((found[0] for each in known if (found := pattern.match(each))), key=len, default=None)
