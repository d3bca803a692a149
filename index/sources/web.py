"""Pages and feeds on the web: fetched here, parsed like files. A feed that carries only teasers is followed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from urllib.parse import urljoin

import index.sources.kinds as kinds
import index.sources.opml as opml
from index.article import Article, Failure, article_id_of
from index.errors import SourceError
from index.fetch import Fetcher, Page
from index.sources.draft import Source
from index.sources.reader import PARSERS, Note, failure_of
from index.sources.workers import Pool
from index.urls import site

TEASER_WORDS = 150  # a feed's text with fewer is taken as a teaser, and the linked page is fetched
FOLLOWED = 100  # pages of one feed in one run
_CUT_OFF = re.compile(r"(?:\.\.\.|…|\[…\]|\[\.\.\.\])\W*$")


@cache
def default_fetcher() -> Fetcher:
    """One for the whole process, so that its pauses between requests hold."""
    return Fetcher()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a feed's entries: those met the last time, and a test for what the library holds."""

    seen: frozenset[str] = frozenset()
    holds: Callable[[str], bool] = lambda article_id: False
    met: set[str] = field(default_factory=set)  # filled while reading: the digests to remember
    missed: list[str] = field(default_factory=list)  # filled while reading: pages to be tried again


def read_address(url: str, fetcher: Fetcher, pool: Pool, note: Note | None = None) -> Iterator[Article | Failure]:
    """The article at this address, or those of the feed there; never raises."""
    try:
        page = fetcher.get(url)
    except Exception as error:
        yield failure_of(url, error)
        return
    yield from read_page(url, page, fetcher, pool, note)


def read_page(
    url: str, page: Page, fetcher: Fetcher, pool: Pool, note: Note | None = None, known: Known | None = None
) -> Iterator[Article | Failure]:
    """The articles of a page or feed that was fetched. Teasers that were met before are not followed again."""
    kind, known = _kind(page), known or Known()
    if kind not in PARSERS:
        yield Failure(url, "It is of a kind that is not read from the web. Download it and ingest the file.")
        return
    left = FOLLOWED if kind in ("feed", "json") else 0
    for found in _parsed(url, page, pool, note):
        if isinstance(found, Failure) or not left or not _is_teaser(found):
            if isinstance(found, Failure) or not _is_foreign(found, page, known):
                yield found
        elif (digest := _digest(found)) in known.seen:
            known.met.add(digest)
        else:
            left -= 1
            yield _followed(found, fetcher, pool, note, known)


def _is_foreign(article: Article, page: Page, known: Known) -> bool:
    """Whether it would replace an article of another site by what this site says of it."""
    return known.holds(article.id) and site(article.url) != site(page.url)


def feed_links(page: Page) -> list[opml.Subscription]:
    """The feeds that a page names in its head; the page itself when it is one."""
    if _kind(page) in ("feed", "json"):
        return [opml.Subscription(page.url)]
    from lxml import etree, html

    try:
        tree = html.fromstring(page.data)
    except (etree.ParserError, ValueError):
        return []
    types = "@type='application/rss+xml' or @type='application/atom+xml' or @type='application/feed+json'"
    links = tree.xpath(f"//link[contains(@rel, 'alternate') and ({types})]")
    return [opml.Subscription(urljoin(page.url, link.get("href")), link.get("title", "")) for link in links]


def _kind(page: Page) -> str:
    return kinds.kind_of(page.url.rsplit("/", 1)[-1].partition("?")[0], page.data[: kinds.HEAD], page.media_type)


def _source(url: str, page: Page) -> Source:
    return Source(url, page.url, data=page.data, url=page.url, media_type=page.media_type, charset=page.charset)


def _parsed(url: str, page: Page, pool: Pool, note: Note | None) -> list[Article | Failure]:
    found, notes = pool.submit(_source(url, page)).result()
    for origin, text in notes:
        if note:
            note(origin, text)
    return found


def _is_teaser(article: Article) -> bool:
    short = len(article.text.split()) < TEASER_WORDS
    return bool(article.url) and (short or bool(_CUT_OFF.search(article.text)))


def _followed(teaser: Article, fetcher: Fetcher, pool: Pool, note: Note | None, known: Known) -> Article | Failure:
    """The linked page's article with the feed's facts; the teaser when the page gives no more than it."""
    try:
        page = fetcher.get(teaser.url)
        found = next(iter(_parsed(teaser.url, page, pool, None)))
    except SourceError as error:
        found = Failure(teaser.url, str(error))
    if isinstance(found, Failure):
        known.missed.append(teaser.url)
        if known.holds(teaser.id):  # a whole article must not be replaced by a teaser
            return found
        if note:
            note(teaser.url, f"Only the feed's teaser was read. {found.reason}")
        return teaser
    known.met.add(_digest(teaser))
    if len(found.text) <= len(teaser.text):
        return teaser
    return replace(
        found,
        title=teaser.title or found.title,
        date=teaser.date or found.date,
        published=teaser.published or (found.published if teaser.date in (None, found.date) else None),
        source=teaser.source or found.source,
        authors=found.authors or teaser.authors,
        section=found.section or teaser.section,
    )


def _digest(teaser: Article) -> str:
    """Changes when the feed says something new of the entry."""
    return article_id_of(f"{teaser.key}\x1e{teaser.content_hash}\x1e{teaser.modified}")
