"""Statements made from questions and their answers by rule, true ones and wrong ones, for the support head.

"Who founded Acme?" with "Jane Doe" becomes "Jane Doe founded Acme"; what no rule fits becomes question and answer side
by side. Wrong ones say another name, number or phrase of the same text, or answer a question that the text does not.
After Demszky et al. 2018, "Transforming question answering datasets into natural language inference datasets".
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from assistant.reader.training.example import Example
from assistant.reader.training.unanswerable import names_in
from index.passages import sentences

_AUX = r"(?:is|are|was|were|did|does|do|has|have|had|will|would|can|could|should|may|might|must)"
_NOUN = r"(?:the|a|an|his|her|their|its|this|these|[A-Z][\w’'.-]*)\b"
_PARTICIPLE = r"(?:\w+(?:ed|ing|wn|ught)|born|built|held|made|found|sold|sent|given|taken|told|paid|hit|put|won|lost)"
_FRONT = {"when": "in", "where": "in", "why": "because", "how": "by"}
_RULES = (
    # What is the capital of France -> the capital of France is Paris
    (re.compile(rf"^(?:what|who|which) (?P<v>is|are|was|were) (?P<rest>(?i:{_NOUN}).*)$", re.I), "{rest} {v} {a}"),
    # Which team did Acme beat -> Acme did beat Paris
    (re.compile(r"^(?:what|who|whom|which)(?: [\w’'-]+){0,3}? (?:did|does|do|had|will|would|can|could) (?P<rest>.*)$",
                re.I), "{rest} {a}"),
    # How many people live in France -> 60 million people live in France
    (re.compile(rf"^how (?:many|much) (?P<n>[\w’'-]+(?: [\w’'-]+)?) (?P<v>{_AUX}) (?P<rest>{_NOUN}.*)$", re.I),
     "{rest} {v} {a} {n}"),
    (re.compile(r"^how (?:many|much) (?P<rest>.*)$", re.I), "{a} {rest}"),
    # When did Acme move -> Acme move in 1999
    (re.compile(r"^(?P<w>when|where|why|how) (?:did|does|do) (?P<rest>.*)$", re.I), "{rest} {front} {a}"),
    # When was Acme founded -> Acme was founded in 1999
    (re.compile(rf"^(?P<w>when|where|why|how) (?P<v>{_AUX}) (?P<rest>.+?) (?P<n>{_PARTICIPLE}\b.*)$", re.I),
     "{rest} {v} {n} {front} {a}"),
    # Who founded Acme, which team won -> Jane Doe founded Acme
    (re.compile(r"^(?:who|what|which(?: [\w’'-]+)?) (?P<rest>[a-z].*)$", re.I), "{a} {rest}"),
)  # fmt: skip
_NUMBER = re.compile(r"\$?\d[\d,.]*(?:\s(?:million|billion|percent|per cent|%))?")


def examples(made: Iterable[Example], rng: random.Random) -> Iterator[Example]:
    """For each answered question a true statement and a wrong one; for some unanswered ones a wrong one."""
    for row in made:
        if row.spans and row.exact:
            start, end = row.spans[0]
            right = row.text[start:end]
            if len(right.split()) > 15:
                continue
            yield _example(row, statement(row.question, right, rng), True)
            if wrong := _instead(row.text, right, rng):
                yield _example(row, statement(row.question, wrong, rng), False)
        elif row.answered == 0 and rng.random() < 0.5 and (phrase := _phrase(row, rng)):
            yield _example(row, statement(row.question, phrase, rng), False)


def statement(question: str, answer: str, rng: random.Random) -> str:
    """The question with its answer as a statement, or both side by side; not always good English."""
    bare = question.strip().rstrip("?").strip()
    answer = answer.strip().rstrip(".,;")
    for rule, form in _RULES:
        found = rule.match(bare)
        if found and rng.random() < 0.9:
            parts = {"v": "", "n": "", **{k: v for k, v in found.groupdict().items() if v}}
            front = _FRONT.get(parts.get("w", "").lower(), "")
            front = "" if answer.lower().startswith(("in ", "on ", "at ", "by ", "because ", "to ", "from ")) else front
            said = " ".join(
                form.format(a=answer, front=front, **{k: parts.get(k, "") for k in ("rest", "v", "n")}).split()
            )
            return said[:1].upper() + said[1:] + "."
    return f"{bare}? {answer}."


def _instead(text: str, answer: str, rng: random.Random) -> str | None:
    """Another number when the answer is one, another name when it is one, else a phrase of about its length."""
    if found := _NUMBER.search(answer):
        others = {m.group().strip() for m in _NUMBER.finditer(text)} - {found.group().strip()}
        fit = sorted(o for o in others if o not in answer)
        return answer.replace(found.group(), rng.choice(fit)) if fit else None
    if answer[:1].isupper():
        fit = sorted({name for name in names_in(text) if name not in answer and answer not in name})
        return rng.choice(fit) if fit else None
    words = text.split()
    size = len(answer.split())
    if len(words) < size + 10:
        return None
    at = rng.randrange(len(words) - size)
    phrase = " ".join(words[at : at + size])
    return phrase if phrase not in answer and answer not in phrase else None


def _phrase(row: Example, rng: random.Random) -> str | None:
    """A name or a number of the text that does not stand in the question."""
    numbers = re.match(r"how (?:many|much|old|long)|when|what year", row.question, re.I)
    found = [m.group() for m in _NUMBER.finditer(row.text)] if numbers else names_in(row.text)
    fit = sorted({one.strip() for one in found if one not in row.question})
    return rng.choice(fit) if fit else None


def _example(row: Example, said: str, supported: bool) -> Example:
    return replace(
        row, question=said, text=_shorter(row), spans=(), answered=None, relevant=None, supported=int(supported),
        group="", origin=f"{row.origin}-said",
    )  # fmt: skip


def _shorter(row: Example) -> str:
    """A text that is not much longer than the places that drafted sentences are compared with."""
    if len(row.text.split()) <= 130 or not row.spans:
        return row.text
    cuts = sentences(row.text)
    start = row.spans[0][0]
    at = next((n for n, (left, right) in enumerate(cuts) if left <= start < right), 0)
    return row.text[cuts[max(0, at - 1)][0] : cuts[min(len(cuts) - 1, at + 2)][1]]
