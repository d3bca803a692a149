"""The tab for the digest: pick a day that has articles, see the page, take it along."""

from __future__ import annotations

import datetime as dt
import html
import re
import tempfile
from pathlib import Path
from typing import Any

from assistant.digests import digest
from assistant.web.evidence import inert
from index.errors import BriefingError
from index.library import Library

PICK = '<p class="note">Pick a day.</p>'


def digest_tab(library: Library) -> None:
    """Draw the tab into the Blocks that are open."""
    import gradio

    with gradio.Row():
        day = gradio.Dropdown(day_choices(library), value=None, label="Day", scale=3)
        downloads = [
            gradio.DownloadButton(name, interactive=False, min_width=90) for name in ("PDF", "HTML", "Markdown")
        ]
    page = gradio.HTML(PICK)

    def show(chosen: str | None) -> list[Any]:
        if not chosen:
            return [PICK, *(gradio.DownloadButton(interactive=False) for _ in downloads)]
        try:
            made = digest(chosen, library=library)
        except BriefingError as error:
            return [f"<p>{inert(str(error))}</p>", *(gradio.DownloadButton(interactive=False) for _ in downloads)]
        folder = Path(tempfile.mkdtemp(prefix="briefing-digest-"))
        files = {"pdf": made.pdf(), "html": made.to_html().encode(), "md": made.to_markdown().encode()}
        buttons = []
        for suffix, content in files.items():
            path = folder / f"digest-{chosen}.{suffix}"
            path.write_bytes(content)
            buttons.append(gradio.DownloadButton(value=str(path), interactive=True))
        return [sheet(made.to_html()), *buttons]

    day.change(show, day, [page, *downloads], api_name="digest", concurrency_limit=2)


def day_choices(library: Library) -> list[tuple[str, str]]:
    """The days that have articles, newest first, as Gradio choices."""
    return [(_label(day, count), day.isoformat()) for day, count in library.days().items()]


def sheet(document: str) -> str:
    """A whole HTML document in a frame of its own, where nothing runs and from where nothing is reached."""
    inside = html.escape(document, quote=True)
    inside = re.sub(r"[${}`]", lambda match: f"&#{ord(match.group())};", inside)  # Gradio's templates read these
    return f'<iframe class="sheet" title="The digest" sandbox="allow-popups" srcdoc="{inside}"></iframe>'


def _label(day: dt.date, count: int) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y} · {count} article{'s' if count > 1 else ''}"
