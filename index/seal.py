"""Whether the files of a derived index are still what was written, told by sums, before native code reads them.

Chroma and tantivy read their files with native code that trusts them: hurt ones can end the process, or give short
results without an error. What a seal covers is never written again, so a sum that differs means damage, or files
that came from elsewhere; such an index is not opened but made again from the archive.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

BLOCK = 4_096  # bytes; the page of Chroma's SQLite file
STOPS = (KeyboardInterrupt, SystemExit, GeneratorExit)  # a panic of native code is a BaseException, as these are
Seal = Mapping[str, Any]  # file → [its size, its sum, the blocks that are left out]


def blocks(folder: Path) -> dict[str, list[int]]:
    """A sum of each block of each file: comparing two such tables tells which blocks changed."""
    return {name: [zlib.crc32(block) for block in _blocks(folder / name)] for name in names(folder)}


def seal(folder: Path, before: Mapping[str, list[int]] | None = None) -> dict[str, Any]:
    """Sums of all files. Blocks that differ from `before` are known to change when the index is opened: left out."""
    made: dict[str, Any] = {}
    after = blocks(folder) if before is not None else {}
    for name in names(folder):
        earlier = (before or {}).get(name, after.get(name, []))
        later = after.get(name, [])
        loose = [n for n, (old, new) in enumerate(zip(earlier, later, strict=False)) if old != new]
        size = min(len(earlier) * BLOCK, (folder / name).stat().st_size) if loose else (folder / name).stat().st_size
        made[name] = [size, _sum(folder / name, size, loose), loose]
    return made


def sealed(folder: Path, known: Seal, *, ignore: Collection[str] = (), partly: bool = False) -> bool:
    """Whether the folder holds what was sealed; `partly` while a writer may be replacing some of its files."""
    try:
        for name, (size, expected, loose) in known.items():
            path = folder / name
            if name in ignore or (partly and (name.endswith(".json") or not path.exists())):
                continue
            if path.stat().st_size < size or (not loose and path.stat().st_size != size):
                return False
            if _sum(path, size, loose) != expected:
                return False
    except (OSError, ValueError, TypeError):
        return False
    return partly or not set(_executable(folder)) - set(known)


def names(folder: Path) -> list[str]:
    """Files below the folder, by name; SQLite's own passing ones and locks are left out."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in found if not name.endswith(("-wal", "-shm", "-journal", ".lock")))


def _executable(folder: Path) -> Iterable[str]:
    """Pickles run code when they are read; one that nobody sealed came from elsewhere."""
    return (name for name in names(folder) if name.endswith((".pickle", ".pkl")))


def _blocks(path: Path) -> Iterable[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            yield block


def _sum(path: Path, size: int, loose: Collection[int]) -> str:
    """SHA-256 of the first `size` bytes without the blocks that are left out."""
    digest, place, left_out = hashlib.sha256(), 0, set(loose)
    with path.open("rb") as stream:
        if not left_out:
            return hashlib.file_digest(stream, "sha256").hexdigest()
        while place < size and (block := stream.read(min(BLOCK, size - place))):
            if place // BLOCK not in left_out:
                digest.update(block)
            place += len(block)
    return digest.hexdigest()
