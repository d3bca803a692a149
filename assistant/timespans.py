"""Dates in running English text: "3 May", "last week", "between June and August 2015", read against a given day.

A small grammar of our own. Libraries that search text for dates (dateparser.search and its like) take "may", "march",
"second" and bare numbers for dates and keep no ranges or bounds; here a doubtful word is left alone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.datewords import PATTERNS


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A stretch of days that a text names at text[start:end]. `since` and `until` are inclusive; None is open."""

    start: int
    end: int
    since: dt.date | None
    until: dt.date | None
    yearless: bool = False  # the text names no year: the latest such day or month up to the given day is taken
    doubtful: bool = False  # the words are a date only in the right company: "may", "2015"
    possessive: bool = False  # "last week's", "the August talks": it stands in front of a noun
    bound: str = ""  # "since", "after", "before" or "until" when that opened a side
    period: tuple[dt.date, dt.date] | None = None  # the days named, before "since" or "until" opened a side

    @property
    def days(self) -> int:
        """Its length in days; 0 when one side is open."""
        return (self.until - self.since).days + 1 if self.since and self.until else 0


def find_timespans(text: str, today: dt.date) -> list[TimeSpan]:
    """The dates, ranges and bounds that the text names, in order, without overlap, read on the day `today`.

    Weeks are Monday to Sunday; "last week" is the one before the current. A month or day without its year is the
    latest one that is not after `today`. Seasons are those of the northern hemisphere.
    """
    spans = _joined(text, list(_atoms(text, today)))
    spans = [_bounded(text, span) for span in spans]
    return [span for span in spans if not span.doubtful]


def _atoms(text: str, today: dt.date) -> Iterator[TimeSpan]:
    """Single dates and periods, the longest reading at each place."""
    found: list[TimeSpan] = []
    for pattern, reader in PATTERNS:
        for match in pattern.finditer(text):
            try:
                reading = reader(match, today)
            except (ValueError, OverflowError):  # 30 February 2015: no date, and no "February 2015" either
                found.append(TimeSpan(match.start(), match.end(), None, None, doubtful=True))
                continue
            if reading:
                since, until, yearless = reading
                doubtful = _is_doubtful(text, match)
                period = (since, until)
                found.append(TimeSpan(match.start(), match.end(), since, until, yearless, doubtful, period=period))
    found.sort(key=lambda span: (span.start, -span.end))
    end = -1
    for span in found:
        if span.start >= end:
            yield span
            end = span.end


def _left(text: str, position: int) -> str:
    """The few words in front of this position; a slice, so that long texts cost no more than short ones."""
    return text[max(0, position - 40) : position]


# What may stand in front of a date and belongs to it. The first group of words asks for a bound.
_BEFORE = re.compile(
    r"\b(?P<bound>since|starting(?: in| on| from)?|as of|from|after|later than|following|before|prior to|earlier than"
    r"|until|till|up to|through|by|no later than)\s+(?:the\s+)?$"
    r"|\b(?P<inside>in|on|during|over|within|throughout|for|of|from|around|about|dated|at)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_ONWARDS = re.compile(r"\s+(?:on|onwards?|forward)\b(?!\s+\w+day)", re.IGNORECASE)
_FROM = {"since", "starting", "starting in", "starting on", "starting from", "as of"}
_PAST = {"after", "later than", "following"}
_UNDER = {"before", "prior to", "earlier than"}


def _is_doubtful(text: str, match: re.Match[str]) -> bool:
    """Whether these words may be something else: a bare number, the verb "may", "march", a name such as "August"."""
    groups = match.groupdict()
    if groups.get("month"):
        word = groups["month"]
        if groups.get("year") or groups.get("part"):
            return False
        if groups.get("day"):
            return word.lower() in ("may", "march", "mar") and not word[0].isupper()
        return groups.get("which") in (None, "") and not _is_month_here(text, match)
    if groups.get("year") and match.group().strip()[:2].isdigit():
        return not _is_year_here(text, match)
    return False


def _is_month_here(text: str, match: re.Match[str]) -> bool:
    word, after = match.group(), text[match.end() : match.end() + 40]
    before = _left(text, match.start())
    if re.search(r"\b(?:in|since|until|till|before|during|by|from|after|of|for|and|to|through)\s+$", before, re.I):
        followed_by_name = word[0].isupper() and re.match(r"\s+[A-Z][a-z]", after)  # "by May Smith", "for April Jones"
        ambiguous = word.lower() in ("mar", "may", "march", "august") and not re.match(r"\s*(?:[?.,;)]|$)", after)
        return not followed_by_name and (word[0].isupper() or not ambiguous)
    if not word[0].isupper() or (len(word) <= 4 and word.lower() not in ("may", "june", "july")):
        return False
    modifies = re.match(r"(?:['’]s)?\s+(?!on\b|of\b|to\b|for\b|in\b|through\b|against\b|is\b|was\b|has\b)[a-z]", after)
    return bool(modifies and re.search(r"\b(?:the|this|that|its|their|these)\s+$|^\s*$", before, re.IGNORECASE))


def _is_year_here(text: str, match: re.Match[str]) -> bool:
    before, after = _left(text, match.start()), text[match.end() : match.end() + 40]
    if re.search(r"[$€£#\d,.]$|\b(?:no|number|nearly|over|about|least|than|some)\.?\s+$", before, re.IGNORECASE):
        return False
    counted = r"\s+(?:people|men|women|others|miles|km|dollars|euros|votes|(?!was|has|does|is)[a-z]+s\b)"
    if match.group().endswith("00") and re.match(counted, after):
        return False  # "2000 cases"
    prepositions = r"in|since|until|till|before|during|by|from|after|of|for|and|to|through|between|early|late|mid"
    if re.search(rf"\b(?:{prepositions})[\s-]+$", before, re.I):
        return True
    leads = re.search(r"\b(?:the|its|their|this|'s|’s)\s+$|^\s*$", before, re.IGNORECASE)
    names = re.search(r"\b[A-Z]\w+\s+$", before) and re.match(r"\s*(?:[?.,;)]|$)", after)  # "Expo 2017?"
    return bool((leads and re.match(r"(?:['’]s)?\s+[^\W\d]", after)) or names)


_JOINT = re.compile(r"\s*(?:,\s*)?(?P<joint>to|until|till|through|and|–|-)\s*(?:the\s+)?", re.IGNORECASE)


def _joined(text: str, spans: list[TimeSpan]) -> list[TimeSpan]:
    """ "between A and B", "from A to B" and "A-B" made one span; a year that only B names counts for A too."""
    result: list[TimeSpan] = []
    for span in spans:
        if result and (whole := _range(text, result[-1], span)):
            result[-1] = whole
        else:
            result.append(span)
    return result


def _range(text: str, first: TimeSpan, second: TimeSpan) -> TimeSpan | None:
    joint = _JOINT.fullmatch(text, first.end, second.start)
    left = _left(text, first.start)
    opening = re.search(r"\b(between|from)\s+(?:the\s+)?$", left, re.IGNORECASE)
    if not joint or not (opening or joint["joint"] in "–-"):
        return None
    if (joint["joint"].lower() == "and") != (opening is not None and opening[1].lower() == "between"):
        return None
    if first.since is None or second.since is None or second.until is None:
        return None
    since = first.since
    if first.yearless and not second.yearless:
        since = since.replace(
            year=second.since.year - ((since.month, since.day) > (second.since.month, second.since.day))
        )
    if since > second.since:
        return None
    start = first.start - len(left) + opening.start() if opening else first.start
    yearless = first.yearless and second.yearless
    return TimeSpan(start, second.end, since, second.until, yearless, period=(since, second.until))


def _bounded(text: str, span: TimeSpan) -> TimeSpan:
    """The span with the preposition in front of it, which may open one side."""
    left, right = _left(text, span.start), text[span.end : span.end + 40]
    attached = re.match(r"\s+[a-z]", right) and re.search(r"\bthe\s+$", left, re.IGNORECASE)
    if attached or re.match(r"['’]s?\s", right):
        span = replace(span, possessive=True)
    before = _BEFORE.search(left)
    if not before or span.since is None or span.until is None:
        return span
    word = " ".join((before["bound"] or before["inside"]).lower().split())
    wider = replace(span, start=span.start - len(left) + before.start())
    one_day = dt.timedelta(days=1)
    if word == "from" and (onwards := _ONWARDS.match(text, span.end)):
        return replace(wider, end=onwards.end(), until=None, bound="since")
    if word == "from" or not before["bound"]:
        return wider
    if word in _FROM:
        return replace(wider, until=None, bound="since")
    if word in _PAST:
        return replace(wider, since=span.until + one_day, until=None, bound="after")
    if word in _UNDER:
        return replace(wider, since=None, until=span.since - one_day, bound="before")
    return replace(wider, since=None, bound="until")
