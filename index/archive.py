"""The truth: articles, passages and vectors in SQLite. Search indexes are derived from it and can be rebuilt.

Every change adds one to the generation. A derived index remembers the generation that it has seen; `changes`
gives what it has missed. What is stored carries its own sums (an article's content hash, a passage's CRC-32), by which
`problems` tells altered bytes that SQLite itself cannot see.

Its parts: the tables (index/schema.py), rows (index/rows.py), reading (index/reading.py), sums (index/sums.py); writing
is here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from index import sums
from index.article import Article, Passage
from index.database import Connection
from index.embedder import Vectors
from index.reading import ArchiveReader, Changes
from index.rows import COLUMNS, STORED, Ids, article_of, marks, row_of, stored
from index.schema import MIGRATIONS, SCHEMA

__all__ = ["MIGRATIONS", "SCHEMA", "STORED", "Archive", "Changes", "Ids", "article_of"]


class Archive(ArchiveReader):
    """One SQLite file in WAL mode. Reads are safe from any thread; the caller sees to it that one writes at a time."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        super().__init__(path, read_only=read_only)
        self._writing = self._database.writing

    def put(self, article: Article, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Store or replace one article with its passages and vectors, in one transaction."""
        with self._writing() as connection:
            generation = _next_generation(connection)
            _forget(connection, article.id, generation)
            connection.execute(
                f"INSERT INTO articles ({COLUMNS}, id, hash, source_folded, added, generation) "
                f"VALUES ({marks(range(17))})",
                [
                    *row_of(article),
                    article.id,
                    article.content_hash,
                    article.source.casefold(),
                    dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                    generation,
                ],
            )
            connection.executemany(
                'INSERT INTO passages (article_id, ordinal, start, "end", vector, crc) VALUES (?, ?, ?, ?, ?, ?)',
                [
                    (article.id, p.ordinal, p.start, p.end, *stored(vector))
                    for p, vector in zip(passages, vectors, strict=True)
                ],
            )

    def move(self, article_id: str, path: str) -> None:
        """Note that an unchanged article is now read from another file."""
        with self._writing() as connection:
            connection.execute("UPDATE articles SET path = ? WHERE id = ?", (path, article_id))

    def remove(self, article_id: str) -> bool:
        """Whether there was such an article."""
        with self._writing() as connection:
            if connection.execute("SELECT 1 FROM articles WHERE id = ?", (article_id,)).fetchone() is None:
                return False
            _forget(connection, article_id, _next_generation(connection))
            return True

    def set_meta(self, key: str, value: str) -> None:
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def drop_meta(self, key: str) -> None:
        if self.meta(key) is not None:
            with self._writing() as connection:
                connection.execute("DELETE FROM meta WHERE key = ?", (key,))

    def replace_vectors(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Put new vectors for these passages, all in one transaction: another model embeds them."""
        with self._writing() as connection:
            connection.executemany(
                "UPDATE passages SET vector = ?, crc = ? WHERE id = ?",
                [(*stored(vector), int(i)) for i, vector in zip(ids, vectors, strict=True)],
            )

    def sync(self) -> None:
        """Move the log into the file, so that it does not grow; what is acknowledged is on the disk anyway."""
        self._database.checkpoint()

    def erase_log(self) -> bool:
        """Leave nothing of earlier contents in the log. False while another process reads: try again later."""
        return self._database.checkpoint(erase=True)

    def copy_to(self, target: Path) -> None:
        """A consistent copy in one file, also while another process writes."""
        self._database.copy_to(target)

    def become(self, backup: Path, library: str) -> None:
        """Hold what the backup holds, under a new identity, so that what was made from the old content is not used."""
        before = self.generation()
        self._database.copy_from(backup)
        self._database.migrate(self._database.version())
        with self._writing():
            self.set_meta("library", library)
            self.set_meta("generation", str(max(before, self.generation()) + 1))

    def problems(self) -> list[str]:
        """What SQLite itself and our own sums find wrong; empty when the archive is sound."""
        return sums.problems(self._database)

    def transaction(self) -> AbstractContextManager[Connection]:
        """A connection whose changes are stored together or not at all; inside another, together with it.

        Raises LibraryReadOnly.
        """
        return self._writing()


def _next_generation(connection: Connection) -> int:
    row = connection.execute(
        "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'generation' RETURNING value"
    ).fetchone()
    return int(row[0])


def _forget(connection: Connection, article_id: str, generation: int) -> None:
    connection.execute("INSERT INTO removed SELECT id, ? FROM passages WHERE article_id = ?", (generation, article_id))
    connection.execute("DELETE FROM articles WHERE id = ?", (article_id,))
