"""From readings to an order of passages and to the probability that a question is answered.

Each layer is a logistic regression over a few named features, fitted by `assistant.reader.training.calibrate` and
stored with the weights. The length of the question is no feature, and none is made of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from assistant.reader.nouns import UNREAD, Candidate, Reading

Layer = Mapping[str, float]  # a weight for each feature; "bias" is the constant
_CLIP = 12.0  # logits beyond this say no more
# "Answered" logits that end the reading: one of SETTLED, or after HOPELESS_AFTER passages none of HOPELESS. On 297
# held-out questions 15.7 of 24 passages were read on average; the best passage was as often right as when all are read.
SETTLED, HOPELESS, HOPELESS_AFTER = 0.5, -2.5, 12
_NEARBY = 5  # readings of which the surest counts

_COMMON = frozenset(
    """a about after all also am an and any are as at be been before being but by can could did do does during each for
    from get got had has have he her here him his how i if in into is it its just many me might more most much must my
    new no not now of off on one only or other our out over own said same say says she should since so some such than
    that the their them then there these they this those to told too under until up us very was way we were what when
    where which while who whom whose why will with within without would you your""".split()
)
_COUNT = r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|hundreds?|thousands?" \
    r"|(?:m|b|tr)illions?|half|third|quarter|dozens?|once|twice|double|several|none|no)\b"  # fmt: skip
_TIME = r"|\b(?:yesterday|today|tomorrow|tonight|now|ago|last|next|morning|noon|evening|night|week|weekend|month|year" \
    r"|spring|summer|autumn|fall|winter|decade|century|\w+day|january|february|march|april|may|june|july|august" \
    r"|september|october|november|december|before|after|when|until|since|during)\b"  # fmt: skip
_KINDS = (
    (re.compile(r"\bwhen\b|\b(?:what|which) (?:day|date|month|year|week|decade)\b|\bhow (?:long ago|soon)\b", re.I),
     re.compile(_COUNT + _TIME, re.I)),
    (re.compile(r"\bhow (?:many|much|old|long|tall|high|far|big|large|fast|often|heavy|wide|deep)\b"
                r"|\b(?:what|which) (?:percentage|share|age|portion|proportion|number|amount|sum|price)\b", re.I),
     re.compile(_COUNT, re.I)),
    (re.compile(r"\b(?:who|whom|whose)\b|\bto whom\b", re.I), re.compile(r"[A-Z]")),
)  # fmt: skip
_MONTHS = "january february march april may june july august september october november december".split()


def passage_scores(candidates: Sequence[Candidate], readings: Sequence[Reading], layer: Layer) -> list[float]:
    """A logit for each candidate that orders them; candidates that were not read stand behind those that were."""
    return [
        _linear(passage_features(candidate, reading, candidates), layer) - (0 if reading.read else 1e3)
        for candidate, reading in zip(candidates, readings, strict=True)
    ]


def passage_features(candidate: Candidate, reading: Reading, candidates: Sequence[Candidate]) -> dict[str, float]:
    """What the "passage" layer sees; BM25 as a share of the best among all candidates of the question."""
    most = max((c.lexical for c in candidates), default=0.0) or 1.0
    scores = {"dense": candidate.dense, "lexical": candidate.lexical / most}
    return {**_logits(reading), **scores} if reading.read else scores


def confidence(
    question: str, candidates: Sequence[Candidate], readings: Sequence[Reading], order: Sequence[float], layer: Layer
) -> float:
    """The probability that the candidates answer the question; 0 without candidates. `order`: passage_scores."""
    if not any(reading.read for reading in readings):
        return 0.0
    return probability(features(question, candidates, readings, order), layer)


def settled(readings: Sequence[Reading]) -> bool:
    """Whether to read no further: one of these readings is sure of its answer, or many have none."""
    best = max((reading.answered for reading in readings), default=UNREAD)
    return best >= SETTLED or (best < HOPELESS and len(readings) >= HOPELESS_AFTER)


def probability(values: Mapping[str, float], layer: Layer) -> float:
    """What a layer makes of its features."""
    return logistic(_linear(values, layer))


def features(
    question: str, candidates: Sequence[Candidate], readings: Sequence[Reading], order: Sequence[float]
) -> dict[str, float]:
    """What the "answered" layer sees: logits, and shares between 0 and 1."""
    ranked = sorted((n for n, r in enumerate(readings) if r.read), key=lambda n: -order[n])[:_NEARBY]
    best, candidate = readings[ranked[0]], candidates[ranked[0]]
    whole = f"{candidate.title} {_day(candidate)} {candidate.text}"
    close = max(best.sentences, key=lambda s: s.evidence + s.span, default=None)
    sentence = candidate.text[close.start : close.end] if close else ""
    return {
        **{f"best_{name}": value for name, value in _logits(best).items()},
        "most_answered": max(clipped(readings[n].answered) for n in ranked),
        "margin": order[ranked[0]] - order[ranked[1]] if len(ranked) > 1 else 0.0,
        "fits": fits(question, candidate.text[best.start : best.end]),
        "near": share(words(question), sentence),
        "words": share(words(question), whole),
        "names": share(_names(question), whole),
        "numbers": share(set(re.findall(r"\d+", question)), whole),
    }


def fits(question: str, span: str) -> float:
    """1 when the span is of the kind that the question asks for, 0 when not, 0.5 when it asks for no certain kind."""
    for asks, kind in _KINDS:
        if asks.search(question):
            return float(kind.search(span) is not None)
    return 0.5


def _logits(reading: Reading) -> dict[str, float]:
    return {
        "relevance": clipped(reading.relevance),
        "answered": clipped(reading.answered),
        "span": clipped(reading.span_score),
        "evidence": clipped(max((s.evidence for s in reading.sentences), default=-_CLIP)),
    }


def share(wanted: set[str], text: str) -> float:
    """The share of these words that the text holds; 1 when there are none."""
    if not wanted:
        return 1.0
    held = {_stem(word) for word in re.findall(r"\w+", text.casefold())}
    return sum(_stem(word.casefold()) in held for word in wanted) / len(wanted)


def words(question: str) -> set[str]:
    """The question's own words, without the common ones."""
    return {word for word in re.findall(r"\w+", question.casefold()) if word not in _COMMON}


def _names(question: str) -> set[str]:
    """Capitalised words that do not begin the question."""
    return {m.group() for m in re.finditer(r"(?<=\s)[“\"'(]?[A-Z][\w-]+", question)}


def _stem(word: str) -> str:
    return word[:6]


def _day(candidate: Candidate) -> str:
    return f"{candidate.date.day} {_MONTHS[candidate.date.month - 1]} {candidate.date.year}" if candidate.date else ""


def _linear(values: Mapping[str, float], layer: Layer) -> float:
    return layer.get("bias", 0.0) + sum(layer.get(name, 0.0) * value for name, value in values.items())


def clipped(logit: float) -> float:
    """The logit within bounds beyond which it says no more."""
    return max(-_CLIP, min(_CLIP, logit))


def logistic(logit: float) -> float:
    """A logit as a probability."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))
