"""The tab for the articles: add files, look for one, read it, take it out."""

from __future__ import annotations

from typing import Any

from assistant.web.evidence import inert
from index.article import Article
from index.errors import BriefingError
from index.library import Library

SHOWN = 500  # rows of the list; a search narrows it
HEADERS = ["Day", "Outlet", "Title"]


def articles_tab(library: Library) -> None:
    """Draw the tab into the Blocks that are open."""
    import gradio

    with gradio.Row():
        with gradio.Column(scale=2, min_width=320):
            upload = gradio.File(label="Add files", file_count="multiple", height=110)
            report = gradio.HTML("")
            search = gradio.Textbox(label="Find", placeholder="Words of the title or the outlet", max_lines=1)
            table = gradio.Dataframe(
                value=rows(library, ""), headers=HEADERS, interactive=False, wrap=True, max_height=520, label="Articles"
            )
        with gradio.Column(scale=3, min_width=320):
            reading = gradio.HTML('<p class="note">Select an article to read it.</p>', elem_classes="reading")
            chosen = gradio.State("")
            remove = gradio.Button("Take this article out of the library", visible=False, variant="stop", size="sm")

    def add(files: list[str] | None) -> tuple[str, Any, None]:
        return added(library, files or []), rows(library, ""), None

    def read(words: str, event: gradio.SelectData) -> tuple[str, str, Any]:
        article = matching(library, words)[event.index[0]]
        return reading_view(article), article.id, gradio.Button(visible=True)

    def take_out(article_id: str, words: str) -> tuple[str, str, Any, Any]:
        try:
            gone = library.remove(article_id)
            text = f'<p class="note">{inert(gone.title or "The article")} was taken out.</p>'
        except BriefingError as error:
            text = f"<p>{inert(str(error))}</p>"
        return text, "", gradio.Button(visible=False), rows(library, words)

    read.__annotations__["event"] = gradio.SelectData  # Gradio looks there, and cannot see a name of this function
    upload.upload(add, upload, [report, table, upload], api_visibility="private")
    search.change(lambda words: rows(library, words), search, table, api_visibility="private")
    table.select(read, search, [reading, chosen, remove], api_visibility="private")
    remove.click(take_out, [chosen, search], [reading, chosen, remove, table], api_visibility="private")


def matching(library: Library, words: str) -> list[Article]:
    """The articles whose title, outlet or day holds all of the words; newest first."""
    wanted = words.casefold().split()
    found = []
    for article in library.archive.articles():
        text = f"{article.title} {article.source} {article.date or 'undated'}".casefold()
        if all(word in text for word in wanted):
            found.append(article)
            if len(found) == SHOWN:
                break
    return found


def rows(library: Library, words: str) -> list[list[str]]:
    """The list as a table: day, outlet, title."""
    return [
        [article.date.isoformat() if article.date else "undated", article.source, article.title]
        for article in matching(library, words)
    ]


def added(library: Library, files: list[str]) -> str:
    """Ingest uploaded files; what happened, as HTML."""
    try:
        report = library.ingest(files)
    except BriefingError as error:
        return f"<p>{inert(str(error))}</p>"
    lines = [f"{len(report.added)} added, {len(report.updated)} updated, {len(report.unchanged)} unchanged."]
    lines += [f"Says the same as another article: {origin.rsplit('/', 1)[-1]}" for origin, _ in report.duplicates]
    lines += [f"{failure.origin.rsplit('/', 1)[-1]}: {failure.reason}" for failure in report.failed]
    return "".join(f'<p class="note">{inert(line)}</p>' for line in lines)


def reading_view(article: Article) -> str:
    """One article as HTML."""
    facts = " · ".join(part for part in (article.source, str(article.date or "undated"), article.url) if part)
    paragraphs = "".join(f"<p>{inert(paragraph)}</p>" for paragraph in article.text.split("\n\n"))
    return f'<h3>{inert(article.title or "Untitled article")}</h3><p class="note">{inert(facts)}</p>{paragraphs}'
