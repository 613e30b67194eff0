"""Where contacts come from: files, a query, or a DataFrame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import chain
from typing import TYPE_CHECKING, Any

from airflow_provider_calendars._compat import AirflowException
from airflow_provider_calendars.exceptions import ConfigurationError
from airflow_provider_calendars.extras import no_hook
from airflow_provider_calendars.files import open_path, open_seekable

if TYPE_CHECKING:
    from airflow_provider_calendars.contacts import HowToRead, Table, Wanted
    from airflow_provider_calendars.files import AnyPath

_SUFFIXES = (".csv", ".tsv", ".tab", ".txt", ".xlsx", ".zip")
_WILD = frozenset("*?[")
_MOST_PARTS = 500
_FETCHED_AT_ONCE = 2000


@dataclass(frozen=True)
class FileSource:
    """Files, directories and patterns; together they are one export.

    :param paths: what the DAG author named.
    :param conn_id: the Airflow connection of remote paths.
    :param how: what is known about the files.
    """

    paths: Sequence[str]
    conn_id: str | None
    how: HowToRead

    def tables(self, stack: ExitStack, wanted: Wanted) -> list[Table]:
        """Open all parts, in the order in which a person would count them."""
        from airflow_provider_calendars.contacts import open_tables

        tables: list[Table] = []
        for path in self.parts():
            stream = stack.enter_context(open_seekable(path, "path"))
            tables += stack.enter_context(open_tables(stream, path.name, self.how, wanted))
        return tables

    def parts(self) -> list[AnyPath]:
        """Return the files that are read.

        :raises ConfigurationError: there are none, or too many.
        """
        if not self.paths:
            raise ConfigurationError("path must name a file, a directory or a pattern, or several of them.")
        parts = [part for path in self.paths for part in self._parts_of(path)]
        if len(parts) > _MOST_PARTS:
            raise ConfigurationError(
                f"path: {len(parts)} files; at most {_MOST_PARTS} are read as one export."
            )
        return parts

    def _parts_of(self, text: str) -> list[AnyPath]:
        from airflow_provider_calendars.contacts.opening import by_number

        path = open_path(text, self.conn_id)
        if _is_pattern(path):
            found = _matching(path)
        elif path.is_dir():
            found = [part for part in path.iterdir() if _is_export(part)]
        else:
            return [path]
        if not found:
            raise ConfigurationError(
                f"path: {text} names no file; in a directory, files ending in {', '.join(_SUFFIXES)} count."
            )
        return sorted(found, key=lambda part: by_number(str(part)))

    def refuse_output(self, name: str, output: AnyPath) -> None:
        """Refuse to write where this source reads, which would prepare the result as an export next time."""
        for text in self.paths:
            path = open_path(text, self.conn_id)
            within = place_of(path) in (place_of(output), place_of(output.parent))
            if within or (_is_pattern(path) and fnmatchcase(place_of(output), place_of(path))):
                same = (
                    "the same file as path"
                    if place_of(path) == place_of(output)
                    else f"among the files of path {text}"
                )
                raise ConfigurationError(f"{name} is {same}: write it elsewhere.")


def _is_pattern(path: AnyPath) -> bool:
    return bool(_WILD & set(path.name)) and not path.exists()


def _matching(path: AnyPath) -> list[AnyPath]:
    return [part for part in path.parent.glob(path.name) if not _is_hidden(part) and part.is_file()]


def _is_export(path: AnyPath) -> bool:
    return path.suffix.lower() in _SUFFIXES and not _is_hidden(path) and path.is_file()


def _is_hidden(path: AnyPath) -> bool:
    # Excel marks an open workbook by a file that begins so
    return path.name.startswith((".", "~$"))


def place_of(path: AnyPath) -> str:
    """Return what makes two paths the same file."""
    return str(path.resolve() if hasattr(path, "resolve") else path)


@dataclass(frozen=True)
class QuerySource:
    """The rows of a query, fetched as they are needed and kept only in a temporary file.

    :param sql: one statement that returns rows.
    :param conn_id: an Airflow connection whose hook is a ``DbApiHook``.
    :param parameters: bound by the database driver, in its own style.
    :param name: the operator's argument that the query is, for messages.
    """

    sql: str
    conn_id: str
    parameters: Sequence[Any] | Mapping[str, Any] | None = None
    name: str = "sql"

    def tables(self, stack: ExitStack, wanted: Wanted) -> list[Table]:
        """Run the query."""
        from airflow_provider_calendars.contacts.tables import table_of_rows_once

        return [table_of_rows_once(stack, *self.rows(stack), wanted, "the query")]

    def rows(self, stack: ExitStack) -> tuple[list[str], Iterator[Sequence[object]]]:
        """Run the query and return the names of its columns and its rows, fetched as they are needed.

        :param stack: closes the database connection.
        :raises ConfigurationError: it is no SQL connection, or the statement returns no rows.
        """
        cursor = self._cursor(stack)
        cursor.execute(self.sql, self.parameters) if self.parameters else cursor.execute(self.sql)
        batches = _fetched(cursor)
        # some drivers describe the columns only once the first rows are there
        first = next(batches, [])
        if not cursor.description:
            raise ConfigurationError(f"{self.name}: the statement returns no rows; expected a SELECT.")
        headers = [str(column[0]) for column in cursor.description]
        return headers, chain(first, chain.from_iterable(batches))

    def hook(self) -> Any:
        """Make the hook of the database; nothing is asked of it yet.

        :raises ConfigurationError: it is no SQL connection, or its provider is not installed.
        """
        from airflow.sdk import BaseHook

        argument = f"{self.name}_conn_id"
        connection = BaseHook.get_connection(self.conn_id)
        try:
            hook = connection.get_hook()
        except (AirflowException, ImportError) as error:
            raise no_hook(argument, self.conn_id, str(connection.conn_type), error) from error
        if not hasattr(hook, "get_conn") or not hasattr(hook, "get_records"):
            raise ConfigurationError(
                f"{argument}: {self.conn_id} is no SQL connection ({type(hook).__name__} is no DbApiHook)."
            )
        return hook

    def _cursor(self, stack: ExitStack) -> Any:
        connection = stack.enter_context(closing(self.hook().get_conn()))
        return stack.enter_context(closing(_streaming_cursor(connection)))


def _streaming_cursor(connection: Any) -> Any:
    """Return a cursor that leaves the rows on the server, where the driver would fetch them all."""
    driver = type(connection).__module__.partition(".")[0]
    if driver in ("psycopg2", "psycopg"):
        return connection.cursor("airflow_calendars_contacts")
    if driver in ("MySQLdb", "pymysql"):
        cursors = __import__(f"{driver}.cursors", fromlist=["SSCursor"])
        return connection.cursor(cursors.SSCursor)
    return connection.cursor()


def _fetched(cursor: Any) -> Iterator[Sequence[Sequence[object]]]:
    while rows := cursor.fetchmany(_FETCHED_AT_ONCE):
        yield rows


@dataclass(frozen=True)
class DataFrameSource:
    """A DataFrame of pandas or Polars.

    :param dataframe: its column names are the header, which counts as row 1.
    """

    dataframe: Any

    def tables(self, stack: ExitStack, wanted: Wanted) -> list[Table]:  # noqa: ARG002
        """Go through the rows, as often as needed."""
        from airflow_provider_calendars.contacts import table_of_rows

        frame = self.dataframe
        if hasattr(frame, "itertuples"):
            rows = lambda: frame.itertuples(index=False, name=None)  # noqa: E731
        elif hasattr(frame, "iter_rows"):
            rows = frame.iter_rows
        else:
            raise ConfigurationError(f"dataframe must be a DataFrame, not {type(frame).__name__}.")
        return [table_of_rows([str(name) for name in frame.columns], rows, wanted, "the DataFrame")]
