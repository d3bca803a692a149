"""An answer drafted by a chat model, each sentence shown only once it has held against the passages it cites."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import prompts
from assistant.answers import REFUSAL, Answer, Citation, ClaimCheck
from assistant.extract import Evidence, cite
from assistant.models import ChatModel, Message
from assistant.verify.check import SUPPORTED_FROM, check_sentence
from assistant.verify.drafts import DraftSentence, draft_sentences
from assistant.verify.support import Support, best_stretch, shared_words
from index.article import Article
from index.errors import ModelError
from index.search import Hit

SENTENCES = 6  # asked for
MOST_SENTENCES = 20  # a draft that goes on beyond is no answer
LONGEST_DRAFT = 8_000  # characters

_INERT = str.maketrans({"\u2028": " ", "\u2029": " ", "\x00": " "})
_ROLE_MARKS = re.compile(r"<(?=[|/!a-zA-Z_])|(?<=\|)>|\[(?=/?(?:INST|SYS)\])|<<|>>")


@dataclass(frozen=True, slots=True)
class Given:
    """A stretch of an article as the model gets it: `article.text[start:end]`."""

    article: Article
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]


def given_passages(hits: Sequence[Hit], characters: int, most: int = 8) -> list[Given]:
    """The hits with their neighbours, best first, overlapping ones joined, as many as fit into `characters`."""
    chosen: list[Given] = []
    for hit in hits:
        new = Given(hit.article, hit.context_start, hit.context_end)
        near = [g for g in chosen if g.article.id == new.article.id and g.start <= new.end and new.start <= g.end]
        if near:
            whole = Given(new.article, min(near[0].start, new.start), max(near[0].end, new.end))
            proposed = [whole if g is near[0] else g for g in chosen if g is near[0] or g not in near[1:]]
        else:
            proposed = [*chosen, new]
        if len(proposed) > most or sum(len(_block(n, g)) for n, g in enumerate(proposed, 1)) > characters:
            break
        chosen = proposed
    return chosen or [Given(hits[0].article, hits[0].passage.start, hits[0].passage.end)] if hits else []


def passages_text(given: Sequence[Given]) -> str:
    """The passages as numbered data for a prompt. No line of an article can begin a line, a role or a delimiter."""
    return "\n\n".join(_block(number, passage) for number, passage in enumerate(given, start=1))


def inert(text: str) -> str:
    """Text that no chat template or reader of prompts takes for a marker; each line begins with "> "."""
    harmless = _ROLE_MARKS.sub("‹", text.translate(_INERT))
    return "\n".join(f"> {line.strip()}" for line in harmless.splitlines() if line.strip())


def _block(number: int, passage: Given) -> str:
    article = passage.article
    head = [f"[{number}]", article.source, article.date.isoformat() if article.date else "undated", article.title]
    label = " · ".join(inert(part).removeprefix("> ").replace("\n> ", " ") for part in head if part)
    return f"{label}\n{inert(passage.text)}"


@dataclass
class _Draft:
    """The state of one streamed draft: what came in, what was judged, what may be shown."""

    given: list[Given]
    support: Support
    threshold: float
    text: str = ""
    judged: int = 0
    checks: list[ClaimCheck] = field(default_factory=list)

    def add(self, piece: str) -> bool:
        """Take in more text; True when another sentence has passed its check. Raises ModelError when it never ends."""
        self.text += piece
        shown = without_thoughts(self.text)
        if len(shown) > LONGEST_DRAFT or len(self.text) > 5 * LONGEST_DRAFT:
            raise ModelError("The language model did not stop writing.")
        marker = max(shown.rfind("["), shown.rfind("【"))
        being_written = marker > max(shown.rfind("]"), shown.rfind("】"))
        return self._judge(draft_sentences(shown[:marker] if being_written else shown)[:-1])

    def finish(self) -> bool:
        """Judge what is left, unless it breaks off in the middle of a sentence."""
        shown = without_thoughts(self.text).strip()
        last_words = re.sub(r"(?:\s*[\[【][\d\s,;–-]+[\]】])+\s*$", "", shown)
        ends = re.search(r"[.!?…。！？।][\"”’»)*_]*(?:\s*[\[【][\d\s,;–-]+[\]】])*\s*$", shown) or last_words != shown
        rest = draft_sentences(shown)
        return self._judge(rest if ends else rest[:-1])

    def _judge(self, sentences: list[DraftSentence]) -> bool:
        passed = False
        for sentence in sentences[self.judged :]:
            self.judged += 1
            if self.judged > MOST_SENTENCES:
                raise ModelError("The language model did not stop writing.")
            if any(sentence.text == check.sentence for check in self.checks):
                continue
            check = check_sentence(sentence, self.given, self.support, self.threshold)
            self.checks.append(check)
            passed |= check.supported
        return passed


def drafted_answers(
    hits: Sequence[Hit],
    model: ChatModel,
    fallback: Answer,
    *,
    support: Support = shared_words,
    threshold: float = SUPPORTED_FROM,
) -> Iterator[Answer]:
    """The drafted answer as it grows, only ever with sentences that passed; the last Answer is the final one.

    `fallback` is the extractive Answer to the same question. It becomes the final one, with a note that says so, when
    the model fails, stalls, talks nonsense, or when none of its sentences holds.
    """
    draft = _Draft(given_passages(hits, model.budget), support, threshold)
    try:
        for piece in model.stream(_messages(fallback.standalone_question or fallback.question, draft.given)):
            if draft.add(piece):
                yield _as_answer(draft, model, fallback)
        draft.finish()
    except ModelError as error:
        yield _copied(fallback, f"{error} The sentences shown are copied from the articles.", draft)
        return
    yield _final(draft, model, fallback)


def _messages(question: str, given: Sequence[Given]) -> list[Message]:
    rules = prompts.load("answer").fill(sentences=str(SENTENCES), refusal=REFUSAL)
    request = prompts.load("answer-request").fill(
        passages=passages_text(given), question=_ROLE_MARKS.sub("‹", question)
    )
    return [Message("system", rules), Message("user", request)]


def _final(draft: _Draft, model: ChatModel, fallback: Answer) -> Answer:
    if _is_refusal(draft.text):
        if fallback.refused:
            return replace(fallback, model=model.name)
        note = f"{model.name} found no answer in the passages. The sentences shown are copied from the articles."
        return _copied(fallback, note, None)
    kept = sum(check.supported for check in draft.checks)
    if not kept:
        what = "wrote nothing" if not draft.checks else "wrote nothing that holds against the articles"
        return _copied(fallback, f"{model.name} {what}. The sentences shown are copied from the articles.", draft)
    answer = _as_answer(draft, model, fallback)
    left_out = len(draft.checks) - kept
    notes = [f"Written by {model.name}; each sentence was checked against the passages it cites."]
    if left_out:
        verb = "is" if left_out == 1 else "are"
        notes.append(f"{left_out} of {len(draft.checks)} drafted sentences did not hold and {verb} left out.")
    return replace(answer, notes=(*fallback.notes, *notes))


def _is_refusal(text: str) -> bool:
    said = re.sub(r"[\s\[\]\d.\"“”*]+", " ", without_thoughts(text)).strip().lower()
    return said == re.sub(r"[\s.]+", " ", REFUSAL).strip().lower()


def _copied(fallback: Answer, note: str, draft: _Draft | None) -> Answer:
    if fallback.refused:
        note = note.replace(" The sentences shown are copied from the articles.", "")
    return replace(fallback, notes=(*fallback.notes, note), checks=tuple(draft.checks) if draft else ())


def _as_answer(draft: _Draft, model: ChatModel, fallback: Answer) -> Answer:
    """The sentences that passed, each with the numbers of its quotations, and these quotations with their places."""
    citations: dict[tuple[str, int, int], Citation] = {}
    lines: list[str] = []
    for check in draft.checks:
        if not check.supported:
            continue
        numbers: list[int] = []
        for passage in (draft.given[n - 1] for n in check.citations):
            start, end = best_stretch(check.sentence, passage.article.text, passage.start, passage.end)
            place = (passage.article.id, start, end)
            if place not in citations:
                citations[place] = cite(Evidence(passage.article, start, end, 0.0), len(citations) + 1)
            numbers.append(citations[place].number)
        lines.append(check.sentence + " " + "".join(f"[{n}]" for n in dict.fromkeys(numbers)))
    return replace(
        fallback,
        text=" ".join(lines),
        citations=tuple(citations.values()),
        refused=False,
        checks=tuple(draft.checks),
        model=model.name,
    )


def without_thoughts(text: str) -> str:
    """The reply without the thinking that some models write in front of it, and without long white space."""
    text = re.sub(r"(\s)\s{2,}", r"\1\1", text)
    text = re.sub(r"<think(?:ing)?>.*?</think(?:ing)?>", "", text, flags=re.DOTALL | re.IGNORECASE)
    return re.sub(r"<think(?:ing)?>.*$", "", text, flags=re.DOTALL | re.IGNORECASE)
