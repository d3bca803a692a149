"""Questions made unanswerable on purpose: a detail swapped, a sense turned round, the fact cut out of the text."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.reader.training.example import Example
from index.passages import sentences

_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_MONTH = re.compile(r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b")
_DAY = re.compile(r"\b(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w’'-]+(?: (?:of |the |de |von )?[A-Z][\w’'-]+)*")
_NO_NAME = {"I", "I'm", "I've", "Mr", "Mrs", "Dr", "What", "When", "Who", "Why", "How", "Where", "Which"}
_TURNS = (
    ("increase", "decrease"), ("more", "less"), ("most", "least"), ("highest", "lowest"), ("largest", "smallest"),
    ("first", "last"), ("before", "after"), ("win", "lose"), ("won", "lost"), ("oldest", "youngest"),
    ("rise", "fall"), ("support", "oppose"), ("accept", "reject"), ("allow", "ban"), ("begin", "end"),
    ("start", "stop"), ("open", "close"), ("male", "female"), ("north", "south"), ("east", "west"),
    ("northern", "southern"), ("eastern", "western"), ("buy", "sell"), ("bought", "sold"), ("hired", "fired"),
    ("success", "failure"), ("succeed", "fail"), ("praise", "criticise"), ("friend", "enemy"), ("arrive", "leave"),
    ("arrived", "left"), ("join", "quit"), ("joined", "quit"), ("enter", "leave"), ("born", "buried"),
    ("best", "worst"), ("better", "worse"), ("love", "hate"), ("like", "dislike"), ("maximum", "minimum"),
    ("import", "export"), ("gain", "lose"), ("agree", "disagree"), ("legal", "illegal"), ("early", "late"),
    ("earliest", "latest"), ("up", "down"), ("strong", "weak"), ("approve", "veto"), ("approved", "vetoed"),
)  # fmt: skip
_TURN = {a: b for pair in _TURNS for a, b in (pair, pair[::-1])}


def swapped(example: Example, names: Sequence[str], rng: random.Random) -> Example | None:
    """One detail of the question that the text also holds becomes another one that the text does not hold."""
    question = in_other_words(example, names, rng)
    if question is None:
        return None
    return replace(example, question=question, spans=(), answered=0, relevant=None, origin=f"{example.origin}-swapped")


def in_other_words(example: Example, names: Sequence[str], rng: random.Random) -> str | None:
    """The question with one detail that the text does not hold, None when no rule finds one to change."""
    makers = [_other_year, _other_month, _other_number, _turned]
    rng.shuffle(makers)
    for maker in [lambda e, r: _other_name(e, names, r), *makers] if rng.random() < 0.6 else makers:
        question = maker(example, rng)
        if question and question != example.question:
            return question
    return None


def without_answer(example: Example) -> Example | None:
    """The same text without each sentence that holds the answer; None when too little is left."""
    wanted = {example.text[s:e].lower().strip(" .,") for s, e in example.spans}
    cuts = sentences(example.text)
    gone = [any(s < right and left < e for s, e in example.spans) for left, right in cuts]
    kept = [(left, right) for (left, right), out in zip(cuts, gone, strict=True) if not out]
    text = " ".join(example.text[left:right] for left, right in kept)
    if len(kept) < 2 or len(text) < 200 or any(answer in text.lower() for answer in wanted):
        return None
    return replace(example, text=text, spans=(), answered=0, relevant=None, origin=f"{example.origin}-cut")


def names_in(question: str) -> list[str]:
    """What looks like a name inside a question: capitalised words that do not begin it."""
    return [m.group() for m in _NAME.finditer(question) if m.group().split()[0] not in _NO_NAME]


def _other_name(example: Example, names: Sequence[str], rng: random.Random) -> str | None:
    own = [name for name in names_in(example.question) if name.lower() in example.text.lower()]
    if not own or not names:
        return None
    old = rng.choice(own)
    for new in rng.sample(names, min(20, len(names))):
        if len(new.split()) == len(old.split()) and new.lower() not in example.text.lower():
            return example.question.replace(old, new)
    return None


def _other_year(example: Example, rng: random.Random) -> str | None:
    found = _YEAR.search(example.question)
    if not found:
        return None
    new = str(int(found.group()) + rng.choice((-20, -10, -5, -3, -2, -1, 1, 2, 3, 5, 10)))
    return None if new in example.text else _put(example.question, found, new)


def _other_month(example: Example, rng: random.Random) -> str | None:
    for pattern in (_MONTH, _DAY):
        if found := pattern.search(example.question):
            others = [m for m in re.findall(r"\w+", pattern.pattern) if len(m) > 2 and m not in example.text]
            return _put(example.question, found, rng.choice(others)) if others else None
    return None


def _other_number(example: Example, rng: random.Random) -> str | None:
    found = _NUMBER.search(example.question)
    if not found or _YEAR.fullmatch(found.group()) or found.group() not in example.text:
        return None
    digits = "".join(rng.choice("123456789") if c.isdigit() else c for c in found.group())
    return None if digits in example.text else _put(example.question, found, digits)


def _turned(example: Example, rng: random.Random) -> str | None:
    words = [m for m in re.finditer(r"[a-z]+", example.question) if m.group() in _TURN]
    words = [m for m in words if _TURN[m.group()] not in example.text.lower()]
    if not words:
        return None
    found = rng.choice(words)
    return _put(example.question, found, _TURN[found.group()])


def _put(question: str, found: re.Match[str], new: str) -> str:
    return question[: found.start()] + new + question[found.end() :]
