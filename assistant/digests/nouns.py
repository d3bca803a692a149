"""The nouns of the digest: Story, Page and their parts. All are frozen and go to JSON and back without loss.

Every sentence that a digest shows is a DigestSentence: `article.text[start:end] == text`, always.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Window:
    """The half-open span [since, until) that a digest speaks of; both ends are aware, in the reader's time zone."""

    since: dt.datetime
    until: dt.datetime
    timezone: str  # IANA name

    @property
    def last_day(self) -> dt.date:
        """The last calendar day that the window touches."""
        return (self.until - dt.timedelta(microseconds=1)).date()

    @property
    def is_one_day(self) -> bool:
        """True when the window is exactly one calendar day."""
        midnights = not any((self.since.time().replace(tzinfo=None) != dt.time(), self.until.time() != dt.time()))
        return midnights and self.until.date() - self.since.date() == dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DigestSentence:
    """A sentence copied from an article; `start` and `end` are character offsets into the article's text."""

    article_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class DigestSource:
    """An article that the page cites, with the number that stands for it in the text."""

    number: int  # 1 for the first article cited
    article_id: str
    title: str
    source: str
    date: dt.date | None
    url: str
    short_title: str = ""  # what the page shows of a very long title

    @property
    def shown_title(self) -> str:
        """The title as the page shows it."""
        return self.short_title or self.title


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a story's score, so that the order of the page can be checked."""

    name: str
    value: float  # what was measured
    weight: float  # what it adds to the score, times the value
    note: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that the earlier digest's story did not have."""

    kind: str  # "number", "name" or "statement"
    what: str  # the new number or name, verbatim; empty for a statement
    before: str  # the earlier value of the same quantity, verbatim; empty when there was none
    sentence: DigestSentence
    before_sentence: DigestSentence | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One side of a conflict: the value as it is written, who says so, and where."""

    publisher: str
    value: str
    sentence: DigestSentence


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two or more publishers give different values of the same quantity."""

    quantity: str  # the words that both sides count: "people killed"
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class KeyNumber:
    """A number of the day, verbatim, with the sentence that says what it counts."""

    value: str
    sentence: DigestSentence


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words in quotation marks and their speaker, both copied from one sentence."""

    speaker: str
    words: str
    sentence: DigestSentence


@dataclass(frozen=True, slots=True)
class Watch:
    """A day still to come that an article names."""

    date: dt.date
    phrase: str  # the date as the article writes it
    sentence: DigestSentence


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence that a language model wrote, with the copied stretches that it was checked against.

    A sentence that was copied in place of one that did not hold is its own evidence.
    """

    text: str
    evidence: tuple[DigestSentence, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """One event: the articles that report it and what the page says of it."""

    id: str
    headline: str
    headline_article_id: str
    sentences: tuple[DigestSentence, ...]
    article_ids: tuple[str, ...]  # all articles of the event in the window, the most central first
    publishers: tuple[str, ...]  # independent ones: agency copies and near-duplicates count once
    status: str  # "NEW", "UPDATE" or "ONGOING"; empty when there is no earlier digest to compare with
    score: float
    reasons: tuple[Reason, ...] = ()
    continues: str = ""  # the id of the earlier digest's story that it continues
    changes: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    background: DigestSentence | None = None
    written: tuple[Written, ...] = ()  # shown in place of `sentences` where a language model wrote and it held

    def all_sentences(self) -> Iterator[DigestSentence]:
        """Every copied sentence that the page shows or, where a model wrote, rests on; in reading order."""
        yield from (sentence for line in self.lines for sentence in line.evidence)
        for change in self.changes:
            yield change.sentence
            if change.before_sentence:
                yield change.before_sentence
        for conflict in self.conflicts:
            yield from (claim.sentence for claim in conflict.claims)
        if self.background:
            yield self.background

    @property
    def lines(self) -> tuple[Written, ...]:
        """What the story says: the written sentences, or else the copied ones."""
        return self.written or tuple(Written(sentence.text, (sentence,)) for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the small picture: how many articles in this hour, on this day or of this publisher."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the digest was made from and what it leaves out."""

    articles: int
    publishers: int
    stories: int
    left_out_stories: int = 0
    left_out_articles: int = 0
    undated: int = 0
    shed: tuple[str, ...] = ()  # blocks left out to keep to one page, the first shed first


@dataclass(frozen=True, slots=True)
class Page:
    """One page about the articles of a window."""

    title: str
    window: Window
    language: str
    paper: str  # "a4" or "letter"
    topic: str
    bottom_line: tuple[DigestSentence, ...]
    stories: tuple[Story, ...]
    briefs: tuple[Story, ...]
    sources: tuple[DigestSource, ...]
    coverage: Coverage
    numbers: tuple[KeyNumber, ...] = ()
    quotation: Quotation | None = None
    watch: tuple[Watch, ...] = ()
    model: str = ""  # the language model that wrote the stories that say so
    model_problem: str = ""  # why stories are copied although a model was to write them
    undated: tuple[DigestSource, ...] = ()  # articles without a date, numbered 0: listed apart, not summarised
    bars: tuple[Bar, ...] = ()
    other_stories: tuple[Story, ...] = field(default=(), repr=False)  # not on the page; kept for the next digest

    def all_sentences(self) -> Iterator[DigestSentence]:
        """Every sentence on the page, in reading order."""
        yield from self.bottom_line
        for story in self.stories + self.briefs:
            yield from story.all_sentences()
        yield from (number.sentence for number in self.numbers)
        if self.quotation:
            yield self.quotation.sentence
        yield from (watch.sentence for watch in self.watch)

    def number_of(self, article_id: str) -> int:
        """The number of the source with this article id; 0 when the page does not cite it."""
        return next((source.number for source in self.sources if source.article_id == article_id), 0)

    @property
    def word_count(self) -> int:
        """Words of the page's sentences and headlines."""
        told = self.stories + self.briefs
        texts = [story.headline for story in told] + [sentence.text for sentence in self.all_sentences()]
        lines = [line for story in told for line in story.written]  # shown in place of what they rest on
        hidden = [sentence.text for line in lines for sentence in line.evidence]
        return _words(texts) - _words(hidden) + _words([line.text for line in lines])

    @property
    def reading_minutes(self) -> int:
        """Whole minutes at 230 words a minute (Brysbaert 2019: 238 for English non-fiction), at least one."""
        return max(1, round(self.word_count / 230))


def _words(texts: Iterable[str]) -> int:
    return sum(len(text.split()) for text in texts)
