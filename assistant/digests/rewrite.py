"""Stories in the words of a language model: shown only as far as each sentence holds, copied otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import prompts
from assistant.answers import REFUSAL, ClaimCheck
from assistant.digests.compose import STORY_SENTENCES, STORY_WORDS
from assistant.digests.nouns import DigestSentence, Page, Story, Written
from assistant.digests.select import overlap
from assistant.digests.standalone import stands_alone
from assistant.digests.text import terms, word_count
from assistant.generate import Given, passages_text, without_thoughts
from assistant.models import ChatModel, Message
from assistant.verify import verify
from assistant.verify.check import SUPPORTED_FROM
from assistant.verify.support import Support, best_stretch, shared_words
from index.article import Article
from index.errors import ModelError
from index.passages import sentences

ARTICLES = 4  # of a story that the model reads, the most central
CHARACTERS = 1_500  # of each of them, from its beginning
LONGEST_DRAFT = 8_000  # characters, thoughts included
REPEATS = 0.5  # share of words from which a copied sentence says what is said already
_WHOLE = re.compile(r"""[.!?…。！？।]["”’»)]*$""")


@dataclass(frozen=True, slots=True)
class Writer:
    """A language model and how its sentences are judged; see `assistant.verify`."""

    model: ChatModel
    support: Support = shared_words
    threshold: float = SUPPORTED_FROM

    def rewrite(self, page: Page, articles: Mapping[str, Article]) -> Page:
        """The page with its stories in the model's words where these hold.

        A model that fails once is not asked again: what is left stays copied, and the page says why.
        """
        told: list[Story] = []
        for place, story in enumerate(page.stories):
            try:
                told.append(self._written(story, [articles[key] for key in story.article_ids if key in articles]))
            except ModelError as error:
                return self._signed(page, [*told, *page.stories[place:]], str(error))
        nothing = "" if any(story.written for story in told) else f"{self.model.name} wrote nothing that holds."
        return self._signed(page, told, nothing)

    def _signed(self, page: Page, stories: Sequence[Story], problem: str) -> Page:
        name = self.model.name if any(story.written for story in stories) else ""
        return replace(page, stories=tuple(stories), model=name, model_problem=problem)

    def _written(self, story: Story, articles: Sequence[Article]) -> Story:
        given = _given(articles, self.model.budget)
        draft = without_thoughts(self.model.complete(_messages(given), LONGEST_DRAFT)).strip()
        if draft.rstrip(".").casefold() == REFUSAL.rstrip(".").casefold():
            return story
        checks = verify(draft, given, self.support, self.threshold)
        return replace(story, written=_lines(checks, given, story.sentences))


def _lines(
    checks: Sequence[ClaimCheck], given: Sequence[Given], copied: Sequence[DigestSentence]
) -> tuple[Written, ...]:
    """The sentences up to the first that does not hold, since a later one may lean on it; then copied ones.

    Nothing when not even the first holds, or when it cannot stand alone.
    """
    kept: list[Written] = []
    for check in checks[:STORY_SENTENCES]:
        whole = check.supported and bool(_WHOLE.search(check.sentence))
        if not whole or not (kept or stands_alone(check.sentence)) or _length(kept, check.sentence) > STORY_WORDS:
            break
        kept.append(Written(check.sentence, tuple(_evidence(check, given))))
    if not kept:
        return ()
    for sentence in copied if len(kept) < len(checks[:STORY_SENTENCES]) else ():
        fits = len(kept) < STORY_SENTENCES and _length(kept, sentence.text) <= STORY_WORDS
        if fits and all(overlap(_bag(sentence.text), _bag(line.text)) < REPEATS for line in kept):
            kept.append(Written(sentence.text, (sentence,)))
    return tuple(kept)


def _evidence(check: ClaimCheck, given: Sequence[Given]) -> Iterator[DigestSentence]:
    for number in check.citations:
        passage = given[number - 1]
        start, end = best_stretch(check.sentence, passage.article.text, passage.start, passage.end)
        yield DigestSentence(passage.article.id, start, end, passage.article.text[start:end])


def _given(articles: Sequence[Article], budget: int) -> list[Given]:
    """The beginnings of the most central articles, in whole sentences, as many as fit into the model's window."""
    given: list[Given] = []
    for article in articles[:ARTICLES]:
        ends = [end for _, end in sentences(article.text[: 2 * CHARACTERS]) if end <= CHARACTERS]
        more = [*given, Given(article, 0, ends[-1] if ends else min(CHARACTERS, len(article.text)))]
        if given and len(passages_text(more)) > budget:
            break
        given = more
    return given


def _messages(given: Sequence[Given]) -> list[Message]:
    rules = prompts.load("digest").fill(sentences=str(STORY_SENTENCES), refusal=REFUSAL)
    return [
        Message("system", rules),
        Message("user", prompts.load("digest-request").fill(passages=passages_text(given))),
    ]


def _bag(text: str) -> frozenset[str]:
    return frozenset(terms(text))


def _length(lines: Sequence[Written], text: str) -> int:
    return sum(word_count(line.text) for line in lines) + word_count(text)
