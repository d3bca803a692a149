"""The page as HTML: for a browser and its printer, and for mail programs. Jinja escapes every word of it."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

from assistant.digests.nouns import Page
from assistant.digests.view import view

PAPERS = {"a4": "A4", "letter": "letter"}


def to_html(page: Page) -> str:
    """A whole document, without scripts and without anything to fetch; printed, it is one sheet."""
    from markupsafe import Markup

    shown = view(page)
    css = files("assistant.digests").joinpath("templates/page.css").read_text(encoding="utf-8")
    # The chart and the style sheet are ours; labels of the chart were escaped when it was drawn.
    ours = {"css": Markup(css), "chart": Markup(shown["chart"]), "paper": PAPERS[page.paper]}  # noqa: S704
    return str(_template("page.html.j2").render(shown | ours))


def to_mail_html(page: Page) -> str:
    """The same words for mail programs: one column, styles inline, no pictures."""
    return str(_template("mail.html.j2").render(view(page)))


@lru_cache(maxsize=2)
def _template(name: str) -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("assistant.digests", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(name)
