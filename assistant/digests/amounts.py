"""Numbers with what they count: "at least 12 people were killed" is 12 or more, killed."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from assistant.digests.text import STOP_WORDS, stem, words

_NUMBER_WORDS = """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty"""
_SMALL = {w: float(n) for n, w in enumerate(_NUMBER_WORDS.split(), start=2)}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "mln": 1e6, "m": 1e6, "billion": 1e9, "bln": 1e9, "bn": 1e9}
_SCALES |= {"trillion": 1e12, "k": 1e3}
_NUMBER = re.compile(
    rf"""(?P<bound>\b(?:at\ least|more\ than|over|up\ to|as\ many\ as|fewer\ than|less\ than|about|around|nearly|almost
        |some|roughly|approximately)\s+)?
    (?<![\w.,:/\-–$€£¥])(?P<money>(?:US|A|C|NZ|HK)?[$€£¥]\s?)?
    (?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|\b(?:{"|".join(_SMALL)})\b)
    (?![\d:/]|[.,]\d|-(?!(?:magnitude|percent))|(?:st|nd|rd|th)\b)
    (?:\s?(?P<scale>hundred|thousand|million|billion|trillion|mln|bln|bn|m|k)\b)?
    (?P<percent>\s?%|[\s-]per\ ?cent\b)?(?P<more>\s+or\s+more\b)?""",
    re.VERBOSE | re.IGNORECASE,
)
_LOWER = {"at least", "more than", "over", "nearly", "almost"}  # "nearly 200": a little less; told apart below
_UPPER = {"up to", "as many as", "fewer than", "less than"}
_ABOUT = {"about", "around", "some", "roughly", "approximately", "nearly", "almost"}
# What happens to people, in the many words of news reports: one name each.
FATES = {
    "killed": "killed dead died die dies deaths death kills killing fatalities lives",
    "injured": "injured wounded hurt injuries injuring wounding wounds injures",
    "missing": "missing unaccounted",
    "arrested": "arrested detained arrests detains custody",
    "rescued": "rescued saved",
    "displaced": "displaced evacuated evacuees homeless displaces",
}
_FATE_OF = {word: fate for fate, group in FATES.items() for word in group.split()}
_MANY = """people person men women children civilians soldiers passengers workers others protesters migrants
    students policemen officers troops residents villagers victims pilgrims fans employees man woman child"""
PEOPLE = frozenset(_MANY.split())
_UNIT_WORDS = "day week month year hour minute second season p a am pm bst gmt est edt cest time page game"
# Spans of time, places in a row, and people of whom nothing is said: such numbers say little by themselves.
UNITS = frozenset(_UNIT_WORDS.split()) | {stem(word) for word in PEOPLE}
_MONTH = re.compile(
    r"\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\.?$"
)
_YEAR = re.compile(r"(?:19|20)\d\d$")
_NAMED = re.compile(r"(?:^|\s)[A-Z][a-z]+$")
_TOLL = re.compile(r"\b(?:toll|(?:number|count) of (?:dead|deaths|injured|victims))\b[^.;]{0,30}$", re.IGNORECASE)
_NO_COUNT = re.compile(r"\s?-?\s?years?\s?-?\s?old|[-–]\d|\s[–-]\s\d")  # an age, a score
_NEXT_WORD = re.compile(r"\s+([^\W\d_][\w'’-]*)")
NEAR = 60  # characters on either side in which a fate belongs to a number


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in a text with the quantity that it measures. `text[start:end]` is it, as written."""

    start: int
    end: int
    low: float  # what is claimed is a value in [low, high]
    high: float
    quantity: str  # "killed", "magnitude", or the stem of the counted noun; with "%" or a currency where there is one
    written: str  # with its bound and what is counted: "at least 12 people"

    def contradicts(self, other: Amount) -> bool:
        """True when no value satisfies both."""
        return self.high < other.low or other.high < self.low


def amounts(text: str) -> list[Amount]:
    """The numbers of a sentence that count or measure something; dates, times, ages and scores are left out."""
    return [amount for match in _NUMBER.finditer(text) if (amount := _amount(text, match))]


def _amount(text: str, match: re.Match[str]) -> Amount | None:
    digits = match["digits"]
    before, after = text[: match.start("digits")].rstrip(), text[match.end() :]
    if _is_date(digits, before, after, match) or _in_a_name(digits, before) or _NO_COUNT.match(after):
        return None
    value = _SMALL.get(digits.lower()) or float(digits.replace(",", ""))
    value *= _SCALES.get((match["scale"] or "").lower(), 1.0)
    counted, length = _counted(after)
    quantity = _quantity(text, match, counted)
    if not quantity:
        return None
    low, high = _range(value, "at least" if match["more"] else (match["bound"] or "").strip().lower())
    # "99% partial": what follows a share or a sum need not be what it counts.
    end = match.end() + (length if counted and not (match["percent"] or match["money"]) else 0)
    return Amount(match.start(), end, low, high, quantity, text[match.start() : end])


def _quantity(text: str, match: re.Match[str], counted: str) -> str:
    """The name of what is measured; empty when it cannot be told."""
    around = text[max(0, match.start() - 30) : match.end() + 30].lower()
    if "magnitude" in around and not match["scale"]:
        return "magnitude"
    if match["money"]:
        return f"{match['money'].strip()} {_context(text, match)}".strip()
    if match["percent"]:
        return f"% {_context(text, match)}".strip()
    folded = counted.lower()
    if not folded or folded in PEOPLE or folded in _FATE_OF:
        fate = _fate(text, match, bare=folded not in PEOPLE)
        return f"people {fate}" if fate else (stem(folded) if folded in PEOPLE else "")
    return stem(folded)


def _fate(text: str, match: re.Match[str], bare: bool) -> str:
    """What happened to so many: the nearest word of FATES in the same clause, after the number, then before it.

    A bare number needs it right beside it, or a toll before it: "15 dead", "killing 15", "the toll rose to 15".
    """
    before, after = text[max(0, match.start() - NEAR) : match.start()], text[match.end() : match.end() + NEAR]
    following = words(re.split(r"[;,]|\band\b|\bwhile\b", after)[0].lower())
    leading = words(re.split(r"[;]|\bwhile\b", before)[-1].lower())[::-1]
    if bare and _TOLL.search(before):
        return "injured" if "injur" in before.lower() else "killed"
    for near in (following[:1], leading[:1]) if bare else (following, leading[:4]):
        for word in near:
            if word in _FATE_OF:
                return _FATE_OF[word]
    return ""


def _counted(after: str) -> tuple[str, int]:
    """The noun that follows a number and where it ends: "12 Turkish soldiers" gives soldiers; a plural is the noun."""
    taken: list[tuple[str, int]] = []
    skipped = re.match(r"\s+of\s+(?:the|its|their)(?=\s)(?!\s\S*['’]s\b)", after)
    place = skipped.end() if skipped else 0
    while len(taken) < 3 and (match := _NEXT_WORD.match(after, place)):
        word, place = match[1], match.end()
        folded = word.lower()
        if (folded in STOP_WORDS and folded not in _FATE_OF) or folded.endswith(("'s", "’s", "s'", "s’")):
            break
        taken.append((word, place))
        if folded in PEOPLE or folded in _FATE_OF or (folded.endswith("s") and not folded.endswith("ss")):
            break
    else:
        taken = taken[:1]
    # A capital means a name: "Movimento 5 Stelle" counts nothing.
    return taken[-1] if taken and not taken[-1][0][0].isupper() else ("", 0)


def _context(text: str, match: re.Match[str]) -> str:
    """The two content words nearest before a sum or a share: "interest rate" of "its interest rate to 6 per cent"."""
    near = [w.lower() for w in words(text[max(0, match.start() - NEAR) : match.start()]) if w.isalpha()]
    return " ".join(stem(w) for w in [w for w in near if w not in STOP_WORDS and w not in {"to", "at", "by"}][-2:])


def _range(value: float, bound: str) -> tuple[float, float]:
    if bound in _ABOUT:
        return value * 0.9, value * 1.1
    if bound in _LOWER:
        return value, math.inf
    if bound in _UPPER:
        return 0.0, value
    return value, value


def _in_a_name(digits: str, before: str) -> bool:
    """ "The Detroit Three", "Paris 2024 organisers": a part of a name counts nothing."""
    return bool(before) and (digits.istitle() or (_YEAR.fullmatch(digits) is not None and bool(_NAMED.search(before))))


def _is_date(digits: str, before: str, after: str, match: re.Match[str]) -> bool:
    if match["money"] or match["scale"] or match["percent"] or not digits.isdigit():
        return False
    if _YEAR.fullmatch(digits) and not re.match(r"\s+[a-z]+s\b", after):
        return True
    month_after = re.match(r"\s+(?:of\s+)?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)", after)
    clock = re.match(r"\s*(?:[ap]\.?m\b|o'clock|GMT|UTC)", after, re.IGNORECASE)
    return bool(month_after or clock or _MONTH.search(before))
