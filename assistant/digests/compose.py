"""From ranked stories to the words of the page. What has no basis is absent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.digests.changes import background, changes
from assistant.digests.conflicts import conflicts
from assistant.digests.headline import headline
from assistant.digests.nouns import DigestSentence, Story
from assistant.digests.past import Known
from assistant.digests.rank import RankedStory
from assistant.digests.select import Candidate, Relevance, alone, candidates, choose
from assistant.digests.text import terms

STORIES, BRIEFS = 5, 5
STORY_SENTENCES, STORY_WORDS = 3, 60
BRIEF_WORDS = 30
BOTTOM_LINE_WORDS = 40
ECHO = 2  # words of a title in a sentence that opens the page: an anecdote, as features begin with, has fewer
LEADING = 0.75  # of the best sentence's salience: less says too little for the first line of the page

Pool = Sequence[Candidate]


@dataclass(frozen=True, slots=True)
class Front:
    """The chosen words of the page."""

    bottom_line: tuple[DigestSentence, ...]
    stories: tuple[Story, ...]
    briefs: tuple[Story, ...]
    others: tuple[Story, ...]
    pools: tuple[Pool, ...]  # the candidates of the stories and briefs that can stand alone

    def shown(self) -> list[DigestSentence]:
        """Every sentence chosen so far."""
        spoken = [sentence for story in self.stories + self.briefs for sentence in story.all_sentences()]
        return [*self.bottom_line, *spoken]


def front(
    ranked: Sequence[RankedStory],
    topic: str,
    known: Mapping[str, Known],
    has_past: bool,
    relevance: Relevance | None = None,
) -> Front:
    """The bottom line, up to five stories and up to five briefs; nothing is said twice.

    `known` is what was known before the window, by story id; `has_past` tells whether anything was.
    """
    wider = [candidates(story.articles, topic, relevance) for story in ranked[: STORIES + BRIEFS]]
    pools = tuple(alone(pool) for pool in wider)
    opening = bottom_line(pools[:3])
    printed = list(opening)
    told = []
    for story, whole, pool in zip(ranked[:STORIES], wider, pools, strict=False):
        chosen = choose([c for c in whole if c.sentence not in printed], STORY_SENTENCES, STORY_WORDS, _bags(printed))
        printed += chosen
        told.append(_compared(_story(story, chosen), story, pool, printed, known.get(story.id), has_past))
        printed += told[-1].all_sentences()
    briefs = []
    for story, pool in zip(ranked[STORIES:], pools[STORIES:], strict=False):
        brief = _story(story, choose(pool, 1, BRIEF_WORDS, _bags(printed)))
        printed += brief.sentences
        briefs.append(_with_status(brief, known.get(story.id), has_past))
    others = tuple(_story(story, []) for story in ranked[STORIES + BRIEFS :])
    return Front(tuple(opening), tuple(told), tuple(briefs), others, pools)


def _bags(sentences: Sequence[DigestSentence]) -> list[frozenset[str]]:
    return [frozenset(terms(sentence.text)) for sentence in dict.fromkeys(sentences)]


def bottom_line(pools: Sequence[Pool]) -> list[DigestSentence]:
    """The best sentence of the first story that has one, and of the next when both fit."""
    chosen: list[Candidate] = []
    for pool in pools:
        left = BOTTOM_LINE_WORDS - sum(c.words for c in chosen)
        fitting = [c for c in pool if c.words <= left and _leads(c, pool[0])]
        if len(pool) > 1 and fitting:
            chosen.append(max(fitting, key=lambda c: (c.salience + 0.3 * (c.position == 0), -c.rank)))
        if len(chosen) == 2:
            break
    return [c.sentence for c in chosen]


def _leads(candidate: Candidate, best: Candidate) -> bool:
    """Whether a sentence may open the page: central, near the beginning of its article, and no addition to another."""
    weighty = candidate.salience >= LEADING * best.salience
    early = candidate.position <= 2 and " also " not in candidate.sentence.text
    return weighty and early and (candidate.echo >= ECHO or not best.echo)


def _compared(
    story: Story,
    ranked: RankedStory,
    pool: Pool,
    shown: Sequence[DigestSentence],
    known: Known | None,
    has_past: bool,
) -> Story:
    """The story with its conflicts, and with what is new in it against earlier reports."""
    story = replace(story, conflicts=conflicts(ranked.articles))
    if known is not None:
        new = changes(ranked.articles, known.articles, pool, shown)
        earlier = background(alone(candidates(known.articles)), [*shown, *(change.sentence for change in new)])
        story = replace(story, changes=new, background=earlier)
    return _with_status(story, known, has_past)


def _with_status(story: Story, known: Known | None, has_past: bool) -> Story:
    if known is None:
        return replace(story, status="NEW" if has_past else "")
    return replace(story, status="UPDATE" if story.changes else "ONGOING", continues=known.continues)


def _story(ranked: RankedStory, sentences: Sequence[DigestSentence]) -> Story:
    words, source = headline(ranked.articles, sentences[0].article_id if sentences else "")
    return Story(
        id=ranked.id,
        headline=words,
        headline_article_id=source,
        sentences=tuple(sentences),
        article_ids=tuple(article.id for article in ranked.articles),
        publishers=ranked.publishers,
        status="",
        score=ranked.score,
        reasons=ranked.reasons,
    )
