"""The page: a Gradio Blocks with three tabs, each a component of our own, and typed functions for Gradio's clients."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from assistant.digests import digest
from assistant.web.desk import Desk
from assistant.web.gate import Gate
from assistant.web.views import article_line, article_view
from index.filters import make_filter

if TYPE_CHECKING:
    import gradio

TABS = ("Ask", "Digest", "Articles")

# Put into Gradio's page: our styles, and what is painted before any script has come.
HEAD = b"".join(b'<link rel="stylesheet" href="/own/%s.css">' % name for name in (b"page", b"ask", b"library"))
FIRST = b'<div id="first" aria-hidden="true"><b>Briefing</b><p>Opening your articles\xe2\x80\xa6</p></div>'


def build(desk: Desk, gate: Gate) -> gradio.Blocks:
    """The page with its three tabs. What they show, they get from /api."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    import gradio

    with gradio.Blocks(title="Briefing", analytics_enabled=False, fill_width=True) as page:
        _component("header")
        with gradio.Tabs(elem_id="tabs"):
            for name in TABS:
                with gradio.Tab(name, id=name.lower(), elem_id=f"tab-{name.lower()}"):
                    _component(name.lower())
        for function in _functions(desk):
            gradio.api(  # type: ignore[attr-defined]
                function, api_name=function.__name__, concurrency_limit=gate.at_once, concurrency_id="work"
            )
    page.queue(max_size=gate.most, default_concurrency_limit=gate.at_once, api_open=False)
    shown: gradio.Blocks = page
    return shown


def theme() -> gradio.Theme:
    """Gradio's plain theme with the fonts that the machine has: nothing is fetched."""
    import gradio

    system = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
    return gradio.themes.Base(neutral_hue="stone", font=system, font_mono=["ui-monospace", "monospace"])


def _component(name: str) -> None:
    """A Gradio component whose template is an empty box; our module fills it with elements and plain text.

    No value ever passes through Gradio's template, which would run "${...}" of a value as a program.
    """
    import gradio

    gradio.HTML(
        None,
        html_template=f'<div id="{name}" class="part"></div>',
        js_on_load=f"import('/own/{name}.js').then((module) => module.start(element.querySelector('.part')));",
        apply_default_css=False,
        elem_classes=f"own own-{name}",
    )


def _functions(desk: Desk) -> list[Any]:
    """What Gradio's own clients can call, through its queue."""
    library = desk.library

    def ask(question: str, since: str = "", until: str = "", sources: list[str] | None = None) -> dict[str, Any]:
        """Answer a question from the articles, with citations."""
        options = {"since": since or None, "until": until or None, "sources": sources or None}
        return desk.answer(question, **options).model_dump(mode="json")

    def search(query: str, limit: int = 8) -> list[dict[str, Any]]:
        """The passages that fit best."""
        hits = desk.assistant.search(query, max(1, min(limit, 50)))
        return [{**article_line(hit.article).model_dump(mode="json"), "text": hit.text} for hit in hits]

    def digest_of_day(date: str = "") -> dict[str, Any]:
        """The digest of a day; of the newest one by default."""
        return digest(date or None, library=library).to_dict()

    def articles(since: str = "", until: str = "", limit: int = 100) -> list[dict[str, Any]]:
        """The list of articles, the newest first."""
        where = make_filter(since or None, until or None)
        found = library.archive.articles(where, max(1, min(limit, 1_000)))
        return [article_line(article).model_dump(mode="json") for article in found]

    def read_article(article_id: str) -> dict[str, Any]:
        """One whole article."""
        return article_view(library.get(article_id)).model_dump(mode="json")

    return [ask, search, digest_of_day, articles, read_article]
