"""Hits in, Answer out, without a language model: the sentences that support an answer, copied with their place.

Which sentences answer, and whether any does, is a Judge's business. SimilarityJudge is the plain one, made of the
embedder and word overlap; the trained reader takes its place.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from assistant.answers import REFUSAL, Answer, Citation, Span
from index.article import Article
from index.embedder import Embedder
from index.passages import sentences
from index.search import Hit

RELATED = 4  # nearest passages offered with a refusal
# Cosine below which a passage has little to do with the question: for eight questions about other things than the 2023
# library holds, 23 of 32 nearest passages lie below; for 22 near misses, the right article's best lies above 19 times.
FAR = 0.35


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence of an article, `article.text[start:end]`, and how well it answers (higher is better)."""

    article: Article
    start: int
    end: int
    score: float
    span: Span | None = None
    note: str = ""  # shown with the quotation: "yes", "no", or the day that "yesterday" means


@dataclass(frozen=True, slots=True)
class Judgement:
    """The sentences that answer, best first, and the probability that the question is answered at all."""

    evidence: tuple[Evidence, ...]
    confidence: float
    threshold: float = 0.5
    order: tuple[int, ...] = ()  # numbers of the hits, best first, when the judge has an opinion
    relevant: frozenset[int] = frozenset()  # numbers of those that surely have to do with the question

    @property
    def answered(self) -> bool:
        return bool(self.evidence) and self.confidence >= self.threshold


class Judge(Protocol):
    """Whoever reads the hits. Must be safe to call from several threads."""

    def judge(self, question: str, hits: Sequence[Hit]) -> Judgement: ...


class SimilarityJudge:
    """The sentence whose embedding and words are nearest to the question."""

    passages = 8  # hits whose sentences are compared
    # Logistic coefficients: intercept, cosine, share of the question's rare words found. Fitted on newsquiz 2023,
    # questions against their own articles and against articles of other weeks (docs/decisions.md, "Refusing").
    weights = (-6.2, 7.0, 4.0)

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def judge(self, question: str, hits: Sequence[Hit]) -> Judgement:
        places = [(hit, *edges) for hit in hits[: self.passages] for edges in _sentences_of(hit)]
        if not places:
            return Judgement((), 0.0)
        texts = [hit.article.text[start:end] for hit, start, end in places]
        vectors = self._embedder.embed([question, *texts])
        cosines = vectors[1:] @ vectors[0]
        overlap = np.array([_overlap(question, text) for text in texts], dtype=np.float32)
        scores = cosines + 0.3 * overlap
        order = sorted(range(len(places)), key=lambda i: (-float(scores[i]), i))
        best = order[0]
        evidence = [
            Evidence(places[i][0].article, places[i][1], places[i][2], float(scores[i]))
            for i in order[:3]
            if scores[i] >= 0.93 * scores[best]
        ]
        bias, of_cosine, of_overlap = self.weights
        logit = bias + of_cosine * float(cosines[best]) + of_overlap * float(overlap[best])
        return Judgement(tuple(evidence), 1 / (1 + math.exp(-logit)))


def extractive_answer(question: str, hits: Sequence[Hit], judge: Judge) -> Answer:
    """An Answer made of verbatim sentences, or the refusal with the nearest passages."""
    judgement = judge.judge(question, hits)
    order = judgement.order or range(len(hits))
    related = related_citations([hits[n] for n in order], {hits[n].passage.id for n in judgement.relevant})
    if not judgement.answered:
        return Answer(question, REFUSAL, refused=True, related=related, confidence=judgement.confidence)
    citations = tuple(cite(item, number) for number, item in enumerate(judgement.evidence, start=1))
    text = " ".join(_shown(*pair) for pair in zip(judgement.evidence, citations, strict=True))
    return Answer(question, text, citations, related=related, confidence=judgement.confidence)


def _shown(evidence: Evidence, citation: Citation) -> str:
    """The quotation with its marker; a plain yes or no stands before it, a resolved date behind."""
    copied = f"{' '.join(citation.quotation.split())} [{citation.number}]"
    if evidence.note in {"yes", "no"}:
        return f"{evidence.note.capitalize()}: {copied}"
    return f"{copied} ({evidence.note})" if evidence.note else copied


def cite(evidence: Evidence, number: int) -> Citation:
    article = evidence.article
    return Citation(
        number=number,
        article_id=article.id,
        title=article.title,
        source=article.source,
        date=article.date,
        url=article.url,
        start=evidence.start,
        end=evidence.end,
        quotation=article.text[evidence.start : evidence.end],
        answer_span=evidence.span,
    )


def related_citations(hits: Sequence[Hit], relevant: Collection[int] = ()) -> tuple[Citation, ...]:
    """The nearest passages, one an article, as citations that no sentence refers to.

    Those that are FAR are left out, unless their ids are among the `relevant`; the first alone stays when all are.
    """
    hits = [hit for hit in hits if hit.dense >= FAR or hit.passage.id in relevant] or hits[:1]
    seen: dict[str, Citation] = {}
    for hit in hits:
        if hit.article.id not in seen and len(seen) < RELATED:
            start, end = _trimmed(hit.article.text, hit.passage.start, hit.passage.end)
            seen[hit.article.id] = cite(Evidence(hit.article, start, end, hit.score), 0)
    return tuple(seen.values())


def _sentences_of(hit: Hit) -> list[tuple[int, int]]:
    return sentences(hit.article.text, hit.passage.start, hit.passage.end)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))


_COMMON = frozenset(
    """a about after all also an and any are as at be been before but by can could did do does for from had has have he
    her his how if in into is it its many more most much no not of on one or other said say says she so some than that
    the their them then there these they this those to was were what when where which who whom whose why will with
    would you your""".split()
)


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.casefold()) if word not in _COMMON}


def _overlap(question: str, sentence: str) -> float:
    """The share of the question's own words that the sentence holds, endings cut off."""
    wanted = {word[:6] for word in _words(question)}
    return len(wanted & {word[:6] for word in _words(sentence)}) / len(wanted) if wanted else 0.0
