"""Feeds that are followed: finding them, and reading what is new in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from index.article import Article, Failure
from index.errors import InputError, SourceError
from index.fetch import Fetcher
from index.intake import Feed
from index.sources import web
from index.sources.reader import Note
from index.sources.workers import Pool

MOST_SEEN = 1_000  # digests of entries that are remembered of a feed


@dataclass(frozen=True, slots=True)
class News:
    """What one feed gave, and what is to be remembered of it."""

    feed: Feed
    found: tuple[Article | Failure, ...]
    unchanged: bool = False  # the site said that nothing is new


def discover(url: str, fetcher: Fetcher) -> Feed:
    """The feed at this address, or the first that the page there names. Raises InputError when there is none."""
    try:
        page = fetcher.get(url)
    except SourceError as error:
        raise InputError(f"{url} cannot be fetched. {error}") from None
    links = web.feed_links(page)
    if not links:
        raise InputError(f"{url} is no feed and names none. Look for an RSS or Atom link on the site.")
    return Feed(links[0].url, links[0].title)


def refresh(
    feeds: Iterable[Feed], fetcher: Fetcher, holds: Callable[[str], bool], note: Note | None = None
) -> Iterator[News]:
    """What is new in each of these feeds. A feed that fails gives a Failure and is tried again the next time."""
    with Pool(1) as pool:
        for feed in feeds:
            yield _refreshed(feed, fetcher, pool, holds, note)


def _refreshed(feed: Feed, fetcher: Fetcher, pool: Pool, holds: Callable[[str], bool], note: Note | None) -> News:
    now = dt.datetime.now(dt.UTC)
    try:
        page = fetcher.get(feed.url, etag=feed.etag, last_modified=feed.last_modified)
    except SourceError as error:
        return News(replace(feed, problem=str(error)), (Failure(feed.url, str(error)),))
    if page.unchanged:
        return News(replace(feed, refreshed=now, problem=""), (), unchanged=True)
    known = web.Known(frozenset(feed.seen), holds)
    found = tuple(web.read_page(feed.url, page, fetcher, pool, note, known))
    articles = [item for item in found if isinstance(item, Article)]
    problem = next((item.reason for item in found if isinstance(item, Failure)), "") if not articles else ""
    return News(
        replace(
            feed,
            title=feed.title or next((article.source for article in articles), ""),
            etag="" if known.missed else page.etag,  # what was missed is asked for again, changed or not
            last_modified="" if known.missed else page.last_modified,
            refreshed=now,
            problem=problem,
            seen=tuple(sorted(known.met)[:MOST_SEEN]),
        ),
        found,
    )
