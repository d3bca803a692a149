"""A headline of up to twelve words, copied from a title of the story."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.digests.standalone import dateline_length
from assistant.digests.text import visible, word_count
from index.article import Article
from index.passages import sentences

HEADLINE_WORDS = 12
TAIL_WORDS = 3  # fewer at its end are the beginning of something
CLAUSE_WORDS = 5  # fewer say too little by themselves
UNTITLED = "Untitled article"
_OUTLET_TAIL = re.compile(r"\s+[|–—-]\s+[^|–—]{2,30}$")
_CUT = re.compile(r"\s*(?:\.{3}|…)$")  # a title that a feed or a search engine has cut
# "According to insiders, Kyiv …": what follows begins with a capital of its own.
_OPENING = re.compile(r"^(?:According to|As|In|On|After|Before|During|At|By|With|For|Since)\s[^,]{3,60},\s(?=[A-Z])")
_CLAUSE = re.compile(r"\s+[|–—-]\s+|[:;,?!]\s+|(?<=[a-z]{3})\.\s+")


def headline(articles: Sequence[Article], first: str = "") -> tuple[str, str]:
    """The words and the id of the article they are from; the first whole title that fits, else a part of the first.

    `first` is the id of the article to look at first: that of the first sentence below the headline.
    """
    articles = sorted(articles, key=lambda article: article.id != first)
    for article in articles:
        title = _tidy(article.title, article.source)
        if title and word_count(title) <= HEADLINE_WORDS and not _CUT.search(title):
            return title, article.id
    titled = next((article for article in articles if _tidy(article.title, article.source)), articles[0])
    title = _tidy(titled.title, titled.source)
    words = shorten(_OPENING.sub("", title) or _first_sentence(titled))
    return words.strip() or UNTITLED, titled.id


def shorten(text: str, limit: int = HEADLINE_WORDS) -> str:
    """The whole text when it fits; else its longest run of clauses that fits; else the first words and an ellipsis."""
    if word_count(text) <= limit and not _CUT.search(text):
        return text
    label, _, rest = text.partition(": ")
    if word_count(label) < CLAUSE_WORDS <= word_count(rest) <= limit and not _CUT.search(rest) and rest[0].isupper():
        return rest
    ends = [match.start() + (match.group()[0] in "?!") for match in _CLAUSE.finditer(text)]
    clauses = [text[:end].rstrip() for end in ends if CLAUSE_WORDS <= word_count(text[:end]) <= limit]
    while len(clauses) > 1 and word_count(clauses[-1]) < word_count(clauses[-2]) + TAIL_WORDS:
        clauses.pop()  # "…: Time"
    if clauses:
        return clauses[-1]
    if word_count(text) <= limit:  # the outlet or a feed cut it, and no clause of it is whole
        return _CUT.sub(" …", text)
    short = text[: limit * 15]
    if len(short) < len(text) and " " in short:
        short = short.rpartition(" ")[0]  # not in the middle of a word
    while word_count(short) > limit:
        short = short.rpartition(" ")[0] or short[:-1]
    return short.rstrip(" ,;:–—-") + " …"


def _tidy(title: str, source: str) -> str:
    """Without the outlet's name at the end, which feeds like to add."""
    title = visible(title)
    tail = _OUTLET_TAIL.search(title)
    if tail and source and source.casefold() in tail.group().casefold():
        return title[: tail.start()]
    return title


def _first_sentence(article: Article) -> str:
    """The first sentence, without dateline and opening phrase."""
    spans = sentences(article.text[:2_000])
    if not spans:
        return ""
    start, end = spans[0]
    text = visible(article.text[start + dateline_length(article.text[start:end]) : end]).rstrip(".")
    return _OPENING.sub("", text)
