"""What is remembered about how articles came in: failures, feeds, earlier versions, near-duplicates.

Nothing of it is needed to search.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.archive import Archive
from index.article import Article, Failure

MOST_VERSIONS = 20  # kept of one article; a live page changes all day


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that is followed, and what is known of it since the last time."""

    url: str
    title: str = ""
    etag: str = ""
    last_modified: str = ""
    refreshed: dt.datetime | None = None  # aware, UTC
    problem: str = ""  # why the last refresh failed
    seen: tuple[str, ...] = ()  # digests of the entries that were in it the last time


@dataclass(frozen=True, slots=True)
class Version:
    """An article as it was until it was replaced."""

    article: Article
    replaced: dt.datetime  # aware, UTC


class Intake:
    """Tables of their own in the archive's file; the caller sees to it that one process writes at a time."""

    def __init__(self, archive: Archive) -> None:
        self._all = archive.query
        self._writing = archive.transaction

    # Failures

    def failures(self) -> list[Failure]:
        """What could not be read and has not been since, the oldest first."""
        return [Failure(*row) for row in self._all("SELECT origin, reason FROM failures ORDER BY at, origin")]

    def failed_inputs(self) -> list[str]:
        """The files and addresses to read again: of a bad line its file, of a bad member its archive."""
        return [str(row[0]) for row in self._all("SELECT DISTINCT target FROM failures ORDER BY target")]

    def settle(self, inputs: Iterable[str], failed: Iterable[Failure]) -> None:
        """After a run: what was read again and did not fail again is no failure any more."""
        now = dt.datetime.now(dt.UTC).isoformat()
        with self._writing() as connection:
            for named in inputs:
                target = _target(named)
                below = target.rstrip(os.sep) + os.sep
                connection.execute(
                    "DELETE FROM failures WHERE target = ? OR substr(target, 1, ?) = ?", (target, len(below), below)
                )
            connection.executemany(
                "INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?)",
                [(item.origin, _target(item.origin), item.reason, now) for item in failed],
            )

    # Feeds

    def feeds(self) -> list[Feed]:
        """By address."""
        return [feed_of(row) for row in self._all("SELECT * FROM feeds ORDER BY url")]

    def put_feed(self, feed: Feed) -> None:
        """Add a feed, or replace what is known of it."""
        refreshed = feed.refreshed.isoformat() if feed.refreshed else None
        values = (feed.url, feed.title, feed.etag, feed.last_modified, refreshed, feed.problem, json.dumps(feed.seen))
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO feeds VALUES (?, ?, ?, ?, ?, ?, ?)", values)

    def remove_feed(self, url: str) -> bool:
        """Whether there was such a feed. Its articles stay."""
        with self._writing() as connection:
            return connection.execute("DELETE FROM feeds WHERE url = ?", (url,)).rowcount > 0

    # Versions

    def versions(self, article_id: str) -> list[Version]:
        """What the article was before, the oldest first."""
        rows = self._all("SELECT article, replaced FROM versions WHERE article_id = ? ORDER BY rowid", (article_id,))
        return [Version(Article.from_dict(json.loads(row[0])), dt.datetime.fromisoformat(row[1])) for row in rows]

    def keep_version(self, article: Article) -> None:
        """Remember an article that is about to be replaced."""
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO versions VALUES (?, ?, ?)", (article.id, now, json.dumps(article.to_dict()))
            )
            connection.execute(
                "DELETE FROM versions WHERE article_id = ?1 AND rowid NOT IN "
                "(SELECT rowid FROM versions WHERE article_id = ?1 ORDER BY rowid DESC LIMIT ?2)",
                (article.id, MOST_VERSIONS),
            )

    def put_versions(self, article_id: str, versions: Iterable[Version]) -> None:
        """Earlier versions from another library, unless this one knows any."""
        with self._writing() as connection:
            if not self.versions(article_id):
                connection.executemany(
                    "INSERT INTO versions VALUES (?, ?, ?)",
                    [
                        (article_id, item.replaced.isoformat(timespec="seconds"), json.dumps(item.article.to_dict()))
                        for item in list(versions)[-MOST_VERSIONS:]
                    ],
                )

    # Near-duplicates

    def candidates(self, article_id: str, bands: Sequence[int], limit: int = 20) -> list[str]:
        """Ids of other articles that share a band, those that share most first."""
        marks = ",".join("?" * len(bands))
        rows = self._all(
            f"SELECT article_id FROM bands WHERE band IN ({marks}) AND article_id <> ? "
            "GROUP BY article_id ORDER BY count(*) DESC, article_id LIMIT ?",
            (*bands, article_id, limit),
        )
        return [str(row[0]) for row in rows]

    def put_traces(
        self,
        bands: Iterable[tuple[str, Sequence[int]]],
        pairs: Iterable[tuple[str, str]],
        lines: Iterable[tuple[str, str, Sequence[int]]],
    ) -> None:
        """By which numbers articles are found, which are near-duplicates, and (id, outlet, keys of its lines)."""
        with self._writing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO bands VALUES (?, ?)",
                [(band, article_id) for article_id, numbers in bands for band in numbers],
            )
            both = [pair for a, b in pairs for pair in ((a, b), (b, a))]
            connection.executemany("INSERT OR IGNORE INTO near VALUES (?, ?)", both)
            connection.executemany(
                "INSERT OR IGNORE INTO lines VALUES (?, ?, ?)",
                [(source, key, article_id) for article_id, source, keys in lines if source for key in keys],
            )

    def drop_traces(self, article_id: str, bands: Iterable[int]) -> None:
        """The article's text is not what it was: it is no longer found by these numbers, and no one's duplicate."""
        with self._writing() as connection:
            _drop_traces(connection, article_id, bands)

    def twins(self, article_ids: Sequence[str]) -> dict[str, set[str]]:
        """For each of these articles that has any, the ids of its near-duplicates."""
        found: dict[str, set[str]] = {}
        for left in range(0, len(article_ids), 5_000):
            part = article_ids[left : left + 5_000]
            marks = ",".join("?" * len(part))
            for a, b in self._all(f"SELECT article_id, twin_id FROM near WHERE article_id IN ({marks})", part):
                found.setdefault(a, set()).add(b)
        return found

    # Repeated lines

    def repeated(self, lines: Iterable[tuple[str, int]], minimum: int) -> Iterator[tuple[str, int, list[str]]]:
        """Of these (outlet, line) those that at least so many articles have, with the articles' ids."""
        for source, key in sorted(lines):
            rows = self._all("SELECT article_id FROM lines WHERE source = ? AND line = ?", (source, key))
            if len(rows) >= minimum:
                yield source, key, [str(row[0]) for row in rows]

    def furniture(self) -> dict[str, set[int]]:
        """By outlet (case-folded), the keys of the lines that belong to its pages and not to its stories."""
        found: dict[str, set[int]] = {}
        for source, key in self._all("SELECT source, line FROM furniture"):
            found.setdefault(source, set()).add(key)
        return found

    def put_furniture(self, lines: Mapping[str, Iterable[int]]) -> None:
        """Remember such lines for good."""
        rows = [(source, key) for source, keys in lines.items() for key in keys]
        with self._writing() as connection:
            connection.executemany("INSERT OR IGNORE INTO furniture VALUES (?, ?)", rows)

    def forget(self, article_id: str, bands: Iterable[int]) -> None:
        """The article was removed: nothing of its text stays."""
        with self._writing() as connection:
            connection.execute("DELETE FROM versions WHERE article_id = ?", (article_id,))
            _drop_traces(connection, article_id, bands)


def _drop_traces(connection: Any, article_id: str, bands: Iterable[int]) -> None:
    connection.executemany(
        "DELETE FROM bands WHERE band = ? AND article_id = ?", [(band, article_id) for band in bands]
    )
    connection.execute("DELETE FROM lines WHERE article_id = ?", (article_id,))
    connection.execute("DELETE FROM near WHERE article_id = ? OR twin_id = ?", (article_id, article_id))


def feed_of(row: Sequence[Any]) -> Feed:
    """Of a row of the table. Raises ValueError or TypeError when it holds something else."""
    refreshed = dt.datetime.fromisoformat(row[4]) if row[4] else None
    return Feed(row[0], row[1], row[2], row[3], refreshed, row[5], tuple(json.loads(row[6])))


def _target(origin: str) -> str:
    """What has to be read again for this origin: of "a.zip/in/b.html" the archive, of "a.csv:7" the file."""
    if "://" in origin or origin == "standard input":
        return origin
    path = Path(origin).absolute()
    for place in (path, *path.parents):
        for name in (str(place), str(place).rpartition("#")[0], str(place).rpartition(":")[0]):
            if name and Path(name).is_file():
                return name
    return str(path)
