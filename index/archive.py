"""The truth: articles, passages and vectors in SQLite. Search indexes are derived from it and can be rebuilt.

Every change adds one to the generation. A derived index remembers the generation that it has seen; `changes`
gives what it has missed. What is stored carries its own sums (an article's content hash, a passage's CRC-32), by which
`problems` tells altered bytes that SQLite itself cannot see.
"""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.article import Article, Passage
from index.database import Connection, Database
from index.embedder import Vectors
from index.errors import LibraryDamaged
from index.filters import Filter, day_number, day_of

Ids = NDArray[np.int64]

# One script a schema version; a home of version n runs the scripts from n on. Never edit one that was released.
MIGRATIONS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    INSERT INTO meta VALUES ('generation', '0');
    CREATE TABLE articles (
        id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, hash TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
        date INTEGER, published TEXT, modified TEXT, source TEXT NOT NULL, source_folded TEXT NOT NULL,
        url TEXT NOT NULL, path TEXT NOT NULL, authors TEXT NOT NULL, language TEXT NOT NULL, section TEXT NOT NULL,
        added TEXT NOT NULL, generation INTEGER NOT NULL
    );
    CREATE INDEX articles_date ON articles (date);
    CREATE INDEX articles_source ON articles (source_folded, date);
    CREATE INDEX articles_generation ON articles (generation);
    CREATE INDEX articles_hash ON articles (hash);
    CREATE TABLE passages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, vector BLOB NOT NULL
    );
    CREATE INDEX passages_article ON passages (article_id, ordinal);
    CREATE TABLE removed (passage_id INTEGER PRIMARY KEY, generation INTEGER NOT NULL);
    CREATE INDEX removed_generation ON removed (generation);
    """,
    """
    CREATE TABLE failures (
        origin TEXT PRIMARY KEY, target TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL
    );
    CREATE TABLE feeds (
        url TEXT PRIMARY KEY, title TEXT NOT NULL, etag TEXT NOT NULL, last_modified TEXT NOT NULL, refreshed TEXT,
        problem TEXT NOT NULL, seen TEXT NOT NULL
    );
    CREATE TABLE versions (article_id TEXT NOT NULL, replaced TEXT NOT NULL, article TEXT NOT NULL);
    CREATE INDEX versions_article ON versions (article_id);
    CREATE TABLE bands (band INTEGER NOT NULL, article_id TEXT NOT NULL, PRIMARY KEY (band, article_id)) WITHOUT ROWID;
    CREATE TABLE near (
        article_id TEXT NOT NULL, twin_id TEXT NOT NULL, PRIMARY KEY (article_id, twin_id)
    ) WITHOUT ROWID;
    CREATE INDEX near_twin ON near (twin_id);
    CREATE TABLE lines (
        source TEXT NOT NULL, line INTEGER NOT NULL, article_id TEXT NOT NULL, PRIMARY KEY (source, line, article_id)
    ) WITHOUT ROWID;
    CREATE INDEX lines_article ON lines (article_id);
    CREATE TABLE furniture (source TEXT NOT NULL, line INTEGER NOT NULL, PRIMARY KEY (source, line)) WITHOUT ROWID;
    """,  # these belong to index/intake.py
    """
    ALTER TABLE passages ADD COLUMN crc INTEGER;
    UPDATE passages SET crc = crc32(vector);
    INSERT OR IGNORE INTO meta VALUES ('library', lower(hex(randomblob(8))));
    """,
    """
    CREATE TABLE feedback (
        id TEXT PRIMARY KEY, at TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL, note TEXT NOT NULL,
        question TEXT NOT NULL, answer TEXT NOT NULL, confidence REAL NOT NULL, model TEXT NOT NULL,
        article_ids TEXT NOT NULL
    ) WITHOUT ROWID;
    """,  # belongs to index/feedback.py
)
SCHEMA = len(MIGRATIONS)
STORED = np.float16  # bfloat16 vectors have 8 bits of precision, float16 keeps 11: nothing is lost, half the bytes


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened after a generation: passages to take out of an index, and passages to put in."""

    generation: int
    removed: tuple[int, ...]
    added: tuple[int, ...]


class Archive:
    """One SQLite file in WAL mode. Reads are safe from any thread; the caller sees to it that one writes at a time."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._database = Database(path, MIGRATIONS, read_only=read_only)
        self._one = self._database.one
        self._all = self._database.all
        self._writing = self._database.writing

    @property
    def read_only(self) -> bool:
        return self._database.read_only

    def close(self) -> None:
        self._database.close()

    # Reading

    def generation(self) -> int:
        return int(self.meta("generation") or 0)

    @property
    def library(self) -> str:
        """What tells this library from all others; empty in a read-only one of an older version."""
        return self.meta("library") or ""

    def meta(self, key: str) -> str | None:
        row = self._one("SELECT value FROM meta WHERE key = ?", (key,))
        return None if row is None else str(row[0])

    def count(self, where: Filter | None = None) -> int:
        clause, values = (where or Filter()).clause()
        return int(self._one(f"SELECT count(*) FROM articles WHERE {clause}", values)[0])

    def passage_count(self) -> int:
        return int(self._one("SELECT count(*) FROM passages")[0])

    def is_smaller(self, passages: int) -> bool:
        """Whether it holds at most so many; quicker than counting all."""
        row = self._one("SELECT count(*) FROM (SELECT 1 FROM passages LIMIT ?)", (passages + 1,))
        return int(row[0]) <= passages

    def dimension(self) -> int:
        """Of the vectors; 0 while there are none."""
        row = self._one("SELECT length(vector) FROM passages LIMIT 1")
        return row[0] // STORED().itemsize if row else 0

    def get(self, article_id: str) -> Article | None:
        row = self._one(f"SELECT {_ARTICLE} FROM articles WHERE id = ?", (article_id,))
        return None if row is None else _article(row)

    def articles(self, where: Filter | None = None, limit: int | None = None) -> Iterator[Article]:
        """Newest first, articles without a date last; equal days by title, then id."""
        clause, values = (where or Filter()).clause()
        rows = self._database.each(
            f"SELECT {_ARTICLE} FROM articles WHERE {clause} ORDER BY date IS NULL, date DESC, title, id LIMIT ?",
            [*values, -1 if limit is None else limit],
        )
        yield from map(_article, rows)

    def undated(self) -> list[Article]:
        """Articles that carry no date, by title."""
        return [
            _article(row) for row in self._all(f"SELECT {_ARTICLE} FROM articles WHERE date IS NULL ORDER BY title")
        ]

    def matching_ids(self, prefix: str) -> list[str]:
        """Ids that begin with these characters, at most 20: people type the first few."""
        low, high = prefix, prefix + "\U0010ffff"
        rows = self._all("SELECT id FROM articles WHERE id >= ? AND id < ? ORDER BY id LIMIT 20", (low, high))
        return [str(row[0]) for row in rows]

    def sources(self) -> dict[str, int]:
        """Outlets with their number of articles, the most frequent first."""
        rows = self._all(  # counted in the index alone: the articles' own rows hold their texts
            "SELECT (SELECT source FROM articles WHERE source_folded = outlet LIMIT 1), n FROM (SELECT "
            "source_folded AS outlet, count(*) AS n FROM articles WHERE source_folded <> '' GROUP BY source_folded) "
            "ORDER BY n DESC, 1"
        )
        return {str(row[0]): int(row[1]) for row in rows}

    def days(self) -> dict[dt.date, int]:
        """Days with their number of articles, the newest first."""
        rows = self._all("SELECT date, count(*) FROM articles WHERE date IS NOT NULL GROUP BY date ORDER BY date DESC")
        return {day_of(row[0]): int(row[1]) for row in rows}

    def hash_of(self, article_id: str) -> str | None:
        row = self._one("SELECT hash FROM articles WHERE id = ?", (article_id,))
        return None if row is None else str(row[0])

    def id_with_hash(self, content_hash: str, other_than: str) -> str | None:
        """Another article with exactly this content, if there is one."""
        row = self._one("SELECT id FROM articles WHERE hash = ? AND id <> ? LIMIT 1", (content_hash, other_than))
        return None if row is None else str(row[0])

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        found = {}
        for part in _parts(ids):
            for row in self._all(
                f'SELECT id, article_id, ordinal, start, "end" FROM passages WHERE id IN ({_marks(part)})', part
            ):
                found[row[0]] = Passage(row[1], row[2], row[3], row[4], id=row[0])
        return found

    def passages_of(self, article_id: str) -> list[Passage]:
        rows = self._all(
            'SELECT id, article_id, ordinal, start, "end" FROM passages WHERE article_id = ? ORDER BY ordinal',
            (article_id,),
        )
        return [Passage(row[1], row[2], row[3], row[4], id=row[0]) for row in rows]

    def vectors(self, ids: Sequence[int]) -> tuple[Ids, Vectors]:
        """Those of these passages that exist: their ids and vectors, float32, shape (n, dimension)."""
        rows: list[Any] = []
        for part in _parts(ids):
            rows += self._all(f"SELECT id, vector FROM passages WHERE id IN ({_marks(part)}) ORDER BY id", part)
        return _matrix(rows)

    def vectors_where(self, where: Filter) -> tuple[Ids, Vectors]:
        """The vectors of all passages of the matching articles."""
        clause, values = where.clause()
        return _matrix(
            self._all(
                f"SELECT p.id, p.vector FROM passages p JOIN articles a ON a.id = p.article_id WHERE {clause}",
                values,
            )
        )

    def vectors_of(self, article_id: str) -> Vectors:
        """One row a passage, in order: shape (passages, dimension)."""
        return _matrix(
            self._all("SELECT id, vector FROM passages WHERE article_id = ? ORDER BY ordinal", (article_id,))
        )[1]

    def all_vectors(self, size: int) -> Iterator[tuple[Ids, Vectors]]:
        """All passages' vectors by ascending id, in batches of at most `size`."""
        last = 0
        while rows := self._all("SELECT id, vector FROM passages WHERE id > ? ORDER BY id LIMIT ?", (last, size)):
            last = rows[-1][0]
            yield _matrix(rows)

    def passage_texts(self, ids: Sequence[int]) -> Iterator[tuple[int, Article, str]]:
        """(passage id, its article, the passage's text) of those that exist."""
        article: Article | None = None
        for passage in self.passages(ids).values():
            if article is None or article.id != passage.article_id:
                article = self.get(passage.article_id)
            if article is not None:
                yield passage.id, article, article.text[passage.start : passage.end]

    def passing(self, ids: Sequence[int], where: Filter) -> set[int]:
        """Those of these passages whose article matches."""
        clause, values = where.clause()
        rows: list[Any] = []
        for part in _parts(ids):
            sql = f"SELECT p.id FROM passages p JOIN articles a ON a.id = p.article_id WHERE p.id IN ({_marks(part)})"
            rows += self._all(f"{sql} AND {clause}", [*part, *values])
        return {row[0] for row in rows}

    def passage_ids(self) -> Ids:
        """Ascending."""
        rows = self._all("SELECT id FROM passages ORDER BY id")
        return np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))

    def changes(self, since: int) -> Changes:
        with self._database.reading():
            removed = self._all("SELECT passage_id FROM removed WHERE generation > ?", (since,))
            added = self._all(
                "SELECT p.id FROM passages p JOIN articles a ON a.id = p.article_id "
                "WHERE a.generation > ? ORDER BY p.id",
                (since,),
            )
            generation = self.generation()
        return Changes(generation, tuple(row[0] for row in removed), tuple(row[0] for row in added))

    # Writing

    def put(self, article: Article, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Store or replace one article with its passages and vectors, in one transaction."""
        with self._writing() as connection:
            generation = _next_generation(connection)
            _forget(connection, article.id, generation)
            connection.execute(
                f"INSERT INTO articles ({_ARTICLE}, id, hash, source_folded, added, generation) "
                f"VALUES ({_marks(range(17))})",
                [
                    *_row(article),
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
                    (article.id, p.ordinal, p.start, p.end, *_stored(vector))
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
                [(*_stored(vector), int(i)) for i, vector in zip(ids, vectors, strict=True)],
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
        try:
            found = [str(row[0]) for row in self._all("PRAGMA integrity_check(20)") if row[0] != "ok"]
            found += [f"table {row[0]} refers to a missing row" for row in self._all("PRAGMA foreign_key_check")]
            found += self._uncovered_articles()
            found += self._altered_articles()
            found += self._altered_vectors()
        except (LibraryDamaged, ValueError) as error:
            return [str(error)]
        return found

    def _uncovered_articles(self) -> Iterator[str]:
        for row in self._database.each(
            'SELECT a.id, length(a.text), coalesce(sum(p."end" - p.start), 0), coalesce(max(p."end"), 0), '
            "count(p.id), coalesce(max(p.ordinal) + 1, 0) "
            "FROM articles a LEFT JOIN passages p ON p.article_id = a.id GROUP BY a.id"
        ):
            if not (row[1] == row[2] == row[3] and row[4] == row[5] > 0):
                yield f"article {row[0]} has passages that do not cover its text"

    def _altered_articles(self) -> Iterator[str]:
        for *row, article_id, content_hash in self._database.each(f"SELECT {_ARTICLE}, id, hash FROM articles"):
            article = _article(row)
            if (article.id, article.content_hash) != (article_id, content_hash):
                yield f"article {article_id} is not what was stored"

    def _altered_vectors(self) -> Iterator[str]:
        if self._database.version() < 3:
            return
        for row in self._all(
            "SELECT article_id, count(*) FROM passages WHERE crc IS NOT crc32(vector) GROUP BY article_id"
        ):
            yield f"article {row[0]} has {row[1]} vectors that are not what was stored"

    # For index/intake.py, whose tables are in the same file

    def query(self, sql: str, values: Sequence[Any] = (), *, since: int = 2) -> list[Any]:
        """Rows; none from a read-only file of a schema before `since`, which has no such tables."""
        return [] if self.read_only and self._database.version() < since else self._all(sql, values)

    def transaction(self) -> AbstractContextManager[Connection]:
        """A connection whose changes are stored together or not at all; inside another, together with it.

        Raises LibraryReadOnly.
        """
        return self._writing()


_ARTICLE = "key, title, text, date, published, modified, source, url, path, authors, language, section"


def _row(article: Article) -> list[Any]:
    return [
        article.key,
        article.title,
        article.text,
        day_number(article.date) if article.date else None,
        article.published.isoformat() if article.published else None,
        article.modified.isoformat() if article.modified else None,
        article.source,
        article.url,
        article.path,
        json.dumps(article.authors, ensure_ascii=False),
        article.language,
        article.section,
    ]


def _stored(vector: Vectors) -> tuple[bytes, int]:
    """What a passage holds of its vector: its bytes and their sum."""
    content = vector.astype(STORED).tobytes()
    return content, zlib.crc32(content)


def _article(row: Sequence[Any]) -> Article:
    try:
        return article_of(row)
    except (ValueError, TypeError) as error:
        raise LibraryDamaged(
            f"An article in the archive is hurt ({error}). `briefing verify` tells which, `briefing salvage FILE` "
            "saves the others."
        ) from error


def article_of(row: Sequence[Any]) -> Article:
    """Of the columns key to section. Raises ValueError or TypeError when they hold something else."""
    return Article(
        key=row[0],
        title=row[1],
        text=row[2],
        date=None if row[3] is None else day_of(row[3]),
        published=None if row[4] is None else dt.datetime.fromisoformat(row[4]),
        modified=None if row[5] is None else dt.datetime.fromisoformat(row[5]),
        source=row[6],
        url=row[7],
        path=row[8],
        authors=tuple(json.loads(row[9])),
        language=row[10],
        section=row[11],
    )


def _next_generation(connection: Connection) -> int:
    row = connection.execute(
        "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'generation' RETURNING value"
    ).fetchone()
    return int(row[0])


def _forget(connection: Connection, article_id: str, generation: int) -> None:
    connection.execute("INSERT INTO removed SELECT id, ? FROM passages WHERE article_id = ?", (generation, article_id))
    connection.execute("DELETE FROM articles WHERE id = ?", (article_id,))


def _matrix(rows: Sequence[Any]) -> tuple[Ids, Vectors]:
    ids = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
    if not rows:
        return ids, np.zeros((0, 0), dtype=np.float32)
    try:
        flat = np.frombuffer(b"".join(row[1] for row in rows), dtype=STORED)
        return ids, flat.reshape(len(rows), -1).astype(np.float32)
    except (ValueError, TypeError) as error:  # one of them has another length
        raise LibraryDamaged(
            "A stored vector is hurt. `briefing verify` tells which; `briefing salvage FILE` saves the articles."
        ) from error


def _parts(ids: Sequence[int], size: int = 5_000) -> Iterator[list[int]]:
    """SQLite binds at most 32,766 values a statement."""
    for left in range(0, len(ids), size):
        yield [int(i) for i in ids[left : left + size]]


def _marks(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))
