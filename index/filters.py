"""Which articles count for a search, a list or a digest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from index.errors import InputError


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles count: days inclusive, sources by name without regard to case. An empty filter matches all.

    A filter on days never matches an article without a date.
    """

    since: dt.date | None = None
    until: dt.date | None = None
    sources: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.since or self.until or self.sources)

    def clause(self) -> tuple[str, list[Any]]:
        """An SQL condition over the articles table, and its values."""
        parts = ["1"]
        values: list[Any] = []
        if self.since:
            parts.append("date >= ?")
            values.append(day_number(self.since))
        if self.until:
            parts.append("date <= ?")
            values.append(day_number(self.until))
        if self.sources:
            parts.append(f"source_folded IN ({','.join('?' * len(self.sources))})")
            values.extend(source.casefold() for source in self.sources)
        return " AND ".join(parts), values


def make_filter(
    since: dt.date | str | None = None, until: dt.date | str | None = None, sources: Sequence[str] | None = None
) -> Filter:
    """A Filter from what people type. Raises InputError on a day that does not exist or an empty range."""
    first, last = _as_day(since), _as_day(until)
    if first and last and first > last:
        raise InputError(f"The days are the wrong way round: since {first} is after until {last}.")
    if isinstance(sources, str):
        sources = [sources]
    return Filter(first, last, tuple(sources or ()))


def _as_day(value: dt.date | str | None) -> dt.date | None:
    if value is None or isinstance(value, dt.date):
        return value.date() if isinstance(value, dt.datetime) else value
    try:
        return dt.date.fromisoformat(value.strip())
    except ValueError:
        raise InputError(f"{value!r} is not a day. Write it as 2024-10-30.") from None


def day_number(day: dt.date) -> int:
    """2024-10-30 → 20241030: what indexes compare."""
    return day.year * 10_000 + day.month * 100 + day.day


def day_of(number: int) -> dt.date:
    """20241030 → 2024-10-30."""
    return dt.date(number // 10_000, number // 100 % 100, number % 100)
