"""One source to its articles, whatever is in it: finds the kind, calls its parser, turns every error into a Failure."""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Callable, Iterator
from typing import cast

import index.sources.kinds as kinds
from index.article import Article, Failure
from index.errors import SourceError
from index.sources.draft import Draft, Source, article_from

Note = Callable[[str, str], None]
PARSERS = {
    "text": "text", "markdown": "markdown", "json": "json_file", "jsonl": "json_lines", "csv": "table", "html": "html",
    "mhtml": "mail", "eml": "mail", "feed": "feed", "docx": "docx", "pdf": "pdf",
}  # fmt: skip


def kind_of(source: Source) -> str:
    """The kind by name and content. Raises SourceError when it is empty or of none that is read."""
    if source.size == 0:
        raise SourceError("It is empty.")
    with source.open() as stream:
        kind = kinds.kind_of(source.name, stream.read(kinds.HEAD), source.media_type)
    if not kind:
        raise SourceError(f"Files of this kind ({kinds.suffix_of(source.name) or 'unknown'}) are not read.")
    return kind


def read_source(source: Source, note: Note | None = None) -> Iterator[Article | Failure]:
    """The articles of one file; never raises. Archives and lists of feeds are not opened here."""
    try:
        for draft in _drafts(source):
            yield draft if isinstance(draft, Failure) else _finished(draft, source, note)
    except Exception as error:
        yield failure_of(source.origin, error)


def failure_of(origin: str, error: Exception) -> Failure:
    """What a person is told of an error while one input was read."""
    if isinstance(error, SourceError):
        return Failure(origin, str(error))
    if isinstance(error, OSError):
        return Failure(origin, f"It cannot be read: {(error.strerror or str(error)).lower()}.")
    if isinstance(error, MemoryError) or "NO_MEMORY" in str(getattr(error, "error_log", "")):  # lxml's own kind
        return Failure(origin, "Reading it takes more memory than one file may use.")
    return Failure(origin, f"It is damaged or not what its name says ({type(error).__name__}).")


def _finished(draft: Draft, source: Source, note: Note | None) -> Article | Failure:
    try:
        return article_from(draft, source, note)
    except SourceError as error:
        return Failure(f"{source.origin}#{draft.member}" if draft.member else source.origin, str(error))


def _drafts(source: Source) -> Iterator[Draft | Failure]:
    parser = importlib.import_module(f"index.sources.{PARSERS[kind_of(source)]}")
    drafts = cast(Iterator[Draft | Failure], parser.parse(source))
    first = next(iter(drafts), None)
    if first is None:
        raise SourceError("There is no article in it.")
    if kinds.is_about_the_folder(source.name) and isinstance(first, Draft) and not (first.published or first.url):
        raise SourceError("It speaks of the files beside it and is no article. Rename it if it is one.")
    return itertools.chain([first], drafts)
