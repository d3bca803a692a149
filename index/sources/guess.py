"""The encoding of a text in one byte a letter: the one in which its letters are likeliest in some language.

Each encoding is tried with the languages that are written in it. How often a language uses a letter is known from
charset-normalizer's table, in the order of frequency, so a sentence is enough; that library itself compares whole
texts with one another and needs some hundred words. Letters of another alphabet, symbols, and capitals behind small
letters ("жИЗНЬ", which is KOI8 read as Windows-1251) speak against an encoding.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from functools import cache
from itertools import pairwise

# What a language has beyond the letters in the table; of a language that is not there, all, the most frequent first.
_WESTERN = {
    "English": "éèêëïîôöüçñáíóàœæ", "German": "ßéàè", "French": "âæçêëîïôœùûüÿ", "Dutch": "éèêëïöüáó",
    "Italian": "éìíîòóùú", "Spanish": "áéíñóúü", "Portuguese": "áâàçéêíóôõúü", "Swedish": "éàü",
    "Norwegian": "éèòóôæ", "Danish": "éöüæ",
    "Finnish": "åšž", "Icelandic": "arnieustðlgmkfhvoábídþjóéæyöpúýxc",
}  # fmt: skip
_CENTRAL = {
    "Polish": "ąćęłńóśźż", "Czech": "áčďéěíňóřšťúůýž", "Slovak": "áäčďéíĺľňóôŕšťúýž", "Hungarian": "áéíóöőúüű",
    "Romanian": "ăâîşţ", "Croatian": "čćđšž", "Slovene": "čćđšž",
}  # fmt: skip
_BALTIC = {"Lithuanian": "ąčęėįšųūž", "Latvian": "aisterunkmodplvāzjgbīcēšņķžūļčfģh", "Estonian": "äõöüšž"}
_CYRILLIC = {
    "Russian": "ёйфшщъыэю", "Ukrainian": "щшюєїґф", "Bulgarian": "юьфй", "Serbian": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "Macedonian": "аоиентрсвдклпумзјгбчшцжњфхќѓѕџљ", "Belarusian": "анеіорстуклыядвпмўзгбьйчхшцжёэфю",
}  # fmt: skip
_GREEK = {"Greek": "βζξφψόύώϊϋΐΰς"}
ENCODINGS: Mapping[str, Mapping[str, str]] = {  # the most usual first: of two that fit alike, it is taken
    "cp1252": _WESTERN, "cp1251": _CYRILLIC, "cp1250": _CENTRAL, "cp1254": {"Turkish": "âîûğış"}, "cp1253": _GREEK,
    "iso8859-2": _CENTRAL, "koi8-r": _CYRILLIC, "koi8-u": _CYRILLIC, "iso8859-7": _GREEK, "cp866": _CYRILLIC,
    "iso8859-5": _CYRILLIC, "cp1257": _BALTIC, "cp1255": {"Hebrew": "ץ"},
    "cp1256": {"Arabic": "ءآؤئثذضظغىً", "Farsi": "ءئثذظصض"}, "mac-cyrillic": _CYRILLIC,
    "iso8859-6": {"Arabic": "ءآؤئثذضظغىً"}, "cp874": {"Thai": "ไใโเแะาิีึืุู่้๊๋็์ํำฯๆฉฌญฎฏฐฑฒณถธฝฟภฤศษฬฮ"},
}  # fmt: skip
_MARKS = frozenset("«»„“”‘’‚‹›–—…§№°•·\xa0€£¡¿´")
RARE, STRANGE = -math.log(200), -math.log(10_000_000)
LOOKED_AT = 8_000  # bytes
LATIN = ("cp1252", "cp1250", "cp1254", "cp1257", "iso8859-2")
ENOUGH = -4.4  # of a letter beyond ASCII: of texts in two bytes a letter, many are strange in every language
ENOUGH_LATIN = -5.4  # for most such letters are rare ones there


def guess(sample: bytes) -> str:
    """The likeliest encoding; empty when none makes words of these bytes."""
    lines = b"\n".join(line for line in sample.splitlines() if not line.isascii())[:LOOKED_AT]
    scores: dict[str, float] = {}
    for place, (encoding, languages) in enumerate(ENCODINGS.items(), 1):
        text = lines.decode(encoding, "replace")
        odd = sum(before.islower() and after.isupper() for before, after in pairwise(text))
        plain = Counter(char for char in text if char.isascii() and char.isalpha())
        other = Counter(char for char in text if not char.isascii())
        for tongue in languages.items():
            known = _sum(other, *tongue) + odd * STRANGE
            if known > (ENOUGH_LATIN if encoding in LATIN else ENOUGH) * other.total():
                score = known + _sum(plain, *tongue) - math.log(place)
                scores[encoding] = max(scores.get(encoding, score), score)
    return max(scores, key=scores.__getitem__, default="")


def _sum(counts: Counter[str], language: str, others: str) -> float:
    return sum(count * _likely(char, language, others) for char, count in counts.items())


def _likely(char: str, language: str, others: str) -> float:
    """The logarithm of how likely a letter is in a language."""
    known, letter = _letters(language, others), char.lower()[0]
    if letter in known:
        return known[letter]
    return RARE if letter in others or letter.isascii() or char in _MARKS else STRANGE


@cache
def _letters(language: str, others: str) -> Mapping[str, float]:
    """By Zipf's law: of a language's letters, the second is half as frequent as the first, and so on."""
    from charset_normalizer.constant import FREQUENCIES

    letters = FREQUENCIES.get(language, list(others))
    whole = sum(1 / rank for rank in range(1, len(letters) + 1))
    return {letter: -math.log(rank * whole) for rank, letter in enumerate(letters, 1)}
