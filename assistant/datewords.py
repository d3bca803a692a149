"""The words for days and stretches of days: one pattern and one reader for each form. Used by `timespans` only."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable

_MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_name) if n}
_MONTHS |= {name.lower(): n for n, name in enumerate(calendar.month_abbr) if n} | {"sept": 9}
_WEEKDAYS = {name.lower(): n for n, name in enumerate(calendar.day_name)}
_COUNTS = {w: n for n, w in enumerate(str.split("zero one two three four five six seven eight nine ten eleven twelve"))}
_COUNTS |= {"a": 1, "an": 1, "couple of": 2, "a couple of": 2, "few": 3, "a few": 3, "several": 4}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}

_M = (
    r"(?P<month>january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
)
_Y = r"(?P<year>(?:19|20)\d\d)(?![\d%]|[.,]\d)"
_D = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_PART = r"(?:the )?(?P<part>early|late|mid|beginning of|start of|end of|first half of|second half of)[ -](?:in )?"
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(sorted(_COUNTS, key=len, reverse=True))})"
_UNIT = r"(?P<unit>day|week|month|year)"


Reading = tuple[dt.date, dt.date, bool]  # first day, last day, whether the text left the year out
Reader = Callable[[re.Match[str], dt.date], Reading | None]  # may raise ValueError: 31 June


def _month_span(year: int, month: int) -> tuple[dt.date, dt.date]:
    return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])


def _month_of(match: re.Match[str]) -> int:
    return _MONTHS[match["month"].lower().rstrip(".")]


def _whole_date(match: re.Match[str], today: dt.date) -> Reading:
    month, day, named = _month_of(match), int(match["day"]), match["year"]
    last = int(match.groupdict().get("last") or day)
    year = int(named) if named else today.year
    since, until = dt.date(year, month, day), dt.date(year, month, last)
    if not named and since > today:
        since, until = since.replace(year=year - 1), until.replace(year=year - 1)
    return since, until, not named


def _iso(match: re.Match[str], today: dt.date) -> Reading:
    day = dt.date.fromisoformat(match.group())
    return day, day, False


def _month(match: re.Match[str], today: dt.date) -> Reading:
    month, named = _month_of(match), match["year"]
    year = int(named) if named else today.year - (month > today.month)
    relation = (match.groupdict().get("which") or "").lower()
    if relation == "last" and month == today.month:
        year -= 1
    since, until = _part(match, *_month_span(year, month))
    return since, until, not named and relation not in ("last", "this")


def _year(match: re.Match[str], today: dt.date) -> Reading:
    year = int(match["year"])
    return *_part(match, dt.date(year, 1, 1), dt.date(year, 12, 31)), False


def _decade(match: re.Match[str], today: dt.date) -> Reading:
    year = int(match["decade"])
    return dt.date(year, 1, 1), dt.date(year + 9, 12, 31), False


def _part(match: re.Match[str], since: dt.date, until: dt.date) -> tuple[dt.date, dt.date]:
    """The early, middle or late half of a period; "mid" leaves a quarter at either end."""
    part = (match.groupdict().get("part") or "").lower()
    half = since + (until - since) / 2
    if part in ("early", "beginning of", "start of", "first half of"):
        return since, half
    if part in ("late", "end of", "second half of"):
        return half, until
    if part == "mid":
        return since + (half - since) / 2, half + (until - half) / 2
    return since, until


def _quarter(match: re.Match[str], today: dt.date) -> Reading:
    number = {"1": 1, "2": 2, "3": 3, "4": 4, "first": 1, "second": 2, "third": 3, "fourth": 4}[
        match["quarter"].lower()
    ]
    year = int(match["year"])
    return dt.date(year, 3 * number - 2, 1), _month_span(year, 3 * number)[1], False


def _season(match: re.Match[str], today: dt.date) -> Reading | None:
    first = _SEASONS[match["season"].lower()]
    year = int(match["year"]) if match["year"] else today.year
    if not match["year"]:
        over = dt.date(year, first, 1) > today or ((match["which"] or "").lower() == "last" and today.month - first < 3)
        year -= over
    ends_next_year, last = divmod(first + 1, 12)
    return dt.date(year, first, 1), _month_span(year + ends_next_year, last + 1)[1], False


def _near_day(match: re.Match[str], today: dt.date) -> Reading:
    word = " ".join(match.group().lower().split())
    word = word.removeprefix("the ").removeprefix("earlier ")
    ago = {"yesterday": 1, "last night": 1, "yesterday morning": 1, "day before yesterday": 2, "tomorrow": -1}
    day = today - dt.timedelta(days=ago.get(word, 0))
    return day, day, False


def _weekday(match: re.Match[str], today: dt.date) -> Reading:
    ago = (today.weekday() - _WEEKDAYS[match["weekday"].lower()]) % 7
    which = (match["which"] or "").lower()
    if which in ("last", "past", "previous") and not ago:
        ago = 7
    if which in ("next", "this coming", "coming"):
        ago = (ago or 7) - 7 if ago else -7
    day = today - dt.timedelta(days=ago)
    return day, day, False


def _calendar_unit(match: re.Match[str], today: dt.date) -> Reading | None:
    which, unit = match["which"].lower(), match["unit"].lower()
    steps = {"this": 0, "current": 0, "next": 1}.get(which, -1)
    if unit == "weekend":
        monday = today - dt.timedelta(days=today.weekday())
        ago = 0 if steps == 0 or (steps < 0 and today.weekday() == 6) else 7
        saturday = monday + dt.timedelta(days=5 - (ago if steps <= 0 else -7))
        return saturday, saturday + dt.timedelta(days=1), False
    if unit == "week":
        if which == "past":
            return today - dt.timedelta(days=6), today, False
        monday = today - dt.timedelta(days=today.weekday()) + dt.timedelta(weeks=steps)
        return monday, monday + dt.timedelta(days=6), False
    if unit == "month":
        year, month = divmod(today.year * 12 + today.month - 1 + steps, 12)
        return *_month_span(year, month + 1), False
    return dt.date(today.year + steps, 1, 1), dt.date(today.year + steps, 12, 31), False


def _back(match: re.Match[str], today: dt.date) -> tuple[int, dt.date]:
    """How many days in the unit, and the day that lies this many units before today."""
    word, unit = " ".join(match["count"].lower().split()), match["unit"].lower()
    count = int(word) if word.isdigit() else _COUNTS[word]
    if unit in ("day", "week"):
        length = 1 if unit == "day" else 7
        return length, today - dt.timedelta(days=count * length)
    months = count * (12 if unit == "year" else 1)
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    day = min(today.day, calendar.monthrange(year, month + 1)[1])
    return (365 if unit == "year" else 30), dt.date(year, month + 1, day)


def _last_units(match: re.Match[str], today: dt.date) -> Reading:
    _, first = _back(match, today)
    return first + dt.timedelta(days=1), today, False


def _units_ago(match: re.Match[str], today: dt.date) -> Reading:
    """ "Two weeks ago" is that day, give or take half a unit, since nobody means it to the day; days are exact."""
    length, day = _back(match, today)
    slack = dt.timedelta(days=length // 2)
    return day - slack, min(day + slack, today), False


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{text})", re.IGNORECASE)


_WHICH = r"(?:(?P<which>last|this|next|past|previous)\s+)"
PATTERNS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (_pattern(r"\d{4}-\d\d-\d\d\b"), _iso),
    (_pattern(rf"(?P<day>\d{{1,2}})\s?(?:-|–|to|and)\s?(?P<last>\d{{1,2}})\s+{_M}\b(?:,?\s+{_Y})?"), _whole_date),
    (_pattern(rf"{_D}\s+(?:of\s+)?{_M}(?!\w)(?:,?\s+{_Y})?"), _whole_date),
    (_pattern(rf"{_M}\s+(?P<day>\d{{1,2}})\s?(?:-|–)\s?(?P<last>\d{{1,2}})(?!\d)(?:,?\s+{_Y})?"), _whole_date),
    (_pattern(rf"{_M}\s+{_D}(?![\d%]|[.,:]\d)\b(?:,?\s+{_Y})?"), _whole_date),
    (_pattern(rf"(?:{_PART})?(?:{_WHICH})?{_M}(?!\w)(?:,?\s+(?:of\s+)?{_Y})?"), _month),
    (_pattern(rf"(?:{_PART})?(?:the year\s+)?{_Y}"), _year),
    (_pattern(r"the\s+(?P<decade>(?:19|20)\d0)s\b"), _decade),
    (_pattern(rf"(?:Q(?P<quarter>[1-4]),?)\s+(?:of\s+)?{_Y}"), _quarter),
    (_pattern(rf"(?:the\s+)?(?P<quarter>first|second|third|fourth) quarter\s+(?:of\s+)?{_Y}"), _quarter),
    (_pattern(rf"(?:the\s+)?(?P<season>spring|summer|autumn|fall|winter)\s+(?:of\s+)?(?P<which>){_Y}"), _season),
    (_pattern(r"(?P<which>last|this|past)\s+(?P<season>spring|summer|autumn|winter)\b(?P<year>)"), _season),
    (
        _pattern(
            r"(?:the\s+day\s+before\s+yesterday|yesterday morning|yesterday|(?:earlier\s+)?today|tonight|tomorrow"
            r"|this\s+(?:morning|afternoon|evening)|last\s+night)\b"
        ),
        _near_day,
    ),
    (
        _pattern(
            r"(?:(?P<which>last|this coming|this|next|past|previous|coming)\s+)?"
            rf"(?P<weekday>{'|'.join(_WEEKDAYS)})\b"
        ),
        _weekday,
    ),
    (
        _pattern(
            r"(?:the\s+)?(?P<which>last|this|next|past|previous|current)\s+(?P<unit>week(?:end)?|month|year)\b"
            r"(?![- ](?:old|end|long)\b)"
        ),
        _calendar_unit,
    ),
    (_pattern(rf"(?:the\s+)?(?:last|past|previous)\s+{_COUNT}\s+{_UNIT}s?\b"), _last_units),
    (_pattern(rf"{_COUNT}\s+{_UNIT}s?\s+ago\b"), _units_ago),
)
