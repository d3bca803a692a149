"""Is a sentence supported by a text? The check of drafted sentences on sentences that people have labelled.

    python -m benchmarks.support

Balanced accuracy on qags (summary sentences), wice (claims with web pages) and summedits (edited summaries), none of
which ships. A sentence passes when no rule objects and its support reaches a threshold; the threshold is chosen on
four folds of each set, by document, and counted on the fifth, so no figure saw its own items. "Other sets" takes the
threshold from the remaining sets only. "Signals" is a logistic regression over the rules and over shared words, new
words and pairs of words, fitted and counted in the same folds: what these signals hold, not what ships. The claims
written for the tests are reported beside them, by kind.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from assistant.reader.training.labelled_sets import Item, cited_passages, load
from assistant.verify.check import SUPPORTED_FROM, rule_problems
from assistant.verify.drafts import DraftSentence
from assistant.verify.judged import ReaderSupport
from assistant.verify.support import Support, shared_words
from assistant.verify.words import content
from benchmarks.common import data, machine, rows, save
from index.article import Article

FOLDS = 5
KINDS = ("quotation", "number", "date", "name", "contrast", "relation")


@dataclass(frozen=True)
class Cited:
    """A passage as the check takes it."""

    article: Article
    text: str


def score(item: Item, support: Support) -> tuple[float, list[float]]:
    """The support of one claim by the passages it would cite, -1 when a rule objects; and its signals."""
    article = Article(key="document", text=item.document)
    cited = [Cited(article, text) for text in cited_passages(item)]
    text = "\n\n".join(passage.text for passage in cited)
    kinds = [problem.kind for problem in rule_problems(DraftSentence(item.claim, (1,)), cited)]
    value = support(item.claim, text)
    return (-1.0 if kinds else value), [value, *_signals(item.claim, text), *(kinds.count(kind) for kind in KINDS)]


def _signals(claim: str, text: str) -> list[float]:
    """New words, their share, the share of known word pairs, the length."""
    ours, theirs = content(claim), content(text)
    new = sum(word not in set(theirs) for word in ours)
    pairs, known = set(pairwise(ours)), set(pairwise(theirs))
    return [new, new / max(1, len(ours)), len(pairs & known) / max(1, len(pairs)), float(np.log1p(len(ours)))]


def fitted(items: Sequence[Item], labels: np.ndarray, signals: np.ndarray) -> float:
    """Balanced accuracy of a logistic regression over the signals, by folds."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    fold, passed = folds(items), np.zeros(len(items), dtype=bool)
    for number in range(FOLDS):
        judge = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", C=0.3))
        judge.fit(signals[fold != number], labels[fold != number])
        passed[fold == number] = judge.predict(signals[fold == number])
    return balanced_accuracy(labels, passed)


def folds(items: Sequence[Item]) -> np.ndarray:
    """The fold of each item; items of one document share it."""
    return np.array([zlib.crc32(item.document[:80].encode()) % FOLDS for item in items])


def balanced_accuracy(labels: np.ndarray, passed: np.ndarray) -> float:
    """The mean of the shares of supported sentences that pass and of unsupported ones that do not."""
    return float((passed[labels].mean() + (~passed[~labels]).mean()) / 2)


def best_threshold(labels: np.ndarray, scores: np.ndarray) -> float:
    """The threshold with the highest balanced accuracy on these items."""
    candidates = np.unique(np.quantile(scores, np.linspace(0, 1, 101)))
    return float(max(candidates, key=lambda t: balanced_accuracy(labels, scores >= t)))


def cross_validated(items: Sequence[Item], labels: np.ndarray, scores: np.ndarray) -> float:
    """Balanced accuracy with the threshold of the other folds; items of one document share a fold."""
    fold = folds(items)
    passed = np.zeros(len(items), dtype=bool)
    for number in range(FOLDS):
        threshold = best_threshold(labels[fold != number], scores[fold != number])
        passed[fold == number] = scores[fold == number] >= threshold
    return balanced_accuracy(labels, passed)


def measured(support: Support) -> dict[str, dict[str, float]]:
    """For each set: items, share supported, balanced accuracy by folds, and with the other sets' threshold."""
    sets = load(data())
    labels = {name: np.array([item.supported for item in items]) for name, items in sets.items()}
    both = {name: [score(item, support) for item in items] for name, items in sets.items()}
    scores = {name: np.array([value for value, _ in found]) for name, found in both.items()}
    result = {}
    for name, items in sets.items():
        others = [n for n in sets if n.split("-")[0] != name.split("-")[0]]
        threshold = best_threshold(
            np.concatenate([labels[n] for n in others]), np.concatenate([scores[n] for n in others])
        )
        result[name] = {
            "items": len(items),
            "supported": float(labels[name].mean()),
            "folds": cross_validated(items, labels[name], scores[name]),
            "as shipped": balanced_accuracy(labels[name], scores[name] >= SUPPORTED_FROM),
            "signals": fitted(items, labels[name], np.array([signals for _, signals in both[name]])),
            "other sets": balanced_accuracy(labels[name], scores[name] >= threshold),
        }
    return result


def claims() -> dict[str, dict[str, list[int]]]:
    """[right, all] for each kind of the claims written for the tests."""
    from tests.test_verify import outcomes

    result: dict[str, dict[str, list[int]]] = {}
    for file in ("claims.jsonl", "claims_later.jsonl"):
        kinds = result.setdefault(file, {})
        for kind, expected, found in outcomes(file):
            counts = kinds.setdefault(kind, [0, 0])
            counts[0] += expected == found
            counts[1] += 1
    return result


def _table(title: str, sets: dict[str, dict[str, float]]) -> str:
    keys = ("as shipped", "folds", "other sets", "signals")
    header = ["set", "items", "supported", "as shipped", "threshold by folds", "threshold of other sets", "signals"]
    lines = [[name, f["items"], f["supported"], *(f[key] for key in keys)] for name, f in sets.items()]
    means = [float(np.mean([f[key] for f in sets.values()])) for key in keys]
    return f"{title}\n\n" + rows(header, *lines, ["mean", "", "", *means])


def main() -> None:
    """Measure and save."""
    on = machine()
    words, sets, own = measured(shared_words), measured(ReaderSupport()), claims()
    table = "\n\n".join([_table("shared words, as shipped", words), _table("the reader instead", sets)])
    for file, kinds in own.items():
        table += f"\n\n{file}\n\n" + rows(["kind", "right", "of"], *([k, *counts] for k, counts in kinds.items()))
    save("support", "python -m benchmarks.support", on, {"sets": words, "reader": sets, "claims": own}, table)


if __name__ == "__main__":
    sys.exit(main())
