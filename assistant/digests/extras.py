"""The small parts of the page: numbers of the day, one quotation, days to watch. All copied, none made up."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Sequence

from assistant.digests.amounts import UNITS, Amount, amounts
from assistant.digests.nouns import DigestSentence, KeyNumber, Quotation, Watch
from assistant.digests.select import Candidate
from assistant.digests.standalone import Leans, is_whole, leans
from assistant.digests.text import STOP_WORDS, word_count, words
from index.article import Article
from index.passages import sentences

NUMBERS, WATCHES = 3, 3
NUMBER_WORDS, WATCH_WORDS = 28, 30
QUOTED_WORDS = range(6, 36)
SENTENCES_READ = 30
SMALL_CHANGE = 10_000.0  # a price rather than a sum of money
HORIZON = dt.timedelta(days=400)  # a day further off is no news

_MONTHS = [name[:3].lower() for name in calendar.month_name if name]
_MONTH = (
    r"(?P<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_DATES = (
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?:,?\s+(?P<year>(?:19|20)\d\d))?\b"),
    re.compile(
        rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|\s*[–-]\s*\d|,\d)(?:,?\s+(?P<year>(?:19|20)\d\d))?\b"
    ),
    re.compile(rf"\b(?:in|until|by|from)\s+{_MONTH}(?:\s+(?P<year>(?:19|20)\d\d))?\b(?!\s+\d)"),
)
_WEEKDAYS = list(calendar.day_name)
# Not "on Monday, Jan. 20": there the date itself counts.
_WEEKDAY = re.compile(
    rf"\b(?:on|next|this|by|until)\s+(?:next\s+)?(?P<weekday>{'|'.join(_WEEKDAYS)})\b"
    rf"(?!,?\s+(?:the\s+)?(?:\d{{1,2}}\b|{_MONTH.replace('?P<month>', '?:')}\s+\d))"
)
_TOMORROW = re.compile(r"\btomorrow\b", re.IGNORECASE)
_AHEAD = re.compile(
    r"""\b(?:will|shall|'ll|is\ due|are\ due|due\ to|scheduled|is\ set|are\ set|expected|plans?\ to|planned
    |is\ to|are\ to|to\ be\ held|deadline|expires?|take\ effect|upcoming|intends?\ to|begins?|starts?|opens?)\b""",
    re.VERBOSE | re.IGNORECASE,
)
CUE_NEAR = 60  # characters between the word of the future and the date
_TOLD = re.compile(r"\b(?:said|says|told|announced|added|reported|according)\b|[;:]", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“](?P<words>[^\"“”]{20,400})[\"”]")
_SAID = (
    r"(?:said|says|told|added|adds|wrote|explained|warned|announced|stated|declared|argued|insisted|noted|commented)"
)
_PART = r"[A-ZÀ-ÞА-Я][\w'’.-]+"
_OFFICE = r"(?:Mr|Mrs|Ms|Dr|Sir|President|Prime Minister|Mayor|Senator|Governor|Minister)"
_NAME = rf"(?P<name>(?:{_OFFICE}\.?\s+)?{_PART}(?:\s+(?:(?:de|van|von|der|bin|al|el)\s+)*{_PART}){{1,3}})"
_SPEAKER_AFTER = re.compile(
    rf"^[,.]?\s*(?:{_SAID}\s+{_NAME}|{_NAME.replace('name', 'name_too')}(?:,[^\"“”]{{3,80}},)?\s+{_SAID}\b)"
)
_SPEAKER_BEFORE = re.compile(rf"{_NAME}(?:,[^\"“”]{{3,80}},)?\s+{_SAID}(?:\s+[^\"“”]{{0,40}})?[,:]?\s*$")


def key_numbers(pools: Sequence[Sequence[Candidate]], used: Iterable[DigestSentence]) -> tuple[KeyNumber, ...]:
    """Up to three numbers, one a story, from sentences that the page does not show yet; the stories' order is kept."""
    taken = set(used)
    found: list[KeyNumber] = []
    for pool in pools:
        fresh = [c for c in pool if c.sentence not in taken and c.words <= NUMBER_WORDS]
        counted = [(candidate, amount) for candidate in fresh for amount in _telling(candidate.sentence.text)]
        if counted and len(found) < NUMBERS:
            candidate, amount = max(counted, key=lambda pair: _weight(pair[1]) + pair[0].salience)
            found.append(KeyNumber(amount.written, candidate.sentence))
    return tuple(found)


def quotation(stories: Sequence[Sequence[Article]], used: Iterable[DigestSentence]) -> Quotation | None:
    """The first quotation with a named speaker in one sentence, from the first story that has one."""
    taken = set(used)
    for articles in stories:
        for article in articles[:6]:
            for sentence in _read(article):
                said = _quotation(sentence) if sentence not in taken else None
                if said:
                    return said
    return None


def watches(stories: Sequence[Sequence[Article]], used: Iterable[DigestSentence], after: dt.date) -> tuple[Watch, ...]:
    """Up to three days on or after `after` that articles speak of as still to come, the nearest first; one a story."""
    taken = set(used)
    found: list[Watch] = []
    for articles in stories:
        ahead = [
            Watch(day, phrase, sentence)
            for article in articles[:6]
            for sentence in _read(article)
            if sentence not in taken and _can_be_watched(sentence) and _names_something(sentence.text, article)
            for day, phrase in future_days(sentence.text, article.date, after)
        ]
        if ahead and len(found) < WATCHES:
            found.append(ahead[0])
    return tuple(sorted(found, key=lambda watch: (watch.date, watch.sentence.article_id)))


def _can_be_watched(sentence: DigestSentence) -> bool:
    alone = is_whole(sentence.text) and leans(sentence.text, first=sentence.start == 0) == Leans.NOT
    return alone and word_count(sentence.text) <= WATCH_WORDS


def _names_something(text: str, article: Article) -> bool:
    """Whether the sentence says of whom it speaks: "Final terms will be fixed on 15 April" does not."""
    first, *rest = words(text)
    if any(word[0].isupper() and word.lower() not in STOP_WORDS for word in rest):
        return True
    return first.lower() not in STOP_WORDS and not re.search(rf"\b{re.escape(first.lower())}\b", article.text)


def future_days(text: str, written: dt.date | None, after: dt.date) -> list[tuple[dt.date, str]]:
    """Days of a sentence that lie on or after `after`, with the words that name them.

    Without a year, and for weekdays, the sentence must speak of the future, counted from the day it was written.
    """
    if written is None:
        return []
    cues = [match.end() for match in _AHEAD.finditer(text)]
    found: list[tuple[dt.date | None, str]] = []
    for pattern in _DATES:
        found += [(_day(m, written, _is_ahead(text, cues, m)), m.group()) for m in pattern.finditer(text)]
    weekdays = [m for m in _WEEKDAY.finditer(text) if _is_ahead(text, cues, m)]
    found += [(_next_weekday(written, m), m.group()) for m in weekdays]
    found += [(written + dt.timedelta(days=1), m.group()) for m in _TOMORROW.finditer(text) if _is_ahead(text, cues, m)]
    return [(day, phrase) for day, phrase in found if day and after <= day <= after + HORIZON]


def _day(match: re.Match[str], written: dt.date, ahead: bool) -> dt.date | None:
    parts = match.groupdict()
    month, day = _MONTHS.index(parts["month"][:3].lower()) + 1, int(parts.get("day") or 1)
    try:
        if parts["year"]:
            return dt.date(int(parts["year"]), month, day)
        if not ahead:
            return None
        named = dt.date(written.year, month, day)
        return named if named >= written else named.replace(year=written.year + 1)
    except ValueError:  # 31 June
        return None


def _is_ahead(text: str, cues: Sequence[int], match: re.Match[str]) -> bool:
    """Whether a word of the future stands shortly before the date, with no report of something said in between:
    "will be nominated, Trump announced on Wednesday" does not speak of next Wednesday."""
    return any(0 <= match.start() - cue <= CUE_NEAR and not _TOLD.search(text[cue : match.start()]) for cue in cues)


def _next_weekday(written: dt.date, match: re.Match[str]) -> dt.date | None:
    """The next such day; none for the weekday of writing itself, which reports use for "today"."""
    steps = (_WEEKDAYS.index(match["weekday"]) - written.weekday()) % 7
    if steps == 0 and "next" not in match.group():
        return None
    return written + dt.timedelta(days=steps or 7)


def _quotation(sentence: DigestSentence) -> Quotation | None:
    text = sentence.text
    match = _QUOTED.search(text)
    if not match or word_count(match["words"]) not in QUOTED_WORDS or text.count('"') % 2:
        return None
    if match["words"][0].islower():  # a piece of a sentence
        return None
    speaker = _SPEAKER_AFTER.search(text[match.end() :]) or _SPEAKER_BEFORE.search(text[: match.start()])
    if not speaker:
        return None
    name = next(value for key, value in speaker.groupdict().items() if key.startswith("name") and value)
    if name.split()[0].lower().rstrip(".") in STOP_WORDS - {"mr", "mrs", "ms", "dr"}:
        return None
    return Quotation(name, match["words"].rstrip(","), sentence)


def _telling(text: str) -> list[Amount]:
    return [amount for amount in amounts(text) if amount.quantity not in UNITS]


def _weight(amount: Amount) -> float:
    """People first, then great sums and shares, then counts; a small count or price says little."""
    if amount.quantity.startswith("people "):
        return 1.0
    if amount.quantity[:1] in "$€£¥" and amount.high < SMALL_CHANGE:
        return 0.2
    if amount.quantity[:1] in "$€£¥%" or amount.quantity == "magnitude":
        return 0.8
    return 0.5 if amount.low >= 100 else 0.2


def _read(article: Article) -> list[DigestSentence]:
    return [DigestSentence(article.id, s, e, article.text[s:e]) for s, e in sentences(article.text)[:SENTENCES_READ]]
