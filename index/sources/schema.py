"""What a page states about its article in JSON-LD, meta tags and links, as it is written there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import index.sources.markup as markup

_ARTICLE = ("article", "report", "blogposting", "posting", "analysis", "review", "interview")
_LARGEST = 1_000_000  # characters of one JSON-LD block
_META = {
    "title": ("og:title", "twitter:title", "dc.title", "headline"),
    "published": ("article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "dcterms.created",
                  "parsely-pub-date", "sailthru.date", "publish-date", "pubdate", "og:published_time",
                  "article.published", "publication_date"),
    "modified": ("article:modified_time", "datemodified", "og:updated_time", "last-modified", "dcterms.modified"),
    "source": ("og:site_name", "publisher", "dc.publisher", "application-name"),
    "authors": ("author", "article:author", "dc.creator", "parsely-author", "byl", "sailthru.author"),
    "section": ("article:section", "section", "parsely-section"),
    "url": ("og:url",),
}  # fmt: skip


def facts_of(tree: Any) -> dict[str, Any]:
    """title, source, section, language, url as text; published, modified, authors as lists, the most trusted first."""
    facts = _from_json_ld(tree)
    meta = _meta(tree)
    for fact, names in _META.items():
        values = [meta[name] for name in names if meta.get(name)]
        if fact in ("published", "modified"):
            facts[fact] = [*facts.get(fact, []), *values]
        elif fact == "authors":
            facts[fact] = facts.get(fact) or [value for value in values if "://" not in value][:1]
        elif values:
            facts.setdefault(fact, values[0])
    if links := tree.xpath("//link[@rel='canonical']/@href"):
        facts["url"] = str(links[0])
    facts["language"] = str((tree.xpath("/html/@lang") or [""])[0])
    facts["published"] += [str(stamp) for stamp in tree.xpath("//time[@pubdate]/@datetime")[:1]]
    return facts


def _meta(tree: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iterfind(".//meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        if name and element.get("content"):
            found.setdefault(name.lower(), element.get("content").strip())
    return found


def _from_json_ld(tree: Any) -> dict[str, Any]:
    for block in tree.xpath("//script[@type='application/ld+json']/text()"):
        if len(block) > _LARGEST:
            continue
        try:
            loaded = json.loads(str(block), strict=False)
        except (ValueError, RecursionError):
            continue
        for record in _records(loaded):
            if _is_article(record):
                return _facts(record)
    return {}


def _records(loaded: Any) -> Iterator[dict[str, Any]]:
    """The records of a block: itself, its list, its "@graph"; no deeper."""
    listed = loaded if isinstance(loaded, list) else [loaded]
    for item in listed:
        if isinstance(item, dict):
            yield item
            graph = item.get("@graph")
            yield from (inner for inner in graph if isinstance(inner, dict)) if isinstance(graph, list) else ()


def _is_article(record: dict[str, Any]) -> bool:
    stated = record.get("@type")
    names = stated if isinstance(stated, list) else [stated]
    return any(str(name).lower().endswith(_ARTICLE) for name in names)


def _facts(record: dict[str, Any]) -> dict[str, Any]:
    url = record.get("url") or _name(record.get("mainEntityOfPage"), "@id")
    stated = {
        "title": markup.line(_name(record.get("headline"))),
        "published": [str(record[name]) for name in ("datePublished", "dateCreated") if record.get(name)],
        "modified": [str(record["dateModified"])] if record.get("dateModified") else [],
        "source": _name(record.get("publisher")),
        "authors": [name for item in _listed(record.get("author")) if (name := _name(item))],
        "section": _name(record.get("articleSection")),
        "url": url if isinstance(url, str) else "",
    }
    return {fact: value for fact, value in stated.items() if value}


def _listed(value: Any) -> list[Any]:
    return value[:50] if isinstance(value, list) else [value]


def _name(value: Any, key: str = "name") -> str:
    """A text, a record's name, or the first of a list of them."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get(key)
    return value if isinstance(value, str) else ""
