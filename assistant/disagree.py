"""Numbers and dates on which articles differ, for the same thing. Pure: evidence in, differences out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.answers import Answer
from assistant.extract import Evidence, cite
from assistant.timespans import find_timespans
from assistant.verify.names import names
from assistant.verify.relations import Anchor, anchors
from assistant.verify.words import content, stem
from index.article import Article
from index.passages import sentences
from index.search import Hit

SAME_EVENT_WITHIN = dt.timedelta(days=45)  # reports further apart are rarely about one event
_ALIKE = 0.8  # likeness of the words around two numbers; on the development half of tests/data/disagree.jsonl


@dataclass(frozen=True, slots=True)
class Difference:
    """Two articles that give different numbers or dates for one thing: the words of each, the earlier report first."""

    earlier: Evidence
    later: Evidence
    earlier_words: str
    later_words: str

    @property
    def ordered(self) -> bool:
        """Whether the two are of different, known days, so that one is the later report."""
        one, other = self.earlier.article.date, self.later.article.date
        return one is not None and other is not None and one != other


def differences(cited: Sequence[Evidence], hits: Iterable[Hit]) -> list[Difference]:
    """Where another article among the hits contradicts the number or date of a cited sentence, one for each
    sentence.
    """
    hits, found = list(hits), []
    seen: set[frozenset[str]] = set()
    for evidence in cited:
        for hit in hits:
            pair = frozenset((evidence.article.id, hit.article.id))
            if len(pair) == 1 or pair in seen or not _near_in_time(evidence.article, hit.article):
                continue
            if difference := _difference(evidence, hit):
                seen.add(pair)
                found.append(difference)
    return found


def _difference(evidence: Evidence, hit: Hit) -> Difference | None:
    """The first sentence of the hit that contradicts the cited one."""
    for start, end in sentences(hit.article.text, hit.passage.start, hit.passage.end):
        other = Evidence(hit.article, start, end, hit.score)
        if not _may_be_one_event(evidence, other):
            continue
        if words := _differing(_text(evidence), _text(other)) or _differing_dates(evidence, other):
            return _in_order(evidence, other, *words)
    return None


def with_differences(answer: Answer, hits: Sequence[Hit]) -> Answer:
    """The answer with the contradicting sentences added, copied and cited, and a note that names the later report."""
    articles = {hit.article.id: hit.article for hit in hits}
    cited = [Evidence(articles[c.article_id], c.start, c.end, 0.0, c.answer_span) for c in answer.citations]
    if answer.refused or not cited:
        return answer
    for difference in differences(cited, hits):
        answer = _with(answer, difference)
    return answer


def _with(answer: Answer, difference: Difference) -> Answer:
    numbers = []
    for evidence in (difference.earlier, difference.later):
        place = (evidence.article.id, evidence.start, evidence.end)
        known = [c.number for c in answer.citations if (c.article_id, c.start, c.end) == place]
        if not known:
            citation = cite(evidence, len(answer.citations) + 1)
            sentence = f"{' '.join(citation.quotation.split())} [{citation.number}]"
            answer = replace(answer, text=f"{answer.text} {sentence}", citations=(*answer.citations, citation))
            known = [citation.number]
        numbers.append(known[0])
    return replace(answer, notes=(*answer.notes, _note(difference, *numbers)))


def _note(difference: Difference, first: int, second: int) -> str:
    earlier, later = difference.earlier.article, difference.later.article
    when = f", in a later report of {later.date}" if difference.ordered else f" ({later.date})" if later.date else ""
    before = f" ({earlier.date})" if earlier.date else ""
    return (
        f"Reports differ: {earlier.source or 'one article'}{before} has “{difference.earlier_words}” [{first}]; "
        f"{later.source or 'another article'} has “{difference.later_words}”{when} [{second}]."
    )


def _text(evidence: Evidence) -> str:
    return evidence.article.text[evidence.start : evidence.end]


def _near_in_time(one: Article, other: Article) -> bool:
    return not (one.date and other.date) or abs(one.date - other.date) <= SAME_EVENT_WITHIN


def _may_be_one_event(one: Evidence, other: Evidence) -> bool:
    """With several words in common, and names."""
    if len(_content(_text(one)) & _content(_text(other))) < 2:
        return False
    return bool(_named(_text(one), one.article.title) & _named(_text(other), other.article.title))


@lru_cache(maxsize=1_000)  # each sentence is compared with many, and the names cost most of it
def _content(text: str) -> frozenset[str]:
    return frozenset(content(text))


@lru_cache(maxsize=1_000)
def _named(text: str, title: str) -> frozenset[str]:
    return frozenset(stem(word) for name in names(f"{text} {title}") for word in name.words)


def _differing(one: str, other: str) -> tuple[str, str] | None:
    """Numbers of one kind among the same words, when neither text has the other's."""
    ours, theirs = ([a for a in anchors(text) if a.kind in ("number", "share")] for text in (one, other))
    for first in ours:
        if any(_equal(first, a) for a in theirs):
            continue
        rivals = [a for a in theirs if a.kind == first.kind and not any(_equal(a, o) for o in ours)]
        best = max(rivals, key=first.likeness, default=None)
        if best is not None and first.likeness(best) >= _ALIKE and max(ours, key=best.likeness) is first:
            return first.words, best.words
    return None


def _equal(one: Anchor, other: Anchor) -> bool:
    return (one.kind, one.key) == (other.kind, other.key)


def _differing_dates(one: Evidence, other: Evidence) -> tuple[str, str] | None:
    """One exact day each, after much the same words, and not the same day."""
    texts = (_text(one), _text(other))
    spans = []
    for text, evidence in zip(texts, (one, other), strict=True):
        if evidence.article.date is None:
            return None
        exact = [s for s in find_timespans(text, evidence.article.date) if s.days == 1]
        if len(exact) != 1:
            return None
        spans.append(exact[0])
    shared = set(content(texts[0])) & set(content(texts[1]))
    share = len(shared) / max(1, min(len(set(content(t))) for t in texts))
    differ = spans[0].since != spans[1].since
    words = tuple(text[s.start : s.end] for text, s in zip(texts, spans, strict=True))
    return (words[0], words[1]) if differ and share >= 0.6 else None


def _in_order(one: Evidence, other: Evidence, first: str, second: str) -> Difference:
    swap = bool(one.article.date and other.article.date and other.article.date < one.article.date)
    return Difference(other, one, second, first) if swap else Difference(one, other, first, second)
