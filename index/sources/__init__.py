"""Everything that articles arrive in, read as Articles: files, folders, patterns, addresses, standard input.

Each kind has one file here with `parse(source)`, which yields a Draft for each article it finds and raises
SourceError when it cannot. What all kinds share (dates, cleaning, identity) happens once, in `draft.article_from`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from index.article import Article, Failure
from index.errors import SourceError
from index.sources import archive_file, walk
from index.sources.draft import MEGABYTE, Meter, Source
from index.sources.reader import Note, failure_of, kind_of, read_source
from index.sources.workers import Pool, Result

if TYPE_CHECKING:
    from index.fetch import Fetcher

__all__ = ["Meter", "Note", "read"]

WORKERS = 2
# Read in this process: their parsers take time and memory in proportion to the size, and so much is always granted.
_HARMLESS = {"text": 10 * MEGABYTE, "jsonl": 1 << 40, "csv": 1 << 40, "json": 2 * MEGABYTE, "markdown": 50_000}
_Pending = Future[Result] | Iterator[Article | Failure]


def read(
    inputs: Iterable[str | Path],
    note: Note | None = None,
    *,
    fetcher: Fetcher | None = None,
    workers: int = WORKERS,
    meter: Meter | None = None,
) -> Iterator[Article | Failure]:
    """The articles in these inputs, in order; a Failure for each one that cannot be read.

    Nothing is raised for bad input: the batch goes on. `note(origin, text)` is told what was read with a doubt,
    such as an impossible date. Reading is lazy; the same article may come twice when it is named twice. Addresses
    are fetched by `fetcher`, by default one that connects to public addresses only. `meter` is kept up to date.
    """
    inputs, meter = [inputs] if isinstance(inputs, str | Path) else list(inputs), meter or Meter()
    meter.total = _weight(inputs)
    pending: deque[_Pending] = deque()
    with Pool(workers) as pool:
        for item in _items(inputs, note, fetcher, pool, meter):
            pending.append(_begun(item, pool, note, meter))
            while len(pending) > 2 * workers:
                yield from _finished(pending.popleft(), note)
        while pending:
            yield from _finished(pending.popleft(), note)


def _weight(inputs: Iterable[str | Path]) -> int:
    """Bytes in the files behind these inputs; addresses and standard input weigh nothing."""
    named = [item for item in inputs if str(item) != "-" and not is_address(str(item))]
    files = (found for item in named for found in walk.sources(item))
    sizes = 0
    for found in files:
        with suppress(OSError):  # whoever reads it will say so
            sizes += found.size if isinstance(found, Source) else 0
    return sizes


_Item = Source | Iterator[Article | Failure]


def _items(
    inputs: Iterable[str | Path], note: Note | None, fetcher: Fetcher | None, pool: Pool, meter: Meter
) -> Iterator[_Item]:
    for named in inputs:
        if is_address(str(named)):
            from index.sources import web

            yield web.read_address(str(named), fetcher or web.default_fetcher(), pool, note)
            continue
        for source in walk.sources(named):
            yield from _opened(source, fetcher, pool, note, meter)


def is_address(named: str) -> bool:
    """Whether this is to be fetched: it has a scheme other than `file:` ("c:\\news" has none)."""
    scheme, separator, _ = named.partition("://")
    return bool(separator) and scheme.isalnum() and scheme.lower() != "file"


def _opened(
    source: Source | Failure, fetcher: Fetcher | None, pool: Pool, note: Note | None, meter: Meter
) -> Iterator[_Item]:
    """The source, or what is in it when it is an archive or a list of feeds."""
    try:
        kind = "" if isinstance(source, Failure) else kind_of(source)
        if kind == "zip" and isinstance(source, Source):
            member = None
            for member in archive_file.members(source):
                yield iter([member]) if isinstance(member, Failure) else member
            meter.add(source.size)
            if member is None:
                raise SourceError("There is nothing in it that is read.")
        elif kind == "opml" and isinstance(source, Source):
            from index.sources import opml, web

            for feed in opml.feeds(source):
                yield web.read_address(feed.url, fetcher or web.default_fetcher(), pool, note)
        else:
            yield iter([source]) if isinstance(source, Failure) else source
    except Exception as error:
        yield iter([failure_of(source.origin, error)])


def _begun(item: _Item, pool: Pool, note: Note | None, meter: Meter) -> _Pending:
    """Risky kinds start at once in a worker; others are read when their turn comes."""
    if not isinstance(item, Source):
        return item
    try:
        size = item.size
        harmless = size <= _HARMLESS.get(kind_of(item), -1)
    except Exception as error:
        return iter([failure_of(item.origin, error)])
    if harmless:
        return read_source(replace(item, meter=meter), note)
    pending = pool.submit(item)
    pending.add_done_callback(lambda _: meter.add(size if item.data is None else 0))
    return pending


def _finished(pending: _Pending, note: Note | None) -> Iterator[Article | Failure]:
    if isinstance(pending, Future):
        found, notes = pending.result()
        for origin, text in notes:
            if note:
                note(origin, text)
        return iter(found)
    return pending
