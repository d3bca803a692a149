"""Numbers in running text, with their units, made comparable: 12,000 is twelve thousand, a quarter is 25%. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.verify.words import stem

_ONES = {
    w: n
    for n, w in enumerate(
        str.split(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen"
        )
    )
}
_TENS = {w: 10 * n for n, w in enumerate(str.split("twenty thirty forty fifty sixty seventy eighty ninety"), 2)}
_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "dozen": 12}
_SCALES |= {"k": 10**3, "m": 10**6, "mn": 10**6, "bn": 10**9, "tn": 10**12}
_SCALES |= {f"{name}s": n for name, n in list(_SCALES.items()) if len(name) > 2}
_ORDINALS = {
    w: n for n, w in enumerate(str.split("third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"), 3)
}
_PARTS = {"half": 0.5, "halves": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "sixth": 1 / 6, "eighth": 0.125}
_PARTS |= {"tenth": 0.1, "hundredth": 0.01}

_WORD_NUMBER = "|".join(sorted([*_ONES, *_TENS], key=len, reverse=True))
_LONG_SCALE = "hundreds?|thousands?|millions?|billions?|trillions?|dozens?"
_CURRENCY = r"(?:(?:NZ|US|AU?|CA?|HK|S)\s?)?[$€£¥]|(?:USD|EUR|GBP|Rs\.?)"
_NUMBER = re.compile(
    rf"""(?P<currency>{_CURRENCY})?\s?
    (?<![\w.])(?<![A-Za-z]-)(?<!(?:19|20)\d\d[-–])
    (?P<digits>\d{{1,3}}(?:[,\u202f\u00a0]\d{{3}})+(?:\.\d+)?|\d{{1,3}}(?:\ \d{{3}})+(?!\d)
      |\d+(?:\.\d+)?)
    (?P<ordinal>st|nd|rd|th)?(?P<scale>(?:k|mn?|bn|tn)\b|[\s-]?(?:{_LONG_SCALE})\b)?
    |(?<!second\ )(?<!first\ )\b(?P<part>(?:(?:an?|one|two|three|four)[\s-](?:{"|".join(_PARTS)})|half|quarter)s?)\b
      (?!\s(?:of\s)?(?:19|20)\d\d)
    |\b(?P<words>(?:an?\s(?:{_LONG_SCALE})|(?:{_WORD_NUMBER}))\b(?:[\s-](?:and\s)?(?:{_WORD_NUMBER}|{_LONG_SCALE})\b)*)
    |\b(?P<nth>{"|".join(_ORDINALS)})\b""",
    re.VERBOSE | re.IGNORECASE,
)
_UNITS = {
    "%": ("%", "percent", "per cent", "percentage"),
    "$": ("$", "dollar", "dollars", "usd"),
    "€": ("€", "euro", "euros", "eur"),
    "£": ("£", "pound", "pounds", "gbp"),
    "¥": ("¥", "yen", "yuan"),
    "sq mile": ("square mile", "square miles"),
    "sq ft": ("square foot", "square feet"),
    "acre": ("acre", "acres"),
    "hectare": ("hectare", "hectares"),
    "km": ("km", "kilometer", "kilometers", "kilometre", "kilometres"),
    "mile": ("mile", "miles"),
    "m": ("m", "meter", "meters", "metre", "metres"),
    "sq m": ("square meter", "square meters", "square metre", "square metres"),
    "sq km": ("square kilometer", "square kilometers", "square kilometre", "square kilometres"),
    "ft": ("foot", "feet", "ft"),
    "kg": ("kg", "kilogram", "kilograms", "kilos"),
    "tonne": ("ton", "tons", "tonne", "tonnes"),
    "second": ("second", "seconds"),
    "minute": ("minute", "minutes"),
    "hour": ("hour", "hours"),
    "day": ("day", "days"),
    "week": ("week", "weeks"),
    "month": ("month", "months"),
    "year": ("year", "years", "year-old"),
    "degree": ("degree", "degrees", "°"),
    "fold": ("fold", "times"),
}  # fmt: skip
_UNIT_OF = {name: unit for unit, names in _UNITS.items() for name in names}
_UNIT = re.compile(
    rf"\s?-?(?:working\s)?(?P<unit>{'|'.join(sorted(map(re.escape, _UNIT_OF), key=len, reverse=True))})(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that stands at text[start:end]. Percentages and fractions are both shares of one, with the unit "%"."""

    value: float
    unit: str
    start: int
    end: int
    noun: str = ""  # the stem of the word that it counts, when one follows directly

    def same_value(self, other: Quantity) -> bool:
        """Equal, but for the rounding of a fraction."""
        return abs(self.value - other.value) <= 1e-9 * max(abs(self.value), 1) or (
            self.unit == other.unit == "%" and abs(self.value - other.value) < 0.005
        )

    def agrees(self, other: Quantity) -> bool:
        """Whether one may stand for the other: the same value, and no two different units."""
        for one, two in ((self, other), (other, self)):  # "49 or 27 percent": the first has lost its unit
            if one.unit == "%" and not two.unit and abs(100 * one.value - two.value) < 1e-9:
                return True
        return self.same_value(other) and (self.unit == other.unit or not self.unit or not other.unit)


def quantities(text: str) -> list[Quantity]:
    """All numbers of the text in order, in digits or words.

    "One" and "two" alone, "first" and "second" are no numbers here.
    """
    return list(_quantities(text))


def _quantities(text: str) -> Iterator[Quantity]:
    for match in _NUMBER.finditer(text):
        value = _value(match)
        if value is None:
            continue
        end, unit = match.end(), ""
        if match["part"]:
            unit = "%"
        elif match["currency"]:
            unit = match["currency"].strip()[-1]
        elif found := _UNIT.match(text, end):
            unit, end = _UNIT_OF[" ".join(found["unit"].lower().split())], found.end()
            value = value / 100 if unit == "%" else value
        noun = re.match(r"[\s-]+([^\W\d_]{3,})", text[end : end + 40])
        start = match.end() - len(match.group().lstrip())
        yield Quantity(value, unit, start, end, stem(noun[1]) if noun else "")


def _value(match: re.Match[str]) -> float | None:
    if match["digits"]:
        value = float(re.sub(r"[,\s\u202f\u00a0]", "", match["digits"]))
        return value * (_SCALES[match["scale"].strip("- \u00a0\u202f\t\n").lower()] if match["scale"] else 1)
    if match["part"]:
        return _share(match["part"].lower())
    if match["nth"]:
        return float(_ORDINALS[match["nth"].lower()])
    words = re.findall(r"[a-z]+", match["words"].lower())
    return None if words in (["one"], ["two"]) else _in_words(words)


def _share(words: str) -> float:
    count, _, part = words.replace("-", " ").rpartition(" ")
    part = part if part in _PARTS else part.removesuffix("s")
    return {"two": 2, "three": 3, "four": 4}.get(count, 1) * _PARTS[part]


def _in_words(words: list[str]) -> float:
    """Twelve thousand three hundred and five is 12,305."""
    total = current = 0.0
    for word in words:
        if word in _ONES or word in _TENS:
            current += _ONES.get(word, 0) + _TENS.get(word, 0)
        elif word in _SCALES:
            current = (current or 1) * _SCALES[word]
            if _SCALES[word] >= 1000:
                total, current = total + current, 0
    return total + current
