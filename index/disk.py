"""Files of a library's home: private to their owner, replaced whole, and never begun on a disk that is full."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from index.errors import LibraryReadOnly

SPARE = 1_000_000  # bytes that stay free: SQLite needs some even to read
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def free(folder: Path) -> int:
    """Bytes that can still be written to the disk of this folder; without end when the system does not say."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 1 << 62


def is_full(folder: Path) -> bool:
    return free(folder) < SPARE


def full(folder: Path) -> LibraryReadOnly:
    """What is said when the disk of this folder is full."""
    return LibraryReadOnly(
        f"The disk that holds {folder} is full. Everything stored so far is safe; "
        "free some space and run the command again."
    )


def ask_for(folder: Path, size: int) -> None:
    """Raises LibraryReadOnly when so many bytes do not fit: the native indexes hang or break on a full disk."""
    if free(folder) < size + SPARE:
        raise full(folder)


@contextmanager
def told_when_full(folder: Path) -> Iterator[None]:
    """An error for want of space, of whatever library, becomes LibraryReadOnly with a sentence for people."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise full(folder) from error
        raise
    except (ValueError, RuntimeError) as error:  # tantivy's kinds
        if "No space left" in str(error) or "os error 28" in str(error):
            raise full(folder) from error
        raise


def make_private(folder: Path) -> None:
    """Take from everybody else what is in this folder, and the folder itself: 0700 and 0600."""
    for path in (folder, *folder.rglob("*")):
        with suppress(OSError):  # gone again, or another's
            mode = path.lstat().st_mode
            if not path.is_symlink() and mode & 0o077:
                path.chmod(mode & 0o700)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Replace a small file so that a reader, or a crash, sees the old content or the new, never a part."""
    temporary = path.with_suffix(".new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        json.dump(content, stream)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def read_json(path: Path) -> dict[str, Any]:
    """Raises OSError or ValueError."""
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


def sync_folder(folder: Path) -> None:
    """After a rename: bring the folder's entries to the disk, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
