"""OPML: lists of feeds, as feed readers export and import them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from index.errors import SourceError
from index.sources.draft import MEGABYTE, Source

LIMIT = 5 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed's address and what it is called."""

    url: str
    title: str = ""


def feeds(source: Source) -> Iterator[Subscription]:
    """The feeds in the list. Raises SourceError for what is no OPML or has none."""
    from lxml import etree

    data = source.read(LIMIT)
    if re.search(rb"<!ENTITY", data, re.I):
        raise SourceError("It defines XML entities, which no list of feeds needs.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    root = etree.fromstring(data, parser)
    outlines = [] if root is None else [node for node in root.iter("outline") if node.get("xmlUrl")]
    if not outlines:
        raise SourceError("There is no feed in this list: no outline with an xmlUrl.")
    for node in outlines:
        yield Subscription(node.get("xmlUrl"), node.get("title") or node.get("text") or "")


def written(subscriptions: Iterable[Subscription]) -> str:
    """The list as OPML 2.0."""
    outlines = "".join(
        f'    <outline type="rss" text={quoteattr(item.title or item.url)} xmlUrl={quoteattr(item.url)}/>\n'
        for item in subscriptions
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n  <head><title>Briefing</title></head>\n'
        f"  <body>\n{outlines}  </body>\n</opml>\n"
    )
