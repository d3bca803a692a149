"""What the question's own words say about when and where: dates and outlets, as filters or as hints. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from assistant.timespans import TimeSpan, find_timespans

Kind = Literal["filter", "hint"]

# An event is written about on its day and for some time after it: an article this much later still fits a hint.
REPORTED_WITHIN = dt.timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Constraint:
    """What one phrase of the question, text[start:end], asks for. A UI shows each as a chip that can be removed.

    A filter speaks of publication and holds strictly; a hint speaks of events and only makes some articles likelier.
    `since` and `until` are days of publication, both inclusive; None leaves that side open. `yearless` marks a hint
    such as "the August talks": the dates are those of the latest August, and any year's fits.
    """

    kind: Kind
    words: str
    start: int
    end: int
    since: dt.date | None = None
    until: dt.date | None = None
    source: str = ""
    yearless: bool = False

    def fits(self, date: dt.date | None, source: str = "") -> bool:
        """Whether an article with this date and outlet satisfies the constraint. No date fits no date constraint."""
        if self.source:
            return source == self.source
        if date is None:
            return False
        if self.kind == "hint" and self.yearless and self.since and self.until:
            return _fits_any_year(date, self.since, self.until)
        last = self.until + REPORTED_WITHIN if self.until and self.kind == "hint" else self.until
        return (self.since is None or date >= self.since) and (last is None or date <= last)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Constraint:
        """From JSON, where dates are ISO 8601 strings."""
        days = {name: dt.date.fromisoformat(data[name]) if data.get(name) else None for name in ("since", "until")}
        return cls(**{**data, **days})


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """A question with its constraints. `topic` is what is left to search for once the filters' words are gone."""

    text: str
    topic: str
    constraints: tuple[Constraint, ...] = ()

    @property
    def filters(self) -> tuple[Constraint, ...]:
        """The constraints that hold strictly."""
        return tuple(c for c in self.constraints if c.kind == "filter")

    @property
    def hints(self) -> tuple[Constraint, ...]:
        """The constraints that only make some articles likelier."""
        return tuple(c for c in self.constraints if c.kind == "hint")

    @property
    def since(self) -> dt.date | None:
        """The first day that the filters allow, inclusive; None when open. Several closed ranges count as one hull."""
        bounds, ranges = self._dates()
        starts = [c.since for c in bounds if c.since] + ([min(c.since for c in ranges if c.since)] if ranges else [])
        return max(starts, default=None)

    @property
    def until(self) -> dt.date | None:
        """The last day that the filters allow, inclusive; None when open."""
        bounds, ranges = self._dates()
        ends = [c.until for c in bounds if c.until] + ([max(c.until for c in ranges if c.until)] if ranges else [])
        return min(ends, default=None)

    @property
    def sources(self) -> tuple[str, ...]:
        """The outlets that the filters allow, as the library spells them; empty when all."""
        return tuple(dict.fromkeys(c.source for c in self.filters if c.source))

    @property
    def overview(self) -> bool:
        """Whether the question names nothing but when and where: "what did Wikinews report in September 2015?"."""
        return bool(self.filters) and not self.topic

    def without(self, constraint: Constraint) -> ParsedQuestion:
        """The same question after the person removed this chip."""
        kept = tuple(c for c in self.constraints if c != constraint)
        return replace(self, constraints=kept, topic=_topic(self.text, kept))

    def _dates(self) -> tuple[list[Constraint], list[Constraint]]:
        """The date filters that are open on one side, and those that are closed."""
        dated = [c for c in self.filters if not c.source]
        closed = [c for c in dated if c.since and c.until]
        return [c for c in dated if c not in closed], closed


def read_question(text: str, today: dt.date, sources: Iterable[str] = ()) -> ParsedQuestion:
    """Read the dates and the outlets that the question names. `sources` are the outlets' names in the library.

    A phrase is a filter when it speaks of publication ("what did Wikinews report in May 2015", "articles since
    3 May", "last week's coverage") or when the question asks for nothing else ("what's new since Monday"), and a hint
    when it speaks of events ("how many people died in January 2006"). "Since the election", negations ("not in
    2015") and days that lie wholly in the future give no constraint.
    """
    constraints = _sources(text, sources)
    asks_an_outlet = any(_ASKED.search(text[max(0, c.start - 60) : c.start]) for c in constraints)
    for span in find_timespans(text, today):
        if not _counts(text, span, today):
            continue
        asked = asks_an_outlet and not re.match(r"\d", text[span.start : span.end])  # not "Expo 2017", "the 2015 vote"
        goes_on = constraints and _AND.fullmatch(text, constraints[-1].end, span.start)  # "after May and before June"
        kind: Kind = "filter" if asked or _speaks_of_publication(text, span) else "hint"
        if goes_on and not constraints[-1].source:
            kind = constraints[-1].kind
        constraints.append(_of_span(kind, text, span))
    constraints.sort(key=lambda c: c.start)
    if constraints and not _topic(text, constraints, hints_too=True):
        constraints = [replace(c, kind="filter") for c in constraints]
    return ParsedQuestion(text, _topic(text, constraints), tuple(constraints))


_AND = re.compile(r"\s*(?:,|,?\s*\b(?:and|or|but)\b)\s*", re.IGNORECASE)


def _of_span(kind: Kind, text: str, span: TimeSpan) -> Constraint:
    words = text[span.start : span.end]
    return Constraint(kind, words, span.start, span.end, span.since, span.until, yearless=span.yearless)


def _counts(text: str, span: TimeSpan, today: dt.date) -> bool:
    """Not negated, not inside quotation marks (a title, a saying), not wholly in the future."""
    before = text[: span.start]
    if re.search(r"\b(?:not|except|excluding|without|outside|other than|besides)\s+(?:\w+\s+)?$", before[-30:], re.I):
        return False
    if before.count('"') % 2 or before.count("“") > before.count("”"):
        return False
    return (span.since or span.until or today) <= today and not (span.since is None and (span.until or today) > today)


def _fits_any_year(date: dt.date, since: dt.date, until: dt.date) -> bool:
    """Whether the date lies in these days of some year, or within the time that they are still written about."""
    length = until - since + REPORTED_WITHIN
    return any(0 <= (date - _in_year(since, year)).days <= length.days for year in (date.year - 1, date.year))


def _in_year(date: dt.date, year: int) -> dt.date:
    return date.replace(year=year, day=min(date.day, 28) if date.month == 2 else date.day)


# --- publication or event -----------------------------------------------------------------------------------------

_PRINTED = (
    r"(?:articles?|stories|coverage|headlines?|reporting|news(?!\s+(?:conference|agency|channel|outlet|anchor|site))"
    r"|newspapers?|press|reports(?!\s+to\b)|interviews(?!\s+with\b)|posts|pieces|dispatches|briefings?|digests?)"
)
_PUBLISHED = r"(?:published|printed|posted|written|filed|released|dated|appeared|appearing|ingested|added)"
_LED_BY_PRINTED = re.compile(
    rf"\b{_PRINTED}(?:\s+(?:that\s+)?(?:were\s+|was\s+|have\s+been\s+)?{_PUBLISHED})?"
    r"(?:\s+(?:about|on|of|concerning|covering|regarding|from|by|in|with)\s+(?:[\w’'&.-]+\s+){1,6}?)?\s*$",
    re.IGNORECASE,
)
_FOLLOWED_BY_PRINTED = re.compile(rf"(?:['’]s?)?\s+(?:[\w-]+\s+)?{_PRINTED}\b", re.IGNORECASE)
_VERB = re.compile(r"\b(?:is|are|was|were|did|does|do|has|have|had|say|says|said|mention\w*|that|who|which)\b", re.I)
_OPENS = re.compile(
    rf",?\s*(?:which|what|how many|show|list|find|any|are there|give me|summari[sz]e|read)\b[\w\s]{{0,20}}?"
    rf"\b{_PRINTED}\b",
    re.IGNORECASE,
)
_IN_THE_NEWS = re.compile(r"\bin the (?:news|papers|press|headlines)\s*$", re.IGNORECASE)


def _speaks_of_publication(text: str, span: TimeSpan) -> bool:
    """Whether the date belongs to a word for printed matter: "articles since May", "last week's coverage"."""
    before, after = text[max(0, span.start - 120) : span.start], text[span.end : span.end + 80]
    if _FOLLOWED_BY_PRINTED.match(after) or _IN_THE_NEWS.search(before):
        return True
    if not before.strip() and _OPENS.match(after):
        return True
    led = _LED_BY_PRINTED.search(before)
    if not led or span.possessive:
        return False
    printed = re.match(
        rf"{_PRINTED}(?:\s+(?:that\s+)?(?:were\s+|was\s+|have\s+been\s+)?{_PUBLISHED})?", led.group(), re.I
    )
    return not _VERB.search(led.group()[printed.end() if printed else 0 :])


# --- outlets ------------------------------------------------------------------------------------------------------

_REPORTS = (
    r"(?:report|cover|publish|write|wrote|print|carry|run|ran|post|feature)(?:s|ed|ing)?"
    r"|(?:reported|covered|published|written|printed|carried|posted)"
)
_ASKED = re.compile(r"\b(?:did|does|do|has|have|had|was|is|were)\s+(?:the\s+)?$", re.IGNORECASE)
_SAID_BY = re.compile(
    rf"\b(?:according to|as reported by|reported by|published by|covered by|{_PRINTED}\s+(?:from|by|in|of|on))"
    r"\s+(?:the\s+)?$|\b(?:only|just)\s+(?:from|in|by)\s+(?:the\s+)?$",
    re.IGNORECASE,
)


def _sources(text: str, sources: Iterable[str]) -> list[Constraint]:
    """The outlets that the question names as those who report, in order."""
    found: list[Constraint] = []
    for alias, source in _aliases(sources):
        for match in re.finditer(rf"(?<!\w)(?:the\s+)?{re.escape(alias)}(?!\w)", text, re.IGNORECASE):
            start, end = match.span()
            if any(start < other.end and other.start < end for other in found):
                continue
            if not (alias.isupper() and len(alias) <= 4) or alias in match.group():  # "ft" is a unit, "FT" an outlet
                found.append(Constraint("filter", match.group(), start, end, source=source))
    found.sort(key=lambda c: c.start)
    reporting = [_reports(text, c.start, c.end) for c in found]
    for n in reversed(range(len(found) - 1)):  # "the FT and the Guardian report"
        reporting[n] |= reporting[n + 1] and bool(_AND.fullmatch(text, found[n].end, found[n + 1].start))
    return [c for c, reports in zip(found, reporting, strict=True) if reports]


def _reports(text: str, start: int, end: int) -> bool:
    """Whether the outlet stands here as the one that reports, not as one that the news is about."""
    before, after = text[max(0, start - 60) : start], text[end : end + 80]
    if re.search(r"\b(?:not|except|excluding|without|outside|other than|besides)\s+(?:\w+\s+){0,2}$", before, re.I):
        return False
    if _SAID_BY.search(before) or re.match(rf"(?:['’]s?)?\s+(?:[\w-]+\s+)?{_PRINTED}\b", after, re.IGNORECASE):
        return True
    verb = re.match(rf"\s+(?:(?:also|ever|already|first|not|just|recently)\s+)?(?:{_REPORTS})\b", after, re.IGNORECASE)
    if not verb:
        return False
    return bool(_ASKED.search(before) or not re.search(r"\b(?:by|of|on)\s+$", before, re.IGNORECASE))


def _aliases(sources: Iterable[str]) -> list[tuple[str, str]]:
    """Each outlet's name without "The", and its initials when they are one outlet's only; longest first."""
    names = {
        source: re.sub(r"^the\s+", "", source.strip(), flags=re.IGNORECASE) for source in sources if source.strip()
    }
    initials: dict[str, list[str]] = {}
    for source, bare in names.items():
        for words in (bare.split(), source.split()):
            letters = "".join(w[0] for w in words if w[0].isupper())
            if len(words) > 1 and len(letters) > 1 and source not in initials.setdefault(letters, []):
                initials[letters].append(source)
    short = [(letters, owners[0]) for letters, owners in initials.items() if len(owners) == 1]
    return sorted([(bare, source) for source, bare in names.items()] + short, key=lambda a: (-len(a[0]), a[0]))


# --- what is left to search for -----------------------------------------------------------------------------------

_SAYS_NOTHING = re.compile(
    rf"\b(?:what(?:['’]s|['’]re)?|which|show|list|find|give|tell|me|us|please|any|all|the|a|of|were|was|are|is|there|been"
    r"|did|does|do|has|have|had|in|on|at|from|by|about|for|to|and|or|who|how|happen(?:ed|s|ing)?|new|going|latest|say|said"
    rf"|most|important|main|top|summari[sz]e|summary|today|i|you|my|it|they|miss(?:ed)?|happenings?|events?|{_PRINTED}"
    rf"|{_PUBLISHED}|{_REPORTS})\b",
    re.IGNORECASE,
)


# "did Wikinews report", "according to Wikinews,": these words go with the outlet.
_FRAME_BEFORE = re.compile(
    r"(?:\b(?:did|does|do|has|have|had)|,?\s*\baccording to|,?\s*\b(?:as )?reported by)\s+(?:the\s+)?$", re.IGNORECASE
)
_FRAME_AFTER = re.compile(
    rf"^\s+(?:(?:also|ever|already|first|just|recently)\s+)?(?:{_REPORTS})\b(?:\s+that\b)?|^,", re.IGNORECASE
)


def _topic(text: str, constraints: Iterable[Constraint], hints_too: bool = False) -> str:
    """The question without the words of its filters; empty when no word with content is left."""
    for constraint in sorted(constraints, key=lambda c: -c.start):
        if constraint.kind == "filter" or hints_too:
            before, after = text[: constraint.start], text[constraint.end :]
            if constraint.source:
                before, after = _FRAME_BEFORE.sub(" ", before), _FRAME_AFTER.sub(" ", after)
            text = before + " " + re.sub(r"^['’]s?(?=\s)", "", after)
    text = re.sub(r"\s+(?=[?.,;!])", "", " ".join(text.split())).strip(" ,;")
    return text if re.search(r"\w", _SAYS_NOTHING.sub(" ", text)) else ""
