"""From a read question to hits: filters that hold, hints that lift, several searches where one is not enough."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.decompose import Plan, plan_of
from assistant.question import REPORTED_WITHIN, Constraint, ParsedQuestion
from index.filters import Filter
from index.library import Library
from index.search import Hit

LIFT = 3  # places that a hit gains when a hint fits its article; one when the hint names no year
EXTRA = 3  # hits of a hint's own days that join the list


@dataclass(frozen=True, slots=True)
class Found:
    """What a question found. `where` is the filter that was really used, `parsed` the constraints that were kept."""

    parsed: ParsedQuestion
    plan: Plan
    where: Filter
    hits: tuple[Hit, ...] = ()
    by_query: tuple[tuple[Hit, ...], ...] = ()
    notes: tuple[str, ...] = ()


def retrieve(library: Library, parsed: ParsedQuestion, given: Filter, limit: int) -> Found:
    """Search for a read question within the filter that the caller gave.

    The filters of the question's words narrow the given one. When that leaves no article, they are dropped and a note
    says so.
    """
    where = _narrowed(given, parsed)
    notes: tuple[str, ...] = ()
    if parsed.filters and not library.count(where):
        words = ", ".join(f"“{c.words}”" for c in parsed.filters)
        notes = (f"No article fits {words}; this was searched in all articles instead.",)
        parsed = _without_filters(parsed)
        where = given
    plan = plan_of(parsed)
    lists = tuple(tuple(_search(library, query, parsed, where, limit)) for query in plan.queries)
    return Found(parsed, plan, where, tuple(_merged(lists, limit)), lists, notes)


def _narrowed(given: Filter, parsed: ParsedQuestion) -> Filter:
    since = max((d for d in (given.since, parsed.since) if d), default=None)
    until = min((d for d in (given.until, parsed.until) if d), default=None)
    return Filter(since, until, given.sources or parsed.sources)


def _without_filters(parsed: ParsedQuestion) -> ParsedQuestion:
    for constraint in parsed.filters:
        parsed = parsed.without(constraint)
    return replace(parsed, topic=parsed.topic or parsed.text)


def _search(library: Library, query: str, parsed: ParsedQuestion, where: Filter, limit: int) -> list[Hit]:
    """The hits for one query, those that a hint fits lifted a few places, some of its own days added."""
    hits = library.find(query or parsed.text, limit, where)
    if not parsed.hints:
        return hits
    for hint in parsed.hints:
        if not hint.yearless and (window := _window(hint, where)):
            known = {hit.passage.id for hit in hits}
            own = library.find(query or parsed.text, EXTRA, window)
            hits = [*hits[:EXTRA], *(hit for hit in own if hit.passage.id not in known), *hits[EXTRA:]]
    ranked = sorted(enumerate(hits), key=lambda item: (item[0] - _lift(parsed.hints, item[1]), item[0]))
    return [hit for _, hit in ranked][:limit]


def _lift(hints: Sequence[Constraint], hit: Hit) -> int:
    fitting = [hint for hint in hints if hint.fits(hit.article.date, hit.article.source)]
    return max((1 if hint.yearless else LIFT for hint in fitting), default=0)


def _window(hint: Constraint, where: Filter) -> Filter | None:
    """The days on which an event of the hint's days would be reported, within the filter; None when there are none."""
    last = hint.until + REPORTED_WITHIN if hint.until and hint.until < dt.date.max - REPORTED_WITHIN else hint.until
    since = max((d for d in (hint.since, where.since) if d), default=None)
    until = min((d for d in (last, where.until) if d), default=None)
    return None if since and until and since > until else Filter(since, until, where.sources)


def _merged(lists: Sequence[Sequence[Hit]], limit: int) -> list[Hit]:
    """The lists taken in turn, each passage once."""
    merged: dict[int, Hit] = {}
    for rank in range(max((len(hits) for hits in lists), default=0)):
        for hits in lists:
            if rank < len(hits):
                merged.setdefault(hits[rank].passage.id, hits[rank])
    return list(merged.values())[:limit]
