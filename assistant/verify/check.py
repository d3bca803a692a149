"""Each sentence of a drafted answer against the passages that it cites."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.answers import ClaimCheck
from assistant.timespans import find_timespans
from assistant.verify.contrast import contradiction
from assistant.verify.dates import KnownDates
from assistant.verify.drafts import DraftSentence, draft_sentences, is_quoted
from assistant.verify.instructions import news_only
from assistant.verify.names import Known, names
from assistant.verify.numbers import quantities
from assistant.verify.relations import mismatch
from assistant.verify.support import Support, shared_words
from assistant.verify.words import content
from index.article import Article
from index.passages import sentences

SUPPORTED_FROM = 0.5  # of the baseline, on the development half of tests/data/claims.jsonl: see benchmarks/support.py

_SAY = {
    "citation": "It cites passage {}, which does not exist.",
    "uncited": "It cites no passage, and none supports it.",
    "quotation": "The cited passages do not have these words: “{}”.",
    "number": "The cited passages do not have this number: {}.",
    "date": "The cited passages do not have this date: {}.",
    "name": "The cited passages do not have this name: {}.",
    "contrast": "The cited passages say the opposite: {}.",
    "relation": "The cited passages do not put these together: {}.",
    "support": "The cited passages do not support it.",
    "address": "It tells the reader what to do, which news does not.",
    "link": "It has a link or an address: {}.",
}


class Evidence(Protocol):
    """What can be cited: a passage's text and its article. A Hit is one."""

    @property
    def article(self) -> Article:
        """The article that the text is from."""

    @property
    def text(self) -> str:
        """The passage."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a sentence is not shown. `kind` is a key of the messages above, `detail` the words concerned."""

    kind: str
    detail: str = ""

    @property
    def message(self) -> str:
        """One plain sentence for the reader."""
        return _SAY[self.kind].format(self.detail)


def verify(
    text: str, passages: Sequence[Evidence], support: Support = shared_words, threshold: float = SUPPORTED_FROM
) -> list[ClaimCheck]:
    """Check each sentence of a drafted answer against the passages that it cites, as [1], [2] … in their order.

    A sentence without a citation gets the passage that supports it best, if one does. `support` judges a sentence by
    a text and gives a probability; below `threshold` the sentence does not hold. Nothing here changes a sentence.
    """
    return [check_sentence(sentence, passages, support, threshold) for sentence in draft_sentences(text)]


def check_sentence(
    sentence: DraftSentence,
    passages: Sequence[Evidence],
    support: Support = shared_words,
    threshold: float = SUPPORTED_FROM,
) -> ClaimCheck:
    """Check one sentence; see `verify`."""
    beyond = [n for n in sentence.cites if not 1 <= n <= len(passages)]
    if beyond:
        return _failed(sentence, sentence.cites, [Problem("citation", str(beyond[0]))])
    if sentence.cites:
        return _against(sentence, passages, sentence.cites, support, threshold)
    order = sorted(range(1, len(passages) + 1), key=lambda n: -shared_words(sentence.text, passages[n - 1].text))
    for number in order[:3]:
        check = _against(sentence, passages, (number,), support, threshold)
        if check.supported:
            return check
    return _failed(sentence, (), [Problem("uncited")])


def _against(
    sentence: DraftSentence, passages: Sequence[Evidence], cites: tuple[int, ...], support: Support, threshold: float
) -> ClaimCheck:
    cited = [passages[n - 1] for n in cites]
    if problems := list(rule_problems(sentence, cited)):
        return _failed(sentence, cites, problems)  # the judgement costs most, and nothing outweighs a wrong number
    score = support(sentence.text, "\n\n".join(news_only(passage.text) for passage in cited))
    if score < threshold:
        return _failed(sentence, cites, [Problem("support")], score)
    return ClaimCheck(sentence.text, True, cites, (), round(score, 3))


def _failed(
    sentence: DraftSentence, cites: tuple[int, ...], problems: Sequence[Problem], score: float | None = None
) -> ClaimCheck:
    messages = tuple(problem.message for problem in problems)
    return ClaimCheck(sentence.text, False, cites, messages, None if score is None else round(score, 3))


def rule_problems(sentence: DraftSentence, cited: Sequence[Evidence]) -> Iterator[Problem]:
    """What is wrong by rule, whatever the reader thinks."""
    if sentence.addresses_reader:
        yield Problem("address")
    texts = [news_only(passage.text) for passage in cited]
    titles = [f"{news_only(passage.article.title)}. {passage.article.source}." for passage in cited]
    yield from (Problem("link", link) for link in sentence.links)
    yield from (Problem("quotation", q) for q in sentence.quotations if not is_quoted(q, texts + titles))
    dates = KnownDates((text, p.article.date) for text, p in zip([*texts, *titles], [*cited, *cited], strict=True))
    yield from (Problem("date", words) for words, _ in dates.missing(sentence.text))
    yield from (Problem("number", words) for words in _missing_numbers(sentence.text, texts + titles))
    known = Known([*texts, *titles], (passage.article.text for passage in cited))
    yield from (Problem("name", name.text) for name in names(sentence.text) if not known.has(name))
    pieces = [text[start:end] for text in texts for start, end in sentences(text)]
    if words := contradiction(sentence.text, _closest(sentence.text, pieces)):
        yield Problem("contrast", words)
    if words := mismatch(sentence.text, pieces):
        yield Problem("relation", words)


def _missing_numbers(sentence: str, texts: list[str]) -> list[str]:
    """The numbers of the sentence that stand in no text, in the sentence's words. Dates are checked apart."""
    masked = _without_dates(sentence)
    theirs = [q for text in texts for q in quantities(text)]
    return [sentence[q.start : q.end] for q in quantities(masked) if not any(q.agrees(other) for other in theirs)]


def _without_dates(sentence: str) -> str:
    for span in find_timespans(sentence, dt.date(2400, 6, 15)):
        sentence = sentence[: span.start] + " " * (span.end - span.start) + sentence[span.end :]
    return sentence


def _closest(sentence: str, pieces: list[str]) -> list[str]:
    """The two sentences of the evidence that share most words with this one."""
    ours = set(content(sentence))
    return sorted(pieces, key=lambda piece: -len(ours & set(content(piece))) + len(piece) / 10_000)[:2]
