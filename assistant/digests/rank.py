"""Which stories come first, and why. The reasons are kept with the score."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np

from assistant.digests.features import Matrix
from assistant.digests.nouns import Reason, Window
from assistant.digests.publishers import family, independent
from assistant.digests.stories import is_table
from assistant.digests.text import terms
from assistant.digests.window import instant_of
from index.article import Article

VARIED = 10  # places that are filled with regard to what stands above
ALIKE, REPETITION = 0.6, 4.0  # cosine from which two stories repeat each other; what a whole unit beyond it costs
SERIES = (
    0.6  # share of title words that two pieces of one series have in common: "Most influential people in law, 2024"
)
PUBLISHERS, ARTICLES, CENTRALITY, RECENCY, TOPIC, PREFERENCE = 1.0, 0.3, 0.5, 0.4, 2.0, 0.5
OPINION, TABLES = -0.6, -2.0
_OPINION = re.compile(
    r"/(?:opinions?|letters|columnists?|columns?|editorials?|commentisfree)/"
    r"|^\s*(?:opinion|editorial|column|op-ed|letters?|commentary|mailbag)\b|\b(?:letters|opinion|mailbag)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class RankedStory:
    """A cluster with its place; articles with the most central first."""

    articles: tuple[Article, ...]
    publishers: tuple[str, ...]
    score: float
    reasons: tuple[Reason, ...]

    @property
    def id(self) -> str:
        """The id of its earliest-sorted article: the same for the same articles."""
        return min(article.id for article in self.articles)

    def closeness(self, name: str) -> float:
        """The measured value of a reason; 0 when it did not count."""
        return next((reason.value for reason in self.reasons if reason.name == name), 0.0)


@dataclass(frozen=True, slots=True)
class Interests:
    """What the reader asked for: a topic as a vector, and outlets whose stories come earlier."""

    topic: Matrix | None = None
    preferred_sources: tuple[str, ...] = ()


def rank(
    articles: Sequence[Article],
    vectors: Matrix,
    groups: Sequence[Sequence[int]],
    duplicate_groups: Sequence[int],
    window: Window,
    interests: Interests,
) -> list[RankedStory]:
    """The stories, best first; equal scores in order of id."""
    centre = vectors.mean(axis=0)
    stories = []
    for group in groups:
        ordered = _central_first(articles, vectors, group, duplicate_groups)
        members = tuple(articles[i] for i in ordered)
        publishers = independent(members, [duplicate_groups[i] for i in ordered])
        mean = vectors[list(group)].mean(axis=0)
        reasons = _reasons(members, publishers, mean, centre, window, interests)
        score = round(sum(reason.value * reason.weight for reason in reasons), 4)
        stories.append(RankedStory(members, publishers, score, reasons))
    return _varied(sorted(stories, key=lambda story: (-story.score, story.id)), articles, vectors)


def _varied(stories: Sequence[RankedStory], articles: Sequence[Article], vectors: Matrix) -> list[RankedStory]:
    """The first places go to stories that are not much like those before them: ten sides of one event are one page."""
    rows = {article.id: vectors[place] for place, article in enumerate(articles)}
    means = {story.id: np.mean([rows[article.id] for article in story.articles], axis=0) for story in stories}
    waiting = list(stories)
    chosen: list[RankedStory] = []
    titles = {story.id: frozenset(terms(story.articles[0].title)) for story in stories}
    while waiting and len(chosen) < VARIED:
        above = [means[story.id] for story in chosen]
        series = [titles[story.id] for story in chosen]
        marked = [
            _marked(story, max(_likeness(means[story.id], above), _in_series(titles[story.id], series)))
            for story in waiting
        ]
        best = min(range(len(marked)), key=lambda place: (-marked[place].score, marked[place].id))
        chosen.append(marked[best])
        del waiting[best]
    return [*chosen, *waiting]


def _marked(story: RankedStory, likeness: float) -> RankedStory:
    """The story with its likeness to those before it counted against it."""
    excess = round(max(0.0, likeness - ALIKE), 4)
    if not excess:
        return story
    reason = Reason("repetition", excess, -REPETITION, "likeness to a story further up, beyond what is usual")
    return replace(story, score=round(story.score - REPETITION * excess, 4), reasons=(*story.reasons, reason))


def _in_series(title: frozenset[str], others: Sequence[frozenset[str]]) -> float:
    """1 when the title is one of a series, of which another piece is there already; else 0."""
    return float(any(len(title & other) >= max(3, SERIES * len(title | other)) for other in others))


def _likeness(mean: Matrix, others: Sequence[Matrix]) -> float:
    length = float(np.linalg.norm(mean))
    products = [float(mean @ other) / max(length * float(np.linalg.norm(other)), 1e-9) for other in others]
    return max(products, default=0.0)


def _central_first(
    articles: Sequence[Article], vectors: Matrix, group: Sequence[int], duplicate_groups: Sequence[int]
) -> list[int]:
    """By closeness to the story's mean; copies of an article that came before go to the end."""
    mean = vectors[list(group)].mean(axis=0)
    closeness = {i: round(float(vectors[i] @ mean), 4) for i in group}
    ordered = sorted(group, key=lambda i: (-closeness[i], articles[i].id))
    firsts: dict[int, int] = {}
    for i in ordered:
        firsts.setdefault(duplicate_groups[i], i)
    return [i for i in ordered if firsts[duplicate_groups[i]] == i] + [
        i for i in ordered if firsts[duplicate_groups[i]] != i
    ]


def _reasons(
    members: Sequence[Article],
    publishers: Sequence[str],
    mean: Matrix,
    centre: Matrix,
    window: Window,
    interests: Interests,
) -> tuple[Reason, ...]:
    length = max(float(np.linalg.norm(mean)) * float(np.linalg.norm(centre)), 1e-9)
    reasons = [
        Reason("publishers", round(math.log2(1 + len(publishers)), 4), PUBLISHERS, f"{len(publishers)} independent"),
        Reason("articles", round(math.log2(1 + len(members)), 4), ARTICLES, f"{len(members)} in the window"),
        Reason(
            "centrality", round(float(mean @ centre) / length, 4), CENTRALITY, "closeness to the rest of the window"
        ),
        Reason("recency", _recency(members, window), RECENCY, "how late in the window it was last reported"),
    ]
    if opinions := sum(bool(_OPINION.search(a.url) or _OPINION.search(a.title)) for a in members):
        reasons.append(Reason("opinion", round(opinions / len(members), 4), OPINION, "letters, columns and editorials"))
    if tables := sum(is_table(a) for a in members):
        reasons.append(Reason("tables", round(tables / len(members), 4), TABLES, "more figures than sentences"))
    if interests.topic is not None:
        nearness = float(mean @ interests.topic) / max(float(np.linalg.norm(mean)), 1e-9)
        reasons.append(Reason("topic", round(nearness, 4), TOPIC, "closeness to the topic asked for"))
    wanted = {name.casefold() for name in interests.preferred_sources}
    if wanted:
        hit = any({family(a), a.source.casefold()} & wanted for a in members)
        reasons.append(Reason("preference", float(hit), PREFERENCE, "reported by a preferred outlet"))
    return tuple(reasons)


def _recency(members: Sequence[Article], window: Window) -> float:
    zone = ZoneInfo(window.timezone)
    newest = max(instant for article in members if (instant := instant_of(article, zone)))
    return round((newest - window.since) / max(window.until - window.since, dt.timedelta(seconds=1)), 4)
