"""The nearest passages of the whole archive: Chroma's snapshot and what came after it, within a filter.

Chroma's own filter takes 100 ms at 47,000 passages (docs/decisions.md, "Filters"). So a filter is either an exact
scan of the vectors that match, or more of the nearest than are wanted, of which those that do not match are dropped:
whichever looks at fewer vectors.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from index.archive import Archive, Changes, Ids
from index.dense import BrokenIndexError, DenseIndex, Manifest, Scored, best_of, best_of_scored
from index.embedder import Vectors
from index.filters import Filter

SPARE = 1.5  # times as many as should be enough: what matches is not spread evenly
EXACT_BELOW = 20_000  # so few vectors are compared exactly when the nearest do not match: some tens of milliseconds


class Nearest:
    """Searches by vector. Thread-safe."""

    def __init__(self, archive: Archive, dense: DenseIndex, fingerprint: str) -> None:
        self._archive = archive
        self._dense = dense
        self._fingerprint = fingerprint  # of the model in use
        self._tail: _Tail | None = None
        self._subset: tuple[int, Filter, Ids, Vectors] | None = None
        self._lock = threading.Lock()

    def search(self, vector: Vectors, limit: int, where: Filter) -> Scored:
        """The `limit` nearest passages that the filter lets through, best first; fewer when there are fewer."""
        tail = self._current()[1]
        if not where:
            return self._from_snapshot(vector, limit, where, limit + min(limit, len(tail.removed)), grow=True)
        matching = tail.passages * self._share(tail, where)
        wanted = max(limit, round(SPARE * limit * tail.passages / max(matching, 1.0)))
        if matching > wanted:
            found = self._from_snapshot(vector, limit, where, wanted, grow=matching > EXACT_BELOW)
            if len(found[0]) >= limit or matching > EXACT_BELOW:
                return found
        return best_of(*self._matching(where), vector, limit)

    def _from_snapshot(self, vector: Vectors, limit: int, where: Filter, wanted: int, *, grow: bool) -> Scored:
        """Of snapshot and tail the `wanted` nearest that may be shown; with `grow` more, until `limit` are left."""
        manifest, tail = self._current()

        def kept(search: Callable[[int], Scored], most: int) -> Scored:
            size = wanted
            while True:
                found = self._allowed(search(size), where, tail.removed)
                if len(found[0]) >= limit or size >= most or not grow:
                    return found
                size = min(most, size * 4)

        try:
            old = kept(lambda size: self._dense.search(manifest, vector, size), manifest.count)
        except BrokenIndexError:  # what it holds is tail now, and compared exactly
            return self._from_snapshot(vector, limit, where, wanted, grow=grow)
        new = kept(lambda size: best_of(tail.ids, tail.vectors, vector, size), len(tail.ids))
        return best_of_scored(np.concatenate([old[0], new[0]]), np.concatenate([old[1], new[1]]), limit)

    def _allowed(self, found: Scored, where: Filter, removed: frozenset[int]) -> Scored:
        """Those that are still there and that the filter lets through."""
        if not where and not removed:
            return found
        ids = found[0].tolist()
        passing = self._archive.passing(ids, where) if where else set(ids)
        keep = np.array([i in passing and i not in removed for i in ids], dtype=bool)
        return found[0][keep], found[1][keep]

    def _current(self) -> tuple[Manifest, _Tail]:
        """The snapshot in use and what the archive has had since then."""
        manifest = self._dense.manifest()
        if (manifest.fingerprint, manifest.library) != (self._fingerprint, self._archive.library):
            manifest = Manifest()  # another model's or another library's: everything is tail
        with self._lock:
            tail = self._tail
            if tail is None or tail.folder != manifest.folder or tail.generation != self._archive.generation():
                changes = self._archive.changes(manifest.generation)
                tail = _Tail.read(self._archive, manifest, changes)
                self._tail = tail
        return manifest, tail

    def _share(self, tail: _Tail, where: Filter) -> float:
        """Of all articles, those that match; counted once for each filter as long as the archive stays the same."""
        if where not in tail.shares:
            tail.shares[where] = self._archive.count(where) / max(1, tail.articles)
        return tail.shares[where]

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


@dataclass(frozen=True, slots=True)
class _Tail:
    """What the archive has that the snapshot lacks, and what it no longer has; and how large the archive is."""

    folder: str
    generation: int
    removed: frozenset[int]
    ids: Ids
    vectors: Vectors
    articles: int
    passages: int
    shares: dict[Filter, float] = field(default_factory=dict)

    @classmethod
    def read(cls, archive: Archive, manifest: Manifest, changes: Changes) -> _Tail:
        ids, vectors = archive.vectors(changes.added)
        size = archive.count(), archive.passage_count()
        return cls(manifest.folder, changes.generation, frozenset(changes.removed), ids, vectors, *size)
