"""The last step of training: the logistic layers and the threshold, fitted on questions that nothing was trained on."""

from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.reader import judge
from assistant.reader.model import Reader
from assistant.reader.nouns import Candidate
from assistant.reader.select import score_of
from assistant.reader.training import fitting, labelled_sets
from assistant.reader.training.cases import Asked, Case, cases, development
from assistant.reader.training.corpus import articles_of
from assistant.reader.training.statements import around, claims
from assistant.verify import judged

FOLDS = 5
CITED_WORDS = 150  # of the text that a statement is compared with: about a passage and its neighbour
PENALTY = 10.0  # of 1, 3, 10 and 30 the best across folds
# What no data tell: how often the library answers what people ask of it. Near misses were written to be many and hard,
# so their number says nothing. We assume that two questions of three are answered, and that of the others half are near
# misses and half are about things that the library does not hold (docs/decisions.md, "When to answer").
ANSWERED_SHARE = 2 / 3
THRESHOLD = 0.5  # answer when that is likelier right than not


def calibrate(weights: Path, data: Path, work: Path, out: Path, count: int) -> dict[str, Any]:
    """Fit the layers on so many of the development questions and write the weights with them to `out`."""
    from assistant.reader import network as net
    from index.library import Library

    reader = Reader.load(weights)
    asked = _with_absent(_evenly(development(data, work / "articles"), count))
    with Library.open(work / "library") as library:
        library.ingest([work / "articles"])
        found = list(cases(asked, library, reader))
    layers = {**fit(found), "supported": support(reader, data)}
    network, metadata = net.load(weights)
    net.save(network, out, {**metadata, "layers": json.dumps(layers)})
    return layers


def support(reader: Reader, data: Path) -> dict[str, float]:
    """The layer that judges statements: both answers count alike, whatever their numbers.

    Fitted on the held-out ones that were written by hand and on sets that people have labelled; what it is worth on a
    set is told by a layer that was fitted without that set.
    """
    groups = {"by hand": _judged(reader, list(_held_out(data)))}
    for name, items in labelled_sets.load(data).items():
        groups[name] = _judged(reader, [(i.claim, labelled_sets.cited(i), i.supported) for i in items])
    for name, (rows, labels) in groups.items():
        others = [pair for other, pair in groups.items() if other.split("-")[0] != name.split("-")[0]]
        layer = _support_layer(others)
        right = fitting.balanced_accuracy([judge.probability(row, layer) >= 0.5 for row in rows], labels)
        print(f"statements, {name}: {len(rows)}, balanced accuracy {right:.3f}", file=sys.stderr)  # noqa: T201
    return _support_layer(list(groups.values()))


def _support_layer(groups: Sequence[tuple[list[dict[str, float]], list[bool]]]) -> dict[str, float]:
    rows = [row for rows, _ in groups for row in rows]
    labels = [label for _, labels in groups for label in labels]
    return fitting.logistic(rows, labels, PENALTY, fitting.alike(labels))


def _judged(reader: Reader, items: Sequence[tuple[str, str, bool]]) -> tuple[list[dict[str, float]], list[bool]]:
    rows = []
    for claim, text, _ in items:
        pieces = judged.stretches(claim, text)
        readings = reader.read(claim, [Candidate("", None, piece, 0, len(piece)) for piece in pieces])
        rows.append(judged.features(claim, text, readings))
    return rows, [supported for _, _, supported in items]


def _held_out(data: Path) -> Iterator[tuple[str, str, bool]]:
    """Statement, text and label of those that nothing was trained on."""
    held = [claim for claim in claims() if claim.held_out]
    articles = {a.url: a for a in articles_of(data / "newsquiz" / "2023-articles.jsonl.gz", {c.url for c in held})}
    for claim in held:
        yield claim.claim, around(articles[claim.url].text, claim.start, claim.end, CITED_WORDS), claim.supported


def _evenly(asked: Sequence[Asked], count: int) -> list[Asked]:
    step = max(1.0, len(asked) / count)
    return [asked[int(n * step)] for n in range(min(count, len(asked)))]


def _with_absent(asked: Sequence[Asked]) -> list[Asked]:
    """As many questions about things that the library does not hold as there are near misses.

    They are answerable ones asked again without their article. People ask both, and near misses written to tempt are
    the harder kind: a probability fitted on them alone comes out too low for everything else.
    """
    good = [one for one in asked if one.answerable]
    return [*asked, *(replace(one, absent=True) for one in _evenly(good, len(asked) - len(good)))]


def fit(found: Sequence[Case]) -> dict[str, Any]:
    """The layers for passages, sentences and "answered", and the threshold; measured across folds by article."""
    passage, sentence = _ranking(found)
    rows = [_features(case, passage) for case in found]
    labels = [case.asked.answerable for case in found]
    counts = _counts(found)
    chances = _across_folds(found, rows, labels, counts)
    _tell(found, passage, sentence, chances, counts)
    return {
        "passage": passage,
        "sentence": {**sentence, "several": 0.7, "further": 0.0},
        "answered": fitting.logistic(rows, labels, PENALTY, counts),
        "threshold": THRESHOLD,
    }


def _ranking(found: Sequence[Case]) -> tuple[dict[str, float], dict[str, float]]:
    good = [case for case in found if case.asked.answerable]
    passage = fitting.softmax(
        [([judge.passage_features(c, r, case.candidates) for c, r in zip(case.candidates, case.readings, strict=True)],
          case.right) for case in good]
    )  # fmt: skip
    groups = []
    for case in good:
        order = judge.passage_scores(case.candidates, case.readings, passage)
        rows = [
            {"passage": rank, "evidence": s.evidence, "span": s.span}
            for rank, reading in zip(order, case.readings, strict=True)
            for s in reading.sentences
        ]
        groups.append((rows, [right for rights in case.right_sentences for right in rights]))
    return passage, fitting.softmax(groups)


def _features(case: Case, passage: dict[str, float]) -> dict[str, float]:
    order = judge.passage_scores(case.candidates, case.readings, passage)
    return judge.features(case.asked.question, case.candidates, case.readings, order)


def _counts(found: Sequence[Case]) -> list[float]:
    """How much each counts, so that the kinds have the shares that we assume people ask them in."""
    kinds = [case.asked.answerable + 2 * case.asked.absent for case in found]
    shares = {1: ANSWERED_SHARE, 0: (1 - ANSWERED_SHARE) / 2, 2: (1 - ANSWERED_SHARE) / 2}
    return [shares[kind] * len(kinds) / kinds.count(kind) for kind in kinds]


def _across_folds(
    found: Sequence[Case], rows: list[dict[str, float]], labels: list[bool], counts: list[float]
) -> list[float]:
    """Each question's probability by layers that were fitted without its article."""
    fold = [zlib.crc32(case.asked.near.encode()) % FOLDS for case in found]
    chances = [0.0] * len(rows)
    for n in range(FOLDS):
        inside = [i for i, f in enumerate(fold) if f != n]
        layer = fitting.logistic(
            [rows[i] for i in inside], [labels[i] for i in inside], PENALTY, [counts[i] for i in inside]
        )
        for i, f in enumerate(fold):
            if f == n:
                chances[i] = judge.probability(rows[i], layer)
    return chances


def _tell(
    found: Sequence[Case],
    passage: dict[str, float],
    sentence: dict[str, float],
    chances: list[float],
    counts: list[float],
) -> None:
    """Print what the development questions say; the exam is `benchmarks/reader_exam.py`."""
    good = [case for case in found if case.asked.answerable]
    first = within = quoted = 0
    for case in good:
        order = judge.passage_scores(case.candidates, case.readings, passage)
        ranked = sorted(range(len(order)), key=lambda n: -order[n])
        first += case.right[ranked[0]]
        within += any(case.right[n] for n in ranked[:5])
        places = [(score_of(order[n], s, sentence), n, m)
                  for n, r in enumerate(case.readings) for m, s in enumerate(r.sentences)]  # fmt: skip
        _, n, m = max(places)
        quoted += case.right_sentences[n][m]
    sure = [c for c, case in zip(chances, found, strict=True) if case.asked.answerable]
    unsure = [c for c, case in zip(chances, found, strict=True) if not case.asked.answerable]
    area = sum((a > b) + 0.5 * (a == b) for a in sure for b in unsure) / max(1, len(sure) * len(unsure))
    kept = sum(c >= THRESHOLD for c in sure) / len(sure)
    refused = sum(c < THRESHOLD for c in unsure) / max(1, len(unsure))
    labels = [case.asked.answerable for case in found]
    print(  # noqa: T201
        f"development: {len(found)} questions, hits@1 {first / len(good):.3f}, @5 {within / len(good):.3f}, "
        f"sentence {quoted / len(good):.3f}, AUC {area:.3f}, answered of the answerable {kept:.3f}, "
        f"refused of the others {refused:.3f}, calibration error {_calibration_error(chances, labels, counts):.3f}",
        file=sys.stderr,
    )


def _calibration_error(chances: Sequence[float], labels: Sequence[bool], counts: Sequence[float]) -> float:
    """The mean distance between what is said and what is true, over ten bins of what is said."""
    bins: dict[int, list[tuple[float, bool, float]]] = {}
    for row in zip(chances, labels, counts, strict=True):
        bins.setdefault(min(9, int(row[0] * 10)), []).append(row)
    apart = [abs(sum(n * (c - y) for c, y, n in rows)) for rows in bins.values()]
    return sum(apart) / sum(counts)
