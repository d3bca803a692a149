"""RSS and Atom: the entries of a feed, with the text that the feed itself carries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import index.sources.markup as markup
from index.errors import SourceError
from index.sources.draft import MEGABYTE, Draft, Source

LIMIT = 20 * MEGABYTE
_ENTITIES = re.compile(rb"<!ENTITY", re.I)


def parse(source: Source) -> Iterator[Draft]:
    """Each entry with any text. Raises SourceError for XML that is no feed or that defines entities."""
    import feedparser

    data = source.read(LIMIT)
    if _ENTITIES.search(data):
        raise SourceError("It defines XML entities, which no feed needs and which can be made to fill the memory.")
    headers = {"content-location": source.url} if source.url else {}
    if source.media_type and source.charset:
        headers["content-type"] = f"{source.media_type}; charset={source.charset}"
    parsed = feedparser.parse(data, response_headers=headers, sanitize_html=False)
    if not parsed.version and not parsed.entries:
        raise SourceError("It is XML, but neither an RSS nor an Atom feed.")
    outlet = markup.line(parsed.feed.get("title", ""))
    base = source.url or parsed.feed.get("link", "")
    for entry in parsed.entries:
        yield _draft(entry, base, outlet, parsed.feed.get("language", ""))


def _draft(entry: Any, base: str, outlet: str, language: str) -> Draft:
    contents = [item.get("value", "") for item in entry.get("content", [])]
    text = max((*contents, entry.get("summary", "")), key=len)
    authors = [author.get("name", "") for author in entry.get("authors", [])] or [entry.get("author", "")]
    return Draft(
        text=markup.plain(text),
        title=markup.line(entry.get("title", "")),
        published=(entry.get("published", ""), entry.get("created", ""), entry.get("updated", "")),
        modified=(entry.get("updated", ""),) if entry.get("published") else (),
        source=markup.line(entry.get("source", {}).get("title", "")) or outlet,
        url=urljoin(base, entry.get("link", "")),
        authors=tuple(_without_address(author) for author in authors),
        language=language or "",
        section=next((tag.get("term") or "" for tag in entry.get("tags", [])), ""),
        member=entry.get("id", ""),
        many=True,
    )


def _without_address(author: str) -> str:
    """RSS writes "desk@paper.example (Ann Lee)"."""
    match = re.fullmatch(r"\S+@\S+\s*\((.+)\)", author.strip())
    return match[1] if match else author
