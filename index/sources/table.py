"""CSV and TSV: one article a row, under a header with the names that exports use."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TextIO

import index.sources.fields as fields
from index.article import Failure
from index.errors import SourceError
from index.sources.decode import SAMPLE, encoding_of
from index.sources.draft import MEGABYTE, Draft, Source

LONGEST_CELL = 10 * MEGABYTE
MOST_COLUMNS = 1_000


def parse(source: Source) -> Iterator[Draft | Failure]:
    """Each row's article. Raises SourceError without a column of texts, or for a file that is no table."""
    csv.field_size_limit(LONGEST_CELL)
    with source.open() as stream:
        encoding = encoding_of(stream.read(SAMPLE), source.charset)
        stream.seek(0)
        with io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="") as text:
            yield from _drafts(text, source.origin)


def _drafts(text: TextIO, origin: str) -> Iterator[Draft | Failure]:
    lines = _lines(text)
    header = next(lines, "")
    names = next(csv.reader([header], delimiter=_delimiter(header)), [])
    _check(names)
    rows = csv.reader(lines, delimiter=_delimiter(header))
    try:
        for number, row in enumerate(rows, start=2):
            if any(row):
                yield _draft(dict(zip(names, row, strict=False)), f"{origin}:{number}")
    except csv.Error as error:
        raise SourceError(f"Its rows cannot be told apart after row {rows.line_num}: {error}.") from None


def _lines(text: TextIO) -> Iterator[str]:
    """Lines of bounded length."""
    while line := text.readline(LONGEST_CELL):
        if len(line) == LONGEST_CELL:
            raise SourceError(f"One of its lines is longer than {LONGEST_CELL // MEGABYTE} million characters.")
        yield line.replace("\x00", "").removeprefix("\ufeff")


def _delimiter(header: str) -> str:
    return max(",;\t|", key=header[:10_000].count)


def _check(names: list[str]) -> None:
    if len(names) > MOST_COLUMNS:
        raise SourceError(f"It has {len(names):,} columns; {MOST_COLUMNS:,} is the limit.")
    if not fields.has_text(names):
        raise SourceError('It has no column of texts: name one "text", "body" or "content" in the first row.')


def _draft(record: dict[str, str], origin: str) -> Draft | Failure:
    draft = fields.draft_of(record, many=True)
    return draft if draft.text else Failure(origin, "This row has no text.")
