"""`digest`: the page made from a library."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

import numpy as np

from assistant.chain import default_library
from assistant.digests.digest import Digest
from assistant.digests.features import Matrix
from assistant.digests.keep import archived, keep
from assistant.digests.make import Means, Options, Rewrite, make
from assistant.digests.nouns import Page, Window
from assistant.digests.past import CENTRAL, REPORTS
from assistant.digests.pdf import PAPERS, count_pages
from assistant.digests.rank import RankedStory
from assistant.digests.relevance import ReaderRelevance
from assistant.digests.rewrite import Writer
from assistant.digests.stories import mean_vectors
from assistant.digests.window import Moment, local_zone, newest_day, window_of
from assistant.models import ChatModel, configured
from index.archive import Ids
from index.article import Article
from index.errors import InputError, NothingFound
from index.filters import make_filter
from index.library import Library
from index.settings import Settings

MONTH = dt.timedelta(days=30)  # how far back earlier reports of a story are looked for
EDGE = dt.timedelta(days=1)  # an instant can lie on another calendar day in the reader's time zone


def digest(
    date: Moment = None,
    *,
    library: Library | None = None,
    since: Moment = None,
    until: Moment = None,
    timezone: str | None = None,
    topic: str = "",
    sources: Sequence[str] | None = None,
    prefer: Sequence[str] = (),
    paper: str = "a4",
    model: ChatModel | Literal["configured"] | None = "configured",
) -> Digest:
    """A one-page digest of a day or of a half-open window; of the newest day that has articles by default.

    `timezone` is an IANA name: the configured one, or the machine's, by default. `sources` leaves all other outlets
    out, `prefer` puts stories of these outlets further up. A digest of all outlets without a topic is kept in the
    library's folder, for the next one to compare with. A `model` rewrites the stories, as far as each of its sentences
    holds against the articles; with None, all is copied.
    Raises NothingFound when no article lies in the window, InputError when an argument makes no sense.
    """
    if paper not in PAPERS:
        raise InputError(f"There is no paper “{paper}”. Choose one of: {', '.join(PAPERS)}.")
    library = library or default_library()
    timezone = timezone or Settings.load().timezone or local_zone()
    window = window_of(date, since, until, timezone) or _newest(library, timezone, sources)
    past = LibraryPast(library, sources)
    articles = [*past.around(window), *(library.archive.undated() if not sources else [])]
    options = Options(topic=topic.strip(), preferred_sources=tuple(prefer), paper=paper)
    try:
        means = Means(library.embedder.embed, count_pages, ReaderRelevance(), _rewriting(model))
        page = make(articles, window, past, means, options)
    except NothingFound as error:
        raise NothingFound(f"{error} {_days_there_are(library)}") from None
    if not topic and not sources:
        keep(library.home, page)
    return Digest.of(page)


def _rewriting(model: ChatModel | Literal["configured"] | None) -> Rewrite | None:
    writer = configured(Settings.load()) if model == "configured" else model
    return Writer(writer).rewrite if writer else None


class LibraryPast:
    """The past of a library; see `assistant.digests.past.Past`."""

    def __init__(self, library: Library, sources: Sequence[str] | None) -> None:
        self._library = library
        self._sources = sources
        self._months: dict[dt.date, tuple[Ids, Matrix]] = {}

    def around(self, window: Window) -> list[Article]:
        """The articles of the window's days and of one day on either side."""
        where = make_filter(window.since.date() - EDGE, window.until.date() + EDGE, self._sources)
        return list(self._library.archive.articles(where))

    def between(self, since: dt.datetime, until: dt.datetime) -> list[Article]:
        """The articles of the days that this span touches; the caller cuts at the hour."""
        where = make_filter(since.date(), (until - dt.timedelta(microseconds=1)).date(), self._sources)
        return list(self._library.archive.articles(where))

    def related(self, story: RankedStory, before: dt.datetime) -> list[Article]:
        """By the cosine of their passages and the story, among the articles of the month before."""
        ids, vectors = self._month(before.date())
        if not len(ids):
            return []
        centre = self.vectors(story.articles[:CENTRAL]).mean(axis=0)
        nearest = np.argsort(-np.round(vectors @ centre, 4), kind="stable")[: 4 * REPORTS]
        passages = self._library.archive.passages([int(i) for i in ids[nearest]])
        found = dict.fromkeys(passages[int(i)].article_id for i in ids[nearest] if int(i) in passages)
        articles = (self._library.archive.get(article_id) for article_id in found)
        return [article for article in articles if article is not None][:REPORTS]

    def _month(self, day: dt.date) -> tuple[Ids, Matrix]:
        """The passages of the month before this day, read once."""
        if day not in self._months:
            where = make_filter(day - MONTH, day - EDGE, self._sources)
            self._months[day] = self._library.archive.vectors_where(where)
        return self._months[day]

    def vectors(self, articles: Sequence[Article]) -> Matrix:
        """From the archive; nothing is embedded again."""
        stored = {article.id: self._library.vectors_of(article.id) for article in articles}
        return mean_vectors(articles, self._library.embedder.embed, stored)

    def archived(self, window: Window) -> Page | None:
        """The digest of exactly this window, if it was kept and speaks of all outlets."""
        return None if self._sources else archived(self._library.home, window)


def _newest(library: Library, timezone: str | None, sources: Sequence[str] | None) -> Window:
    newest = next(iter(library.archive.articles(make_filter(None, None, sources), 1)), None)
    if newest is None or newest.date is None:
        of = f" of {', '.join(sources)}" if sources else ""
        raise NothingFound(
            f"No article{of} in {library.home} carries a date, so there is no day to make a digest of. "
            "Add articles with `briefing ingest`, or see `briefing articles`."
        )
    around = make_filter(newest.date - EDGE, newest.date + EDGE, sources)
    return newest_day(list(library.archive.articles(around)), timezone)


def _days_there_are(library: Library) -> str:
    days = sorted(library.days())
    if not days:
        return "No article in the library carries a date."
    return f"The library's articles run from {days[0]} to {days[-1]}."
