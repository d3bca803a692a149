"""Batches of articles become vectors in a thread of their own: the model computes while others read and store.

Reading, cleaning, comparing and storing take about a quarter of the model's time, but only one core. Beside each
other they cost next to nothing (benchmarks/results/share.md).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from index.article import Article, Passage
from index.embedder import Embedder, Vectors, embed_by_length

SAMPLED, SAME = 8, 0.98  # vectors of a batch that are embedded again, and the cosine that they must have


@dataclass(frozen=True, slots=True)
class Waiting:
    """An article that is to be stored."""

    article: Article
    pieces: list[Passage]
    known: bool  # it replaces what is stored
    told: bool  # it belongs into the report
    vectors: Vectors | None = None  # of its pieces, when they came with it


Done = tuple[Sequence[Waiting], Vectors, int]  # a batch, the vectors of all its pieces, and how many were made for it


class Embedding:
    """One batch being embedded, in the background. For one thread; `id in embedding` tells what it is at."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="briefing-embed")
        self._stopped = threading.Event()
        self._batch: Sequence[Waiting] = ()
        self._future: Future[tuple[Vectors, int]] | None = None

    def __contains__(self, article_id: str) -> bool:
        return any(item.article.id == article_id for item in self._batch)

    def exchange(self, following: Sequence[Waiting]) -> Done | None:
        """Begin with the following batch, if there is one, and give back the one before when it is done.

        Raises what the embedder raised.
        """
        batch, future = self._batch, self._future
        self._batch = following
        self._future = self._thread.submit(_vectors, following, self._embedder, self._goes_on) if following else None
        return (batch, *future.result()) if future else None

    def stop(self) -> None:
        """Give up what is still being embedded, within a second or so."""
        self._stopped.set()
        self._thread.shutdown(cancel_futures=True)

    def _goes_on(self, _done: int) -> None:
        if self._stopped.is_set():
            raise InterruptedError


def embedded_text(article: Article, passage: Passage) -> str:
    """Headline and date in front: measured, Hits@1 .50 → .55 on 187 news questions."""
    day = article.date.isoformat() if article.date else ""
    head = ". ".join(part for part in (article.title.rstrip(". "), day) if part)
    text = article.text[passage.start : passage.end].strip()
    return f"{head}. {text}" if head else text


def _vectors(batch: Sequence[Waiting], embedder: Embedder, advance: Callable[[int], None]) -> tuple[Vectors, int]:
    """Of all pieces of the batch, in order; only those that came without vectors are embedded, and counted."""
    carried = [item.vectors is not None for item in batch for _ in item.pieces]
    texts = [embedded_text(item.article, piece) for item in batch for piece in item.pieces]
    if any(carried) and not _agree(texts, carried, batch, embedder):
        carried = [False] * len(texts)
    missing = [n for n, came in enumerate(carried) if not came]
    vectors = embed_by_length(embedder, [texts[n] for n in missing], advance)
    if len(missing) == len(texts):
        return vectors, len(missing)
    found = np.zeros((len(texts), embedder.dimension), dtype=np.float32)
    found[missing] = vectors
    found[np.flatnonzero(carried)] = np.concatenate([item.vectors for item in batch if item.vectors is not None])
    return found, len(missing)


def _agree(texts: Sequence[str], carried: Sequence[bool], batch: Sequence[Waiting], embedder: Embedder) -> bool:
    """Whether a few of the vectors that came are those that the embedder makes; an export may be anybody's."""
    came = [item.vectors for item in batch if item.vectors is not None]
    if any(vectors.shape[1] != embedder.dimension for vectors in came):
        return False
    rows, places = np.concatenate(came), np.flatnonzero(carried)
    some = np.linspace(0, len(rows) - 1, min(len(rows), SAMPLED), dtype=int)
    made = embedder.embed([texts[places[n]] for n in some])
    return bool(((made * rows[some]).sum(axis=1) > SAME).all())
