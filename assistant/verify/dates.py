"""The dates of a drafted sentence against the dates of the cited texts, each read on its article's own day. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from assistant.timespans import TimeSpan, find_timespans
from assistant.verify.words import folded

_UNDATED = dt.date(2400, 6, 15)  # stands for the day of an undated article: its "yesterday" equals no real date
_WEEKDAY = re.compile(r"day$", re.IGNORECASE)
_TODAY = re.compile(r"\b(?:today|tonight|this (?:morning|afternoon|evening|week|month|year))\b", re.IGNORECASE)
Period = tuple[dt.date, dt.date]


class KnownDates:
    """The periods that the cited texts name. `texts` pairs each text with its article's date, or None."""

    def __init__(self, texts: Iterable[tuple[str, dt.date | None]]) -> None:
        self._periods: set[Period] = set()
        self._days: list[dt.date] = []
        self._texts: list[str] = []
        for text, date in texts:
            self._texts.append(folded(text).lower())
            self._days += [date] if date else []
            for span in find_timespans(text, date or _UNDATED):
                self._add(text, span)
            for year in re.findall(r"(?<![\d.,$€£])(?:19|20)\d\d(?![\d%])", text):
                self._periods.add((dt.date(int(year), 1, 1), dt.date(int(year), 12, 31)))

    def _add(self, text: str, span: TimeSpan) -> None:
        if not span.period:
            return
        first, last = span.period
        self._periods.add((first, last))
        if first != last:  # either end of a range may be named alone
            self._periods |= {(first, first), (last, last)}
        if _WEEKDAY.search(text[span.start : span.end]) and first == last:
            self._periods.add((first + dt.timedelta(days=7),) * 2)  # "on Friday" may lie ahead
        if span.yearless:  # and so may "April 29"
            later = _shifted(span.period, 1)
            self._periods |= {later, (later[0], later[0]), (later[1], later[1])}

    def missing(self, sentence: str) -> list[tuple[str, TimeSpan]]:
        """The dates of the sentence that no cited text has, each with its words."""
        day = max(self._days, default=_UNDATED)
        spans = [s for s in find_timespans(sentence, day) if s.period]
        return [(sentence[s.start : s.end], s) for s in spans if not self._has(sentence[s.start : s.end], s)]

    def _has(self, words: str, span: TimeSpan) -> bool:
        if any(re.search(rf"\b{re.escape(folded(words).lower())}\b", text) for text in self._texts):
            return True
        period = span.period
        wanted = [p for p in (period, _shifted(period, 1)) if p] if span.yearless else [period]
        if _WEEKDAY.search(words) and period:
            wanted.append((period[0] + dt.timedelta(days=7),) * 2)
        return any(self._covers(p) for p in wanted if p)

    def _covers(self, wanted: Period) -> bool:
        """A text names this period or a part of it; or, for a month and longer, the article itself is of that time."""
        first, last = wanted
        if any(first <= start and end <= last for start, end in self._periods):
            return True
        if first != last and all(any(end == p[n] for p in self._periods) for n, end in enumerate(wanted)):
            return True
        return (last - first).days >= 27 and any(first <= day <= last for day in self._days)


def _shifted(period: Period | None, years: int) -> Period:
    assert period  # noqa: S101 - only called with one
    first, last = (d.replace(year=d.year + years, day=28 if (d.month, d.day) == (2, 29) else d.day) for d in period)
    return first, last
