"""Names in a drafted sentence, and whether the cited text has them: initials, spellings and demonyms count. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.verify.words import folded, plain, stem
from index.passages import sentences

_CAPITAL = (
    r"(?:(?:al|el|bin|d|l|o|mc)['-])?[^\W\d_a-z](?:[\w'’-]*\w)?(?:\.[A-Z])*(?:(?<=\b\w)\.)?"
    r"|[A-Za-z]+-?\d[\w-]*|[a-z]{1,4}[A-Z]\w+"  # "STS-135", "eHow"
)
_NAME = re.compile(
    rf"(?<![\w@#])(?:{_CAPITAL})(?:(?:\s(?:of|de|del|della|der|van|von|bin|al|and|for|the|&)(?:\sthe)?)?\s(?:{_CAPITAL}))*"
)
# Words that begin a sentence or stand capitalised without being a name.
_NO_NAME = frozenset(
    str.split(
        "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty "
        "seventy eighty ninety hundreds thousands millions billions dozens third fourth fifth sixth seventh eighth "
        "a an the this that these those it its he she they we i you his her their our my there here in on at to for "
        "from by with as of and or but nor so yet if when while where why how who what which whose whom after before "
        "since until during over under about around nearly almost more most less least fewer few many much some any "
        "all both each every another other no not never nobody none nothing only just also still even then now today "
        "yesterday tomorrow once twice according however meanwhile although though because despite unlike like such "
        "one two three four five six seven eight nine ten january february march april may june july august september "
        "october november december monday tuesday wednesday thursday friday saturday sunday mr mrs ms dr sir lady "
        "lord prof professor president minister mayor king queen prince princess pope senator governor chancellor "
        "chairman director judge general colonel captain police people government officials is are was were did does "
        "do has have had will would can could should may might must visits applicants critics experts researchers "
        "scientists voters residents authorities later earlier recently instead several half up down out off gmt utc "
        "am pm ad bc ok tv"
    )
)
_PLACES = {
    "us": "american america usa", "uk": "british britain briton", "britain": "uk british", "england": "english",
    "netherlands": "dutch holland", "germany": "german", "france": "french", "spain": "spanish spaniard",
    "switzerland": "swiss", "greece": "greek", "denmark": "danish dane", "sweden": "swedish swede", "turkey": "turkish",
    "finland": "finnish finn", "poland": "polish pole", "wales": "welsh", "scotland": "scottish scot",
    "ireland": "irish",
    "iceland": "icelandic", "norway": "norwegian", "portugal": "portuguese", "china": "chinese", "japan": "japanese",
    "philippines": "filipino philippine", "thailand": "thai", "iraq": "iraqi", "israel": "israeli", "cyprus": "cypriot",
    "peru": "peruvian", "kyiv": "kiev", "kremlin": "moscow russia", "myanmar": "burma burmese", "ussr": "soviet",
    "states": "american", "kingdom": "british", "europe": "european eu", "russia": "russian moscow",
    "ukraine": "ukrainian kyiv", "islam": "muslim islamic", "buddhism": "buddhist", "gb": "british britain",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """A name that stands at text[start:end] of a sentence."""

    text: str
    start: int
    end: int

    @property
    def words(self) -> list[str]:
        """Its words that tell it apart, without particles and titles."""
        return [w for w in re.findall(r"[\w'’.-]+", self.text) if plain(w) not in _NO_NAME and len(plain(w)) > 1]


def names(text: str) -> list[Name]:
    """The names of a text. A lone word that begins a sentence counts only when it looks like no ordinary one."""
    found = []
    for begin, end in sentences(text):
        for match in _NAME.finditer(text, begin, end):
            words, start = match.group(), match.start()
            while (first := re.match(r"[\w'’.-]+\s+", words)) and plain(first.group().strip()) in _NO_NAME:
                words, start = words[first.end() :], start + first.end()
            name = Name(words, start, start + len(words))
            opens = start == match.start() and not re.search(r"\w", text[begin:start])
            if name.words and not (opens and _is_common(text[start:end], words)):
                found.append(name)
    return found


def _is_common(sentence: str, name: str) -> bool:
    """Whether the word that begins the sentence may be an ordinary one."""
    first = re.match(r"[\w'’.-]+", name)
    word = first.group() if first else ""
    if word != name or not word[1:].islower() or re.match(r"['’]s\b", sentence[len(name) :]):
        return False
    return bool(re.search(r"(?:s|ed|ing|ly|tion|ment|ers?|body|thing|ship|ity|ness|age|ance|ence|ists?)$", word))


def _initials(run: str) -> Iterator[str]:
    """The initials of every two to six neighbours in a run of capitalised words: "ft" of "Financial Times"."""
    letters = "".join(w[0] for w in re.findall(r"[A-Z]\w*", run)).lower()
    for length in range(2, 7):
        for start in range(len(letters) - length + 1):
            yield letters[start : start + length]


class Known:
    """The names that some texts have, ready to be asked for. `texts` are the cited passages with title and outlet.

    `around` are the whole articles: a passage with "Montalvo" supports "Daniel Montalvo" when its article has that.
    """

    def __init__(self, texts: Iterable[str], around: Iterable[str] = ()) -> None:
        self._around = [folded(text) for text in around]
        self._folded = folded(" \n ".join(texts))
        words = re.findall(r"[\w'.-]*\w", self._folded)
        self._words = {plain(w) for w in words} | {plain(p) for w in words for p in re.split(r"[-.']", w) if p}
        self._stems = {stem(w) for w in self._words}
        self._initials = {letters for run in _NAME.findall(self._folded) for letters in _initials(run)}
        self._capitalised = [w for w in {plain(w) for w in words if w[:1].isupper()} if len(w) > 3]

    def has(self, name: Name) -> bool:
        """Whether each word of the name is there, or its initials, or the full name for which it stands."""
        missing = [word for word in name.words if not self.has_word(word)]
        if not missing or self._as_initials(name):
            return True
        full = re.sub(r"['’]s?$", "", folded(name.text))
        return len(missing) < len(name.words) and any(full in text for text in self._around)

    def has_word(self, word: str) -> bool:
        """Whether this word is there in some inflection, spelling or demonym."""
        bare = plain(word)
        if bare in self._words or stem(bare) in self._stems or bare in self._initials:
            return True
        if any(bare in places.split() and place in self._words for place, places in _PLACES.items()):
            return True
        if any(other in self._words for other in _PLACES.get(bare, "").split()):
            return True
        parts = [p for p in re.split(r"[-–']", word) if p]
        if len(parts) > 1 and all(plain(p) in self._words for p in parts):
            return True
        return any(_same_spelling(bare, other) for other in self._capitalised)

    def _as_initials(self, name: Name) -> bool:
        letters = "".join(w[0] for w in re.findall(r"[A-Z]\w*", name.text)).lower()
        return len(letters) > 1 and letters in self._words


_OF_A_PLACE = re.compile(r"(?:(?<=a)ns?|i?ans?|ese|ish|istanis?|istan|is?|ic|ers?)$")


def _same_spelling(one: str, other: str) -> bool:
    """Two ways to write one name: Zelensky and Zelenskyi, Afghan and Afghanistan, Libyan and Libya."""
    if len(one) < 5 or len(other) < 4 or one[0] != other[0]:
        return False
    for long, short in ((one, other), (other, one)):
        place = _OF_A_PLACE.sub("", long)
        if place != long and len(place) > 2 and short.startswith(place) and len(short) - len(place) <= 2:
            return True
    alike = _skeleton(one) == _skeleton(other) and len(_skeleton(one)) > 2
    return alike and abs(len(one) - len(other)) <= 2 and _distance(one, other) <= 2


def _skeleton(word: str) -> str:
    """Transliterations differ in vowels and doubled letters, seldom in anything else."""
    word = re.sub(r"ck|kh|q|c(?=[aou])", "k", word).replace("w", "v").replace("ph", "f")
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouyhj'-]", "", word[1:]))


def _distance(one: str, other: str) -> int:
    """Levenshtein's distance."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]
