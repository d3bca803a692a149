"""Examples from files in the SQuAD format (Rajpurkar et al., 2018; Miller et al., 2020)."""

from __future__ import annotations

import gzip
import json
import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.reader.training.example import Example
from assistant.reader.training.unanswerable import names_in, swapped, without_answer
from index.passages import sentences

CROP_WORDS = 110  # as long as the passages that search gives


def examples(path: Path, limit: int | None, rng: random.Random, held_out: bool = False) -> list[Example]:
    """At most `limit` questions of a file, each with its text cropped to whole sentences around the answer.

    One text in twenty is held out: its questions come only when `held_out` is set.
    """
    rows = [_cropped(row, rng) for row in _rows(path) if (zlib.crc32(row.text.encode()) % 20 == 0) == held_out]
    rng.shuffle(rows)
    return rows[:limit]


def with_unanswerable(
    rows: Sequence[Example], swap: float, cut: float, other: float, rng: random.Random
) -> Iterator[Example]:
    """The rows, and for these shares of the answerable ones an unanswerable twin; `other` takes another text."""
    names = [name for row in rows for name in names_in(row.question)]
    for row in rows:
        yield row
        if not row.spans:
            continue
        if rng.random() < swap and (made := swapped(row, names, rng)):
            yield made
        if rng.random() < cut and (made := without_answer(row)):
            yield made
        if rng.random() < other and (made := _elsewhere(row, rows, rng)):
            yield made


def _elsewhere(row: Example, rows: Sequence[Example], rng: random.Random) -> Example | None:
    """Another text, the one that shares most words with the question among some of the same title."""
    wanted = set(row.question.lower().split())
    beside = [r for r in rng.sample(rows, min(len(rows), 300)) if r.text[:60] != row.text[:60]]
    if not beside:
        return None
    best = max(beside, key=lambda r: (r.title == row.title) * 2 + len(wanted & set(r.text.lower().split())))
    if any(row.text[s:e].lower() in best.text.lower() for s, e in row.spans):
        return None
    return replace(
        row, text=best.text, title=best.title, spans=(), answered=0, relevant=0, origin=row.origin + "-elsewhere"
    )


def _rows(path: Path) -> Iterator[Example]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        data = json.load(file)["data"]
    origin = path.name.split(".")[0]
    for article in data:
        title = article.get("title", "").replace("_", " ")
        title = "" if title.startswith(("Amazon Reviews", "Filtered Reddit")) else title
        for paragraph in article["paragraphs"]:
            for qa in paragraph["qas"]:
                spans = {(a["answer_start"], a["answer_start"] + len(a["text"])) for a in qa["answers"]}
                real = tuple(sorted((s, e) for s, e in spans if paragraph["context"][s:e].strip()))
                yield Example(
                    qa["question"].strip(), paragraph["context"], title, "", real,
                    int(bool(real)), 1 if real else None, origin=origin,
                )  # fmt: skip


def _cropped(row: Example, rng: random.Random) -> Example:
    """Whole sentences of about CROP_WORDS words; with the answer in them, at a random place, when there is one."""
    cuts = sentences(row.text)
    sizes = [len(row.text[left:right].split()) for left, right in cuts]
    if sum(sizes) <= CROP_WORDS * 1.3:
        return row
    first, last = _needed(row, cuts, rng)
    words = sum(sizes[first : last + 1])
    while words < CROP_WORDS and (first > 0 or last + 1 < len(cuts)):
        if last + 1 == len(cuts) or (first > 0 and rng.random() < 0.5):
            first -= 1
            words += sizes[first]
        else:
            last += 1
            words += sizes[last]
    left, right = cuts[first][0], cuts[last][1]
    spans = tuple((s - left, e - left) for s, e in row.spans if left <= s and e <= right)
    return replace(row, text=row.text[left:right], spans=spans)


def _needed(row: Example, cuts: list[tuple[int, int]], rng: random.Random) -> tuple[int, int]:
    if not row.spans:
        any_one = rng.randrange(len(cuts))
        return any_one, any_one
    start, end = rng.choice(row.spans)
    touched = [n for n, (left, right) in enumerate(cuts) if start < right and left < end]
    return (touched[0], touched[-1]) if touched else (0, 0)
