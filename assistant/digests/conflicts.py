"""Where independent publishers give different values of one quantity of one story."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.digests.amounts import UNITS, Amount, amounts
from assistant.digests.nouns import Claim, Conflict, DigestSentence
from assistant.digests.publishers import family, outlet
from assistant.digests.text import terms, words
from index.article import Article
from index.passages import sentences

SENTENCES_READ = 12
MOST = 2  # conflicts of a story that are shown
SAME_MATTER = 0.5  # share of the shorter sentence's content words that both sentences need, to count the same things
SAME_FATE = 0.3  # enough for numbers of people killed, injured …, and for magnitudes
# A number of another time, or of a part, does not contradict one of today.
OTHER_TIME = re.compile(
    r"\b(?:(?:in|since|until|from|of)\s+(?:19|20)\d\d|last\s+(?:year|month|week)|years?\s+ago|previous(?:ly)?|earlier"
    r"|in\s+the\s+past|record|compared|first|last|average|annual(?:ly)?|each|every|per|another|other|more)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount with the place where it stands and who says it."""

    amount: Amount
    sentence: DigestSentence
    article: Article
    family: str
    terms: frozenset[str]


def figures(articles: Sequence[Article]) -> list[Figure]:
    """The amounts of the first sentences of these articles that speak of now, in the order of the articles."""
    return [figure for article in articles for figure in _of(article)]


def conflicts(articles: Sequence[Article]) -> tuple[Conflict, ...]:
    """Up to two quantities on which publishers of different families contradict each other.

    "At least 12" does not contradict 15; a publisher that gives both values takes no side.
    """
    found = []
    read = figures(articles)
    for quantity in dict.fromkeys(figure.amount.quantity for figure in read):
        sides = _sides([figure for figure in read if figure.amount.quantity == quantity])
        if len(sides) > 1:
            found.append(Conflict(_label(sides[0].amount), tuple(_claim(side) for side in sides)))
    return tuple(found[:MOST])


def _of(article: Article) -> Iterator[Figure]:
    for start, end in sentences(article.text)[:SENTENCES_READ]:
        text = article.text[start:end]
        if OTHER_TIME.search(text):
            continue
        sentence, bag = DigestSentence(article.id, start, end, text), frozenset(terms(text))
        for amount in amounts(text):
            if amount.quantity in UNITS:
                continue
            yield Figure(amount, sentence, article, family(article), bag)


def _sides(same: Sequence[Figure]) -> list[Figure]:
    """One figure a family, each contradicting all before it and speaking of the same matter."""
    sides: list[Figure] = []
    for figure in same:
        clear = all(
            figure.family != side.family and figure.amount.contradicts(side.amount) and same_matter(figure, side)
            for side in sides
        )
        if clear and not _says_both(figure, same):
            sides.append(figure)
    return sides


def _says_both(figure: Figure, same: Sequence[Figure]) -> bool:
    return any(other.family == figure.family and other.amount.contradicts(figure.amount) for other in same)


def same_matter(left: Figure, right: Figure) -> bool:
    """Whether the two sentences share enough words for their numbers to be compared."""
    shared = len(left.terms & right.terms) / max(min(len(left.terms), len(right.terms)), 1)
    return shared >= (SAME_FATE if _is_plain(left.amount) else SAME_MATTER)


def _is_plain(amount: Amount) -> bool:
    """A quantity whose name alone says what it is."""
    return amount.quantity.startswith("people ") or amount.quantity == "magnitude"


def _label(amount: Amount) -> str:
    """What is counted: "people killed", else the words of the amount without its number."""
    if _is_plain(amount):
        return amount.quantity
    return " ".join(word for word in words(amount.quantity) if word) or amount.quantity


def _claim(figure: Figure) -> Claim:
    return Claim(outlet(figure.article), figure.amount.written, figure.sentence)
