"""Whether the archive holds what was stored in it: SQLite's own checks, and the sums that each row carries."""

from __future__ import annotations

from collections.abc import Iterator

from index.database import Database
from index.errors import LibraryDamaged
from index.rows import COLUMNS, checked_article


def problems(database: Database) -> list[str]:
    """What SQLite itself and our own sums find wrong; empty when the archive is sound."""
    try:
        found = [str(row[0]) for row in database.all("PRAGMA integrity_check(20)") if row[0] != "ok"]
        found += [f"table {row[0]} refers to a missing row" for row in database.all("PRAGMA foreign_key_check")]
        found += _uncovered_articles(database)
        found += _altered_articles(database)
        found += _altered_vectors(database)
    except (LibraryDamaged, ValueError) as error:
        return [str(error)]
    return found


def _uncovered_articles(database: Database) -> Iterator[str]:
    for row in database.each(
        'SELECT a.id, length(a.text), coalesce(sum(p."end" - p.start), 0), coalesce(max(p."end"), 0), '
        "count(p.id), coalesce(max(p.ordinal) + 1, 0) "
        "FROM articles a LEFT JOIN passages p ON p.article_id = a.id GROUP BY a.id"
    ):
        if not (row[1] == row[2] == row[3] and row[4] == row[5] > 0):
            yield f"article {row[0]} has passages that do not cover its text"


def _altered_articles(database: Database) -> Iterator[str]:
    for *row, article_id, content_hash in database.each(f"SELECT {COLUMNS}, id, hash FROM articles"):
        article = checked_article(row)
        if (article.id, article.content_hash) != (article_id, content_hash):
            yield f"article {article_id} is not what was stored"


def _altered_vectors(database: Database) -> Iterator[str]:
    if database.version() < 3:
        return
    for row in database.all(
        "SELECT article_id, count(*) FROM passages WHERE crc IS NOT crc32(vector) GROUP BY article_id"
    ):
        yield f"article {row[0]} has {row[1]} vectors that are not what was stored"
