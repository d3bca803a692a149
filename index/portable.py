"""A library as lines of JSON, for other programs and for moving: everything goes out, and comes back by an ingest.

The first line says what it is. Each article is a line with all its fields (`Article.to_dict`), what it was before
("versions"), and its vectors (float16, base64) under the model that the first line names; feeds and repeated lines
follow, and the last line counts the articles, so that a file that was cut short is noticed.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from index.archive import STORED, Archive
from index.article import Article, Failure
from index.clean import clean, clean_line
from index.embedder import Vectors
from index.intake import Feed, Intake, Version
from index.urls import canonical

MARK = '{"briefing_export":'
FORMAT = 1
LONGEST_LINE = 200_000_000  # characters: a long book with its versions and vectors
LONGEST_KEY = 4_000


@dataclass(frozen=True, slots=True)
class Carried:
    """An article as an export holds it."""

    article: Article
    versions: tuple[Version, ...] = ()
    vectors: Vectors | None = None  # shape (passages, dimension), when the export's model is the present one


@dataclass(frozen=True, slots=True)
class Repeated:
    """Lines that belong to the pages of an outlet, by their keys."""

    lines: Mapping[str, tuple[int, ...]]


Item = Carried | Feed | Repeated | Failure


def lines(archive: Archive, intake: Intake, *, vectors: bool = True) -> Iterator[str]:
    """Everything in the library, oldest article last."""
    yield head(archive.meta("embedder") or "")
    count = 0
    for article in archive.articles():
        blob = archive.vectors_of(article.id).astype(STORED) if vectors else None
        yield line(article, intake.versions(article.id), blob)
        count += 1
    for feed in intake.feeds():
        yield feed_line(feed)
    if furniture := intake.furniture():
        yield _json({"repeated": {source: sorted(keys) for source, keys in sorted(furniture.items())}})
    yield tail(count)


def head(embedder: str) -> str:
    made = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return _json({"briefing_export": FORMAT, "embedder": embedder, "made": made})


def line(article: Article, versions: Iterable[Version] = (), vectors: Any = None) -> str:
    earlier = [{"replaced": item.replaced.isoformat(), **item.article.to_dict()} for item in versions]
    record = {**article.to_dict(), "versions": earlier}
    if vectors is not None:
        record |= {"passages": len(vectors), "vectors": base64.b64encode(vectors.tobytes()).decode()}
    return _json(record)


def feed_line(feed: Feed) -> str:
    stated = asdict(feed) | {"refreshed": feed.refreshed.isoformat() if feed.refreshed else None}
    return _json({"feed": stated})


def tail(count: int) -> str:
    return _json({"end": True, "articles": count})


def is_export(path: str | Path) -> bool:
    """Whether this is a file that `lines` made."""
    try:
        with Path(path).open(encoding="utf-8") as stream:
            return stream.read(len(MARK)) == MARK
    except (OSError, ValueError):
        return False


def read(path: str | Path, embedder: str) -> Iterator[Item]:
    """What the export holds. Its text is cleaned again, since anybody may have written it; what is no article, and
    an end that is missing, are Failures."""
    ended, ours = False, False
    with Path(path).open(encoding="utf-8", errors="replace") as stream:
        for number, text in enumerate(iter(lambda: stream.readline(LONGEST_LINE), ""), start=1):
            try:
                record = json.loads(text)
                if number == 1:
                    ours = _opens(record) == embedder
                    continue
                ended = ended or bool(record.get("end"))
                if not ended:
                    yield _item(record, ours)
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
                yield Failure(f"{path}:{number}", "This line of the export cannot be read.")
    if not ended:
        yield Failure(str(path), "The export was cut short: its last line is missing. What was there has been read.")


def _opens(record: Mapping[str, Any]) -> str:
    if record["briefing_export"] != FORMAT:
        raise ValueError("of another format")
    return str(record["embedder"])


def _item(record: dict[str, Any], ours: bool) -> Item:
    if "feed" in record:
        return _feed(record["feed"])
    if "repeated" in record:
        return Repeated({str(source): tuple(map(int, keys)) for source, keys in record["repeated"].items()})
    count, packed = record.pop("passages", 0), record.pop("vectors", "")
    versions = tuple(
        Version(_cleaned(item), dt.datetime.fromisoformat(item.pop("replaced"))) for item in record.pop("versions", ())
    )
    article = _cleaned(record)
    same = article == Article.from_dict(record)
    return Carried(article, versions, _unpacked(packed, count) if packed and ours and same else None)


def _cleaned(record: Mapping[str, Any]) -> Article:
    """Raises ValueError when it is no article."""
    facts = {name: value for name, value in record.items() if name != "replaced"}
    stated = Article.from_dict(facts)
    text, url = clean(stated.text), canonical(stated.url)
    if not any(map(str.isalnum, text)) or not 0 < len(stated.key) <= LONGEST_KEY:
        raise ValueError("no article")
    named = {name: clean_line(getattr(stated, name)) for name in ("title", "source", "language", "section")}
    return replace(
        stated,
        text=text,
        url=url,
        title=named["title"],
        source=named["source"],
        language=named["language"],
        section=named["section"],
        authors=tuple(name for author in stated.authors if (name := clean_line(author))),
    )


def _unpacked(packed: str, count: int) -> Vectors | None:
    """The vectors; None when they are none of unit length."""
    flat = np.frombuffer(base64.b64decode(packed, validate=True), dtype=STORED)
    vectors = flat.reshape(count, -1).astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1)
    return vectors if np.isfinite(lengths).all() and np.abs(lengths - 1).max(initial=0) < 0.01 else None


def _feed(stated: dict[str, Any]) -> Feed:
    if not canonical(stated["url"]):
        raise ValueError("no address")
    refreshed = dt.datetime.fromisoformat(stated["refreshed"]) if stated["refreshed"] else None
    named = {name: clean_line(str(stated[name])) for name in ("url", "title", "etag", "last_modified", "problem")}
    return Feed(**named, refreshed=refreshed, seen=tuple(map(str, stated["seen"])))


def _json(record: Any) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))
