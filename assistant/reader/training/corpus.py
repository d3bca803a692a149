"""A small search over training articles, by BM25 only, so that preparing data embeds nothing."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.reader.candidates import reading_start
from assistant.reader.tokens import header
from index.article import Article
from index.passages import passages


@dataclass(frozen=True, slots=True)
class Place:
    """A passage of the corpus: `articles[article].text[start:end]`, read from `left` on."""

    article: int
    left: int
    start: int
    end: int


def articles_of(path: Path, urls: set[str] | None = None) -> list[Article]:
    """The articles of a gzipped JSONL file (url, title, date, text); only these urls when given."""
    made = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            if urls is None or row["url"] in urls:
                day = dt.date.fromisoformat(row["date"][:10]) if row["date"] else None
                made.append(Article(row["url"], row["text"], row["title"] or "", day, url=row["url"]))
    return made


class Corpus:
    """All passages of these articles, indexed for BM25."""

    def __init__(self, articles: Sequence[Article], longest: int = 60) -> None:
        self.articles = list(articles)
        self.places = [
            Place(n, reading_start(a.text, p.start), p.start, p.end)
            for n, a in enumerate(self.articles)
            for p in passages(a)[:longest]
        ]
        self._index = _lexical_index([self.embedded(n) for n in range(len(self.places))])

    def text(self, number: int) -> str:
        """The passage with the sentence before it, as it is read."""
        place = self.places[number]
        return self.articles[place.article].text[place.left : place.end].rstrip()

    def embedded(self, number: int) -> str:
        """What is indexed: headline and date in front of the passage."""
        place = self.places[number]
        article = self.articles[place.article]
        return f"{header(article.title, article.date)}. {article.text[place.start : place.end].strip()}"

    def lexical(self, question: str, count: int) -> list[tuple[int, float]]:
        """The best passages by BM25, with their scores."""
        searcher = self._index.searcher()
        query, _ = self._index.parse_query_lenient(question, ["body"])
        hits = searcher.search(query, count).hits
        return [(int(searcher.doc(address)["number"][0]), float(score)) for score, address in hits]


def _lexical_index(texts: Sequence[str]) -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("number", stored=True)
    builder.add_text_field("body", stored=False, tokenizer_name="en_stem")
    index = tantivy.Index(builder.build())
    writer = index.writer(100_000_000, 1)
    for number, text in enumerate(texts):
        writer.add_document(tantivy.Document(number=number, body=text))
    writer.commit()
    index.reload()
    return index
