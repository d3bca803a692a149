"""What can be asked of the archive: articles, passages, vectors, and what has changed since a generation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.article import Article, Passage
from index.database import Database
from index.embedder import Vectors
from index.filters import Filter, day_of
from index.rows import COLUMNS, STORED, Ids, checked_article, marks, matrix, parts
from index.schema import MIGRATIONS


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened after a generation: passages to take out of an index, and passages to put in."""

    generation: int
    removed: tuple[int, ...]
    added: tuple[int, ...]


class ArchiveReader:
    """The half of the archive that only reads; safe from any thread."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._database = Database(path, MIGRATIONS, read_only=read_only)
        self._one = self._database.one
        self._all = self._database.all

    @property
    def read_only(self) -> bool:
        return self._database.read_only

    def close(self) -> None:
        self._database.close()

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
        row = self._one(f"SELECT {COLUMNS} FROM articles WHERE id = ?", (article_id,))
        return None if row is None else checked_article(row)

    def articles(self, where: Filter | None = None, limit: int | None = None) -> Iterator[Article]:
        """Newest first, articles without a date last; equal days by title, then id."""
        clause, values = (where or Filter()).clause()
        rows = self._database.each(
            f"SELECT {COLUMNS} FROM articles WHERE {clause} ORDER BY date IS NULL, date DESC, title, id LIMIT ?",
            [*values, -1 if limit is None else limit],
        )
        yield from map(checked_article, rows)

    def undated(self) -> list[Article]:
        """Articles that carry no date, by title."""
        return [
            checked_article(row)
            for row in self._all(f"SELECT {COLUMNS} FROM articles WHERE date IS NULL ORDER BY title")
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
        for part in parts(ids):
            for row in self._all(
                f'SELECT id, article_id, ordinal, start, "end" FROM passages WHERE id IN ({marks(part)})', part
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
        for part in parts(ids):
            rows += self._all(f"SELECT id, vector FROM passages WHERE id IN ({marks(part)}) ORDER BY id", part)
        return matrix(rows)

    def vectors_where(self, where: Filter) -> tuple[Ids, Vectors]:
        """The vectors of all passages of the matching articles."""
        clause, values = where.clause()
        return matrix(
            self._all(
                f"SELECT p.id, p.vector FROM passages p JOIN articles a ON a.id = p.article_id WHERE {clause}",
                values,
            )
        )

    def vectors_of(self, article_id: str) -> Vectors:
        """One row a passage, in order: shape (passages, dimension)."""
        return matrix(
            self._all("SELECT id, vector FROM passages WHERE article_id = ? ORDER BY ordinal", (article_id,))
        )[1]

    def all_vectors(self, size: int) -> Iterator[tuple[Ids, Vectors]]:
        """All passages' vectors by ascending id, in batches of at most `size`."""
        last = 0
        while rows := self._all("SELECT id, vector FROM passages WHERE id > ? ORDER BY id LIMIT ?", (last, size)):
            last = rows[-1][0]
            yield matrix(rows)

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
        for part in parts(ids):
            sql = f"SELECT p.id FROM passages p JOIN articles a ON a.id = p.article_id WHERE p.id IN ({marks(part)})"
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

    def query(self, sql: str, values: Sequence[Any] = (), *, since: int = 2) -> list[Any]:
        """Rows; none from a read-only file of a schema before `since`, which has no such tables."""
        return [] if self.read_only and self._database.version() < since else self._all(sql, values)
