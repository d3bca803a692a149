"""Whether a library is sound: the archive compared with itself, and both search indexes with the archive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from index.archive import Archive, Ids
from index.dense import DenseIndex, Manifest
from index.derived import Derived
from index.lexical import LexicalIndex

COMPARED = 512  # vectors at a time


@dataclass(frozen=True, slots=True)
class Health:
    """What `verify` found. Sound when there are no problems; `derived` ones are mended by `repair`."""

    articles: int
    passages: int
    archive: tuple[str, ...]  # problems of the archive itself
    derived: tuple[str, ...]  # problems of the search indexes

    @property
    def ok(self) -> bool:
        return not self.archive and not self.derived

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "ok": self.ok}


def examine(archive: Archive, derived: Derived) -> Health:
    """Id by id and vector by vector; of a hurt archive only its own problems are told."""
    if problems := tuple(archive.problems()):
        return Health(0, 0, problems, ())
    truth = archive.passage_ids()
    found = (*_lexical_problems(archive, truth, derived.lexical), *_dense_problems(archive, truth, derived))
    return Health(archive.count(), len(truth), tuple(_loss(derived)), found)


def _loss(derived: Derived) -> Iterator[str]:
    if seen := derived.loss():
        yield (
            f"the archive is older than its search indexes, which have seen {seen} changes: something was lost. "
            "Restore a backup or ingest again; `briefing repair` accepts what there is"
        )


def _lexical_problems(archive: Archive, truth: Ids, lexical: LexicalIndex) -> Iterator[str]:
    state = lexical.state()
    if not archive.generation():
        return  # nothing was ever stored
    if state.dirty or state.generation != archive.generation() or state.library != archive.library:
        yield "the word index is behind the archive"
    elif set(truth.tolist()) != _held(lexical):
        yield "the word index does not hold the archive's passages"


def _dense_problems(archive: Archive, truth: Ids, derived: Derived) -> Iterator[str]:
    dense = derived.dense
    manifest = dense.manifest()
    if derived.is_lost(manifest) or not manifest.folder:
        if len(truth):
            yield "the vector index is missing"
        return
    changes = archive.changes(manifest.generation)
    try:
        held = dense.ids(manifest)
    except Exception as error:  # Chroma raises errors of a dozen kinds on hurt files
        yield f"the vector index cannot be read ({type(error).__name__})"
        return
    expected = np.setdiff1d(truth, np.array(changes.added, dtype=np.int64))
    if not np.array_equal(np.setdiff1d(held, np.array(changes.removed, dtype=np.int64)), expected):
        yield "the vector index does not hold the archive's passages"
    elif _has_wrong_vectors(archive, dense, manifest, expected):
        yield "the vector index holds other vectors than the archive"


def _held(lexical: LexicalIndex) -> set[int] | None:
    with suppress(Exception):  # of a hurt index
        return lexical.ids()
    return None


def _has_wrong_vectors(archive: Archive, dense: DenseIndex, manifest: Manifest, expected: Ids) -> bool:
    for left in range(0, len(expected), COMPARED):
        ids, vectors = archive.vectors(expected[left : left + COMPARED].tolist())
        if not np.allclose(vectors, dense.vectors(manifest, ids), atol=1e-3):
            return True
    return False
