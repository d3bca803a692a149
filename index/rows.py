"""How articles and vectors are written as rows of the archive, and read back."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.article import Article
from index.embedder import Vectors
from index.errors import LibraryDamaged
from index.filters import day_number, day_of

Ids = NDArray[np.int64]

STORED = np.float16  # bfloat16 vectors have 8 bits of precision, float16 keeps 11: nothing is lost, half the bytes
COLUMNS = "key, title, text, date, published, modified, source, url, path, authors, language, section"  # of an article


def row_of(article: Article) -> list[Any]:
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


def stored(vector: Vectors) -> tuple[bytes, int]:
    """What a passage holds of its vector: its bytes and their sum."""
    content = vector.astype(STORED).tobytes()
    return content, zlib.crc32(content)


def checked_article(row: Sequence[Any]) -> Article:
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


def matrix(rows: Sequence[Any]) -> tuple[Ids, Vectors]:
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


def parts(ids: Sequence[int], size: int = 5_000) -> Iterator[list[int]]:
    """SQLite binds at most 32,766 values a statement."""
    for left in range(0, len(ids), size):
        yield [int(i) for i in ids[left : left + size]]


def marks(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))
