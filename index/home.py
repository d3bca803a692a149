"""The folder that holds a library: made private to its owner, and refused when its archive has gone."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

from index.disk import make_private
from index.errors import LibraryDamaged, LibraryReadOnly

ARCHIVE = "archive.sqlite3"


def prepared(folder: Path) -> bool:
    """Make the folder, private to its owner. Whether it can only be read.

    Raises LibraryReadOnly when it cannot be made, LibraryDamaged when indexes lie in it without their archive.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise LibraryReadOnly(
            f"The library folder {folder} cannot be made: {error.strerror}. "
            "Choose another with --home or BRIEFING_HOME."
        ) from None
    read_only = not _can_be_written(folder)
    archive = folder / ARCHIVE
    holds = archive.is_file() and archive.stat().st_size > 0
    if not holds and any((folder / name).is_file() for name in ("dense/manifest.json", "lexical/state.json")):
        raise LibraryDamaged(
            f"The archive {archive} is missing or empty, though its search indexes are there. Put it back, restore a "
            f"backup (`briefing restore FILE`), or delete {folder} to begin a new library."
        )
    if read_only and not holds:
        raise LibraryReadOnly(
            f"The folder {folder} cannot be written to and holds no library. "
            "Choose another with --home or BRIEFING_HOME."
        )
    if not read_only:
        _tighten(folder)
    return read_only


def _can_be_written(folder: Path) -> bool:
    probe = folder / f".probe-{os.getpid()}-{threading.get_ident()}"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        return error.errno in (errno.ENOSPC, errno.EDQUOT)  # full, and writable again when there is space
    return True


def _tighten(folder: Path) -> None:
    """Files of an earlier version, or of a generous umask, become their owner's alone."""
    for path in (folder / ARCHIVE, folder / f"{ARCHIVE}-wal", folder / f"{ARCHIVE}-shm", folder / "lock"):
        try:
            if path.stat().st_mode & 0o077:
                path.chmod(0o600)
        except OSError:
            continue  # not there, or another's
    for name in ("dense", "lexical"):
        if (folder / name).is_dir() and (folder / name).stat().st_mode & 0o077:
            make_private(folder / name)
