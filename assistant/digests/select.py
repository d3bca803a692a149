"""Which sentences say a story: centroid and lead, little repetition, nothing that dangles. Whole sentences only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from assistant.digests.features import term_matrix
from assistant.digests.nouns import DigestSentence
from assistant.digests.standalone import Leans, dateline_length, is_personal, is_whole, leans
from assistant.digests.text import terms, word_count
from index.article import Article
from index.passages import sentences

SENTENCES_READ = 25  # of each article, from its beginning
ARTICLES_READ = 12  # of each story, the most central
POOL = 24  # candidates from which the combination is chosen
OPENING_WORDS = 8
OLDER = 0.1  # taken off for each day, up to three, by which a report is older than the story's newest
BESIDE = 0.2  # of the most central sentence's closeness to all: below it, a round-up speaks of something else
DATELINE_WITHIN = 4  # sentences: captions and bylines may stand before it
PERSONAL = 0.4  # taken off a sentence that says I, we or you
RELEVANT = 0.15  # what the reader's whole approval adds; the best of four by ROUGE on newsquiz 2023
ASKED = 0.6  # the same when there is a topic, which says what is wanted

Place = tuple[str, int]  # an article's id, and where a sentence of it ends
Relevance = Callable[[Sequence[Article], str], Mapping[Place, float]]  # a story, a topic or ""; from 0 to 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that could stand on the page, with what is known of it."""

    sentence: DigestSentence
    rank: int  # of its article in the story, 0 for the most central
    position: int  # among the sentences of its article
    words: int
    terms: frozenset[str]
    salience: float
    leans: Leans = Leans.NOT
    echo: int = 0  # words that it shares with the story's titles

    @property
    def article_id(self) -> str:
        """Of the article that it stands in."""
        return self.sentence.article_id


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A sentence of a story and where it stands."""

    sentence: DigestSentence
    rank: int  # of its article
    position: int
    opens: bool  # the first sentence of its article, below date lines and bylines


def candidates(articles: Sequence[Article], topic: str = "", relevance: Relevance | None = None) -> list[Candidate]:
    """All whole sentences of a story, best first; see `alone`. `articles` come with the most central first."""
    spoken = [item for rank, article in enumerate(articles[:ARTICLES_READ]) for item in _spoken(article, rank)]
    if not spoken:
        return []
    bags = [terms(item.sentence.text) for item in spoken]
    approval = relevance(articles, topic) if relevance else {}
    titles = {term for article in articles for term in terms(article.title)}
    wanted = set(terms(topic))
    newest = max((article.date for article in articles if article.date), default=None)
    matrix = term_matrix(bags)
    central = matrix @ matrix.sum(axis=0).A1
    found = []
    for item, bag, closeness in zip(spoken, bags, (central / max(central.max(), 1e-9)).tolist(), strict=True):
        text, echo = item.sentence.text, len(titles.intersection(bag))
        if not is_whole(text) or (closeness < BESIDE and not echo):
            continue
        salience = _salience(closeness, item.position, item.rank, set(bag), titles, wanted)
        salience += (ASKED if topic else RELEVANT) * approval.get((item.sentence.article_id, item.sentence.end), 0.0)
        salience -= PERSONAL if is_personal(text) else 0.0
        salience -= _staleness(articles[item.rank].date, newest)
        needs, place = leans(text, first=item.opens), (item.rank, item.position)
        found.append(Candidate(item.sentence, *place, word_count(text), frozenset(bag), salience, needs, echo))
    return sorted(found, key=lambda c: (-c.salience, c.article_id, c.sentence.start))


def _spoken(article: Article, rank: int) -> list[_Spoken]:
    """Its first sentences, each without a dateline in front; that may stand below captions and bylines."""
    found: list[_Spoken] = []
    opened = False
    for position, (start, end) in enumerate(sentences(article.text)[:SENTENCES_READ]):
        if position < DATELINE_WITHIN:
            start += dateline_length(article.text[start:end])
        sentence = DigestSentence(article.id, start, end, article.text[start:end])
        opens = not opened and word_count(sentence.text) >= OPENING_WORDS
        opened |= opens
        found.append(_Spoken(sentence, rank, position, opens))
    return found


def alone(pool: Sequence[Candidate]) -> list[Candidate]:
    """Those that need no other sentence before them."""
    return [c for c in pool if c.leans == Leans.NOT]


def choose(
    pool: Sequence[Candidate], most: int, word_limit: int, said: Sequence[frozenset[str]] = ()
) -> list[DigestSentence]:
    """Up to `most` sentences of up to `word_limit` words in all, the best combination of the pool, in reading order.

    One that leans on the sentence before it, or on its article, is taken only together with that.
    """
    fit = [c for c in pool if c.words <= word_limit][:POOL]
    best: tuple[float, tuple[Candidate, ...]] = (0.0, ())
    for size in range(1, most + 1):
        for group in combinations(fit, size):
            if sum(c.words for c in group) <= word_limit and _stands(group):
                value = _worth(group, said)
                if value > best[0] + 1e-9:
                    best = (value, group)
    return [c.sentence for c in _reading_order(best[1])]


def _stands(group: Sequence[Candidate]) -> bool:
    """Whether each sentence that leans on another finds it in the group."""
    places = {(c.article_id, c.position) for c in group}
    for c in group:
        if c.leans == Leans.ON_THE_SENTENCE_BEFORE and (c.article_id, c.position - 1) not in places:
            return False
        earlier = any(key == c.article_id and position < c.position for key, position in places)
        if c.leans == Leans.ON_THE_ARTICLE and not earlier:
            return False
    return True


def _worth(group: Sequence[Candidate], said: Sequence[frozenset[str]]) -> float:
    """Salience in all, less what repeats; a further sentence must earn its place."""
    value = sum(c.salience for c in group) - 0.25 * (len(group) - 1)
    for left, right in combinations(group, 2):
        value -= 1.2 * overlap(left.terms, right.terms)
    for c in group:
        value -= 1.0 * max((overlap(c.terms, other) for other in said), default=0.0)
    return value


def _reading_order(group: Sequence[Candidate]) -> list[Candidate]:
    """The most lead-like first; then the sentences of one article stay together, in its order."""
    if not group:
        return []
    first = min(group, key=lambda c: (c.leans, c.position, -c.salience, c.rank))
    return sorted(group, key=lambda c: (c.rank != first.rank, c.rank, c.position))


def _staleness(date: dt.date | None, newest: dt.date | None) -> float:
    """What is taken off a sentence of an older report than the newest one."""
    return min(OLDER * (newest - date).days, 3 * OLDER) if date and newest else 0.0


def _salience(central: float, position: int, rank: int, bag: set[str], titles: set[str], wanted: set[str]) -> float:
    lead: float = 1.0 / (1.0 + position) ** 0.5
    title = len(bag & titles) / max(len(bag), 1)
    topic = len(bag & wanted) / max(len(wanted), 1)
    return 0.5 * central + 0.5 * lead + 0.2 * title + 0.4 * topic - 0.02 * rank


def overlap(left: frozenset[str], right: frozenset[str]) -> float:
    """The share of the smaller one's terms that both have."""
    return len(left & right) / max(min(len(left), len(right)), 1)
