"""The numbered list of what the page cites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from assistant.digests.headline import shorten
from assistant.digests.nouns import DigestSource, Page
from assistant.digests.publishers import outlet
from assistant.digests.text import visible, word_count
from index.article import Article

SOURCE_TITLE_WORDS = 24
OUTLET_WORDS = 8


def source_of(article: Article, number: int) -> DigestSource:
    """The article as a line of the list; only an http or https address becomes a link."""
    title = visible(article.title)
    short = title if word_count(title) <= SOURCE_TITLE_WORDS else shorten(title, SOURCE_TITLE_WORDS)
    return DigestSource(
        number=number,
        article_id=article.id,
        title=title,
        source=shorten(outlet(article), OUTLET_WORDS),
        date=article.date,
        url=safe_url(article.url),
        short_title="" if short == title else short,
    )


def safe_url(url: str) -> str:
    """The address when it is http or https with a host and no blanks; else nothing."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and parts.hostname and not any(c.isspace() or c < " " for c in url)
    except ValueError:
        return ""
    return url if good else ""


def numbered(page: Page, articles: Mapping[str, Article]) -> Page:
    """The digest with its sources numbered in the order in which the page first cites them."""
    cited = dict.fromkeys(_cited(page))
    listed = tuple(source_of(articles[key], number) for number, key in enumerate(cited, 1) if key in articles)
    return replace(page, sources=listed)


def _cited(page: Page) -> Iterable[str]:
    yield from (sentence.article_id for sentence in page.bottom_line)
    for story in page.stories + page.briefs:
        spoken = [sentence.article_id for sentence in story.all_sentences()]
        yield from spoken or [story.headline_article_id]
    yield from (number.sentence.article_id for number in page.numbers)
    if page.quotation:
        yield page.quotation.sentence.article_id
    yield from (watch.sentence.article_id for watch in page.watch)
