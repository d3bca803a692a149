"""/api/articles, /api/digest and what belongs to them: list, read, add and remove articles; digests as files."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from assistant.digests import Digest, digest
from assistant.web.adding import Added, add_files, add_link, add_samples
from assistant.web.desk import Desk, samples
from assistant.web.gate import Gate
from assistant.web.views import ArticleLine, ArticleView, article_line, article_view, years_of
from index.article import Article
from index.errors import InputError
from index.filters import make_filter

MOST_FILES = 500  # of one upload
PAGE = 100  # articles of a list, unless more are asked for
KINDS = {"pdf": "application/pdf", "html": "text/html", "md": "text/markdown", "txt": "text/plain"}

Sort = Literal["newest", "oldest", "title", "outlet"]


class Status(BaseModel):
    """The state of the server and of its library."""

    articles: int
    years: str
    models: Literal["loading", "ready", "failed"]
    problem: str
    generation: int = Field(description="grows with every change of the library")
    sources: dict[str, int] = Field(description="outlets with their number of articles")
    samples: bool = Field(description="whether sample articles can be added")
    read_only: bool
    locked: bool = Field(description="whether there is a login, to be left by POST /logout")


class Page(BaseModel):
    """Some of the articles that were found."""

    total: int
    articles: list[ArticleLine]


class Link(BaseModel):
    """An address to read: a page, or a feed. With `follow` a feed is refreshed by `briefing feeds refresh`."""

    address: str = Field(max_length=2_000, examples=["https://en.wikinews.org/wiki/Main_Page"])
    follow: bool = False


class Day(BaseModel):
    """A day that has articles."""

    date: dt.date
    articles: int


def keeping(desk: Desk, gate: Gate, *, locked: bool = False) -> APIRouter:
    """The routes. `locked`: whether there is a login, which the page offers to leave."""
    routes = APIRouter(prefix="/api")
    for part in (_state(desk, locked), _shelf(desk), _intake(desk), _digests(desk, gate)):
        routes.include_router(part)
    return routes


def _state(desk: Desk, locked: bool) -> APIRouter:
    routes, library = APIRouter(tags=["library"]), desk.library

    @routes.get("/status")
    def status() -> Status:
        """Articles, outlets, and whether the models are loaded."""
        return Status(
            articles=library.count(),
            years=years_of(library.days()),
            models=desk.models,
            problem=desk.problem,
            generation=library.archive.generation(),
            sources=library.sources(),
            samples=samples() is not None,
            read_only=library.archive.read_only,
            locked=locked,
        )

    return routes


def _shelf(desk: Desk) -> APIRouter:
    """Articles that are there."""
    routes, library = APIRouter(tags=["articles"]), desk.library

    @routes.get("/articles")
    def articles(
        find: Annotated[str, Query(max_length=400, description="words of the title, the outlet or the day")] = "",
        since: dt.date | None = None,
        until: dt.date | None = None,
        source: Annotated[str, Query(max_length=400)] = "",
        sort: Sort = "newest",
        limit: Annotated[int, Query(ge=1, le=1_000)] = PAGE,
        offset: Annotated[int, Query(ge=0)] = 0,
    ) -> Page:
        """The list of articles."""
        where = make_filter(since, until, [source] if source else None)
        found = _sorted([a for a in library.archive.articles(where) if _has(a, find)], sort)
        return Page(total=len(found), articles=[article_line(a) for a in found[offset : offset + limit]])

    @routes.get("/articles/{article_id}")
    def article(article_id: str) -> ArticleView:
        """One whole article. `text[start:end]` of a citation counts in its characters."""
        return article_view(library.get(article_id))

    @routes.delete("/articles/{article_id}")
    def remove(article_id: str) -> ArticleLine:
        """Take an article out of the library, for good."""
        return article_line(library.remove(article_id))

    return routes


def _intake(desk: Desk) -> APIRouter:
    """Articles that come."""
    routes, library = APIRouter(tags=["articles"]), desk.library

    @routes.post("/articles")
    async def add(files: list[UploadFile]) -> list[Added]:
        """Add articles from files: text, Markdown, HTML, PDF, Word, mail, JSON, CSV, ZIP. One result a file."""
        if len(files) > MOST_FILES:
            raise InputError(f"At most {MOST_FILES} files at once; put more into a ZIP file.")
        with tempfile.TemporaryDirectory(prefix="briefing-upload-") as folder:
            named = [(file.filename or "article.txt", await file.read()) for file in files]
            return await run_in_threadpool(add_files, library, named, Path(folder))

    @routes.post("/links")
    def link(asked: Link) -> list[Added]:
        """Add the article or the feed at an address of the public internet."""
        return add_link(library, asked.address, asked.follow)

    @routes.post("/samples")
    def take_samples() -> list[Added]:
        """Add the sample articles that come with the repository."""
        return add_samples(library, samples())

    return routes


def _digests(desk: Desk, gate: Gate) -> APIRouter:
    routes, library = APIRouter(tags=["digest"]), desk.library

    @routes.get("/days")
    def days() -> list[Day]:
        """The days that have articles, the newest first."""
        return [Day(date=day, articles=count) for day, count in library.days().items()]

    @routes.get("/digest")
    async def one_digest(date: dt.date | None = None) -> Digest:
        """The digest of a day; of the newest day with articles by default."""
        async with gate.turn():
            return await run_in_threadpool(digest, date, library=library)

    @routes.get("/digest/{name}", response_class=Response)
    async def digest_file(name: str, download: bool = False) -> Response:
        """The digest as a file: 2024-10-30.pdf, .html, .md or .txt."""
        day, _, kind = name.partition(".")
        if kind not in KINDS:
            raise InputError(f"A digest is one of: {', '.join(KINDS)}.")
        async with gate.turn():
            content = await run_in_threadpool(_rendered, desk, day, kind)
        disposition = f'{"attachment" if download else "inline"}; filename="digest-{day}.{kind}"'
        return Response(content, media_type=KINDS[kind], headers={"Content-Disposition": disposition})

    return routes


def _rendered(desk: Desk, day: str, kind: str) -> bytes:
    made = digest(dt.date.fromisoformat(day) if _is_day(day) else day, library=desk.library)
    if kind == "pdf":
        return made.pdf()
    text = {"html": made.to_html, "md": made.to_markdown, "txt": made.to_text}[kind]()
    return text.encode("utf-8")


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text[:40]!r} is not a day. Write it as 2024-10-30.") from None
    return True


def _has(article: Article, words: str) -> bool:
    text = f"{article.title} {article.source} {article.date or 'undated'}".casefold()
    return all(word in text for word in words.casefold().split())


def _sorted(articles: list[Article], sort: Sort) -> list[Article]:
    """The archive gives the newest first; articles without a date stay last."""
    if sort == "newest":
        return articles
    keys: dict[str, Any] = {
        "oldest": lambda a: (a.date is None, a.date or dt.date.max, a.title.casefold()),
        "title": lambda a: a.title.casefold(),
        "outlet": lambda a: (a.source.casefold(), a.title.casefold()),
    }
    return sorted(articles, key=keys[sort])
