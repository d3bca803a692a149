"""Examples for the support head: statements about news, written by hand or copied and then made wrong by rule."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.reader.training.corpus import Corpus
from assistant.reader.training.example import Example
from assistant.reader.training.news import held_out
from assistant.reader.training.unanswerable import in_other_words, names_in
from index.article import Article
from index.passages import sentences

CLAIMS = Path(__file__).with_name("claims.jsonl")
OTHERS = Path(__file__).with_name("claims_others.jsonl")  # not about the press
ONE_IN = 8
_ASIDE = re.compile(r",? \([^()]{8,}\)|, (?:who|which|where|according to|a|an|the) [^,.;“”\"]{8,90}(?=[,.])")
_VERB = re.compile(r"\b(?:is|are|was|were|will|can|could|would|should|has|have|had)\b(?! not|n[’'])")


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement and its place of comparison: `text[start:end]` of the article with this address."""

    url: str
    claim: str
    start: int
    end: int
    supported: bool

    @property
    def held_out(self) -> bool:
        """One article in eight is kept for development, as for the later questions."""
        return held_out(self.url, ONE_IN)


def claims(path: Path = CLAIMS) -> list[Claim]:
    """All statements of a file."""
    with path.open(encoding="utf-8") as file:
        return [Claim(**json.loads(line)) for line in file]


def by_hand(corpus: Corpus, lines: slice = slice(None), path: Path = CLAIMS) -> Iterator[Example]:
    """The statements of these lines with the sentences around their place; without the held-out articles."""
    articles = {article.url: article for article in corpus.articles}
    for item in claims(path)[lines]:
        if not item.held_out:
            article = articles[item.url]
            yield _example(item.claim, article, around(article.text, item.start, item.end), item.supported, "claim")


def elsewhere(corpus: Corpus, limit: int, rng: random.Random, path: Path = CLAIMS) -> Iterator[Example]:
    """Supported statements beside another place of their article, taken by chance: not supported there."""
    articles = {article.url: article for article in corpus.articles}
    items = [item for item in claims(path) if item.supported and not item.held_out]
    for item in rng.sample(items, min(limit, len(items))):
        article = articles[item.url]
        cuts = [c for c in sentences(article.text) if c[1] < item.start - 400 or c[0] > item.end + 400]
        if cuts:
            start, end = rng.choice(cuts)
            yield _example(item.claim, article, around(article.text, start, end), False, "elsewhere")


def copied(corpus: Corpus, limit: int, rng: random.Random) -> Iterator[Example]:
    """Sentences as they stand, shortened where that is safe, or two neighbours as one statement: supported.

    Without them a reader of hand-written statements learns that sharing words is a bad sign.
    """
    for article in rng.sample(corpus.articles, min(limit, len(corpus.articles))):
        cuts = [c for c in sentences(article.text) if 6 <= len(article.text[c[0] : c[1]].split()) <= 35]
        if len(cuts) > 2:
            at = rng.randrange(len(cuts) - 1)
            start, end = cuts[at][0], cuts[at + (rng.random() < 0.3)][1]
            said = _ASIDE.sub("", article.text[start:end], count=rng.randint(0, 2))  # 0: all of them
            yield _example(said, article, around(article.text, start, end), True, "copied")


def around(text: str, start: int, end: int, least: int = 60) -> str:
    """The sentences from start to end, with neighbours in turn until there are `least` words."""
    cuts = sentences(text)
    touched = [n for n, (left, right) in enumerate(cuts) if left < end and start < right]
    first, last, before = touched[0], touched[-1], True
    while len(text[cuts[first][0] : cuts[last][1]].split()) < least and (first > 0 or last + 1 < len(cuts)):
        if (before and first > 0) or last + 1 == len(cuts):
            first -= 1
        else:
            last += 1
        before = not before
    return text[cuts[first][0] : cuts[last][1]]


def corrupted(corpus: Corpus, limit: int, rng: random.Random) -> Iterator[Example]:
    """At most `limit` copied sentences, shortened where that is safe, each with a twin in which one detail is wrong."""
    names = [name for article in rng.sample(corpus.articles, 300) for name in names_in(article.text[:600])]
    made = 0
    for article in rng.sample(corpus.articles, len(corpus.articles)):
        cuts = [c for c in sentences(article.text) if 10 <= len(article.text[c[0] : c[1]].split()) <= 40]
        if made >= limit or not cuts:
            continue
        start, end = rng.choice(cuts)
        sentence, text = article.text[start:end], around(article.text, start, end)
        shorter = _ASIDE.sub("", sentence, count=1)
        copy = Example(sentence, text, article.title)
        wrong = _turned_round(sentence, rng) if rng.random() < 0.35 else None
        wrong = wrong or in_other_words(copy, names, rng)
        if wrong is None:
            continue
        made += 1
        yield _example(shorter, article, text, True, "copied")
        yield _example(wrong, article, text, False, "corrupted")


def _turned_round(sentence: str, rng: random.Random) -> str | None:
    """The sentence with "not" put in or taken out, or with two of its names exchanged; None when neither is safe."""
    if rng.random() < 0.5 and len(found := list(dict.fromkeys(names_in(sentence)))) > 1:
        one, other = rng.sample(found, 2)
        if one not in other and other not in one:
            return sentence.replace(one, "\0").replace(other, one).replace("\0", other)
    if " not " in sentence:
        return sentence.replace(" not ", " ", 1)
    verbs = list(_VERB.finditer(sentence))
    return sentence[: verbs[0].end()] + " not" + sentence[verbs[0].end() :] if len(verbs) == 1 else None


def _example(claim: str, article: Article, text: str, supported: bool, origin: str) -> Example:
    day = article.date.isoformat() if article.date else ""
    return Example(claim, text, article.title, day, supported=int(supported), origin=origin)
