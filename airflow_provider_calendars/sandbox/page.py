"""The page at ``/``: what every vendor holds and what was sent to whom."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from airflow_provider_calendars.sandbox.exchange import System

if TYPE_CHECKING:
    from jinja2 import Environment

    from airflow_provider_calendars.sandbox.desk import Endpoint

_HERE = Path(__file__).parent


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader

    return Environment(loader=FileSystemLoader(_HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def render(template: str, **values: Any) -> str:
    """Fill a template; every value is escaped.

    :param template: path of the template in this package.
    :param values: what is filled in.
    """
    return _environment().get_template(template).render(**values)


def layout(title: str, *sections: str) -> str:
    """Put sections that are HTML already into a whole page.

    :param title: title of the page.
    :param sections: pieces of HTML.
    """
    from markupsafe import Markup

    trusted = [Markup(section) for section in sections]  # noqa: S704 - rendered by our own templates
    return render("templates/layout.html", title=title, sections=trusted)


def index_page(systems: Sequence[System[Any]]) -> Endpoint:
    """Make the endpoint of the page.

    :param systems: the vendors that are shown.
    """

    async def serve(request: Request) -> HTMLResponse:  # noqa: ARG001 - an endpoint takes a request
        sections = []
        for system in systems:
            with system.lock:
                sections.append(system.section())
        return HTMLResponse(layout("Calendars sandbox", *sections))

    return serve
