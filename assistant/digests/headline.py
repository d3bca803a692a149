"""A headline of up to twelve words, copied from a title of the story."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.digests.text import visible, word_count
from index.article import Article
from index.passages import sentences

HEADLINE_WORDS = 12
UNTITLED = "Untitled article"
_OUTLET_TAIL = re.compile(r"\s+[|–—-]\s+[^|–—]{2,30}$")
_CLAUSE = re.compile(r"\s+[|–—-]\s+|[:;,?!]\s+|\.\s+")


def headline(articles: Sequence[Article]) -> tuple[str, str]:
    """The words and the id of the article they are from; the first title that fits, else a part of the first."""
    for article in articles:
        title = _tidy(article.title, article.source)
        if title and word_count(title) <= HEADLINE_WORDS:
            return title, article.id
    titled = next((article for article in articles if _tidy(article.title, article.source)), articles[0])
    words = shorten(_tidy(titled.title, titled.source) or _first_sentence(titled))
    return words.strip() or UNTITLED, titled.id


def shorten(text: str, limit: int = HEADLINE_WORDS) -> str:
    """The whole text when it fits; else its longest run of clauses that fits; else the first words and an ellipsis."""
    if word_count(text) <= limit:
        return text
    ends = [match.start() + (match.group()[0] in "?!") for match in _CLAUSE.finditer(text)]
    clauses = [text[:end].rstrip() for end in ends if 4 <= word_count(text[:end]) <= limit]
    if clauses:
        return clauses[-1]
    parts = text.split()
    count = limit
    while count > 1 and word_count(" ".join(parts[:count])) > limit:
        count -= 1
    short = " ".join(parts[:count])
    return (short if word_count(short) <= limit else short[: limit * 14]) + " …"


def _tidy(title: str, source: str) -> str:
    """Without the outlet's name at the end, which feeds like to add."""
    title = visible(title)
    tail = _OUTLET_TAIL.search(title)
    if tail and source and source.casefold() in tail.group().casefold():
        return title[: tail.start()]
    return title


def _first_sentence(article: Article) -> str:
    spans = sentences(article.text[:2_000])
    return visible(article.text[spans[0][0] : spans[0][1]]).rstrip(".") if spans else ""
