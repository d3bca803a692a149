"""One training example, and how examples are kept in files."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Example:
    """A question and one text. A label of None means: not known, no loss. `spans` count into `text`."""

    question: str
    text: str
    title: str = ""
    date: str = ""  # ISO 8601
    spans: tuple[tuple[int, int], ...] = ()
    answered: int | None = None
    relevant: int | None = None
    supported: int | None = None  # when the question is a statement: does the text support it?
    group: str = ""  # examples of one group are ranked against each other
    origin: str = ""  # where it comes from, for the record
    exact: bool = True  # False: the spans are the whole sentences that hold the answer


def write(examples: Iterable[Example], path: Path) -> int:
    """Write one JSON object a line, gzipped when the name ends so; returns how many."""
    count = 0
    part = path.with_name("part-" + path.name)  # a half-written file must not be taken for a whole one
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(part, "wt", encoding="utf-8") as file:
        for example in examples:
            file.write(json.dumps(_as_row(example), ensure_ascii=False) + "\n")
            count += 1
    part.replace(path)
    return count


def _as_row(example: Example) -> dict[str, Any]:
    row = asdict(example)
    if example.exact:  # as in the files of the stages before there was another kind
        del row["exact"]
    return row


def read(path: Path) -> Iterator[Example]:
    """The examples of a file that `write` made."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            row["spans"] = tuple((start, end) for start, end in row["spans"])
            yield Example(**row)
