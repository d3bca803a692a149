"""From readings to the sentences that answer: pure functions that return places, never words of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.reader.judge import Layer, share, words
from assistant.reader.nouns import Candidate, Reading, Sentence

MOST = 3  # sentences in one answer
_SEVERAL = re.compile(
    r"\bwhat (?:did|does|do|has|have) .+ (?:say|said|think|tell|claim|argue)|\bwhich (?:\w+ ){0,2}\w+s\b"
    r"|\bwhat (?:are|were)\b|\bwho (?:are|were)\b|\blist\b|\breasons\b|\bhow do .+ differ|\bcompare",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Selected:
    """One sentence that answers: `candidates[candidate].text[start:end]`, and the short span inside it."""

    candidate: int
    start: int
    end: int
    score: float
    span_start: int = 0  # equal to span_end when no span lies in the sentence
    span_end: int = 0


def sentences_of(
    question: str, candidates: Sequence[Candidate], readings: Sequence[Reading], order: Sequence[float], layer: Layer
) -> list[Selected]:
    """The sentences that answer, best first: one, or up to MOST when the question asks for several things.

    `order` are the passages' scores and `layer` the weights of passage, evidence and span in a sentence's score.
    """
    scored = _scored(candidates, readings, order, layer)
    if not scored:
        return []
    chosen = [scored[0]]
    close = layer.get("several" if _SEVERAL.search(question) else "further", 0.0)
    for other in scored[1:]:
        if len(chosen) == MOST or other.score < scored[0].score - close:
            break
        if all(_differs(other, one, candidates) for one in chosen):
            chosen.append(other)
    return chosen


def score_of(rank: float, sentence: Sentence, layer: Layer) -> float:
    """A sentence's score, from its passage's and its own."""
    own = sentence.evidence * layer["evidence"] + sentence.span * layer["span"]
    return rank * layer["passage"] + own


def _scored(
    candidates: Sequence[Candidate], readings: Sequence[Reading], order: Sequence[float], layer: Layer
) -> list[Selected]:
    found = []
    for n, (reading, rank) in enumerate(zip(readings, order, strict=True)):
        for sentence in reading.sentences:
            span = _inside(reading, sentence.start, sentence.end)
            found.append(Selected(n, sentence.start, sentence.end, score_of(rank, sentence, layer), *span))
    return sorted(found, key=lambda s: (-s.score, s.candidate, s.start))


def _inside(reading: Reading, start: int, end: int) -> tuple[int, int]:
    """The part of the span that lies in this sentence."""
    left, right = max(start, reading.start), min(end, reading.end)
    return (left, right) if left < right else (start, start)


def _differs(one: Selected, other: Selected, candidates: Sequence[Candidate]) -> bool:
    """Passages share a sentence with the one before them: the same words are not shown twice."""
    left, right = (candidates[s.candidate].text[s.start : s.end] for s in (one, other))
    return left != right


_YES_NO = re.compile(
    r"^(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|may|might|must)\b", re.IGNORECASE
)
_WHEN = re.compile(r"\bwhen\b|\b(?:what|which) (?:day|date|month|year|week)\b|\bhow (?:long ago|soon)\b", re.IGNORECASE)
_NEGATIVE = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|denied|denies|refused|refuses|rejected|ruled out)\b"
    r"|n[’']t\b",
    re.IGNORECASE,
)
_TENTATIVE = re.compile(
    r"\b(?:may|might|could|would|if|whether|unless|until|unlikely|likely|perhaps|possibly|reportedly|alleged|said to"
    r"|expected|hopes?|plans?|considering|unclear|but)\b",
    re.IGNORECASE,
)
PLAIN = 0.75  # the share of the question's own words that a sentence must hold to decide it


def asks_when(question: str) -> bool:
    """Whether the answer is a point in time, so that "yesterday" must be shown as a date."""
    return bool(_WHEN.search(question))


def yes_or_no(question: str, sentence: str) -> str:
    """ "yes" or "no" when the sentence plainly decides the question, else "".

    Plain: it holds most of the question's own words, nothing in it is tentative, and only one of the two negates.
    """
    if not _YES_NO.match(question.strip()) or re.search(r"\bor\b", question) or _TENTATIVE.search(sentence):
        return ""
    if share(words(question), sentence) < PLAIN:
        return ""
    same = bool(_NEGATIVE.search(question)) == bool(_NEGATIVE.search(sentence))
    return "yes" if same else "no"
