"""Examples from news: questions written by hand for this project, and a news quiz by weak labels."""

from __future__ import annotations

import json
import random
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.reader.training.corpus import Corpus
from assistant.reader.training.example import Example
from assistant.reader.training.unanswerable import names_in, swapped, without_answer

QUESTIONS = Path(__file__).with_name("questions.jsonl")
LATER = Path(__file__).with_name("questions_later.jsonl")
OTHERS = Path(__file__).with_name("questions_others.jsonl")


@dataclass(frozen=True, slots=True)
class Written:
    """A question written by hand for one article; the answer is a verbatim piece of it, empty when it has none."""

    url: str
    question: str
    answer: str
    one_in: int = 3

    @property
    def held_out(self) -> bool:
        """One article in three (of the later ones in eight) is kept for development: it is not trained on."""
        return held_out(self.url, self.one_in)


def held_out(url: str, one_in: int) -> bool:
    """Whether an article belongs to the development part."""
    return zlib.crc32(url.encode()) % one_in == 0


def written(path: Path = QUESTIONS) -> list[Written]:
    """All questions of a file; LATER ones came after the first reader, OTHERS are not about the press."""
    with path.open(encoding="utf-8") as file:
        return [Written(**json.loads(line), one_in=3 if path == QUESTIONS else 8) for line in file]


def by_hand(
    corpus: Corpus,
    negatives: int,
    rng: random.Random,
    lines: slice = slice(None),
    path: Path = QUESTIONS,
    mixed: bool = False,
    near: int = 2,
) -> Iterator[Example]:
    """Ranked groups for answerable questions, near misses for the others; without the held-out articles.

    Only from these `lines` of the file: a stage is trained on what was written by then. `near`: of a near miss, so many
    passages of its own article. `mixed`: the nearest wrong passage of the same article, the others by chance from this
    article and those that search finds.
    """
    questions = [w for w in written(path)[lines] if not w.held_out]
    names = [name for w in questions for name in names_in(w.question)]
    places = _by_url(corpus)
    for number, item in enumerate(questions):
        own = places[item.url]
        found = [n for n, _ in corpus.lexical(item.question, 12)]
        if not item.answer:
            beside = _nearest(corpus, item.question, own)[:near]
            for n in beside + [n for n in found if n not in own][:1]:
                yield _example(corpus, n, item.question, "hand-none")
            continue
        holding = [n for n in own if item.answer in corpus.text(n)]
        if not holding:
            continue
        gold = _nearest(corpus, item.question + " " + item.answer, holding)[0]
        positive = _positive(corpus, gold, item.question, item.answer, f"hand-{number}", "hand")
        beside = _nearest(corpus, item.question, [n for n in own if n not in holding])
        others = _mixed(beside[:4], found, rng) if mixed else beside[:2] + found
        yield positive
        yield from _negatives(corpus, others, positive, item.answer, negatives)
        yield from _twins(positive, names, rng)


def quiz(questions: Path, corpus: Corpus, negatives: int, rng: random.Random) -> Iterator[Example]:
    """News-quiz questions whose right choice stands in a passage that search finds, against passages without it."""
    with questions.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    names = [name for row in rows for name in names_in(row["question"])]
    for row in rows:
        choice = row["choices"][row["answer"]].strip()
        whole = re.compile(rf"(?<!\w){re.escape(choice)}(?!\w)", re.IGNORECASE)
        if len(choice) < 3 or whole.search(row["question"]) or choice.lower() in {"true", "false", "yes", "none"}:
            continue
        found = corpus.lexical(f"{row['question']} {row['evidence']} {choice}", 6)
        holding = [n for n, _ in found if whole.search(corpus.text(n))]
        if not holding:
            continue
        answer = whole.search(corpus.text(holding[0])).group()  # type: ignore[union-attr]
        positive = _positive(corpus, holding[0], row["question"], answer, f"quiz-{row['id']}", "quiz")
        others = [n for n, _ in corpus.lexical(row["question"], 12)]
        yield positive
        yield from _negatives(corpus, others, positive, choice, negatives)
        yield from _twins(positive, names, rng)


def _by_url(corpus: Corpus) -> dict[str, list[int]]:
    """The numbers of each article's passages."""
    found: dict[str, list[int]] = {}
    for number, place in enumerate(corpus.places):
        found.setdefault(corpus.articles[place.article].url, []).append(number)
    return found


def _twins(positive: Example, names: Sequence[str], rng: random.Random) -> Iterator[Example]:
    for made in (swapped(positive, names, rng), without_answer(positive) if rng.random() < 0.5 else None):
        if made:
            yield replace(made, group="")


def _mixed(beside: list[int], found: list[int], rng: random.Random) -> list[int]:
    """The first of `beside`, then the rest of both in an order by chance."""
    rest = beside[1:] + found
    return beside[:1] + rng.sample(rest, len(rest))


def _negatives(corpus: Corpus, others: Sequence[int], positive: Example, answer: str, count: int) -> Iterator[Example]:
    fit = [n for n in dict.fromkeys(others) if answer.lower() not in corpus.text(n).lower()]
    for n in fit[:count]:
        made = _example(corpus, n, positive.question, f"{positive.origin}-other")
        yield replace(made, relevant=0, group=positive.group)


def _positive(corpus: Corpus, number: int, question: str, answer: str, group: str, origin: str) -> Example:
    bare = _example(corpus, number, question, origin)
    at = bare.text.rindex(answer) if bare.text.count(answer) == 1 else bare.text.index(answer)
    return replace(bare, spans=((at, at + len(answer)),), answered=1, relevant=1, group=group)


def _example(corpus: Corpus, number: int, question: str, origin: str) -> Example:
    article = corpus.articles[corpus.places[number].article]
    day = article.date.isoformat() if article.date else ""
    return Example(question, corpus.text(number), article.title, day, answered=0, origin=origin)


def _nearest(corpus: Corpus, question: str, numbers: Sequence[int]) -> list[int]:
    """These passages, those that share most words with the question first."""
    wanted = _stems(question)
    return sorted(numbers, key=lambda n: -len(wanted & _stems(corpus.embedded(n))))


def _stems(text: str) -> set[str]:
    """Words without case and without most endings."""
    return {word[:5] for word in re.findall(r"\w{3,}", text.lower())}
