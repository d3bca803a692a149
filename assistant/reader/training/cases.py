"""Questions with what search and the reader make of them: what calibration is fitted on and measured by."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.reader.candidates import candidates_of
from assistant.reader.nouns import Candidate, Reading
from assistant.reader.training.corpus import articles_of
from assistant.reader.training.news import LATER, OTHERS, written
from assistant.reader.training.texts import other_texts
from index.filters import Filter
from index.passages import sentences

if TYPE_CHECKING:
    from assistant.reader.model import Reader
    from index.library import Library
    from index.search import Hit

HITS = 24


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its right answers; the form of a line of a file for `briefing eval`."""

    id: str
    question: str
    near: str  # the file that answers it, or that it is about
    answers: tuple[str, ...]
    evidence: tuple[str, ...]  # verbatim sentences, each of which answers
    absent: bool = False  # asked as if the library did not hold that file

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> Asked:
        return cls(
            str(row.get("id", "")), row["question"], row.get("article") or row.get("near", ""),
            tuple(row.get("answers", ())), tuple(row.get("evidence", ())),
        )  # fmt: skip

    @property
    def answerable(self) -> bool:
        return bool(self.evidence or self.answers) and not self.absent


@dataclass(frozen=True, slots=True)
class Case:
    """A question, what was found and read, and which of it is right."""

    asked: Asked
    candidates: tuple[Candidate, ...]
    readings: tuple[Reading, ...]
    right: tuple[bool, ...]  # for each candidate: does its passage hold most of an evidence sentence?
    right_sentences: tuple[tuple[bool, ...], ...]  # for each sentence of each reading: is it evidence?


def development(data: Path, folder: Path) -> list[Asked]:
    """Write the articles of the hand-written questions into `folder`; returns the held-out questions.

    The articles of all hand-written questions are written, so that the held-out ones are searched among others.
    """
    rows = written() + written(LATER) + written(OTHERS)
    urls = {row.url for row in rows}
    found = articles_of(data / "newsquiz" / "2023-articles.jsonl.gz", urls) + other_texts(data, urls)
    by_url = {article.key: (f"{article.id}.md", article) for article in found}
    folder.mkdir(parents=True, exist_ok=True)
    for name, article in by_url.values():
        front = {
            "title": article.title,
            "date": str(article.date or ""),
            "url": article.url if article.url.startswith("http") else "",
        }
        head = "".join(f"{key}: {json.dumps(value)}\n" for key, value in front.items() if value)
        (folder / name).write_text(f"---\n{head}---\n\n{article.text}\n", encoding="utf-8")
    asked = []
    for n, row in enumerate(r for r in rows if r.held_out):
        name, article = by_url[row.url]
        evidence = tuple(_holding(article.text, row.answer)) if row.answer else ()
        asked.append(Asked(f"hand-{n}", row.question, name, (row.answer,) if row.answer else (), evidence))
    return asked


def cases(asked: Iterable[Asked], library: Library, reader: Reader) -> Iterator[Case]:
    """Search and read each question."""
    for one in asked:
        hits = _found(one, library)
        candidates = candidates_of(hits)
        readings = reader.read(one.question, candidates)
        yield Case(
            one, tuple(candidates), tuple(readings),
            tuple(_right(one, hit, c.text[c.core_start : c.core_end]) for hit, c in zip(hits, candidates, strict=True)),
            tuple(tuple(_right(one, h, c.text[s.start : s.end]) for s in r.sentences)
                  for h, c, r in zip(hits, candidates, readings, strict=True)),
        )  # fmt: skip


def _found(asked: Asked, library: Library) -> list[Hit]:
    """The hits, without those of its article when that is thought absent."""
    if not asked.absent:
        return library.find(asked.question, HITS, Filter())
    wide = library.find(asked.question, 2 * HITS, Filter())
    return [hit for hit in wide if Path(hit.article.path).name != asked.near][:HITS]


def _right(asked: Asked, hit: Hit, text: str) -> bool:
    """Whether this piece of the hit's article and an evidence sentence hold most of one another."""
    if not asked.evidence or Path(hit.article.path).name != asked.near:
        return False
    plain = " ".join(text.split())
    return any(_overlap(plain, " ".join(e.split())) >= 0.5 for e in asked.evidence)


def _overlap(text: str, evidence: str) -> float:
    """The longest common piece as a share of the shorter of the two."""
    if evidence in text or text in evidence:
        return 1.0
    from difflib import SequenceMatcher

    match = SequenceMatcher(None, text, evidence, autojunk=False).find_longest_match()
    return match.size / max(1, min(len(text), len(evidence)))


def _holding(text: str, answer: str) -> Sequence[str]:
    """The sentences that hold the answer, or touch it when it runs over several."""
    cuts = sentences(text)
    whole = [text[s:e] for s, e in cuts if answer in text[s:e]]
    at = text.index(answer)
    return whole or [text[s:e] for s, e in cuts if s < at + len(answer) and at < e]
