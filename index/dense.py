"""Nearest vectors with Chroma. The only file that imports chromadb.

Local Chroma loses data when it is killed while it writes its index, and when two processes write to one folder
(docs/decisions.md, "Chroma"). So a Chroma folder here is a snapshot: it is filled in a folder of its own, checked,
sealed, closed and only then named in the manifest, and nothing is written to it afterwards. What came later is the
tail: few vectors, read from the archive and compared exactly. A folder that no manifest names is thrown away.

Chroma's native code trusts its files, so a snapshot is opened only while its seal holds (index/seal.py), and once in
a process of its own when the process that opened it before has died over it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from index.archive import Archive, Ids
from index.database import compact
from index.disk import ask_for, make_private, read_json, write_json
from index.embedder import Vectors
from index.seal import STOPS, blocks, seal, sealed

COLLECTION = "passages"
BATCH = 5_000  # Chroma refuses more than 5,461 records a call
EF_SEARCH = 200  # recall@10 .99 against exact search on 47,000 news passages
SYNC = 1_000  # vectors; Chroma's own threshold
FORMAT = 2
ALWAYS = 64_000_000  # bytes; of larger snapshots the big files are summed once a day, or when they have changed
REMEMBERED = 86_400  # seconds
PROBE_SECONDS = 120
_NAME = re.compile(r"v[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """Which folder is the snapshot and what it holds; `building` names a folder that may be half done."""

    folder: str = ""
    generation: int = 0
    count: int = 0
    fingerprint: str = ""
    building: str = ""
    library: str = ""  # whose archive it was made from
    seal: dict[str, Any] = field(default_factory=dict)
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
        self._sound: set[str] = set()  # snapshots whose seal this process has checked
        self.broken = ""  # a snapshot that could not be searched: the library makes another

    def manifest(self) -> Manifest:
        """What is on disk now; an empty manifest when there is none that can be read."""
        try:
            manifest = Manifest(**read_json(self.folder / "manifest.json"))
            whole = (
                manifest.format == FORMAT
                and manifest.folder != self.broken
                and bool(_NAME.fullmatch(manifest.folder))
                and (self.folder / manifest.folder / "chroma.sqlite3").is_file()
            )
        except (OSError, ValueError, TypeError, RecursionError):
            return Manifest()
        return manifest if whole else Manifest(building=str(manifest.building))

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
        except BaseException as error:  # Chroma raises errors of a dozen kinds on hurt files
            if isinstance(error, STOPS):
                raise
            self.broken = manifest.folder
            raise BrokenIndexError(manifest.folder) from error
        ids = np.array([int(i) for i in found["ids"][0]], dtype=np.int64)
        return ids, 1.0 - np.asarray(found["distances"][0], dtype=np.float32)

    def build(self, archive: Archive, fingerprint: str) -> Manifest:
        """Make a new snapshot of everything in the archive and publish it; the one before last is deleted.

        Raises LibraryReadOnly when the disk has no room for it: Chroma hangs on a full one.
        """
        before = self.manifest()
        self._clean(keep={before.folder})
        ask_for(self.folder.parent, room(archive.passage_count(), archive.dimension()))
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"v{uuid.uuid4().hex[:12]}"  # never the name of an earlier one: Chroma caches clients by path
        self._publish(replace(before, building=name))
        generation = archive.generation()
        count = self._fill(self.folder / name, archive)
        manifest = Manifest(name, generation, count, fingerprint, library=archive.library, seal=self._seal(name, count))
        make_private(self.folder)
        self._publish(manifest)
        self.broken = ""
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

    def check(self, manifest: Manifest) -> bool:
        """Whether the snapshot is what was sealed. Cheap after the first time; sets `broken` when it is not."""
        if manifest.folder not in self._sound and manifest.folder:
            folder = self.folder / manifest.folder
            large = _large_files(folder)
            if not sealed(folder, manifest.seal, ignore=self._known(folder, large)) or not self._survives(folder):
                self.broken = manifest.folder
                return False
            self._remember(folder, large)
            self._sound.add(manifest.folder)
        return True

    def close(self) -> None:
        with self._lock:
            for client in (self._open[1] if self._open else None, self._retired):
                if client is not None:
                    client.close()
            self._open = self._retired = None

    def _fill(self, folder: Path, archive: Archive) -> int:
        with _opened(folder) as client:
            collection = client.create_collection(
                COLLECTION,
                embedding_function=None,
                configuration={"hnsw": {"space": "ip", "ef_search": EF_SEARCH, **_written(archive.passage_count())}},
            )
            count, last = 0, None
            for ids, vectors in archive.all_vectors(BATCH):
                collection.add(ids=[str(i) for i in ids], embeddings=vectors)
                count, last = count + len(ids), vectors[-1:]
            if last is not None:  # makes Chroma work off its log while nobody else reads the folder
                collection.query(query_embeddings=last, n_results=1, include=[])
        compact(folder / "chroma.sqlite3")  # without free pages, what opening adds lies behind what is sealed
        return count

    def _seal(self, name: str, count: int) -> dict[str, Any]:
        """Open the finished snapshot once more, as readers will; what that changes is left out of the seal."""
        before = blocks(self.folder / name)
        with _opened(self.folder / name) as client:
            collection = client.get_collection(COLLECTION, embedding_function=None)
            if (held := collection.count()) != count:
                raise RuntimeError(f"Chroma holds {held} of {count} vectors")
            if count:
                collection.query(query_embeddings=collection.peek(1)["embeddings"], n_results=1, include=[])
        return seal(self.folder / name, before)

    def _known(self, folder: Path, large: dict[str, list[int]]) -> set[str]:
        """Large files that were summed within a day and have not been touched since."""
        note = _note(folder)
        with suppress(OSError, ValueError):
            if large and time.time() - note.stat().st_mtime < REMEMBERED and read_json(note) == large:
                return set(large)
        return set()

    def _remember(self, folder: Path, large: dict[str, list[int]]) -> None:
        if large and not self._known(folder, large):
            with suppress(OSError):
                write_json(_note(folder), large)

    def _survives(self, folder: Path) -> bool:
        """Whether the snapshot can be opened; asked of a process of its own when one died while opening it."""
        marks = [path for path in self.folder.glob(f"{folder.name}.opening-*") if not _lives(path)]
        if not marks:
            return True
        for path in marks:
            path.unlink(missing_ok=True)
        return probe(folder)

    def _collection(self, manifest: Manifest) -> Any:
        with self._lock:
            if self._open is not None and self._open[0] != manifest.folder:
                before = self._open[1]
                if self._retired is not None:
                    self._retired.close()
                self._open, self._retired = None, before
            if self._open is None:
                if not self.check(manifest):
                    raise BrokenIndexError(manifest.folder)
                with self._marked(manifest.folder):
                    self._open = (manifest.folder, *_collection_of(self.folder / manifest.folder))
            return self._open[2]

    @contextmanager
    def _marked(self, name: str) -> Iterator[None]:
        """While a snapshot is opened, a file says so; when the process dies, it stays behind."""
        mark = self.folder / f"{name}.opening-{os.getpid()}"
        with suppress(OSError):
            mark.touch(mode=0o600)
        try:
            yield
        finally:
            with suppress(OSError):
                mark.unlink()

    def _publish(self, manifest: Manifest) -> None:
        write_json(self.folder / "manifest.json", asdict(manifest))

    def _clean(self, keep: set[str]) -> None:
        for path in _snapshots(self.folder):
            if path.name not in keep:
                shutil.rmtree(path, ignore_errors=True)
        for path in self.folder.glob("v*.*"):  # notes about snapshots that are gone
            if path.name.partition(".")[0] not in keep:
                path.unlink(missing_ok=True)


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


def room(count: int, dimension: int) -> int:
    """Bytes that a snapshot of so many vectors takes while it is made; measured in benchmarks/torture."""
    return 2_000_000 + count * (2 * 4 * dimension + 1_800)


def _written(count: int) -> dict[str, int]:
    """Settings with which Chroma writes its index of so few vectors, instead of leaving them all in its log.

    It does so from SYNC vectors on. With fewer it makes empty index files at each opening, full of what happens to be
    in memory, so that no seal of them holds.
    """
    return {} if not 0 < count < SYNC else {"batch_size": count, "sync_threshold": count}


def probe(folder: Path) -> bool:
    """Whether a process of its own can open this snapshot and search it."""
    try:
        done = subprocess.run(  # noqa: S603 - this module itself
            [sys.executable, "-m", "index.dense", str(folder)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            capture_output=True,
            timeout=PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


@contextmanager
def _opened(folder: Path) -> Iterator[Any]:
    client = _client(folder)
    try:
        yield client
    finally:
        client.close()


def _collection_of(folder: Path) -> tuple[Any, Any]:
    """A client, and the snapshot's collection after its first search."""
    client = _client(folder)
    try:
        collection = client.get_collection(COLLECTION, embedding_function=None)
        if (some := collection.peek(1)["embeddings"]) is not None and len(some):
            collection.query(query_embeddings=some, n_results=1, include=[])
    except BaseException:
        client.close()
        raise
    return client, collection


def _client(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


def _large_files(folder: Path) -> dict[str, list[int]]:
    """Size, time and number of the big files of a large snapshot; nothing of a small one."""
    found = {path.relative_to(folder).as_posix(): path.stat() for path in folder.rglob("*.bin") if path.is_file()}
    if sum(stat.st_size for stat in found.values()) < ALWAYS:
        return {}
    return {name: [stat.st_size, stat.st_mtime_ns, stat.st_ino] for name, stat in found.items()}


def _note(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.checked")


def _lives(mark: Path) -> bool:
    """Whether the process that left this mark is still there."""
    import psutil

    return bool(psutil.pid_exists(int(mark.name.rpartition("-")[2] or 0)))


def _snapshots(folder: Path) -> Iterator[Path]:
    with suppress(OSError):
        yield from (path for path in sorted(folder.glob("v*")) if path.is_dir())


if __name__ == "__main__":
    _collection_of(Path(sys.argv[1]))[0].close()
