"""The whole library in one file, and back: the archive is all there is to save, the indexes are made from it."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from index.archive import Archive
from index.disk import sync_folder, told_when_full
from index.errors import BriefingError, InputError, LibraryBusy, LibraryDamaged, LibraryTooNew
from index.home import ARCHIVE

MAGIC = b"SQLite format 3\0"
PATIENCE = 2.0  # seconds that a restore waits for a writer
_DERIVED = ("dense/manifest.json", "lexical/state.json")


def backup(archive: Archive, target: Path) -> int:
    """Write the archive to this file, readable by its owner only. The number of its articles.

    It is written beside, checked, and then takes its name, so a backup that is there is whole. Raises InputError
    when the file is something else than a backup, or its folder is missing.
    """
    if target.exists() and not _is_ours(target):
        raise InputError(f"{target} is not a backup of Briefing's and is not overwritten. Choose another name.")
    if not target.parent.is_dir():
        raise InputError(f"The folder {target.parent} does not exist. Make it first.")
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with told_when_full(target.parent):
            os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            archive.copy_to(part)
            count = _checked(part)
            with part.open("rb") as stream:
                os.fsync(stream.fileno())
            part.replace(target)
            sync_folder(target.parent)
    except OSError as error:
        raise InputError(f"The backup {target} cannot be written: {error.strerror}.") from None
    finally:
        for left in (part, Path(f"{part}-journal")):
            with suppress(OSError):
                left.unlink()
    return count


def restore(home: Path, source: Path, *, replace: bool = False) -> int:
    """Make the library in this folder what the backup holds. The number of its articles.

    Other processes that have it open see the old content or the new. Raises InputError when the file is no sound
    backup, or when the library holds articles and `replace` is not given; LibraryTooNew, LibraryBusy.
    """
    count = _checked(source)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with FileLock(home / "lock", mode=0o600).acquire(timeout=PATIENCE), told_when_full(home):
            archive = _target(home, replace)
            try:
                for name in _DERIVED:  # made again from what is restored
                    (home / name).unlink(missing_ok=True)
                archive.become(source, library=uuid.uuid4().hex[:16])
            finally:
                archive.close()
    except Timeout:
        raise LibraryBusy(
            f"Another process is writing to the library {home}. Try again when it has finished."
        ) from None
    return count


def _target(home: Path, replace: bool) -> Archive:
    """The archive that is to be replaced; a hurt one is put aside, in the same folder."""
    path = home / ARCHIVE
    try:
        archive = Archive(path)
    except LibraryTooNew:
        raise
    except LibraryDamaged:
        if not replace:
            raise InputError(
                f"The archive in {home} is hurt. Save what can be saved with `briefing salvage FILE`, then restore "
                "with --replace; the hurt file is kept beside."
            ) from None
        _put_aside(home)
        return Archive(path)
    if not replace and (count := archive.count()):
        archive.close()
        raise InputError(f"The library {home} holds {count} articles. Restore with --replace to give them up.")
    return archive


def _put_aside(home: Path) -> None:
    aside = home / f"hurt-{dt.datetime.now(dt.UTC):%Y%m%d-%H%M%S}"
    aside.mkdir(mode=0o700)
    for name in (ARCHIVE, f"{ARCHIVE}-wal", f"{ARCHIVE}-shm"):
        if (home / name).exists():
            (home / name).rename(aside / name)


def _is_ours(path: Path) -> bool:
    try:
        _checked(path, deeply=False)
    except BriefingError:
        return False
    return True


def _checked(path: Path, *, deeply: bool = True) -> int:
    """The number of articles in a sound backup. Raises InputError, LibraryTooNew."""
    try:
        with path.open("rb") as stream:
            begins = stream.read(len(MAGIC))
    except OSError as error:
        raise InputError(f"The backup {path} cannot be read: {error.strerror}.") from None
    if begins != MAGIC:
        raise InputError(f"{path} is not a backup of Briefing's.")
    try:
        archive = Archive(path, read_only=True)
        try:
            if not archive.query("SELECT 1 FROM sqlite_master WHERE name = 'articles'"):
                raise InputError(f"{path} is not a backup of Briefing's.")
            problems = archive.problems() if deeply else []
            if problems:
                raise InputError(f"The backup {path} is hurt: {problems[0]}.")
            return archive.count()
        finally:
            archive.close()
    except LibraryDamaged:
        raise InputError(f"{path} is not a sound backup of Briefing's.") from None
