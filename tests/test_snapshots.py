"""Snapshots of the vectors: what other processes do to them when they only read."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.dense import probe
from index.library import Library
from tests.conftest import WordEmbedder
from tests.torture.common import article


@pytest.mark.parametrize("count", [1, 2, 40])
def test_reading_in_another_process_leaves_a_small_snapshot_as_it_was_sealed(
    home: Path, embedder: WordEmbedder, count: int
) -> None:
    with Library.open(home, embedder=embedder) as library:
        library.add([article(number, passages=1) for number in range(count)])
        library.search("harbour")
    (snapshot,) = home.glob("dense/v*/")
    before = _vector_files(snapshot)
    assert probe(snapshot)
    assert probe(snapshot)
    assert _vector_files(snapshot) == before
    with Library.open(home, embedder=embedder) as library:
        assert library.verify().ok
        assert list(home.glob("dense/v*/")) == [snapshot]  # no other was made instead


def _vector_files(snapshot: Path) -> dict[str, tuple[int, bytes]]:
    """When each was written last, and what it holds."""
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in snapshot.rglob("*.bin")}
