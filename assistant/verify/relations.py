"""Facts put together wrongly: two numbers or two names changed round, a year with another's event. Pure.

Each name, number and year of a sentence (an anchor) has words near it. Where the evidence has two anchors of a sentence
each among the other's words, the sentence has mixed them up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

from assistant.verify.names import Name, names
from assistant.verify.numbers import Quantity, quantities
from assistant.verify.words import STOP, content, folded, plain, stem

_WORD = re.compile(r"[^\W_]+(?:['.-][^\W_]+)*|[,;:()]|[%$€£]")
_REACH = 4  # words with meaning to either side
_APART = 0.5  # how much better the exchanged reading must fit; on the development half of tests/data/claims.jsonl


@dataclass(frozen=True, slots=True)
class Anchor:
    """A name, a number or a year, with the stems near it and how near they are: 1 beside it, less further off."""

    kind: str
    key: str
    words: str
    near: dict[str, float]

    def likeness(self, other: Anchor, without: frozenset[str] = frozenset()) -> float:
        """How much the two stand among the same words, some left out."""
        shared = (self.near.keys() & other.near.keys()) - without
        return sum(self.near[word] * other.near[word] for word in shared)


def mismatch(sentence: str, evidence: Iterable[str]) -> str:
    """The words that the sentence has changed round, or an empty string. `evidence` are the cited sentences."""
    texts = list(evidence)
    ours = list(anchors(sentence))
    theirs = [list(anchors(text)) for text in texts]
    for one, other in combinations(ours, 2):
        if one.kind == other.kind and not _same(one, other) and _exchanged(one, other, theirs):
            return f"{one.words} / {other.words}"
    if (
        words := _aged_wrongly(sentence, texts)
        or _turned_round(sentence, texts)
        or _role_of_another(sentence, texts)
        or _other_clause(sentence, texts)
    ):
        return words
    for anchor in ours:
        if anchor.kind == "year" and (rival := _taken_from(anchor, theirs, ours)):
            return f"{anchor.words} / {rival.words}"
    return ""


def _exchanged(one: Anchor, other: Anchor, theirs: list[list[Anchor]]) -> bool:
    """Whether a sentence of the evidence has both, and fits better when they are read for each other."""
    fits: list[tuple[float, float]] = []
    apart = 2 * _APART if one.kind == "name" else _APART
    for found in theirs:
        for first in (a for a in found if _same(one, a)):
            for second in (a for a in found if _same(other, a)):
                own = _own_words(one, other, first, second)
                straight = one.likeness(first, own) + other.likeness(second, own)
                crossed = one.likeness(second, own) + other.likeness(first, own)
                fits.append((straight, crossed))
    return bool(fits) and all(crossed - straight >= apart and crossed > 1.3 * straight for straight, crossed in fits)


def _own_words(*found: Anchor) -> frozenset[str]:
    """The words of the anchors themselves, which say nothing about what stands near them."""
    words = {stem(word) for anchor in found for word in re.findall(r"[^\W_]+", anchor.words)}
    return frozenset(side + word for word in words for side in ("<", ">", ""))


def _taken_from(anchor: Anchor, theirs: list[list[Anchor]], ours: list[Anchor]) -> Anchor | None:
    """Another year of the evidence right among this year's words, where its own occurrences are not."""
    own = max((anchor.likeness(a) for found in theirs for a in found if _same(anchor, a)), default=None)
    if own is None:
        return None
    others = [a for found in theirs for a in found if a.kind == anchor.kind and not any(_same(a, o) for o in ours)]
    rival = max(others, key=anchor.likeness, default=None)
    return rival if rival and anchor.likeness(rival) >= max(2 * _APART, 4 * own) else None


_ROLE = re.compile(r"\s(?:is|was|are|were)\s(?:an?|the|its|their)\s(?P<role>[a-z][^,.;:]{3,60})")
_PRONOUN = re.compile(r"\b(?:he|she|who|they|I|his|her|their|we)\b", re.IGNORECASE)


def _role_of_another(sentence: str, evidence: list[str]) -> str:
    """ "Ken is the outgoing governor" where the evidence has "outgoing governor Bob" and never Ken with these words."""
    for name in names(sentence):
        match = _ROLE.match(sentence, name.end)
        role = set(content(re.split(r"\s(?:of|in|for|from|at|who|that|and)\s", match["role"])[0])) if match else set()
        if len(role) < 2:
            continue
        having = [text for text in evidence if role <= set(content(text))]
        others = [text for text in having if names(text) and not _PRONOUN.search(text)]
        if having and others == having and not any(_is_of(n, name) for text in having for n in names(text)):
            return f"{name.text} … {match['role'] if match else ''}"
    return ""


def _other_clause(sentence: str, evidence: list[str]) -> str:
    """A number with a name from the clause of another number of its kind."""
    for clause in _clauses(sentence):
        wanted = names(clause)
        for quantity in (q for q in quantities(clause) if q.value > 2):
            verdicts = [v for text in evidence if (v := _fits_clause(text, quantity, wanted)) is not None]
            if wanted and verdicts and not any(verdicts):
                return clause[quantity.start : quantity.end]
    return ""


def _fits_clause(text: str, quantity: Quantity, wanted: list[Name]) -> bool | None:
    """Whether no clause with another number has more of the names than the number's own; None without both."""
    own, rival = None, 0
    for clause in _clauses(text):
        numbers = quantities(clause)
        count = sum(any(_is_of(n, w) for n in names(clause)) for w in wanted)
        if any(q.agrees(quantity) for q in numbers):
            own = max(own or 0, count)
        elif any(q.unit == quantity.unit and q.value > 2 for q in numbers):
            rival = max(rival, count)
    return None if own is None else own >= rival


def _clauses(text: str) -> list[str]:
    return [c for c in re.split(r";|,\s(?:and|but|while|with)\s|\sand\s(?=\w+ing\b)", text) if c.strip()]


_BETWEEN = re.compile(r"[^,;:()\"]{2,45}")
_EITHER_WAY = re.compile(
    r"\b(?:and|or|with|between|both|against|met|meets?|near|during|while|that|join(?:s|ed)|play(?:s|ed)|where|when|like|of|in|at|from|versus|vs|'s|to|for|is|was|said|says)\b"
)


def _turned_round(sentence: str, evidence: list[str]) -> str:
    """ "A beat B" where the evidence has "B defeated A" and neither is in the passive voice."""
    for one, other in pairwise(names(sentence)):
        between = sentence[one.end : other.start]
        if not _BETWEEN.fullmatch(between) or _EITHER_WAY.search(between):
            continue
        orders = [o for text in evidence for o in _orders(text, one, other, _is_passive(between))]
        if orders and not any(orders):
            return f"{one.text}{between}{other.text}"
    return ""


def _orders(text: str, one: Name, other: Name, passive: bool) -> Iterator[bool]:
    """For each place where the text has both names with a few words between: whether in the sentence's order."""
    found = [n for n in names(text) if _is_of(n, one) or _is_of(n, other)]
    for first, second in pairwise(found):
        between = text[first.end : second.start]
        if _is_of(first, one) != _is_of(second, one) and _BETWEEN.fullmatch(between):
            yield _is_of(first, one) == (_is_passive(between) == passive)


def _is_of(name: Name, wanted: Name) -> bool:
    words, others = ({stem(w) for w in n.words} for n in (name, wanted))
    return words <= others or others <= words


def _is_passive(between: str) -> bool:
    return bool(re.search(r"\bby\b", between))


_AGE = re.compile(
    r"(?:,\swho\s(?:is|was)|,\saged?|\s\(|\sis|\swas|,)\s?(\d{1,3})\b(?=\s?(?:[,.;)]|years\sold|and\b|$))"
)


def _aged_wrongly(sentence: str, evidence: list[str]) -> str:
    """ "Thomas, who is 36" where the evidence has "Thomas, 42, and Manju, 36"."""
    for name in names(sentence):
        ours = _AGE.match(sentence, name.end)
        if not ours:
            continue
        wanted = {plain(word) for word in name.words}
        theirs = [
            match[1]
            for text in evidence
            for other in names(text)
            if wanted == {plain(word) for word in other.words} and (match := _AGE.match(text, other.end))
        ]
        if theirs and ours[1] not in theirs:
            return f"{name.text}, {ours[1]}"
    return ""


def anchors(text: str) -> Iterator[Anchor]:
    """The anchors of one sentence."""
    text = folded(text)
    spans = sorted(_spans(text))
    items: list[tuple[str, int]] = []  # stems in order; an anchor is the number of its span
    position = 0
    for number, (start, end, _, _) in enumerate(spans):
        items += [(word, -1) for word in _WORD.findall(text[position:start])]
        items.append((text[start:end], number))
        position = end
    items += [(word, -1) for word in _WORD.findall(text[position:])]
    for place, (words, number) in enumerate(items):
        if number >= 0:
            _, _, kind, key = spans[number]
            yield Anchor(kind, key, words, _words_near(items, place, sided=kind == "name"))


def _words_near(items: list[tuple[str, int]], place: int, sided: bool) -> dict[str, float]:
    """A name keeps the side of its words: "A beat B" is not "B beat A". A number does not: "107 died", "kills 107"."""
    near: dict[str, float] = {}
    for word, weight in _near(items, place):
        if sided and word[1:].isdigit():
            continue  # a score stands between its two teams, whoever won
        key = word if sided else word[1:]
        near[key] = max(weight, near.get(key, 0.0))
    return near


_LINKS = frozenset(["from", "to", "by", "for", "than", "against", "over"])


def _near(items: list[tuple[str, int]], place: int) -> Iterator[tuple[str, float]]:
    """The stems in front ("<word") and behind (">word"), nearer ones heavier; a comma or "and" halves what follows."""
    for step, side in ((-1, "<"), (1, ">")):
        distance, weight = 1, 1.0
        for word, _ in items[place + step :: step] if place + step >= 0 else []:
            if word in ",;:()" or word.lower() in ("and", "or", "but", "while"):
                weight *= 0.5
                continue
            if distance > _REACH:
                break
            parts = [part for part in re.findall(r"[^\W_]+", word) if plain(part) not in STOP or part in _LINKS]
            for part in parts:
                yield side + stem(part), weight / distance
            distance += bool(parts)


_IN_A_DATE = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December),?\s$"
)


def _spans(text: str) -> Iterator[tuple[int, int, str, str]]:
    taken: list[tuple[int, int]] = []
    for quantity in quantities(text):
        year = 1900 <= quantity.value < 2100 and quantity.end - quantity.start == 4 and not quantity.unit
        if year and _IN_A_DATE.search(text, 0, quantity.start):
            continue
        kind = "year" if year else "share" if quantity.unit == "%" else "number"
        taken.append((quantity.start, quantity.end))
        yield quantity.start, quantity.end, kind, f"{quantity.value:g}"
    for name in names(text):
        if name.words and not any(name.start < right and left < name.end for left, right in taken):
            yield name.start, name.end, "name", " ".join(stem(word) for word in name.words)


def _same(one: Anchor, other: Anchor) -> bool:
    if one.kind != "name" or other.kind != "name":
        return (one.kind, one.key) == (other.kind, other.key)
    first, second = set(one.key.split()), set(other.key.split())
    return first <= second or second <= first
