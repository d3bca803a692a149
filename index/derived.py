"""The two search indexes, kept up to the archive: when they are behind, hurt, or hold what was removed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from index.archive import Archive
from index.dense import DenseIndex, Manifest
from index.disk import told_when_full
from index.errors import BriefingError, LibraryDamaged
from index.lexical import LexicalIndex
from index.seal import STOPS

SMALL = 5_000  # a library of so few passages gets a new snapshot after every change: one second
TAIL_SHARE = 0.1  # a larger one when so much of it has changed since the last snapshot
ERASING = "erasing"  # in the archive's meta: something was removed, and its bytes may still be in an index
WENT_BACK = "went back"  # ... the indexes have seen more than the archive holds: it lost something

Progress = Callable[[str, int, int | None], None]


class Derived:
    """Chroma and tantivy beside one archive. `update` is for the one writer; the rest may be called by anybody."""

    def __init__(self, archive: Archive, home: Path, fingerprint: str) -> None:
        self.archive = archive
        self.dense = DenseIndex(home / "dense")
        self.lexical = LexicalIndex(home / "lexical")
        self._home = home
        self._fingerprint = fingerprint

    def behind(self) -> bool:
        """Whether a search would miss something, or meet something removed, until `update` has run."""
        state, manifest, generation = self.lexical.state(), self.dense.manifest(), self.archive.generation()
        if state.dirty or state.generation != generation or state.library != self.archive.library:
            return True
        if manifest.generation > generation or self.is_lost(manifest) or self.archive.meta(ERASING):
            return True
        return manifest.generation < generation and self.archive.is_smaller(SMALL)

    def update(self, progress: Progress | None = None, *, anew: bool = False) -> None:
        """Both indexes up to the archive's generation; from nothing when `anew`.

        What was removed leaves no bytes behind, whatever it costs. Raises LibraryReadOnly when the disk is full.
        """
        self._note_a_loss()
        erasing = self.archive.meta(ERASING)
        with told_when_full(self._home), self._told_when_hurt():
            self.lexical.is_sound()
            self.dense.check(self.dense.manifest())
            self.lexical.update(self.archive, anew=anew or erasing == "all")
            self._update_dense(progress, anew, erasing == "all")
        if erasing:
            self._erase(erasing)

    def mark_erasing(self) -> None:
        """From now on an update leaves nothing of removed articles, also when this process dies before it."""
        self.archive.set_meta(ERASING, "all")

    def accept_loss(self) -> None:
        """The archive went back, and the person knows."""
        self.archive.drop_meta(WENT_BACK)

    def loss(self) -> int:
        """The generation that the indexes have seen of an archive that went back; 0 when it did not."""
        return int(self.archive.meta(WENT_BACK) or 0)

    def close(self) -> None:
        self.dense.close()

    def is_lost(self, manifest: Manifest) -> bool:
        """Whether there is no snapshot that can be used, and there should be."""
        ours = (self._fingerprint, self.archive.library) == (manifest.fingerprint, manifest.library)
        return not (manifest.folder and ours) and not self.archive.is_smaller(0)

    def _update_dense(self, progress: Progress | None, anew: bool, erasing: bool) -> None:
        manifest, total = self.dense.manifest(), self.archive.passage_count()
        changes = self.archive.changes(manifest.generation)
        changed = len(changes.added) + len(changes.removed)
        unusable = self.is_lost(manifest) or manifest.generation > changes.generation
        stale = changed > 0 and (total <= SMALL or changed > TAIL_SHARE * total or (erasing and changes.removed))
        if anew or unusable or stale:
            if progress:
                progress("indexing", 0, total)
            self.dense.build(self.archive, self._fingerprint)

    def _erase(self, what: str) -> None:
        """Delete what earlier indexes and the archive's log still hold; the log once no other process reads it."""
        if what == "all":
            self.dense.clean()
            self.lexical.clean()
            self._drop_pages()
            self.archive.set_meta(ERASING, "log")
        if self.archive.erase_log():
            self.archive.drop_meta(ERASING)

    def _drop_pages(self) -> None:
        """Delete kept digests that name an article which is no longer there: they repeat its sentences."""
        for path in (self._home / "digests").glob("*"):
            with suppress(OSError):
                named = set(re.findall(r'"([0-9a-f]{16})"', path.read_text("utf-8", "replace")))
                if any(self.archive.hash_of(article_id) is None for article_id in named):
                    path.unlink()

    @contextmanager
    def _told_when_hurt(self) -> Iterator[None]:
        """Of a hurt archive no index can be made; which part of it breaks first is chance."""
        try:
            yield
        except (BriefingError, OSError, *STOPS):
            raise
        except BaseException as error:
            if problems := self.archive.problems():
                raise LibraryDamaged(
                    f"The archive {self.archive.path} is hurt: {problems[0]}. Restore a backup "
                    "(`briefing restore FILE`), or save what is whole (`briefing salvage FILE`)."
                ) from error
            raise

    def _note_a_loss(self) -> None:
        seen = [
            index.generation
            for index in (self.dense.manifest(), self.lexical.state())
            if index.library and index.library == self.archive.library
        ]
        if seen and max(seen) > self.archive.generation():
            self.archive.set_meta(WENT_BACK, str(max(seen)))
