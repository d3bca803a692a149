"""Dates that articles carry, as text: pure functions. What cannot be a date gives none and a note, never "today"."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parsedate_tz

EARLIEST_YEAR = 1600  # the first newspaper is of 1605
_UTC = dt.UTC
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sept sep", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_CLOCK = r"""(?:[\s,T]+(?:at\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})
    (?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?
    \s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2}|E[SD]T|C[SD]T|M[SD]T|P[SD]T)?)?"""
_ISO = re.compile(rf"(?P<year>\d{{4}})(?P<sep>[-/.]?)(?P<month>\d{{2}})(?P=sep)(?P<day>\d{{2}}){_CLOCK}", re.I | re.X)
_WRITTEN = tuple(
    re.compile(_WEEKDAY.replace(" ", r"\ ") + form + r",?\s+(?P<year>\d{4})" + _CLOCK, re.I | re.X)
    for form in (_MONTH + r"\s*" + _DAY, _DAY + r"\s+(?:of\s+)?" + _MONTH)
)
_NUMERIC = re.compile(rf"(?P<a>\d{{1,2}})[./-](?P<b>\d{{1,2}})[./-](?P<year>\d{{4}}){_CLOCK}", re.I | re.X)
_DIGITS = re.compile(r"-?\d{9,16}(?:\.\d+)?")
_ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_LABEL = r"(?:(?:published|posted|updated|last\s+updated|date|dated)(?:\s+(?:on|at))?\s*:?\s+)?"
_HEADER = re.compile(r"\s*(?:date|published)\s*:?\s+(?P<date>\d{4}-\d{2}-\d{2})(?=\s|$)\s*", re.I)
_LABELLED = re.compile(_LABEL, re.I | re.X)
_BYLINE = re.compile(r"^by\s[^\d|.!?]{2,40}\s*[|·•,–—-]\s*|\s+by\s[^\d|.!?]{2,40}$", re.I)
_LONGEST_HEAD = 120  # characters of a headline, a byline or a dateline


@dataclass(frozen=True, slots=True)
class When:
    """What a date in an article says: the calendar day as written there, and the instant if it is exact."""

    date: dt.date | None = None
    instant: dt.datetime | None = None  # aware, UTC; None without a time of day or without a time zone
    note: str = ""  # why there is no date, when something was written

    def __bool__(self) -> bool:
        return self.date is not None


def parse(value: object, today: dt.date | None = None) -> When:
    """The date that an export, a feed or a page states: ISO 8601, RFC 2822, "May 18, 2015", seconds since 1970.

    The day is the one on the calendar where it was written: "2024-10-30T23:30-05:00" is 30 October, although its
    instant is on the 31st in UTC. "05/06/2015" can be read in two ways and gives no date. A date that does not
    exist, before 1600 or later than tomorrow, gives none. `today` is for tests.
    """
    if isinstance(value, dt.datetime | dt.date):
        value = value.isoformat()
    written = str(value if value is not None else "").strip()[:80]
    if not written:
        return When()
    try:
        found = _written(written)
    except (ValueError, OverflowError, OSError):
        return When(note=f'"{written}" is not a date that exists')
    return _plausible(found, written, today or dt.datetime.now(_UTC).date())


def first(values: Iterable[object], today: dt.date | None = None) -> When:
    """The first of these that is a date, in the order of trust; with the notes of those before it."""
    notes = []
    for value in values:
        when = parse(value, today)
        if when.note:
            notes.append(when.note)
        if when:
            return When(when.date, when.instant, "; ".join(notes))
    return When(note="; ".join(notes))


def split_header(text: str) -> tuple[str, str]:
    """("2024-10-30", the rest) of a text that begins with "date 2024-10-30 ..."; ("", text) of others."""
    header = _HEADER.match(text)
    return (header["date"], text[header.end() :]) if header else ("", text)


def split_dateline(text: str) -> tuple[str, str]:
    """(the date, the rest) when one of the first paragraphs is nothing but a date: "Monday, May 18, 2015".

    Only short lines may stand before it: a headline, a byline.
    """
    lines = text.split("\n\n", 4)
    for number, line in enumerate(lines[:-1]):
        if len(line) > _LONGEST_HEAD:
            break
        bare = _BYLINE.sub("", _LABELLED.sub("", line, count=1))
        if any(form.fullmatch(bare) for form in (_ISO, *_WRITTEN)) and parse(bare):
            return bare, "\n\n".join(lines[:number] + lines[number + 1 :])
    return "", text


def _written(text: str) -> When:
    """Raises ValueError for what has the form of a date and is none."""
    if _DIGITS.fullmatch(text) and not (match := _ISO.fullmatch(text)):
        return _from_epoch(float(text))
    if match := _ISO.fullmatch(text):
        return _from_parts(match, int(match["month"]), int(match["day"]))
    for form in _WRITTEN:
        if match := form.fullmatch(text):
            return _from_parts(match, _MONTHS[match["month"].lower()], int(match["day"]))
    if match := _NUMERIC.fullmatch(text):
        return _from_numbers(match, text)
    return _from_mail(text) or _from_rare_iso(text) or _from_any_language(text)


def _from_parts(match: re.Match[str], month: int, day: int) -> When:
    date = dt.date(int(match["year"]), month, day)
    if match["hour"] is None:
        return When(date)
    hour = int(match["hour"])
    if half := match["half"]:
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    microsecond = int((match["fraction"] or "0")[:6].ljust(6, "0"))
    second = min(int(match["second"] or 0), 59)  # a leap second
    local = dt.datetime.combine(date, dt.time(hour, int(match["minute"]), second, microsecond))
    zone = _zone(match["zone"])
    return When(date, local.replace(tzinfo=zone).astimezone(_UTC) if zone else None)


def _zone(name: str | None) -> dt.timezone | None:
    if not name:
        return None
    if (upper := name.upper()) in ("Z", "UTC", "GMT"):
        return _UTC
    if upper in _ZONES:
        return dt.timezone(dt.timedelta(hours=_ZONES[upper]))
    digits = name[1:].replace(":", "").ljust(4, "0")
    offset = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return dt.timezone(-offset if name[0] == "-" else offset)


def _from_numbers(match: re.Match[str], text: str) -> When:
    """Day and month are told apart when one is above 12, both are equal, or by German full stops."""
    a, b = int(match["a"]), int(match["b"])
    if a > 12 or a == b or "." in text[:3]:
        return _from_parts(match, b, a)
    if b > 12:
        return _from_parts(match, a, b)
    return When(note=f'"{text}" can be read as two dates')


def _from_epoch(number: float) -> When:
    """Seconds since 1970, or milliseconds or microseconds when seconds would lie beyond the year 5000."""
    for _ in range(2):
        if abs(number) > 1e11:
            number /= 1000
    instant = dt.datetime.fromtimestamp(number, _UTC)
    return When(instant.date(), instant)


def _from_mail(text: str) -> When | None:
    """RFC 2822, as in feeds and mails."""
    parts = parsedate_tz(text)
    if parts is None or not re.search(r"\d:\d\d", text):
        return None
    local = dt.datetime(*parts[:6])
    offset = parts[9]
    exact = offset is not None and not text.endswith("-0000")
    return When(local.date(), (local - dt.timedelta(seconds=offset or 0)).replace(tzinfo=_UTC) if exact else None)


def _from_rare_iso(text: str) -> When | None:
    """The forms of ISO 8601 that are rare in print: "20241030T101112Z", "2024-W05-1"."""
    try:
        local = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return When(local.date(), local.astimezone(_UTC) if local.tzinfo else None)


def _from_any_language(text: str) -> When:
    """ "18. Mai 2015", "18 мая 2015 г.": day, month and year must all be written, and the month as a word."""
    if not re.search(r"\d{4}", text) or not re.search(r"[^\W\d_]{3}|[年년]", text):
        return When(note=f'"{text}" is not understood as a date')
    import dateparser

    settings = {"REQUIRE_PARTS": ["day", "month", "year"], "RETURN_AS_TIMEZONE_AWARE": False}
    found = dateparser.parse(text, settings=settings)
    return When(found.date()) if found else When(note=f'"{text}" is not understood as a date')


def _plausible(when: When, written: str, today: dt.date) -> When:
    if when.date is None:
        return when
    if when.instant is not None and when.instant.timestamp() == 0:
        return When(note=f'"{written}" is where computer clocks begin, not a date')
    if when.date.year < EARLIEST_YEAR or when.date > today + dt.timedelta(days=1):
        return When(note=f'"{written}" cannot be when an article appeared')
    return when
