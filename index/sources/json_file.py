"""JSON: one article, a list of them, what news services answer, a JSON Feed, or the JSON-LD of a page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

import index.sources.fields as fields
from index.article import Failure
from index.errors import SourceError
from index.sources.decode import decode
from index.sources.draft import MEGABYTE, Draft, Source

LIMIT = 50 * MEGABYTE
_LISTS = ("articles", "items", "results", "docs", "entries", "data", "news", "stories", "posts", "hits", "@graph")
_INSIDE = ("response", "feed", "_source", "data", "result", "payload")


def parse(source: Source) -> Iterator[Draft | Failure]:
    """Every record that holds a text. Raises SourceError for what is no JSON, too large, or nested too deeply."""
    try:
        loaded = json.loads(decode(source.read(LIMIT), source.charset))
    except RecursionError:
        raise SourceError("Its JSON is nested too deeply.") from None
    except ValueError as error:
        raise SourceError(f"It is not valid JSON: {error}.") from None
    records = _records(loaded)
    base, outlet = _feed(loaded)
    for number, record in enumerate(records, start=1):
        draft = draft_of(record, many=len(records) > 1, base=base)
        if draft.text:
            yield replace(draft, source=draft.source or outlet)
        else:
            yield Failure(f"{source.origin}#{number}", 'This record has no text: no "text", "body" or "content".')


def draft_of(record: Mapping[str, Any], many: bool, base: str = "") -> Draft:
    """The draft of one record, with its HTML as plain text."""
    inner: Mapping[str, Any] = next(
        (record[name] for name in ("_source", "fields", "attributes") if _is_record(record.get(name))), {}
    )
    draft = fields.draft_of({**record, **inner}, many=many)
    return replace(draft, url=urljoin(base, draft.url) if base and draft.url else draft.url)


def _records(loaded: Any) -> list[Mapping[str, Any]]:
    """The records in the outermost list, or the one that there is."""
    for _ in range(3):
        if isinstance(loaded, list):
            return [record for record in loaded if _is_record(record)]
        if not _is_record(loaded):
            break
        if listed := next((loaded[name] for name in _LISTS if _is_listing(loaded.get(name))), None):
            loaded = listed
        elif not any(name in loaded for name in fields.TEXT) and any(_is_record(loaded.get(name)) for name in _INSIDE):
            loaded = next(loaded[name] for name in _INSIDE if _is_record(loaded.get(name)))
        else:
            return [loaded]
    raise SourceError("There is no record in it: an object with a text, or a list of them, was expected.")


def _feed(loaded: Any) -> tuple[str, str]:
    """The address of a JSON Feed's site, against which its links are read, and the feed's title."""
    if not _is_record(loaded) or "jsonfeed" not in str(loaded.get("version")):
        return "", ""
    return str(loaded.get("home_page_url") or ""), str(loaded.get("title") or "")


def _is_record(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_listing(value: Any) -> bool:
    return isinstance(value, list) and any(_is_record(item) for item in value)
