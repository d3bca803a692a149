"""JSON Lines: one article a line, read as a stream, so that its size does not matter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import BinaryIO

import index.sources.json_file as json_file
from index.article import Failure
from index.errors import SourceError
from index.sources.decode import decode, encoding_of
from index.sources.draft import MEGABYTE, Draft, Source

LONGEST_LINE = 10 * MEGABYTE
MOST_BAD_LINES = 100  # reported one by one; the rest of the file is given up after them


def parse(source: Source) -> Iterator[Draft | Failure]:
    """Each line's article, and a Failure for each line that is none."""
    good = bad = 0
    for number, line in _lines(source):
        found = _draft(line, f"{source.origin}:{number}")
        yield found
        bad += isinstance(found, Failure)
        good += isinstance(found, Draft)
        if bad >= MOST_BAD_LINES and bad > good:
            yield Failure(source.origin, f"Most of its lines are no articles; it was given up at line {number}.")
            return


def _lines(source: Source) -> Iterator[tuple[int, bytes | str]]:
    with source.open() as stream:
        if encoding_of(stream.read(4_096)).startswith("utf-16"):
            stream.seek(0)
            yield from enumerate(decode(stream.read(LONGEST_LINE)).splitlines(), start=1)
            return
        stream.seek(0)
        yield from enumerate(_bounded(stream), start=1)


def _bounded(stream: BinaryIO) -> Iterator[bytes]:
    while line := stream.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise SourceError(f"One of its lines is longer than {LONGEST_LINE // MEGABYTE} MB.")
        if line := line.strip(b"\xef\xbb\xbf \t\r\n"):
            yield line


def _draft(line: bytes | str, origin: str) -> Draft | Failure:
    try:
        record = json.loads(line)
    except RecursionError:
        return Failure(origin, "This line's JSON is nested too deeply.")
    except ValueError:
        return Failure(origin, "This line is not valid JSON.")
    if not isinstance(record, dict):
        return Failure(origin, "This line is not a JSON object.")
    draft = json_file.draft_of(record, many=True)
    return draft if draft.text else Failure(origin, 'This line has no text: no "text", "body" or "content".')
