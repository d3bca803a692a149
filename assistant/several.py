"""Answers that need several articles: lists of reports, articles that mention something, two sides of a comparison."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.answers import REFUSAL, Answer
from assistant.extract import Evidence, Judge, cite, related_citations
from assistant.verify.words import content
from index.article import Article
from index.passages import sentences
from index.search import Hit

MOST = 8  # articles in one list
_SHARE = 0.6  # of the subject's words that an article's passage must have to be listed
_NO_LEAD = re.compile(r"\b(?:Image|Photo|Video|Audio|File photo|Credit)\b\s*[:/]|^\W*\w+day, \w+ \d", re.IGNORECASE)


def overview(question: str, articles: Sequence[Article]) -> Answer:
    """What the articles report: the first real sentence of each, newest first."""
    evidence = [Evidence(a, *place, 1.0) for a in articles[:MOST] if (place := lead_of(a.text))]
    notes = (f"The newest {len(evidence)} of {len(articles)} articles are shown.",) if len(articles) > MOST else ()
    return _listed(question, evidence, notes, ())


def mentioning(question: str, subject: str, hits: Sequence[Hit]) -> Answer:
    """The articles whose passages have most words of the subject, one sentence each, oldest first."""
    wanted = set(content(subject))
    best: dict[str, Evidence] = {}
    for hit in hits:
        if not wanted or len(wanted & set(content(f"{hit.text} {hit.article.title}"))) < _SHARE * len(wanted):
            continue
        start, end = _nearest_sentence(hit, wanted)
        share = len(wanted & set(content(hit.article.text[start:end]))) / len(wanted)
        if hit.article.id not in best or share > best[hit.article.id].score:
            best[hit.article.id] = Evidence(hit.article, start, end, share)
    chosen = sorted(best.values(), key=lambda e: -e.score)[:MOST]
    chosen.sort(key=lambda e: (str(e.article.date or ""), e.article.id))
    return _listed(question, chosen, (), hits)


def from_each(question: str, lists: Sequence[Sequence[Hit]], judge: Judge, queries: Sequence[str]) -> Answer:
    """The best sentence for each of several searches, so that no side of a comparison is missing."""
    chosen: list[Evidence] = []
    confidence = 1.0
    for query, hits in zip(queries, lists, strict=True):
        judgement = judge.judge(query, hits)
        if judgement.answered:
            new = [
                e for e in judgement.evidence if all((e.article.id, e.start) != (c.article.id, c.start) for c in chosen)
            ]
            chosen += new[:1] if len(lists) > 1 else new
        confidence = min(confidence, judgement.confidence)
    every = [hit for hits in lists for hit in hits]
    answer = _listed(question, sorted(chosen, key=lambda e: str(e.article.date or "")), (), every)
    return answer if answer.refused else replace(answer, confidence=confidence)


def lead_of(text: str) -> tuple[int, int] | None:
    """The first sentence that tells something: no dateline, no caption, at least eight words."""
    for start, end in sentences(text[:4_000]):
        piece = text[start:end]
        if len(piece.split()) >= 8 and not _NO_LEAD.search(piece):
            return start, end
    return None


def _nearest_sentence(hit: Hit, wanted: set[str]) -> tuple[int, int]:
    places = sentences(hit.article.text, hit.passage.start, hit.passage.end)
    return max(places, key=lambda p: (len(wanted & set(content(hit.article.text[p[0] : p[1]]))), -p[0]))


def _listed(question: str, evidence: Sequence[Evidence], notes: tuple[str, ...], hits: Sequence[Hit]) -> Answer:
    related = related_citations(hits)
    if not evidence:
        return Answer(question, REFUSAL, refused=True, related=related, notes=notes)
    citations = tuple(cite(item, number) for number, item in enumerate(evidence, start=1))
    text = " ".join(f"{' '.join(c.quotation.split())} [{c.number}]" for c in citations)
    return Answer(question, text, citations, related=related, confidence=1.0, notes=notes)
