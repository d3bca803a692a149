"""Plain text: one article a file, perhaps under a few header lines ("Title: ...", "Date: ...")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import index.sources.fields as fields
from index.sources.decode import decode
from index.sources.draft import MEGABYTE, Draft, Source

LIMIT = 10 * MEGABYTE
_HEADER = re.compile(r"\s*([A-Za-z][A-Za-z _-]{1,20}):[ \t]+(\S.*)")
_ADDRESS_LAST = re.compile(r"\n\s*(?:(?:source|url|link|original|from)\s*:\s*)?(https?://\S+)\s*\Z", re.I)


def parse(source: Source) -> Iterator[Draft]:
    """The file's one article. Raises SourceError when it is too large or not text."""
    yield draft_of_text(decode(source.read(LIMIT), source.charset))


def draft_of_text(text: str) -> Draft:
    """A text with its header lines, if it begins with any, and a last line that is an address, as what they say."""
    headers, rest = _split_headers(text)
    draft = replace(fields.draft_of(headers, text=rest), headline_first=True)
    if not draft.url and (match := _ADDRESS_LAST.search(rest[-600:])):
        draft = replace(draft, url=match[1], text=rest[: len(rest) - len(match[0])])
    return draft


def _split_headers(text: str) -> tuple[dict[str, str], str]:
    """The leading "Name: value" lines; there are none unless an empty line follows and two of the names are known."""
    lines = text[:5_000].splitlines(keepends=True)
    headers: dict[str, str] = {}
    used = 0
    for line in lines:
        match = _HEADER.fullmatch(line.rstrip())
        if not match:
            break
        headers[match[1]] = match[2]
        used += len(line)
    ended = used < len(text) and not text[used:].split("\n", 1)[0].strip()
    known = sum(fields.is_known(name) for name in headers)
    return (headers, text[used:]) if ended and known >= 2 else ({}, text)
