"""What was known before the window: the earlier window's stories, and earlier reports on the stories of this one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np

from assistant.digests.features import Matrix
from assistant.digests.nouns import Page, Window
from assistant.digests.rank import RankedStory
from assistant.digests.stories import Embed, mean_vectors, same_story
from assistant.digests.window import instant_of, newest_day, within
from index.article import Article

REPORTS = 6  # earlier articles looked at for each story
CENTRAL = 3  # articles that stand for a story
CONTEXT = 100  # other articles of the window, so that words which all news share are not taken for those of a story
# Above the threshold within a window: an earlier report wrongly tied to a story misleads more than a missing one.
CERTAIN = 0.45
LOOK_BACK = dt.timedelta(days=7)  # how far the earlier window may lie back


class Past(Protocol):
    """What the digest may know of the time before its window. No implementation may look beyond it."""

    def between(self, since: dt.datetime, until: dt.datetime) -> Sequence[Article]:
        """The articles of this span."""

    def related(self, story: RankedStory, before: dt.datetime) -> Sequence[Article]:
        """Up to REPORTS earlier articles that may concern the story, the likeliest first."""

    def vectors(self, articles: Sequence[Article]) -> Matrix:
        """Their mean vectors, of unit length."""

    def archived(self, window: Window) -> Page | None:
        """The digest of exactly this window, if it was kept."""


@dataclass(frozen=True, slots=True)
class EarlierStory:
    """A story of the earlier window."""

    id: str
    article_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of one story before the window."""

    articles: tuple[Article, ...]  # earlier reports of the event, the newest first
    continues: str  # the id of the earlier window's story; empty when that had none


class ListPast:
    """The past among articles in memory."""

    def __init__(self, articles: Sequence[Article], embed: Embed, stored: Mapping[str, Matrix] | None) -> None:
        self._articles = articles
        self._embed = embed
        self._stored = stored

    def between(self, since: dt.datetime, until: dt.datetime) -> Sequence[Article]:
        """See Past."""
        return [a for a in self._articles if (at := instant_of(a, _zone(since))) and since <= at < until]

    def related(self, story: RankedStory, before: dt.datetime) -> Sequence[Article]:
        """See Past; by the cosine of mean vectors."""
        earlier = [a for a in self._articles if (at := instant_of(a, _zone(before))) and at < before]
        if not earlier:
            return []
        centre = self.vectors(story.articles[:CENTRAL]).mean(axis=0)
        closeness = np.round(self.vectors(earlier) @ centre, 4).tolist()
        ordered = sorted(zip(closeness, earlier, strict=True), key=lambda pair: (-pair[0], pair[1].id))
        return [article for _, article in ordered[:REPORTS]]

    def vectors(self, articles: Sequence[Article]) -> Matrix:
        """See Past."""
        return mean_vectors(articles, self._embed, self._stored)

    def archived(self, window: Window) -> Page | None:
        """Nothing is kept in memory."""
        return None


def earlier_window(window: Window, past: Past) -> Window | None:
    """The span of the same length just before, if it has articles; else the newest day of the last seven that has."""
    length = window.until.replace(tzinfo=None) - window.since.replace(tzinfo=None)  # by the clock on the wall
    before = Window(window.since - length, window.since, window.timezone)
    if within(past.between(before.since, before.until), before):
        return before
    days = Window(window.since - LOOK_BACK, window.since, window.timezone)
    recent = within(past.between(days.since, days.until), days)
    return newest_day(recent, window.timezone) if recent else None


def known(
    ranked: Sequence[RankedStory], most: int, earlier: Sequence[EarlierStory], past: Past, window: Window
) -> dict[str, Known]:
    """What was known of the first `most` stories, by story id; stories without an earlier report are left out.

    An earlier article belongs to a story when it is, on average over the story's central articles, of the same event
    with a probability of at least CERTAIN.
    """
    stories = ranked[:most]
    reports: dict[str, Article] = {}
    for story in stories:
        reports |= {article.id: article for article in past.related(story, window.since)}
    if not reports:
        return {}
    old = sorted(reports.values(), key=lambda article: article.id)
    new = [article for story in stories for article in story.articles[:CENTRAL]]
    rest = [article for story in ranked[most:] for article in story.articles[:1]][:CONTEXT]
    together = [*new, *old, *rest]
    chances = same_story(together, past.vectors(together))
    found: dict[str, Known] = {}
    left = 0
    for story in stories:
        size = len(story.articles[:CENTRAL])
        means = chances[left : left + size, len(new) : len(new) + len(old)].mean(axis=0)
        left += size
        matched = [article for article, chance in zip(old, means.tolist(), strict=True) if chance >= CERTAIN]
        if matched:
            found[story.id] = Known(_newest_first(matched), _continued(matched, earlier))
    return found


def _continued(matched: Sequence[Article], earlier: Sequence[EarlierStory]) -> str:
    """The earlier story that shares most articles with the matched ones."""
    ids = {article.id for article in matched}
    shared = [(-len(ids & set(story.article_ids)), story.id) for story in earlier]
    best = min(shared, default=(0, ""))
    return best[1] if best[0] < 0 else ""


def stories_of(page: Page) -> list[EarlierStory]:
    """The stories of a kept digest, those left out of the page too."""
    return [EarlierStory(s.id, s.article_ids) for s in page.stories + page.briefs + page.other_stories]


def _newest_first(articles: Sequence[Article]) -> tuple[Article, ...]:
    return tuple(sorted(articles, key=lambda a: (a.date or dt.date.min, a.id), reverse=True))


def _zone(instant: dt.datetime) -> ZoneInfo:
    zone = instant.tzinfo
    return zone if isinstance(zone, ZoneInfo) else ZoneInfo("UTC")
