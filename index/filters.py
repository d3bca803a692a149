"""Which articles count for a search, a list or a digest."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any


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


def day_number(day: dt.date) -> int:
    """2024-10-30 → 20241030: what indexes compare."""
    return day.year * 10_000 + day.month * 100 + day.day


def day_of(number: int) -> dt.date:
    """20241030 → 2024-10-30."""
    return dt.date(number // 10_000, number // 100 % 100, number % 100)
