"""Articles in, Page out: the stages in their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.digests.chart import bars_of
from assistant.digests.compose import BRIEFS, STORIES, Front, front
from assistant.digests.extras import key_numbers, quotation, watches
from assistant.digests.fit import fit
from assistant.digests.nouns import Coverage, DigestSentence, Page, Window
from assistant.digests.past import EarlierStory, Known, Past, earlier_window, known, stories_of
from assistant.digests.publishers import family
from assistant.digests.rank import Interests, RankedStory, rank
from assistant.digests.select import Relevance
from assistant.digests.sources import source_of
from assistant.digests.stories import Embed, clusters, near_duplicates
from assistant.digests.window import within
from assistant.digests.wording import title_of
from index.article import Article
from index.errors import NothingFound

TOPIC_CLOSENESS = 0.25  # cosine of topic and story: below it, a story is about something else
UNDATED_KEPT = 20
Rewrite = Callable[[Page, Mapping[str, Article]], Page]  # the page and the articles at hand, by id


@dataclass(frozen=True, slots=True)
class Options:
    """What a reader can ask of a digest, beside its window."""

    topic: str = ""
    preferred_sources: tuple[str, ...] = ()
    paper: str = "a4"
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Means:
    """What a digest is made with. `embed` gives unit vectors, (n, dimensions) float32; without `relevance` sentences
    are chosen by centroid and lead alone; `rewrite` puts the page into other words."""

    embed: Embed
    count_pages: Callable[[Page], int]
    relevance: Relevance | None = None
    rewrite: Rewrite | None = None


def make(articles: Sequence[Article], window: Window, past: Past, means: Means, options: Options | None = None) -> Page:
    """The digest of the window, on one page. The same articles and options give the same digest, unless the means
    rewrite it.

    Articles outside the window are left alone, those without a date are listed. Raises NothingFound when no article
    lies in the window, or none fits the topic.
    """
    options = options or Options()
    inside = within(articles, window)
    if not inside:
        raise NothingFound(_nothing(window, articles))
    undated = sorted((a for a in articles if a.date is None and a.published is None), key=lambda a: a.id)
    ranked = _on_topic(_ranked(inside, window, past, means.embed, options), options.topic)
    before, has_past = _before(ranked, past, window)
    words = front(ranked, options.topic, before, has_past, means.relevance)
    page = _page(inside, ranked, words, window, options, undated)
    held = {a.id: a for a in [*inside, *(article for story in before.values() for article in story.articles)]}
    return fit(means.rewrite(page, held) if means.rewrite else page, held, means.count_pages)


def _ranked(inside: Sequence[Article], window: Window, past: Past, embed: Embed, options: Options) -> list[RankedStory]:
    vectors = past.vectors(inside)
    topic = embed([options.topic])[0] if options.topic else None
    interests = Interests(topic, options.preferred_sources)
    return rank(inside, vectors, clusters(inside, vectors), near_duplicates(inside), window, interests)


def _on_topic(ranked: Sequence[RankedStory], topic: str) -> list[RankedStory]:
    if not topic:
        return list(ranked)
    close = [story for story in ranked if story.closeness("topic") >= TOPIC_CLOSENESS]
    if not close:
        raise NothingFound(f"None of the {len(ranked)} stories of this window is about “{topic}”. Try other words.")
    return close


def _before(ranked: Sequence[RankedStory], past: Past, window: Window) -> tuple[Mapping[str, Known], bool]:
    """What was known of the stories that the page tells, and whether there was anything to know."""
    span = earlier_window(window, past)
    stories = _earlier_stories(span, past) if span else []
    found = known(ranked, STORIES + BRIEFS, stories, past, window)
    return found, bool(span or found)


def _earlier_stories(span: Window, past: Past) -> list[EarlierStory]:
    """From the kept digest of exactly this span; else its articles are clustered again, which gives the same."""
    kept = past.archived(span)
    if kept is not None:
        return stories_of(kept)
    articles = within(past.between(span.since, span.until), span)
    groups = clusters(articles, past.vectors(articles))
    members = [tuple(sorted(articles[i].id for i in group)) for group in groups]
    return [EarlierStory(ids[0], ids) for ids in members]


def _page(
    inside: Sequence[Article],
    ranked: Sequence[RankedStory],
    words: Front,
    window: Window,
    options: Options,
    undated: Sequence[Article],
) -> Page:
    told = [story.articles for story in ranked[: STORIES + BRIEFS]]
    shown: list[DigestSentence] = words.shown()
    said = quotation(told, shown)
    shown += [said.sentence] if said else []
    ahead = watches(told, shown, window.until.date())
    shown += [watch.sentence for watch in ahead]
    return Page(
        title=title_of(window, options.topic),
        window=window,
        language=options.language,
        paper=options.paper,
        topic=options.topic,
        bottom_line=words.bottom_line,
        stories=words.stories,
        briefs=words.briefs,
        sources=(),
        coverage=_coverage(inside, words, len(undated)),
        numbers=key_numbers(words.pools, shown),
        quotation=said,
        watch=ahead,
        undated=tuple(source_of(article, 0) for article in undated[:UNDATED_KEPT]),
        bars=bars_of(inside, window),
        other_stories=words.others,
    )


def _coverage(inside: Sequence[Article], words: Front, undated: int) -> Coverage:
    told = len(words.stories) + len(words.briefs)
    return Coverage(
        articles=len(inside),
        publishers=len({family(article) for article in inside}),
        stories=told + len(words.others),
        left_out_stories=len(words.others),
        left_out_articles=sum(len(story.article_ids) for story in words.others),
        undated=undated,
    )


def _nothing(window: Window, articles: Sequence[Article]) -> str:
    dated = sorted(article.date for article in articles if article.date)
    span = f" The articles at hand run from {dated[0]} to {dated[-1]}." if dated else ""
    return f"No article from {window.since:%Y-%m-%d %H:%M} to {window.until:%Y-%m-%d %H:%M} ({window.timezone}).{span}"
