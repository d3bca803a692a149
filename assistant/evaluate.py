"""How good the answers are on a file of questions: retrieval, quotation, span, refusal, calibration, time.

A line of the file is a JSON object: `question`, and for an answerable one `article` (the file name that holds the
answer), `evidence` (verbatim sentences, each of which answers) and `answers` (short verbatim answers).
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.answers import Span
from assistant.chain import HITS, Assistant
from assistant.extract import Judgement
from index.article import Article
from index.errors import InputError

BINS = 10
DEPTH = 10  # hits that are looked at


@dataclass(frozen=True, slots=True)
class Question:
    """One line of the file. Without answers and evidence it is one that the articles do not answer."""

    id: str
    question: str
    article: str = ""
    answers: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        return bool(self.answers or self.evidence)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question."""

    id: str
    question: str
    answerable: bool
    rank: int  # of the first hit that holds the evidence, from 1; 0 when none of the first DEPTH does
    quoted: bool  # the first sentence that the reader would show is evidence, whether or not it refuses
    f1: float  # of the marked words against the best of the answers
    confidence: float
    refused: bool
    took: float  # seconds
    shown: str

    @property
    def failure(self) -> str:
        """What went wrong, in a word; "" when nothing did."""
        if not self.answerable:
            return "" if self.refused else "answered"
        if not self.rank or self.rank > 5:
            return "not found"
        if self.refused:
            return "refused"
        return "" if self.quoted else "other sentence"


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of about one confidence: how sure, and how often rightly."""

    low: float
    count: int
    confidence: float
    answerable: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Shares between 0 and 1 over all questions of a file. A figure without questions to stand on is None."""

    questions: int
    answerable: int
    hits_at_1: float | None
    hits_at_3: float | None
    hits_at_5: float | None
    hits_at_10: float | None
    mean_reciprocal_rank: float | None
    quotation: float | None
    span_f1: float | None
    auc: float | None
    balanced_accuracy: float | None
    calibration_error: float | None
    seconds_median: float
    seconds_p95: float
    reliability: tuple[Bin, ...]
    outcomes: tuple[Outcome, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


def read_questions(path: Path) -> list[Question]:
    """The questions of a JSONL file. Raises InputError with the line that cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as a file of questions ({error}).") from error
    questions = [_question(line, number, path) for number, line in enumerate(lines, start=1) if line.strip()]
    if not questions:
        raise InputError(f'{path} holds no questions; a line looks like {{"question": "Who won?", "answers": []}}.')
    return questions


def evaluate(
    questions: Sequence[Question], assistant: Assistant, progress: Callable[[int], None] | None = None
) -> Evaluation:
    """Ask every question once; the models are warmed first."""
    assistant.warm()
    outcomes = []
    for number, question in enumerate(questions, start=1):
        outcomes.append(_ask(question, assistant))
        if progress:
            progress(number)
    return summary(outcomes)


def summary(outcomes: Sequence[Outcome]) -> Evaluation:
    """The figures of these outcomes."""
    good = [o for o in outcomes if o.answerable]
    bad = [o for o in outcomes if not o.answerable]
    times = sorted(o.took for o in outcomes)
    bins = tuple(reliability(outcomes))
    return Evaluation(
        questions=len(outcomes),
        answerable=len(good),
        hits_at_1=_mean(o.rank == 1 for o in good),
        hits_at_3=_mean(0 < o.rank <= 3 for o in good),
        hits_at_5=_mean(0 < o.rank <= 5 for o in good),
        hits_at_10=_mean(0 < o.rank <= 10 for o in good),
        mean_reciprocal_rank=_mean(1 / o.rank if o.rank else 0.0 for o in good),
        quotation=_mean(o.quoted for o in good),
        span_f1=_mean(o.f1 for o in good),
        auc=auc([o.confidence for o in good], [o.confidence for o in bad]),
        balanced_accuracy=_balanced(good, bad),
        calibration_error=_calibration_error(bins, len(outcomes)) if good and bad else None,
        seconds_median=times[len(times) // 2] if times else 0.0,
        seconds_p95=times[int(len(times) * 0.95)] if times else 0.0,
        reliability=bins,
        outcomes=tuple(outcomes),
    )


def auc(good: Sequence[float], bad: Sequence[float]) -> float | None:
    """The chance that a value of `good` is above one of `bad`; ties count half."""
    if not good or not bad:
        return None
    return sum((g > b) + 0.5 * (g == b) for g in good for b in bad) / (len(good) * len(bad))


def f1(found: str, answers: Iterable[str]) -> float:
    """Overlap of words, without case, articles and punctuation (SQuAD; Rajpurkar et al., 2016), best over answers."""
    return max((_f1(_plain(found), _plain(answer)) for answer in answers), default=0.0)


def reliability(outcomes: Sequence[Outcome]) -> Iterator[Bin]:
    """Outcomes by confidence, in BINS bins of equal width; empty bins are left out."""
    for n in range(BINS):
        inside = [o for o in outcomes if min(int(o.confidence * BINS), BINS - 1) == n]
        if inside:
            sure = sum(o.confidence for o in inside) / len(inside)
            yield Bin(n / BINS, len(inside), sure, sum(o.answerable for o in inside) / len(inside))


def holds(text: str, evidence: Iterable[str]) -> bool:
    """Whether this text holds most of one of the sentences, or is most of it itself."""
    plain = " ".join(text.split())
    return any(_most(plain, " ".join(sentence.split())) for sentence in evidence)


def _ask(question: Question, assistant: Assistant) -> Outcome:
    started = time.perf_counter()
    hits = assistant.library.search(question.question, limit=HITS)
    judgement = assistant.judge.judge(question.question, hits)
    took = time.perf_counter() - started
    ranked = [hits[n] for n in judgement.order] or hits
    right = [n for n, hit in enumerate(ranked[:DEPTH], start=1) if _is_right(question, hit.article, hit.text)]
    shown, words = _first(judgement)
    return Outcome(
        question.id, question.question, question.answerable, right[0] if right else 0,
        bool(shown) and holds(shown, question.evidence), f1(words, question.answers), judgement.confidence,
        not judgement.answered, took, shown,
    )  # fmt: skip


def _first(judgement: Judgement) -> tuple[str, str]:
    """The first sentence and the words marked in it, also when the answer is refused."""
    if not judgement.evidence:
        return "", ""
    first = judgement.evidence[0]
    text = first.article.text
    span = first.span or Span(first.start, first.end)
    return text[first.start : first.end], text[span.start : span.end]


def _is_right(question: Question, article: Article, text: str) -> bool:
    named = not question.article or question.article in {Path(article.path).name, article.url, article.id}
    return named and holds(text, question.evidence or question.answers)


def _most(text: str, sentence: str) -> bool:
    if sentence in text or text in sentence:
        return bool(text)
    from difflib import SequenceMatcher

    match = SequenceMatcher(None, text, sentence, autojunk=False).find_longest_match()
    return match.size >= 0.5 * min(len(text), len(sentence))


def _question(line: str, number: int, path: Path) -> Question:
    try:
        row = json.loads(line)
        return Question(
            str(row.get("id", number)), row["question"], row.get("article", ""),
            tuple(row.get("answers", ())), tuple(row.get("evidence", ())),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"Line {number} of {path} is not a question in JSON ({error}).") from error


def _f1(found: list[str], answer: list[str]) -> float:
    common = sum((Counter(found) & Counter(answer)).values())
    return 2 * common / (len(found) + len(answer)) if common else float(not found and not answer)


def _plain(text: str) -> list[str]:
    return [word for word in re.sub(r"[^\w\s]", "", text.lower()).split() if word not in {"a", "an", "the"}]


def _mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return sum(listed) / len(listed) if listed else None


def _balanced(good: Sequence[Outcome], bad: Sequence[Outcome]) -> float | None:
    if not good or not bad:
        return None
    kept = sum(not o.refused for o in good) / len(good)
    return (kept + sum(o.refused for o in bad) / len(bad)) / 2


def _calibration_error(bins: Sequence[Bin], count: int) -> float:
    """Expected calibration error (Guo et al., 2017) of the confidence as a probability of being answerable."""
    return sum(b.count * abs(b.confidence - b.answerable) for b in bins) / max(1, count)
