"""The trained reader as the Judge of the chain: it reorders hits, picks the sentences that answer, and refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answers import Span
from assistant.extract import Evidence, Judgement
from assistant.reader import judge as layers
from assistant.reader.candidates import candidates_of
from assistant.reader.model import Reader, packaged
from assistant.reader.nouns import Candidate, Reading
from assistant.reader.select import Selected, asks_when, sentences_of, yes_or_no
from assistant.timespans import find_timespans
from index.search import Hit


@dataclass(frozen=True, slots=True)
class _Read:
    """The hits of one question with what the reader made of them."""

    hits: Sequence[Hit]
    candidates: list[Candidate]
    readings: list[Reading]
    order: list[float]  # a score for each hit

    @property
    def ranked(self) -> list[int]:
        """The numbers of the hits, best first."""
        return sorted(range(len(self.hits)), key=lambda n: (-self.order[n], n))


class ReaderJudge:
    """Reads the hits with the packaged reader, loaded when it is first needed. Safe to use from several threads."""

    def __init__(self, reader: Reader | None = None) -> None:
        self._given = reader

    @property
    def reader(self) -> Reader:
        """The reader; raises ModelError when its weights cannot be loaded."""
        return self._given or packaged()

    def judge(self, question: str, hits: Sequence[Hit]) -> Judgement:
        """The sentences that answer, best first, and the calibrated probability that the hits answer."""
        if not hits:
            return Judgement((), 0.0)
        read = self._read(question, hits)
        known = self.reader.layers
        selected = sentences_of(question, read.candidates, read.readings, read.order, known["sentence"])
        probability = layers.confidence(question, read.candidates, read.readings, read.order, known["answered"])
        evidence = tuple(_evidence(question, read, one) for one in selected)
        relevant = frozenset(n for n, reading in enumerate(read.readings) if reading.relevance > 0)
        return Judgement(evidence, probability, known["threshold"], tuple(read.ranked), relevant)

    def rerank(self, question: str, hits: Sequence[Hit]) -> list[Hit]:
        """The hits by the reader's opinion, best first; their scores are replaced by it, as a probability.

        All are read, however sure one of them is: whoever asks for a list wants more than its first line.
        """
        if not hits:
            return []
        read = self._read(question, hits, all_of_them=True)
        return [replace(hits[n], score=layers.logistic(read.order[n])) for n in read.ranked]

    def _read(self, question: str, hits: Sequence[Hit], all_of_them: bool = False) -> _Read:
        candidates = candidates_of(hits)
        readings = self.reader.read(question, candidates, enough=None if all_of_them else layers.settled)
        order = layers.passage_scores(candidates, readings, self.reader.layers["passage"])
        return _Read(hits, candidates, readings, order)


def _evidence(question: str, read: _Read, one: Selected) -> Evidence:
    """The selected sentence at its place in the article."""
    hit, candidate = read.hits[one.candidate], read.candidates[one.candidate]
    shift = hit.passage.start - candidate.core_start
    sentence = candidate.text[one.start : one.end]
    span = Span(shift + one.span_start, shift + one.span_end) if one.span_start < one.span_end else None
    note = yes_or_no(question, sentence) or _resolved(question, candidate, one)
    return Evidence(hit.article, shift + one.start, shift + one.end, one.score, span, note)


def _resolved(question: str, candidate: Candidate, one: Selected) -> str:
    """For a "when" question the day that "yesterday" or "on Friday" means, ISO 8601; "" when the words say it."""
    if candidate.date is None or not asks_when(question):
        return ""
    sentence = candidate.text[one.start : one.end]
    for found in find_timespans(sentence, candidate.date):
        inside = one.start + found.start < one.span_end and one.span_start < one.start + found.end
        day = found.since
        if inside and day and str(day.year) not in sentence[found.start : found.end]:
            return day.isoformat() if found.since == found.until else f"{found.since} to {found.until}"
    return ""
