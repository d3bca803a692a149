"""What can still be read in a hurt archive: every article whose own sums say that it is whole.

SQLite gives up a table when one page on the way to it is hurt. Here the leaves are read one by one, without the tree
above them (https://www.sqlite.org/fileformat2.html, 1.6 "B-tree Pages", 2.1 "Record Format", 4.2 "WAL"), and an
article counts only when its id and its content hash are right, so nothing altered and nothing half is saved.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index import portable
from index.archive import article_of
from index.article import Article
from index.intake import Feed, Version, feed_of

LEAF = 13
LONGEST = 100_000_000  # bytes of one record; more is nonsense of a hurt page
_COLUMNS = {17: "article", 3: "version", 7: "feed"}


@dataclass
class Saved:
    """What was found whole, by article id and address."""

    articles: dict[str, Article] = field(default_factory=dict)
    versions: dict[str, list[Version]] = field(default_factory=dict)
    feeds: dict[str, Feed] = field(default_factory=dict)


def salvage(archive: Path) -> Saved:
    """Read the file and its log, page by page. Raises OSError when not even that is possible."""
    pages = _Pages(archive)
    saved, newest = Saved(), dict[str, int]()
    for number in range(1, pages.count + 1):
        for row in _rows(pages, number):
            kind = _COLUMNS.get(len(row))
            if kind == "article" and (article := _whole(_article, row)) and row[16] >= newest.get(article.id, -1):
                saved.articles[article.id], newest[article.id] = article, row[16]
            elif kind == "version" and (version := _whole(_version, row)):
                saved.versions.setdefault(row[0], []).append(version)
            elif kind == "feed" and (feed := _whole(feed_of, row)) and "://" in feed.url:
                saved.feeds[feed.url] = feed
    for versions in saved.versions.values():
        versions.sort(key=lambda version: version.replaced)
    return saved


def lines(saved: Saved) -> Iterator[str]:
    """What was saved, as an export without vectors: an ingest reads it."""
    yield portable.head("")
    for article in saved.articles.values():
        yield portable.line(article, saved.versions.get(article.id, ()))
    for feed in saved.feeds.values():
        yield portable.feed_line(feed)
    yield portable.tail(len(saved.articles))


class _Pages:
    """The pages of the file as its log has changed them."""

    def __init__(self, path: Path) -> None:
        self._data = path.read_bytes() if path.is_file() else b""
        stated = int.from_bytes(self._data[16:18], "big")
        self.size = 65_536 if stated == 1 else stated
        if self.size < 512 or self.size & (self.size - 1):
            self.size = 4_096  # the head is hurt; this is what SQLite takes when nobody asks for another
        reserved = self._data[20] if len(self._data) > 20 and self._data[20] < 64 else 0
        self.usable = self.size - reserved
        self._log = dict(_frames(path.with_name(path.name + "-wal"), self.size))
        self.count = max(len(self._data) // self.size, *self._log, 0) if self._log else len(self._data) // self.size

    def __getitem__(self, number: int) -> bytes:
        return self._log.get(number) or self._data[(number - 1) * self.size : number * self.size]


def _frames(log: Path, size: int) -> Iterator[tuple[int, bytes]]:
    """(page number, content) of the log's frames, in order; frames of an earlier round have another salt."""
    data = log.read_bytes() if log.is_file() else b""
    salt = data[16:24]
    for left in range(32, len(data) - size - 23, size + 24):
        if data[left + 8 : left + 16] == salt:
            yield int.from_bytes(data[left : left + 4], "big"), data[left + 24 : left + 24 + size]


def _rows(pages: _Pages, number: int) -> Iterator[list[Any]]:
    """The records of a leaf that can be read."""
    page, head = pages[number], 100 if number == 1 else 0
    if len(page) < pages.size or page[head] != LEAF:
        return
    for cell in range(min(int.from_bytes(page[head + 3 : head + 5], "big"), pages.size // 4)):
        place = head + 8 + 2 * cell
        start = int.from_bytes(page[place : place + 2], "big")
        try:
            yield _record(_payload(pages, page, start))
        except (ValueError, IndexError):
            continue


def _payload(pages: _Pages, page: bytes, start: int) -> bytes:
    """A cell's bytes, with what lies on overflow pages."""
    length, place = _varint(page, start)
    _, place = _varint(page, place)
    if length > LONGEST:
        raise ValueError("no record is so long")
    most = pages.usable - 35
    if length <= most:
        return page[place : place + length]
    least = (pages.usable - 12) * 32 // 255 - 23
    here = least + (length - least) % (pages.usable - 4)
    here = here if here <= most else least
    parts, left = [page[place : place + here]], length - here
    following = int.from_bytes(page[place + here : place + here + 4], "big")
    while left > 0:
        page = pages[following]
        if len(page) < pages.size:
            raise ValueError("the chain of pages is broken")
        parts.append(page[4 : 4 + min(left, pages.usable - 4)])
        left -= pages.usable - 4
        following = int.from_bytes(page[:4], "big")
    return b"".join(parts)


def _record(payload: bytes) -> list[Any]:
    """Values of a record. Raises ValueError when its head is nonsense."""
    length, place = _varint(payload, 0)
    kinds = []
    while place < length:
        kind, place = _varint(payload, place)
        kinds.append(kind)
    if place != length or len(kinds) not in _COLUMNS:
        raise ValueError("not one of the tables that are looked for")
    values = []
    for kind in kinds:
        value, place = _value(payload, place, kind)
        values.append(value)
    return values


def _value(payload: bytes, place: int, kind: int) -> tuple[Any, int]:
    if kind == 0:
        return None, place
    if kind in (8, 9):
        return kind - 8, place
    size = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 7: 8}.get(kind, (kind - 12) // 2)
    content = payload[place : place + size]
    if len(content) < size:
        raise ValueError("the record is cut off")
    if kind <= 6:
        return int.from_bytes(content, "big", signed=True), place + size
    return (content.decode("utf-8") if kind >= 13 and kind % 2 else content), place + size


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for n in range(9):
        byte = data[place + n]
        if n == 8:
            return (value << 8) | byte, place + 9
        value = (value << 7) | (byte & 0x7F)
        if byte < 0x80:
            return value, place + n + 1
    raise AssertionError("unreachable")


def _whole(make: Callable[[Sequence[Any]], Any], row: Sequence[Any]) -> Any:
    try:
        return make(row)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _article(row: Sequence[Any]) -> Article:
    """Raises ValueError when it is not what was stored."""
    article_id, key, content_hash, title, text = row[:5]
    article = article_of((key, title, text, *row[5:9], *row[10:15]))
    if (article.id, article.content_hash) != (article_id, content_hash) or not isinstance(row[16], int):
        raise ValueError("altered")
    return article


def _version(row: Sequence[Any]) -> Version:
    article = Article.from_dict(json.loads(row[2]))
    if article.id != row[0]:
        raise ValueError("altered")
    return Version(article, dt.datetime.fromisoformat(row[1]))
