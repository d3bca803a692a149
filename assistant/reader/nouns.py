"""What the reader is given and what it gives back. Character offsets count into `Candidate.text`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """One passage that search found, with its neighbours around it: a slice of its article's text."""

    title: str
    date: dt.date | None
    text: str
    core_start: int  # the passage itself inside `text`
    core_end: int
    dense: float = 0.0  # cosine similarity to the question; 0 when search does not give it
    lexical: float = 0.0  # BM25, any scale that is the same for all candidates of one question


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a candidate. Both scores are logits against "none of the sentences"."""

    start: int
    end: int
    evidence: float  # of the sentence head: does the answer stand here?
    span: float  # the best start of an answer span in it


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader makes of one candidate. All scores are logits: larger is better, 0 is undecided."""

    relevance: float  # does this passage belong to the question?
    answered: float  # does it state the answer?
    start: int  # the best answer span
    end: int
    span_score: float  # its start and end logits minus those of "no span"
    sentences: tuple[Sentence, ...] = ()
    supported: float = 0.0  # is the statement that stands in the question's place supported?

    @property
    def read(self) -> bool:
        """False when the candidate was left out to save time; its scores then are very low."""
        return self.relevance > UNREAD


UNREAD = -1e3  # the relevance of a candidate that was not read
