"""How the pages of this folder become a site: ``make docs``."""

from __future__ import annotations

import os
import tempfile
from typing import Any

# Airflow writes its configuration at its first import; a build leaves nothing behind
_home = tempfile.TemporaryDirectory(prefix="airflow-calendars-docs-")
os.environ["AIRFLOW_HOME"] = _home.name

from docutils import nodes  # noqa: E402

from airflow_provider_calendars import __version__  # noqa: E402

project = "airflow-provider-calendars"
author = "airflow-provider-calendars maintainers"
project_copyright = author
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["examples"]
html_theme = "furo"
html_title = f"{project} {release}"
pygments_style = "friendly"
pygments_dark_style = "monokai"

myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_preserve_defaults = True
add_module_names = False


def _forget_what_constructors_return(app: Any, _domain: str, kind: str, content: Any) -> None:
    """Keep "Return type: None" away from a class whose ``:return:`` is what its task returns."""
    if kind == "class":
        signature = content.parent[0]
        name = f"{signature['module']}.{signature['fullname']}"
        app.env.current_document.autodoc_annotations.get(name, {}).pop("return", None)


def _trim_quotes(_app: Any, page: Any) -> None:
    """Take away the blank lines at the end of a quote that ends before the next thing."""
    for quote in page.findall(nodes.literal_block):
        text = quote.rawsource.rstrip()
        quote.rawsource, quote.children = text, []
        quote.append(nodes.Text(text))


def setup(app: Any) -> None:
    """Connect; to descriptions before autodoc adds the types."""
    app.connect("doctree-read", _trim_quotes)
    app.connect("object-description-transform", _forget_what_constructors_return, priority=400)
