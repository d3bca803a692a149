"""Nearest vectors with Chroma. The only file that imports chromadb.

Local Chroma loses data when it is killed while it writes its index, and when two processes write to one folder
(docs/decisions.md, "Chroma"). So a Chroma folder here is a snapshot: it is filled in a folder of its own, checked,
closed and only then named in the manifest, and nothing is written to it afterwards. What came later is the tail:
few vectors, read from the archive and compared exactly. The dirty marker of the manifest tells that a build was cut
short; its folder is thrown away.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from index.archive import Archive, Ids
from index.embedder import Vectors

COLLECTION = "passages"
BATCH = 5_000  # Chroma refuses more than 5,461 records a call
EF_SEARCH = 200  # recall@10 .99 against exact search on 47,000 news passages
EXACT_BELOW = 20_000  # so few vectors are compared exactly in a few milliseconds
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """Which folder is the snapshot and what it holds; `building` names a folder that may be half done."""

    folder: str = ""
    generation: int = 0
    count: int = 0
    fingerprint: str = ""
    building: str = ""
    format: int = FORMAT


Scored = tuple[Ids, Vectors]  # passage ids and cosines, best first


class BrokenIndexError(Exception):
    """A snapshot cannot be read. Never shown to anybody: the search goes on without it."""


class DenseIndex:
    """Snapshots of vectors in Chroma under one folder. Searching is thread-safe; `build` is for the one writer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._open: tuple[str, Any, Any] | None = None  # folder, client, collection
        self._retired: Any = None  # the client before: another thread may still be searching with it
        self.broken = ""  # a snapshot that could not be searched: the library makes another

    def manifest(self) -> Manifest:
        """What is on disk now; an empty manifest when there is none that can be read."""
        try:
            found = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
            manifest = Manifest(**found)
        except (OSError, ValueError, TypeError):
            return Manifest()
        whole = (
            manifest.format == FORMAT
            and manifest.folder != self.broken
            and (self.folder / manifest.folder / "chroma.sqlite3").is_file()
        )
        return manifest if whole else Manifest(building=manifest.building)

    def search(self, manifest: Manifest, vector: Vectors, limit: int) -> Scored:
        """The `limit` nearest of the snapshot: fewer when it holds fewer.

        Raises BrokenIndexError, and sets `broken`, when it cannot be read.
        """
        limit = min(limit, manifest.count)
        if not limit:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        try:
            collection = self._collection(manifest)
            found = collection.query(query_embeddings=vector.reshape(1, -1), n_results=limit, include=["distances"])
        except Exception as error:  # Chroma raises errors of a dozen kinds on hurt files
            self.broken = manifest.folder
            raise BrokenIndexError(manifest.folder) from error
        ids = np.array([int(i) for i in found["ids"][0]], dtype=np.int64)
        return ids, 1.0 - np.asarray(found["distances"][0], dtype=np.float32)

    def build(self, archive: Archive, fingerprint: str) -> Manifest:
        """Make a new snapshot of everything in the archive and publish it; the one before last is deleted."""
        before = self.manifest()
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"v{uuid.uuid4().hex[:12]}"  # never the name of an earlier one: Chroma caches clients by path
        self._clean(keep={before.folder})
        self._publish(replace(before, building=name))
        generation = archive.generation()
        count = self._fill(self.folder / name, archive)
        manifest, self.broken = Manifest(name, generation, count, fingerprint), ""
        self._publish(manifest)
        self._clean(keep={name, before.folder})  # readers may still have the one before open
        return manifest

    def ids(self, manifest: Manifest) -> Ids:
        """Every passage id that the snapshot really holds, ascending."""
        found = self._collection(manifest).get(include=[])["ids"]
        return np.sort(np.fromiter((int(i) for i in found), dtype=np.int64, count=len(found)))

    def vectors(self, manifest: Manifest, ids: Ids) -> Vectors:
        """The stored vectors of these passages, in this order; shape (len(ids), dimension)."""
        wanted = [str(i) for i in ids]
        found = self._collection(manifest).get(ids=wanted, include=["embeddings"])
        rows = dict(zip(found["ids"], found["embeddings"], strict=True))
        return np.asarray([rows[i] for i in wanted], dtype=np.float32)

    def clean(self) -> None:
        """Delete every snapshot but the published one."""
        self._clean(keep={self.manifest().folder})

    def forget(self) -> None:
        """Delete every snapshot; they are made again from the archive."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def close(self) -> None:
        with self._lock:
            for client in (self._open[1] if self._open else None, self._retired):
                if client is not None:
                    client.close()
            self._open = self._retired = None

    def _fill(self, folder: Path, archive: Archive) -> int:
        client = _client(folder)
        try:
            collection = client.create_collection(
                COLLECTION,
                embedding_function=None,
                configuration={"hnsw": {"space": "ip", "ef_search": EF_SEARCH}},
            )
            count, last = 0, None
            for ids, vectors in archive.all_vectors(BATCH):
                collection.add(ids=[str(i) for i in ids], embeddings=vectors)
                count, last = count + len(ids), vectors[-1:]
            if last is not None:  # makes Chroma work off its log while nobody else reads the folder
                collection.query(query_embeddings=last, n_results=1, include=[])
            if collection.count() != count:
                raise RuntimeError(f"Chroma holds {collection.count()} of {count} vectors")
        finally:
            client.close()
        return count

    def _collection(self, manifest: Manifest) -> Any:
        with self._lock:
            if self._open is not None and self._open[0] != manifest.folder:
                before = self._open[1]
                if self._retired is not None:
                    self._retired.close()
                self._open, self._retired = None, before
            if self._open is None:
                client = _client(self.folder / manifest.folder)
                try:
                    collection = client.get_collection(COLLECTION, embedding_function=None)
                except BaseException:
                    client.close()
                    raise
                self._open = (manifest.folder, client, collection)
            return self._open[2]

    def _publish(self, manifest: Manifest) -> None:
        write_json(self.folder / "manifest.json", asdict(manifest))

    def _clean(self, keep: set[str]) -> None:
        for path in _snapshots(self.folder):
            if path.name not in keep:
                shutil.rmtree(path, ignore_errors=True)


def best_of(ids: Ids, vectors: Vectors, query: Vectors, limit: int) -> Scored:
    """Exact search: the `limit` rows nearest to the query, best first; equal scores by id."""
    if not len(ids):
        return ids, np.zeros(0, np.float32)
    return best_of_scored(ids, (vectors @ query.reshape(-1)).astype(np.float32), limit)


def best_of_scored(ids: Ids, scores: Vectors, limit: int) -> Scored:
    """The `limit` best, best first; equal scores by id."""
    if len(ids) > limit:
        kept = np.argpartition(-scores, limit - 1)[:limit]
        ids, scores = ids[kept], scores[kept]
    order = np.lexsort((ids, -scores))
    return ids[order], scores[order]


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Replace a small file so that a reader, or a crash, sees the old content or the new, never a part."""
    temporary = path.with_suffix(".new")
    with temporary.open("w", encoding="utf-8") as stream:
        json.dump(content, stream)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)


def _client(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    folder.mkdir(parents=True, exist_ok=True)
    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


def _snapshots(folder: Path) -> Iterator[Path]:
    with suppress(OSError):
        yield from (path for path in sorted(folder.glob("v*")) if path.is_dir())
