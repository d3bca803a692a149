"""The nouns of the index: Article and Passage. Both are frozen; everything else is made from them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=10_000)  # asked for over and over: an article's id is made, not stored
def article_id_of(key: str) -> str:
    """The id of the article with this key: 16 hexadecimal digits of its SHA-256, the same on every machine."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Article:
    """One news article, cleaned. Character offsets everywhere in Briefing count into `text`.

    `key` is what makes it the same article when it is met again: its canonical URL, or else the `file:` URI of
    its path. `date` is the calendar day that the article carries, None when it carries none (never "today").
    `published` and `modified` are exact instants, aware, in UTC, when they are known.
    """

    key: str
    text: str  # paragraphs separated by one empty line
    title: str = ""
    date: dt.date | None = None
    published: dt.datetime | None = None
    modified: dt.datetime | None = None
    source: str = ""  # the outlet: "Wikinews", "Financial Times"
    url: str = ""  # canonical http(s) address, or empty
    path: str = ""  # the file that it was read from, or empty
    authors: tuple[str, ...] = ()
    language: str = ""  # two letters, or empty when unknown
    section: str = ""

    @property
    def id(self) -> str:
        """16 hexadecimal digits made from the key."""
        return article_id_of(self.key)

    @property
    def content_hash(self) -> str:
        """Changes exactly when something that is shown or searched changes (not the path)."""
        parts = (
            self.title,
            self.date.isoformat() if self.date else "",
            self.published.isoformat() if self.published else "",
            self.source,
            self.url,
            "\x1f".join(self.authors),
            self.section,
            self.text,
        )
        return hashlib.sha256("\x1e".join(parts).encode("utf-8", "surrogatepass")).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, with the id; dates are ISO 8601 strings."""
        return {
            "id": self.id,
            "key": self.key,
            "title": self.title,
            "date": self.date.isoformat() if self.date else None,
            "published": self.published.isoformat() if self.published else None,
            "modified": self.modified.isoformat() if self.modified else None,
            "source": self.source,
            "url": self.url,
            "path": self.path,
            "authors": list(self.authors),
            "language": self.language,
            "section": self.section,
            "text": self.text,
        }

    @classmethod
    def from_dict(cls, stated: dict[str, Any]) -> Article:
        """The article that `to_dict` made this of."""
        facts = {name: value for name, value in stated.items() if name != "id"}
        for name in ("published", "modified"):
            facts[name] = dt.datetime.fromisoformat(facts[name]) if facts[name] else None
        facts["date"] = dt.date.fromisoformat(facts["date"]) if facts["date"] else None
        return cls(**{**facts, "authors": tuple(facts["authors"])})


def is_storable(article: Article) -> bool:
    """Whether there is text in it, and all of it can be written as UTF-8 and counted: no lone surrogates, no NUL."""
    try:
        json.dumps(article.to_dict(), ensure_ascii=False).encode("utf-8")
    except (ValueError, TypeError):
        return False
    return bool(article.text.strip()) and "\0" not in article.text


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of an article's text: `article.text[start:end]`. The passages of an article, joined, are its text."""

    article_id: str
    ordinal: int  # 0 for the first passage of the article
    start: int
    end: int
    id: int = field(default=0, compare=False)  # the archive's number for it; 0 before it is stored


@dataclass(frozen=True, slots=True)
class Failure:
    """One input that could not be read, and why; shown to the user as it is."""

    origin: str  # the path, URL or member of an archive, as the user would recognise it
    reason: str  # what happened and what to do, one plain sentence
