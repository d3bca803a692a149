"""The trained reader's opinion of a story's sentences: which of them answers what its headline, or a topic, asks?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from assistant.digests.select import Place
from assistant.reader.nouns import Candidate
from index.article import Article
from index.passages import sentences

if TYPE_CHECKING:
    from assistant.reader.model import Reader

READ = 3  # articles of a story, the most central
BEGINNING = 900  # characters of each: where reports say what is new


class ReaderRelevance:
    """A `Relevance` by the packaged reader, which is loaded when it is first needed. Safe to use from threads."""

    def __init__(self, reader: Reader | None = None) -> None:
        self._given = reader

    def __call__(self, articles: Sequence[Article], topic: str) -> Mapping[Place, float]:
        """From 0 to 1, where 1 is the story's best sentence; sentences that were not read are absent.

        Raises ModelError when the reader's weights cannot be loaded.
        """
        ends = [(article, end) for article in articles[:READ] if (end := _beginning(article))]
        if not ends:
            return {}
        pieces = [Candidate(article.title, article.date, article.text[:end], 0, end) for article, end in ends]
        readings = self._reader().read(_question(articles[0], topic), pieces)
        found = {
            (article.id, sentence.end): sentence.evidence
            for (article, _), reading in zip(ends, readings, strict=True)
            for sentence in reading.sentences
        }
        best = max(found.values(), default=0.0)
        # Two digits: what a batch's make-up changes in the last ones must not change a page.
        return {place: round(math.exp(value - best), 2) for place, value in found.items()}

    def _reader(self) -> Reader:
        from assistant.reader.model import packaged

        return self._given or packaged()


def _beginning(article: Article) -> int:
    """Where the last whole sentence of the beginning ends; 0 when not even one fits."""
    return max((end for _, end in sentences(article.text, 0, 2 * BEGINNING) if end <= BEGINNING), default=0)


def _question(article: Article, topic: str) -> str:
    """The topic in the asker's own words, else what the headline makes a reader ask."""
    return topic or f"What happened? {article.title}"
