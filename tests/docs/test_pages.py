"""What the pages say is so: their code, their commands, their lists."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.metadata
import importlib.util
import inspect
import json
import re
import shlex
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import airflow_provider_calendars
from airflow_provider_calendars.extras import EXTRA_OF_SCHEME
from airflow_provider_calendars.provider_info import SYSTEMS, get_provider_info

ROOT = Path(__file__).parents[2]
PACKAGE = Path(airflow_provider_calendars.__file__).parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
OTHERS = sorted(ROOT.glob("*.md"))
FENCE = re.compile(r"^ *```(\{?\w[\w-]*\}?)?(?: +(\S+))?\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def name(path: Path) -> str:
    """Name a page in a test's id."""
    return str(path.relative_to(ROOT))


def fences(path: Path) -> list[tuple[str, str, str]]:
    """Return kind, argument and text of every fenced block of a page."""
    found = FENCE.finditer(path.read_text(encoding="utf-8"))
    return [(each[1] or "", each[2] or "", textwrap.dedent(each[3])) for each in found]


def commands() -> Iterator[tuple[str, list[str]]]:
    """Return every command the pages show, with the page."""
    for path in (*PAGES, *OTHERS):
        for kind, _, text in fences(path):
            if kind != "console":
                continue
            lines = text.splitlines()
            asked = [line[2:] for line in lines if line.startswith("$ ")] or lines
            for line in asked:
                yield name(path), shlex.split(line, comments=True)


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_no_code_is_written_into_a_page(path: Path) -> None:
    """Code is quoted from a file that runs; commands have a test of their own."""
    allowed = {"console", "{literalinclude}", "{include}", "{toctree}", "{eval-rst}"}
    assert {kind for kind, _, _ in fences(path)} - allowed == set()


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_what_is_quoted_is_run(path: Path) -> None:
    """Quotes come from the example DAGs or from the project of the pages, which other tests run."""
    for kind, argument, _ in fences(path):
        if kind == "{literalinclude}":
            quoted = (path.parent / argument).resolve()
            assert quoted.is_file(), argument
            assert quoted.is_relative_to(ROOT / "example_dags") or quoted.is_relative_to(DOCS / "examples")
            assert f"({argument})" in path.read_text(encoding="utf-8"), f"no link beside {argument}"


@pytest.mark.parametrize("path", [*PAGES, *OTHERS], ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    """Also where no site is built: on GitHub."""
    text = path.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    local = [target for target in targets if not target.startswith(("http", "mailto:"))]
    assert [target for target in local if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", [path for path in PAGES if "{include}" not in path.read_text()], ids=name)
def test_a_page_begins_with_what_it_is_for(path: Path) -> None:
    """A heading, and then a sentence."""
    title, blank, first = path.read_text(encoding="utf-8").splitlines()[:3]
    assert title.startswith("# ")
    assert blank == ""
    assert first[0].isalnum() or first[0] == "`"


def test_the_code_of_the_readme_is_in_a_file_that_runs() -> None:
    """It cannot quote where it is shown, so it is compared."""
    blocks = [text for kind, _, text in fences(ROOT / "README.md") if kind == "python"]
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "example_dags").glob("*.py")]
    assert blocks
    for block in blocks:
        indented = textwrap.indent(block, "    ")
        assert any(block in source or indented in source for source in sources), block


def test_every_make_target_exists() -> None:
    """Of the commands shown; and CONTRIBUTING.md names every target there is."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    shown = {(page, words[1]) for page, words in commands() if words[0] == "make"}
    assert {target for _, target in shown} <= targets
    assert {target for page, target in shown if page == "CONTRIBUTING.md"} == targets


def test_every_module_that_is_run_exists() -> None:
    """``python -m x`` finds x, and x has a main."""
    modules = {words[2] for _, words in commands() if words[0] == "python" and words[1] == "-m"}
    assert "airflow_provider_calendars.sandbox" in modules
    for module in modules:
        assert importlib.util.find_spec(module), module


def test_every_command_of_airflow_can_be_parsed() -> None:
    """With its options."""
    from airflow.cli.cli_parser import get_parser

    shown = [words[1:] for _, words in commands() if words[0] == "airflow"]
    assert len(shown) > 3
    for words in shown:
        get_parser().parse_args(words)


def test_connections_in_the_pages_are_connections() -> None:
    """Their JSON parses, and every field is one that the form has."""
    text = "\n".join(text for path in PAGES for kind, _, text in fences(path) if kind == "console")
    shown = re.findall(r"AIRFLOW_CONN_(\w+)_DEFAULT='(.*)'$", text, re.MULTILINE)
    assert len(shown) > 3
    for system, value in shown:
        if value.endswith("...}"):
            continue
        connection = json.loads(value)
        assert connection["conn_type"] == system.lower()
        if system == "SMTP":  # Airflow's own
            continue
        assert set(connection.get("extra", ())) <= set(SYSTEMS[system.lower()]["conn-fields"])


def test_a_fault_that_is_posted_is_a_fault() -> None:
    """What a page sends to the sandbox is what it takes."""
    from airflow_provider_calendars.sandbox import Fault

    bodies = [words[words.index("-d") + 1] for _, words in commands() if words[0] == "curl"]
    assert [Fault(**json.loads(body)).kind for body in bodies] == ["lost_after"]


@pytest.mark.parametrize("system", sorted(SYSTEMS))
def test_every_field_of_a_connection_is_explained(system: str) -> None:
    """By the name it has in the form."""
    text = (DOCS / "connections.md").read_text(encoding="utf-8")
    form = SYSTEMS[system]
    labels = [field["label"] for field in form["conn-fields"].values()]
    labels += form["ui-field-behaviour"]["relabeling"].values()
    assert [label for label in labels if label not in text] == []


def test_every_setting_and_fault_of_the_sandbox_is_explained() -> None:
    """In its tables, and none that is not there any more."""
    from airflow_provider_calendars.sandbox import Fault, Settings

    settings = first_cells("sandbox.md", "\n## Settings")
    assert settings == {field.name for field in dataclasses.fields(Settings)}
    fields = {field.name for field in dataclasses.fields(Fault)}
    assert fields - {"kind"} - first_cells("sandbox.md", "\n## Faults") <= {
        "status",
        "body",
        "acts",
        "seconds",
    }


def public_classes() -> dict[str, str]:
    """Return every class a DAG author imports, with its module."""
    info: Any = get_provider_info()
    rooms = [each for room in ("hooks", "operators", "sensors", "triggers") for each in info[room]]
    found: dict[str, str] = {}
    for module in (module for each in rooms for module in each["python-modules"]):
        for class_name, value in vars(importlib.import_module(module)).items():
            if _is_public(class_name, value, module):
                found[class_name] = module
    for room in ("notifications", "extra-links"):
        for path in info.get(room, ()):
            module, _, class_name = path.rpartition(".")
            found[class_name] = module
    return found


def _is_public(class_name: str, value: Any, module: str) -> bool:
    ours = inspect.isclass(value) and value.__module__.startswith(module)
    return (
        ours and class_name.endswith(("Operator", "Sensor", "Trigger", "Hook")) and class_name not in _BASES
    )


# what the sensors or triggers of one system share
_BASES = {"LetsCalendarSensor", "LetsCalendarTrigger", "HighLevelSensor", "HighLevelTrigger"}


def documented() -> dict[str, str]:
    """Return every class the reference shows, with its module."""
    found: dict[str, str] = {}
    for path in (DOCS / "reference").glob("*.md"):
        module = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith(".. currentmodule:: "):
                module = line.split()[-1]
            elif line.startswith((".. autoclass:: ", ".. autoexception:: ")):
                found[line.split()[-1]] = module
    return found


def test_every_public_class_is_in_the_reference() -> None:
    """Under the module a DAG author imports it from."""
    public = public_classes()
    assert len(public) > 50
    shown = documented()
    assert {key: value for key, value in public.items() if shown.get(key) != value} == {}


def test_every_error_is_in_the_reference() -> None:
    """The tree is whole."""
    from airflow_provider_calendars import exceptions

    errors = {
        key
        for key, value in vars(exceptions).items()
        if inspect.isclass(value) and value.__module__ == exceptions.__name__
    }
    assert errors - set(documented()) == set()


def test_every_operator_and_sensor_is_in_a_table() -> None:
    """What it does in the world, and what it returns, is on the page of its system."""
    text = "".join(path.read_text(encoding="utf-8") for path in DOCS.glob("*.md"))
    classes = [each for each in public_classes() if each.endswith(("Operator", "Sensor"))]
    assert [each for each in classes if f"`{each}`" not in text] == []


def first_cells(page: str, heading: str) -> set[str]:
    """Return what is named in the first column of the tables between a line and the next heading."""
    text = (DOCS / page).read_text(encoding="utf-8").split(heading, 1)[1].split("\n## ", 1)[0]
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("|")]
    return {each for row in rows for each in re.findall(r"`([^`]+)`", row)}


def test_the_architecture_names_every_room() -> None:
    """Every room of the package and every folder beside it, and none that is not there."""
    named = first_cells("architecture.md", "# How it is built")
    rooms = {f"{path.name}/" for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    rooms |= {path.name for path in PACKAGE.glob("*.py")} - {"__init__.py"}
    beside = {f"tests/{path.name}/" for path in (ROOT / "tests").iterdir() if list(path.glob("*.py"))}
    beside |= {"example_dags/", "docs/", "benchmarks/"}
    # a wheel has the example DAGs inside
    assert named == (rooms - {"example_dags/"}) | beside


def test_every_dependency_is_explained() -> None:
    """And none that is not there any more."""

    def bare(requirement: str) -> str:
        return re.split(r"[<>=!~ \[;]", requirement, maxsplit=1)[0]

    text = (DOCS / "dependencies.md").read_text(encoding="utf-8")
    for_work = text.split("## For working on the package")[1]
    needed = {bare(each) for each in PROJECT["project"]["dependencies"]}
    assert first_cells("dependencies.md", "# Dependencies") == needed
    groups = {
        (group, bare(each)) for group, members in PROJECT["dependency-groups"].items() for each in members
    }
    assert set(re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|", for_work, re.MULTILINE)) == groups
    extras = PROJECT["project"]["optional-dependencies"]
    assert first_cells("dependencies.md", "\n## Extras") == set(extras)
    for required in (each for members in extras.values() for each in members):
        assert f"`{bare(required)}`" in text, required


def test_every_scheme_of_an_extra_is_on_the_page() -> None:
    """Beside the extra that serves it."""
    rows = (DOCS / "dependencies.md").read_text(encoding="utf-8").splitlines()
    for scheme, extra in EXTRA_OF_SCHEME.items():
        assert [row for row in rows if row.startswith(f"| `{extra}` |") and f"`{scheme}://`" in row], scheme


def test_what_comes_on_top_of_a_plain_airflow() -> None:
    """What is needed and not required by Airflow, and something of each that it brings along."""
    plain = closure("apache-airflow")
    needed = {canonicalize_name(Requirement(each).name) for each in PROJECT["project"]["dependencies"]}
    on_top = first_cells("dependencies.md", "\n## On top of a plain Airflow")
    assert on_top == needed - plain
    text = (DOCS / "dependencies.md").read_text(encoding="utf-8")
    for name in on_top:
        (row,) = [line for line in text.splitlines() if line.startswith(f"| `{name}` | `")]
        assert set(re.findall(r"`([^`]+)`", row.split("|")[2])) <= closure(name) - plain


def closure(name: str) -> set[str]:
    """Return what a package requires here, and what that requires, and so on; without extras nobody names."""
    found: set[tuple[str, frozenset[str]]] = set()
    todo: list[tuple[str, frozenset[str]]] = [(name, frozenset())]
    while todo:
        package, extras = todo.pop()
        if (package, extras) in found:
            continue
        found.add((package, extras))
        for each in map(Requirement, importlib.metadata.requires(package) or ()):
            if each.marker is None or any(each.marker.evaluate({"extra": one}) for one in ("", *extras)):
                todo.append((canonicalize_name(each.name), frozenset(each.extras)))
    return {package for package, _ in found}


def test_the_changelog_says_what_a_dag_may_notice() -> None:
    """Keep a Changelog, with a section on behaviour in what is not released."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = text.split("\n## ")[1]
    assert newest.startswith("[Unreleased]")
    assert "### Behaviour changes" in newest
    kinds = {"Behaviour changes", "Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= kinds


def test_pre_commit_runs_the_tools_of_the_project() -> None:
    """In the versions of the project, and without a network."""
    import yaml

    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    tools = {hook["entry"].split()[0] for hook in repository["hooks"]}
    assert repository["repo"] == "local"
    assert {hook["language"] for hook in repository["hooks"]} == {"system"}
    assert tools == {".venv/bin/ruff", ".venv/bin/mypy"}
