"""One page, enforced: lay out, count, leave out the least important block, lay out again. Nothing is ever cut."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from assistant.digests.nouns import Page, Story
from assistant.digests.sources import numbered
from index.article import Article

PUT_BACK = 12  # blocks tried; a layout takes 10 to 30 ms
Step = tuple[str, Callable[[Page], Page]]


def fit(page: Page, articles: Mapping[str, Article], count_pages: Callable[[Page], int]) -> Page:
    """The page with as few blocks left out as make it one sheet, its sources numbered.

    The blocks go in the order of `shedding`; how many must go is found by bisection. Then those that went, the most
    important first, come back where there is room. What was left out stands in `coverage.shed`.
    """
    steps = shedding(page)

    def without(chosen: Sequence[Step]) -> Page:
        shed = page
        for _, leave_out in chosen:
            shed = leave_out(shed)
        return numbered(_covering(shed, page, tuple(name for name, _ in chosen)), articles)

    fewest, most = 0, len(steps)
    while fewest < most:
        middle = (fewest + most) // 2
        if count_pages(without(steps[:middle])) <= 1:
            most = middle
        else:
            fewest = middle + 1
    chosen = steps[:most]
    for step in list(reversed(chosen))[:PUT_BACK]:
        fewer = [other for other in chosen if other is not step]
        if count_pages(without(fewer)) <= 1:
            chosen = fewer
    return without(chosen)


def shedding(page: Page) -> list[Step]:
    """The blocks of this page that can go, the least important first. The first story and the bottom line stay."""
    numbers, watch = len(page.numbers), len(page.watch)
    plan: list[Step] = [(f"watch {n}", _fewer("watch", n - 1)) for n in range(watch, 2, -1)]
    plan += [(f"number {n}", _fewer("numbers", n - 1)) for n in range(numbers, 2, -1)]
    plan += [_brief(page, n) for n in range(len(page.briefs), 4, -1)]
    plan += [_lean(n, "background", None) for n, s in _numbered(page) if s.background and n > 1][::-1]
    plan += [_brief(page, n) for n in range(min(len(page.briefs), 4), 3, -1)]
    plan += [(f"watch {n}", _fewer("watch", n - 1)) for n in range(min(watch, 2), 1, -1)]
    plan += [(f"number {n}", _fewer("numbers", n - 1)) for n in range(min(numbers, 2), 1, -1)]
    plan += [("quotation", _without_quotation)] if page.quotation else []
    plan += [_brief(page, n) for n in range(min(len(page.briefs), 3), 1, -1)]
    plan += [("chart", _without_chart)] if page.bars else []  # it stands beside the title and takes little room
    plan += [("watch 1", _fewer("watch", 0))] if watch else []
    plan += [("number 1", _fewer("numbers", 0))] if numbers else []
    plan += [_story(n) for n in range(len(page.stories), 4, -1)]
    plan += [_brief(page, 1)] if page.briefs else []
    plan += [_lean(n, "sentences", 2) for n, s in _numbered(page) if len(s.lines) > 2][::-1]
    plan += [_story(n) for n in range(min(len(page.stories), 4), 2, -1)]
    plan += [_lean(n, "changes", 1) for n, s in _numbered(page) if len(s.changes) > 1][::-1]
    plan += [_lean(1, "background", None)]
    plan += [_story(n) for n in range(min(len(page.stories), 2), 1, -1)]
    return [*plan, _lean(1, "sentences", 1), _lean(1, "changes", 0), _lean(1, "conflicts", 0)]


def _brief(page: Page, number: int) -> Step:
    def leave_out(shed: Page) -> Page:
        gone = shed.briefs[number - 1 :]
        return replace(shed, briefs=shed.briefs[: number - 1], other_stories=_bare(gone) + shed.other_stories)

    return f"brief {number}", leave_out


def _story(number: int) -> Step:
    def leave_out(shed: Page) -> Page:
        gone = shed.stories[number - 1 :]
        return replace(shed, stories=shed.stories[: number - 1], other_stories=_bare(gone) + shed.other_stories)

    return f"story {number}", leave_out


def _lean(number: int, part: str, most: int | None) -> Step:
    """Story `number` with at most so many of a part; None takes a single part away."""

    def leave_out(shed: Page) -> Page:
        if number > len(shed.stories):
            return shed
        story = shed.stories[number - 1]
        kept: Any = None if most is None else getattr(story, part)[:most]
        lean = replace(story, **{part: kept})
        if part == "sentences":
            lean = replace(lean, written=story.written[:most])
        return replace(shed, stories=(*shed.stories[: number - 1], lean, *shed.stories[number:]))

    return f"{part} of story {number}", leave_out


def _fewer(part: str, most: int) -> Callable[[Page], Page]:
    return lambda shed: replace(shed, **{part: getattr(shed, part)[:most]})


def _without_chart(shed: Page) -> Page:
    return replace(shed, bars=())


def _without_quotation(shed: Page) -> Page:
    return replace(shed, quotation=None)


def _numbered(page: Page) -> list[tuple[int, Story]]:
    return list(enumerate(page.stories, 1))


def _bare(stories: tuple[Story, ...]) -> tuple[Story, ...]:
    """As they are kept for the next digest: without the words that are not shown."""
    return tuple(replace(s, sentences=(), written=(), changes=(), conflicts=(), background=None) for s in stories)


def _covering(shed: Page, page: Page, names: tuple[str, ...]) -> Page:
    left_out = len(shed.other_stories)
    coverage = replace(
        page.coverage,
        left_out_stories=left_out,
        left_out_articles=sum(len(story.article_ids) for story in shed.other_stories),
        shed=names,
    )
    return replace(shed, coverage=coverage)
