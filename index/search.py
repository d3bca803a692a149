"""Questions in, Hits out: dense and lexical candidates, fused. Filters cost no more than the search itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from index.archive import Archive, Changes, Ids
from index.article import Article, Passage
from index.dense import EXACT_BELOW, BrokenIndexError, DenseIndex, Manifest, Scored, best_of, best_of_scored
from index.duplicates import SHARED, outline, shared
from index.embedder import Embedder, Vectors
from index.filters import Filter
from index.lexical import LexicalIndex

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
        self._dense = dense
        self._lexical = lexical
        self._embedder = embedder
        self._tail: _Tail | None = None
        self._subset: tuple[int, Filter, Ids, Vectors] | None = None
        self._lock = threading.Lock()

    def search(self, query: str, limit: int, where: Filter | None = None) -> list[Hit]:
        """The best passages for a question, best first; equal scores by passage id."""
        where = where or Filter()
        vector = self._embedder.embed([query])[0]
        near = self._nearest(vector, max(POOL, limit), where)
        words = self._lexical.search(query, max(POOL, limit), where)
        return self._hits(_fuse(near, words, self._cosines(vector, near, words)), limit)

    def _nearest(self, vector: Vectors, limit: int, where: Filter) -> Scored:
        manifest, tail = self._current()
        if where and self._archive.count(where) * tail.passages_an_article <= EXACT_BELOW:
            ids, vectors = self._matching(where)
            return best_of(ids, vectors, vector, limit)
        try:
            return self._over_fetch(manifest, tail, vector, limit, where)
        except BrokenIndexError:  # what it holds is tail now, and compared exactly
            return self._over_fetch(*self._current(), vector, limit, where)

    def _over_fetch(self, manifest: Manifest, tail: _Tail, vector: Vectors, limit: int, where: Filter) -> Scored:
        """Snapshot and tail; of each more and more until enough are left after dropping."""

        def kept(search: Callable[[int], Scored], most: int) -> Scored:
            wanted = limit
            while True:
                found = self._allowed(search(wanted), where, tail.removed)
                if len(found[0]) >= limit or wanted >= most:
                    return found
                wanted = min(most, wanted * 4)

        old = kept(lambda wanted: self._dense.search(manifest, vector, wanted), manifest.count)
        new = kept(lambda wanted: best_of(tail.ids, tail.vectors, vector, wanted), len(tail.ids))
        return best_of_scored(np.concatenate([old[0], new[0]]), np.concatenate([old[1], new[1]]), limit)

    def _allowed(self, found: Scored, where: Filter, removed: frozenset[int]) -> Scored:
        """Those that are still there and that the filter lets through."""
        ids = found[0].tolist()
        passing = self._archive.passing(ids, where) if where else set(ids)
        keep = np.array([i in passing and i not in removed for i in ids], dtype=bool)
        return found[0][keep], found[1][keep]

    def _current(self) -> tuple[Manifest, _Tail]:
        """The snapshot in use and what the archive has had since then."""
        manifest = self._dense.manifest()
        if (manifest.fingerprint, manifest.library) != (self._embedder.fingerprint, self._archive.library):
            manifest = Manifest()  # another model's or another library's: everything is tail
        with self._lock:
            tail = self._tail
            if tail is None or tail.folder != manifest.folder or tail.generation != self._archive.generation():
                changes = self._archive.changes(manifest.generation)
                tail = _Tail.read(self._archive, manifest, changes)
                self._tail = tail
        return manifest, tail

    def _matching(self, where: Filter) -> tuple[Ids, Vectors]:
        """Passages of the matching articles; the last such set is kept, since people ask on with the same filter."""
        generation = self._archive.generation()
        with self._lock:
            kept = self._subset
        if kept is not None and kept[:2] == (generation, where):
            return kept[2], kept[3]
        ids, matrix = self._archive.vectors_where(where)
        with self._lock:
            self._subset = (generation, where, ids, matrix)
        return ids, matrix

    def _cosines(self, vector: Vectors, near: Scored, words: Sequence[tuple[int, float]]) -> dict[int, float]:
        """The cosine of every candidate: those that only the words found are looked up."""
        known = dict(zip(near[0].tolist(), near[1].tolist(), strict=True))
        ids, vectors = self._archive.vectors([i for i, _ in words if i not in known])
        if len(ids):
            known.update(zip(ids.tolist(), (vectors @ vector).tolist(), strict=True))
        return known

    def _hits(self, fused: Sequence[tuple[int, float, float, float]], limit: int) -> list[Hit]:
        passages = self._archive.passages([row[0] for row in fused])
        twins = self._twins(list({passage.article_id for passage in passages.values()}))
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
                start, end = self._neighbours(passage)
                hits.append(Hit(article, passage, score, dense, lexical, start, end, tuple(sorted(copies))))
            if len(hits) == limit:
                break
        return hits

    def _neighbours(self, passage: Passage) -> tuple[int, int]:
        around = [p for p in self._archive.passages_of(passage.article_id) if abs(p.ordinal - passage.ordinal) <= 1]
        return min(p.start for p in around), max(p.end for p in around)


def _is_shown(article: Article, passage: Passage, copies: set[str], hits: Sequence[Hit]) -> bool:
    """Whether a near-duplicate that is shown already says what this passage says."""
    before = {hit.article.id: hit.article for hit in hits if hit.article.id in copies}
    if not before:
        return False
    said = outline(article.text[passage.start : passage.end]).shingles
    return any(shared(said, outline(other.text).shingles) >= SHARED for other in before.values())


@dataclass(frozen=True, slots=True)
class _Tail:
    """What the archive has that the snapshot lacks, and what it no longer has."""

    folder: str
    generation: int
    removed: frozenset[int]
    ids: Ids
    vectors: Vectors
    passages_an_article: float  # on average, in the whole archive

    @classmethod
    def read(cls, archive: Archive, manifest: Manifest, changes: Changes) -> _Tail:
        ids, vectors = archive.vectors(changes.added)
        average = archive.passage_count() / max(1, archive.count())
        return cls(manifest.folder, changes.generation, frozenset(changes.removed), ids, vectors, average)


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

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [to_document(hit) for hit in self.library.find(query, self.limit, self.where)]


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
