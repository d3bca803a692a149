"""What a story has that its earlier reports did not: numbers, names, statements. Each with its sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from assistant.digests.conflicts import OTHER_TIME, Figure, figures, same_matter
from assistant.digests.nouns import Change, DigestSentence
from assistant.digests.select import Candidate
from assistant.digests.standalone import is_personal
from assistant.digests.text import names, terms, words
from index.article import Article
from index.passages import sentences

MOST = 2  # changes of a story that are shown
NEW_STATEMENT = 0.35  # most that it may share with any earlier sentence, of its content words
SAID = 0.5  # share of words from which a sentence says what the story says already
OPENING = 3  # a statement that is new stands among the first sentences of its report, counted from 0
_EVERYWHERE = frozenset({"United States", "United Kingdom", "United Nations", "European Union", "White House"})
WORDS = 30  # of a sentence shown for a new name or statement


def changes(
    articles: Sequence[Article], earlier: Sequence[Article], pool: Sequence[Candidate], shown: Sequence[DigestSentence]
) -> tuple[Change, ...]:
    """Up to two changes: a number that contradicts all earlier values first, then a new name, then a new statement.

    `earlier` has the newest report first. A name counts when a title or a first sentence carries it.
    """
    found = [*_numbers(articles, earlier), *_names(articles, earlier, pool, shown), *_statements(earlier, pool, shown)]
    kept: list[Change] = []
    for change in found:
        if all(change.sentence != other.sentence for other in kept):
            kept.append(change)
    return tuple(kept[:MOST])


def background(
    earlier: Sequence[Candidate], shown: Sequence[DigestSentence], most_words: int = WORDS
) -> DigestSentence | None:
    """One sentence of the earlier reports that says something else than what is shown."""
    bags = [frozenset(terms(sentence.text)) for sentence in shown]
    for candidate in earlier:
        if candidate.words <= most_words and all(_share(candidate.terms, bag) < SAID for bag in bags):
            return candidate.sentence
    return None


def _numbers(articles: Sequence[Article], earlier: Sequence[Article]) -> Iterator[Change]:
    old = figures(earlier)
    done = set()
    for figure in figures(articles):
        before = [o for o in old if o.amount.quantity == figure.amount.quantity and same_matter(o, figure)]
        fresh = before and all(o.amount.contradicts(figure.amount) for o in before)
        if fresh and figure.amount.quantity not in done and _comparable(figure):
            done.add(figure.amount.quantity)
            yield Change("number", figure.amount.written, before[0].amount.written, figure.sentence, before[0].sentence)


def _comparable(figure: Figure) -> bool:
    return figure.amount.quantity.startswith("people ") or figure.amount.quantity[:1] in "%$€£¥"


def _names(
    articles: Sequence[Article],
    earlier: Sequence[Article],
    pool: Sequence[Candidate],
    shown: Sequence[DigestSentence],
) -> Iterator[Change]:
    known = {word.lower() for article in earlier for word in words(f"{article.title} {article.text}")}
    told = [frozenset(terms(sentence.text)) for sentence in shown]
    heads = Counter(name for article in articles for name in dict.fromkeys(names(_head(article))))
    for name, _ in sorted(heads.items(), key=lambda item: (-item[1], item[0])):
        parts = words(name)
        if len(parts) < 2 or name in _EVERYWHERE or any(part.lower() in known for part in parts):
            continue
        for candidate in pool:
            early = candidate.position <= OPENING and candidate.words <= WORDS
            if early and name in candidate.sentence.text and all(_share(candidate.terms, bag) < SAID for bag in told):
                yield Change("name", name, "", candidate.sentence)
                break


def _head(article: Article) -> str:
    """Its title and first sentence: a name that matters to the story stands there."""
    spans = sentences(article.text[:2_000])[:1]
    return "\n".join([article.title, *(article.text[start:end] for start, end in spans)])


def _statements(
    earlier: Sequence[Article], pool: Sequence[Candidate], shown: Sequence[DigestSentence]
) -> Iterator[Change]:
    """A sentence that opens a report and has few words with any earlier sentence in common; none about other times."""
    old = [frozenset(terms(article.text[s:e])) for article in earlier for s, e in sentences(article.text)[:25]]
    told = [frozenset(terms(sentence.text)) for sentence in shown]
    for candidate in pool[:8]:
        leads = candidate.position <= OPENING and candidate.words <= WORDS and candidate.sentence not in shown
        if not leads or is_personal(candidate.sentence.text) or OTHER_TIME.search(candidate.sentence.text):
            continue
        fresh = all(_share(candidate.terms, bag) <= NEW_STATEMENT for bag in old)
        if fresh and all(_share(candidate.terms, bag) < SAID for bag in told):
            yield Change("statement", "", "", candidate.sentence)
            return


def _share(left: frozenset[str], right: frozenset[str]) -> float:
    return len(left & right) / max(min(len(left), len(right)), 1)
