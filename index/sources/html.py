"""Web pages, fetched or saved by a browser: trafilatura finds the article, ours is the order of trust for its facts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import index.sources.markup as markup
import index.sources.schema as schema
from index.errors import SourceError
from index.sources.decode import decode
from index.sources.draft import MEGABYTE, Draft, Source
from index.urls import canonical, site

LIMIT = 10 * MEGABYTE
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w-]{2,30})""", re.I)
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)|Page saved with SingleFile\s+url:\s*(\S+)", re.I)
_PARAGRAPH_END = re.compile(r"\n+")
_CLASSES = """ad ads advert advertisement banner newsletter newsletter-signup share share-bar sharing social related
    related-posts cookie-consent cookie-banner promo paywall sponsored outbrain taboola"""
_FURNITURE = [
    "//aside",
    "//*[@role='complementary' or @role='navigation' or @aria-hidden='true' or @hidden]",
    *(f"//*[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]" for name in _CLASSES.split()),
]


def parse(source: Source) -> Iterator[Draft]:
    """The page's one article. Raises SourceError when the page is too large, or holds no article."""
    data = source.read(LIMIT)
    declared = _CHARSET.search(data[:4_096])
    page = decode(data, source.charset or (declared[1].decode("ascii") if declared else ""))
    yield draft_of_page(page, source.url)


def draft_of_page(page: str, url: str = "") -> Draft:
    """The article of a page. `url` is where it was fetched from; a page may not claim to be of another site."""
    from trafilatura import bare_extraction
    from trafilatura.settings import Document
    from trafilatura.utils import load_html

    tree = load_html(page)
    if tree is None:
        raise SourceError("It is not HTML that can be read.")
    facts = schema.facts_of(tree)
    found = bare_extraction(
        tree,
        url=url or None,
        include_comments=False,
        with_metadata=True,
        date_extraction_params={"original_date": True, "extensive_search": False},  # else copyright lines are dates
        favor_recall=True,  # without it the first paragraph, set apart as a teaser, can be missing
        prune_xpath=_FURNITURE,
    )
    if not isinstance(found, Document) or not (found.text or "").strip():
        raise SourceError("No article was found on this page: it may be a list, need a login, or be made by scripts.")
    return Draft(
        text=_PARAGRAPH_END.sub("\n\n", found.text or ""),
        title=facts.get("title") or markup.line(found.title or ""),
        published=tuple(facts.get("published", ())),
        guessed=found.date or "",
        modified=tuple(facts.get("modified", ())),
        source=facts.get("source") or found.sitename or "",
        url=_address(page, facts, url),
        authors=tuple(facts.get("authors") or (found.author or "").split("; ")),
        language=facts.get("language", ""),
        section=facts.get("section", ""),
    )


def _address(page: str, facts: dict[str, Any], url: str) -> str:
    """rel=canonical if it is on the site that the page came from; else where it came from."""
    saved = _SAVED_FROM.search(page[:5_000])
    came_from = url or (next(filter(None, saved.groups()), "") if saved else "")
    stated = canonical(urljoin(came_from, facts.get("url", "")))
    if came_from and stated and site(stated) != site(came_from):
        return came_from
    return stated or came_from
