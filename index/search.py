"""Questions in, Hits out: dense and lexical candidates, fused. Filters cost no more than the search itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from index.archive import Archive
from index.article import Article, Passage
from index.dense import DenseIndex, Scored
from index.duplicates import SHARED, outline, shared
from index.embedder import Embedder, Vectors
from index.filters import Filter
from index.lexical import LexicalIndex
from index.nearest import Nearest

POOL = 50  # candidates from each index
DENSE_WEIGHT = 0.8  # measured: docs/decisions.md, "Fusion"

Twins = Callable[[Sequence[str]], dict[str, set[str]]]  # article ids → the ids of their near-duplicates


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found. `text` is `article.text[passage.start:passage.end]`."""

    article: Article
    passage: Passage
    score: float  # fused, 0 to 1, comparable within one search only
    dense: float  # cosine of question and passage
    lexical: float  # BM25, 0 when no word of the question occurs
    context_start: int  # the passage with its neighbours: article.text[context_start:context_end]
    context_end: int
    also_in: tuple[str, ...] = ()  # ids of near-duplicates of the article, which are not shown as hits of their own

    @property
    def text(self) -> str:
        return self.article.text[self.passage.start : self.passage.end]

    @property
    def context(self) -> str:
        return self.article.text[self.context_start : self.context_end]


class Searcher:
    """Searches one archive through its two derived indexes. Thread-safe."""

    def __init__(
        self, archive: Archive, dense: DenseIndex, lexical: LexicalIndex, embedder: Embedder, twins: Twins | None = None
    ) -> None:
        self._twins = twins or (lambda article_ids: {})
        self._archive = archive
        self._nearest = Nearest(archive, dense, embedder.fingerprint)
        self._lexical = lexical
        self._embedder = embedder

    def search(self, query: str, limit: int, where: Filter | None = None) -> list[Hit]:
        """The best passages for a question, best first; equal scores by passage id."""
        where = where or Filter()
        vector = self._embedder.embed([query])[0]
        near = self._nearest.search(vector, max(POOL, limit), where)
        words = self._lexical.search(query, max(POOL, limit), where)
        return self._hits(_fuse(near, words, self._cosines(vector, near, words)), limit)

    def _cosines(self, vector: Vectors, near: Scored, words: Sequence[tuple[int, float]]) -> dict[int, float]:
        """The cosine of every candidate: those that only the words found are looked up."""
        known = dict(zip(near[0].tolist(), near[1].tolist(), strict=True))
        ids, vectors = self._archive.vectors([i for i, _ in words if i not in known])
        if len(ids):
            known.update(zip(ids.tolist(), (vectors @ vector).tolist(), strict=True))
        return known

    def _hits(self, fused: Sequence[tuple[int, float, float, float]], limit: int) -> list[Hit]:
        # An article's passages have consecutive numbers, so that one look-up brings the neighbours too.
        passages = self._archive.passages(sorted({row[0] + step for row in fused for step in (-1, 0, 1)}))
        twins = self._twins(list({passages[row[0]].article_id for row in fused if row[0] in passages}))
        articles: dict[str, Article | None] = {}
        hits: list[Hit] = []
        for passage_id, score, dense, lexical in fused:
            passage = passages.get(passage_id)
            if passage is None:  # removed since the index was made
                continue
            if passage.article_id not in articles:
                articles[passage.article_id] = self._archive.get(passage.article_id)
            article = articles[passage.article_id]
            copies = twins.get(passage.article_id, set())
            if article is not None and not _is_shown(article, passage, copies, hits):
                start, end = _with_neighbours(passage, passages)
                hits.append(Hit(article, passage, score, dense, lexical, start, end, tuple(sorted(copies))))
            if len(hits) == limit:
                break
        return hits


def _with_neighbours(passage: Passage, known: Mapping[int, Passage]) -> tuple[int, int]:
    """Where the passage begins and ends when the ones before and behind it in its article are added."""
    near = [known[i] for i in (passage.id - 1, passage.id, passage.id + 1) if i in known]
    own = [p for p in near if p.article_id == passage.article_id and abs(p.ordinal - passage.ordinal) <= 1]
    return min(p.start for p in own), max(p.end for p in own)


def _is_shown(article: Article, passage: Passage, copies: set[str], hits: Sequence[Hit]) -> bool:
    """Whether a near-duplicate that is shown already says what this passage says."""
    if not copies:
        return False
    before = {hit.article.id: hit.article for hit in hits if hit.article.id in copies}
    if not before:
        return False
    said = outline(article.text[passage.start : passage.end]).shingles
    return any(shared(said, outline(other.text).shingles) >= SHARED for other in before.values())


def _fuse(
    near: Scored, words: Sequence[tuple[int, float]], cosines: dict[int, float]
) -> list[tuple[int, float, float, float]]:
    """(passage id, fused, cosine, BM25), best first.

    A convex combination of scores, each scaled by what it can be at most in this search: Bruch, Gai, Ingber 2023,
    "An Analysis of Fusion Functions for Hybrid Retrieval", found it better than fusing ranks.
    """
    lexical = dict(words)
    top = max(lexical.values(), default=0.0)
    rows = []
    for passage_id in {*near[0].tolist(), *lexical}:
        if passage_id not in cosines:
            continue
        cosine, bm25 = cosines[passage_id], lexical.get(passage_id, 0.0)
        share = bm25 / top if top else 0.0
        rows.append((passage_id, DENSE_WEIGHT * max(cosine, 0.0) + (1 - DENSE_WEIGHT) * share, cosine, bm25))
    return sorted(rows, key=lambda row: (-row[1], row[0]))


class HybridRetriever(BaseRetriever):
    """The library as a LangChain retriever: one Document a passage, with the place it was copied from."""

    library: Any  # index.library.Library, which is imported after this file
    limit: int = 8
    where: Filter = Filter()
    rerank: Callable[[str, Sequence[Hit]], list[Hit]] | None = None  # such as assistant.ReaderJudge().rerank
    wide: int = 24  # hits that are reranked

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        hits = self.library.find(query, max(self.limit, self.wide) if self.rerank else self.limit, self.where)
        if self.rerank:
            hits = self.rerank(query, hits)[: self.limit]
        return [to_document(hit) for hit in hits]


def to_document(hit: Hit) -> Document:
    """A Hit in LangChain's form; the metadata are scalars."""
    return Document(
        page_content=hit.text,
        id=f"{hit.article.id}:{hit.passage.ordinal}",
        metadata={
            "article_id": hit.article.id,
            "title": hit.article.title,
            "source": hit.article.source,
            "date": hit.article.date.isoformat() if hit.article.date else "",
            "url": hit.article.url,
            "start": hit.passage.start,
            "end": hit.passage.end,
            "score": hit.score,
        },
    )
